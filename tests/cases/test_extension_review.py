"""延期审批: whoever agrees to a later deadline agrees to so many days, and reads how many."""

from datetime import timedelta

import pytest
from sqlmodel import select

from mediation.cases.models import OpenCase
from mediation.cases.queries import deadlines
from mediation.cases.tasks import queries
from mediation.deadlines.calendar import spoken_due
from mediation.deadlines.models import Deadline
from mediation.errors import InputInvalid
from tests.cases.desk import ask
from tests.town import Town

ALL = {"asked_by": [1, 2], "reason": "等鉴定"}


def refused(town: Town, ref: str, who: str, trigger: str, **words: object) -> list[tuple[str, str]]:
    before = town.dump()
    with pytest.raises(InputInvalid) as found:
        town.act(who, ref, trigger, **words)
    assert town.dump() == before
    return [(one.key, one.message) for one in found.value.problems]


def asked(town: Town, days: int = 10, **words: object) -> str:
    ref = town.bring("mediating")
    ask(town, ref, "jialead", name="extension_review", days=days, **words)
    return ref


def test_deadline_is_extended_by_no_more_days_than_were_agreed_to(town):
    ref = asked(town)
    town.act("jialead", ref, "approve")
    told = refused(town, ref, "jiamed", "extend", days=300, **ALL)
    assert told == [("days", "「延期审批」看的是延长10天，不能更长；要更长的，重新送审")]
    town.act("jiamed", ref, "extend", days=10, **ALL)
    assert town.last(ref).facts["days"] == 10


def step(town: Town, ref: str) -> list[Deadline]:
    return [row for row in town.of(ref, deadlines) if row.name == "state:mediating"]


def waits(town: Town, ref: str) -> set[object]:
    """By when the case, its turn and every list that it stands in say that the step is to be done."""
    [turn] = [
        one.due_at for one in town.of(ref, queries.tasks) if one.kind == "turn" and one.closed_at is None
    ]
    with town.reading() as session:
        listed = set(session.exec(select(OpenCase.due_at).where(OpenCase.case_id == town.case(ref).id)))
    return {town.case(ref).due_at, turn, *listed}


def test_agreeing_puts_off_the_offices_own_time_and_nothing_of_the_laws(town):
    ref = asked(town)
    [before] = step(town, ref)
    law = [row for row in town.of(ref, deadlines) if row.name == "mediation_limit"]
    told = town.act("jialead", ref, "approve").told
    [after] = step(town, ref)
    assert (after.due_at - before.due_at, after.state) == (timedelta(days=10), "running")
    assert after.history[-1]["evidence"] == "延期审批"
    assert waits(town, ref) == {after.due_at}
    assert [row for row in town.of(ref, deadlines) if row.name == "mediation_limit"] == law
    assert told == (f"这一步的期限延到{spoken_due(after.due_at)}",)
    assert town.last(ref).facts["step_due_at"] == after.due_at.isoformat()
    town.clock.put(before.due_at)
    assert [one.deadline for one in town.instance.run_deadlines().missed] == []
    town.clock.put(after.due_at)
    assert "state:mediating" in [one.deadline for one in town.instance.run_deadlines().missed]


def test_what_has_run_out_is_put_off_from_its_last_day(town):
    ref = asked(town)
    [before] = step(town, ref)
    town.clock.put(before.due_at + timedelta(days=3))
    town.instance.run_deadlines()
    town.act("jialead", ref, "approve")
    [missed, after] = step(town, ref)
    assert (missed.state, after.state) == ("missed", "running")
    assert after.due_at - before.due_at == timedelta(days=10)
    assert waits(town, ref) == {after.due_at}


def test_days_that_are_over_too_put_nothing_off(sqlite_town):
    town = sqlite_town
    ref = asked(town)
    [before] = step(town, ref)
    town.clock.put(before.due_at + timedelta(days=10))
    town.instance.run_deadlines()
    [told] = town.act("jialead", ref, "approve").told
    assert told.startswith("这一步的期限没有动")
    assert len(step(town, ref)) == 1
    assert "step_due_at" not in town.last(ref).facts


def test_what_is_asked_anew_because_facts_have_changed_puts_off_once(sqlite_town):
    town = sqlite_town
    ref = asked(town)
    town.act("jialead", ref, "approve")
    [once] = step(town, ref)
    town.act("jiawin", ref, "amend", risk="medium")
    town.act("jiamed", ref, "resubmit")
    town.act("jialead", ref, "approve")
    assert step(town, ref)[-1].due_at == once.due_at
    town.act("jiawin", ref, "amend", risk="low")
    ask(town, ref, "jialead", name="extension_review", days=5)
    town.act("jialead", ref, "approve")
    assert step(town, ref)[-1].due_at - once.due_at == timedelta(days=5)


def test_signer_reads_how_many_days_are_asked_for(town):
    ref = asked(town, 14, question="鉴定还没有出来")
    [task] = [one for one in town.of(ref, queries.tasks) if one.kind == "approval"]
    assert task.question == {"days": 14, "what": "鉴定还没有出来"}
    town.act("jialead", ref, "reject", opinion="先催一催")
    town.act("jiamed", ref, "resubmit", question="催过了")
    again = [one for one in town.of(ref, queries.tasks) if one.kind == "approval"][-1]
    assert again.question == {"days": 14, "what": "催过了"}
    town.act("jialead", ref, "approve")
    assert [key for key, _told in refused(town, ref, "jiamed", "extend", days=15, **ALL)] == ["days"]


def test_days_are_asked_for_where_the_deadline_is_looked_at_and_nowhere_else(town):
    ref = town.bring("mediating")
    signers = [{"person": "jialead"}]
    told = refused(town, ref, "jiamed", "ask_approval", approval="extension_review", signers=signers)
    assert told == [("days", "「延期审批」要写明延长几天")]
    town.step(ref, "record_session")
    town.step(ref, "draft_agreement")
    told = refused(town, ref, "jiamed", "ask_approval", approval="agreement_review", signers=signers, days=3)
    assert told == [("days", "「协议审核」不看调解期限，不写延长几天")]


def test_nobody_who_asked_nobody_is_held_to_a_number(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "extend", days=30, **ALL)
    assert town.last(ref).act == "extend"
