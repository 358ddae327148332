"""Delivery: signed with what the receiver was given, once into the queue, tried again under the same id, parked at last."""

import base64
import hmac
import json
from datetime import timedelta

import pytest

from mediation.audit import queries as trail
from mediation.clock import SampleClock, SystemClock
from mediation.errors import InputInvalid, NotFound, NotPermitted
from mediation.webhooks import delivery, keeping, queries
from mediation.webhooks.calling import Answered
from mediation.webhooks.delivery import wait_after
from tests.town import Town
from tests.turns import Second
from tests.webhooks.conftest import BY, add, messages, switch_on, told


def one_waiting(town: Town, url: str, **settings):
    """A case's registration, waiting to be told; the webhook and its secret."""
    switch_on(town, **settings)
    found = add(town, url, "case.register")
    town.register()
    return found


def send(town: Town):
    return town.instance.webhooks.deliver_waiting()


def verified(taken, secret: str) -> bool:
    """As a receiver checks it."""
    content = f"{taken.headers['webhook-id']}.{taken.headers['webhook-timestamp']}.".encode() + taken.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()
    return wanted in taken.headers["webhook-signature"].split(" ")


def test_message_is_sent_once_signed_and_as_it_was_written(town, receiver):
    _hook, secret = one_waiting(town, receiver.url)
    [(row, payload)] = town.rows("SELECT public_id, payload FROM outbox WHERE kind = 'webhook'")
    assert send(town).sent == 1
    assert (send(town).rows, messages(town)) == (0, [("sent", "", 1, 0)])
    [taken] = receiver.taken
    whole = payload if isinstance(payload, dict) else json.loads(payload)
    assert (taken.headers["webhook-id"], json.loads(taken.body)) == (row, whole["message"])
    assert taken.headers["webhook-timestamp"] == str(int(town.clock.now().timestamp()))
    assert verified(taken, secret)
    assert not verified(taken, "whsec_" + base64.b64encode(bytes(32)).decode())


def test_five_hundred_then_two_hundred_is_told_under_the_same_id(town, receiver):
    receiver.answers = [(500, {}), (200, {})]
    one_waiting(town, receiver.url)
    called = send(town)
    assert (called.rows, called.put_off, messages(town)) == (1, 1, [("waiting", "http_500", 1, 0)])
    assert send(town).sent == 0  # not before its time
    town.clock.advance(timedelta(seconds=70))
    assert send(town).sent == 1
    assert messages(town) == [("sent", "", 2, 0)]
    first, second = receiver.taken
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 70


def test_sample_signs_with_the_time_that_the_receiver_has(sqlite_town, receiver, monkeypatch):
    switch_on(sqlite_town)
    hook, _secret = add(sqlite_town, receiver.url)
    webhooks = sqlite_town.instance.webhooks
    monkeypatch.setattr(webhooks, "_clock", SampleClock(sqlite_town.clock.now()))
    assert webhooks.test(hook).why == ""
    [taken] = receiver.taken
    assert abs(int(taken.headers["webhook-timestamp"]) - SystemClock().now().timestamp()) < 60


@pytest.mark.parametrize(
    ("answer", "why"), [((302, {"Location": "http://127.0.0.1:1/"}), "redirect"), ((0, {}), "timeout")]
)
def test_redirect_and_silence_are_failures(sqlite_town, receiver, answer, why):
    receiver.answers = [answer]
    one_waiting(sqlite_town, receiver.url, seconds=1)
    send(sqlite_town)
    assert (messages(sqlite_town), len(receiver.taken)) == ([("waiting", why, 1, 0)], 1)


def test_after_the_last_attempt_it_is_parked_and_sent_again_when_told(town, closed_port, receiver):
    one_waiting(town, f"http://127.0.0.1:{closed_port}/", attempts=3)
    for _attempt in range(3):
        send(town)
        town.clock.advance(timedelta(hours=7))
    assert messages(town) == [("parked", "unreachable", 3, 0)]
    [line] = town.instance.webhooks.messages(["parked"])
    assert (line.type, line.state, line.why, line.next_at) == ("case.register", "parked", "unreachable", None)
    assert send(town).sent == 0
    assert town.instance.webhooks.again(line.id) == 1
    send(town)
    assert messages(town) == [("waiting", "unreachable", 1, 0)]
    with pytest.raises(NotFound):
        town.instance.webhooks.again(line.id)
    with pytest.raises(NotFound):
        town.instance.webhooks.again("0" * 26)


def test_all_parked_ones_are_sent_again_but_those_of_a_removed_webhook(sqlite_town, receiver):
    receiver.answers = [(500, {})]
    hook, _secret = one_waiting(sqlite_town, receiver.url, attempts=1)
    add(sqlite_town, receiver.url, "case.*")
    sqlite_town.register()
    for _round in range(3):
        send(sqlite_town)
        sqlite_town.clock.advance(timedelta(hours=7))
    assert [row[0] for row in messages(sqlite_town)] == ["parked"] * 3
    sqlite_town.instance.webhooks.remove(hook, by=BY)
    receiver.answers = [(200, {})]
    assert sqlite_town.instance.webhooks.again(None) == 1
    assert send(sqlite_town).sent == 1
    assert sorted(row[:2] for row in messages(sqlite_town)) == [("dropped", "removed")] * 2 + [("sent", "")]


def test_what_comes_while_an_address_fails_waits_with_the_rest(town, receiver):
    receiver.answers = [(503, {"Retry-After": "600"}), (200, {})]
    one_waiting(town, receiver.url)
    send(town)
    town.register()
    send(town)
    assert (len(receiver.taken), [row[0] for row in messages(town)]) == (1, ["waiting"] * 2)
    town.clock.advance(timedelta(seconds=599))
    assert send(town).sent == 0
    town.clock.advance(timedelta(seconds=70))
    assert send(town).sent == 2


def test_address_that_fails_is_called_once_a_round_and_holds_nobody_back(sqlite_town, closed_port, receiver):
    switch_on(sqlite_town)
    add(sqlite_town, f"http://127.0.0.1:{closed_port}/", "case.register")
    add(sqlite_town, receiver.url, "case.register")
    for _case in range(3):
        sqlite_town.register()
    assert (send(sqlite_town).sent, len(receiver.taken)) == (3, 3)
    assert sorted(row[2] for row in messages(sqlite_town) if row[0] == "waiting") == [0, 0, 1]


def test_former_secret_signs_beside_the_new_one_until_its_time_is_over(town, receiver):
    hook, old = one_waiting(town, receiver.url)
    new = town.instance.webhooks.rotate(hook, 24, by=BY)
    send(town)
    town.clock.advance(timedelta(hours=24))
    town.register()
    send(town)
    both, later = receiver.taken
    assert (verified(both, old), verified(both, new)) == (True, True)
    assert (verified(later, old), verified(later, new)) == (False, True)
    assert town.instance.webhooks.lines()[0].former_until is None


def test_secret_that_leaked_is_given_up_at_once(sqlite_town, receiver):
    hook, old = one_waiting(sqlite_town, receiver.url)
    new = sqlite_town.instance.webhooks.rotate(hook, 0, by=BY)
    send(sqlite_town)
    assert (verified(receiver.taken[0], old), verified(receiver.taken[0], new)) == (False, True)


def test_receiver_that_is_gone_is_told_nothing_until_resumed(town, receiver):
    receiver.answers = [(410, {}), (200, {})]
    hook, _secret = one_waiting(town, receiver.url)
    send(town)
    assert messages(town) == [("parked", "gone", 1, 0)]
    [line] = town.instance.webhooks.lines()
    assert (line.stopped_why, line.parked) == ("gone", 1)
    town.register()
    assert told(town) == []
    town.instance.webhooks.resume(hook, by=BY)
    town.instance.webhooks.again(None)
    assert send(town).sent == 1
    with pytest.raises(NotFound):
        town.instance.webhooks.resume(hook, by=BY)


def test_test_message_is_signed_and_kept_nowhere(sqlite_town, receiver):
    switch_on(sqlite_town)
    hook, secret = add(sqlite_town, receiver.url)
    assert sqlite_town.instance.webhooks.test(hook) == Answered()
    [taken] = receiver.taken
    assert (json.loads(taken.body)["type"], verified(taken, secret)) == ("webhook.test", True)
    assert (messages(sqlite_town), told(sqlite_town)) == ([], [])
    receiver.answers = [(404, {})]
    assert sqlite_town.instance.webhooks.test(hook) == Answered("http_404")


def test_host_that_the_site_no_longer_names_is_no_longer_called(sqlite_town, receiver):
    one_waiting(sqlite_town, receiver.url)
    switch_on(sqlite_town, inside=[])
    send(sqlite_town)
    assert (receiver.taken, messages(sqlite_town)) == ([], [("waiting", "not_allowed", 1, 0)])


def test_switched_off_nothing_goes_out_and_on_again_what_waited_does(sqlite_town, receiver):
    hook, _secret = one_waiting(sqlite_town, receiver.url)
    switch_on(sqlite_town, enabled=False)
    send(sqlite_town)
    assert (receiver.taken, messages(sqlite_town)) == ([], [("waiting", "", 0, 0)])
    with pytest.raises(NotPermitted):
        sqlite_town.instance.webhooks.test(hook)
    with pytest.raises(NotPermitted):
        add(sqlite_town, receiver.url, "case.triage")
    switch_on(sqlite_town)
    assert send(sqlite_town).sent == 1


def test_what_is_wrong_with_a_webhook_is_told_all_at_once(sqlite_town):
    switch_on(sqlite_town)
    with pytest.raises(InputInvalid) as refused:
        add(sqlite_town, "http://10.0.0.1/", "case.nothing", "party.*", unit="nowhere")
    assert [one.key for one in refused.value.problems] == ["address", "kinds", "kinds", "unit"]
    assert sqlite_town.rows("SELECT count(*) FROM webhook") == [(0,)]


def test_same_webhook_twice_is_refused_and_one_for_another_unit_is_not(sqlite_town):
    switch_on(sqlite_town)
    add(sqlite_town, "https://hooks.example/")
    with pytest.raises(InputInvalid) as refused:
        add(sqlite_town, "https://hooks.example/")
    assert [one.key for one in refused.value.problems] == ["address"]
    add(sqlite_town, "https://hooks.example/", unit="jia")
    assert [line.unit for line in sqlite_town.instance.webhooks.lines()] == ["su", "jia"]


def test_all_that_is_done_to_a_webhook_is_on_the_trail_without_secret_or_address(town):
    switch_on(town)
    hook, secret = add(town, "https://hooks.example/path-that-is-a-key")
    room = town.instance.webhooks
    newer = room.rotate(hook, 2, by=BY)
    room.remove(hook, by=BY)
    with town.reading() as session:
        events = list(trail.events_of(session, "instance"))[-3:]
    assert [(event.act, event.actor) for event in events] == [
        ("webhook.added", BY),
        ("webhook.rotated", BY),
        ("webhook.removed", BY),
    ]
    assert events[0].facts == {"webhook": hook, "kinds": ["case.*"], "unit": "su"}
    assert town.instance.verify_trail().problems == []
    whole = repr(town.dump())
    assert [one for one in ("path-that-is-a-key", secret, newer) if one in whole] == []


def test_waits_grow_fourfold_with_up_to_a_tenth_more():
    minutes = [wait_after(attempt, "id", 0).total_seconds() / 60 for attempt in range(1, 8)]
    base = [1, 4, 16, 64, 256, 360, 360]
    assert all(one <= wait <= one * 1.1 for one, wait in zip(base, minutes, strict=True))
    assert wait_after(1, "id", 3600).total_seconds() >= 3600
    assert wait_after(1, "id", 0) != wait_after(1, "di", 0)


def test_what_arrived_is_forgotten_after_thirty_days_and_what_did_not_is_kept(town, receiver):
    receiver.answers = [(204, {}), (500, {})]
    one_waiting(town, receiver.url, attempts=1)
    send(town)
    town.register()
    send(town)
    assert [row[0] for row in messages(town)] == ["sent", "parked"]
    town.clock.advance(timedelta(days=30))
    assert town.instance.webhooks.forget_sent() == 0
    town.clock.advance(timedelta(seconds=1))
    town.instance.run_deadlines(papers=False)
    assert [row[0] for row in messages(town) if row[0] in {"sent", "parked"}] == ["parked"]
    with town.reading() as session:
        assert queries.undelivered(session)["parked"] >= 1


def test_webhook_that_is_removed_while_its_message_is_entered_is_told_nothing(town, receiver):
    hook, _secret = one_waiting(town, receiver.url)
    database, webhooks = town.instance.database, town.instance.webhooks
    [(row,)] = town.rows("SELECT id FROM outbox WHERE kind = 'webhook'")
    second = Second(database, lambda: webhooks.remove(hook, by=BY))
    with database.writing() as session:
        delivery.enter(session, row, town.clock.now())
        second.begin()
    second.result()
    assert send(town).sent == 0
    assert (messages(town), receiver.taken) == ([("dropped", "removed", 0, 0)], [])


def test_message_that_is_entered_while_its_webhook_is_removed_is_dropped(town, receiver):
    hook, _secret = one_waiting(town, receiver.url)
    database = town.instance.database
    second = Second(database, lambda: send(town))
    with database.writing() as session:
        keeping.remove(session, hook, town.clock.now(), by=BY)
        second.begin()
    assert second.result().sent == 0
    assert (messages(town), receiver.taken) == ([("dropped", "removed", 0, 0)], [])


def test_address_that_another_adds_meanwhile_is_told(town, receiver):
    switch_on(town)
    database, webhooks = town.instance.database, town.instance.webhooks
    with database.reading() as session:
        settings = webhooks._settings(session)
    second = Second(database, lambda: add(town, receiver.url, "case.register"))
    with database.writing() as session:
        keeping.add(
            session,
            address=receiver.url,
            kinds=["case.register"],
            unit="su",
            settings=settings,
            known=webhooks.kinds(),
            now=town.clock.now(),
            by=BY,
        )
        second.begin()
    with pytest.raises(InputInvalid, match="已经登记过"):
        second.result()
    assert len(webhooks.lines()) == 1
