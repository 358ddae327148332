"""Who stands in for whom: by plain columns, so that a list of cases loads no table classes."""

from datetime import date

from sqlalchemy import bindparam
from sqlalchemy import select as columns

from mediation.storage.columns import ABSENCE
from mediation.storage.looking import View, rows_seen

_DEPUTY_FOR = columns(ABSENCE.c.person_id).where(
    ABSENCE.c.deputy_id == bindparam("deputy"),
    ABSENCE.c.ended_at.is_(None),
    ABSENCE.c.first_day <= bindparam("day"),
    ABSENCE.c.last_day >= bindparam("day"),
)


def deputizes_for(session: View, person_id: int, day: date) -> frozenset[int]:
    """Whose work somebody does on a day."""
    return frozenset(row[0] for row in rows_seen(session, _DEPUTY_FOR, deputy=person_id, day=day))
