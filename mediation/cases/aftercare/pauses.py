"""中止与恢复: mediation rests for an appraisal or by everybody's will, and the law's clock with it (医疗纠纷预防和处理条例 Art. 38)."""

from dataclasses import replace
from datetime import timedelta

from mediation.cases import parties
from mediation.cases.aftercare import queries
from mediation.cases.aftercare.said import Resume, Suspend
from mediation.cases.appointments import arranging as appointments
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.cases.side_models import Suspension
from mediation.errors import Faults
from mediation.language import _

_LONGEST = timedelta(days=366)


def suspend(hall: Hall, case: Dispute, said: Suspend) -> Heard:
    """中止, or more time for a pause that goes on: its row ends, and one with the new day begins."""
    assert case.id is not None
    wrong = Faults()
    with wrong.noting():
        parties.named(hall, case, said.asked_by, "asked_by")
    if not hall.today < said.expected_on <= hall.today + _LONGEST:
        wrong.add(_("预计恢复的日期应在明天以后、一年以内"), "expected_on")
    heard = Heard(act={"suspension": said.kind, "asked_by": said.asked_by}, drawn={"suspension": ("kind",)})
    wrong.refuse(heard)
    ordinal = len(queries.suspensions(hall.session, case.id)) + 1
    row = Suspension(
        case_id=case.id,
        ordinal=ordinal,
        kind=said.kind,
        asked_by=list(said.asked_by),
        evidence=said.evidence,
        began_at=hall.now,
        expected_on=said.expected_on,
        told={},
    )

    def write() -> None:
        finish(hall, case, None)
        hall.session.add(row)
        appointments.cancel_talks_before(hall, case, said.expected_on)

    return replace(
        heard,
        changes={"suspended_at": case.suspended_at or hall.now},
        record={
            "suspension": ordinal,
            "kind": said.kind,
            "asked_by": list(said.asked_by),
            "expected_on": said.expected_on.isoformat(),
        },
        details={"evidence": said.evidence},
        write=write,
    )


def resume(hall: Hall, case: Dispute, said: Resume) -> Heard:
    """恢复: the talks, or their preparation, go on."""
    assert case.id is not None
    going = queries.open_suspension(hall.session, case.id)
    return Heard(
        changes={"suspended_at": None},
        record={"suspension": going.ordinal if going else 0},
        details={"result": said.result},
        write=lambda: finish(hall, case, said.result),
    )


def finish(hall: Hall, case: Dispute, result: str | None) -> None:
    """The pause that goes on is over, whatever ended it."""
    assert case.id is not None
    going = queries.open_suspension(hall.session, case.id)
    if going is not None:
        going.ended_at, going.result = hall.now, result
        hall.session.add(going)
        hall.session.flush()
