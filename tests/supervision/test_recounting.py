"""A calendar that comes moves the clocks of the register too: listed with those of cases, told in the item's chain and to its unit."""

import json
from dataclasses import replace
from datetime import date

from sqlalchemy import text

from mediation.audit.queries import events_of
from mediation.cases.recounting import Recounted
from mediation.clock import local_moment
from mediation.deadlines.calendar import Calendar, Year, last_day
from mediation.supervision import queries, recounting
from tests.cases.test_recounting import announce
from tests.supervision.desk import day, do, opened, with_rules


def late(town):
    """A transfer, answered within fifteen workdays, at the end of a year after which no arrangement is announced."""
    town.clock.put(local_moment(date(2026, 12, 31), 9))
    return opened(town, kind="transfer", due_on=None)


def clocks(town):
    return town.rows("SELECT name, state, provisional FROM supervision_clock ORDER BY id")


def test_clock_of_an_item_moves_is_listed_and_told(town, tmp_path):
    item = late(town)
    [clock] = town.instance.supervision.item("sulead", item).clocks
    was = clock["due_at"]
    assert clocks(town) == [("answer", "running", True)]
    content = """year: 2027
source: 示例通知
provisional: false
holidays:
  元旦: [2027-01-01, 2027-01-02, 2027-01-03]
  示例节: [2027-01-04, 2027-01-05]
workdays: []
"""
    tried = announce(town, tmp_path, content, dry_run=True).recounted
    assert town.instance.supervision.item("sulead", item).clocks == [clock]
    found = announce(town, tmp_path, content).recounted
    assert found.moved == tried.moved
    page = town.instance.supervision.item("sulead", item)
    [moved] = found.moved
    [now] = page.clocks
    number = page.row.number or item
    assert (moved.case, moved.title, moved.was, moved.due_at, moved.provisional) == (
        number, "答复", was, now["due_at"], False,
    )  # fmt: skip
    assert now["due_at"] > was
    assert page.row.due_at == now["due_at"]
    assert [why for why in now["why"] if "重新计算" in why] == [
        "2026年12月31日按新公布的放假安排重新计算（原截止于2027年1月22日24时）"
    ]
    assert now["why"][-1].startswith("2027年：示例通知")
    with town.reading() as session:
        event = events_of(session, item)[-1]
    assert (event.act, event.facts["was"], event.facts["due_at"]) == (
        "supervision.clock_recounted", was.isoformat(), now["due_at"].isoformat(),
    )  # fmt: skip
    assert page.entries[-1]["title"] == "期限重新计算"
    [payload] = town.rows("SELECT payload FROM outbox ORDER BY id DESC LIMIT 1")[0]
    payload = json.loads(payload) if isinstance(payload, str) else payload
    told = (payload["act"], payload["unit"], payload["clock"], payload["due"])
    assert told == ("clock_recounted", "jia", "answer", "2027年1月26日24时")
    assert town.instance.verify_trail().problems == []
    do(town, "jialead", item, "answer", situation="已经办理。", measures="回复群众。")


def test_day_that_was_named_stays(town, tmp_path):
    town.clock.put(local_moment(date(2026, 12, 31), 9))
    item = opened(town)
    do(town, "sulead", item, "limit", due_on="2027-01-05", explain_on="2027-01-04")
    shown = "SELECT * FROM supervision_clock ORDER BY id"
    before = town.rows(shown)
    assert announce(town, tmp_path).recounted.moved == []
    assert town.rows(shown) == before


def test_clock_in_days_that_was_put_off_moves_with_a_year_that_replaces_an_announced_one(sqlite_town):
    """No year of it was provisional; a day that somebody named stays, workday or not."""
    town = sqlite_town
    with_rules(town, transfer={"answer": {"days": 4}})
    _with_days_off(town, 4)
    item, named = late(town), opened(town)
    do(town, "sulead", named, "limit", due_on="2027-01-04")
    assert _last_days(town) == {item: date(2027, 1, 5), named: date(2027, 1, 4)}
    _with_days_off(town, 4, 5)
    [moved] = town.instance.clocks.recount_if_due().moved
    assert (moved.title, moved.due_at) == ("答复", local_moment(date(2027, 1, 7)))
    assert _last_days(town) == {item: date(2027, 1, 6), named: date(2027, 1, 4)}
    _with_days_off(town)
    assert [one.was for one in town.instance.clocks.recount_if_due().moved] == [moved.due_at]
    assert _last_days(town) == {item: date(2027, 1, 4), named: date(2027, 1, 4)}


def _with_days_off(town, *days):
    """The town goes by a 2027 that is announced, with these days off in January."""
    off = {date(2027, 1, one): "示例节" for one in days}
    years = [
        Year(year, f"{year}-{len(days)}", "示例通知", False, off if year == 2027 else {}, frozenset())
        for year in (2026, 2027)
    ]
    town.instance.office = replace(town.instance.office, calendar=Calendar(years))


def _last_days(town):
    """Until when each item of the register has its clock."""
    items = dict(town.rows("SELECT id, public_id FROM supervision_item"))
    with town.reading() as session:
        return {items[one.item_id]: last_day(one.due_at) for one in queries.running_clocks(session, 0, 9)}


def test_recount_leaves_what_was_decided_meanwhile(town, monkeypatch):
    """The clock was met, and a new limit was set, after the round had read both."""
    late(town)
    running = queries.running_clocks
    changes = ("UPDATE supervision_clock SET state = 'met'", "UPDATE supervision_item SET due_at = NULL")

    def meanwhile(session, after, most):
        found = running(session, after, most)
        if town.instance.database.on_sqlite:  # there the one writer is this transaction
            for change in changes:
                session.connection().execute(text(change))
        else:
            with town.instance.database.writing() as other:
                for change in changes:
                    other.connection().execute(text(change))
        return found

    monkeypatch.setattr(queries, "running_clocks", meanwhile)
    with town.instance.database.writing() as session:
        session.connection().execute(text("UPDATE supervision_clock SET due_at = :at"), {"at": day(3, 9)})
    found = Recounted("")
    with town.instance.database.writing() as session:
        recounting.recount_items(town.instance._system_hall(session, "supervision"), found)
    assert (found.moved, clocks(town)) == ([], [("answer", "met", True)])
    assert town.rows("SELECT due_at FROM supervision_item") == [(None,)]
