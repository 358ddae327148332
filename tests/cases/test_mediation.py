"""Sessions and their records, talks with one side, the agreement in clauses, more time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mediation.cases import queries
from mediation.cases.clauses import manner_in_words, time_limit_in_words
from mediation.cases.facts import clause_facts
from mediation.cases.models import Dispute
from mediation.cases.office import Timing
from mediation.clock import local_day
from mediation.deadlines.calendar import Span
from mediation.errors import InputInvalid, NotPermitted, TransitionRefused
from tests.town import party, pay

DRAFT = {"facts": "雨水倒灌。", "matters": "由谁修沟。"}


def test_session_is_recorded_with_who_was_there(town):
    ref = town.bring("preparing")
    helper = {"kind": "neighbour", "name": "邻居", "unit": "一浩特", "consented_by": [1, 2]}
    town.act("jiawin", ref, "amend", add_participants=[helper])
    town.act(
        "jiamed", ref, "record_session", **town.session("to_continue", present=[1], participants=["邻居"])
    )
    [talk] = town.of(ref, queries.sessions)
    assert (talk.ordinal, talk.result, talk.record["present"], talk.record["absent"]) == (
        1,
        "to_continue",
        [1],
        [2],
    )
    assert town.case(ref).state == "mediating"
    event = town.last(ref)
    assert event.facts == {
        "workflow": "ordinary/5",
        "outcome": "open",
        "session": 1,
        "result": "to_continue",
        "present": [1],
    }
    assert set(event.commitments) == {"record"}
    assert town.clocks(ref)["state:mediating"] == "running"


def test_session_names_who_was_absent_and_where_helpers_come_from(town):
    ref = town.bring("preparing")
    helper = {"kind": "neighbour", "name": "邻居", "unit": "一浩特", "consented_by": [1, 2]}
    town.act("jiawin", ref, "amend", add_participants=[helper])
    town.act("jiamed", ref, "record_session", **town.session(present=[1], participants=["邻居"]))
    [talk] = town.of(ref, queries.sessions)
    [_one, two] = town.of(ref, queries.parties)
    assert (talk.record["absent_names"], talk.record["participants"]) == (
        [two.name],
        ["邻居（邻居，一浩特）"],
    )


def test_helper_of_no_listed_kind_is_named_by_the_unit_alone(town):
    ref = town.bring("preparing")
    helper = {"kind": "other", "name": "业主代表", "consented_by": [1, 2]}
    added = [{**helper, "unit": "业主委员会"}, {**helper, "name": "路人"}]
    town.act("jiawin", ref, "amend", add_participants=added)
    town.act("jiamed", ref, "record_session", **town.session(present=[1], participants=["业主代表", "路人"]))
    [talk] = town.of(ref, queries.sessions)
    assert talk.record["participants"] == ["业主代表（业主委员会）", "路人（其他）"]


def test_helper_who_was_not_entered_or_not_agreed_to_takes_no_part(town):
    ref = town.bring("preparing")
    before = town.dump()
    with pytest.raises(InputInvalid, match="邻居 没有登记为参加人") as refused:
        town.act("jiamed", ref, "record_session", **town.session(participants=["邻居"]))
    assert [problem.key for problem in refused.value.problems] == ["participants[0]"]
    assert town.dump() == before
    helper = {"kind": "neighbour", "name": "邻居", "consented_by": [1, 2]}
    town.act("jiawin", ref, "amend", add_participants=[helper])
    town.act("jiawin", ref, "amend", add_parties=[party("third", 3)])
    with pytest.raises(TransitionRefused, match=r"第1位参加人没有征得第三人（3）同意"):
        town.act("jiamed", ref, "record_session", **town.session(participants=["邻居"]))


def test_session_after_session_begins_the_states_clock_again(town):
    ref = town.bring("preparing")
    for _session in range(2):
        town.act("jiamed", ref, "record_session", **town.session())
    states = [row.state for row in town.of(ref, queries.deadlines) if row.name == "state:mediating"]
    assert states == ["met", "running"]
    assert town.tasks(ref) == [("mediating", "jia")]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"present": []}, "present"),
        ({"present": [1, 9]}, "present"),
        ({"result": "agreed", "present": [1]}, "present"),
        ({"held_from": "2027-01-01T10:00"}, "held_from"),
        ({"held_from": "2026-03-02T09:00", "held_to": "2026-03-02T08:00"}, "held_to"),
        ({"held_from": "2026-03-02T09:00", "held_to": "2026-03-02T23:00"}, "held_to"),
    ],
)
def test_session_that_cannot_have_been_is_refused(town, changes, key):
    ref = town.bring("preparing")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "record_session", **{**town.session(), **changes})
    assert [problem.key for problem in refused.value.problems] == [key]
    assert town.dump() == before


def test_group_is_bound_by_its_representatives(town):
    chosen = {"kind": "group_representative", "name": "代表"}
    crowd = [party("applicant", number) for number in range(1, 7)]
    crowd[0]["agents"] = [chosen]
    ref = town.bring("preparing", parties=[*crowd, party("respondent", 7)])
    town.act("jiamed", ref, "record_session", **town.session("agreed", present=[1, 7]))
    assert town.case(ref).state == "mediating"


def test_the_same_session_is_not_recorded_twice_nor_one_from_before_the_dispute(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating", occurred_on="2026-03-01")
    held = town.session("to_continue")
    town.act("jiamed", ref, "record_session", **held)
    before = town.dump()
    with pytest.raises(InputInvalid, match=r"held_from: 这个时间的调解已经记录，是第[12]次调解"):
        town.act("jiamed", ref, "record_session", **held)
    with pytest.raises(InputInvalid, match="held_from: 早于纠纷发生的日期"):
        town.act("jiamed", ref, "record_session", **{**held, "held_from": "2026-02-28T09:00:00+08:00"})
    report = {"to": "派出所", "account": "扬言动手", "reported_at": "2001-01-01T09:00"}
    with pytest.raises(InputInvalid, match="reported_at: 早于纠纷发生的日期"):
        town.act("jiamed", ref, "report_police", **report)
    assert town.dump() == before


def test_session_from_before_the_acceptance_is_refused(sqlite_town):
    town = sqlite_town
    ref = town.register()
    town.clock.advance(timedelta(days=2))
    town.bring("preparing", ref)
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "record_session", **town.session(held_from="2026-03-03T23:59:00+08:00"))
    [problem] = refused.value.problems
    assert (problem.key, problem.message) == (
        "held_from",
        "调解的日期（2026年3月3日）早于受理的日期（2026年3月4日）；日期写错的请改正，受理以前谈过的，写进受理以后的调解记录",
    )
    assert town.dump() == before
    town.act("jiamed", ref, "record_session", **town.session(held_from="2026-03-04T00:00:00+08:00"))
    assert town.case(ref).state == "mediating"


def test_session_of_a_case_never_accepted_is_not_from_before_its_registration(sqlite_town):
    town = sqlite_town
    ref = town.bring("preparing")
    with town.instance.database.writing() as session:
        session.get_one(
            Dispute, town.case(ref).id
        ).accepted_at = None  # of a site's own way, which gives no number
    early = town.session(held_from="2026-03-01T23:59:00+08:00")
    with pytest.raises(
        InputInvalid, match=r"held_from: 调解的日期（2026年3月1日）早于登记的日期（2026年3月2日）"
    ):
        town.act("jiamed", ref, "record_session", **early)


def test_talk_on_the_spot_is_entered_the_day_after(sqlite_town):
    town = sqlite_town
    ref = town.register("grid", workflow="simple")
    town.act("grid", ref, "take")
    town.act("grid", ref, "record_session", **town.session(held_from="2026-03-01T18:00:00+08:00"))
    assert len(town.of(ref, queries.sessions)) == 1


def test_public_session_against_a_partys_wish_is_refused(town):
    ref = town.bring("preparing", public=True)
    town.act("jiawin", ref, "record_consent", parties=[2], objects_to_public=True)
    with pytest.raises(TransitionRefused, match=r"被申请人（2）要求不公开进行"):
        town.act("jiamed", ref, "record_session", **town.session())
    town.act("jiawin", ref, "amend", public=False)
    town.act("jiamed", ref, "record_session", **town.session())


def test_leader_who_does_not_mediate_records_no_session(town):
    ref = town.bring("preparing")
    with pytest.raises(NotPermitted):
        town.act("jiamed2", ref, "record_session", **town.session())


def test_draft_takes_the_place_of_the_draft_before(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=[pay(), pay(amount_fen=200_00)])
    town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=[pay(amount_fen=300_00)])
    [agreement] = town.of(ref, queries.agreements)
    with town.reading() as session:
        clauses = queries.clauses(session, agreement.id)
    assert (agreement.ordinal, agreement.state, [one.amount_fen for one in clauses]) == (1, "draft", [300_00])


@pytest.mark.parametrize(
    ("clause", "key"),
    [
        (pay(obligor=3), "clauses[0]"),
        (pay(act="dance"), "clauses[0].act"),
        (pay(due_on="2026-03-01"), "clauses[0].due_on"),
        (pay(at_once=True, due_on="2026-03-05"), "clauses[0].due_on"),
    ],
)
def test_clause_that_makes_no_sense_is_refused(town, clause, key):
    ref = town.bring("mediating")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=[clause])
    assert [problem.key for problem in refused.value.problems] == [key]
    assert town.dump() == before


@pytest.mark.parametrize("trigger", ["conclude_written", "conclude_oral"])
def test_draft_whose_days_have_gone_by_is_not_concluded(town, trigger):
    ref = town.bring("mediating")
    plan = [{"amount_fen": 50_00, "due_on": day} for day in ("2026-03-06", "2026-04-06")]
    clauses = [pay(due_on="2026-03-05"), pay(), pay(due_on=None, instalments=plan)]
    town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=clauses)
    town.clock.advance(timedelta(days=5))
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, trigger)
    assert [one.message.partition("：")[0] for one in refused.value.problems] == [
        "第1条的履行期限2026年3月5日已经过了",
        "第3条的履行期限2026年3月6日已经过了",
    ]
    assert town.dump() == before


@pytest.mark.parametrize(
    ("clause", "sentence"),
    [
        (pay(amount_fen=0), "协议第1条没有写明金额"),
        (pay(manner=None), "协议第1条没有写明履行方式"),
        (pay(due_on=None), "协议第1条没有写明履行期限"),
        (pay(obligee=2), "协议第1条没有写明向谁履行"),
        ({"obligor": 2, "obligee": 1, "act": "do", "due_on": "2026-04-01"}, "协议第1条没有写明做什么"),
    ],
)
def test_unclear_clause_is_not_concluded(town, clause, sentence):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=[clause])
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "conclude_written")
    assert sentence in [reason.message for reason in refused.value.reasons]
    assert town.dump() == before


def test_conclude_written_settles_the_text_and_owes_the_paper(town):
    ref = town.bring("signing")
    [agreement] = town.of(ref, queries.agreements)
    assert (agreement.state, agreement.written, agreement.medium, agreement.number) == (
        "signing",
        True,
        "tablet",
        "〔2026〕示例甲人调字第1号",
    )
    assert town.outbox(ref) == [("issue_paper", "agreement")]
    assert town.last(ref).facts["medium"] == "tablet"


def test_conclude_without_an_agreeing_session_is_refused(town):
    ref = town.bring("preparing")
    town.act("jiamed", ref, "record_session", **town.session("failed"))
    town.step(ref, "draft_agreement")
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "conclude_written")
    assert [reason.guard for reason in refused.value.reasons] == ["agreed_in_session"]


def test_conclude_with_a_party_added_afterwards_waits_for_its_consent(town):
    ref = town.bring("agreed")
    town.act("jiawin", ref, "amend", add_parties=[party("third", 3, consents=None)])
    for trigger in ("conclude_written", "conclude_oral"):
        with pytest.raises(TransitionRefused) as refused:
            town.act("jiamed", ref, trigger)
        assert "everybody_consents" in [reason.guard for reason in refused.value.reasons]


def test_family_matter_is_signed_in_ink_unless_a_reason_is_given(town):
    ref = town.bring("agreed", governance_category="0103")
    before = town.dump()
    for medium in ("tablet", "mixed"):
        with pytest.raises(TransitionRefused) as refused:
            town.act("jiamed", ref, "conclude_written", medium=medium)
        assert [reason.guard for reason in refused.value.reasons] == ["ink_for_personal_status"]
    assert town.dump() == before
    town.act("jiamed", ref, "conclude_written", override_reason="双方在外地,坚持使用电子签名")
    event = town.last(ref)
    assert (event.facts["medium"], set(event.commitments)) == ("tablet", {"override_reason"})


def test_tablet_without_everybodys_consent_to_it_is_refused(town):
    ref = town.bring("agreed", parties=[party(), party("respondent", 2, electronic_agreed=False)])
    with pytest.raises(TransitionRefused, match=r"被申请人（2）没有同意使用电子签名"):
        town.act("jiamed", ref, "conclude_written")
    town.act("jiamed", ref, "conclude_written", medium="ink")
    assert town.case(ref).state == "signing"


def test_conclude_tells_what_the_paper_lacks(town):
    ref = town.bring("agreed", parties=[party(), party("respondent", 2, address=None)])
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "conclude_written")
    assert [reason.guard for reason in refused.value.reasons] == ["paper_lacks_nothing"]


def test_clause_performed_on_the_spot_says_its_manner_and_day(town):
    ref = town.bring("mediating")
    spot = {key: value for key, value in pay(at_once=True).items() if key != "manner"}
    town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=[spot])
    [agreement] = town.of(ref, queries.agreements)
    with town.instance.database.reading() as session:
        [clause] = rows = queries.clauses(session, agreement.id)
    assert clause_facts(clause).lacks == ()
    assert (manner_in_words(agreement, rows), time_limit_in_words(agreement, rows)) == (
        "当场履行",
        "当场履行",
    )


def test_oral_agreement_is_in_force_the_day_it_is_reached(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=[pay(at_once=True)])
    town.act("jiamed", ref, "conclude_oral")
    [agreement] = town.of(ref, queries.agreements)
    case = town.case(ref)
    assert (agreement.written, agreement.state, agreement.in_force_at) == (
        False,
        "in_force",
        town.clock.now(),
    )
    assert (case.state, case.outcome, case.settled_level) == ("performing", "agreed_oral", "gacha")
    assert {name: state for name, state in town.clocks(ref).items() if not name.startswith("state:")} == {
        "mediation_limit": "met",
        "confirmation": "running",
    }
    assert town.outbox(ref) == [("issue_paper", "oral_agreement")]
    last = next(row for row in town.of(ref, queries.deadlines) if row.name == "confirmation")
    assert local_day(last.due_at - timedelta(seconds=1)) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("clause", "words", "registered", "why"),
    [
        (pay(), {}, {}, "按部署单位规定不能采取口头协议方式：有不能当场履行的内容"),
        (
            pay(at_once=True, amount_fen=5_000_01),
            {},
            {},
            "按部署单位规定不能采取口头协议方式：金额超过部署单位规定的口头协议上限",
        ),
        (pay(at_once=True), {"written_wanted_by": [1]}, {}, "不能采取口头协议方式：有当事人要求书面协议"),
        (
            pay(at_once=True),
            {},
            {"governance_category": "0901"},
            "不能采取口头协议方式：属于农村土地承包经营纠纷",
        ),
        (pay(at_once=True), {}, {"governance_category": "0502"}, "不能采取口头协议方式：属于医疗纠纷"),
    ],
)
def test_oral_agreement_where_writing_is_wanted_is_refused(town, clause, words, registered, why):
    ref = town.bring("mediating", **registered)
    town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=[clause])
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "conclude_oral", **words)
    assert [reason.message for reason in refused.value.reasons] == [why]
    assert town.dump() == before


def test_amounts_of_all_clauses_count_together(town):
    ref = town.bring("mediating")
    halves = [pay(at_once=True, amount_fen=2_500_00), pay(at_once=True, amount_fen=2_500_01)]
    town.act("jiamed", ref, "draft_agreement", **DRAFT, clauses=halves)
    with pytest.raises(TransitionRefused, match="口头协议上限"):
        town.act("jiamed", ref, "conclude_oral")


def test_extension_only_by_all_moves_the_clock(town):
    ref = town.bring("mediating")
    before = town.dump()
    with pytest.raises(TransitionRefused, match=r"被申请人（2）没有要求延长"):
        town.act("jiamed", ref, "extend", asked_by=[1], days=10, reason="需要鉴定")
    assert town.dump() == before
    [old] = [row for row in town.of(ref, queries.deadlines) if row.name == "mediation_limit"]
    town.act("jiamed", ref, "extend", asked_by=[1, 2], days=9, reason="需要鉴定")
    [new] = [row for row in town.of(ref, queries.deadlines) if row.name == "mediation_limit"]
    assert new.due_at - old.due_at == timedelta(days=9)
    assert town.last(ref).facts["days"] == 9


def test_extensions_are_refused_beyond_what_the_site_allows_in_all(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    most = Timing(Span(15, "days"), "示例旗规定·延长上限")
    town.instance.office = replace(
        town.instance.office, rules=replace(town.instance.office.rules, extensions=most)
    )
    town.act("jiamed", ref, "extend", asked_by=[1, 2], days=9, reason="需要鉴定")
    before = town.dump()
    with pytest.raises(InputInvalid) as wrong:
        town.act("jiamed", ref, "extend", asked_by=[1, 2], days=7, reason="还需要鉴定")
    assert [(problem.key, problem.message) for problem in wrong.value.problems] == [
        ("days", "一件纠纷累计最多延长15日（依据：示例旗规定·延长上限），还可以延长6日")
    ]
    assert town.dump() == before
    town.act("jiamed", ref, "extend", asked_by=[1, 2], days=6, reason="还需要鉴定")
    assert town.last(ref).facts["days"] == 6


def test_reopened_talks_make_a_second_agreement_with_its_ordinal(town):
    ref = town.bring("signing")
    with pytest.raises(InputInvalid):
        town.act("jiamed", ref, "reopen_talks", reason="  ")
    town.act("jiamed", ref, "reopen_talks", reason="对金额有异议")
    assert [one.state for one in town.of(ref, queries.agreements)] == ["void"]
    town.step(ref, "draft_agreement", clauses=[pay(amount_fen=80_00)])
    town.step(ref, "conclude_written")
    assert [(one.ordinal, one.state, one.number) for one in town.of(ref, queries.agreements)] == [
        (1, "void", "〔2026〕示例甲人调字第1号"),
        (2, "signing", "〔2026〕示例甲人调字第1号-2"),
    ]


@pytest.mark.parametrize("verb", ["conclude_written", "conclude_oral"])
def test_who_concludes_without_a_draft_is_told_the_act_by_its_title(sqlite_town, verb):
    ref = sqlite_town.bring("mediating")
    with pytest.raises(InputInvalid) as refused:
        sqlite_town.act("jiamed", ref, verb)
    assert ("agreement", "还没有拟协议，请先办理「拟协议」") in [
        (one.key, one.message) for one in refused.value.problems
    ]
