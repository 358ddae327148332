"""Letters of a supervising unit: their gapless numbers, and the papers that acts owe."""

from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from mediation.cases.hall import Hall
from mediation.documents.models import UnitPaper
from mediation.ids import new_public_id
from mediation.supervision import queries
from mediation.supervision.entries import Heard
from mediation.supervision.models import SupervisionItem, SupervisionNumber


def first_letter(hall: Hall, item: SupervisionItem, heard: Heard) -> dict[str, Any]:
    """The number of the letter that goes out with the first limit, and the letter owed; nothing later on."""
    if item.number is not None:
        return {}
    kind = "transfer" if item.kind == "transfer" else "letter"
    number = _take_number(hall, item, kind)
    heard.changes["number"] = number
    set_committed_value(item, "number", number)
    owe_paper(
        hall, item, f"{'transfer' if kind == 'transfer' else 'supervision'}_letter", f"item-{item.public_id}"
    )
    return {"number": number}


def _take_number(hall: Hall, item: SupervisionItem, kind: str) -> str:
    """The supervising unit's next number of the kind in the year of the act: gapless, since it goes back with a refusal."""
    assert item.id is not None
    session, unit, year = hall.session, hall.tree.unit(item.supervisor_id), hall.today.year
    queries.lock_unit(session, unit.id)
    ordinal = queries.last_ordinal(session, unit.id, kind, year) + 1
    rules = hall.office.supervision
    pattern = getattr(rules.numbers, kind)
    number: str = pattern.format(unit=rules.abbreviations.get(unit.code, unit.name), yyyy=year, n=ordinal)
    session.add(
        SupervisionNumber(
            unit_id=unit.id,
            kind=kind,
            year=year,
            ordinal=ordinal,
            text=number,
            item_id=item.id,
            given_at=hall.now,
        )
    )
    return number


def owe_paper(hall: Hall, item: SupervisionItem, form: str, subject: str) -> None:
    """A paper of the supervising unit is to be printed after the act."""
    hall.session.add(
        UnitPaper(
            public_id=new_public_id(),
            unit_id=item.supervisor_id,
            case_id=item.case_id,
            form=form,
            subject=subject,
            number=item.number,
            owed_at=hall.now,
        )
    )
