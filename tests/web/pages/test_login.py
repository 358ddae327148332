"""Getting in by page: cookies, lapsed logins, foreign forms, posts, languages."""

import re
from datetime import UTC, datetime, timedelta

import pyotp

from mediation.accounts import entering, queries
from mediation.accounts.entering import IDLE
from mediation.clock import SampleClock, SetClock, phone_time
from mediation.errors import CaseChanged
from mediation.web.pages import login
from tests.web.pages.conftest import PASSWORD


def own_post(one):
    """The id of a post that the person on the page holds."""
    return re.search(r'<button name="post" value="(\d+)"', one.text)[1]


def test_page_asks_for_the_login_and_comes_back_to_where_one_wanted(browser, account):
    account("zhangxiaofeng")
    one = browser().get("/cases?view=waiting")
    assert (one.status, one.address) == (200, "/login")
    one.post("/login", {"name": "zhangxiaofeng", "password": PASSWORD})
    assert (one.status, one.address) == (200, "/cases")
    assert one.says("张晓枫")


def test_resident_without_a_login_finds_the_way_in_from_the_address_of_the_centre(browser):
    one = browser().get("/")
    assert one.says("群众：申请调解、查进度、核验文书")
    assert '<a href="/p">' in one.text
    assert one.get("/p").status == 200


def test_own_page_names_the_posts_under_one_title(at_desk):
    text = at_desk("pujiacai").get("/me").text
    main = text[text.index("<main") :]
    assert main.count("<dt>岗位</dt>") == 1
    assert "组党支部书记" in main


def test_wrong_password_keeps_the_name_and_says_no_more(browser, account):
    account("zhangxiaofeng")
    one = browser().get("/login").post("/login", {"name": "zhangxiaofeng", "password": "x"})
    assert one.status == 401
    assert one.says("登录名或密码不对")
    assert 'value="zhangxiaofeng"' in one.text


def test_code_of_a_phone_is_judged_by_what_the_phone_shows(browser, account, clock, monkeypatch):
    """A sample goes on at its own time; a phone knows nothing of it. The account is nobody else's: it keeps the second factor."""
    phone = SetClock(datetime(2031, 5, 6, 7, 8, tzinfo=UTC))
    monkeypatch.setattr(login, "phone_time", lambda _clock: phone.now())
    one = browser().log_in(account("haoxin"))
    one.get("/me").post("/me/second-factor")
    secret = re.search(r'<p class="code">(\w+)</p>', one.text)[1]
    assert one.post("/me/second-factor/confirm", {"code": "000000"}).says("还不对，请核对手机的时间")
    one.post("/me/second-factor/confirm", {"code": pyotp.TOTP(secret).at(phone.now())})
    assert one.says("以后每次登录都要输入手机上的六位验证码", "请安全保密管理员取消")
    phone.advance(timedelta(seconds=30))
    one = browser().log_in("haoxin")
    assert one.address == "/login/code"
    assert one.says("手机丢了、换了：请安全保密管理员取消动态验证码")
    one.post("/login/code", {"code": pyotp.TOTP(secret).at(phone.now())})
    assert one.get("/me").says("郝昕")
    # What was typed when the login lapsed goes through both steps, and through a code that was wrong.
    fields = one.hidden("/me/language")
    clock.advance(IDLE + timedelta(minutes=1))
    one.raw_post("/me/language", {**fields, "language": "zh", "note": "写了很久的<话>"})
    assert (one.status, one.says("刚才填写的内容会保留")) == (401, True)
    phone.advance(timedelta(seconds=60))
    one.post("/login", {"name": "haoxin", "password": PASSWORD})
    one.post("/login/code", {"code": "000000"})
    assert one.status == 401
    one.post("/login/code", {"code": pyotp.TOTP(secret).at(phone.now())})
    assert one.says("继续提交")
    assert one.hidden("/me/language")["note"] == "写了很久的<话>"
    assert one.post("/me/language").status == 200


def test_phones_show_the_time_of_everybody_else():
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert phone_time(SetClock(begin)) == begin
    assert abs(phone_time(SampleClock(begin)) - datetime.now(UTC)) < timedelta(minutes=1)


def test_login_leads_nowhere_else(browser, account):
    account("zhangxiaofeng")
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        one = browser()
        one.get("/login")
        one.post("/login", {"name": "zhangxiaofeng", "password": PASSWORD, "to": elsewhere})
        assert one.address == "/window", elsewhere


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(browser, account):
    account("zhangxiaofeng")
    one = browser()
    answer = one.client.post(
        "/login", data={"name": "zhangxiaofeng", "password": PASSWORD}, follow_redirects=False
    )
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("sid=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


def test_form_without_the_sessions_token_or_from_elsewhere_is_refused(browser, account):
    account("zhangxiaofeng")
    one = browser().log_in("zhangxiaofeng")
    assert one.raw_post("/me/post", {"post": "1"}).status == 403
    fields, post = one.get("/me").hidden("/me/post"), own_post(one)
    assert fields
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        assert one.raw_post("/me/post", {**fields, "post": "1"}, **headers).status == 403
    assert one.raw_post("/me/post", {**fields, "post": post}).status == 200


def broken_off(browser, account, clock):
    """A browser whose login lapsed while a form was being filled in: the form was sent, and has not arrived."""
    one = browser().log_in(account("zhangxiaofeng")).get("/me")
    fields, post = one.hidden("/me/post"), own_post(one)
    clock.advance(IDLE + timedelta(minutes=1))
    return one.raw_post("/me/post", {**fields, "post": post, "note": "写了很久的<话>"})


def test_lapsed_login_loses_nothing_that_was_typed(browser, account, clock):
    one = broken_off(browser, account, clock)
    assert one.status == 401
    assert one.says("刚才填写的内容会保留")
    one.post("/login", {"name": "zhangxiaofeng", "password": PASSWORD})
    assert one.says("继续提交")
    kept = one.hidden("/me/post")
    assert kept["note"] == "写了很久的<话>"
    assert one.post("/me/post").status == 200


def test_present_password_is_not_guessed_at_a_screen_left_open(instance, browser, account, clock):
    one = browser().log_in(account("guessed-at", "audit"))
    new = {"password": "春江潮水连海平-2026", "repeated": "春江潮水连海平-2026"}
    said = []
    for before in (*["wrong"] * 5, PASSWORD):
        one.get("/me/password").post("/me/password", {"before": before, **new})
        said.append((one.status, one.says("现在的密码不对"), one.says("输错次数太多")))
    assert said == [(422, True, False)] * 5 + [(422, False, True)]
    assert browser().log_in("guessed-at").says("输错次数太多")
    clock.advance(timedelta(minutes=1, seconds=1))
    one.get("/me/password").post("/me/password", {"before": PASSWORD, **new})
    assert one.says("密码已经换好")


def test_wrong_password_counts_in_the_very_moment_of_another_event(browser, account, instance, monkeypatch):
    """The trail of the instance has one writer at a time: who comes second looks again, and is counted then."""
    one = browser().log_in(account("guessed-beside", "audit")).get("/me/password")
    look, looked = entering.change_password, []

    def change_password(*given):
        looked.append(look(*given))
        if len(looked) == 1:
            raise CaseChanged
        return looked[-1]

    monkeypatch.setattr(entering, "change_password", change_password)
    new = {"password": "春江潮水连海平-2026", "repeated": "春江潮水连海平-2026"}
    one.post("/me/password", {"before": "wrong", **new})
    assert (one.status, one.says("现在的密码不对"), len(looked)) == (422, True, 2)
    with instance.database.reading() as session:
        assert queries.account_named(session, "guessed-beside").failures == 1


def test_who_comes_in_by_another_window_goes_on_with_what_was_typed(browser, account, clock):
    one = broken_off(browser, account, clock)
    kept = one.hidden("/login")
    assert kept["kept.note"] == "写了很久的<话>"
    assert one.raw_post("/login/resume", kept, **{"sec-fetch-site": "cross-site"}).status == 403
    one.raw_post("/login/resume", kept)
    assert (one.status, one.says("还没有登录"), one.hidden("/login")) == (401, True, kept)
    one.log_in("zhangxiaofeng")
    one.raw_post("/login/resume", kept)
    assert one.says("继续提交")
    assert one.hidden("/me/post")["note"] == "写了很久的<话>"
    assert one.post("/me/post").status == 200


def test_who_has_to_change_the_password_first_goes_on_with_what_was_typed(browser, account, clock, instance):
    """An account of its own: with a changed password all other logins end, those of other tests too."""
    name = account("typed-before", "audit")
    one = browser().log_in(name)
    fields = one.get("/me").hidden("/me/language")
    clock.advance(IDLE + timedelta(minutes=1))
    one.raw_post("/me/language", {**fields, "language": "zh", "note": "写了很久的<话>"})
    with instance.database.writing() as session:
        queries.account_named(session, name).must_change = True
    one.post("/login", {"name": name, "password": PASSWORD})
    assert one.says("第一次登录，请先把初始密码换成自己的密码")
    one.post("/me/password", {"before": PASSWORD, "password": "短", "repeated": "短"})
    assert one.status == 422
    new = "东乡调解室今年的新口令"
    one.post("/me/password", {"before": PASSWORD, "password": new, "repeated": new})
    assert one.says("密码已经换好，其他地方的登录都已退出", "继续提交")
    assert one.hidden("/me/language")["note"] == "写了很久的<话>"
    assert one.post("/me/language").status == 200


def test_what_somebody_typed_is_nobody_elses_to_read_or_to_send(browser, account, clock):
    one = broken_off(browser, account, clock)
    kept = one.hidden("/login")
    one.raw_post("/login", {**kept, "name": account("chenyulin"), "password": PASSWORD})
    assert one.says("没有交上去的内容是另一个人填的，没有带过来")
    assert "写了很久" not in one.text
    one.raw_post("/login/resume", kept)
    assert one.says("没有交上去的内容是另一个人填的，没有带过来")
    made_up = {key: value for key, value in kept.items() if key != "kept.kept_by"}
    assert "写了很久" not in one.raw_post("/login/resume", made_up).text


def test_logging_out_ends_the_session(browser, account):
    account("zhangxiaofeng")
    one = browser().log_in("zhangxiaofeng")
    token = one.client.cookies["sid"]
    answer = one.client.post("/logout", data=one.get("/me").hidden("/logout"), follow_redirects=False)
    assert (answer.status_code, answer.headers["clear-site-data"]) == (303, '"storage"')
    assert one.get("/me").address == "/login"
    one.client.cookies.set("sid", token)
    assert one.get("/cases").address == "/login"


def test_administrators_see_no_case(browser, account):
    for kind in ("system", "security", "audit"):
        one = browser().log_in(account(f"{kind}-test", kind))
        assert one.status == 200
        assert one.get("/cases").status == 403


def test_person_switches_between_own_posts_only(browser, account):
    account("zhangxiaofeng")
    one = browser().log_in("zhangxiaofeng")
    assert one.says("村文书", "村档案员")
    assert one.post("/me/post", {"post": "999999"}).status == 403


def test_every_answer_carries_the_pages_policy(browser, account):
    account("zhangxiaofeng")
    one = browser().log_in("zhangxiaofeng")
    for path in ("/login", "/cases", "/me", "/cases/none", "/nowhere"):
        policy = one.client.get(path).headers["content-security-policy"]
        assert "script-src 'self';" in policy, path
        assert "unsafe" not in policy, path


def test_too_many_failures_from_one_place_are_slowed_down(browser, clock):
    clock.advance(timedelta(days=40))  # into a window of its own, where no other test logs in
    one = browser().get("/login")
    statuses = [one.raw_post("/login", {"name": f"n{at}", "password": "x"}).status for at in range(62)]
    assert statuses[:60] == [401] * 60
    assert statuses[60:] == [429, 429]
