"""A list leaves the house with a reason, a mark and, above a few rows, a second person's word; each step is on the trail."""

import csv
import io
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import func, text
from sqlmodel import select

from mediation.audit import queries as trail
from mediation.cases.readings.models import Reading
from mediation.clock import SITE_ZONE, local_day
from mediation.reports.exports import printed
from mediation.reports.exports.models import ExportRequest
from mediation.sites.shape import Exporting
from mediation.web.pages import exports as export_pages
from tests.documents.papers import pages_of
from tests.web.conftest import OTHER_VILLAGE, REGISTRAR, party

CLERK, LEADER, ELSEWHERE, ABOVE = "zhangxiaofeng", "pulaoda", "heyoucai", "puyongan"
ALL, NONE = 5_000, 0


@pytest.fixture
def alone(instance, clock):
    """Sets how many rows a day go without a second person."""

    def put(rows):
        object.__setattr__(instance.office, "exporting", Exporting(alone=rows))

    yield put
    put(Exporting().alone)


@pytest.fixture
def listed(counter, clock, alone):
    """A case that an export a minute later holds."""

    def register(rows, actor=REGISTRAR, **changes):
        alone(rows)
        ref = counter.register(actor, **changes)
        clock.advance(timedelta(minutes=1))
        return ref

    return register


def ids(instance):
    with instance.database.reading() as session:
        rows = session.exec(select(ExportRequest).order_by(ExportRequest.id))
        return [(row.public_id, row.state) for row in rows]


def asked(page, instance, clock, **changes):
    """Ask for the list of today; the request's id."""
    today = local_day(clock.now()).isoformat()
    page.get("/exports").post("/exports", {"first": today, "last": today, "why": "报县司法局台账", **changes})
    return ids(instance)[-1][0]


def taken(page, export, form="csv"):
    page.get("/exports")
    fields = {"form_token": page.hidden("/exports")["form_token"], "format": form}
    return page.client.post(f"/exports/{export}/file", data=fields)


def rows_of(answer):
    return list(csv.reader(io.StringIO(answer.content.removeprefix(b"\xef\xbb\xbf").decode(), newline="")))


def events(instance):
    with instance.database.reading() as session:
        found = trail.events_of(session, "instance")
        return [(one.act, one.actor) for one in found if one.act.startswith("export.")]


def test_few_rows_go_alone_with_a_mark_and_are_recorded(counter, at_desk, instance, clock, listed):
    listed(
        ALL,
        title="=HYPERLINK(1)与李某纠纷",
        parties=[party("@张喆", "applicant", "男", 1), party("李玥", "respondent", "女", 2)],
    )
    clerk = at_desk(CLERK)
    export = asked(clerk, instance, clock)
    answer = taken(clerk, export)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"].startswith('attachment; filename="cases-2026')
    mark, heading, *cases = rows_of(answer)
    case = next(row for row in cases if "HYPERLINK" in row[2])
    assert len(mark) == 1
    for part in ("纠纷台账", "导出人：张晓枫", "用途：报县司法局台账", "件数不多，免批", export):
        assert part in mark[0]
    assert heading[:4] == ["序号", "编号", "事由", "当事人"]
    assert case[2:4] == ["'=HYPERLINK(1)与李某纠纷", "'@张喆、李玥"]
    assert "13800000000" not in answer.text
    assert events(instance)[-2:] == [
        ("export.asked", "zhangxiaofeng:registrar"),
        ("export.taken", "zhangxiaofeng:registrar"),
    ]
    with instance.database.reading() as session:
        assert "export cases" in list(session.exec(select(Reading.what).where(Reading.case_id == 0)))


def test_many_rows_wait_for_a_leaders_word(counter, at_desk, browser, account, instance, clock, listed):
    listed(NONE)
    clerk = at_desk(CLERK)
    export = asked(clerk, instance, clock)
    refused = taken(clerk, export)
    assert (refused.status_code, "还没有第二个人批准" in refused.text) == (409, True)
    leader = browser().log_in(account(LEADER)).get("/leader")
    assert leader.says("份台账导出等您批准")
    leader.get("/exports")
    assert leader.says("张晓枫", "报县司法局台账")
    path = f"/exports/{export}/decide"
    leader.post(path, {"agrees": "yes"})
    assert leader.says("已批准")
    content = taken(clerk, export, "xlsx").content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "批准人：普文忠" in sheet
    assert [act for act, _by in events(instance)[-3:]] == ["export.asked", "export.approved", "export.taken"]
    again = leader.raw_post(path, {"form_token": leader.hidden("/me/language")["form_token"], "agrees": "no"})
    assert (again.status, ids(instance)[-1][1]) == (409, "approved")


def test_pdf_bears_recipient_time_and_purpose_on_every_page(
    counter, at_desk, instance, clock, listed, tmp_path
):
    listed(ALL, title="<b>印出来</b>的排水沟纠纷")
    for _more in range(60):
        counter.register()
    clock.advance(timedelta(minutes=1))
    clerk = at_desk(CLERK)
    export = asked(clerk, instance, clock)
    answer = taken(clerk, export, "pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"].endswith('.pdf"')
    pages = pages_of(answer.content, tmp_path)
    assert len(pages) > 1
    moment = clock.now().astimezone(SITE_ZONE).strftime("%Y-%m-%d%H:%M")
    for page in ("".join(page.split()) for page in pages):
        for part in ("导出人：张晓枫", f"导出时间：{moment}", "用途：报县司法局台账", export, "序号编号事由"):
            assert part in page
    assert "<b>印出来</b>的排水沟纠纷" in "".join("".join(pages).split())
    with instance.database.reading() as session:
        last = trail.events_of(session, "instance")[-1]
    assert (last.act, last.facts["format"]) == ("export.taken", "pdf")
    assert last.facts["sha256"] == sha256(answer.content).hexdigest()


def test_name_with_a_character_of_no_font_keeps_no_list_from_being_printed(
    counter, at_desk, instance, clock, listed, tmp_path
):
    listed(ALL, title="郝𠮷远的排水沟纠纷")
    clerk = at_desk(CLERK)
    answer = taken(clerk, asked(clerk, instance, clock), "pdf")
    assert answer.status_code == 200
    found = "".join("".join(pages_of(answer.content, tmp_path)).split())
    assert ("郝〓远的排水沟纠纷" in found, "“〓”代替字库没有的字" in found) == (True, True)


def test_list_too_long_for_paper_is_not_printed(at_desk, instance, clock, listed, monkeypatch):
    listed(ALL)
    clerk = at_desk(CLERK)
    export = asked(clerk, instance, clock)
    assert 'value="pdf"' in clerk.get("/exports").text
    for module in (printed, export_pages):
        monkeypatch.setattr(module, "MOST_PRINTED", 0)
    assert 'value="pdf"' not in clerk.get("/exports").text
    before = events(instance)
    assert (taken(clerk, export, "pdf").status_code, events(instance)) == (422, before)
    assert taken(clerk, export, "xlsx").status_code == 200


def test_spreadsheet_bears_the_mark_on_its_first_line_and_every_printed_page(
    at_desk, instance, clock, listed
):
    listed(ALL)
    clerk = at_desk(CLERK)
    export = asked(clerk, instance, clock, why="用途" * 100)
    with zipfile.ZipFile(io.BytesIO(taken(clerk, export, "xlsx").content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    first, foot = sheet.split("</row>")[0], sheet.split("<oddFooter>")[1]
    for part in ("导出人：张晓枫", "导出时间：", "用途" * 100, export):
        assert part in first
    for part in ("导出人：张晓枫", "导出时间：", "用途用途", export):
        assert part in foot


def test_nobody_approves_the_own_or_out_of_reach(counter, browser, account, at_desk, instance, clock, listed):
    listed(NONE)
    export = asked(at_desk(CLERK), instance, clock)
    path = f"/exports/{export}/decide"

    def decided(page):
        page.get("/exports")
        fields = {"form_token": page.hidden("/exports")["form_token"], "agrees": "yes"}
        return page.raw_post(path, fields).status

    assert decided(at_desk(CLERK)) == 403  # not in the policy
    assert decided(browser().log_in(account(ELSEWHERE))) == 404
    assert ids(instance)[-1][1] == "waiting"
    head = browser().log_in(account(LEADER))
    own = asked(head, instance, clock)
    fields = {"form_token": head.get("/exports").hidden("/exports")["form_token"], "agrees": "yes"}
    assert head.raw_post(f"/exports/{own}/decide", fields).status == 403
    assert ids(instance)[-1] == (own, "waiting")
    assert decided(at_desk(ABOVE)) == 200
    assert taken(head, export).status_code == 404


def test_security_administrator_sees_who_and_why_and_no_row(
    browser, account, at_desk, instance, clock, listed
):
    listed(NONE, title="谁也不该看到的标题")
    clerk = at_desk(CLERK)
    export = asked(clerk, instance, clock)
    guard = browser().log_in(account("security-test", "security")).get("/admin/exports")
    assert guard.says("张晓枫", "报县司法局台账")
    assert "谁也不该看到的标题" not in guard.text
    guard.post(f"/admin/exports/{export}/decide", {"agrees": "no"})
    assert guard.says("已退回")
    refused = taken(clerk, export)
    assert (refused.status_code, "没有获得批准" in refused.text) == (409, True)
    assert events(instance)[-1] == ("export.declined", "security-test")
    assert [guard.get("/exports").status, clerk.get("/admin/exports").status] == [403, 403]


def test_many_small_lists_are_one_big_one(at_desk, instance, clock, alone, listed):
    listed(ALL)
    clerk = at_desk(CLERK)
    asked(clerk, instance, clock)
    with instance.database.reading() as session:
        rows = list(session.exec(select(ExportRequest).where(ExportRequest.state == "alone")))
        had = sum(row.rows for row in rows if row.person_id == rows[-1].person_id)
        alone(had + rows[-1].rows)
    for _turn in range(2):
        asked(clerk, instance, clock)
    assert [state for _id, state in ids(instance)[-2:]] == ["alone", "waiting"]


def test_lists_asked_for_at_once_are_counted_one_after_the_other(instance, clock, alone, listed):
    listed(ALL)
    today = local_day(clock.now()).isoformat()
    actor, words = "zhangxiaofeng:registrar", {"first": today, "last": today, "why": "同时申请"}
    first = instance.exports.ask(actor, words)
    with instance.database.reading() as session:
        person = session.exec(
            select(ExportRequest.person_id).where(ExportRequest.public_id == first.id)
        ).one()
        had = session.exec(
            select(func.sum(ExportRequest.rows)).where(
                ExportRequest.person_id == person, ExportRequest.state == "alone"
            )
        ).one()
    alone(had + first.rows)
    start = threading.Barrier(4)

    def ask(_turn):
        start.wait()
        return instance.exports.ask(actor, words).state

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(ask, range(4))) == ["alone", *["waiting"] * 3]


def test_word_covers_nothing_that_came_later_and_runs_out(counter, browser, account, instance, clock, listed):
    listed(ALL)
    clerk = browser().log_in(account(CLERK))
    export = asked(clerk, instance, clock)
    before = rows_of(taken(clerk, export))
    clock.advance(timedelta(minutes=1))
    counter.register(title="后来才登记的纠纷")
    assert [row[2] for row in rows_of(taken(clerk, export))[1:]] == [row[2] for row in before[1:]]
    clock.advance(timedelta(hours=24))
    late = taken(browser().log_in(account(CLERK)), export)
    assert (late.status_code, "批准已经过期" in late.text) == (409, True)


def test_list_holds_what_its_owner_sees(at_desk, instance, clock, listed):
    listed(ALL, title="别村看不到的纠纷")
    listed(ALL, OTHER_VILLAGE, title="本村看得到的纠纷")
    other = at_desk("sunlei")
    titles = [row[2] for row in rows_of(taken(other, asked(other, instance, clock)))[1:]]
    assert [title in titles for title in ("本村看得到的纠纷", "别村看不到的纠纷")] == [True, False]


def test_what_is_wrong_is_told_at_once(at_desk, instance, clock):
    clerk = at_desk(CLERK)
    before = ids(instance)
    clerk.get("/exports").post("/exports", {"first": "2026-03-02", "last": "2027-01-01", "why": "留着的"})
    assert clerk.status == 422
    assert clerk.says("末日不能晚于今天")
    assert 'value="留着的"' in clerk.text
    clerk.get("/exports").post("/exports", {"first": "三月", "last": "2026-03-02", "why": ""})
    assert clerk.status == 422
    assert ids(instance) == before


def test_form_sent_again_asks_once(counter, at_desk, instance, clock, listed):
    listed(ALL)
    clerk = at_desk(CLERK).get("/exports")
    today = local_day(clock.now()).isoformat()
    fields = {**clerk.hidden("/exports"), "first": today, "last": today, "why": "一次"}
    before = len(ids(instance))
    clerk.raw_post("/exports", fields)
    clerk.raw_post("/exports", fields)
    assert len(ids(instance)) == before + 1


def test_mediators_export_no_list(at_desk):
    assert at_desk("yangmeixian").get("/exports").status == 403


def test_mark_and_reason_are_not_in_the_database_in_clear(counter, at_desk, instance, clock, listed):
    listed(NONE)
    asked(at_desk(CLERK), instance, clock, why="只有本人知道的用途")
    with instance.database.reading() as session:
        connection = session.connection()
        kept = connection.execute(text("SELECT reason FROM export_request ORDER BY id DESC LIMIT 1")).scalar()
    assert "只有本人知道的用途".encode() not in bytes(kept)
