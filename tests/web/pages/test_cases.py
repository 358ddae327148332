"""A case as a workspace: what is shown to whom, acts by their forms, twice, wrongly, and out of sight."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from PIL import Image

from mediation.audit import queries as trail
from mediation.errors import WorkLost
from tests.web.conftest import MEDIATOR, OTHER_VILLAGE, REGISTRAR, party

CLAUSE = {
    "clauses.0.obligor": "2",
    "clauses.0.act": "pay",
    "clauses.0.obligee": "1",
    "clauses.0.what": "补偿款",
    "clauses.0.amount_fen": "1,280.50",
    "clauses.0.due_on": "2026-03-20",
}
DRAFT = {"facts": "雨水倒灌，淹了菜地。", "matters": "修复排水沟", **CLAUSE}
TABS = ("about", "talks", "agreement", "papers", "clocks", "history", "links")


def assigned(counter, **changes):
    """A case that its mediator may begin to work on."""
    ref = counter.register(**changes)
    counter.do(MEDIATOR, ref, "triage", tier="ordinary")
    counter.do(MEDIATOR, ref, "keep")
    counter.do(MEDIATOR, ref, "accept")
    counter.do(MEDIATOR, ref, "assign", mediators=[{"person": "yangmeixian"}])
    return ref


def agreed(counter, **changes):
    """A case whose parties have agreed at the table."""
    ref = assigned(counter, **changes)
    session = {"held_from": "2026-03-02T08:00", "place": "村调解室", "present": [1, 2], "body": ["谈妥了。"]}
    counter.do(MEDIATOR, ref, "record_session", **session, result="agreed")
    return ref


def acts(counter, ref):
    """What the trail says was done."""
    with counter.instance.database.reading() as session:
        return [event.act for event in trail.events_of(session, ref)]


def test_case_out_of_sight_is_not_found_on_any_of_its_pages(counter, browser, account):
    ref = counter.register(OTHER_VILLAGE)
    one = browser().log_in(account("yangmeixian"))
    for path in ("", "/do/triage", "/sign", "/papers/rights_notice", "/papers/rights_notice/ready"):
        assert one.get(f"/cases/{ref}{path}").status == 404, path
    assert one.get(f"/cases/{ref}/papers/rights_notice/pages/1").status == 404


def test_page_tells_what_somebody_asked_to_be_erased(counter, browser, account):
    ref = counter.register()
    counter.instance.do(REGISTRAR, ref, "withdraw", {"reason": "自行和解", "asked_by": [1]})
    counter.instance.do(REGISTRAR, ref, "close")
    counter.instance.do("zhangxiaofeng:archivist", ref, "archive", {"paper_volume": "三号柜"})
    page = browser().log_in(account("yangmeixian"))
    assert "等待另一人确认的删除" not in page.get(f"/cases/{ref}").text
    told = counter.instance.request_erasure("zhangxiaofeng:archivist", ref, "consent_withdrawn", 2)["told"]
    assert "第 2 号当事人" in told
    assert told in page.get(f"/cases/{ref}").text


def test_deputy_and_who_reads_later_are_told_for_whom_it_was_done(counter, browser, account):
    ref = assigned(counter)
    counter.do(REGISTRAR, ref, "ask_opinion", person="pulaoda", question="通道归谁？")
    leave = {"person": "pulaoda", "deputy": "yangmeixian", "since": "2026-03-02", "until": "2026-03-04"}
    counter.instance.duty.record_leave("pulaoda:leader", leave)
    deputy = browser().log_in(account("yangmeixian"))
    assert deputy.get("/").says("征求意见（代普文忠）")
    assert deputy.get(f"/cases/{ref}").says("征求意见（代普文忠）（张晓枫）")
    counter.do(MEDIATOR, ref, "answer", opinion="各家一半。")
    assert deputy.get(f"/cases/{ref}?tab=history").says("杨美仙（代普文忠），示例一村")
    auditor = browser().log_in(account("audit-test", "audit"))
    assert auditor.get(f"/admin/trail?chain={ref}").says("yangmeixian:mediator（代pulaoda）")


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_a_case_shows(counter, browser, account, tab):
    ref = agreed(counter)
    counter.do(MEDIATOR, ref, "note_privately", party=1, body="底线是一千。")
    counter.post(MEDIATOR, f"/cases/{ref}/papers/rights_notice", {"subject": "party-1"})
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}?tab={tab}")
    assert one.status == 200
    assert one.says("轮到杨美仙：继续调解，形成结果", "拟协议", "示例一村")


def test_private_notes_are_for_the_mediators_alone(counter, browser, account):
    ref = assigned(counter)
    counter.do(MEDIATOR, ref, "note_privately", party=1, body="底线是一千。")
    path = f"/cases/{ref}?tab=talks"
    assert browser().log_in(account("yangmeixian")).get(path).says("底线是一千。")
    assert not browser().log_in(account("pulaoda")).get(path).says("底线是一千。")


def test_number_that_nobody_has_given_is_told_in_words(counter, browser, account):
    unknown = party("李玥", "respondent", "女", 2, id_number=None, phone=None)
    ref = counter.register(parties=[party("张喆", "applicant", "男", 1), unknown])
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}")
    assert one.says("没有证件号码没有电话")


def test_numbers_of_people_are_masked(counter, browser, account):
    ref = counter.register()
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}")
    assert one.says("138****0000")
    assert "13800000000" not in one.text


def test_form_posted_twice_works_once(counter, browser, account):
    ref = counter.register()
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/triage")
    fields = {**one.hidden(f"/cases/{ref}/do/triage"), "tier": "ordinary"}
    for _time in range(2):
        assert one.raw_post(f"/cases/{ref}/do/triage", fields).address == f"/cases/{ref}"
    assert acts(counter, ref) == ["register", "triage"]


def test_bad_input_keeps_what_was_typed_and_enters_nothing(counter, browser, account):
    ref = assigned(counter)
    path = f"/cases/{ref}/do/record_session"
    one = browser().log_in(account("yangmeixian")).get(path)
    assert 'value="2026-03-02T09:00"' in one.text
    typed = {
        "held_from": "2026-03-05T08:00",
        "place": "",
        "present": "1",
        "body": "双方到场。",
        "result": "agreed",
    }
    one.post(path, typed)
    assert one.status == 422
    assert one.says("地点", "双方到场。")
    assert 'value="2026-03-05T08:00"' in one.text
    assert "record_session" not in acts(counter, ref)


def test_what_stands_in_the_way_is_shown_below_wrong_words(counter, browser, account):
    unknown = [{"name": "张喆", "role": "applicant"}, {"name": "李玥", "role": "respondent"}]
    ref = counter.register(parties=unknown)
    counter.do(MEDIATOR, ref, "triage", tier="ordinary")
    counter.do(MEDIATOR, ref, "keep")
    path = f"/cases/{ref}/do/accept"
    one = browser().log_in(account("yangmeixian")).get(path)
    one.post(path, {"taken_elsewhere": "moon"})
    assert one.status == 422
    told = unescape(re.search(r'id="faults">.*?</div>', one.text, re.DOTALL)[0])
    assert told.count("<ul>") == 2
    assert told.index("内容更正以后，也还不能办理这项操作") < told.index("同意调解")


def test_sum_that_is_none_hides_no_party_that_is_not_there(counter, browser, account):
    ref = agreed(counter)
    path = f"/cases/{ref}/do/draft_agreement"
    one = browser().log_in(account("yangmeixian")).get(path)
    wrong = {**DRAFT, "clauses.0.amount_fen": "一千二", "clauses.0.obligor": "9"}
    for at in (path, f"/cases/{ref}/draft"):
        shown = one.raw_post(at, {**one.hidden(path), **wrong}) if at != path else one.post(path, wrong)
        assert shown.status == (422 if at == path else 200)
        assert shown.says("金额应当写作 1280 或者 1280.50", "没有第 9 号当事人")
        assert 'value="一千二"' in shown.text


def test_assignment_suggests_mediators_with_reasons(counter, browser, account):
    ref = counter.register()
    counter.do(MEDIATOR, ref, "triage", tier="ordinary")
    counter.do(MEDIATOR, ref, "keep")
    counter.do(MEDIATOR, ref, "accept")
    path = f"/cases/{ref}/do/assign"
    one = browser().log_in(account("yangmeixian")).get(path)
    assert one.says("杨美仙", "专长就是用水排水通行通风采光", "就在纠纷所在的示例一村")
    one.post(path, {"mediators.0.person": "pulaoda", "mediators.0.how": "chosen", "more": "mediators"})
    assert 'name="mediators.1.person"' in one.text
    assert one.status == 200
    more = {"mediators.1.person": "zhangxiaofeng", "mediators.1.role": "recorder"}
    one.post(path, {"mediators.0.person": "pulaoda", "mediators.0.how": "chosen", **more})
    assert (one.status, one.address) == (200, f"/cases/{ref}")
    found = counter.instance.case(MEDIATOR, ref).mediators
    assert [(row["name"], row["role"], row["how"]) for row in found] == [
        ("普文忠", "presiding", "chosen"),
        ("张晓枫", "recorder", "appointed"),
    ]


def test_draft_is_seen_as_a_page_without_being_entered(counter, browser, account):
    ref = agreed(counter)
    before = acts(counter, ref)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/draft_agreement")
    hidden = one.hidden(f"/cases/{ref}/do/draft_agreement")
    shown = one.raw_post(f"/cases/{ref}/draft", {**hidden, **DRAFT})
    assert (shown.status, shown.text.count('src="data:image/png;base64,')) == (200, 2)
    assert shown.says("第1条没有写明履行方式", "雨水倒灌，淹了菜地。")
    assert 'href="#f.clauses.0.manner"' in shown.text
    assert 'value="1,280.50"' in shown.text
    part = one.raw_post(f"/cases/{ref}/draft?part=true", {**hidden, **DRAFT, "clauses.0.manner": "现金"})
    assert part.says("要件齐全。")
    assert "<html" not in part.text
    assert acts(counter, ref) == before
    assert counter.instance.case(MEDIATOR, ref).agreement is None


def test_draft_that_cannot_be_says_so_in_the_place_of_the_page(counter, browser, account):
    ref = agreed(counter)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/draft_agreement")
    hidden = one.hidden(f"/cases/{ref}/do/draft_agreement")
    shown = one.raw_post(f"/cases/{ref}/draft", {**hidden, **DRAFT, "clauses.0.due_on": "2026-01-01"})
    assert shown.says("履行期限早于今天")
    assert "data:image/png" not in shown.text


def test_what_is_wrong_in_a_clause_is_not_folded_away(counter, browser, account):
    path = f"/cases/{agreed(counter)}/do/draft_agreement"
    one = browser().log_in(account("yangmeixian")).get(path)
    folded = '<details class="more"><summary>地点、条件、违约责任、分期'
    assert folded in one.text
    one.post(path, {**DRAFT, "clauses.0.obligor": "9"})
    assert (one.status, folded in one.text) == (422, True)
    one.post(path, {**DRAFT, "clauses.0.instalments.0.amount_fen": "三百"})
    assert one.says("分期·金额（元）：金额应当写作 1280 或者 1280.50，最多两位小数")
    assert folded not in one.text
    one.get(path).post(path, {**DRAFT, "clauses.0.place": "村" * 300})
    assert (one.status, folded in one.text) == (422, False)


def test_units_that_are_called_together_are_ticked_below_one_another(counter, browser, account):
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{counter.register()}/do/call_conference")
    assert '<div class="ticks tree"><label class="tick-line"><input' in one.text
    assert re.search(r'<label class="tick-line in-2"><input [^>]*><span>示例一村</span>', one.text)


def test_conference_that_was_called_off_is_offered_anew_with_the_units_that_come(counter, browser, account):
    one = browser().log_in(account("yangmeixian"))
    assert 'name="units"' not in one.get(f"/cases/{assigned(counter)}/do/arrange").text
    ref = counter.register()
    for trigger, words in (
        ("triage", {"tier": "complex"}),
        ("keep", {}),
        ("accept", {}),
        ("turn_joint", {"reason": "涉及派出所"}),
        ("call_conference", {"units": ["dong"], "starts_at": "2026-03-04T09:00+08:00", "place": "村委会"}),
    ):
        counter.do(MEDIATOR, ref, trigger, **words)
    path = f"/cases/{ref}/do/arrange"
    button = f'<a class="btn" href="{path}">约定时间</a>'
    assert button not in one.get(f"/cases/{ref}").text
    counter.do(MEDIATOR, ref, "cancel_appointment", ordinal=1, why="改期")
    assert button in one.get(f"/cases/{ref}").text
    one.get(path)
    assert one.says("请参加会商的单位", "上一次请了还没有开的仍请那些单位")
    said = {"kind": "conference", "starts_at": "2026-03-05T09:00", "place": "村委会"}
    one.post(path, said)
    assert (one.status, one.address) == (200, f"/cases/{ref}")
    assert one.says("参加会商")
    one.get(path).post(path, {**said, "units": "dong"})
    assert (one.status, one.says("已经请过")) == (422, True)


def test_draft_goes_on_where_it_was_left(counter, browser, account):
    ref = agreed(counter)
    path = f"/cases/{ref}/do/draft_agreement"
    one = browser().log_in(account("yangmeixian")).get(path)
    one.post(path, DRAFT)
    assert (one.status, one.address) == (200, f"/cases/{ref}")
    assert acts(counter, ref)[-1] == "draft_agreement"
    again = one.get(path)
    assert again.says("雨水倒灌，淹了菜地。")
    for value in ("1280.50", "2026-03-20", "补偿款"):
        assert f'value="{value}"' in again.text, value


def test_paper_tells_what_it_lacks_and_where_that_is_entered(counter, browser, account):
    ref = counter.register()
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/papers/acceptance_register/ready")
    assert one.says("还缺")
    assert f'href="/cases/{ref}/do/accept"' in one.text
    assert "case do" not in one.text
    one.get(f"/cases/{ref}/papers/rights_notice/ready?subject=party-1")
    assert one.says("要件齐全")
    path = f"/cases/{ref}/papers/rights_notice"
    issued = one.client.post(path, data=one.hidden(path), follow_redirects=False)
    assert (issued.status_code, issued.headers["location"]) == (303, f"{path}?subject=party-1")
    picture = one.client.get(f"{path}/pages/1?subject=party-1")
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert (picture.content[:4], picture.headers["vary"]) == (b"\x89PNG", "Accept")
    light = one.client.get(f"{path}/pages/1?subject=party-1", headers={"Accept": "image/webp,*/*"})
    narrow = one.client.get(f"{path}/pages/1?subject=party-1&narrow=true", headers={"Accept": "image/webp"})
    assert [Image.open(io.BytesIO(it.content)).width for it in (picture, light, narrow)] == [1000, 1000, 720]
    assert len(narrow.content) < len(light.content) < len(picture.content)
    assert one.get(f"{path}/pages/9?subject=party-1").status == 404


def test_history_tells_what_was_recorded_while_the_clock_had_gone_back(at_desk, counter, clock):
    ref, before = assigned(counter), clock.now()
    desk = at_desk("yangmeixian")
    assert "系统时间回退" not in desk.get(f"/cases/{ref}?tab=history").text
    clock.advance(timedelta(hours=-1))
    words = {"party": 1, "body": "愿意各让一步。"}
    counter.do(MEDIATOR, ref, "note_privately", **words)
    clock.put(before)
    assert desk.get(f"/cases/{ref}?tab=history").says("记背对背谈话 系统时间回退", "记的是上一条的时间")


def bare(name, role, sex, ordinal):
    """A party as the counter takes it in within a minute."""
    return party(name, role, sex, ordinal, ethnicity=None, address=None)


def test_what_a_written_agreement_will_lack_is_told_on_the_case_with_the_way_to_fill_it_in(
    counter, browser, account
):
    parties = [bare("张喆", "applicant", "男", 1), party("李玥", "respondent", "女", 2)]
    ref = counter.register(parties=parties)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}")
    assert one.says("要出书面协议，还缺：张喆：缺单位或住址、民族")
    path = f"/register/{ref}/amend"
    assert f'href="{path}?party=1&amp;to=/cases/{ref}#f.address"' in one.text
    one.get(f"{path}?party=1&to=/cases/{ref}")
    facts = {"role": "applicant", "kind": "natural", "name": "张喆", "address": "一村", "ethnicity": "汉族"}
    one.raw_post(path, {**one.hidden(path), **facts})
    assert (one.status, one.address) == (200, f"/cases/{ref}")
    assert not one.says("要出书面协议，还缺")


def test_written_agreement_lists_what_its_paper_lacks_and_comes_back(counter, browser, account):
    ref = agreed(counter, parties=[bare("张喆", "applicant", "男", 1), bare("李玥", "respondent", "女", 2)])
    clause = {"obligor": 2, "act": "pay", "obligee": 1, "amount_fen": 80000, "at_once": True}
    counter.do(MEDIATOR, ref, "draft_agreement", facts="雨水倒灌。", matters="赔偿", clauses=[clause])
    path = f"/cases/{ref}/do/conclude_written"
    one = browser().log_in(account("yangmeixian")).get(path)
    assert one.says("现在还不能办", "张喆：缺单位或住址、民族")
    one.post(path, {"medium": "tablet"})
    assert (one.status, one.says("张喆：缺单位或住址、民族", "李玥：缺单位或住址、民族")) == (409, True)
    assert f'href="/register/{ref}/amend?party=2&amp;to={path}#f.address"' in one.text
    assert not one.says("case do")
    assert "没有谈成" not in one.text
    assert acts(counter, ref)[-1] == "draft_agreement"


def test_name_that_no_font_has_is_told_before_the_agreement_with_the_page_that_mends_it(
    counter, browser, account
):
    parties = [party("郝𠮷远", "applicant", "男", 1), party("李玥", "respondent", "女", 2)]
    ref = agreed(counter, parties=parties)
    clause = {"obligor": 2, "act": "pay", "obligee": 1, "amount_fen": 80000, "at_once": True}
    counter.do(MEDIATOR, ref, "draft_agreement", facts="雨水倒灌。", matters="赔偿", clauses=[clause])
    path, amend = f"/cases/{ref}/do/conclude_written", f"/register/{ref}/amend"
    one = browser().log_in(account("yangmeixian")).get(path)
    assert one.says("现在还不能办", "没有字形：当事人郝𠮷远的姓名或名称", "在用字说明中写")
    one.post(path, {"medium": "tablet"})
    assert (one.status, one.says("没有字形：当事人郝𠮷远的姓名或名称")) == (409, True)
    assert acts(counter, ref)[-1] == "draft_agreement"
    assert f'href="{amend}?to={path}#f.stand_ins"' in one.text
    assert one.get(f"/cases/{ref}/papers/acceptance_register/ready").says("没有字形") is True
    assert not one.says("要件齐全")
    one.get(f"{amend}?to={path}")
    one.raw_post(amend, {**one.hidden(amend), "stand_ins": "“𠮷”字以“吉”代替"})
    assert (one.status, one.address) == (200, path)
    assert not one.says("没有字形")
    one.post(path, {"medium": "tablet"})
    assert (one.status, acts(counter, ref)[-2:]) == (200, ["conclude_written", "document.frozen"])


def test_paper_that_could_not_be_made_is_told_after_the_act(counter, browser, account, monkeypatch):
    ref = agreed(counter)
    clause = {"obligor": 2, "act": "pay", "obligee": 1, "amount_fen": 80000, "at_once": True}
    counter.do(MEDIATOR, ref, "draft_agreement", facts="雨水倒灌。", matters="赔偿", clauses=[clause])

    def lost(*_args, **_more):
        raise WorkLost

    monkeypatch.setattr(counter.instance.papers.press, "render", lost)
    path = f"/cases/{ref}/do/conclude_written"
    one = browser().log_in(account("yangmeixian")).get(path)
    one.post(path, {"medium": "tablet"})
    assert one.says("已办好；尚未办成：人民调解协议书：制作文书的进程没有做完")


@pytest.mark.parametrize(
    ("agree", "medium"), [((True, True), "tablet"), ((True, False), "mixed"), ((False, False), "ink")]
)
def test_medium_is_filled_in_by_who_agreed_to_sign_electronically(counter, browser, account, agree, medium):
    people = [party("张喆", "applicant", "男", 1), party("李玥", "respondent", "女", 2)]
    parties = [{**one, "electronic_agreed": said} for one, said in zip(people, agree, strict=True)]
    ref = agreed(counter, parties=parties)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/conclude_written")
    assert f'<option value="{medium}" selected>' in one.text


def test_claims_left_open_are_asked_for_only_where_there_are_several(counter, browser, account):
    ref = agreed(counter, claims=["修沟", "赔偿"])
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/conclude_written")
    assert one.says("只谈成一部分，还有没谈成的请求")


def test_unknown_act_is_named_and_leads_back_to_its_case(counter, browser, account):
    ref = counter.register()
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/triage")
    token = {"form_token": one.hidden(f"/cases/{ref}/do/triage")["form_token"]}
    for asked in (one.get, lambda path: one.raw_post(path, token)):
        asked(f"/cases/{ref}/do/nonsense")
        assert (one.status, one.says("没有叫“nonsense”的办理事项")) == (404, True)
        assert f'href="/cases/{ref}"' in one.text
        assert "record_session" not in one.text


def test_case_tells_the_clerk_who_goes_on_with_it(counter, browser, account):
    ref = counter.register()
    counter.do(MEDIATOR, ref, "triage", tier="ordinary")
    counter.do(MEDIATOR, ref, "keep")
    counter.do(MEDIATOR, ref, "accept")
    one = browser().log_in(account("zhangxiaofeng")).get(f"/cases/{ref}")
    assert one.says("由普文忠、杨美仙办理。")


@pytest.mark.parametrize(("risk", "asked"), [("low", False), ("high", True)])
def test_closing_asks_why_nothing_was_reported_only_where_danger_was(counter, browser, account, risk, asked):
    ref = counter.register(risk=risk)
    counter.do(MEDIATOR, ref, "withdraw", reason="和解", asked_by=[1])
    form = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/close")
    assert ("没有报告公安机关的理由" in form.text) is asked


def test_closing_asks_no_more_once_danger_was_reported(counter, browser, account):
    ref = counter.register(risk="high")
    said = {"to": "示例派出所", "reference": "示例警字第7号", "account": "扬言动手。"}
    counter.do(MEDIATOR, ref, "report_police", reported_at="2026-03-02T08:00:00+08:00", **said)
    counter.do(MEDIATOR, ref, "withdraw", reason="和解", asked_by=[1])
    form = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/close")
    assert "没有报告公安机关的理由" not in form.text


def test_closing_and_archiving_show_what_is_still_promised_and_the_next_page_tells_it(
    counter, browser, account
):
    ref = counter.register()
    counter.do(MEDIATOR, ref, "promise", party=1, what="修路灯", due_on="2026-03-31")
    counter.do(MEDIATOR, ref, "withdraw", reason="和解", asked_by=[1])
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/close")
    assert one.says("结案以后照样要办，归档时仍没有办结就失效：", "承诺事项：杨美仙，2026年3月31日")
    closed = one.post(f"/cases/{ref}/do/close")
    assert closed.says(
        "已办好；第2号待办「承诺事项」（杨美仙，2026年3月31日24时到期）还没有办结，结案以后照样要办"
    )
    assert one.get(f"/cases/{ref}/do/archive").says("归档以后，下面的待办就失效了：")
    assert not one.get(f"/cases/{ref}/do/visit").says("承诺事项")


def test_papers_of_one_form_are_told_apart_where_one_is_chosen(counter, browser, account):
    ref = assigned(counter)
    for party_ in (1, 2):
        counter.instance.issue(MEDIATOR, ref, "rights_notice", f"party-{party_}")
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/correct")
    number = counter.instance.case(MEDIATOR, ref).row.number
    labels = [f"人民调解权利义务告知书 {number}（第{n}位当事人）" for n in (1, 2)]
    assert one.says(*labels)
    assert one.get(f"/cases/{ref}?tab=papers").says("第1位当事人", "第2位当事人")


def test_form_of_merging_asks_who_is_who(counter, browser, account):
    pair = [{"role": "applicant", "name": "张喆"}, {"role": "respondent", "name": "李玥"}]
    ref, main = counter.register(parties=pair), counter.register(parties=pair)
    for one in (ref, main):
        counter.do(MEDIATOR, one, "triage", tier="ordinary")
    path = f"/cases/{ref}/do/merge_into"
    page = browser().log_in(account("yangmeixian")).get(path)
    assert page.says("两案里的同一人", "本案的当事人", "主案的第几号当事人")
    typed = {"case": main, "why": "同一条沟", "same.0.party": "1", "same.0.main_party": "1"}
    page.post(path, {**typed, "more": "same"})
    assert (page.status, 'name="same.1.party"' in page.text) == (200, True)
    page.post(path, {**typed, "same.1.party": "2", "same.1.main_party": "3"})
    assert (page.status, page.says("主案没有第 3 号当事人；主案当事人编号为 1、2")) == (422, True)
    page.post(path, {**typed, "same.1.party": "2", "same.1.main_party": "2"})
    assert (page.status, page.address) == (200, f"/cases/{ref}")
    assert [row["name"] for row in counter.instance.case(MEDIATOR, main).parties] == ["张喆", "李玥"]


def test_history_shows_why_a_case_was_sent_up(counter, browser, account):
    ref = counter.register()
    counter.do(REGISTRAR, ref, "triage", tier="ordinary", opinion="先看看。")
    counter.do(REGISTRAR, ref, "escalate", reason="<b>村里</b>办不了。")
    page = browser().log_in(account("zhangxiaofeng")).get(f"/cases/{ref}?tab=history").text
    assert '<p class="as-written">先看看。</p>' in page
    assert "&lt;b&gt;村里&lt;/b&gt;办不了。" in page
