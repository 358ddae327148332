"""Papers prepared and recorded: in their time, once where once is owed, never for a case that has moved on."""

from dataclasses import replace
from pathlib import Path

import pytest

from mediation import codes
from mediation.cases import ceremony, paperwork, queries, sheets
from mediation.cases.facts import volume_lacks
from mediation.cases.inputs import Sign
from mediation.cases.models import PartyAgent
from mediation.errors import (
    CaseChanged,
    DocumentError,
    FactsMissing,
    InputInvalid,
    NotFound,
    NotPermitted,
    TransitionRefused,
)
from tests.cases.conftest import Signing
from tests.town import Town, party, pay

DULAN = Path(__file__).parents[2] / "examples" / "dulan"


def test_agreement_is_not_printed_before_it_is_settled(sqlite_town):
    """Else what was signed would be a draft that was changed afterwards."""
    ref = sqlite_town.bring("agreed")
    before = sqlite_town.dump()
    with pytest.raises(DocumentError, match="现在还不能出具"):
        sqlite_town.instance.issue("jiamed", ref, "agreement")
    assert sqlite_town.dump() == before


@pytest.mark.parametrize("form", ["oral_agreement", "termination_notice", "non_acceptance_notice"])
def test_paper_that_no_act_owes_is_not_printed(sqlite_town, form):
    ref = sqlite_town.bring("signing")
    with pytest.raises(DocumentError, match="现在还不能出具"):
        sqlite_town.instance.issue("jiamed", ref, form)


def test_owed_paper_that_the_case_wants_no_more_is_not_told_as_made(sqlite_town):
    town, ref = sqlite_town, sqlite_town.bring("signing")
    assert town.of(ref, queries.documents) == []
    done = town.do("jiamed", ref, "terminate", reason="no_agreement", routes=["court"])
    assert done.papers == ["终止调解通知书"]
    assert [paper.form for paper in town.of(ref, queries.documents)] == ["termination_notice"]
    assert town.rows("SELECT count(*) FROM outbox WHERE handed_on_at IS NULL AND kind = 'issue_paper'") == [
        (0,)
    ]


@pytest.mark.parametrize(
    ("kind", "pen"), [("legal_representative", "乙某"), ("guardian", "乙某（代乙）"), ("agent", "乙某")]
)
def test_pen_is_held_by_who_acts_by_law_for_such_a_party(sqlite_town, kind, pen):
    """A person's legal representative could be entered once; such a row gives no powers and no name on the paper's line."""
    town, ref = sqlite_town, sqlite_town.bring("signing")
    with town.instance.database.writing() as session:
        one = queries.parties(session, town.case(ref).id)[1]
        session.add(PartyAgent(case_id=one.case_id, party_id=one.id, kind=kind, name="代乙", details={}))
        pen = pen.replace("乙某", str(one.name))
    with town.reading() as session:
        snapshot = paperwork.prepare(town.hall(session), town.case(ref), "agreement").snapshot
    assert [slot.person for slot in snapshot.slots if slot.role == "party"][1] == pen


def test_paper_that_is_there_is_the_paper(signing: Signing):
    town, ref = signing.town, signing.tablet
    before = town.dump()
    [paper] = town.of(ref, queries.documents)
    assert town.instance.issue("jiamed", ref, "agreement") == paper.public_id
    assert town.instance.make_owed_papers() == []
    assert town.dump() == before


def test_paper_is_issued_by_those_who_handle_the_case(sqlite_town):
    ref = sqlite_town.bring("accepted")
    with pytest.raises(NotPermitted, match="可以出具文书"):
        sqlite_town.instance.issue("sumed", ref, "acceptance_register")
    with pytest.raises(NotFound):
        sqlite_town.instance.issue("yimed", ref, "acceptance_register")
    with pytest.raises(NotFound, match="没有名为 diary 的文书"):
        sqlite_town.instance.issue("jiamed", ref, "diary")


def test_paper_that_lacks_facts_says_which(sqlite_town):
    ref = sqlite_town.bring("accepted")
    before = sqlite_town.dump()
    with pytest.raises(FactsMissing):
        sqlite_town.instance.issue("jiamed", ref, "return_visit")
    assert sqlite_town.instance.missing("jiamed", ref, "return_visit") != []
    assert sqlite_town.dump() == before


def test_paper_of_an_archived_case_is_not_issued(sqlite_town):
    ref = sqlite_town.bring("triaged")
    sqlite_town.act("jiawin", ref, "withdraw", reason="和解", asked_by=[1])
    sqlite_town.act("jiawin", ref, "close")
    sqlite_town.act("jiawin", ref, "archive")
    with pytest.raises(DocumentError, match="案件已归档"):
        sqlite_town.instance.issue("jiawin", ref, "acceptance_register")


def moved_on(town: Town, ref: str, times: int) -> None:
    """Let the case move on between printing and recording, so many times."""
    put, left = town.instance.store.put, [times]

    def meanwhile(data: bytes) -> str:
        if left[0]:
            left[0] -= 1
            town.act("jiawin", ref, "tell_rights", parties=[1])
        return put(data)

    town.instance.store.put = meanwhile


def test_paper_printed_for_a_case_that_has_moved_on_is_printed_again(sqlite_town):
    ref = sqlite_town.bring("accepted")
    moved_on(sqlite_town, ref, 1)
    sqlite_town.instance.issue("jiamed", ref, "acceptance_register")
    [paper] = sqlite_town.of(ref, queries.documents)
    frozen = sqlite_town.last(ref)
    assert (paper.case_version, frozen.act) == (sqlite_town.case(ref).version - 1, "document.frozen")
    assert frozen.facts["seen_event"] == paper.case_version == frozen.ordinal - 1
    assert sqlite_town.instance.verify_trail().problems == []


def test_paper_of_a_case_that_never_rests_is_given_up(sqlite_town):
    ref = sqlite_town.bring("accepted")
    moved_on(sqlite_town, ref, 9)
    with pytest.raises(CaseChanged):
        sqlite_town.instance.issue("jiamed", ref, "acceptance_register")
    assert sqlite_town.of(ref, queries.documents) == []


def test_snapshot_names_head_committee_and_everybodys_slot(sqlite_town):
    ref = sqlite_town.bring("signing")
    with sqlite_town.reading() as session:
        prepared = paperwork.prepare(sqlite_town.hall(session), sqlite_town.case(ref), "agreement")
    snapshot = prepared.snapshot
    end = sqlite_town.last(ref)
    assert (snapshot.head.event_number, snapshot.head.event_hash) == (end.ordinal, end.hash)
    assert snapshot.committee.name == "示例甲嘎查村民委员会人民调解委员会"
    assert snapshot.sample
    assert [slot.name for slot in snapshot.slots] == [
        "party-01",
        "party-02",
        "mediator-01",
        "recorder",
        "seal",
    ]
    assert snapshot.agreement.copies == 3


def test_record_is_signed_by_those_who_were_there(sqlite_town):
    ref = sqlite_town.bring("preparing")
    helper = {"kind": "neighbour", "name": "邻居", "unit": "一浩特", "consented_by": [1, 2]}
    sqlite_town.act("jiawin", ref, "amend", add_participants=[helper])
    sqlite_town.act(
        "jiamed", ref, "record_session", **sqlite_town.session(present=[2], participants=["邻居"])
    )
    with sqlite_town.reading() as session:
        hall, case = sqlite_town.hall(session), sqlite_town.case(ref)
        record = paperwork.prepare(hall, case, "mediation_record").snapshot
        evidence = paperwork.prepare(hall, case, "evidence_list").snapshot
    [absent, present] = record.parties
    assert record.session.absent == (absent.name,)
    assert [(slot.name, slot.person) for slot in record.slots if slot.role in {"party", "participant"}] == [
        ("party-02", present.name),
        ("participant-01", "邻居"),
    ]
    [told] = record.session.participants
    assert f"{told.name}（{told.unit}{told.role}）" == "邻居（邻居，一浩特）"
    assert [slot.name for slot in evidence.slots if slot.role == "party"] == ["party-01", "party-02"]


def test_issuer_is_the_committee_that_was_chosen_until_the_case_climbs_past_it(sqlite_town):
    ref = sqlite_town.bring("received")
    sqlite_town.act("jiawin", ref, "accept", committee="su-tw")

    def issuer() -> str:
        with sqlite_town.reading() as session:
            hall = sqlite_town.hall(session)
            return paperwork.prepare(hall, sqlite_town.case(ref), "acceptance_register").committee_code

    assert issuer() == "su-tw"
    other = sqlite_town.bring("mediating")
    sqlite_town.act("jiamed", other, "escalate", reason="跨嘎查")
    ref = other
    assert issuer() == "jia-tw"
    sqlite_town.act("suwin", other, "acknowledge")
    assert issuer() == "su-tw"


def test_return_visit_is_signed_by_the_visitor_and_the_party_visited_alone(sqlite_town):
    ref = sqlite_town.bring("triaged")
    sqlite_town.act("jiawin", ref, "withdraw", reason="和解", asked_by=[1])
    sqlite_town.act("jiawin", ref, "close")
    for visited in (2, 1):
        sqlite_town.act(
            "jiawin", ref, "visit", party=visited, method="phone", performance="done", situation="好"
        )

    def signers(subject: str) -> list[str]:
        with sqlite_town.reading() as session:
            hall = sqlite_town.hall(session)
            prepared = paperwork.prepare(hall, sqlite_town.case(ref), "return_visit", subject)
        return [slot.name for slot in prepared.snapshot.slots]

    assert [signers(subject) for subject in ("visit-1", "visit-2", "")] == [
        ["visitor", "party-02"],
        ["visitor", "party-01"],
        ["visitor", "party-01"],
    ]


def test_words_below_a_mark_say_who_was_read_to_before_whom():
    said = Sign(slot="party-01", identity_check="id_card_seen", agrees=True)
    aloud = said.model_copy(update={"read_to": "read_aloud"})
    witnessed = aloud.model_copy(update={"witness": "杨小红"})
    assert [ceremony.caption(one) for one in (said, aloud, witnessed)] == [
        "",
        "已向其宣读，无异议",
        "已向其宣读，无异议 见证人：杨小红",
    ]
    assert ceremony.caption(said, "孟大勇") == "孟大勇代签"
    by_link = said.model_copy(update={"identity_check": ceremony.BY_LINK})
    assert ceremony.caption(by_link) == "凭链接签名，未当面核对证件"
    assert ceremony.caption(witnessed, "孟大勇") == "孟大勇代签 已向其宣读，无异议 见证人：杨小红"


@pytest.mark.parametrize(
    "subject", ["session-2a", "session-9", "session-", "agreement-x", "party-02", "nothing-1", "x"]
)
def test_paper_about_what_the_case_does_not_have_is_refused(sqlite_town, subject):
    """It would say what the newest session says, under a name that no session has."""
    ref = sqlite_town.bring("agreed")
    before = sqlite_town.dump()
    with pytest.raises(InputInvalid, match="本案没有") as refused:
        sqlite_town.instance.issue("jiamed", ref, "mediation_record", subject)
    assert [one.key for one in refused.value.problems] == ["subject"]
    assert sqlite_town.dump() == before
    sqlite_town.instance.issue("jiamed", ref, "mediation_record", "session-1")
    [paper] = sqlite_town.of(ref, queries.documents)
    assert paper.subject == "session-1"


def test_volume_of_a_short_way_of_the_sites_own_owes_no_register_of_acceptance(sqlite_town):
    town = sqlite_town
    case = town.case(town.bring("mediating"))
    register = "人民调解受理登记表"
    with town.reading() as session:
        hall = town.hall(session)
        assert register in volume_lacks(hall, case)
        office = replace(
            hall.office,
            newest={**hall.office.newest, "own": 1},
            engines={**hall.office.engines, ("own", 1): hall.office.engine("simple")},
        )
        case.workflow, case.workflow_version = "own", 1
        assert register not in volume_lacks(replace(hall, office=office), case)


RARE = [party(name="郝𠮷远"), party("respondent", 2)]
NO_SHAPE = "“𠮷”（U+20BB7）在现有字体里没有字形：当事人郝𠮷远的姓名或名称。请办理「补正资料」，在用字说明中写：“𠮷”字以“某”代替"


def test_agreement_with_a_name_that_no_font_has_is_refused_whole_till_a_stand_in_is_written_down(sqlite_town):
    town, ref = sqlite_town, sqlite_town.bring("agreed", parties=RARE)
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.do("jiamed", ref, "conclude_written")
    assert [reason.guard for reason in refused.value.reasons] == ["paper_lacks_nothing"]
    assert NO_SHAPE in str(refused.value)
    assert [NO_SHAPE in one for one in town.instance.missing("jiamed", ref, "acceptance_register")] == [True]
    with pytest.raises(FactsMissing, match="当事人郝𠮷远的姓名或名称"):
        town.instance.issue("jiamed", ref, "acceptance_register")
    assert town.dump() == before
    town.act("jiamed", ref, "amend", stand_ins=["“𠮷”字以“吉”代替", "“𠀂”字以“尘”代替"])
    assert town.last(ref).facts["fields"] == ["stand_ins"]
    done = town.do("jiamed", ref, "conclude_written")
    assert (done.papers, done.warnings) == (["人民调解协议书"], [])
    [paper] = town.of(ref, queries.documents)
    assert paper.snapshot["parties"][0]["name"] == "郝𠮷远"
    assert paper.snapshot["remarks"] == ["用字说明：“𠮷”字以“吉”代替"]


def test_stand_in_that_says_none_or_cannot_be_printed_is_refused(sqlite_town):
    ref = sqlite_town.bring("accepted")
    before = sqlite_town.dump()
    with pytest.raises(InputInvalid) as refused:
        sqlite_town.act("jiamed", ref, "amend", stand_ins=["备注", "“𠮷”字以“𠀂”代替"])
    assert [(one.key, one.message[:12]) for one in refused.value.problems] == [
        ("stand_ins[0]", "应当写成：“某”字以“某"),
        ("stand_ins[1]", "用来代替的“𠀂”在字体里"),
    ]
    assert sqlite_town.dump() == before


def test_act_whose_notice_cannot_be_printed_is_refused_whole(town):
    ref = town.bring("mediating")
    before = town.dump()
    said = {"reason": "no_agreement", "routes": ["court"], "explanation": "在𠮷沟谈不拢。"}
    with pytest.raises(InputInvalid, match="没有字形：通知书的说明。请办理「补正资料」"):
        town.act("jiamed", ref, "terminate", **said)
    assert town.dump() == before
    town.act("jiamed", ref, "terminate", **{**said, "explanation": "在吉沟谈不拢。"})


def test_where_a_case_cannot_be_amended_any_more_the_font_is_the_way(town):
    ref = town.bring("signing")
    said = {"reason": "no_agreement", "routes": ["court"], "explanation": "在𠮷沟谈不拢。"}
    with pytest.raises(InputInvalid) as refused:
        town.act("jiamed", ref, "terminate", **said)
    [problem] = refused.value.problems
    assert problem.message.endswith(
        "请改用字体里有的字，或请系统管理员在部署单位的fonts文件夹增加有“𠮷”的字体"
    )


def test_clause_with_a_character_that_no_font_has_is_named(sqlite_town):
    ref = sqlite_town.bring("agreed")
    clauses = [pay(), pay(manner="送到𠮷沟")]
    sqlite_town.act(
        "jiamed", ref, "draft_agreement", facts="雨水倒灌。", matters="由谁修沟。", clauses=clauses
    )
    with pytest.raises(TransitionRefused, match="没有字形：协议第2条"):
        sqlite_town.act("jiamed", ref, "conclude_written")


def test_paper_knows_the_heading_of_its_source(sqlite_town):
    ref = sqlite_town.bring("accepted")
    with sqlite_town.reading() as session:
        found = paperwork.prepare(sqlite_town.hall(session), sqlite_town.case(ref), "acceptance_register")
    case = found.snapshot.case
    assert (case.source, case.source_code, case.source_group) == ("当事人申请", "applied", "applied")


def test_paper_knows_a_source_of_the_site_by_the_one_above_it(sqlite_town):
    """What dulan's 村警 hand over is 公安机关移交 on 受理登记表, in the site's own words."""
    ref = sqlite_town.bring("accepted")
    with sqlite_town.reading() as session:
        hall, case = sqlite_town.hall(session), sqlite_town.case(ref)
        hall.office = replace(hall.office, codes=codes.load(DULAN))
        case.source = "village_police"
        sheet = sheets.case_sheet(hall, case)
    assert (sheet.source, sheet.source_code, sheet.source_group) == (
        "村警移交",
        "police_referral",
        "referred",
    )


@pytest.mark.parametrize("own", ["", ", group: referred"])
def test_paper_knows_a_source_of_the_site_by_the_heading_of_the_one_above_it(sqlite_town, tmp_path, own):
    """群众来访 has no tick of its own: it is an application of the parties, and so is what a site puts under it."""
    lists = tmp_path / "codes"
    lists.mkdir()
    head = "name: sources\ntitle: 来源\nversion: 2\nvalid_from: 2026-01-01\nextends: true\ncodes:\n"
    added = f"  - {{code: market_day, title: 赶集接待, parent: visit{own}}}\n"
    (lists / "sources.yaml").write_text(head + added, encoding="utf-8")
    ref = sqlite_town.bring("accepted")
    with sqlite_town.reading() as session:
        hall, case = sqlite_town.hall(session), sqlite_town.case(ref)
        hall.office = replace(hall.office, codes=codes.load(tmp_path))
        case.source = "market_day"
        sheet = sheets.case_sheet(hall, case)
    assert (sheet.source, sheet.source_code, sheet.source_group) == ("赶集接待", "visit", "applied")
