"""What there is to hand over: whose work an actor may see to, what one of them has in hand, and who could take it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.recusals.queries import kept_cases
from mediation.cases.succession import queries
from mediation.cases.succession.handing_over import seen
from mediation.cases.succession.in_hand import InHand, held_kinds, in_hand
from mediation.cases.succession.reach import homes, may_hand_over_for, refuse_stranger
from mediation.cases.succession.takers import Taker, Takers
from mediation.duty import queries as duty
from mediation.errors import NotFound
from mediation.people import queries as people
from mediation.people.models import Person, Post
from mediation.units.tree import is_within


@dataclass(frozen=True, slots=True)
class Giver:
    """Whose work may be handed over. `ended_on`: the last day of who holds no post any more; `away_until`: of a leave now.

    `cases`: in how many there is something in hand, as far as the actor may hand it over.
    """

    person: str
    name: str
    units: tuple[str, ...]
    post: str
    in_office: bool
    ended_on: date | None
    away_until: date | None
    cases: int


@dataclass(frozen=True, slots=True)
class CaseInHand:
    """One case: what of it is in hand, and the codes of who comes into question. Without sight there is of it only its number.

    `chosen`: the parties chose the mediator themselves. `only_led`: it goes over only where that is said. `takers`: those who work
    at its holder first.
    """

    id: str
    number: str
    seen: bool
    title: str
    state: str
    kinds: Mapping[str, int]
    promises: int
    chosen: bool
    only_led: bool
    takers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """One person's work: the counts of its kinds, the cases, who could take all of it or some of it. `away`: codes of who is on leave."""

    giver: Giver
    counts: Mapping[str, int]
    cases: tuple[CaseInHand, ...]
    takers: Mapping[str, Taker]
    of_all: tuple[str, ...]
    of_some: tuple[str, ...]
    away: frozenset[str]


def givers(hall: Hall) -> list[Giver]:
    """Everybody for whom the actor may hand over and who has something in hand: first who is gone, then who is away."""
    counts = queries.cases_of_each(hall.session, kept_cases(hall.session, hall.actor.person_id))
    away = duty.away_until(hall.session, hall.today)
    found = [
        _giver(hall, queries.person_of(hall.session, key), cases, away)
        for key, cases in counts.items()
        if may_hand_over_for(hall, key)
    ]
    return sorted(found, key=lambda one: (one.in_office, one.away_until is None, one.units, one.person))


def within_reach(hall: Hall, codes: Collection[str]) -> frozenset[str]:
    """For whom of these people the actor may hand over."""
    found = {code: _known(hall, code) for code in codes}
    return frozenset(
        code for code, who in found.items() if who is not None and may_hand_over_for(hall, who.id or 0)
    )


def outlook(hall: Hall, code: str) -> Outlook:
    """What one person has in hand. Raises NotFound for nobody, NotPermitted where it is not for the actor to hand over."""
    who = people.person(hall.session, code)
    refuse_stranger(hall, who)
    held = seen(hall, in_hand(hall.session, who.id or 0))
    takers = Takers(hall, who.id or 0)
    taken = {own.number: takers.of(own) for own in held}
    cases = tuple(_case(hall, own, taken[own.number], takers) for own in held)
    counts: Counter[str] = Counter({"cases": len(held), "tasks": 0, "appointments": 0})
    for one in cases:
        counts.update({**one.kinds, "promises": one.promises})
    counts["drafts"] = queries.drafts(hall.session, [own.case.id or 0 for own in held if own.roles])
    judged = [frozenset(taken[one.number]) for one in cases if not one.only_led]
    judged = judged or [frozenset(keys) for keys in taken.values()]
    of_all = frozenset.intersection(*judged) if judged else frozenset()
    some = frozenset().union(*judged) - of_all
    away = duty.away_until(hall.session, hall.today)
    giver = _giver(hall, who, len(held), away)
    # Who works where the giver does comes first.
    near = sorted(takers.known.items(), key=lambda one: one[1].unit not in giver.units)
    return Outlook(
        giver=giver,
        counts=dict(counts),
        cases=cases,
        takers={one.person: one for _key, one in near},
        of_all=tuple(one.person for key, one in near if key in of_all),
        of_some=tuple(one.person for key, one in near if key in some),
        away=frozenset(one.person for key, one in takers.known.items() if key in away),
    )


def _known(hall: Hall, code: str) -> Person | None:
    try:
        return people.person(hall.session, code)
    except NotFound:
        return None


def _giver(hall: Hall, who: Person, cases: int, away: Mapping[int, date]) -> Giver:
    key = who.id or 0
    posts = people.posts_of(hall.session, key)
    held = [post for post in posts if is_within(hall.today, post.valid_from, post.valid_to)]
    in_office = who.status == "active" and any(post.unit_id in hall.tree for post in held)
    last = max(held or posts, key=_end_of, default=None)
    return Giver(
        person=who.code,
        name=who.name,
        units=tuple(dict.fromkeys(node.name for node in homes(hall, key))),
        post=last.title if last is not None else "",
        in_office=in_office,
        ended_on=None if in_office or last is None else last.valid_to,
        away_until=away.get(key),
        cases=cases,
    )


def _end_of(post: Post) -> date:
    return post.valid_to or date.max


def _case(hall: Hall, own: InHand, taken: Sequence[int], takers: Takers) -> CaseInHand:
    case = own.case
    is_seen = case_queries.may_see(hall.session, hall.actor, case)
    state = hall.office.engine(case.workflow, case.workflow_version).state(case.state)
    kinds = held_kinds(own)
    return CaseInHand(
        id=case.public_id,
        number=own.number,
        seen=is_seen,
        title=str(case.title) if is_seen else "",
        state=state.title if is_seen else "",
        kinds=kinds,
        promises=sum(task.kind == "promise" for task in own.tasks),
        chosen=is_seen and any(row.how == "chosen" for row in own.roles),
        only_led=set(kinds) == {"leader"},
        takers=tuple(takers.known[key].person for key in taken),
    )
