"""The secret address of a calendar: shown once, ended at once, what its owner sees and no name; guesses are counted."""

import re
from datetime import timedelta
from html import unescape

from sqlmodel import select

from mediation.accounts import keeping
from mediation.accounts.models import CalendarAddress
from mediation.audit import queries as trail
from tests.web.conftest import MEDIATOR
from tests.web.pages.test_cases import assigned

OWN = "/me/calendar"


def acts(instance):
    with instance.database.reading() as session:
        return [event.act for event in trail.events_of(session, "instance")]


def arranged(counter, place="村调解室", kind="session", starts_at="2026-03-03T15:00"):
    ref = assigned(counter)
    words = {"kind": kind, "starts_at": starts_at, "place": place, "told": [1]}
    counter.do(MEDIATOR, ref, "arrange", **words, despite="测试里同一时间有几件")
    return ref


def address_on(page):
    found = re.search(r'<p class="code">([^<]+/calendar/[^<]+\.ics)</p>', page.text)
    return unescape(found[1]).removeprefix("http://127.0.0.1:8080") if found else None


def made(page, whose="own"):
    """A new address of whoever sits there, and the page that told it."""
    return address_on(page.get(OWN).post(OWN, {"whose": whose}))


def fetched(browser, address, **headers):
    return browser().client.get(address, headers=headers)


def events(answer):
    rows = answer.content.decode().replace("\r\n ", "").split("\r\n")
    found, at = {}, None
    for row in rows:
        if row == "BEGIN:VEVENT":
            at = {}
        elif row == "END:VEVENT":
            found[at["UID"]] = at
            at = None
        elif at is not None:
            key, _colon, value = row.partition(":")
            at[key] = value
    return found


def test_address_is_shown_once_and_opens_without_a_login(counter, browser, at_desk, instance):
    ref = arranged(counter)
    number = counter.instance.case(MEDIATOR, ref).row.number
    mediator = at_desk("yangmeixian")
    address = made(mediator)
    assert address_on(mediator.get(OWN)) is None
    answer = fetched(browser, address)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-cache")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    one = events(answer)[f"{ref}-1@mediation.invalid"]
    assert (one["SUMMARY"], one["LOCATION"], one["STATUS"]) == (f"调解 {number}", "村调解室", "CONFIRMED")
    assert one["DTSTART;TZID=Asia/Shanghai"] == "20260303T150000"
    for name in ("张", "李玥", "杨美仙", "排水"):
        assert name not in answer.content.decode().replace("\r\n ", "")
    assert acts(instance)[-1] == "account.calendar_made"
    with instance.database.reading() as session:
        hashes = [row.secret_hash for row in session.exec(select(CalendarAddress))]
    secret = address.removeprefix("/calendar/").removesuffix(".ics")
    assert secret.encode() not in hashes
    assert fetched(browser, address, **{"If-None-Match": answer.headers["etag"]}).status_code == 304


def test_where_one_visits_and_who_is_named_in_a_place_stay_at_home(counter, browser, at_desk):
    visit = arranged(counter, "示例一村一组12号", "visit")
    named = arranged(counter, "李玥家中")
    found = events(fetched(browser, made(at_desk("yangmeixian"))))
    assert ["LOCATION" in found[f"{ref}-1@mediation.invalid"] for ref in (visit, named)] == [False, False]


def test_cancelled_appointment_stays_as_a_cancelled_one(counter, browser, at_desk, clock):
    ref = arranged(counter)
    address = made(at_desk("yangmeixian"))
    before = events(fetched(browser, address))[f"{ref}-1@mediation.invalid"]
    clock.advance(timedelta(minutes=5))
    counter.do(MEDIATOR, ref, "cancel_appointment", ordinal=1, why="改期")
    after = events(fetched(browser, address))[f"{ref}-1@mediation.invalid"]
    assert (before["SEQUENCE"], after["SEQUENCE"], after["STATUS"]) == ("0", "1", "CANCELLED")
    assert after["DTSTAMP"] > before["DTSTAMP"]


def test_calendar_holds_what_its_owner_may_see_alone(counter, browser, at_desk):
    ref = arranged(counter)
    uid = f"{ref}-1@mediation.invalid"
    own = fetched(browser, made(at_desk("pulaoda")))
    whole = fetched(browser, made(at_desk("pulaoda"), "unit"))
    elsewhere = fetched(browser, made(at_desk("sunlei"), "unit"))
    assert [uid in events(one) for one in (own, whole, elsewhere)] == [False, True, False]
    words = {"person": "pulaoda", "kind": "party", "reason": "测试"}
    counter.instance.scope.recuse("baijianguo", ref, words)
    assert uid not in events(fetched(browser, made(at_desk("pulaoda"), "unit")))


def test_remade_and_ended_addresses_open_nothing(browser, at_desk, instance):
    mediator = at_desk("yangmeixian")
    first = made(mediator)
    second = made(mediator)
    assert [fetched(browser, one).status_code for one in (first, second)] == [404, 200]
    mediator.get(OWN).post(f"{OWN}/end")
    assert mediator.says("订阅地址已收回")
    assert fetched(browser, second).status_code == 404
    assert acts(instance)[-1] == "account.calendar_ended"


def test_form_sent_again_makes_no_second_address(browser, at_desk):
    mediator = at_desk("yangmeixian").get(OWN)
    fields = {**mediator.hidden(OWN), "whose": "own"}
    address = address_on(mediator.raw_post(OWN, fields))
    assert address_on(mediator.raw_post(OWN, fields)) is None
    assert mediator.address == OWN
    assert fetched(browser, address).status_code == 200


def test_closed_account_and_ended_sessions_end_the_address(browser, account, instance, clock):
    for name, end in (("qianxiaoyun", keeping.disable), ("luoshaohua", keeping.end_all_sessions)):
        address = made(browser().log_in(account(name)))
        with instance.database.writing() as session:
            end(session, keeping.named(session, name).public_id, clock.now(), by="test")
        assert fetched(browser, address).status_code == 404
        with instance.database.writing() as session:
            keeping.enable(session, keeping.named(session, name).public_id, clock.now(), by="test")
        assert fetched(browser, address).status_code == 404
    assert "account.calendar_ended" in acts(instance)[-4:]


def test_use_is_written_down_once_an_hour(browser, at_desk, instance, clock):
    address = made(at_desk("yangmeixian"))

    def used():
        with instance.database.reading() as session:
            return max(row.used_at for row in session.exec(select(CalendarAddress)) if row.used_at)

    fetched(browser, address)
    first = used()
    clock.advance(timedelta(minutes=59))
    fetched(browser, address)
    assert used() == first
    clock.advance(timedelta(minutes=1))
    fetched(browser, address)
    assert used() == clock.now()


def test_administrators_have_no_calendar(browser, account):
    admin = browser().log_in(account("system-test", "system"))
    assert admin.get(OWN).status == 403


def test_guesses_are_counted_and_refused(browser, account, clock):
    clock.advance(timedelta(days=3))  # a window of its own
    address = made(browser().log_in(account("yangmeixian")))
    guesses = ["x", "a" * 43, "%ED%A0%80", address.removeprefix("/calendar/").removesuffix(".ics")[:-1]]
    found = [fetched(browser, f"/calendar/{guess}.ics").status_code for guess in [*guesses * 5, "y"]]
    assert found == [404] * 20 + [429]
    assert fetched(browser, address).status_code == 429
    clock.advance(timedelta(minutes=15))
    assert fetched(browser, address).status_code == 200
