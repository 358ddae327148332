"""Erasure by two persons: what is gone is gone from rows, index, answers and files; the history and the papers still verify."""

from datetime import timedelta

import pytest
from sqlalchemy import text as sql

from mediation.audit import queries as trail_queries
from mediation.cases import erasure, queries
from mediation.cases.aftercare import queries as aftercare
from mediation.cases.erasure import fields
from mediation.cases.erasure import queries as erasure_queries
from mediation.cases.models import IdempotencyKey
from mediation.cases.office import Keeping
from mediation.cases.task_models import ApprovalRound
from mediation.crypto import sha256
from mediation.documents.verify import Verdict
from mediation.errors import InputInvalid, NotFound, NotPermitted, TransitionNotAllowed, TransitionRefused
from mediation.people import queries as people
from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table
from tests.backup.conftest import (
    lived,
    postgresql_founded,
    postgresql_living,
    sqlite_founded,
    sqlite_lived,
    sqlite_living,
)
from tests.backup.lived import AGENT, CANARIES, PAPERS, VISIT, Lived, everything, files
from tests.cases.aftercare.words import signed, slip
from tests.cases.test_evidence import give, picture
from tests.town import party

__all__ = [
    "lived",
    "postgresql_founded",
    "postgresql_living",
    "sqlite_founded",
    "sqlite_lived",
    "sqlite_living",
]
NAME, OTHER, PHONE, ADDRESS, NARRATIVE = CANARIES


def kept(lived: Lived, **changes) -> None:
    from dataclasses import replace

    office = lived.town.instance.office
    lived.town.instance.office = replace(office, rules=replace(office.rules, keeping=Keeping(**changes)))


def erased(lived: Lived, party: int | None = None) -> None:
    lived.town.instance.request_erasure("jiaarc", lived.put_away, "purpose_done", party)
    lived.town.instance.confirm_erasure("jialead", lived.put_away, party)


def refusals(error) -> list[str]:
    return [reason.guard for reason in error.value.reasons]


def found_in(lived: Lived, *words: str) -> list[str]:
    text = everything(lived.settings, lived.town.instance.keyring)
    return [word for word in words if word in text]


def test_whole_case_is_gone_and_its_history_verifies(lived: Lived):
    town = lived.town
    assert found_in(lived, *CANARIES, AGENT["name"]) == [*CANARIES, AGENT["name"]]
    pdf, _id = town.instance.paper("jiamed", lived.put_away, "agreement")
    before = town.acts(lived.put_away)
    events = len(trail_details(lived))
    assert events > 0
    erased(lived)
    assert found_in(lived, *CANARIES, AGENT["name"]) == []
    assert town.acts(lived.put_away)[len(before) :] == [
        "erasure.requested",
        "erasure.confirmed",
        "details.erased",
    ]
    assert trail_details(lived) == []
    assert town.instance.verify_trail().problems == []
    assert town.instance.verify(pdf).verdict is Verdict.VALID
    with pytest.raises(NotFound, match=r"这份文件已在[-0-9]+按个人信息保护法第四十七条删除"):
        town.instance.paper("jiamed", lived.put_away, "agreement")
    assert town.of(lived.put_away, queries.pieces) == set()
    assert town.instance.cases("jiamed", words=NAME) == []


def trail_details(lived: Lived) -> list[int]:
    with lived.town.reading() as session:
        return [
            event.ordinal
            for event in trail_queries.events_of(session, lived.put_away)
            if trail_queries.details_of(session, event.id)
        ]


def test_pages_of_an_erased_case_still_open(lived: Lived):
    erased(lived)
    page = lived.town.instance.case("jiamed", lived.put_away)
    assert (page.row.title, page.narrative, page.claims) == ("（已删除）", "（已删除）", [])
    assert [party["name"] for party in page.parties] == ["（已删除）", "（已删除）"]
    assert [party["phone"] for party in page.parties] == ["", ""]
    titles = {row.title for row in lived.town.instance.cases("jiamed")}
    assert titles == {"（已删除）", "排水沟纠纷"}
    assert lived.town.instance.trust_bundle() != b""


def test_erased_case_accuses_nobody_of_having_changed_what_was_agreed(lived: Lived):
    town, ref = lived.town, lived.put_away
    looked_at = {"asked": {"parties": "0" * 64, "claims": "1" * 64}, "agreed": {}}
    with town.instance.database.writing() as session:
        case = erasure_queries.case_of_chain(session, ref)
        who = people.person(session, "jialead")
        words = {"ordinal": 1, "approval": "agreement_review", "rule": "all", "state": "agreed"}
        asked = {"asked_by_id": who.id, "asked_by_unit_id": case.holder_id, "opened_at": town.clock.now()}
        session.add(ApprovalRound(case_id=case.id, looked_at=looked_at, **words, **asked))
    [before] = town.instance.case("jiamed", ref).approvals
    assert before["changed"]
    erased(lived)
    [after] = town.instance.case("jiamed", ref).approvals
    assert (after["state"], after["changed"]) == (before["state"], [])


def test_other_cases_are_left_as_they_were(lived: Lived):
    town = lived.town
    before = town.instance.case("jiamed", lived.going_on)
    erased(lived)
    assert town.instance.case("jiamed", lived.going_on) == before
    assert [row.id for row in town.instance.cases("jiamed", words="排水")] == [lived.going_on]


def test_files_of_the_case_leave_the_store(lived: Lived):
    store = lived.town.instance.store
    before = {name for name, _sealed in store.sealed_files()}
    erased(lived)
    assert len(before) > 5
    assert list(store.sealed_files()) == []


def test_evidence_goes_with_the_case_and_its_list_stays(lived: Lived):
    room = lived.town.instance.evidence
    assert room.open("jiamed", lived.put_away, 1).data == f"{NAME}：界沟以东".encode()
    [one, _withdrawn] = room.pieces("jiamed", lived.put_away)
    erased(lived)
    [left, _withdrawn] = room.pieces("jiamed", lived.put_away)
    assert (left.name, left.shows, left.file_name) == ("（已删除）", "（已删除）", "（已删除）")
    assert (left.sha256, left.kind) == (one.sha256, one.kind)
    with pytest.raises(NotFound, match=r"这份文件已在[-0-9]+按个人信息保护法第四十七条删除"):
        room.open("jiamed", lived.put_away, 1)


def test_kill_between_rows_and_files_is_made_good_by_the_daily_round(sqlite_lived: Lived):
    town = sqlite_lived.town
    town.instance.request_erasure("jiaarc", sqlite_lived.put_away, "purpose_done")
    with town.instance.database.writing() as session:  # and no more: as if killed here
        hall = town.hall(session, "jialead")
        erasure.confirm(hall, queries.find_case(session, hall.actor, sqlite_lived.put_away))
    assert [name for name in files(sqlite_lived.settings.store) if not name.startswith(".")] != []
    town.instance.run_deadlines()
    assert [name for name in files(sqlite_lived.settings.store) if not name.startswith(".")] == []


def test_one_party_is_gone_and_the_other_stands(lived: Lived):
    town = lived.town
    erased(lived, party=1)
    assert found_in(lived, NAME, PHONE, ADDRESS, AGENT["name"], AGENT["phone"]) == []
    assert found_in(lived, OTHER, NARRATIVE) == [OTHER, NARRATIVE]
    assert town.case(lived.put_away).title == f"（已删除）与{OTHER}界沟纠纷"
    names = [party.name for party in town.of(lived.put_away, queries.parties)]
    assert names == ["（已删除）", OTHER]
    assert town.instance.cases("jiamed", words=NAME) == []
    assert [row.id for row in town.instance.cases("jiamed", words=OTHER)] == [lived.put_away]
    assert town.instance.verify_trail().problems == []
    erased(lived)  # the rest may follow
    assert found_in(lived, *CANARIES) == []


@pytest.mark.parametrize("is_told", [True, False], ids=["struck", "before-0.12"])
def test_words_that_a_correction_put_right_go_with_the_party(sqlite_lived: Lived, is_told):
    """The former name, address and number, whole as they were kept, are as much of the party as those of now."""
    town, former = sqlite_lived.town, ["张三丰", "示例甲嘎查七十八号", "13900007777"]
    words = [["三丰", "三封"], ["七十八号", "八十八号"], ["13900007777", "13900008888"]]
    slips = [slip(field, *said) for field, said in zip(("name", "address", "phone"), words, strict=True)]
    if not is_told:  # by its words alone a slip tells what was kept if they are all of it
        slips[:2] = [slip("name", "张三丰", "张三封"), slip("address", former[1], "示例甲嘎查八十八号")]
    slips += [slip("sex", "男", "女"), slip("case_title", "纠分", "纠纷"), slip("name", "李四梅", "李四海")]
    ref = _corrected(town, slips, dict(zip(("name", "address", "phone"), former, strict=True)))
    if not is_told:
        with town.instance.database.writing() as session:
            session.connection().execute(sql("UPDATE correction SET struck = NULL"))
    assert found_in(sqlite_lived, *former, "李四梅") == [*former, "李四梅"]
    _erase(town, ref, 1)
    assert found_in(sqlite_lived, *former, "张三封", "13900008888") == []
    assert [row.name for row in town.of(ref, queries.parties)] == ["（已删除）", "李四海"]
    assert town.case(ref).title == "（已删除）与李四梅界沟纠纷"
    struck = [one["id"] for row in town.of(ref, aftercare.corrections) for one in row.struck or ()]
    other = town.of(ref, queries.parties)[1].id
    assert struck == ([town.case(ref).id, other] if is_told else [])
    _erase(town, ref, 2)
    assert found_in(sqlite_lived, "李四梅", "李四海") == []
    assert town.instance.verify_trail().problems == []


def _corrected(town, slips, first) -> str:
    """A case put away in which an agreement was corrected, slip by slip, a paper each."""
    parties = [party(**first), party("respondent", 2, name="李四梅")]
    title = f"{first['name']}与李四梅界沟纠分"
    ref = signed(town, town.bring("agreed", parties=parties, title=title))
    for one in slips:
        town.do("jiamed", ref, "correct", paper="agreement", slips=[one], reason="笔误")
        town.act("jiamed", ref, "tell_notice", parties=[1, 2], paper="correction_notice")
    town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-09")
    town.act("jiamed", ref, "close")
    town.act("jiawin", ref, "visit", **{**VISIT, "situation": "李四海满意"})
    for form, subject in PAPERS:
        town.instance.issue("jiawin", ref, form, subject)
    town.act("jiaarc", ref, "archive", paper_volume="三号柜")
    return ref


def _erase(town, ref, number) -> None:
    town.instance.request_erasure("jiaarc", ref, "purpose_done", number)
    town.instance.confirm_erasure("jialead", ref, number)


def test_one_person_alone_erases_nothing(lived: Lived):
    town = lived.town
    with pytest.raises(TransitionRefused) as refused:
        town.instance.confirm_erasure("jialead", lived.put_away)
    assert refusals(refused) == ["erasure.request"]
    town.instance.request_erasure("jialead", lived.put_away, "by_law")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.instance.confirm_erasure("jialead", lived.put_away)
    assert refusals(refused) == ["erasure.two_persons"]
    assert town.dump() == before
    last = town.last(lived.put_away)
    assert (last.act, last.facts["party"], last.facts["reason"], last.facts["by"]) == (
        "erasure.requested",
        None,
        "by_law",
        "jialead",
    )


@pytest.mark.parametrize(("asked", "meant"), [(None, 2), (2, None), (2, 1)])
def test_what_is_confirmed_is_what_was_asked(lived: Lived, asked, meant):
    town = lived.town
    town.instance.request_erasure("jiaarc", lived.put_away, "consent_withdrawn", asked)
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.instance.confirm_erasure("jialead", lived.put_away, meant)
    [reason] = refused.value.reasons
    assert reason.guard == "erasure.scope"
    assert ("全案的资料" if asked is None else f"第 2 号当事人{OTHER}的资料") in reason.message
    assert "个人撤回同意；包档（jiaarc）于 2026-03-09 提出" in reason.message
    assert town.dump() == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("consent_withdrawn", 2), ("consent_withdrawn", None)),
        (("consent_withdrawn", None), ("consent_withdrawn", 2)),
        (("consent_withdrawn", 2), ("by_law", 2)),
    ],
)
def test_nothing_else_is_asked_while_a_request_is_open(lived: Lived, first, second):
    town = lived.town
    town.instance.request_erasure("jiaarc", lived.put_away, *first)
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        town.instance.request_erasure("jialead", lived.put_away, *second)
    [reason] = refused.value.reasons
    assert reason.guard == "erasure.open"
    assert "包档（jiaarc）于 2026-03-09 提出" in reason.message
    assert town.dump() == before
    town.instance.request_erasure("jiaarc", lived.put_away, *first)
    told = town.instance.withdraw_erasure("jiaarc", lived.put_away)
    assert (told["reason"], told["party"]) == first
    assert town.last(lived.put_away).act == "erasure.withdrawn"
    with pytest.raises(TransitionRefused) as refused:
        town.instance.confirm_erasure("jialead", lived.put_away, first[1])
    assert refusals(refused) == ["erasure.request"]
    with pytest.raises(TransitionRefused) as refused:
        town.instance.withdraw_erasure("jiaarc", lived.put_away)
    assert refusals(refused) == ["erasure.request"]
    town.instance.request_erasure("jialead", lived.put_away, *second)
    assert town.instance.verify_trail().problems == []


def test_page_tells_what_waits_for_a_second_person(sqlite_lived: Lived):
    town = sqlite_lived.town
    assert town.instance.case("jialead", sqlite_lived.put_away).erasure_asked is None
    told = town.instance.request_erasure("jiaarc", sqlite_lived.put_away, "by_law", 1)
    assert town.instance.case("jialead", sqlite_lived.put_away).erasure_asked == told
    assert told["told"] == (
        f"第 1 号当事人{NAME}的资料；原因：法律、行政法规规定的其他情形；包档（jiaarc）于 2026-03-09 提出"
    )
    town.instance.confirm_erasure("jialead", sqlite_lived.put_away, 1)
    assert town.instance.case("jialead", sqlite_lived.put_away).erasure_asked is None


def test_term_that_nobody_set_is_not_over(sqlite_lived: Lived):
    before = sqlite_lived.town.dump()
    for changes in ({}, {"years": 1, "categories": {"02": 0}}):
        kept(sqlite_lived, **changes)
        with pytest.raises(TransitionRefused) as refused:
            sqlite_lived.town.instance.request_erasure("jiaarc", sqlite_lived.put_away, "term_over")
        assert refusals(refused) == ["erasure.term"]
    assert sqlite_lived.town.dump() == before


@pytest.mark.parametrize("who", ["jiamed", "jiarec", "jiawin"])
def test_other_posts_do_not_erase(sqlite_lived: Lived, who):
    before = sqlite_lived.town.dump()
    with pytest.raises(NotPermitted, match="档案员和单位负责人"):
        sqlite_lived.town.instance.request_erasure(who, sqlite_lived.put_away, "term_over")
    with pytest.raises(NotPermitted, match="档案员和单位负责人"):
        sqlite_lived.town.instance.confirm_erasure(who, sqlite_lived.put_away)
    with pytest.raises(NotPermitted, match="档案员和单位负责人"):
        sqlite_lived.town.instance.withdraw_erasure(who, sqlite_lived.put_away)
    assert sqlite_lived.town.dump() == before


def test_who_does_not_see_the_case_does_not_find_it(sqlite_lived: Lived):
    with pytest.raises(NotFound):
        sqlite_lived.town.instance.request_erasure("yiwin", sqlite_lived.put_away, "term_over")


def test_case_that_is_not_put_away_is_not_erased(sqlite_lived: Lived):
    with pytest.raises(TransitionRefused) as refused:
        sqlite_lived.town.instance.request_erasure("jiaarc", sqlite_lived.going_on, "term_over")
    assert refusals(refused) == ["erasure.archived", "erasure.term"]
    kept(sqlite_lived, years=None)
    with pytest.raises(TransitionRefused) as refused:
        sqlite_lived.town.instance.request_erasure("jiaarc", sqlite_lived.going_on, "purpose_done")
    assert refusals(refused) == ["erasure.archived", "erasure.keeping"]


def test_who_asks_twice_has_asked_once(sqlite_lived: Lived):
    town, ref = sqlite_lived.town, sqlite_lived.put_away
    first = town.instance.request_erasure("jiaarc", ref, "purpose_done", 1)
    before = town.dump()
    assert town.instance.request_erasure("jiaarc", ref, "purpose_done", 1) == first
    assert town.dump() == before


@pytest.mark.parametrize(
    ("keeping", "message"),
    [
        ({"years": 10}, "保管期限没有届满，要保管到 2036-03-07"),
        ({"years": None}, "本单位规定这类案卷永久保管"),
        ({"years": 0, "categories": {"02": 30}}, "保管期限没有届满，要保管到 2056-03-07"),
    ],
)
def test_duty_to_keep_stands_before_erasure(sqlite_lived: Lived, keeping, message):
    kept(sqlite_lived, **keeping, article="示例旗档案办法")
    before = sqlite_lived.town.dump()
    with pytest.raises(TransitionRefused) as refused:
        sqlite_lived.town.instance.request_erasure("jiaarc", sqlite_lived.put_away, "term_over")
    [reason] = refused.value.reasons
    assert (reason.guard, reason.message, reason.article) == ("erasure.keeping", message, "示例旗档案办法")
    assert sqlite_lived.town.dump() == before


def test_duty_that_ends_today_no_longer_stands(sqlite_lived: Lived):
    kept(sqlite_lived, years=1)
    sqlite_lived.town.clock.put(sqlite_lived.town.case(sqlite_lived.put_away).archived_at)
    sqlite_lived.town.clock.advance(timedelta(days=365))
    sqlite_lived.town.instance.request_erasure("jiaarc", sqlite_lived.put_away, "term_over")
    assert sqlite_lived.town.last(sqlite_lived.put_away).act == "erasure.requested"


def test_duty_that_began_after_the_request_is_seen_at_its_confirmation(sqlite_lived: Lived):
    sqlite_lived.town.instance.request_erasure("jiaarc", sqlite_lived.put_away, "purpose_done")
    kept(sqlite_lived, years=10)
    with pytest.raises(TransitionRefused) as refused:
        sqlite_lived.town.instance.confirm_erasure("jialead", sqlite_lived.put_away)
    assert refusals(refused) == ["erasure.keeping"]
    assert found_in(sqlite_lived, NAME) == [NAME]


def test_nothing_is_erased_twice(sqlite_lived: Lived):
    erased(sqlite_lived)
    for whom in (None, 1):
        with pytest.raises(TransitionRefused) as refused:
            sqlite_lived.town.instance.request_erasure("jiaarc", sqlite_lived.put_away, "purpose_done", whom)
        assert refusals(refused) == ["erasure.once"]


def test_words_that_mean_nothing_are_refused(sqlite_lived: Lived):
    ask = sqlite_lived.town.instance.request_erasure
    with pytest.raises(InputInvalid, match="删除原因应为 purpose_done"):
        ask("jiaarc", sqlite_lived.put_away, "because")
    with pytest.raises(InputInvalid, match="没有第 7 号当事人"):
        ask("jiaarc", sqlite_lived.put_away, "term_over", 7)


def test_answers_to_programs_that_name_the_case_are_gone(sqlite_lived: Lived):
    town = sqlite_lived.town
    with town.instance.database.writing() as session:
        for ref in (sqlite_lived.put_away, sqlite_lived.going_on):
            session.add(
                IdempotencyKey(
                    key=ref,
                    actor="a",
                    route="POST",
                    body_sha256="",
                    status=201,
                    answer={"body": {"case": ref}, "headers": {}},
                    recorded_at=town.clock.now(),
                )
            )
    erased(sqlite_lived)
    assert town.rows("SELECT key FROM idempotency_key") == [(sqlite_lived.going_on,)]


def test_old_ciphertexts_leave_the_file_of_the_database(sqlite_lived: Lived):
    town = sqlite_lived.town
    rows = dict(town.rows("SELECT public_id, narrative FROM dispute"))
    sealed = rows[sqlite_lived.put_away]
    data = sqlite_lived.settings.data
    assert any(sealed in content for content in files(data).values())
    town.instance.database.forget_deleted()
    erased(sqlite_lived)
    assert not any(sealed in content for content in files(data).values())


def test_every_encrypted_column_is_erased_or_named_with_its_reason():
    belonging = {
        table.name
        for table in Table.metadata.sorted_tables
        if fields.encrypted_columns(table) and fields.of_case(table, 1) is not None
    }
    encrypted = {
        table.name
        for table in Table.metadata.sorted_tables
        if any(isinstance(column.type, Encrypted) for column in table.columns)
    }
    assert encrypted - belonging == set(fields.NOT_OF_ONE_CASE)
    assert {"dispute", "party", "document", "signature_slot", "private_note", "visit", "task"} <= belonging


def test_wiped_values_keep_their_shape():
    value = {
        "name": "某",
        "born_on": "1970-01-01",
        "none": None,
        "yes": True,
        "age": 50,
        "list": ["某"],
        "in": {"a": "某"},
    }
    assert fields.wiped(value) == {
        "name": "（已删除）",
        "born_on": "",
        "none": None,
        "yes": True,
        "age": 0,
        "list": [],
        "in": {"a": "（已删除）"},
    }


def test_erased_case_takes_no_more_acts(sqlite_lived: Lived):
    erased(sqlite_lived)
    with pytest.raises(TransitionNotAllowed):
        sqlite_lived.town.act("jiawin", sqlite_lived.put_away, "amend")


def test_wrong_words_of_a_request_hide_nothing_that_stands_in_its_way(sqlite_lived: Lived):
    instance, ref = sqlite_lived.town.instance, sqlite_lived.put_away
    instance.request_erasure("jiaarc", ref, "purpose_done", 1)
    for reason, party_said, keys, guards in (
        ("unlawful", 9, ["party"], ["erasure.open"]),
        ("moon", None, ["reason"], ["erasure.open"]),
        ("purpose_done", 9, ["party"], []),
        ("moon", 9, ["reason", "party"], []),
        ("term_over", 9, ["party"], ["erasure.term", "erasure.open"]),
    ):
        with pytest.raises(InputInvalid) as refused:
            instance.request_erasure("jiaarc", ref, reason, party_said)
        assert [problem.key for problem in refused.value.problems] == keys
        assert [one.guard for one in refused.value.reasons] == guards


def test_party_who_has_left_the_case_is_erased_as_any_other(sqlite_lived: Lived):
    town = sqlite_lived.town
    parties = [
        party("applicant", 1),
        party("respondent", 2),
        party("applicant", 3, name="乌恩其"),
        party("respondent", 4),
    ]
    ref = town.bring("accepted", parties=parties, claims=["修沟", "赔粮食"])
    give(town, ref, picture(2), party=2)
    give(town, ref, picture(3), party=3)
    town.act("jiamed", ref, "split", parties=[3, 4], claims=[2], title="粮食纠纷", why="两件事")
    town.act("jiamed", ref, "withdraw", reason="和解", asked_by=[1], routes=["court"])
    town.act("jiamed", ref, "tell_notice", parties=[1, 2])
    town.instance.make_owed_papers()
    town.step(ref, "close")
    for form, subject in PAPERS[:-1]:
        town.instance.issue("jiawin", ref, form, subject)
    town.act("jiaarc", ref, "archive", paper_volume="三号柜")
    instance = town.instance
    with pytest.raises(InputInvalid, match="没有第 9 号当事人；本案当事人编号为 1、2、3、4"):
        instance.request_erasure("jiaarc", ref, "consent_withdrawn", 9)
    told = instance.request_erasure("jiaarc", ref, "consent_withdrawn", 3)
    assert told["scope"] == "第 3 号当事人乌恩其的资料"
    instance.confirm_erasure("jialead", ref, 3)
    names = [str(row.name) for row in town.of(ref, queries.everybody)]
    assert [name == "（已删除）" for name in names] == [False, False, True, False]
    assert instance.evidence.open("jiamed", ref, 1).data == picture(2)
    with pytest.raises(NotFound, match=r"这份文件已在[-0-9]+按个人信息保护法第四十七条删除"):
        instance.evidence.open("jiamed", ref, 2)
    assert [instance.store.has(sha256(picture(n))) for n in (2, 3)] == [True, False]
    with pytest.raises(TransitionRefused) as refused:
        instance.request_erasure("jiaarc", ref, "consent_withdrawn", 3)
    assert refusals(refused) == ["erasure.once"]
    instance.request_erasure("jiaarc", ref, "consent_withdrawn", 4)
    assert town.instance.verify_trail().problems == []
