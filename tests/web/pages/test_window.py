"""The counter's pages: registering, looking for the same dispute, what comes next, the clerk's start."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import select

from mediation.accounts.entering import IDLE
from mediation.audit import queries as trail
from mediation.cases.models import Dispute
from mediation.codes.identity import sample_resident_number
from tests.web.conftest import OTHER_VILLAGE, REGISTRAR
from tests.web.pages.conftest import PASSWORD

CLERK = "zhangxiaofeng"


def number(order: int) -> str:
    return sample_resident_number(date(1971, 3, 5), order)


def typed(order: int, **changes: Any) -> dict[str, Any]:
    """What a clerk types for a usual case; every `order` is another applicant and another respondent."""
    said = {
        "parties.0.role": "applicant",
        "parties.0.kind": "natural",
        "parties.0.id_number": number(2 * order),
        "parties.0.name": f"申请{order}",
        "parties.0.phone": f"1390000{order:04d}",
        "parties.0.consents": "yes",
        "parties.0.rights_told": "yes",
        "parties.1.role": "respondent",
        "parties.1.kind": "natural",
        "parties.1.name": f"对方{order}",
        "governance_category": "排水",
        "source": "applied",
        "place": "示例一村",
        "narrative": "雨水倒灌。",
        "claims": "修好排水沟\n赔偿损失",
        "amount_fen": "1280.5",
    }
    return {**said, **changes}


def clerk(browser: Any, account: Any, name: str = CLERK) -> Any:
    account(name)
    one = browser().log_in(name)
    one.get("/me")
    for post, shown in re.findall(r'<button name="post" value="(\d+)"[^>]*>([^<]+)', one.text):
        if "文书" in shown or "登记员" in shown:
            one.post("/me/post", {"post": post})
    return one


def newest(instance: Any, actor: str = REGISTRAR) -> Any:
    return instance.case(actor, instance.cases(actor, most=1)[0].id)


def count(instance: Any) -> int:
    with instance.database.reading() as session:
        return session.exec(select(func.count()).select_from(Dispute)).one()


def test_walk_in_is_registered_as_it_was_typed(browser, account, instance):
    one = clerk(browser, account)
    one.get("/register").post("/register", typed(1))
    assert one.status == 200, one.text
    case = newest(instance)
    assert (case.row.title, case.governance_category, case.amount_fen) == (
        "申请1与对方1用水排水通行通风采光纠纷",
        "用水排水通行通风采光",
        128050,
    )
    assert case.claims == ["修好排水沟", "赔偿损失"]
    first, second = case.parties
    assert (first["role"], first["consented"], first["rights_told"]) == ("applicant", True, True)
    assert (second["name"], second["consented"]) == ("对方1", False)
    with instance.database.reading() as session:
        events = trail.events_of(session, case.row.id)
    assert [event.act for event in events] == ["register"]
    code = re.search(r'<p class="query-code">([0-9A-Z]{5}-[0-9A-Z]{5})</p>', one.text)
    assert code
    one.get(f"/register/{case.row.id}")
    assert one.status == 200
    assert code[1] not in one.text


def test_form_posted_twice_registers_once_and_shows_the_code_again(browser, account, instance):
    one = clerk(browser, account)
    one.get("/register")
    fields = {**one.hidden("/register"), **typed(2)}
    first = one.raw_post("/register", fields).text
    before = count(instance)
    again = one.raw_post("/register", fields).text
    assert count(instance) == before
    codes = [re.findall(r'"query-code">([0-9A-Z-]{11})<', text) for text in (first, again)]
    assert codes[0] == codes[1] != []


def test_everything_wrong_is_told_at_once_and_what_was_typed_stays(browser, account, instance):
    one = clerk(browser, account)
    before = count(instance)
    wrong = typed(
        3,
        **{
            "parties.0.id_number": number(6)[:-1],
            "parties.1.phone": "123",
            "governance_category": "土地",
            "amount_fen": "很多",
            "narrative": "写了很久的<话>",
            "source": "moon",
            "occurred_on": "2199-01-01",
        },
    )
    one.get("/register").post("/register", wrong)
    assert one.status == 422
    assert one.says(
        "“土地”不止一个相符", "金额应当写作 1280 或者 1280.50", "身份证号码应为18位", "电话号码不像手机号"
    )
    assert one.says("没有可用的代码 moon", "还没有到")
    assert "写了很久的&lt;话&gt;" in one.text
    for kept in ('value="申请3"', 'value="土地"', 'value="很多"', 'value="123"', "修好排水沟\n赔偿损失"):
        assert kept in one.text, kept
    assert count(instance) == before


def test_what_a_written_agreement_will_want_is_told_without_scripts_too(browser, account):
    """What has not been typed, of whom there is a name; of a company its legal representative."""
    one = clerk(browser, account)
    assert set(re.findall(r"data-lacks( hidden)?", one.get("/register").text)) == {" hidden"}
    words = typed(87, narrative="") | {"parties.0.address": "示例一村一组", "parties.1.kind": "legal"}
    one.post("/register", words)
    assert one.status == 422
    told = re.findall(r"<p [^>]*data-lacks( hidden)? [^>]*>[^<]*<span>([^<]*)</span>", one.text)
    assert told[:2] == [("", "性别、民族、出生日期"), ("", "住址、法定代表人")]


def test_problems_are_listed_as_the_fields_stand_on_the_page(browser, account):
    one = clerk(browser, account)
    wrong = typed(
        3,
        **{
            "title": "长" * 300,
            "governance_category": "土地",
            "narrative": "",
            "amount_fen": "很多",
            "headcount": "许多",
            "parties.0.phone": "123",
            "parties.0.id_number": number(6)[:-1],
            "parties.1.name": "名" * 300,
        },
    )
    one.get("/register").post("/register", wrong)
    listed = re.findall(r'<li><a href="#f\.([^"]+)"', one.text)
    shown = re.findall(r'\sid="f\.([^"]+)"', one.text)
    assert sorted(listed, key=shown.index) == listed
    assert {"parties.0.phone", "narrative", "amount_fen", "title"} <= set(listed)


def test_person_who_is_here_already_is_shown_before_a_second_case_is_made(browser, account, instance):
    one = clerk(browser, account)
    one.get("/register").post("/register", typed(4))
    known = newest(instance).row
    before = count(instance)
    again = typed(5, **{"parties.0.id_number": number(8), "parties.0.name": "申请4"})
    one.get("/register").post("/register", again)
    assert count(instance) == before
    assert one.says("先看一眼：可能已经登记过", known.title, "证件号码相同：申请4")
    assert f'<input type="hidden" name="seen" value="{known.id}">' in one.text
    one.post("/register", {**again, "repeat_of": known.id})
    assert count(instance) == before + 1
    made = newest(instance)
    assert [(link["kind"], link["case"]) for link in made.kinship["links"]] == [("repeat", known.id)]
    with instance.database.reading() as session:
        assert [event.act for event in trail.events_of(session, made.row.id)] == ["register", "link"]


def test_list_beside_the_form_keeps_within_the_clerks_sight(browser, account, instance, counter):
    elsewhere = counter.register(OTHER_VILLAGE, title="外村的纠纷", parties=[stranger()])
    one = clerk(browser, account)
    token = one.get("/register").hidden("/register")["form_token"]
    asked = {"form_token": token, "parties.0.name": "外村人甲", "parties.0.id_number": number(901)}
    one.raw_post("/register/alike", asked)
    assert one.status == 200
    assert one.says("没有查到")
    assert elsewhere not in one.text
    own = counter.register(title="本村的纠纷", parties=[stranger()])
    one.raw_post("/register/alike", asked)
    assert own in one.text
    assert elsewhere not in one.text
    assert number(901) not in one.text


def stranger() -> dict[str, Any]:
    return {"name": "外村人甲", "role": "applicant", "id_number": number(901)}


def test_steps_after_registering_are_one_click_each(browser, account, instance):
    one = clerk(browser, account)
    one.get("/register").post("/register", typed(6))
    ref = newest(instance).row.id
    path = f"/register/{ref}/next"
    suggested = instance.case(REGISTRAR, ref).routing["suggestion"]
    assert (suggested["unit_title"], suggested["rule"] is None) == ("示例一村", False)
    assert not one.says("分流建议")  # to send it to where it is already
    for step in ("tell_rights", "record_consent"):
        one.post(path, {"step": step, "party": "2"})
        assert (one.status, one.address) == (200, f"/register/{ref}")
    fields = {**one.hidden(path), "step": "keep", "tier": "ordinary"}
    for _time in range(2):
        one.raw_post(path, fields)
        assert (one.status, one.address) == (200, f"/register/{ref}")
    with instance.database.reading() as session:
        acts = [event.act for event in trail.events_of(session, ref)]
    assert acts == ["register", "tell_rights", "record_consent", "triage", "keep"]
    assert newest(instance).row.state == "received"


def test_what_stands_in_the_way_of_the_next_step_is_told_where_it_would_be(browser, account, instance):
    one = clerk(browser, account)
    one.get("/register").post("/register", typed(21))
    ref = newest(instance).row.id
    path = f"/register/{ref}/next"
    one.post(path, {"step": "keep", "tier": "ordinary"})
    assert one.says("下一步", "受理", "还没有向被申请人（2）告知权利义务", "办理「告知权利义务」")
    for step in ("tell_rights", "record_consent"):
        one.post(path, {"step": step, "party": "2"})
    assert f'href="/cases/{ref}/do/accept">受理</a>' in one.text
    assert not one.says("还没有向被申请人（2）告知权利义务")


def test_lapsed_login_keeps_the_whole_form(browser, account, instance, clock):
    one = clerk(browser, account)
    one.get("/register")
    fields = {**one.hidden("/register"), **typed(7)}
    before = count(instance)
    clock.advance(IDLE + timedelta(minutes=1))
    one.raw_post("/register", fields)
    assert one.status == 401
    one.post("/login", {"name": CLERK, "password": PASSWORD})
    assert one.says("继续提交")
    one.post("/register")
    assert one.status == 200, one.text
    assert one.says("已登记：")
    assert count(instance) == before + 1


def test_pages_are_for_those_who_take_disputes_in(browser, account):
    for name in ("gujingwei", "renzhiyuan"):
        account(name)
        one = browser().log_in(name)
        assert [one.get(path).status for path in ("/register", "/window")] == [403, 403], name


def test_case_out_of_sight_is_not_there(browser, account, counter):
    ref = counter.register(OTHER_VILLAGE)
    one = clerk(browser, account)
    one.get("/register")
    token = one.hidden("/register")["form_token"]
    assert one.get(f"/register/{ref}").status == 404
    for path in (f"/register/{ref}/next", f"/window/{ref}/acknowledge"):
        one.raw_post(path, {"form_token": token, "once": "x1", "step": "keep", "tier": "ordinary"})
        assert one.status == 404, path


def test_clerks_start_shows_what_came_in_and_what_waits(browser, account, instance, counter):
    one = clerk(browser, account)
    one.get("/register").post("/register", typed(8))
    ref = newest(instance).row.id
    one.get("/window")
    assert one.status == 200
    assert one.says("今天登记", "申请8与对方8", "未告知权利义务：对方8", "未表示同意调解：对方8")
    assert f'href="/register/{ref}"' in one.text
    today = one.text.partition("今天登记")[2]
    assert 'data-label="时间"' in today
    assert 'data-label="期限"' not in today


def test_case_handed_to_the_unit_is_acknowledged_from_the_list(browser, account, instance, counter):
    ref = counter.register("fangmin:registrar")
    for trigger, words in (
        ("triage", {"tier": "ordinary"}),
        ("dispatch", {"to": "yicun", "overruled_because": "在村里"}),
    ):
        counter.do("fangmin:registrar", ref, trigger, **words)
    one = clerk(browser, account)
    one.get("/window")
    path = f"/window/{ref}/acknowledge"
    assert f'action="{path}"' in one.text
    one.post(path)
    assert (one.status, one.address) == (200, "/window")
    assert f'action="{path}"' not in one.text
    assert instance.case(REGISTRAR, ref).row.state == "received"


def test_rights_notice_is_printed_for_a_party(browser, account, instance):
    one = clerk(browser, account)
    one.get("/register").post("/register", typed(9))
    ref = newest(instance).row.id
    path = f"/cases/{ref}/papers/rights_notice"
    assert 'value="party-1"' in one.text
    answer = one.client.post(path, data={**one.hidden(path), "subject": "party-2"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert [(paper["form"], paper["subject"]) for paper in newest(instance).papers] == [
        ("rights_notice", "party-2")
    ]


def test_receipt_says_where_to_follow_if_residents_reach_a_page(browser, account, instance, monkeypatch):
    one = clerk(browser, account)
    one.get("/register").post("/register", typed(14))
    assert one.says("查询码：")
    assert not one.says("/p/follow")
    office = replace(instance.office, public_address="https://tiaojie.example")
    monkeypatch.setattr(instance, "office", office)
    one.get("/register").post("/register", typed(15))
    assert one.says("扫码或者打开 https://tiaojie.example/p/follow，填上面的查询码")
    assert '<div class="query"><img src="data:image/svg+xml' in one.text


def test_slips_are_put_right_and_what_is_masked_stays(browser, account, instance):
    one = clerk(browser, account)
    one.get("/register").post("/register", typed(10))
    ref = newest(instance).row.id
    path = f"/register/{ref}/amend"
    one.get(path)
    assert one.status == 200
    assert number(20) not in one.text
    assert "13900000010" not in one.text
    one.post(path, {"title": "排水沟纠纷", "governance_category": "排水", "narrative": "雨水倒灌。"})
    assert (one.status, one.address) == (200, f"/register/{ref}")
    before = instance.case(REGISTRAR, ref).parties[0]
    fields = {
        **one.get(f"{path}?party=1").hidden(path),
        "name": "申请拾",
        "role": "applicant",
        "kind": "natural",
    }
    one.raw_post(path, fields)
    assert (one.status, one.address) == (200, f"/register/{ref}"), one.text
    case = instance.case(REGISTRAR, ref)
    assert (case.row.title, case.claims) == ("排水沟纠纷", ["修好排水沟", "赔偿损失"])
    assert case.parties[0] == {**before, "name": "申请拾"}
    one.get(f"{path}?party=1")
    assert number(20) not in one.text
    one.raw_post(path, {**one.hidden(path), "name": "申请拾", "role": "applicant", "phone": "12"})
    assert one.status == 422
    assert one.says("电话号码不像手机号")
    with instance.database.reading() as session:
        assert [event.act for event in trail.events_of(session, ref)] == ["register", "amend", "amend"]
