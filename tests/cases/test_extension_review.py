"""延期审批: whoever agrees to a later deadline agrees to so many days, and reads how many."""

import pytest

from mediation.cases.tasks import queries
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
