"""What a ruling on such disputes makes of a suggestion: it goes before the site's rules, and says in place of which."""

from collections.abc import Iterator
from dataclasses import replace

from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.ownership.models import Ruling
from mediation.cases.ownership.standing import is_under_ruled, is_within_ruled, ruled_elsewhere
from mediation.language import _
from mediation.units.responsibilities import Matter
from mediation.units.routing import Alternative, Suggestion, would_send
from mediation.units.tree import Node


def bound(hall: Hall, case: Dispute, found: Suggestion, matter: Matter) -> Suggestion:
    """The suggestion with the unit to which a ruling gives such disputes, where the rules name another or none.

    How it is handled there and by when is what the rule says, still.
    """
    suggested = hall.tree.by_code(found.unit) if found.unit else None
    ruling = ruled_elsewhere(hall, case, suggested, matter)
    if ruling is None:
        return found
    row, named = ruling
    # Handed down by the unit ruled on, the dispute is where the ruling wants it.
    unit = hall.tree.unit(case.holder_id) if is_under_ruled(hall, case, named) else named
    if suggested == unit:
        return found
    level = hall.tree.level_of(unit.id, hall.office.chain)
    title = _("裁定 {number}").format(number=row.number)
    because = _("同类纠纷已经裁定由{unit}办理").format(unit=named.name)
    rule = _as_alternative(found, suggested)
    return replace(
        found,
        because=because,
        title=title,
        reason=_("{title}：{because}").format(title=title, because=because),
        why=tuple(_why(hall, case, row, named, matter)),
        unit=unit.code,
        unit_title=unit.name,
        level=level.key if level else None,
        level_title=level.name if level else "",
        level_only=False,
        ruling=row.number,
        next=rule,
        overridden=((rule.rule, *found.overridden) if rule else ()),
        overridden_titles=((rule.called, *found.overridden_titles) if rule else ()),
    )


def _as_alternative(found: Suggestion, unit: Node | None) -> Alternative | None:
    """The rule in whose place the ruling is."""
    if found.rule is None:
        return None
    return Alternative(
        found.rule, found.because, found.unit, would_send(unit, found.definition_title), found.title
    )


def _why(hall: Hall, case: Dispute, row: Ruling, named: Node, matter: Matter) -> Iterator[str]:
    kind = hall.office.codes.title("governance_categories", matter.governance)
    yield _("综治类别是{kind}，与裁定的相同").format(kind=kind)
    place = hall.tree.unit(case.place_id).name
    if is_within_ruled(hall, row, case.place_id):
        yield _("所在地{place}在裁定的地方以内").format(place=place)
    else:
        yield _("所在地{place}在{unit}的辖区以内").format(place=place, unit=named.name)
