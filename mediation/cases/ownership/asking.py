"""请示: ask the level above and go on. Neither holder nor state changes, and the answer comes back to whoever asked."""

from mediation.cases import worklists
from mediation.cases.collaboration import asked_for, by_day, checked, limit_of, wrong_day
from mediation.cases.escalation import level_above
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.cases.ownership.said import AskAbove
from mediation.cases.said_tasks import Whom
from mediation.cases.tasks import book
from mediation.errors import InputInvalid


def ask_above(hall: Hall, case: Dispute, said: AskAbove) -> Heard:
    """The unit on the next level has the instruction (批复) to give; at the top the guard says that there is none."""
    problems = wrong_day(hall, said.due_on, limit_of(hall, case, "instruction"))
    above = level_above(hall, case)
    if above is None:
        return Heard()
    one = checked(hall, case, Whom(unit=above.code), "instruction", "question", problems)
    if problems or one is None:
        raise InputInvalid(problems)
    to = one

    def write() -> None:
        book.open_task(hall, case, to, asked_for(hall, case, "instruction", said.question, said.due_on))
        worklists.follow_tasks(hall, case)

    record = {"to": to.code, **by_day(said.due_on)}
    return Heard(record=record, details={"question": said.question}, write=write)
