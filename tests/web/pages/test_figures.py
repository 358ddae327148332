"""Statistics and the pictures of the definitions, within what the reader's unit may see."""

import re

from tests.web.conftest import MEDIATOR, OTHER_VILLAGE, REGISTRAR

PERIOD = "?first=2026-03-01&last=2026-03-31"


def test_figures_are_those_of_ones_own_unit(browser, account, counter):
    one = browser().log_in(account("zhangxiaofeng"))

    def received():
        text = one.get(f"/statistics{PERIOD}").text
        return int(text.split('<p class="figure">')[1].split("<")[0])

    before = received()
    counter.register(REGISTRAR)
    counter.register(OTHER_VILLAGE)
    assert received() == before + 1


def test_titles_of_figures_are_no_commands_in_english(browser, account):
    one = browser().log_in(account("zhangxiaofeng"))
    one.client.cookies.set("language", "en")
    titles = re.findall(r'<h2 class="soft small">(.*?)</h2>', one.get(f"/statistics{PERIOD}").text)
    assert titles[:3] == ["Registered", "Accepted", "Finished"]


def test_period_that_is_none_is_told(browser, account):
    one = browser().log_in(account("zhangxiaofeng"))
    assert one.get("/statistics?first=2026-03-31&last=2026-03-01").status == 422
    assert one.says("末日不能早于首日")
    assert one.get("/statistics?first=2026-02-30").status == 422
    assert one.says("日期应当写作 2026-03-01")


def test_table_is_handed_out_as_a_file(browser, account):
    one = browser().log_in(account("zhangxiaofeng"))
    answer = one.client.get(f"/statistics.csv{PERIOD}")
    assert answer.headers["content-disposition"] == 'attachment; filename="statistics-20260301-20260331.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "调解成功率" in answer.content.decode("utf-8-sig")


def test_pictures_show_the_running_cases(browser, account, counter):
    ref = counter.register(REGISTRAR)
    counter.do(MEDIATOR, ref, "triage", tier="ordinary")
    one = browser().log_in(account("zhangxiaofeng")).get("/workflows")
    ways = re.findall(
        r'data-label="从">([^<]+)</td><td data-label="到">([^<]+)</td><td data-label="操作">([^<]+)<',
        one.text,
    )
    assert ("已研判", "已交办待签收", "交办、上报") in ways
    assert one.status == 200
    assert one.text.count("<svg") == 3
    assert 'class="count"' in one.text
