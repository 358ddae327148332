"""A masked field shown in full: to whom, with which event, and to nobody else."""

import pytest

from mediation.audit import queries as trail
from mediation.cases import unmasking
from mediation.cases.unmasking import UNMASKED
from mediation.errors import InputInvalid, NotFound, NotPermitted
from tests.town import party
from tests.turns import Second

PHONE = "13900001234"
WANTED = {"party": 1, "field": "phone", "reason": "contact"}


def brought(town, to="mediating"):
    return town.bring(to, parties=[party(phone=PHONE), party("respondent", 2)])


def unmaskings(town, ref):
    with town.reading() as session:
        found = [event for event in trail.events_of(session, ref) if event.act == UNMASKED]
    return [(event.actor, event.unit, event.facts, event.version) for event in found]


def test_mediator_sees_one_field_and_the_trail_says_so(town):
    ref = brought(town)
    version = town.case(ref).version
    assert town.instance.scope.unmask("jiamed", ref, WANTED).value == PHONE
    [(actor, unit, facts, at_version)] = unmaskings(town, ref)
    assert (actor.partition(":")[0], unit, at_version) == ("jiamed", "jia", None)
    assert facts == {"party": 1, "field": "phone", "reason": "contact"}
    assert town.case(ref).version == version
    assert town.instance.verify_trail().ok


def test_note_is_kept_out_of_the_clear_trail(town):
    ref = brought(town)
    town.instance.scope.unmask("jiamed", ref, {**WANTED, "reason": "other", "note": "家里来人问"})
    lines: list[str] = []
    town.instance.export_trail(lines.extend)
    assert "家里来人问" not in "".join(lines)
    assert PHONE not in "".join(lines)
    assert PHONE not in repr(unmaskings(town, ref))


def test_desk_of_the_holder_may_and_a_leader_may_not(town):
    ref = brought(town)
    assert town.instance.scope.unmask("jiawin", ref, WANTED).value == PHONE
    for who in ("jialead", "sudis", "jiamed2"):
        with pytest.raises(NotPermitted):
            town.instance.scope.unmask(who, ref, WANTED)
    assert len(unmaskings(town, ref)) == 1


def test_out_of_sight_there_is_nothing_to_unmask(town):
    with pytest.raises(NotFound):
        town.instance.scope.unmask("yimed", brought(town), WANTED)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ({"party": 9, "field": "phone", "reason": "other"}, ["party", "note"]),
        ({"party": 1, "field": "name", "reason": "curious"}, ["field", "reason"]),
        ({}, ["party", "field", "reason"]),
    ],
)
def test_bad_words_are_all_told_and_nothing_is_recorded(sqlite_town, words, keys):
    ref = brought(sqlite_town)
    with pytest.raises(InputInvalid) as refused:
        sqlite_town.instance.scope.unmask("jiamed", ref, words)
    assert [problem.key for problem in refused.value.problems] == keys
    assert unmaskings(sqlite_town, ref) == []


def test_page_and_list_show_every_field_masked(sqlite_town):
    ref = brought(sqlite_town)
    shown = sqlite_town.instance.case("jiamed", ref).parties[0]
    assert (shown["phone"], shown["address"]) == ("139****1234", "示例甲嘎查***")
    assert "*" in shown["id_number"]


def test_two_who_look_at_once_are_both_shown_and_recorded(town, monkeypatch):
    ref = brought(town)
    second = Second(town.instance.database, lambda: town.instance.scope.unmask("jiawin", ref, WANTED))
    unmask = unmasking.unmask

    def looking(hall, case, said):
        found = unmask(hall, case, said)
        second.begin()
        return found

    monkeypatch.setattr(unmasking, "unmask", looking)
    assert town.instance.scope.unmask("jiamed", ref, WANTED).value == PHONE
    assert second.result().value == PHONE
    assert len(unmaskings(town, ref)) == 2
    assert town.instance.verify_trail().ok
