"""Who comes into question as a successor, by post, roster and recusal: for a choice, which the hand-over itself judges in full."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mediation.cases import queries as case_queries
from mediation.cases.assignment import wanted_posts
from mediation.cases.hall import Hall
from mediation.cases.opening import REGISTERING_POSTS
from mediation.cases.recusals.queries import standing
from mediation.cases.succession.in_hand import InHand, held_kinds
from mediation.cases.task_models import Task
from mediation.cases.tasks import queries as task_queries
from mediation.cases.tasks.assignees import who_may, who_may_take_turn
from mediation.people import queries as people
from mediation.units import queries as units
from mediation.units.tree import Seat

_RECORDER = "recorder"


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody in office: the post and the unit of the first of the posts held today."""

    person: str
    name: str
    unit: str
    post: str


class Takers:
    """Everybody in office but the giver, and who of them may take what."""

    def __init__(self, hall: Hall, giver: int) -> None:
        self._hall = hall
        self._kinds: dict[int, frozenset[str]] = {}
        self._leads: dict[int, set[int]] = {}
        self._units: dict[int, set[int]] = {}
        self.known: dict[int, Taker] = {}
        named = {one.id: one for one in people.people(hall.session) if one.status == "active"}
        kinds = people.post_kinds(hall.session)
        for post in people.posts_at(hall.session, [node.id for node in hall.tree.nodes], hall.today):
            who = named.get(post.person_id)
            if who is None or post.person_id == giver:
                continue
            unit = hall.tree.unit(post.unit_id).name
            self.known.setdefault(post.person_id, Taker(who.code, who.name, unit, post.title))
            self._units.setdefault(post.person_id, set()).add(post.unit_id)
            counts_as = kinds.counts_as(post.kind)
            self._kinds[post.person_id] = self._kinds.get(post.person_id, frozenset()) | counts_as
            if "unit_leader" in counts_as:
                self._leads.setdefault(post.person_id, set()).add(post.unit_id)
        self._rosters: Mapping[int, Sequence[Seat]] = _by_person(
            units.rosters_of(hall.session, list(self.known), hall.today)
        )

    def of(self, own: InHand) -> list[int]:
        """The keys of those who may have all of it, who works at its holder first.

        The leader's charge of a case counts only where there is nothing else.
        """
        case = own.case
        kept = standing(self._hall.session, case.id or 0)
        there = {
            person.id for _row, person, _post in case_queries.mediators(self._hall.session, case.id or 0)
        }
        out = {*kept, *(there if own.roles else ())}
        wanted = list(self._wanted(own))
        only_led = own.leads and set(held_kinds(own)) == {"leader"}
        line = {node.id for node in self._hall.tree.lineage(case.holder_id)}
        found = (
            key
            for key in self.known
            if key not in out
            and all(not self._kinds[key].isdisjoint(one) for one in wanted)
            and (all(row.role == _RECORDER for row in own.roles) or self._is_on_roster(key, case.holder_id))
            and (not only_led or not line.isdisjoint(self._leads.get(key, set())))
        )
        return sorted(found, key=lambda key: case.holder_id not in self._units[key])

    def _wanted(self, own: InHand) -> Iterable[frozenset[str]]:
        """Sets of kinds of post, of each of which the successor must hold one."""
        yield from (frozenset(wanted_posts(row.role)) for row in own.roles)
        if own.receives:
            yield REGISTERING_POSTS
        with_role = own.roles or own.receives
        for task in (*(one for one in own.tasks if one.kind != "turn" or not with_role), *own.lent):
            yield self._posts_for(own, task)

    def _posts_for(self, own: InHand, task: Task) -> frozenset[str]:
        case = own.case
        definition = self._hall.office.engine(case.workflow, case.workflow_version).definition
        if task.kind == "turn":
            return frozenset(who_may_take_turn(definition, case.state).posts)
        asked = task_queries.round_of(self._hall.session, task)
        return frozenset(who_may(definition, task.kind, asked.approval if asked else None).posts)

    def _is_on_roster(self, key: int, holder: int) -> bool:
        return any(
            self._hall.tree.may_mediate_at(holder, seat.unit, seat.kind)
            for seat in self._rosters.get(key, ())
        )


def _by_person(rows: Iterable[tuple[int, Seat]]) -> dict[int, list[Seat]]:
    found: dict[int, list[Seat]] = {}
    for person, seat in rows:
        found.setdefault(person, []).append(seat)
    return found
