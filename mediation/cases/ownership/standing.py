"""How the question whose a dispute is stands: who may rule it, and what has been ruled on such matters before."""

from collections.abc import Collection
from dataclasses import dataclass

from mediation.cases import queries as case_queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.ownership import queries
from mediation.cases.ownership.models import OwnershipArgument, Ruling
from mediation.people import queries as people
from mediation.units.responsibilities import Matter, answers_at
from mediation.units.tree import Node
from mediation.workflow.definition import Definition

ASKS, DECLINES = "asks", "declines"
_ABOUT = frozenset({"", "dispatch", "decline", "send_back", "take_back", "rule"})


@dataclass(frozen=True, slots=True)
class Standing:
    """As the guards see it; see workflow/facts.py."""

    declines: int = 0
    hops: int = 0
    asked_from_below: bool = False
    superior: str = ""
    ruled: str = ""
    precedent: str = ""


def knows_declining(definition: Definition) -> bool:
    """Whether the definition asks for more than an answer: older versions know no 退单."""
    return "decline" in definition.triggers


def standing(hall: Hall, case: Dispute, definition: Definition, trigger: str) -> Standing:
    """Read only for acts that look at it."""
    if trigger not in _ABOUT or not knows_declining(definition):
        return Standing()
    assert case.id is not None
    said = queries.open_arguments(hall.session, case.id)
    declined = sum(row.kind == DECLINES for row in said)
    ruled = queries.binding(hall.session, case.id) if said else None
    found = Standing(
        declines=declined,
        hops=sum(row.kind == ASKS for row in said),
        asked_from_below=is_asked_from_below(hall, case),
        ruled=ruled.number if ruled is not None else "",
    )
    if case.target_id is None or trigger not in {"", "decline"}:
        return found
    superior = superior_of(hall, case, said, definition) if declined else None
    former = precedent(hall, case)
    return Standing(
        declines=found.declines,
        hops=found.hops,
        asked_from_below=found.asked_from_below,
        ruled=found.ruled,
        superior=superior.name if superior else "",
        precedent=former[0].number if former and former[1].id == case.target_id else "",
    )


def is_asked_from_below(hall: Hall, case: Dispute) -> bool:
    """Whether the unit that is asked lies above the holder."""
    return case.target_id is not None and case.target_id in {
        node.id for node in hall.tree.ancestors(case.holder_id)
    }


def superior_of(
    hall: Hall, case: Dispute, said: Collection[OwnershipArgument], definition: Definition
) -> Node | None:
    """The lowest unit above the holder, those that have declined and the one that is asked, where somebody can rule.

    A unit that has all the others below it is itself their superior.
    """
    units = {case.holder_id, *(row.unit_id for row in said if row.kind == DECLINES)}
    if case.target_id is not None:
        units.add(case.target_id)
    common = hall.tree.lowest_common_superior(*units)
    if common is None:
        return None
    posts = definition.triggers["rule"].by.posts if "rule" in definition.triggers else ()
    return next(
        (node for node in hall.tree.lineage(common.id) if somebody_at(hall, node.id, posts)),
        None,
    )


def speaker_for(hall: Hall, unit_id: int) -> Node | None:
    """Who speaks for a unit that has argued: itself, or what it was merged into since; None if nothing took its place."""
    return hall.tree.standing(unit_id)


def sides_of(hall: Hall, case: Dispute) -> list[Node]:
    """Who is to be heard: the holder, and whoever speaks for those that have argued."""
    assert case.id is not None
    argued = (row.unit_id for row in queries.open_arguments(hall.session, case.id))
    speakers = (speaker_for(hall, unit) for unit in (case.holder_id, *argued))
    return list(dict.fromkeys(node for node in speakers if node is not None))


def somebody_at(hall: Hall, unit_id: int, kinds: Collection[str]) -> bool:
    """Whether somebody at the unit holds a post today that counts as one of these kinds."""
    known = people.post_kinds(hall.session)
    return any(
        not known.counts_as(post.kind).isdisjoint(kinds)
        and case_queries.person(hall.session, post.person_id).status == "active"
        for post in people.posts_at(hall.session, [unit_id], hall.today)
    )


def matter_of(case: Dispute) -> Matter:
    """What the dispute is about, as the list names it."""
    return Matter(case.category, case.governance_category)


def precedent(hall: Hall, case: Dispute, matter: Matter | None = None) -> tuple[Ruling, Node] | None:
    """The newest ruling on such a matter that reaches the dispute's place and still stands, and the unit it names.

    It reaches the place that was ruled on, all below it, and the named unit's own area. It stands until that unit is gone,
    or a later list gives the matter to another. `matter`: what an act is about to make of the dispute.
    """
    matter = matter or matter_of(case)
    for row in queries.rulings_on(hall.session, matter.category, matter.governance):
        unit = hall.tree.standing(row.chosen_id)
        if unit is None or not _reaches(hall, row, unit, case.place_id):
            continue
        leads = hall.office.responsibilities.leads(hall.tree, matter, case.place_id)
        later = hall.office.responsibilities.version > (row.list_version or 0)
        overtaken = later and leads and all(node.id != unit.id for _line, node in leads)
        return None if overtaken else (row, unit)
    return None


def ruling_followed(hall: Hall, case: Dispute, unit: Node) -> str:
    """Number of the ruling on such matters by which the unit has the dispute; "" if there is none."""
    found = _binding(hall, case)
    return found[0].number if found is not None and _follows(hall, case, unit, found[1]) else ""


def ruled_elsewhere(
    hall: Hall, case: Dispute, unit: Node | None, matter: Matter | None = None
) -> tuple[Ruling, Node] | None:
    """The ruling by which the dispute is another unit's than this one, and that unit."""
    found = _binding(hall, case, matter)
    if found is None or (unit is not None and _follows(hall, case, unit, found[1])):
        return None
    return found


def is_under_ruled(hall: Hall, case: Dispute, ruled: Node) -> bool:
    """Whether the dispute is where the unit ruled on has handed it down to."""
    return case.sender_id == ruled.id and hall.tree.is_below_or_same(case.holder_id, ruled.id)


def _binding(hall: Hall, case: Dispute, matter: Matter | None = None) -> tuple[Ruling, Node] | None:
    """What has been ruled on such matters, for a case whose definition asks."""
    definition = hall.office.engine(case.workflow, case.workflow_version).definition
    return precedent(hall, case, matter) if knows_declining(definition) else None


def _follows(hall: Hall, case: Dispute, unit: Node, ruled: Node) -> bool:
    """It is the unit ruled on, or that one hands the dispute down itself."""
    if unit.id == ruled.id:
        return True
    return case.holder_id == ruled.id and hall.tree.is_below_or_same(unit.id, ruled.id)


def _reaches(hall: Hall, row: Ruling, unit: Node, place: int) -> bool:
    return is_within_ruled(hall, row, place) or answers_at(hall.tree, unit, place)


def is_within_ruled(hall: Hall, row: Ruling, place: int) -> bool:
    """Whether a place is the one that was ruled on, or lies below it."""
    ruled = hall.tree.standing(row.place_id)
    return ruled is not None and hall.tree.is_below_or_same(place, ruled.id)
