"""One line of a list of cases, in the words of its readers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mediation.documents.wording import prose
from mediation.language import Words


@dataclass(frozen=True)
class Row:
    """One case in a list."""

    id: str
    number: str
    title: str
    state: str
    state_title: str
    phase: str
    outcome: str
    holder: str
    task: str
    due_at: datetime | None
    light: str
    version: int


def row_of(case: Any, state_title: str, task: str | None, holder: str, light: str) -> Row:
    """The line of a case. `task`: what its state waits for; `holder`: the unit that has it."""
    return Row(
        id=case.public_id,
        number=case.number or case.temporary_number,
        title=case.title,
        state=case.state,
        state_title=state_title,
        phase=case.phase,
        outcome=case.outcome,
        holder=holder,
        task=Words(prose(task), task) if task else "",
        due_at=case.due_at,
        light=light,
        version=case.version,
    )
