"""Rounds of approval: asked, agreed, rejected, changed meanwhile, asked anew."""

from datetime import timedelta

import pytest

from mediation.cases.appointments.queries import planned_of_case
from mediation.cases.tasks import queries
from mediation.errors import InputInvalid, NotFound, NotPermitted, TransitionRefused
from mediation.workflow.definition import By
from tests.cases.desk import (
    approval,
    ask,
    book,
    clock,
    name_of,
    notices,
    number,
    rounds,
    task,
    whom,
    with_approvals,
)
from tests.cases.test_recusals import recuse
from tests.town import pay


def draft(town, ref, **changes):
    words = {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay()]}
    town.act("jiamed", ref, "draft_agreement", **{**words, **changes})


def _about_approvals(refused: TransitionRefused) -> list[str]:
    return [reason.message for reason in refused.reasons if reason.guard == "asked_approvals_stand"]


def test_round_of_all_ends_with_the_last_who_agrees(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead", ":jia", question="请审协议")
    theirs, ours = number(town, ref, "sulead"), number(town, ref, ":jia")
    assert book(town, ref) == {"sulead": "open", ":jia": "open"}
    assert (clock(town, ref, theirs), clock(town, ref, ours)) == ("running", "running")
    assert town.last(ref).facts["signers"] == ["su/sulead", "jia"]
    assert "请审协议" not in repr(town.dump())
    assert notices(town, ref) == ["task_asked", "task_asked"]
    town.act("sulead", ref, "approve", task=theirs, opinion="可以")
    assert (rounds(town, ref), book(town, ref)["sulead"]) == ([("agreement_review", "open")], "agreed")
    with pytest.raises(TransitionRefused, match="「协议审核」正在会签"):
        town.act("jiamed", ref, "conclude_written")
    version = town.case(ref).version
    town.act("jialead", ref, "approve", task=ours)
    assert rounds(town, ref) == [("agreement_review", "agreed")]
    assert book(town, ref) == {"sulead": "agreed", ":jia": "agreed"}
    assert (clock(town, ref, theirs), clock(town, ref, ours)) == ("met", "met")
    assert (town.case(ref).state, town.case(ref).version) == ("mediating", version + 1)
    event = town.last(ref)
    assert (event.act, event.facts["task"], event.facts["round"]) == ("approve", ours, "agreed")
    found = town.of(ref, queries.rounds)[0]
    assert found.looked_at["agreed"] == {str(one): found.looked_at["asked"] for one in (theirs, ours)}
    assert notices(town, ref)[2:] == ["approval_agreed"]
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_round_that_is_rejected_leaves_nobody_a_to_do(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead", ":jia")
    theirs, ours = number(town, ref, "sulead"), number(town, ref, ":jia")
    town.act("sulead", ref, "reject", task=theirs, opinion="第一条不清")
    assert rounds(town, ref) == [("agreement_review", "rejected")]
    assert book(town, ref) == {"sulead": "rejected", ":jia": "not_needed"}
    assert (clock(town, ref, theirs), clock(town, ref, ours)) == ("met", "cancelled")
    assert notices(town, ref)[-1] == "approval_rejected"
    before = town.dump()
    with pytest.raises(NotPermitted, match="不是这件纠纷的待办承办人"):
        town.act("jialead", ref, "approve", task=ours)
    with pytest.raises(TransitionRefused, match="被驳回"):
        town.act("jiamed", ref, "conclude_written")
    assert town.dump() == before


def test_asking_tells_all_that_is_wrong_at_once(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        ask(town, ref, "sulead", "sulead", "jiaold", "nobody", ":su-pai", ":nowhere", due_on="2026-03-02")
    assert [(problem.key, problem.message) for problem in refused.value.problems] == [
        ("due_on", "应当晚于今天"),
        ("signers[1]", "苏长（示例苏木） 写了两次"),
        ("signers[2]", "包旧没有可以办理这一项的在任岗位"),
        ("signers[3]", "没有代码为 nobody 的人员"),
        ("signers[4]", "示例苏木派出所没有可以办理的在任人员"),
        ("signers[5]", "没有代码为 nowhere 的单位，或当日已不存续"),
    ]
    assert town.dump() == before


def test_what_is_wrong_with_signers_hides_nothing_that_stands_in_the_way_of_the_approval(sqlite_town):
    town = sqlite_town
    ref = town.bring("accepted")
    ask(town, ref, "sulead", name="extension_review", days=10, who="jiawin")
    before = town.dump()
    not_here, not_asked = (
        "「协议审核」只在「调解中、待签署补充协议」时送审",
        "「协议审核」没有正在会签的",
    )
    for trigger, words, key, sentence in (
        ("ask_approval", {"signers": [whom("nobody")]}, "signers[0]", not_here),
        ("ask_approval", {"signers": []}, "signers", not_here),
        ("add_signer", {"signer": whom(":nowhere")}, "signer", not_asked),
        ("remove_signer", {"signer": whom(":nowhere")}, "signer", not_asked),
    ):
        with pytest.raises(InputInvalid) as refused:
            town.act("jiawin", ref, trigger, approval="agreement_review", **words)
        assert [problem.key for problem in refused.value.problems] == [key]
        assert [reason.message for reason in refused.value.reasons] == [sentence]
    assert town.dump() == before


def test_who_is_named_twice_or_not_there_hides_nothing_else_that_is_wrong(sqlite_town):
    town = sqlite_town
    with_approvals(town, any_review=approval("any"), all_review=approval("all"))
    ref = town.bring("agreed")
    before = town.dump()
    for name, signers, keys in (
        ("nobody_knows", ("sulead", "sulead", "nobody"), ["approval", "signers[1]", "signers[2]"]),
        ("any_review", ("jiamed", "nobody"), ["signers[1]", "signers"]),
        ("all_review", ("jiamed", "jiamed"), ["signers[1]", "signers"]),
        ("all_review", ("jiamed", "nobody"), ["signers[1]"]),
    ):
        with pytest.raises(InputInvalid) as refused:
            ask(town, ref, *signers, name=name, who="jiamed")
        assert [problem.key for problem in refused.value.problems] == keys
    assert town.dump() == before


def test_what_is_wrong_with_a_signer_hides_not_that_the_round_is_somebody_elses(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead", name="extension_review", days=10, who="jiawin")
    ask(town, ref, "sulead", "jialead")
    for trigger, sentence in (
        ("add_signer", "没有代码为 nobody 的人员"),
        ("remove_signer", "会签人中没有这一位"),
    ):
        with pytest.raises(InputInvalid) as refused:
            town.act("jiawin", ref, trigger, approval="agreement_review", signer=whom("nobody"))
        assert [problem.message for problem in refused.value.problems] == [sentence]
        assert [reason.guard for reason in refused.value.reasons] == [
            "approval_concerns_me" if trigger == "add_signer" else "approval_asked_by_me"
        ]


def test_asker_is_never_the_only_one_who_agrees(sqlite_town):
    town = sqlite_town
    with_approvals(town, any_review=approval("any"), all_review=approval("all"))
    ref = town.bring("agreed")
    before = town.dump()
    for name, signers, sentence in (
        ("all_review", ["jiamed"], "不能只由送审人自己会签"),
        ("any_review", ["jiamed", "sulead"], "一人同意即可的，送审人不能会签"),
    ):
        with pytest.raises(InputInvalid, match=sentence):
            ask(town, ref, *signers, name=name)
    assert town.dump() == before
    ask(town, ref, ":jia", name="any_review")
    with pytest.raises(TransitionRefused, match="只有送审人自己同意，不算通过"):
        town.act("jiamed", ref, "approve", task=number(town, ref, ":jia"))
    town.act("jiamed2", ref, "approve", task=number(town, ref, ":jia"))
    assert rounds(town, ref) == [("any_review", "agreed")]


def test_round_cannot_be_left_to_its_asker_by_removing_the_others(sqlite_town):
    town = sqlite_town
    with_approvals(town, all_review=approval("all"))
    ref = town.bring("agreed")
    ask(town, ref, "jiamed", "sulead", name="all_review")
    town.act("jiamed", ref, "approve", task=number(town, ref, "jiamed"))
    before = town.dump()
    with pytest.raises(TransitionRefused, match="只有送审人自己同意"):
        town.act("jiamed", ref, "remove_signer", approval="all_review", signer=whom("sulead"))
    assert town.dump() == before


@pytest.mark.parametrize("rule", ["all", "in_order", "vote"])
def test_nobody_answers_a_round_twice(sqlite_town, rule):
    town = sqlite_town
    with_approvals(town, review=approval(rule, least=2))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", ":su", ":jia", name="review")
    theirs = number(town, ref, ":su")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    before = town.dump()
    for trigger in ("approve", "reject"):
        with pytest.raises(NotPermitted, match="已经表示过意见，一人只算一次"):
            town.act("sulead", ref, trigger, task=theirs, opinion="再说一次")
    assert town.dump() == before
    town.act("sumed", ref, "approve", task=theirs)
    assert rounds(town, ref) == [("review", "agreed" if rule == "vote" else "open")]


def test_too_few_signers_are_refused(sqlite_town):
    town = sqlite_town
    with_approvals(town, vote=approval("vote", least=3))
    ref = town.bring("agreed")
    with pytest.raises(InputInvalid, match="至少要3个会签人"):
        ask(town, ref, "sulead", "sumed", name="vote")


def test_signers_have_the_relation_that_the_approval_asks_for(sqlite_town):
    town = sqlite_town
    own = By(posts=("unit_leader", "mediator"), relation=("holder", "mediator"))
    with_approvals(town, own_review=approval("all", signers=own))
    ref = town.bring("agreed")
    with pytest.raises(InputInvalid, match="苏长没有可以办理这一项的在任岗位"):
        ask(town, ref, "sulead", name="own_review")
    ask(town, ref, "jialead", name="own_review")
    assert book(town, ref) == {"jialead": "open"}


def test_round_in_order_asks_one_after_another(town):
    with_approvals(town, chain=approval("in_order"))
    ref = town.bring("agreed")
    ask(town, ref, "jialead", "sumed", "sulead", name="chain", due_on="2026-03-20")
    first, second, third = (number(town, ref, one) for one in ("jialead", "sumed", "sulead"))
    assert book(town, ref) == {"jialead": "open", "sumed": "waiting", "sulead": "waiting"}
    assert [clock(town, ref, one) for one in (first, second, third)] == ["running", None, None]
    assert notices(town, ref) == ["task_asked"]
    before = town.dump()
    with pytest.raises(NotPermitted, match="现在轮到包长，还没有轮到您"):
        town.act("sulead", ref, "approve", task=third)
    with pytest.raises(TransitionRefused, match="还没有轮到；现在轮到包长"):
        town.act("jialead", ref, "approve", task=third)
    with pytest.raises(NotPermitted, match="不是这件纠纷的待办承办人"):
        town.act("jiamed2", ref, "approve", task=first)
    assert town.dump() == before
    town.act("jialead", ref, "approve", task=first)
    assert [clock(town, ref, one) for one in (first, second, third)] == ["met", "running", None]
    assert task(town, ref, second).due_at == task(town, ref, first).due_at
    town.act("sumed", ref, "approve", task=second)
    town.act("sulead", ref, "approve", task=third)
    assert rounds(town, ref) == [("chain", "agreed")]


def test_signer_who_waits_does_not_have_the_case_on_the_list_yet(sqlite_town):
    town = sqlite_town
    with_approvals(town, chain=approval("in_order"))
    ref = town.bring("agreed")
    ask(town, ref, "jialead", "yimed", name="chain")
    assert town.worklists(ref) == {"jia", "su", "qi"}
    assert town.instance.tasks("yimed") == []
    town.act("jialead", ref, "approve", task=number(town, ref, "jialead"))
    assert town.worklists(ref) == {"jia", "su", "qi", "yi"}
    assert [(row.case, row.kind) for row in town.instance.tasks("yimed")] == [(ref, "approval")]


def test_vote_is_rejected_as_soon_as_no_majority_is_possible(town):
    with_approvals(town, vote=approval("vote"))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "sumed", "sumed2", "jialead", name="vote")
    for who in ("sulead", "sumed"):
        assert rounds(town, ref) == [("vote", "open")]
        town.act(who, ref, "reject", task=number(town, ref, who), opinion="不妥")
    assert rounds(town, ref) == [("vote", "rejected")]
    assert book(town, ref)["jialead"] == "not_needed"


def test_vote_is_carried_by_more_than_half(sqlite_town):
    town = sqlite_town
    with_approvals(town, vote=approval("vote"))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "sumed", "sumed2", name="vote")
    town.act("sumed2", ref, "reject", task=number(town, ref, "sumed2"), opinion="不妥")
    for who in ("sulead", "sumed"):
        town.act(who, ref, "approve", task=number(town, ref, who))
    assert rounds(town, ref) == [("vote", "agreed")]


def test_only_one_round_of_an_approval_is_open(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    with pytest.raises(TransitionRefused, match="正在会签，不用重复送审"):
        ask(town, ref, "jialead")


def test_signer_of_another_unit_sees_the_case_while_asked_and_after_answering(town):
    ref = town.bring("agreed")
    with pytest.raises(NotFound):
        town.instance.case("yimed", ref)
    with_approvals(town, mine=approval("all"))
    ask(town, ref, "yimed", "sulead", name="mine")
    assert town.instance.case("yimed", ref).row.id == ref
    with pytest.raises(NotFound):
        town.instance.case("yiwin", ref)
    assert [row.id for row in town.instance.cases("yimed", waiting=True)] == [ref]
    assert town.instance.cases("yiwin", waiting=True) == []
    town.act("yimed", ref, "approve", task=number(town, ref, "yimed"))
    assert town.instance.case("yimed", ref).row.id == ref
    assert town.instance.cases("yimed", waiting=True) == []


def test_signer_who_was_removed_no_longer_sees_the_case(town):
    with_approvals(town, mine=approval("all"))
    ref = town.bring("agreed")
    ask(town, ref, "yimed", "sulead", name="mine")
    gone = number(town, ref, "yimed")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.act("jiamed", ref, "remove_signer", approval="mine", signer=whom("yimed"))
    with pytest.raises(NotFound):
        town.instance.case("yimed", ref)
    assert (rounds(town, ref), book(town, ref)["yimed"]) == ([("mine", "agreed")], "removed")
    assert (clock(town, ref, gone), town.worklists(ref)) == ("cancelled", {"jia", "su", "qi"})
    assert (town.last(ref).act, town.last(ref).facts["round"]) == ("remove_signer", "agreed")


def test_removing_never_goes_below_the_least_nor_takes_who_has_answered(sqlite_town):
    town = sqlite_town
    with_approvals(town, mine=approval("all", least=2))
    ref = town.bring("agreed")
    ask(town, ref, "sumed", "sulead", name="mine")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    before = town.dump()
    for signer, sentences in (
        ("sumed", ["「示例审批」至少要2个会签人"]),
        ("sulead", ["这一位已经表示意见，不能减签", "「示例审批」至少要2个会签人"]),
        ("jialead", ["会签人中没有这一位"]),
    ):
        with pytest.raises(InputInvalid) as refused:
            town.act("jiamed", ref, "remove_signer", approval="mine", signer=whom(signer))
        assert [problem.message for problem in refused.value.problems] == sentences
    assert town.dump() == before


def test_removing_whose_turn_it_is_asks_the_next(sqlite_town):
    town = sqlite_town
    with_approvals(town, chain=approval("in_order"))
    ref = town.bring("agreed")
    ask(town, ref, "jialead", "sulead", name="chain")
    town.act("jiamed", ref, "remove_signer", approval="chain", signer=whom("jialead"), reason="外出")
    assert book(town, ref) == {"jialead": "removed", "sulead": "open"}
    assert clock(town, ref, number(town, ref, "sulead")) == "running"


def test_signer_added_must_agree_too(town):
    with_approvals(town, chain=approval("in_order"))
    ref = town.bring("agreed")
    ask(town, ref, "jialead", "sulead", name="chain")
    town.act("jialead", ref, "add_signer", approval="chain", signer=whom("sumed"), place=2)
    places = {name_of(town, one): one.place for one in town.of(ref, queries.tasks) if one.place}
    assert places == {"jialead": 1, "sumed": 2, "sulead": 3}
    before = town.dump()
    for signer, place, sentence in (
        ("sumed2", 1, "应当在第2至第4位之间"),
        ("sulead", 3, "苏长（示例苏木） 已经在会签人中"),
    ):
        with pytest.raises(InputInvalid, match=sentence):
            town.act("jiamed", ref, "add_signer", approval="chain", signer=whom(signer), place=place)
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "add_signer", approval="chain", signer=whom("nobody"), place=1)
    assert [problem.key for problem in refused.value.problems] == ["signer", "place"]
    with pytest.raises(NotPermitted):
        town.act("jiawin", ref, "add_signer", approval="chain", signer=whom("sumed2"))
    assert town.dump() == before
    for who in ("jialead", "sumed", "sulead"):
        assert rounds(town, ref) == [("chain", "open")]
        town.act(who, ref, "approve", task=number(town, ref, who))
    assert rounds(town, ref) == [("chain", "agreed")]


def test_round_taken_back_leaves_nobody_a_to_do(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead", ":jia")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    before = town.dump()
    with pytest.raises(NotPermitted):
        town.act("sulead", ref, "take_back", approval="agreement_review")
    assert town.dump() == before
    town.act("jiamed", ref, "take_back", approval="agreement_review", reason="再改一改")
    assert rounds(town, ref) == [("agreement_review", "taken_back")]
    assert book(town, ref) == {"sulead": "agreed", ":jia": "taken_back"}
    assert clock(town, ref, number(town, ref, ":jia")) == "cancelled"
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_rejected_agreement_is_not_concluded_by_word_of_mouth(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    before = town.dump()
    with pytest.raises(TransitionRefused, match="「协议审核」正在会签"):
        town.act("jiamed", ref, "conclude_oral")
    assert town.dump() == before
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), opinion="第一条不清")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "conclude_oral")
    assert _about_approvals(refused.value) == ["「协议审核」被驳回了"]
    assert (town.dump(), town.case(ref).state) == (before, "mediating")


def test_taking_back_leaves_a_rejection_as_it_was(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead", ":jia")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), opinion="写清楚")
    town.act("jiamed", ref, "resubmit")
    done = town.act("jiamed", ref, "take_back", approval="agreement_review")
    assert done.told == ("「协议审核」撤回以后，仍然是被驳回；改好以后办理「再送审」",)
    assert town.last(ref).facts["stands"] == "rejected"
    before = town.dump()
    for verb in ("conclude_written", "conclude_oral"):
        with pytest.raises(TransitionRefused) as refused:
            town.act("jiamed", ref, verb)
        assert _about_approvals(refused.value) == ["「协议审核」被驳回了"]
    assert town.dump() == before
    done = town.act("jiamed", ref, "resubmit")
    assert done.told == ("「协议审核」已再送审：上一轮被驳回",)
    first = town.of(ref, queries.rounds)[0]
    assert town.of(ref, queries.rounds)[-1].replaces_id == first.id
    assert book(town, ref) == {"sulead": "open", ":jia": "open"}
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.act("jialead", ref, "approve", task=number(town, ref, ":jia"))
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_taking_back_leaves_what_was_agreed_and_overtaken_as_it_was(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    draft(town, ref, matters="另写。")
    town.act("jiamed", ref, "resubmit")
    done = town.act("jiamed", ref, "take_back", approval="agreement_review")
    assert done.told == ("「协议审核」撤回以后，仍按上一轮是已通过；所看的事实变了的，还要办理「再送审」",)
    before = town.dump()
    with pytest.raises(TransitionRefused, match="「协议审核」通过以后，协议文本变了"):
        town.act("jiamed", ref, "conclude_written")
    assert town.dump() == before
    draft(town, ref)
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_rejection_stands_when_the_rounds_after_it_lapse_and_are_taken_back(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), opinion="写清楚")
    town.act("jiamed", ref, "resubmit")
    pause = {"kind": "consent", "asked_by": [1, 2], "evidence": "都同意", "expected_on": "2026-03-20"}
    town.act("jiamed", ref, "suspend", **pause)
    town.act("jiamed", ref, "resume", result="接着谈")
    town.act("jiamed", ref, "resubmit")
    town.act("jiamed", ref, "take_back", approval="agreement_review")
    assert [state for _name, state in rounds(town, ref)] == ["rejected", "lapsed", "taken_back"]
    before = town.dump()
    with pytest.raises(TransitionRefused, match="「协议审核」被驳回了"):
        town.act("jiamed", ref, "conclude_written")
    assert town.dump() == before


def test_changed_fact_keeps_signers_from_agreeing_to_what_they_have_not_seen(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    draft(town, ref, clauses=[pay(amount_fen=200_00)])
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    assert {reason.message for reason in refused.value.reasons} == {
        "送审以后，协议条款变了",
        "送审以后，协议金额变了",
    }
    assert town.dump() == before


def test_resubmitting_reopens_exactly_what_changed_and_says_so(town):
    with_approvals(town, claims_review=approval("all", title="请求审核", looks_at=("claims", "risk")))
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    ask(town, ref, "jialead", name="claims_review")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.act("jialead", ref, "approve", task=number(town, ref, "jialead"))
    draft(town, ref, matters="由谁修沟、何时修好。")
    before = town.dump()
    with pytest.raises(TransitionRefused, match="「协议审核」通过以后，协议文本变了"):
        town.act("jiamed", ref, "conclude_written")
    assert town.dump() == before
    done = town.act("jiamed", ref, "resubmit")
    assert done.told == ("「协议审核」已再送审：协议文本变了", "「请求审核」继续有效")
    event = town.last(ref)
    assert (event.facts["reopened"], event.facts["stand"]) == (
        {"agreement_review": ["agreement_text"]},
        ["claims_review"],
    )
    assert rounds(town, ref) == [
        ("agreement_review", "agreed"),
        ("claims_review", "agreed"),
        ("agreement_review", "open"),
    ]
    first, _other, again = town.of(ref, queries.rounds)
    assert (again.replaces_id, book(town, ref)) == (first.id, {"sulead": "open", "jialead": "agreed"})
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"


def test_resubmitting_after_a_rejection_asks_all_of_the_round_again(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead", ":jia", question="请审")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), opinion="写清楚")
    done = town.act("jiamed", ref, "resubmit", approvals=["agreement_review"])
    assert done.told == ("「协议审核」已再送审：上一轮被驳回",)
    assert town.last(ref).facts["reopened"] == {"agreement_review": []}
    assert book(town, ref) == {"sulead": "open", ":jia": "open"}
    assert task(town, ref, number(town, ref, ":jia")).question == "请审"


def test_who_agreed_to_unchanged_facts_is_not_asked_again(town):
    with_approvals(town, chain=approval("in_order"))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead", ":jia", name="chain")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"), opinion="可以")
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), opinion="写清楚")
    told = len(notices(town, ref))
    done = town.act("jiamed", ref, "resubmit")
    assert done.told == (
        "「示例审批」已再送审：上一轮被驳回",
        "「示例审批」所看的事实没有变：苏长（示例苏木）的同意继续有效",
    )
    assert town.last(ref).facts["kept"] == {"chain": ["su/sulead"]}
    assert book(town, ref) == {"sulead": "agreed", "jialead": "open", ":jia": "waiting"}
    kept, next_one, last = (number(town, ref, who) for who in ("sulead", "jialead", ":jia"))
    assert [entry["said"] for entry in task(town, ref, kept).opinion] == ["可以"]
    assert [task(town, ref, one).place for one in (kept, next_one, last)] == [1, 2, 3]
    assert [task(town, ref, one).waiting for one in (kept, next_one, last)] == [False, False, True]
    assert notices(town, ref)[told:] == ["task_asked"]
    first, again = town.of(ref, queries.rounds)
    assert list(again.looked_at["agreed"].values()) == [first.looked_at["asked"]]
    town.act("jialead", ref, "reject", task=next_one, opinion="还不清楚")
    town.act("jiamed", ref, "resubmit")
    assert book(town, ref) == {"sulead": "agreed", "jialead": "open", ":jia": "waiting"}
    town.act("jialead", ref, "approve", task=number(town, ref, "jialead"))
    with pytest.raises(NotPermitted, match="已经表示过意见"):
        town.act("jialead", ref, "approve", task=number(town, ref, ":jia"))
    assert rounds(town, ref)[-1] == ("chain", "open")


def test_who_agreed_to_facts_that_changed_is_asked_again(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), opinion="写清楚")
    draft(town, ref, matters="另写。")
    done = town.act("jiamed", ref, "resubmit")
    assert done.told == ("「协议审核」已再送审：上一轮被驳回（此后协议文本变了）",)
    assert book(town, ref) == {"sulead": "open", "jialead": "open"}
    assert "kept" not in town.last(ref).facts


def test_who_agreed_before_the_rule_changed_is_asked_again(sqlite_town):
    """The case was moved to a version that asks by another rule, or for more."""
    town = sqlite_town
    for before, after in (
        (approval("all"), approval("any", signers=By(posts=("unit_leader",), relation=("any",)))),
        (approval("all", looks_at=("claims",)), approval("all", looks_at=("claims", "parties"))),
    ):
        with_approvals(town, review=before)
        ref = town.bring("agreed")
        ask(town, ref, "sulead", "jialead", name="review")
        town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
        town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), opinion="写清楚")
        with_approvals(town, review=after)
        town.act("jiamed", ref, "resubmit")
        assert book(town, ref) == {"sulead": "open", "jialead": "open"}


def test_who_agreed_and_signs_no_more_holds_up_nothing(sqlite_town):
    town = sqlite_town
    with_approvals(town, review=approval("all"))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead", name="review")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), opinion="写清楚")
    with_approvals(
        town, review=approval("all", signers=By(posts=("unit_leader", "mediator"), relation=("holder",)))
    )
    town.act("jiamed", ref, "resubmit")
    assert book(town, ref) == {"sulead": "agreed", "jialead": "open"}
    town.act("jialead", ref, "approve", task=number(town, ref, "jialead"))
    assert rounds(town, ref)[-1] == ("review", "agreed")


def test_who_rejected_cannot_be_removed_so_that_the_others_word_passes(sqlite_town):
    """Nor in a round after the next; whoever agreed since can."""
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), opinion="写清楚")
    for _time in range(2):
        town.act("jiamed", ref, "resubmit", question="补了照片")
        before = town.dump()
        with pytest.raises(InputInvalid, match="这一位驳回过上一轮，或者接手了驳回过的人的会签，不能减签"):
            town.act("jiamed", ref, "remove_signer", approval="agreement_review", signer=whom("jialead"))
        assert town.dump() == before
        town.act("jialead", ref, "reject", to="preparing", opinion="再谈")
        town.step(ref, "record_session")
    assert [task.question for task in town.of(ref, queries.tasks) if task.kind == "approval"][2:] == [
        "补了照片"
    ] * 4


@pytest.mark.parametrize(
    "given",
    [
        "transfer",
        "hand_over",
        "transfer to who was asked before",
        "transfer by a deputy",
        "hand_over of what was lent",
    ],
)
def test_who_has_the_task_of_who_rejected_cannot_be_removed_either(town, given):
    """Whoever was added besides can be, and has not spoken for anybody else."""
    with_approvals(
        town, board=approval("all", signers=By(posts=("unit_leader", "mediator"), relation=("any",)))
    )
    ref = town.bring("agreed")
    if given.endswith("before"):
        ask(town, ref, "sumed", name="board")
        town.act("jiamed", ref, "take_back", approval="board")
    ask(town, ref, "sulead", "yimed", name="board")
    town.act("yimed", ref, "approve")
    town.act("sulead", ref, "reject", opinion="写清楚")
    town.act("jiamed", ref, "resubmit")
    if given.startswith("transfer"):
        asked, who = number(town, ref, "sulead"), "sulead"
        if given.endswith("deputy"):
            leave = {"person": "sulead", "deputy": "sudis", "since": "2026-03-02", "until": "2026-03-20"}
            town.instance.duty.record_leave("sulead", leave)
            who = "sudis"
        town.act(who, ref, "transfer", task=asked, to=whom("sumed"), reason="不在")
    else:
        if given.endswith("lent"):
            town.act("sulead", ref, "delegate", to=whom("jiamed2"))
        words = {"from": "sulead", "to": "sumed", "reason": "leave", "until": "2026-03-20"}
        town.instance.hand_over("sudis", words)
    for code in ("sumed2", "yimed2"):
        town.act("jiamed", ref, "add_signer", approval="board", signer=whom(code))
    town.act("sumed2", ref, "approve")
    before = town.dump()
    with pytest.raises(InputInvalid, match="接手了驳回过的人的会签，不能减签"):
        town.act("jiamed", ref, "remove_signer", approval="board", signer=whom("sumed"))
    assert town.dump() == before
    town.act("jiamed", ref, "remove_signer", approval="board", signer=whom("yimed2"))
    assert rounds(town, ref)[-1] == ("board", "open")
    if given.endswith("lent"):
        town.act("jiamed2", ref, "answer", opinion="可以")
    town.act("sumed", ref, "approve")
    assert rounds(town, ref)[-1] == ("board", "agreed")


def test_who_asked_for_the_round_before_does_not_pass_the_next_alone(sqlite_town):
    """The word that a leader gave on a request of his own is carried over when somebody else asks anew."""
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "jialead", "sulead", who="jialead")
    town.act("jialead", ref, "approve", task=number(town, ref, "jialead"))
    town.act("jialead", ref, "reject", to="preparing", opinion="再谈")
    town.clock.advance(timedelta(hours=1))
    town.step(ref, "record_session")
    town.clock.advance(timedelta(hours=1))
    town.act("jiamed", ref, "resubmit")
    assert book(town, ref) == {"jialead": "agreed", "sulead": "open"}
    before = town.dump()
    with pytest.raises(TransitionRefused, match="送审人"):
        town.act("jiamed", ref, "remove_signer", approval="agreement_review", signer=whom("sulead"))
    assert town.dump() == before


def test_word_of_who_is_kept_from_the_case_since_is_not_carried_over(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    town.act("jialead", ref, "reject", task=number(town, ref, "jialead"), opinion="写清楚")
    recuse(town, "sudis", ref, "sulead")
    before = town.dump()
    with pytest.raises(InputInvalid, match="回避"):
        town.act("jiamed", ref, "resubmit")
    assert town.dump() == before


def test_resubmitting_an_open_round_whose_facts_changed_closes_the_old_to_dos(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead", ":jia")
    old = number(town, ref, "sulead")
    draft(town, ref, matters="另写。")
    town.act("jiamed", ref, "resubmit")
    assert rounds(town, ref) == [("agreement_review", "lapsed"), ("agreement_review", "open")]
    assert (task(town, ref, old).outcome, clock(town, ref, old)) == ("not_needed", "cancelled")
    assert number(town, ref, "sulead") > old


def test_resubmitting_says_nothing_of_what_the_definition_no_longer_asks(sqlite_town):
    """The case came from another definition, or was moved to a version without the approval."""
    town = sqlite_town
    plain = town.instance.office
    with_approvals(town, elders=approval("all"))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", name="elders")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    ask(town, ref, ":jia")
    town.act("jialead", ref, "reject", task=number(town, ref, ":jia"), opinion="写清楚")
    town.instance.office = plain
    done = town.act("jiamed", ref, "resubmit")
    assert done.told == ("「协议审核」已再送审：上一轮被驳回",)
    assert (town.last(ref).facts["reopened"], town.last(ref).facts["stand"]) == ({"agreement_review": []}, [])


def test_resubmitting_names_each_signer_who_can_sign_no_more(sqlite_town):
    town = sqlite_town
    with_approvals(town, review=approval("all"))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead", ":jia", name="review")
    town.act("sulead", ref, "reject", task=number(town, ref, "sulead"), opinion="写清楚")
    holder = By(posts=("unit_leader", "mediator"), relation=("holder",))
    with_approvals(town, review=approval("all", signers=holder))
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "resubmit")
    assert [(one.key, one.message) for one in refused.value.problems] == [
        ("review", "苏长没有可以办理这一项的在任岗位")
    ]
    assert town.dump() == before


def test_resubmitting_what_stands_is_refused(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    before = town.dump()
    with pytest.raises(TransitionRefused, match="没有需要再送审的审批"):
        town.act("jiamed", ref, "resubmit")
    with pytest.raises(InputInvalid, match="没有「poem」这一项审批"):
        town.act("jiamed", ref, "resubmit", approvals=["poem"])
    assert town.dump() == before


def test_fact_put_back_as_it_was_lets_the_approval_stand_again(sqlite_town):
    town = sqlite_town
    ref = town.bring("agreed")
    with_approvals(town, claims_review=approval("all", looks_at=("claims",)))
    ask(town, ref, "sulead", name="claims_review")
    town.act("jiamed", ref, "amend", claims=["另一件"])
    page = town.instance.case("jiamed", ref)
    assert [(one["state"], one["changed"]) for one in page.approvals] == [("open", ["请求事项"])]
    town.act("jiamed", ref, "amend", claims=["修好排水沟"])
    town.act("sulead", ref, "approve", task=number(town, ref, "sulead"))
    assert rounds(town, ref) == [("claims_review", "agreed")]


def test_rejecting_to_an_earlier_step_goes_back_in_one_act(town):
    ref = town.bring("agreed")
    ask(town, ref, "jialead", "sulead")
    version = town.case(ref).version
    theirs, other = number(town, ref, "jialead"), number(town, ref, "sulead")
    town.act("jialead", ref, "reject", task=theirs, to="accepted", opinion="换人再调")
    case = town.case(ref)
    assert (case.state, case.version, town.unit_code(case.holder_id)) == ("accepted", version + 1, "jia")
    assert rounds(town, ref) == [("agreement_review", "rejected")]
    assert book(town, ref) == {"jialead": "rejected", "sulead": "not_needed"}
    assert town.clocks(ref)["state:accepted"] == "running"
    event = town.last(ref)
    assert (event.act, event.from_state, event.to_state, event.facts["to"]) == (
        "reject",
        "mediating",
        "accepted",
        "accepted",
    )
    assert clock(town, ref, other) == "cancelled"


@pytest.mark.parametrize("to", ["triaged", "accepted", "preparing", "mediating"])
def test_an_agreement_that_waits_for_its_signatures_goes_back_to_any_earlier_step_at_once(town, to):
    ref = town.bring("mediating")
    town.act("jialead", ref, "reject", to="preparing", opinion="再准备")
    town.step(ref, "record_session")
    town.step(ref, "draft_agreement")
    town.step(ref, "conclude_written")
    before = town.case(ref)
    town.act("jialead", ref, "reject", to=to, opinion="不归这里办")
    case = town.case(ref)
    assert (case.state, case.version, case.number) == (to, before.version + 1, before.number)
    assert town.clocks(ref)[f"state:{to}"] == "running"
    assert (town.last(ref).from_state, town.last(ref).facts["to"]) == ("signing", to)
    if to == "triaged":
        town.act("jiawin", ref, "dispatch", to="yi")
        town.act("yiwin", ref, "acknowledge")
        assert (town.case(ref).state, town.unit_code(town.case(ref).holder_id)) == ("accepted", "yi")


@pytest.mark.parametrize(("to", "left"), [("accepted", 0), ("triaged", 0), ("preparing", 1)])
def test_parties_are_told_that_they_need_not_come_to_a_session_that_will_not_be(sqlite_town, to, left):
    town = sqlite_town
    ref = town.bring("mediating")
    if to == "preparing":
        town.act("jialead", ref, "reject", to="preparing", opinion="再准备")
        town.step(ref, "record_session")
    town.act(
        "jiamed",
        ref,
        "arrange",
        kind="session",
        starts_at=town.clock.now() + timedelta(days=2),
        place="嘎查",
        told=[1, 2],
    )
    town.act("jialead", ref, "reject", to=to, opinion="换人再调")
    with town.reading() as session:
        assert len(planned_of_case(session, town.case(ref).id)) == left
    assert notices(town, ref).count("appointment_cancelled") == (0 if left else 2)


def test_units_are_told_that_they_need_not_come_to_a_conference_of_a_case_that_went_back(sqlite_town):
    town = sqlite_town
    ref = town.bring("accepted")
    town.act("jialead", ref, "turn_joint", reason="涉及派出所和苏木")
    called = {"units": ["su-pai", "yi"], "starts_at": town.clock.now() + timedelta(days=1), "place": "嘎查"}
    town.act("jialead", ref, "call_conference", **called)
    town.act("jialead", ref, "reject", to="accepted", opinion="先核实")
    assert town.case(ref).state == "accepted"
    assert notices(town, ref).count("conference_cancelled") == 2


def test_round_lapses_where_its_approval_does_not_live(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    theirs = number(town, ref, "sulead")
    town.act("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    assert town.case(ref).state == "ended"
    assert (rounds(town, ref), book(town, ref)) == ([("agreement_review", "lapsed")], {"sulead": "lapsed"})
    assert (clock(town, ref, theirs), town.last(ref).facts["lapsed"]) == ("cancelled", [theirs])
    assert town.tasks(ref) == [("ended", "jia")]


def test_clock_of_a_signer_runs_out_once_and_tells_the_signer(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    theirs = number(town, ref, "sulead")
    town.clock.advance(timedelta(days=8))
    town.instance.run_deadlines()
    assert (clock(town, ref, theirs), notices(town, ref).count("task_overdue")) == ("missed", 1)
    assert book(town, ref) == {"sulead": "open"}
    town.act("sulead", ref, "approve", task=theirs)
    assert (rounds(town, ref), clock(town, ref, theirs)) == ([("agreement_review", "agreed")], "missed")


@pytest.mark.parametrize("away", ["suspended", "sent back"])
def test_round_that_lapsed_is_no_way_past_who_was_asked(town, away):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    if away == "suspended":
        words = {"kind": "consent", "asked_by": [1, 2], "evidence": "都同意", "expected_on": "2026-03-10"}
        town.act("jiamed", ref, "suspend", **words)
        town.act("jiamed", ref, "resume", result="继续")
    else:
        town.act("jialead", ref, "reject", to="preparing", opinion="再谈")
        town.step(ref, "record_session")
    assert (town.case(ref).state, rounds(town, ref)) == ("mediating", [("agreement_review", "lapsed")])
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "conclude_written")
    assert [reason.message for reason in refused.value.reasons] == ["「协议审核」没有办结就失效了"]
    assert town.dump() == before
    assert town.act("jiamed", ref, "resubmit").told == ("「协议审核」已再送审：上一轮没有办结就失效了",)
    assert (book(town, ref), town.last(ref).facts["reopened"]) == (
        {"sulead": "open"},
        {"agreement_review": []},
    )
    town.act("jiamed", ref, "take_back", approval="agreement_review", reason="不审了")
    town.act("jiamed", ref, "conclude_written")
    assert town.case(ref).state == "signing"
