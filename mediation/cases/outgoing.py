"""What is handed on after the commit, as rows of the outbox."""

from typing import Any

from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.ids import new_public_id
from mediation.notices.models import OutboxRow


def post_outbox(hall: Hall, case: Dispute, kind: str, payload: dict[str, Any]) -> None:
    """Leave something to be handed on after the commit; ids and codes only."""
    _post(hall, case.id, kind, payload)


def post_outbox_of_site(hall: Hall, kind: str, payload: dict[str, Any]) -> None:
    """The same of something that belongs to no one case."""
    _post(hall, None, kind, payload)


def _post(hall: Hall, case_id: int | None, kind: str, payload: dict[str, Any]) -> None:
    row = OutboxRow(
        public_id=new_public_id(), case_id=case_id, kind=kind, payload=payload, recorded_at=hall.now
    )
    hall.session.add(row)
