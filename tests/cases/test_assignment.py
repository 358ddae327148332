"""Who takes a dispute, and who mediates it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from mediation.cases import queries
from mediation.errors import InputInvalid, NotPermitted, TransitionRefused
from mediation.people import queries as people
from mediation.people.models import Post
from tests.town import party, silent


def test_dispatch_asks_a_unit_and_the_holder_stays_until_it_acknowledges(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi", opinion="牧场在乙嘎查")
    case = town.case(ref)
    assert (case.state, town.unit_code(case.holder_id), town.unit_code(case.target_id)) == (
        "dispatched",
        "jia",
        "yi",
    )
    assert case.first_receiver_released_at is None
    assert town.tasks(ref) == [("dispatched", "yi")]
    assert town.worklists(ref) == {"jia", "yi", "su", "qi"}
    assert town.last(ref).facts["to"] == "yi"
    town.act("yiwin", ref, "acknowledge")
    case = town.case(ref)
    assert (case.state, town.unit_code(case.holder_id), case.target_id) == ("received", "yi", None)
    assert case.first_receiver_released_at == town.clock.now()
    assert [town.unit_code(row.unit_id) for row in town.of(ref, queries.co_handlers)] == ["jia"]
    assert town.worklists(ref) == {"yi", "su", "qi"}
    assert town.counts() == {
        ("yi", "ordinary", "received"): 1,
        ("su", "ordinary", "received"): 1,
        ("qi", "ordinary", "received"): 1,
    }


@pytest.mark.parametrize(("to", "sentence"), [("jia", "已经是主办单位"), ("su", "是上级单位")])
def test_dispatch_to_oneself_or_upwards_is_refused(town, to, sentence):
    ref = town.bring("triaged")
    before = town.dump()
    with pytest.raises(InputInvalid, match=sentence):
        town.act("jiawin", ref, "dispatch", to=to)
    assert town.dump() == before


def test_only_the_unit_that_is_asked_acknowledges(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    with pytest.raises(NotPermitted, match="不是这件纠纷的被交办单位"):
        town.act("jiawin", ref, "acknowledge")
    with pytest.raises(NotPermitted, match="不是这件纠纷的被交办单位"):
        town.act("suwin", ref, "acknowledge")


def test_unit_sends_back_once_however_often_it_is_asked(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("yiwin", ref, "send_back", reason="不在本嘎查")
    case = town.case(ref)
    assert (case.state, case.target_id, case.sent_back) == ("triaged", None, 1)
    assert town.worklists(ref) == {"jia", "su", "qi"}
    town.act("jiawin", ref, "dispatch", to="yi")
    assert town.case(ref).sent_back == 1
    with pytest.raises(TransitionRefused, match="本单位已退回过1次"):
        town.act("yiwin", ref, "send_back", reason="还是不收")
    town.act("yiwin", ref, "acknowledge")
    assert town.case(ref).state == "received"


def test_unit_that_is_asked_for_the_first_time_may_send_back_after_another_did(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("yiwin", ref, "send_back", reason="不在本嘎查")
    town.act("jiawin", ref, "dispatch", to="su-pai")
    town.act("lin", ref, "send_back", reason="不是治安案件")
    assert town.case(ref).state == "triaged"


def test_accept_gives_number_committee_and_clock(town):
    ref = town.bring("accepted")
    case = town.case(ref)
    assert (case.state, case.number, case.accepted_at) == (
        "accepted",
        "〔2026〕示例甲人调字第1号",
        town.clock.now(),
    )
    assert town.clocks(ref)["mediation_limit"] == "running"
    assert town.rows("SELECT kind, year, ordinal, text, state FROM number_issued") == [
        ("case", 2026, 1, "〔2026〕示例甲人调字第1号", "used")
    ]


def test_accept_by_a_committee_above_has_its_number(town):
    ref = town.bring("received")
    town.act("jiawin", ref, "accept", committee="su-tw")
    assert town.case(ref).number == "〔2026〕示例苏人调字第1号"


@pytest.mark.parametrize("committee", ["yi-tw", "nowhere"])
def test_accept_by_a_committee_that_is_not_competent_is_refused(town, committee):
    ref = town.bring("received")
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        town.act("jiawin", ref, "accept", committee=committee)
    assert [problem.key for problem in refused.value.problems] == ["committee"]
    assert town.dump() == before


def test_accept_tells_all_that_the_law_wants_at_once(town):
    crowd = [party("applicant", number) for number in range(1, 7)]
    child = silent("respondent", 7, id_number=None, born_on="2016-01-01")
    refusing = party("respondent", 8, consents=False)
    ref = town.bring("received", governance_category="1401", parties=[*crowd, child, refusing])
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiawin", ref, "accept", taken_elsewhere="court")
    assert [reason.guard for reason in refused.value.reasons] == [
        "nobody_refuses",
        "everybody_consents",
        "rights_told_to_all",
        "not_taken_elsewhere",
        "suited_to_mediation",
        "minors_have_guardians",
        "five_representatives_at_most",
    ]
    assert town.dump() == before


def test_crowd_that_chose_the_same_representative_has_one(town):
    chosen = {"kind": "group_representative", "name": "代表"}
    crowd = [party("applicant", number, agents=[dict(chosen)]) for number in range(1, 7)]
    ref = town.bring("received", parties=[*crowd, party("respondent", 7)])
    town.step(ref, "accept")
    assert town.case(ref).state == "accepted"


def test_crowd_with_six_representatives_is_refused_though_two_share_a_name(town):
    numbers = [party("third", number)["id_number"] for number in range(11, 17)]
    names = ["代甲", "代甲", "代乙", "代丙", "代丁", "代戊"]
    crowd = [
        party("applicant", n, agents=[{"kind": "group_representative", "name": name, "id_number": number}])
        for n, (name, number) in enumerate(zip(names, numbers, strict=True), start=1)
    ]
    ref = town.bring("received", parties=[*crowd, party("respondent", 7)])
    with pytest.raises(TransitionRefused, match="申请人一方登记了6名代表，最多五名"):
        town.step(ref, "accept")


@pytest.mark.parametrize("verb", ["triage", "accept"])
def test_unfit_category_is_accepted_with_a_reason_on_record(town, verb):
    why = "实为两户间的民事赔偿。"
    ref = town.bring("registered", governance_category="1401")
    town.step(ref, "triage", **({"override_reason": why} if verb == "triage" else {}))
    town.step(ref, "keep")
    if verb == "accept":
        with pytest.raises(TransitionRefused, match="部署单位规定不宜用人民调解解决"):
            town.step(ref, "accept")
    town.step(ref, "accept", **({"override_reason": why} if verb == "accept" else {}))
    assert (town.case(ref).state, town.case(ref).mediable_because) == ("accepted", why)
    assert why not in repr(town.dump())


def test_reason_for_an_unfit_category_does_not_outlive_the_category(town):
    ref = town.bring("registered", governance_category="1401")
    town.step(ref, "triage", override_reason="实为民事赔偿。")
    town.act("jiawin", ref, "amend", governance_category="1403")
    town.step(ref, "keep")
    with pytest.raises(TransitionRefused) as refused:
        town.step(ref, "accept")
    assert [reason.guard for reason in refused.value.reasons] == ["suited_to_mediation"]


def test_land_taking_is_accepted_without_more(town):
    ref = town.bring("received", governance_category="1102")
    town.step(ref, "accept")
    assert town.case(ref).state == "accepted"


def test_accept_of_what_the_court_has_sent(town):
    ref = town.bring("received", source="court_referral")
    town.act("jiawin", ref, "accept", taken_elsewhere="court")
    assert town.case(ref).state == "accepted"


def test_guardian_whose_authority_has_run_out_is_none(town):
    guardian = {"kind": "guardian", "name": "父亲", "valid_to": "2026-03-02"}
    child = party("respondent", 2, id_number=None, born_on="2016-01-01", agents=[guardian])
    ref = town.bring("received", parties=[party(), child])
    town.clock.advance(timedelta(days=1))
    with pytest.raises(TransitionRefused, match="还没有登记监护人"):
        town.step(ref, "accept")


def test_decline_is_the_holders_and_tells_other_routes(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("yiwin", ref, "acknowledge")
    before = town.dump()
    with pytest.raises(NotPermitted):
        town.act("jiawin", ref, "decline_acceptance", reason="not_civil", routes=["court"])
    with pytest.raises(TransitionRefused, match="没有写明告知当事人的其他途径"):
        town.act("yiwin", ref, "decline_acceptance", reason="not_civil")
    with pytest.raises(InputInvalid, match="reason"):
        town.act("yiwin", ref, "decline_acceptance", reason="tired", routes=["court"])
    assert town.dump() == before
    town.act("yiwin", ref, "decline_acceptance", reason="not_civil", routes=["court", "police"])
    case = town.case(ref)
    assert (case.state, case.outcome, case.number) == ("ended", "not_accepted", None)
    [notice] = town.of(ref, queries.notices)
    assert (notice.kind, notice.number, notice.routes) == (
        "non_acceptance",
        "〔2026〕示例乙人调不受字第1号",
        ["court", "police"],
    )
    assert town.outbox(ref) == [("issue_paper", "non_acceptance_notice")]


def test_assign_puts_mediators_on_the_case_and_gives_the_presiding_one_the_task(town):
    ref = town.bring("preparing")
    found = town.of(ref, queries.mediators)
    assert [(person.code, row.role, row.how) for row, person, _post in found] == [
        ("jiamed", "presiding", "appointed"),
        ("jiarec", "recorder", "appointed"),
    ]
    [task] = town.of(ref, queries.open_tasks)
    assert task.person_id == found[0][1].id
    assert town.last(ref).facts["mediators"] == ["presiding:jiamed:appointed", "recorder:jiarec:appointed"]


@pytest.mark.parametrize(
    ("mediators", "guard"),
    [
        ([{"person": "jiarec", "role": "recorder"}], "one_presides"),
        ([{"person": "jiamed"}, {"person": "jiamed2"}], "one_presides"),
        ([{"person": "jiaold"}], "mediators_in_office"),
        ([{"person": "jiamed", "conflict": "near_relative"}], "no_conflict_of_interest"),
        ([{"person": "jiamed", "objected_by": 2}], "parties_accept_mediators"),
    ],
)
def test_assign_of_who_may_not_mediate_is_refused(town, mediators, guard):
    ref = town.bring("accepted")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "assign", mediators=mediators)
    assert [reason.guard for reason in refused.value.reasons] == [guard]
    assert town.dump() == before


@pytest.mark.parametrize(
    ("mediators", "key"),
    [
        ([{"person": "nobody"}], "mediators[0].person"),
        ([{"person": "jiawin"}], "mediators[0].person"),
        ([{"person": "jiamed"}, {"person": "jiamed", "role": "recorder"}], "mediators"),
        ([{"person": "jiamed", "conflict": "dislikes"}], "mediators[0].conflict"),
        ([{"person": "jiamed", "objected_by": 5}], "mediators[0].objected_by"),
    ],
)
def test_assign_of_what_makes_no_sense_is_refused(town, mediators, key):
    ref = town.bring("accepted")
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "assign", mediators=mediators)
    assert [problem.key for problem in refused.value.problems] == [key]


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ("yimed", ["乙和现在不是本单位、上级或者下级调委会的委员，也没有受其聘任，不能担任调解员"]),
        ("grid2", ["格木现在不是本单位、上级或者下级调委会的委员，也没有受其聘任，不能担任调解员"]),
        ("jiaold", ["包旧的岗位不在任期内"]),
    ],
)
def test_who_is_on_no_roster_that_reaches_the_case_does_not_mediate(town, person, why):
    ref = town.bring("accepted")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.act("jiamed", ref, "assign", mediators=[{"person": person}])
    assert [(reason.guard, reason.message) for reason in refused.value.reasons] == [
        ("mediators_in_office", sentence) for sentence in why
    ]
    assert "由调委会聘任" in refused.value.reasons[0].next_step
    assert town.dump() == before


@pytest.mark.parametrize("person", ["grid", "sumed"])
def test_who_is_appointed_here_or_sits_above_mediates(town, person):
    ref = town.bring("accepted")
    town.act("jiamed", ref, "assign", mediators=[{"person": person}])
    [(_row, found, _post)] = town.of(ref, queries.mediators)
    assert found.code == person


def test_grid_worker_who_is_not_appointed_takes_nothing_on_the_spot(town):
    ref = town.register("grid2", workflow="simple")
    with pytest.raises(TransitionRefused, match="格木现在不是本单位、上级或者下级调委会的委员"):
        town.act("grid2", ref, "take")


def test_roster_that_has_run_out_makes_no_mediator(town):
    town.clock.advance(timedelta(days=365 * 2))  # after the committee's term, and the mediators' posts
    ref = town.register("grid", workflow="simple")
    with pytest.raises(TransitionRefused, match="格日现在不是"):
        town.act("grid", ref, "take")


def test_mediator_with_a_conflict_that_both_know_may_stay(town):
    ref = town.bring("accepted")
    town.act(
        "jiamed",
        ref,
        "assign",
        mediators=[{"person": "jiamed", "conflict": "other_relation", "kept_by_both": True}],
    )
    [(row, _person, _post)] = town.of(ref, queries.mediators)
    assert (row.conflict, row.kept_by_both) == ("other_relation", True)


def test_replaced_mediator_loses_task_relation_and_private_notes(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "note_privately", party=1, body="底线五百元")
    town.act("jialead", ref, "replace_mediator", reason="生病", mediators=[{"person": "sumed"}])
    [(_row, person, _post)] = town.of(ref, queries.mediators)
    [task] = town.of(ref, queries.open_tasks)
    assert (person.code, task.person_id) == ("sumed", person.id)
    assert town.case(ref).state == "mediating"
    with pytest.raises(NotPermitted):
        town.act("jiamed", ref, "record_session", **town.session())
    assert town.instance.case("jiamed", ref).private_notes == []
    assert [note["body"] for note in town.instance.case("sumed", ref).private_notes] == ["底线五百元"]


def test_whom_the_parties_chose_is_replaced_by_whom_they_agree_to(town):
    """Art. 19; or because one of them does not accept that one any more (Art. 23)."""
    ref = town.bring("accepted")
    records = {"person": "jiarec", "role": "recorder"}

    def replace(*mediators, **words):
        said = {"mediators": [*mediators, records], "reason": "另有安排", **words}
        return town.act("jialead", ref, "replace_mediator", **said)

    first, second = (
        {"person": "jiamed", "how": "chosen"},
        {"person": "sumed", "role": "mediator", "how": "chosen"},
    )
    town.act("jialead", ref, "assign", mediators=[first, second])
    before = town.dump()
    for mediators in (
        [{"person": "jiamed2"}, second],
        [{"person": "sumed"}],
        [{"person": "sumed"}, {"person": "jiamed", "role": "recorder"}],
        [{"person": "jiamed2", "how": "chosen"}, {"person": "sumed2", "role": "mediator"}, second],
    ):
        with pytest.raises(InputInvalid, match="包和 是当事人选择的，换人要征得当事人同意") as refused:
            town.act("jialead", ref, "replace_mediator", mediators=mediators, reason="忙")
        assert [one.key for one in refused.value.problems] == ["consented"]
    assert town.dump() == before
    replace(
        {"person": "jiamed"}, {"person": "sumed", "role": "mediator"}
    )  # both stay the parties' own choice
    assert hows(town, ref) == {"jiamed": "chosen", "sumed": "chosen", "jiarec": "appointed"}
    replace({"person": "jiamed2"}, second, consented=True)
    assert (hows(town, ref)["jiamed2"], town.last(ref).facts["consented"]) == ("appointed", True)
    replace({"person": "jiamed2"}, {"person": "sumed2", "role": "mediator", "how": "chosen"})
    replace({"person": "jiamed2"}, objections=[{"person": "sumed2", "party": 1}])
    assert hows(town, ref) == {"jiamed2": "appointed", "jiarec": "appointed"}


@pytest.mark.parametrize("why", ["withdraws", "no_post"])
def test_whom_the_parties_chose_and_who_cannot_go_on_is_replaced_by_the_committee(sqlite_town, why):
    town = sqlite_town
    ref = town.bring("accepted")
    town.act("jialead", ref, "assign", mediators=[{"person": "jiamed", "how": "chosen"}])
    words = {"mediators": [{"person": "jiamed2"}], "reason": "被申请人是其近亲属"}
    if why == "withdraws":
        second = {"person": "sumed", "role": "mediator", "how": "chosen"}
        town.act(
            "jialead", ref, "replace_mediator", mediators=[{"person": "jiamed"}, second], reason="再选一位"
        )
        with pytest.raises(InputInvalid, match="一次换一位"):
            town.act("jialead", ref, "replace_mediator", **words, must_withdraw=True)
        town.act(
            "jialead",
            ref,
            "replace_mediator",
            mediators=[{"person": "jiamed"}],
            reason="商定",
            consented=True,
        )
        town.act("jialead", ref, "replace_mediator", **words, must_withdraw=True)
        assert town.last(ref).facts["must_withdraw"] is True
    else:
        with town.instance.database.writing() as session:
            person = people.person(session, "jiamed").id
            ended = update(Post).where(col(Post.person_id) == person).values(valid_to=date(2026, 3, 1))
            session.execute(ended)
            town.note_people(session)
        town.act("jialead", ref, "replace_mediator", **words)
    assert hows(town, ref) == {"jiamed2": "appointed"}


def hows(town, ref):
    return {person.code: row.how for row, person, _post in town.of(ref, queries.mediators)}


def test_take_on_the_spot_numbers_and_releases(town):
    ref = town.register("grid", workflow="simple")
    town.act("grid", ref, "take")
    case = town.case(ref)
    assert (case.state, case.number) == ("mediating", "〔2026〕示例甲人调字第1号")
    assert case.first_receiver_released_at == town.clock.now()
    assert [(p.code, row.role) for row, p, _post in town.of(ref, queries.mediators)] == [
        ("grid", "presiding")
    ]
    assert town.clocks(ref) == {
        "state:registered": "met",
        "mediation_limit": "running",
        "state:mediating": "running",
    }


def test_take_of_what_an_office_has_already_is_refused(town):
    ref = town.register("grid", workflow="simple")
    with pytest.raises(TransitionRefused, match="行政机关已经受理"):
        town.act("grid", ref, "take", taken_elsewhere="administrative")
