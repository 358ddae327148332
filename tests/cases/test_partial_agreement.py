"""部分达成协议 and its review: who agreed to a draft agreed to what it settles, and to nothing else."""

from typing import Any

import pytest

from mediation.cases import queries
from mediation.cases.inputs import DraftAgreement
from mediation.cases.workspace.drafting import draft_words, prepared_draft
from mediation.errors import InputInvalid, TransitionRefused
from tests.cases.desk import ask, book, rounds
from tests.town import Town, pay

REST = {"reason": "no_agreement", "routes": ["court"]}
TWO = ["修好排水沟", "赔偿粮食"]


def draft(town: Town, ref: str, **more: Any) -> None:
    words = {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay(at_once=True)]}
    town.act("jiamed", ref, "draft_agreement", **words, **more)


def drafted(town: Town, ref: str) -> dict[str, Any]:
    with town.reading() as session:
        return draft_words(town.hall(session, "jiamed"), town.case(ref))


def refused(town: Town, ref: str, trigger: str, **words: Any) -> list[tuple[str, str]]:
    before = town.dump()
    with pytest.raises(InputInvalid) as found:
        town.act("jiamed", ref, trigger, **words)
    assert town.dump() == before
    return [(one.key, one.message) for one in found.value.problems]


@pytest.mark.parametrize("trigger", ["conclude_written", "conclude_oral"])
def test_what_was_not_reviewed_is_not_concluded(town, trigger):
    ref = town.bring("agreed", claims=TWO)
    draft(town, ref)
    ask(town, ref, "sulead")
    town.act("sulead", ref, "approve")
    told = refused(town, ref, trigger, settles=[2], rest=REST)
    assert told == [
        (
            "settles",
            "「协议审核」所看的协议写的是解决全部请求，和这里不同：请先在「拟协议」里写明谈成的请求，再送审",
        )
    ]
    draft(town, ref, settles=[2])
    assert town.last(ref).facts["settles"] == [2]
    with pytest.raises(TransitionRefused, match="协议文本"):
        town.act("jiamed", ref, trigger, rest=REST)
    town.act("jiamed", ref, "resubmit")
    assert book(town, ref)["sulead"] == "open"
    town.act("sulead", ref, "approve")
    told = refused(town, ref, trigger, settles=[1], rest=REST)
    assert "所看的协议写的是只解决第2项请求" in told[0][1]
    assert [key for key, _message in refused(town, ref, trigger)] == ["rest"]
    town.act("jiamed", ref, trigger, rest=REST)
    [agreement] = town.of(ref, queries.agreements)
    assert (agreement.settles, agreement.text["rest"]["routes"]) == ([2], ["court"])
    assert rounds(town, ref)[-1] == ("agreement_review", "agreed")
    page = town.instance.case("jiamed", ref)
    assert [one["changed"] for one in page.approvals][-1:] in ([[]], [()]), "its word stands for the paper"


def test_whoever_had_nothing_reviewed_says_what_is_settled_when_it_is_concluded(town):
    ref = town.bring("agreed", claims=TWO)
    town.act("jiamed", ref, "conclude_written", settles=[1], rest=REST)
    assert town.of(ref, queries.agreements)[0].settles == [1]


def test_a_new_draft_settles_all_again_unless_it_says_otherwise(town):
    ref = town.bring("agreed", claims=TWO)
    draft(town, ref, settles=[1])
    assert drafted(town, ref)["settles"] == [1]
    draft(town, ref)
    assert "settles" not in drafted(town, ref)
    town.act("jiamed", ref, "conclude_written")
    assert town.of(ref, queries.agreements)[0].settles is None


def test_numbers_of_a_draft_mean_the_claims_that_there_were(town):
    ref = town.bring("agreed", claims=[*TWO, "赔礼道歉"])
    draft(town, ref, settles=[1, 2])
    town.act("jiawin", ref, "amend", claims=["赔礼道歉", *TWO])
    told = refused(town, ref, "conclude_written", rest=REST)
    assert [(key, "拟协议以后请求事项变了" in message) for key, message in told] == [("settles", True)]
    assert "settles" not in drafted(town, ref), "the form offers none of them"
    assert town.instance.case("jiamed", ref).aftercare["agreements"][-1]["settles"] == TWO
    town.act("jiamed", ref, "conclude_written", settles=[2, 3], rest=REST)
    [agreement] = town.of(ref, queries.agreements)
    assert (agreement.settles, agreement.text["claims"]) == ([2, 3], ["赔礼道歉", *TWO])
    assert town.instance.case("jiamed", ref).aftercare["agreements"][-1]["settles"] == TWO


def test_draft_that_settles_some_claims_is_told_of_to_who_says_nothing_of_the_rest(town):
    ref = town.bring("agreed", claims=TWO)
    draft(town, ref, settles=[1])
    assert [message[:13] for _key, message in refused(town, ref, "conclude_written")] == [
        "草稿写的是只解决第1项请求"
    ]
    shown = town.instance.case("jiamed", ref).aftercare["agreements"][-1]
    assert (shown["settles"], shown["rest"]) == (TWO[:1], TWO[1:])


def test_claims_that_a_draft_cannot_settle_are_told_with_what_else_is_wrong(town):
    ref = town.bring("agreed", claims=TWO)
    words = {"facts": "x", "matters": "x", "clauses": [{**pay(), "act": "moon"}]}
    told = refused(town, ref, "draft_agreement", **words, settles=[3, 3])
    assert [key for key, _message in told] == ["settles", "settles", "clauses[0].act"]
    assert refused(town, ref, "draft_agreement", **{**words, "clauses": [pay()]}, settles=[1, 2]) == [
        ("settles", "各项请求都解决的，不写谈成了哪几项")
    ]


def test_preview_of_a_draft_shows_which_claims_it_settles(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed", claims=TWO)
    draft(town, ref, settles=[1])
    with town.reading() as session:
        hall = town.hall(session, "jiamed")
        words = DraftAgreement.model_validate(draft_words(hall, town.case(ref)))
        prepared, _unclear = prepared_draft(hall, town.case(ref), words)
    assert prepared.snapshot.agreement.settles == ("修好排水沟",)


def test_paper_that_was_sent_back_is_where_the_next_draft_begins(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    before = drafted(town, ref)
    town.step(ref, "conclude_written")
    town.act("jiamed", ref, "reopen_talks", reason="对金额有异议")
    assert drafted(town, ref) == before
    town.act("jiamed", ref, "draft_agreement", **{**before, "matters": "由谁修沟、谁出料。"})
    assert drafted(town, ref)["matters"] == "由谁修沟、谁出料。"
