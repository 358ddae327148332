"""What is told to whom: rows beside the act, in its transaction, for the kinds and the unit that were asked for, and no names."""

import json
from contextlib import suppress

import pytest

from mediation.audit import trail
from mediation.errors import MediationError
from mediation.storage.engine import savepoint
from tests.town import party
from tests.webhooks.conftest import add, switch_on, told


def test_acts_on_cases_within_the_unit_are_told_in_order(town):
    switch_on(town)
    add(town, "https://hooks.example/jia", unit="jia")
    add(town, "https://hooks.example/yi", unit="yi")
    ref = town.bring("received")
    assert told(town) == [f"case.{act}" for act in town.acts(ref)]


def test_unit_above_is_told_of_those_below_and_a_lower_one_of_nothing_above(town):
    switch_on(town)
    add(town, "https://hooks.example/su", unit="su")
    add(town, "https://hooks.example/jia-1", unit="jia-1")
    town.bring("triaged")
    assert told(town) == ["case.register", "case.triage"]


def test_only_the_kinds_that_were_asked_for_are_told(town):
    switch_on(town)
    add(town, "https://hooks.example/", "case.triage", "supervision.*")
    town.bring("accepted")
    assert told(town) == ["case.triage"]


def test_each_webhook_gets_a_row_of_its_own(town):
    switch_on(town)
    add(town, "https://hooks.example/a", "case.register")
    add(town, "https://hooks.example/b", "case.*")
    town.register()
    ids = {row[0] for row in town.rows("SELECT public_id FROM outbox WHERE kind = 'webhook'")}
    assert (told(town), len(ids)) == (["case.register"] * 2, 2)


def test_nothing_is_told_where_webhooks_are_off_or_nobody_listens(town):
    switch_on(town)
    town.register()
    hook, _secret = add(town, "https://hooks.example/a")
    switch_on(town, enabled=False)
    town.register()
    switch_on(town)
    town.instance.webhooks.remove(hook, by="admin")
    town.register()
    assert told(town) == []


def test_events_of_the_instance_are_never_told(town):
    switch_on(town)
    add(town, "https://hooks.example/a", "case.*", "supervision.*", unit="qi")
    town.instance.issue_token("jiamed", "x")
    add(town, "https://hooks.example/b", "case.*", unit="qi")
    assert told(town) == []


def test_refused_act_tells_nothing(town):
    switch_on(town)
    add(town, "https://hooks.example/a")
    ref = town.bring("mediating")
    before = told(town)
    with pytest.raises(MediationError):
        town.act("jiamed", ref, "conclude_written")
    assert told(town) == before


def test_message_holds_ids_and_codes_and_nothing_of_the_parties(town):
    switch_on(town)
    add(town, "https://hooks.example/a", "case.register")
    parties = [party("applicant", 1, phone="13900000001"), party("respondent", 2)]
    ref = town.register(parties=parties)
    [(payload,)] = town.rows("SELECT payload FROM outbox WHERE kind = 'webhook'")
    whole = payload if isinstance(payload, dict) else json.loads(payload)
    assert whole["message"] == {
        "type": "case.register",
        "timestamp": "2026-03-02T01:00:00.000000Z",
        "data": {
            "case": ref,
            "ordinal": 1,
            "act": "register",
            "unit": "jia",
            "from_state": None,
            "to_state": "registered",
            "version": 1,
        },
    }
    text = json.dumps(whole, ensure_ascii=False)
    assert [one for one in ("jiawin", "某1", "139", "排水", "甲嘎查") if one in text] == []


def test_what_a_savepoint_undoes_is_not_told(sqlite_town):
    """As when an act on a series fails for one of its cases."""
    switch_on(sqlite_town)
    add(sqlite_town, "https://hooks.example/a")
    kept, undone = sqlite_town.register(), sqlite_town.register()
    before = len(told(sqlite_town))
    with sqlite_town.instance.database.writing() as session:
        with savepoint(session):
            link(session, kept, sqlite_town.clock.now())
        with suppress(LookupError), savepoint(session):
            link(session, undone, sqlite_town.clock.now())
            raise LookupError
    assert told(sqlite_town)[before:] == ["case.linked"]
    assert (sqlite_town.acts(kept)[-1], sqlite_town.acts(undone)[-1]) == ("linked", "register")


def link(session, chain, now):
    trail.append(session, chain=chain, act="linked", actor="x", recorded_at=now)
