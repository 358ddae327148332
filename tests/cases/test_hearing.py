"""Words are heard whole: what cannot be read does not hide what is wrong with the rest, and invents nothing either."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from mediation.cases.hearing import hear
from mediation.cases.inputs import Code, Day, Ordinal
from mediation.errors import Faults, InputInvalid, NotFound, TransitionNotAllowed, TransitionRefused
from tests.cases.desk import ask, number
from tests.town import TODAY, drawing, party


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: Code
    party: Ordinal


class Sentence(BaseModel):
    model_config = ConfigDict(extra="forbid")

    tier: Code
    category: Code | None = None
    begun: Day
    ended: Day | None = None
    items: tuple[Item, ...] = ()


def listen(said: Sentence) -> str:
    wrong = Faults()
    if said.tier not in {"simple", "complex"}:
        wrong.add("unknown tier", "tier")
    if said.category not in {None, "0101"}:
        wrong.add("unknown category", "category")
    if said.ended is not None and said.ended < said.begun:
        wrong.add("ends before it begins", "ended")
    if said.ended is not None and said.ended > date(2030, 1, 1):
        wrong.add("too late", "ended")
    for at, item in enumerate(said.items):
        if item.party > 2:
            wrong.add("no such party", f"items[{at}].party")
    wrong.refuse()
    return said.tier


def told(words: Any) -> list[str]:
    with pytest.raises(InputInvalid) as refused:
        hear(Sentence, words, listen)
    return [problem.key for problem in refused.value.problems]


GOOD = {"tier": "simple", "begun": "2026-03-01"}


def test_good_words_are_heard_once():
    assert hear(Sentence, GOOD, listen) == "simple"


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ({**GOOD, "tiers": "x"}, ["tiers"]),
        ({**GOOD, "tiers": "x", "category": "99"}, ["tiers", "category"]),
        ({**GOOD, "tier": "hard", "category": "不是代码"}, ["category", "tier"]),
        ({"begun": "2026-03-01", "category": "99"}, ["tier", "category"]),
        ({"tier": "simple", "category": "99"}, ["begun", "category"]),
        ({**GOOD, "begun": "昨天", "category": "99"}, ["begun", "category"]),
        ({**GOOD, "begun": "昨天", "ended": "2031-01-01"}, ["begun", "ended"]),
        (
            {**GOOD, "items": [{"code": "a", "party": 9}, {"code": "b", "party": "二"}]},
            ["items[1].party", "items[0].party"],
        ),
        (
            {**GOOD, "items": [{"code": "a"}, {"code": "b", "party": 9, "x": 1}]},
            ["items[0].party", "items[1].x", "items[1].party"],
        ),
        ({**GOOD, "items": {"code": "a"}, "category": "99"}, ["items", "category"]),
    ],
)
def test_what_cannot_be_read_hides_nothing(words, keys):
    assert told(words) == keys


def test_a_list_that_is_too_short_or_too_long_hides_nothing_of_what_is_in_it():
    class Pair(Sentence):
        items: tuple[Item, ...] = Field(min_length=2, max_length=2)

    def keys(items: list[dict[str, Any]]) -> list[str]:
        with pytest.raises(InputInvalid) as refused:
            hear(Pair, {**GOOD, "category": "99", "items": items}, listen)
        return [problem.key for problem in refused.value.problems]

    assert keys([{"code": "a", "party": 9}]) == ["items", "category", "items[0].party"]
    assert keys([]) == ["items", "category"]
    assert keys([{"code": "a", "party": 1}] * 2 + [{"code": "a", "party": 9}]) == ["items", "category"]


def test_what_depends_on_what_cannot_be_read_is_not_made_up():
    assert told({**GOOD, "begun": "昨天", "ended": "2026-02-01"}) == ["begun"]
    assert told({"begun": "2026-03-01"}) == ["tier"]


@pytest.mark.parametrize("words", [None, [], "x", 7])
def test_words_that_are_no_mapping_are_told_alone(words):
    assert told(words) == [""]


def test_a_great_many_problems_are_told_without_listening():
    words = {**GOOD, "category": "99", **{f"key{n}": n for n in range(41)}}
    assert "category" not in told(words)
    assert len(told(words)) == 41


def test_a_listener_who_finds_nothing_there_does_not_hide_what_cannot_be_read():
    def nobody(_said: Sentence) -> str:
        raise NotFound

    with pytest.raises(InputInvalid) as refused:
        hear(Sentence, {**GOOD, "tiers": 1}, nobody)
    assert [problem.key for problem in refused.value.problems] == ["tiers"]


def test_the_words_stay_as_they_are():
    words = {**GOOD, "tiers": "x", "items": [{"code": "a", "party": "二"}]}
    told(words)
    assert words == {**GOOD, "tiers": "x", "items": [{"code": "a", "party": "二"}]}


@pytest.mark.parametrize(
    ("who", "state", "trigger", "words", "keys"),
    [
        (
            "jiawin",
            "registered",
            "triage",
            {"tier": "hard", "category": "9x", "risk": "x", "why": 1},
            {"tier", "category", "risk", "why"},
        ),
        (
            "jiawin",
            "registered",
            "amend",
            {"risk": "x", "party": 9, "add_agents": {7: {"kind": "agent", "name": "某"}}},
            {"risk", "party", "add_agents", "add_agents.7.powers"},
        ),
        (
            "jialead",
            "accepted",
            "assign",
            {
                "mediators": [
                    {"person": "nobody", "conflict": "x"},
                    {"person": "jiaarc"},
                    {"person": "jiamed", "objected_by": 9},
                ],
                "objections": [{"person": "none", "party": 8}],
                "x": 1,
            },
            {
                "mediators[0].person",
                "mediators[0].conflict",
                "mediators[1].person",
                "mediators[2].objected_by",
                "objections[0].person",
                "objections[0].party",
                "x",
            },
        ),
        (
            "jiawin",
            "registered",
            "decline_acceptance",
            {"reason": "x", "routes": ["y"]},
            {"reason", "routes"},
        ),
        ("jiawin", "registered", "refuse", {"party": 9, "routes": ["y"]}, {"party", "routes"}),
        (
            "jiawin",
            "registered",
            "withdraw",
            {"reason": "x", "asked_by": [2], "routes": ["y"]},
            {"asked_by", "routes"},
        ),
        ("jiawin", "triaged", "dispatch", {"to": "none", "line": "99"}, {"to", "line"}),
        (
            "jiamed",
            "mediating",
            "transfer",
            {"task": 99, "to": {"person": "nobody"}, "reason": "x"},
            {"task", "to"},
        ),
        (
            "jiamed",
            "mediating",
            "ask_approval",
            {"approval": "moon", "signers": [{"person": "nobody"}], "due_on": "2026-03-01"},
            {"approval", "signers[0]", "due_on"},
        ),
        (
            "jiamed",
            "agreed",
            "conclude_oral",
            {"settles": [9], "rest": {"reason": "bored"}},
            {"settles", "rest.reason"},
        ),
        ("jiamed", "mediating", "join_series", {"series": "none", "title": "系列"}, {"series", "title"}),
        (
            "jiamed",
            "mediating",
            "copy_to",
            {"to": [{}, {"unit": "none", "person": "nobody"}]},
            {"to[0]", "to[1]"},
        ),
    ],
)
def test_a_verb_tells_all_at_once(town, who, state, trigger, words, keys):
    ref = town.bring(state)
    late = {"occurred_at": (town.clock.now() + timedelta(days=1)).isoformat()}
    before = town.instance.verify_trail().events
    for said, more in ((words, set()), ({**words, **late}, {"occurred_at"})):
        with pytest.raises(InputInvalid) as refused:
            town.act(who, ref, trigger, **said)
        assert {problem.key for problem in refused.value.problems} == keys | more
    assert town.instance.verify_trail().events == before


def refusal(town, who, ref, trigger, **words):
    before = town.instance.verify_trail().events
    with pytest.raises(InputInvalid) as refused:
        town.act(who, ref, trigger, **words)
    assert town.instance.verify_trail().events == before
    return refused.value


def test_what_stands_in_the_way_is_told_beside_wrong_words(town):
    ref = town.bring("accepted")
    town.step(ref, "assign")
    town.step(ref, "record_session", result="to_continue")
    town.step(ref, "draft_agreement")
    with pytest.raises(TransitionRefused) as alone:
        town.act("jiamed", ref, "conclude_written")
    assert [one.guard for one in alone.value.reasons] == ["agreed_in_session"]
    for words in ({"settles": [9]}, {"nonsense": 1}, {"settles": [9], "nonsense": 1}):
        told = refusal(town, "jiamed", ref, "conclude_written", **words)
        assert {problem.key for problem in told.problems} >= set(words)
        assert told.reasons == alone.value.reasons
        said = str(told)
        assert 0 < said.index("内容更正以后，也还不能办理这项操作") < said.index(told.reasons[0].message)


def asked_for_review(town):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    return ref, number(town, ref, "sulead")


def test_a_gate_that_reads_words_is_asked_too_unless_just_those_cannot_be_read(town):
    ref, task = asked_for_review(town)
    wanted = {"task": task, "to": "moon", "opinion": "材料不齐"}
    told = refusal(town, "sulead", ref, "reject", **wanted, nonsense=1)
    assert [one.guard for one in told.reasons] == ["went_through_it"]
    unread = refusal(town, "sulead", ref, "reject", **{**wanted, "to": 7})
    assert [problem.key for problem in unread.problems] == ["to"]
    assert unread.reasons == ()


def test_what_a_gate_would_say_to_a_stand_in_is_not_told(town):
    ref = town.bring("signing")
    words = {"identity_check": "id_card_seen", "agrees": False, "drawing": drawing()}
    told = refusal(town, "jiamed", ref, "sign", slot=7, **words)
    assert [problem.key for problem in told.problems] == ["slot"]
    assert {one.guard for one in told.reasons} == {"paper_frozen", "signer_agrees"}


def test_what_the_words_choose_between_is_not_guessed(town):
    ref, _task = asked_for_review(town)
    told = refusal(town, "jiamed", ref, "take_back", task="二", reason="不必了")
    assert ([problem.key for problem in told.problems], told.reasons) == (["task"], ())


def test_words_that_are_only_wrong_have_nothing_else_in_their_way(town):
    ref = town.bring("agreed")
    assert refusal(town, "jiamed", ref, "conclude_written", nonsense=1).reasons == ()


def test_a_paper_is_not_called_missing_because_its_name_is_wrong(town):
    ref = town.bring("mediating")
    told = refusal(town, "jiamed", ref, "seal_paper", paper="moon:1", nonsense=1)
    assert {problem.key for problem in told.problems} == {"paper", "nonsense"}
    assert told.reasons == ()


def test_a_registration_tells_all_at_once(town):
    wrong = {
        "source": "x",
        "place": "none",
        "occurred_on": (TODAY + timedelta(days=1)).isoformat(),
        "occurred_at": (town.clock.now() + timedelta(days=1)).isoformat(),
        "claim": "x",
        "parties": [party("applicant", 1) | {"id_number": "1"}, party("respondent", 2)],
    }
    with pytest.raises(InputInvalid) as refused:
        town.register(**wrong)
    keys = {problem.key for problem in refused.value.problems}
    assert keys == {"source", "place", "occurred_on", "occurred_at", "claim", "parties[0].id_number"}


def test_a_hand_over_tells_all_at_once(town):
    words = {
        "from": "jiamed",
        "to": "jiamed",
        "reason": "left",
        "until": "2026-12-01",
        "leeds": True,
        "cases": {"none": {"to": "nobody"}},
    }
    with pytest.raises(InputInvalid) as refused:
        town.instance.hand_over("jialead", words)
    keys = {problem.key for problem in refused.value.problems}
    assert keys == {"leeds", "to", "until", "cases.none", "cases.none.to"}


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ({"tier": 1, "why": "", "colour": "blue"}, {"tier", "colour", "why"}),
        ({"tier": "simple", "risk": "low"}, set()),
        ({}, set()),
        (None, set()),
    ],
)
def test_an_act_out_of_turn_does_not_hide_what_cannot_be_read_of_its_words(town, words, keys):
    ref = town.bring("mediating")
    before = town.dump()
    with pytest.raises(TransitionNotAllowed) as refused:
        town.instance.act("jiawin", ref, "triage", words)
    assert {problem.key for problem in refused.value.problems} == keys
    assert ("填写的内容也有几处要更正" in str(refused.value)) == bool(keys)
    assert all(str(problem) in str(refused.value) for problem in refused.value.problems)
    assert town.dump() == before


def test_a_signature_out_of_turn_tells_what_cannot_be_read_of_it(town):
    ref = town.bring("mediating")
    with pytest.raises(TransitionNotAllowed) as refused:
        town.instance.act("jiamed", ref, "sign", {"medium": "stone", "x": 1})
    assert {problem.key for problem in refused.value.problems} >= {"medium", "x"}
