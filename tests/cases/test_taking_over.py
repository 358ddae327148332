"""Other mediators on a case: what those before had arranged and promised is theirs from now on, and the parties hear who it is."""

import json
from datetime import timedelta

import pytest

from mediation.cases.appointments.queries import appointments
from mediation.errors import InputInvalid, NotPermitted
from tests.cases.appointments.test_arranging import said
from tests.cases.desk import approval, ask, book, clock, number, rounds, task, with_approvals
from tests.cases.succession.test_handing_over import refuse_dead_ends
from tests.town import MORNING

_OUTBOX = "SELECT payload, case_id FROM outbox ORDER BY id"
DAY = MORNING.date() + timedelta(days=9)


def replace(town, ref, *mediators, **words):
    those = [
        {"person": one.partition(":")[0], "role": one.partition(":")[2] or "presiding"} for one in mediators
    ]
    return town.act("jialead", ref, "replace_mediator", mediators=those, reason="另有安排", **words)


def keepers(town, ref):
    rows = town.of(ref, appointments)
    names = dict(town.rows("SELECT id, code FROM person"))
    return [(names[row.person_id], row.state) for row in rows]


def heard(town, ref):
    """(party, who has the case now) of each notice of it, in order."""
    rows = [_read(payload) for payload, of in town.rows(_OUTBOX) if of == town.case(ref).id]
    return [(one["party"], one["person"]) for one in rows if one.get("notice") == "handed_over"]


def _read(payload):
    return json.loads(payload) if isinstance(payload, str) else payload


def test_what_the_replaced_had_planned_and_promised_goes_to_who_presides(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "arrange", **said())
    town.act("jiamed", ref, "arrange", **said(days=3, kind="visit"))
    town.act("jiamed", ref, "arrange", **said(days=3, kind="visit", person="jiawin"))
    town.act("jiamed", ref, "promise", party=1, what="看沟", due_on=DAY)
    town.act("jiamed", ref, "promise", party=2, what="问价", due_on=DAY, person="jiawin")
    promised = number(town, ref, "jiamed")
    due = task(town, ref, promised).due_at
    done = replace(town, ref, "jiamed2", "jiarec:recorder")
    assert done.told == ("原经办人在本案约好的见面（2次）、答应的事（1件）、请人办的事（1件）由包平接着办",)
    assert keepers(town, ref) == [("jiamed2", "planned"), ("jiamed2", "planned"), ("jiawin", "planned")]
    assert book(town, ref) == {"jiamed2": "open", "jiawin": "open"}
    assert (task(town, ref, promised).due_at, clock(town, ref, promised)) == (due, "running")
    assert heard(town, ref) == [(1, "jiamed2"), (2, "jiamed2")]
    asked = [promised, number(town, ref, "jiawin")]
    assert town.last(ref).facts["moved"] == {"appointments": [1, 2], "promises": [promised], "asked": asked}
    refuse_dead_ends(town, ref)
    town.act("jiamed2", ref, "answer", task=promised, opinion="看过了")
    with pytest.raises(NotPermitted):
        town.act("jiamed", ref, "record_session", **town.session())
    assert town.instance.verify_trail().problems == []


def test_who_stays_keeps_what_is_theirs_and_nobody_hears_anything(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "arrange", **said())
    town.act("jiamed", ref, "promise", party=1, what="看沟", due_on=DAY)
    done = replace(town, ref, "jiamed")
    assert (done.told, keepers(town, ref), heard(town, ref)) == ((), [("jiamed", "planned")], [])
    assert "moved" not in town.last(ref).facts
    assert book(town, ref) == {"jiamed": "open"}


def test_parties_hear_of_who_presides_now_and_of_nobody_who_comes_on_besides(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    replace(town, ref, "jiamed", "sumed:mediator", "jiarec:recorder")
    assert heard(town, ref) == []
    replace(town, ref, "sumed", "jiamed:mediator")
    assert heard(town, ref) == [(1, "sumed"), (2, "sumed")]
    replace(town, ref, "sumed")
    assert len(heard(town, ref)) == 2


def test_where_who_presides_stays_those_hear_to_whom_something_was_promised(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    replace(town, ref, "jiamed", "jiamed2:mediator")
    town.act("jiamed2", ref, "arrange", **said(days=3, kind="visit", told=[1]))
    town.act("jiamed2", ref, "promise", party=2, what="看沟", due_on=DAY)
    replace(town, ref, "jiamed", "sumed:mediator")
    rows = [_read(payload) for (payload,) in town.rows("SELECT payload FROM outbox ORDER BY id")]
    assert [
        (one["party"], one["person"], one["matters"]) for one in rows if one.get("notice") == "handed_over"
    ] == [(1, "jiamed", ["appointments"]), (2, "jiamed", ["promises"])]


def test_what_the_replaced_had_asked_for_is_asked_for_by_who_presides(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead", "jialead")
    town.act("jiamed", ref, "ask_opinion", person="lin", question="要不要出警？")
    replace(town, ref, "sumed")
    assert town.last(ref).facts["moved"]["approvals"] == {"1": "jiamed"}
    town.act("lin", ref, "answer", task=number(town, ref, "lin"), opinion="不必")
    town.act("sulead", ref, "approve")
    town.act("jialead", ref, "approve")
    new = [_read(one) for (one,) in town.rows("SELECT payload FROM outbox ORDER BY id")][-10:]
    assert [
        (one["notice"], one["person"])
        for one in new
        if one.get("notice") in {"task_answered", "approval_agreed"}
    ] == [
        ("task_answered", "sumed"),
        ("approval_agreed", "sumed"),
    ]


def test_who_asked_and_was_replaced_is_an_asker_still(sqlite_town):
    """Else the asker alone could pass what nobody else has looked at."""
    town = sqlite_town
    with_approvals(town, board=approval("any", least=1))
    ref = town.bring("agreed")
    ask(town, ref, "sulead", name="board")
    replace(town, ref, "sumed")
    with pytest.raises(InputInvalid, match="送审人不能会签"):
        town.act("sumed", ref, "add_signer", approval="board", signer={"person": "jiamed"})
    town.act("sumed", ref, "take_back", approval="board")
    assert rounds(town, ref)[-1] == ("board", "taken_back")


def test_what_the_released_had_in_hand_goes_to_who_is_assigned_at_the_next_unit(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "arrange", **said(kind="visit"))
    town.act("jiamed", ref, "promise", party=1, what="看沟", due_on=DAY)
    town.act("jialead", ref, "escalate", reason="人多")
    town.act("sumed", ref, "acknowledge")
    town.act("sumed", ref, "assign", mediators=[{"person": "sumed"}])
    assert keepers(town, ref) == [("sumed", "planned")]
    assert book(town, ref) == {"sumed": "open"}
    assert heard(town, ref) == [(1, "sumed"), (2, "sumed")]


def test_first_assignment_is_no_change(sqlite_town):
    town = sqlite_town
    assert heard(town, town.bring("preparing")) == []


def test_assignment_after_a_step_back_is_one(sqlite_town):
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "promise", party=1, what="看沟", due_on=DAY)
    town.act("jialead", ref, "reject", to="accepted", opinion="换人")
    town.act("jialead", ref, "assign", mediators=[{"person": "jiamed2"}])
    assert (book(town, ref), heard(town, ref)) == ({"jiamed2": "open"}, [(1, "jiamed2"), (2, "jiamed2")])


def test_clash_of_who_takes_over_is_told(sqlite_town):
    town = sqlite_town
    one, other = town.bring("mediating"), town.bring("accepted")
    town.act("jiamed", other, "assign", mediators=[{"person": "jiamed2"}])
    town.act("jiamed", one, "arrange", **said())
    town.act("jiamed2", other, "arrange", **said())
    called = town.case(one).number
    assert replace(town, one, "jiamed2").told == (
        "原经办人在本案约好的见面（1次）、答应的事（0件）、请人办的事（0件）由包平接着办",
        f"{called} 约定的时间（2026-03-04 09:00–10:00）与 包平 的其他约定冲突，请另约",
    )
