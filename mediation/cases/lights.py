"""The light beside a case or a task, by the site's rules: green, yellow, red; none when nothing is waited for."""

from datetime import datetime

from mediation.cases.hall import Hall
from mediation.deadlines.lights import light


def shown(
    hall: Hall, due_at: datetime | None, started_at: datetime | None = None, *, waits: bool = True
) -> str:
    """The light of what is due at a moment, and has been waited for since another; `waits`: somebody still has to do it."""
    if due_at is None or not waits:
        return "none"
    rule = hall.office.supervision.lights
    return light(
        hall.now,
        due_at,
        started_at,
        hall.office.calendar,
        share=rule.share,
        working_days=rule.working_days,
    )
