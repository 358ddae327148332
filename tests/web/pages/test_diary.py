"""The day of a mediator, the calendar, and its file, which names nobody."""

from tests.web.conftest import MEDIATOR
from tests.web.pages.test_cases import agreed, assigned


def arranged(counter, starts_at="2026-03-02T15:00"):
    """A case with a talk that was agreed upon."""
    ref = assigned(counter)
    words = {"kind": "session", "starts_at": starts_at, "place": "村调解室", "told": [1, 2]}
    counter.do(MEDIATOR, ref, "arrange", **words, despite="测试里同一时间有几件")
    return ref


def test_day_shows_what_waits_on_its_mediator(counter, browser, account):
    today, tomorrow = arranged(counter), arranged(counter, "2026-03-03T09:30")
    drafted = agreed(counter)
    clause = {"obligor": 2, "obligee": 1, "act": "do", "what": "修沟", "due_on": "2026-03-20"}
    counter.do(MEDIATOR, drafted, "draft_agreement", facts="倒灌", matters="修沟", clauses=[clause])
    found = counter.instance.room.day(MEDIATOR)
    assert today in {line.case for line in found.today}
    assert tomorrow in {line.case for line in found.tomorrow}
    assert {today, tomorrow, drafted} <= {row.id for row in found.cases}
    assert drafted in {one.case for one in found.drafts}
    one = browser().log_in(account("yangmeixian")).get("/day")
    assert one.status == 200
    assert one.says("今天的约定", "15:00", "明天", "没写完的协议")
    assert f'href="/cases/{drafted}/do/draft_agreement"' in one.text


def test_day_lists_what_waits_for_a_mediator_to_who_may_assign(counter, browser, account):
    refs = [counter.register() for _time in range(2)]
    for ref in refs:
        for act, words in (("triage", {"tier": "ordinary"}), ("keep", {}), ("accept", {})):
            counter.do(MEDIATOR, ref, act, **words)
    counter.do(MEDIATOR, refs[1], "assign", mediators=[{"person": "pulaoda"}])
    waits = lambda who: {row.id for row in counter.instance.room.day(who).unassigned} & set(refs)  # noqa: E731
    assert (waits(MEDIATOR), waits("sunlei:recorder"), waits("zhangxiaofeng:recorder")) == (
        {refs[0]},
        set(),
        set(),
    )
    one = browser().log_in(account("yangmeixian")).get("/day")
    assert one.says("等指定调解员的")
    assert f'href="/cases/{refs[0]}/do/assign"' in one.text
    assert f'href="/cases/{refs[1]}/do/assign"' not in one.text


def test_day_is_for_mediators_and_recorders(browser, account):
    assert browser().log_in(account("baijianguo")).get("/day").status == 403


def test_calendar_shows_the_units_talks_to_its_people_alone(counter, browser, account):
    ref = arranged(counter)
    for span in ("week", "month"):
        assert (
            f'href="/cases/{ref}"' in browser().log_in(account("pulaoda")).get(f"/calendar?span={span}").text
        )
    other = browser().log_in(account("sunlei"))
    assert other.get("/calendar").status == 200
    assert f'href="/cases/{ref}"' not in other.text
    own = browser().log_in(account("pulaoda")).get("/calendar?own=true")
    assert f'href="/cases/{ref}"' not in own.text


def test_month_is_called_a_month_and_is_filled_up_to_whole_weeks(browser, account):
    one = browser().log_in(account("pulaoda"))
    one.get("/calendar?span=month&on=2026-04-15")
    assert "<h1>2026年4月</h1>" in one.text
    assert (one.text.count('class="blank"'), one.text.count('<span class="which">')) == (5, 30)
    assert one.says("这个月没有约定。", "30 周四")
    one.client.cookies.set("language", "en")
    assert "<h1>April 2026</h1>" in one.get("/calendar?span=month&on=2026-04-15").text


def test_calendar_file_names_times_numbers_and_places_only(counter, browser, account):
    ref = arranged(counter)
    number = counter.instance.case(MEDIATOR, ref).row.number
    answer = browser().log_in(account("yangmeixian")).client.get("/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    text = answer.content.decode().replace("\r\n ", "")
    assert f"SUMMARY:调解 {number}" in text
    assert "DTSTART;TZID=Asia/Shanghai:20260302T150000" in text
    for name in ("张", "李玥", "杨美仙", "排水"):
        assert name not in text
