"""What can be chosen on a form: codes in force, the case's parties and claims, units and people near the case."""

from collections.abc import Mapping, Sequence
from typing import Any

from mediation.clock import local_day
from mediation.language import _
from mediation.people import queries as people
from mediation.people.models import Person
from mediation.units import queries as units
from mediation.web.forms.of_case import of_case

Options = Sequence[tuple[str, str]]
MOST = 400

_LISTS: Mapping[str, str] = {
    "act": "clause_acts",
    "category": "judicial_categories",
    "conflict": "conflicts",
    "factors": "risk_factors",
    "field": "slip_fields",
    "governance_category": "governance_categories",
    "id_kind": "id_kinds",
    "identity_check": "identity_checks",
    "level": "risks",
    "method": "visit_methods",
    "performance": "performance",
    "powers": "agent_powers",
    "risk": "risks",
    "routes": "routes",
    "source": "sources",
    "tier": "tiers",
    "ParticipantSaid.kind": "participant_kinds",
    "TellNotice.manner": "telling_manners",
    "RestSaid.reason": "end_reasons",
    "terminate.reason": "end_reasons",
    "decline_acceptance.reason": "non_acceptance_reasons",
}
_UNITS = frozenset({"unit", "units", "Dispatch.to", "Rule.to", "Register.place"})
_PEOPLE = frozenset({"person", "chair"})


class Choices:
    """The options of every key, for one actor and perhaps one case (as on its page), on the day."""

    def __init__(self, desk: Any, case: Any = None, trigger: str = "") -> None:
        self._desk = desk
        self._case = case
        self._trigger = trigger
        self._day = local_day(desk.clock.now())
        self._codes = desk.office.codes.on(self._day)

    def of(self, model: str, key: str) -> Options | None:
        """The options of a key of a model; None if anything may be written."""
        own = f"{model}.{key}"
        for name in (f"{self._trigger}.{key}", own, key):
            if name in _LISTS:
                return self.codes(_LISTS[name])
        if own in _UNITS or (key in _UNITS and own != "ParticipantSaid.unit"):
            return self.units()
        if key in _PEOPLE:
            return self.people()
        found = {"committee": self.committees, "workflow": self.workflows, "line": self.lines}
        if key in found:
            return found[key]()
        return of_case(self._desk, self._case, self._trigger, key) if self._case is not None else None

    def workflows(self) -> Options:
        """The definitions in force."""
        office = self._desk.office
        return [(name, office.engine(name).definition.title) for name in office.newest]

    def lines(self) -> Options | None:
        """The lines of the responsibility list in force; None where the site has none."""
        lines = self._desk.office.responsibilities.lines
        return [(one.code, f"{one.code} {one.text}") for one in lines] or None

    def codes(self, name: str) -> Options:
        """A list of codes, those in force."""
        return [(one.code, one.title) for one in self._codes.entries(name)]

    def parties(self) -> Options:
        """The case's parties by ordinal."""
        rows = self._case.parties if self._case is not None else []
        return [(str(one["ordinal"]), f"{one['ordinal']}. {one['name']}") for one in rows]

    def claims(self) -> Options:
        """The case's claims by ordinal."""
        rows = self._case.claims if self._case is not None else []
        return [(str(at), f"{at}. {claim}") for at, claim in enumerate(rows, start=1)]

    def units(self) -> Options:
        """The units of the day in the order of the tree, indented; at most MOST of them."""
        with self._desk.database.reading() as session:
            tree = units.load_tree(session, self._day)
        found: list[tuple[str, str]] = []

        def add(node: Any, depth: int) -> None:
            if len(found) < MOST:
                found.append((node.code, "　" * depth + node.name))
                for child in tree.children(node.id):
                    add(child, depth + 1)

        for root in tree.roots:
            add(root, 0)
        return found

    def people(self) -> Options:
        """People with a post today, with post and unit."""
        return list(self._people(with_post=True).items())[:MOST]

    def names(self) -> Mapping[str, str]:
        """The same people by their names alone."""
        return self._people(with_post=False)

    def _people(self, *, with_post: bool) -> dict[str, str]:
        with self._desk.database.reading() as session:
            tree = units.load_tree(session, self._day)
            names = {one.id: one for one in people.people(session)}
            seen: dict[str, str] = {}
            for post in people.posts_at(session, [node.id for node in tree.nodes], self._day):
                who: Person | None = names.get(post.person_id)
                if who is not None and who.status == "active":
                    where = tree.unit(post.unit_id).name
                    shown = _("{name}（{unit}，{post}）").format(name=who.name, unit=where, post=post.title)
                    seen.setdefault(who.code, shown if with_post else who.name)
        return seen

    def committees(self) -> Options:
        """The committees of the site."""
        with self._desk.database.reading() as session:
            return [(one.code, one.name) for one in units.committees(session)]
