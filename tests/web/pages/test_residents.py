"""The open pages: applying, following, rating; what anybody can see, and what nobody can."""

import gzip
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from mediation.accounts.attempts import TriedTooOften
from mediation.audit.models import AuditEvent
from mediation.cases import queries
from mediation.cases.residents.models import Rating
from mediation.intake.models import Application
from mediation.notices.models import OutboxRow
from mediation.web.pages import residents
from mediation.web.pages.assets import assets
from tests.web.conftest import ADDRESS, MORNING, REGISTRAR, dispute, new_key
from tests.web.pages.test_other_posts import switched
from tests.web.pages.test_window import newest

CANARIES = ("张喆", "李玥", "雨水倒灌", "13800000000", "相邻排水", "修复排水沟", "590121")
UNKNOWN = "没有查到。请核对查询码"


def answers(**changes):
    return {
        "name": "赵金雀",
        "phone": f"139{next(_phones):08d}",
        "other": "钱隔壁",
        "place": "yicun",
        "account": "地界的树挡了光，说了几次没有用。",
        "wanted": "把树剪矮\n以后不再栽",
        "agrees": "yes",
        **changes,
    }


_phones = iter(range(10_000_000, 99_999_999))


@pytest.fixture
def applied(browser, clock):
    """Sends an application from an address of its own; the browser with the receipt, and the code."""

    def send(**changes):
        clock.put(clock.now() + timedelta(hours=1))
        one = browser().get("/p/apply")
        one.post("/p/apply", answers(**changes))
        found = re.search(r'class="big-code">([0-9A-Z-]{11})<', one.text)
        return one, found[1] if found else ""

    return send


def rows(instance, model):
    with instance.database.reading() as session:
        return list(session.exec(select(model).order_by(model.id)))


def code_of(counter, actor=REGISTRAR, **changes):
    answer = counter.post(actor, "/cases", dispute(**changes), new_key()).json()
    return answer["case"], answer["query_code"]


def closed(counter, clock):
    """A case whose application was withdrawn, with its code."""
    case, code = code_of(counter)
    counter.do(REGISTRAR, case, "withdraw", reason="自行和解", asked_by=[1])
    counter.do(REGISTRAR, case, "close")
    return case, code


def test_start_offers_four_things_without_scripts_or_a_login(browser):
    one = browser().get("/p")
    assert one.status == 200
    assert re.findall(r'class="choices".*?</nav>', one.text, re.DOTALL)
    assert re.findall(r'<a href="(/p/[a-z]+)"><strong>', one.text) == [
        "/p/apply",
        "/p/follow",
        "/p/verify",
        "/p/rights",
    ]
    assert "<script" not in one.text
    assert one.get("/p/rights").says("不收任何费用", "人民调解法第四条", "到人民法院起诉")


def test_text_grows_and_stays_large(browser):
    one = browser()
    assert 'class="resident"' in one.get("/p").text
    assert 'class="resident large"' in one.get("/p/size?large=1&back=/p/rights").text
    assert one.address == "/p/rights"
    assert 'class="resident large"' in one.get("/p").text
    assert 'class="resident"' in one.get("/p/size?back=//evil.example").text
    assert one.address == "/p"


def test_application_gets_a_code_and_is_told_to_nobody(applied, instance, browser):
    before = len(rows(instance, OutboxRow))
    one, code = applied()
    assert one.status == 200
    assert code
    row = rows(instance, Application)[-1]
    assert (row.state, row.case_id, row.said["name"]) == ("waiting", None, "赵金雀")
    assert len(rows(instance, OutboxRow)) == before
    told = browser().get("/p/follow")
    told.post("/p/follow", {"code": code.lower().replace("-", "")})
    assert told.says("已收到", "还没有登记")
    assert "赵金雀" not in told.text
    assert "挡了光" not in told.text


def test_application_sent_twice_is_kept_once(applied, instance):
    one, code = applied()
    kept = len(rows(instance, Application))
    one.get("/p/apply")
    once = one.hidden("/p/apply")["once"]
    for _again in range(2):
        one.raw_post("/p/apply", answers(once=once))
        assert one.status == 200
    assert len(rows(instance, Application)) == kept + 1
    assert code


def test_application_with_faults_keeps_what_was_typed(applied, instance):
    kept = len(rows(instance, Application))
    one, code = applied(phone="12", place="nowhere", agrees="", name="")
    assert (one.status, code) == (422, "")
    assert one.says("还差一点", "您的姓名")
    one, code = applied(phone="12", place="nowhere", agrees="")
    assert one.says("电话号码不像", "请先看一遍并打勾", "请选择事情发生在哪里")
    assert 'value="钱隔壁"' in one.text
    assert "地界的树挡了光" in one.text
    assert len(rows(instance, Application)) == kept


def faults(one):
    """The list at the top of an answer: what is called how."""
    found = re.search(r'id="faults".*?<ul>(.*?)</ul>', one.text, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", line) for line in found[1].split("</li>")[:-1]]


def test_application_is_told_all_its_faults_at_once_in_the_order_of_the_questions(applied):
    one, _code = applied(name="", phone="", other="", place="", account="", wanted="", agrees="")
    assert faults(one) == [
        "您的姓名：缺少这一项",
        "您的电话：缺少这一项",
        "对方是谁：缺少这一项",
        "事情发生在哪里：缺少这一项",
        "发生了什么事：缺少这一项",
        "您希望怎么解决：缺少这一项",
        "确认：请先看一遍并打勾",
    ]
    one, _code = applied(name="", phone="abc123", place="nowhere", agrees="")
    assert faults(one) == [
        "您的姓名：缺少这一项",
        "您的电话：电话号码只能有数字、空格和短横",
        "事情发生在哪里：请选择事情发生在哪里",
        "确认：请先看一遍并打勾",
    ]
    assert one.text.count('class="fault"') == len(faults(one))


def test_honeypot_gets_a_receipt_and_leaves_nothing(applied, instance):
    kept = len(rows(instance, Application))
    one, code = applied(website="http://spam.example")
    assert (one.status, bool(code)) == (200, True)
    assert len(rows(instance, Application)) == kept
    one.get("/p/follow").post("/p/follow", {"code": code})
    assert one.says(UNKNOWN)


def test_one_phone_applies_three_times_a_day(applied, instance):
    kept = len(rows(instance, Application))
    written = ("13712345678", "137 1234 5678", "137-1234-5678", "1371234 5678")
    assert [applied(phone=phone)[0].status for phone in written] == [200, 200, 200, 429]
    assert len({one.phone_key for one in rows(instance, Application)[kept:]}) == 1
    one, _code = applied(phone=written[0])
    assert one.says("今天的次数已经满了，请明天再来")
    assert "地界的树挡了光" in one.text
    assert len(rows(instance, Application)) == kept + 3


def test_one_address_applies_twenty_times_an_hour(browser, clock, instance):
    clock.put(MORNING + timedelta(days=30))
    kept = len(rows(instance, Application))
    seen = []
    for _time in range(22):
        one = browser().get("/p/apply")
        seen.append(one.post("/p/apply", answers()).status)
    assert seen == [200] * 20 + [429] * 2
    assert len(rows(instance, Application)) == kept + 20


def test_body_over_the_limit_is_refused(browser):
    one = browser().get("/p/apply")
    one.post("/p/apply", answers(account="树" * 200_000))
    assert one.status == 413


def test_application_becomes_a_case_once_and_the_code_goes_on(applied, instance, browser, account):
    _one, code = applied(other_phone="13900000001", spot="村口")
    row = rows(instance, Application)[-1]
    clerk = browser().log_in(account("zhangxiaofeng"))
    assert clerk.get("/applications").says("赵金雀", "钱隔壁")
    assert clerk.get(f"/applications/{row.public_id}").says("地界的树挡了光", "把树剪矮")
    path = f"/applications/{row.public_id}/take"
    clerk.get(path)
    assert 'value="赵金雀"' in clerk.text
    fields = {**taking(clerk.hidden(path)), "governance_category": ""}
    assert clerk.raw_post(path, fields).status == 422
    assert "赵金雀与钱隔壁相邻采光纠纷" in clerk.text
    taken = {**fields, "governance_category": "0201"}
    assert clerk.raw_post(path, taken).status == 200
    case = clerk.address
    assert case.startswith("/cases/")
    assert clerk.raw_post(path, taken).address == case
    kept = next(one for one in rows(instance, Application) if one.public_id == row.public_id)
    with instance.database.reading() as session:
        assert queries.case_for_system(session, kept.case_id).source == "online"
    assert kept.state == "taken"
    assert clerk.get(f"/applications/{row.public_id}").status == 404
    told = browser().get("/p/follow").post("/p/follow", {"code": code})
    assert told.says("已登记", "您的事已经登记")
    assert "赵金雀" not in told.text


def test_same_dispute_is_shown_before_an_application_becomes_a_second_case(
    applied, instance, browser, account
):
    people = ("孔雀台", "钱屏山")
    for _again in range(2):
        applied(name=people[0], other=people[1])
    one, other = (f"/applications/{row.public_id}/take" for row in rows(instance, Application)[-2:])
    clerk = browser().log_in(account("zhangxiaofeng")).get(one)
    assert "是同一件" not in clerk.text
    assert clerk.raw_post(one, taking(clerk.hidden(one), *people)).address.startswith("/cases/")
    first = newest(instance).row
    assert clerk.get(other).says("先看一眼：可能已经登记过", first.title, "是同一件")
    seen = f'<input type="hidden" name="seen" value="{first.id}">'
    assert seen in clerk.text
    fields = taking(clerk.hidden(other), *people)
    unseen = {key: value for key, value in fields.items() if key != "seen"}
    clerk.raw_post(other, unseen)
    assert newest(instance).row.id == first.id
    assert clerk.says("看过了，登记")
    assert seen in clerk.text
    clerk.raw_post(other, {**taking(clerk.hidden(other), *people), "repeat_of": first.id})
    made = newest(instance)
    assert clerk.address == f"/cases/{made.row.id}"
    assert [(link["kind"], link["case"]) for link in made.kinship["links"]] == [("repeat", first.id)]


def taking(hidden, name="赵金雀", other="钱隔壁"):
    """An application as the clerk registers it."""
    return {
        **hidden,
        "title": f"{name}与{other}相邻采光纠纷",
        "source": "online",
        "governance_category": "0201",
        "narrative": "地界的树挡了光。",
        "place": "yicun",
        "workflow": "ordinary",
        "risk": "low",
        "parties.0.role": "applicant",
        "parties.0.kind": "natural",
        "parties.0.name": name,
        "parties.1.role": "respondent",
        "parties.1.kind": "natural",
        "parties.1.name": other,
    }


def test_application_out_of_scope_or_role_is_not_there(applied, instance, browser, account):
    applied(place="yicun")
    public_id = rows(instance, Application)[-1].public_id
    other = browser().log_in(account("sunlei"))
    assert other.get("/applications").status == 200
    assert "赵金雀" not in other.text
    assert other.get(f"/applications/{public_id}").status == 404
    assert other.get(f"/applications/{public_id}/take").status == 404
    mediator = browser().log_in(account("yangmeixian"))
    assert mediator.get("/applications").status == 403
    town = browser().log_in(account("fangmin"))
    assert town.get(f"/applications/{public_id}").says("由示例一村的登记员受理")


def test_who_decides_on_it_by_another_post_gets_there_by_one_button(applied, instance, browser, account):
    applied(place="yicun-1-1-1")
    path = f"/applications/{rows(instance, Application)[-1].public_id}"
    one = switched(browser().log_in(account("pujiacai")), "组党支部书记")
    assert one.get(path).says("这一步要用您的另一个岗位办理：党员联户长")
    switched(one, "党员联户长", path)
    assert one.address == path
    assert one.says("登记为纠纷")
    other = browser().log_in(account("zhangxiaofeng")).get(path)
    assert not other.says("换到这个岗位")


def test_place_of_an_application_is_no_court_and_no_office(browser):
    text = browser().get("/p/apply").text
    places = re.search(r'<select id="f.place".*?</select>', text, re.DOTALL)[0]
    assert "示例一村" in places
    assert [one for one in ("法院", "检察院", "公安局", "信访局", "司法所", "派出所") if one in places] == []


def test_application_is_put_aside_with_a_reason(applied, instance, browser, account):
    _one, code = applied()
    public_id = rows(instance, Application)[-1].public_id
    clerk = browser().log_in(account("zhangxiaofeng")).get(f"/applications/{public_id}")
    path = f"/applications/{public_id}/aside"
    assert clerk.post(path, {"reason": ""}).status == 422
    assert clerk.says("请选择理由")
    assert clerk.post(path, {"reason": "spam"}).address == "/applications"
    row = next(one for one in rows(instance, Application) if one.public_id == public_id)
    assert (row.state, row.reason, row.case_id) == ("aside", "spam", None)
    told = browser().get("/p/follow").post("/p/follow", {"code": code})
    assert told.says("没有登记")


def test_following_shows_stage_step_and_routes_but_no_name(counter, browser):
    _case, code = code_of(counter)
    one = browser().get("/p/follow").post("/p/follow", {"code": code})
    assert one.status == 200
    assert one.says("已登记", "下一步", "这一步最迟到", "到人民法院起诉")
    assert 'class="now" aria-current="step">登记' in one.text
    assert [word for word in CANARIES if word in one.text] == []


def test_following_an_archived_case_speaks_of_no_visit_to_come(counter, browser, clock):
    case, code = closed(counter, clock)
    one = browser().get("/p/follow").post("/p/follow", {"code": code})
    assert one.says("工作人员可能会回访")
    assert '<li class="now">回访' in one.text
    counter.do("zhangxiaofeng:archivist", case, "archive", paper_volume="三号柜")
    one.post("/p/follow", {"code": code})
    assert one.says("材料已经归档")
    assert "回访，问" not in one.text
    assert '<li class="done">回访' in one.text


def test_unknown_codes_get_one_answer_and_only_so_many(counter, browser, clock):
    clock.put(MORNING + timedelta(days=40))
    one = browser().get("/p/follow")
    told = set()
    for code in ("00000-00000", "x", "ZZZZZ-ZZZZZ", "'; drop table dispute --", "一二三四五六七八九十"):
        one.post("/p/follow", {"code": code})
        assert one.status == 404
        assert one.says(UNKNOWN)
        told.add(re.sub(r'value="[^"]*"', "", one.text))
    assert len(told) == 1
    for _time in range(15):
        one.post("/p/follow", {"code": "00000-00000"})
    assert one.status == 404
    assert one.post("/p/follow", {"code": "00000-00000"}).status == 429
    assert one.says("试的次数太多了")


def test_rating_comes_after_the_end_and_once(counter, browser, instance, clock):
    case, code = code_of(counter)
    one = browser().get("/p/rate")
    assert one.post("/p/rate", {"code": code, "satisfaction": "5", "remark": ""}).status == 409
    assert one.says("调解还没有办完")
    kept = len(rows(instance, Rating))
    case, code = closed(counter, clock)
    one.get("/p/follow").post("/p/follow", {"code": code})
    assert one.says("已经办完", "您满意吗")
    one.post("/p/rate", {"satisfaction": "4", "remark": "调解员很耐心"})
    assert one.says("谢谢您的评价")
    found = rows(instance, Rating)
    assert len(found) == kept + 1
    assert (found[-1].satisfaction, found[-1].remark) == (4, "调解员很耐心")
    with instance.database.reading() as session:
        events = list(
            session.exec(select(AuditEvent).where(AuditEvent.chain == case).order_by(AuditEvent.ordinal))
        )
    assert (events[-1].act, events[-1].actor, events[-1].facts["satisfaction"]) == (
        "rating.given",
        "system:resident",
        4,
    )
    one.get("/p/rate").post("/p/rate", {"code": code, "satisfaction": "1", "remark": ""})
    assert (one.status, one.says("已经评价过了")) == (409, True)
    assert len(rows(instance, Rating)) == kept + 1
    shown = counter.get(REGISTRAR, f"/cases/{case}").json()["rating"]
    assert (shown["satisfaction"], shown["remark"]) == (4, "调解员很耐心")


def test_rating_stands_beside_the_talks_and_in_the_history_of_the_case(counter, browser, account, clock):
    case, code = closed(counter, clock)
    one = browser().get("/p/rate")
    one.post("/p/rate", {"code": code, "satisfaction": "2", "remark": "等了<b>半天</b>"})
    staff = browser().log_in(account("zhangxiaofeng"))
    for path in (f"/cases/{case}?tab=talks", f"/cases/{case}?tab=history"):
        staff.get(path)
        assert staff.says("群众评价", "不满意")
        assert "等了&lt;b&gt;半天&lt;/b&gt;" in staff.text


@pytest.mark.parametrize("satisfaction", ["", "0", "6", "²", "99"])
def test_rating_of_no_number_is_refused(counter, browser, clock, satisfaction):
    _case, code = closed(counter, clock)
    one = browser().get("/p/rate")
    assert one.post("/p/rate", {"code": code, "satisfaction": satisfaction, "remark": "话"}).status == 422
    assert ">话</textarea>" in one.text


def test_rating_is_told_all_its_faults_at_once_by_the_names_of_the_questions(browser):
    one = browser().get("/p/rate")
    assert one.post("/p/rate", {"code": "", "satisfaction": "", "remark": ""}).status == 422
    assert faults(one) == ["查询码：缺少这一项", "满意程度：缺少这一项"]
    assert one.text.count('class="fault"') == len(faults(one))
    one.post("/p/rate", {"code": "00000-00000", "satisfaction": "", "remark": "话" * 1001})
    told = faults(one)
    assert [line.partition("：")[0] for line in told] == ["查询码", "满意程度", "想说的话"]
    assert told[0] == "查询码：没有查到这个查询码"
    assert one.text.count('class="fault"') == len(told)


def test_pages_are_small(browser):
    one = browser()
    for path in ("/p", "/p/apply", "/p/follow", "/p/rate", "/p/verify", "/p/rights"):
        weight = len(gzip.compress(one.get(path).text.encode())) + len(assets()["house.css"].compressed)
        assert weight < 100_000, path
        assert one.client.get(path).headers["content-security-policy"].count("unsafe") == 0


@pytest.mark.parametrize("instance", ["sqlite"], indirect=True, scope="session")
def test_crowd_is_dealt_with_one_after_another(application, monkeypatch):
    """What the office asks for meanwhile waits beside one of them, not beside all."""
    inside, most, lock = 0, 0, threading.Lock()

    def look(*_of):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.05)
        with lock:
            inside -= 1
        raise TriedTooOften

    monkeypatch.setattr(residents, "_refuse_a_flood", look)
    with TestClient(application, base_url=ADDRESS) as client, ThreadPoolExecutor(5) as crowd:
        posts = [crowd.submit(client.post, "/p/apply", data=answers()) for _time in range(5)]
        assert [post.result().status_code for post in posts] == [429] * 5
    assert most == 1
