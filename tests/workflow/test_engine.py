"""The engine decides rightly, says why not, and never anything but our errors."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mediation.errors import (
    DefinitionError,
    NotPermitted,
    TransitionNotAllowed,
    TransitionRefused,
)
from mediation.workflow.definition import By, Definition, Into
from mediation.workflow.engine import Engine, Move
from mediation.workflow.facts import (
    ActorFacts,
    AgreementFacts,
    ApprovalFacts,
    ClauseFacts,
    Facts,
    MediatorFacts,
    PartyFacts,
    SlotFacts,
)
from mediation.workflow.loader import load_definitions
from mediation.workflow.vocabulary import STANDARD
from tests.workflow.stand import CASE, EVERYBODY, MEDIATOR, case

DEFINITIONS = load_definitions()
ORDINARY = Engine(DEFINITIONS.newest("ordinary"))
FIRST = Engine(DEFINITIONS.get("ordinary", 1))
SIMPLE = Engine(DEFINITIONS.newest("simple"))


def test_decide_an_allowed_act_gives_the_move():
    assert ORDINARY.decide("received", "accept", MEDIATOR, case(accepted=False)) == Move(
        edge_id="received.accept",
        trigger="accept",
        from_state="received",
        to_state="accepted",
        phase="assignment",
        enters=True,
        into=None,
        effects=("number_case", "start_mediation_limit"),
    )


def test_decide_an_act_that_stays_enters_nothing():
    move = ORDINARY.decide("mediating", "note_privately", MEDIATOR, CASE)
    assert (move.to_state, move.phase, move.enters) == ("mediating", "mediation", False)


def test_decide_an_act_into_the_same_state_enters_it_anew():
    move = ORDINARY.decide("mediating", "record_session", MEDIATOR, CASE)
    assert (move.to_state, move.enters) == ("mediating", True)


def test_decide_an_act_into_another_definition_says_where():
    facts = case(act={"reason": "beyond_simple"})
    move = SIMPLE.decide("mediating", "turn_ordinary", MEDIATOR, facts)
    assert (move.to_state, move.into) == ("mediating", Into(workflow="ordinary", state="accepted"))


@pytest.mark.parametrize(
    ("accepted", "edge_id", "to_state"),
    [(False, "dispatched.acknowledge.1", "received"), (True, "dispatched.acknowledge.2", "accepted")],
)
def test_decide_chooses_the_edge_by_its_condition(accepted, edge_id, to_state):
    move = ORDINARY.decide("dispatched", "acknowledge", EVERYBODY, case(accepted=accepted))
    assert (move.edge_id, move.to_state) == (edge_id, to_state)


def test_decide_a_refusal_holds_every_reason_of_every_guard():
    parties = tuple(replace(party, consented=False, rights_told=False) for party in CASE.parties)
    facts = case(accepted=False, parties=parties, not_for_mediation=True, act={"sued_elsewhere": "court"})
    with pytest.raises(TransitionRefused) as caught:
        ORDINARY.decide("received", "accept", MEDIATOR, facts)
    assert [(reason.guard, reason.article) for reason in caught.value.reasons] == [
        ("everybody_consents", "人民调解法第3条"),
        ("rights_told_to_all", "人民调解工作若干规定第30条"),
        ("not_taken_elsewhere", "部署单位规定·不予受理（人民调解工作若干规定第22条待核）"),
        ("suited_to_mediation", "部署单位规定·不宜调解的类别（人民调解工作若干规定第22条待核）"),
    ]
    assert str(caught.value).splitlines()[1] == (
        "  · 还没有记录申请人、被申请人同意调解（依据：人民调解法第3条） 下一步：办理「记录当事人同意」"
    )


def test_decide_without_permission_is_said_before_the_reasons():
    stranger = ActorFacts("王五(调解员)", frozenset({"mediator"}), frozenset())
    with pytest.raises(NotPermitted) as caught:
        ORDINARY.decide("received", "accept", stranger, case(accepted=False, parties=()))
    assert str(caught.value) == (
        "「受理」由登记员、调度员、人民调解员、单位负责人办理，且须是这件纠纷的主办单位人员。"
        "您是王五(调解员)，不是这件纠纷的主办单位人员。"
    )


def test_decide_with_the_wrong_post_says_so():
    stranger = ActorFacts("赵六(档案员)", frozenset({"archivist"}), frozenset({"holder"}))
    with pytest.raises(NotPermitted, match=r"您是赵六\(档案员\)，岗位不符。$"):
        ORDINARY.decide("received", "accept", stranger, case(accepted=False))


def test_decide_a_known_act_from_the_wrong_state_says_what_can_be_done():
    with pytest.raises(TransitionNotAllowed) as caught:
        FIRST.decide("closed", "accept", MEDIATOR, CASE)
    assert (
        str(caught.value)
        == "纠纷现在是「已结案待回访」，不能办理「受理」。现在可以办理：记录履行、记录未履行、报告公安机关、回访、归档、签署其他文书、附其他文书的签字扫描件、在其他文书上盖章。"
    )


def test_decide_an_unknown_act_says_what_can_be_done():
    with pytest.raises(
        TransitionNotAllowed,
        match=r"^流程「普通调解」没有「fly」这项操作。现在可以办理：送达通知、结案、报告公安机关、签署其他文书、附其他文书的签字扫描件、在其他文书上盖章。$",
    ):
        FIRST.decide("ended", "fly", MEDIATOR, CASE)


def test_titles_with_marks_of_their_own_are_told_apart():
    triggers = FIRST.definition.triggers
    renamed = {**triggers, "close": triggers["close"].model_copy(update={"title": "结案、了结"})}
    engine = Engine(FIRST.definition.model_copy(update={"triggers": renamed}))
    with pytest.raises(TransitionNotAllowed, match="现在可以办理：送达通知；结案、了结；报告公安机关；"):
        engine.decide("ended", "fly", MEDIATOR, CASE)


def test_act_of_another_definition_is_told_by_its_name():
    told = r"^流程「普通调解」没有「召开会商」这项操作。现在可以办理：送达通知、"
    with pytest.raises(TransitionNotAllowed, match=told):
        Engine(FIRST.definition, acts={"fly": "召开会商", "close": "了结"}).decide(
            "ended", "fly", MEDIATOR, CASE
        )
    assert Engine(FIRST.definition, acts={"close": "了结"}).title("close") == "结案"


def test_decide_from_a_final_state_says_that_all_is_done():
    with pytest.raises(TransitionNotAllowed, match=r"这件纠纷已经办结，没有可以办理的操作。$"):
        ORDINARY.decide("archived", "visit", MEDIATOR, CASE)


def test_decide_from_an_unknown_state_is_not_allowed():
    with pytest.raises(TransitionNotAllowed, match=r"^流程「普通调解」第5版没有状态 moon$"):
        ORDINARY.decide("moon", "accept", MEDIATOR, CASE)


def test_decide_when_no_condition_fits_says_which_is_asked():
    with pytest.raises(
        TransitionNotAllowed, match=r"^纠纷现在是「已受理」，办理「当事人拒绝调解」要求已受理。现在可以办理："
    ):
        ORDINARY.decide("accepted", "refuse", MEDIATOR, case(accepted=False))


@pytest.mark.parametrize("trigger", ["to_archived", "to_signing", "machine", "trigger", "__class__"])
def test_decide_knows_no_act_but_those_of_the_definition(trigger):
    with pytest.raises(TransitionNotAllowed, match=f"没有「{trigger}」这项操作"):
        ORDINARY.decide("signing", trigger, EVERYBODY, CASE)


def test_decide_with_two_fitting_edges_is_an_error_of_the_definition():
    edges = [{"trigger": "go", "from": ("a",), "to": to} for to in ("b", "c")]
    definition = Definition.model_validate(
        {
            "name": "twofold", "title": "两可", "version": 1, "initial": "a",
            "states": {name: {"title": name, "phase": "intake", "final": name != "a"} for name in "abc"},
            "triggers": {"go": {"title": "走", "by": {"posts": ("mediator",), "relation": ("any",)}}},
            "edges": tuple(edges),
        }
    )  # fmt: skip
    with pytest.raises(DefinitionError, match=r"从「a」办理「走」有几条走法同时成立"):
        Engine(definition).decide("a", "go", MEDIATOR, CASE)


def test_engine_of_names_that_are_not_there_is_not_built():
    content = json.loads(DEFINITIONS.newest("simple").canonical)
    content["edges"][0].update(
        {"trigger": "fly", "from": ["moon"], "to": "mars", "guards": ["be_brave"], "when": ["not rich"]}
    )
    with pytest.raises(DefinitionError) as caught:
        Engine(Definition.model_validate_json(json.dumps(content)))
    assert [str(problem) for problem in caught.value.problems] == [
        f"edges[0]: 没有 {name}" for name in ("moon", "mars", "be_brave", "not rich", "fly")
    ]


def test_relation_any_lets_everybody_of_the_post_act():
    definition = DEFINITIONS.newest("simple").model_dump(mode="json", by_alias=True)
    definition["triggers"]["amend"]["by"]["relation"] = ["any"]
    engine = Engine(Definition.model_validate_json(json.dumps(definition)))
    stranger = ActorFacts("x", frozenset({"mediator"}), frozenset())
    assert engine.decide("registered", "amend", stranger, CASE).to_state == "registered"
    with pytest.raises(
        NotPermitted, match=r"^「补正资料」由登记员、人民调解员、网格员办理。您是x，岗位不符。$"
    ):
        engine.decide("registered", "amend", replace(stranger, posts=frozenset()), CASE)


def test_choices_judge_the_case_and_leave_what_the_act_brings():
    parties = (replace(CASE.parties[0], consented=False), CASE.parties[1])
    found = {
        choice.trigger: choice
        for choice in FIRST.choices("received", MEDIATOR, case(accepted=False, parties=parties))
    }
    assert list(found) == [
        "amend", "record_consent", "tell_rights", "accept", "decline_acceptance", "refuse", "withdraw", "escalate",
        "report_police", "sign_paper", "scan_paper", "seal_paper",
    ]  # fmt: skip
    assert [reason.guard for reason in found["accept"].reasons] == ["everybody_consents"]
    assert (found["refuse"].reasons, found["refuse"].asks, found["refuse"].possible) == (
        (),
        ("refuser", "agent_lacks", "routes"),
        True,
    )
    assert (found["accept"].possible, found["accept"].title) == (False, "受理")


def test_choices_with_the_act_known_judge_everything():
    found = ORDINARY.choices("dispatched", EVERYBODY, case(accepted=False, act={}), act_known=True)
    refused = {choice.trigger: [reason.guard for reason in choice.reasons] for choice in found}
    assert (refused["send_back"], refused["acknowledge"]) == (["reason_given"], [])


def test_choices_of_somebody_without_permission_are_shown_as_such():
    found = ORDINARY.choices("dispatched", MEDIATOR, {"acknowledge": case(accepted=False)})
    assert {choice.trigger: choice.permitted for choice in found}["acknowledge"] is False


def test_choices_from_a_final_state_are_none():
    assert ORDINARY.choices("archived", EVERYBODY, CASE) == []


@pytest.mark.parametrize(
    ("state", "accepted", "expected"),
    [
        ("registered", False, True),
        ("signing", True, True),
        ("signing", False, True),
        ("performing", True, False),
    ],
)
def test_may_end_while_mediation_is_not_over(state, accepted, expected):
    assert ORDINARY.may_end(state, case(accepted=accepted)) is expected


def test_library_gets_no_name_to_look_up_and_no_transition_of_its_own():
    machine = ORDINARY._machine
    transitions = [
        transition
        for event in machine.events.values()
        for several in event.transitions.values()
        for transition in several
    ]
    assert sorted(machine.events) == sorted(ORDINARY.definition.triggers)
    assert sorted(machine.states) == sorted(ORDINARY.definition.states)
    assert {len(transition.conditions) for transition in transitions} == {1}
    assert {
        callable(condition.func) for transition in transitions for condition in transition.conditions
    } == {True}
    assert len(transitions) == len(ORDINARY.edge_ids()) == len(set(ORDINARY.edge_ids()))
    assert machine.models == []


def test_library_logs_nothing_below_a_warning():
    assert logging.getLogger("transitions.core").getEffectiveLevel() == logging.WARNING


def test_deciding_from_many_threads_mixes_nothing_up():
    """One Machine serves all cases: the way it is fired is undocumented, so this holds it."""
    asked = [
        ("registered", "triage", "triaged"),
        ("triaged", "keep", "accepted"),
        ("dispatched", "acknowledge", "accepted"),
        ("accepted", "assign", "preparing"),
        ("preparing", "record_session", "mediating"),
        ("signing", "seal", "performing"),
        ("performing", "close", "closed"),
        ("closed", "archive", "archived"),
    ]

    def work(number: int) -> int:
        wrong = 0
        for turn in range(500):
            state, trigger, to_state = asked[(number + turn) % len(asked)]
            move = ORDINARY.decide(state, trigger, EVERYBODY, CASE)
            wrong += (move.from_state, move.to_state) != (state, to_state)
            try:
                ORDINARY.decide("closed", "accept", EVERYBODY, CASE)
            except TransitionNotAllowed:
                continue
            wrong += 1
        return wrong

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(work, range(16))) == [0] * 16


codes = st.sampled_from(["", "x", "court", "village-1", "party-1", "seal"])
act_values = st.one_of(
    st.none(), st.booleans(), st.integers(0, 3), codes, st.lists(codes, max_size=2), st.tuples(st.integers(1, 2)),
    st.dictionaries(codes, codes, max_size=1), st.floats(), st.binary(max_size=2),
)  # fmt: skip
acts = st.dictionaries(
    st.sampled_from(
        ["reason", "target", "sued_elsewhere", "public", "override_reason", "asked_by", "slot", "identity_check",
         "agrees", "refuser", "routes"]
    ),
    act_values,
)  # fmt: skip
agreements = st.builds(
    AgreementFacts,
    medium=st.sampled_from(["tablet", "ink", "mixed", "oral"]),
    clauses=st.lists(st.builds(ClauseFacts, st.integers(1, 3)), max_size=2).map(tuple),
    slots=st.lists(
        st.builds(SlotFacts, codes, st.sampled_from(["party", "seal"]), codes, st.booleans()), max_size=2
    ).map(tuple),
)
any_facts = st.builds(
    Facts,
    accepted=st.booleans(),
    public=st.booleans(),
    parties=st.lists(
        st.builds(PartyFacts, st.integers(1, 3), st.sampled_from(["applicant", "respondent"])), max_size=3
    ).map(tuple),
    mediators=st.lists(st.builds(MediatorFacts, codes), max_size=2).map(tuple),
    sessions=st.integers(0, 1),
    agreement=st.none() | agreements,
    at_top=st.booleans(),
    sent_back=st.integers(0, 2),
    papers_owed=st.lists(codes, max_size=1).map(tuple),
    personal_status_matter=st.booleans(),
    act=acts,
)
actors = st.builds(
    ActorFacts,
    codes,
    st.frozensets(st.sampled_from(["mediator", "registrar", "unit_leader", "archivist"])),
    st.frozensets(st.sampled_from(["holder", "target", "mediator", "first_receiver"])),
)


@pytest.mark.parametrize("engine", [ORDINARY, SIMPLE], ids=["ordinary", "simple"])
@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_decide_moves_as_an_edge_says_or_raises_one_of_our_errors(engine, data):
    state = data.draw(st.sampled_from([*engine.definition.states, "nowhere"]))
    trigger = data.draw(st.sampled_from([*engine.definition.triggers, "fly"]))
    facts, actor = data.draw(any_facts), data.draw(actors)
    reasons = None
    try:
        move = engine.decide(state, trigger, actor, facts)
    except (TransitionNotAllowed, NotPermitted):
        return
    except TransitionRefused as refusal:
        reasons = refusal.reasons
    if reasons is not None:
        assert reasons != ()
        return
    assert any(
        edge.trigger == trigger and state in edge.origin and (edge.to or state) == move.to_state
        for edge in engine.definition.edges
    )


@pytest.mark.parametrize("name", DEFINITIONS.names)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_random_walks_stay_on_known_states_and_leave_only_into_known_definitions(name, data):
    engine = Engine(DEFINITIONS.newest(name))
    state, facts = engine.definition.initial, case(accepted=False)
    for _turn in range(25):
        triggers = engine.triggers_from(state)
        if not triggers:
            assert engine.state(state).final
            break
        act = data.draw(acts)
        try:
            move = engine.decide(
                state, data.draw(st.sampled_from(triggers)), EVERYBODY, replace(facts, act=act)
            )
        except (TransitionNotAllowed, TransitionRefused):
            continue
        if move.into is not None:
            assert move.into.state in DEFINITIONS.newest(move.into.workflow).states
            break
        if "number_case" in move.effects:
            facts = replace(facts, accepted=True)
        state = move.to_state
        assert engine.state(state).phase == move.phase


LEADER = ActorFacts("负责人", frozenset({"unit_leader"}), frozenset({"holder"}))
SIGNER = ActorFacts("会签人", frozenset({"unit_leader"}), frozenset({"assignee"}))
BEEN = ("registered", "triaged", "received", "accepted", "preparing", "mediating")


def test_decide_back_to_a_state_that_the_case_was_in_has_an_id_of_its_own():
    facts = case(state="mediating", visited=BEEN, act={"to": "preparing"})
    move = ORDINARY.decide("mediating", "reject", LEADER, facts)
    assert (move.edge_id, move.to_state, move.enters) == ("mediating.reject.2.preparing", "preparing", True)


def test_decide_back_to_a_state_that_the_case_never_saw_is_refused_naming_the_others():
    facts = case(state="mediating", visited=("triaged", "accepted", "mediating"), act={"to": "preparing"})
    with pytest.raises(TransitionRefused) as caught:
        ORDINARY.decide("mediating", "reject", LEADER, facts)
    assert [reason.message for reason in caught.value.reasons] == [
        "这件纠纷没有经过「调解准备」；可以退到：已研判（triaged）、已受理（accepted）"
    ]


@pytest.mark.parametrize("actor", [LEADER, SIGNER])
def test_refuse_at_once_lets_pass_whoever_may_take_one_of_the_edges(actor):
    ORDINARY.refuse_at_once("mediating", "reject", actor, case(state="mediating", visited=BEEN))


def test_refuse_at_once_refuses_who_may_take_none():
    stranger = ActorFacts("外人", frozenset({"mediator"}), frozenset({"holder"}))
    with pytest.raises(NotPermitted):
        ORDINARY.refuse_at_once("mediating", "reject", stranger, case(state="mediating", visited=BEEN))


def test_decide_judges_permission_by_the_edge_that_the_words_choose():
    with pytest.raises(NotPermitted):
        ORDINARY.decide("mediating", "reject", LEADER, case(state="mediating", visited=BEEN))


def test_choices_offer_the_steps_back_asking_where_to():
    found = {
        choice.trigger: choice for choice in ORDINARY.choices("mediating", LEADER, case(state="mediating"))
    }
    assert (found["reject"].possible, found["reject"].asks) == (True, ("to", "task"))


def test_decide_an_edge_with_an_approval_names_the_fact_that_has_changed():
    overtaken = {"agreement_review": ApprovalFacts("agreed", ("clauses",))}
    facts = case(state="mediating", approvals=overtaken)
    with pytest.raises(TransitionRefused) as caught:
        ORDINARY.decide("mediating", "conclude_written", MEDIATOR, facts)
    assert [(reason.message, reason.article) for reason in caught.value.reasons] == [
        ("「协议审核」通过以后，协议条款变了", "办理规则·审批")
    ]


def test_guards_of_a_trigger_are_those_of_all_its_edges_and_those_that_follow():
    assert {"asked_approvals_stand", "record_made"} <= ORDINARY.guards_of("conclude_written")
    assert (ORDINARY.guards_of("note_privately"), ORDINARY.guards_of("fly")) == (frozenset(), frozenset())


def test_refuse_at_once_tells_who_may_and_what_is_asked():
    stranger = ActorFacts("王五", frozenset({"archivist"}), frozenset())
    with pytest.raises(NotPermitted, match=r"^「受理」由登记员、调度员、人民调解员、单位负责人办理，且须是"):
        ORDINARY.refuse_at_once("received", "accept", stranger, case(accepted=False))
    ORDINARY.refuse_at_once("dispatched", "acknowledge", EVERYBODY, case(accepted=False))
    with pytest.raises(
        TransitionNotAllowed, match=r"^纠纷现在是「已受理」，办理「当事人拒绝调解」要求已受理。现在可以办理："
    ) as caught:
        ORDINARY.refuse_at_once("accepted", "refuse", MEDIATOR, case(accepted=False))
    assert caught.value.brief == "纠纷现在是「已受理」，办理「当事人拒绝调解」要求已受理。"


def test_not_allowed_names_what_the_words_of_an_act_would_make_possible_and_is_brief_without():
    with pytest.raises(TransitionNotAllowed) as caught:
        ORDINARY.decide("closed", "accept", EVERYBODY, CASE)
    assert (caught.value.brief, "、撤回、" in str(caught.value)) == (
        "纠纷现在是「已结案待回访」，不能办理「受理」。",
        True,
    )


def test_wrong_post_is_told_beside_the_wrong_step():
    archivist = ActorFacts("包档", frozenset({"archivist"}), frozenset({"holder"}))
    with pytest.raises(TransitionNotAllowed) as caught:
        ORDINARY.refuse_at_once("registered", "seal", archivist, CASE)
    assert "不能办理「加盖印章」" in str(caught.value)
    assert str(caught.value).endswith("您是包档，岗位不符。")
    with pytest.raises(TransitionNotAllowed) as caught:
        ORDINARY.refuse_at_once("registered", "seal", EVERYBODY, CASE)
    assert "岗位不符" not in str(caught.value)


def test_not_permitted_names_all_relations_and_posts_that_have_no_words():
    stranger = ActorFacts("王五", frozenset({"mediator"}), frozenset())
    with pytest.raises(NotPermitted) as caught:
        Engine(ORDINARY.definition, replace(STANDARD, posts={})).decide("signing", "sign", stranger, CASE)
    mediator, holder = STANDARD.relations["mediator"], STANDARD.relations["holder"]
    assert f"由{'、'.join(ORDINARY.definition.triggers['sign'].by.posts)}办理" in str(caught.value)
    assert f"须是这件纠纷的{mediator}或者{holder}。您是王五，不是这件纠纷的{mediator}或者{holder}。" in str(
        caught.value
    ).replace(",", "，")


def test_choices_judge_each_act_by_its_own_facts():
    parties = (replace(CASE.parties[0], consented=False), CASE.parties[1])
    own = {"accept": case(accepted=False, parties=parties)}
    found = {choice.trigger: choice for choice in ORDINARY.choices("received", MEDIATOR, own)}
    assert [reason.guard for reason in found["accept"].reasons] == ["everybody_consents"]
    assert found["decline_acceptance"].reasons == ()


def test_choices_with_the_act_known_go_by_the_edge_that_it_chooses():
    facts = case(state="mediating", visited=BEEN, act={})
    [found] = [
        choice
        for choice in ORDINARY.choices("mediating", LEADER, facts, act_known=True)
        if choice.trigger == "reject"
    ]
    assert (found.permitted, found.asks) == (False, ())


@pytest.mark.parametrize(
    ("when", "accepted", "expected"),
    [("accepted", True, True), ("accepted", False, False), ("goes_back", False, True)],
)
def test_may_end_goes_by_the_case_and_leaves_open_what_the_act_says(when, accepted, expected):
    definition = Definition.model_validate(
        {
            "name": "ending", "title": "结束", "version": 1, "initial": "a",
            "states": {name: {"title": name, "phase": "closure", "final": name == "b"} for name in "ab"},
            "triggers": {"go": {"title": "走", "by": {"posts": ("mediator",), "relation": ("any",)}}},
            "edges": ({"trigger": "go", "from": ("a",), "to": "b", "when": (when,), "effects": ("end:withdrawn",)},),
        }
    )  # fmt: skip
    engine = Engine(definition)
    assert (engine.may_end("a"), engine.may_end("a", case(accepted=accepted))) == (True, expected)


def test_only_what_goes_in_order_tells_whose_turn_it_is():
    waiting = ActorFacts("王五", frozenset({"mediator"}), frozenset({"later"}), ("包长",))
    by = By(posts=("mediator",), relation=("assignee",))
    told = {
        name: ORDINARY._who_may(name, by, waiting) for name in ("approve", "reject", "answer", "mark_read")
    }
    assert {name for name, said in told.items() if "现在轮到包长" in said} == {"approve", "reject"}
    assert "不是这件纠纷的待办承办人" in told["answer"]


ONLY_MEDIATOR = (
    "「记录调解」由人民调解员办理，且须是这件纠纷的本案调解员。您是王五，不是这件纠纷的本案调解员。"
)
DEPUTY = ActorFacts("王五", frozenset({"mediator"}), frozenset({"holder"}), absent=("包长", "刘甲"))


@pytest.mark.parametrize(
    ("trigger", "relation", "actor", "told"),
    [
        ("record_session", "mediator", DEPUTY,
         ONLY_MEDIATOR + "包长、刘甲不在岗，由您代理，但是代理不能主持调解：等不得的，请其单位更换调解员，或者办理移交。"),
        ("record_session", "holder", replace(DEPUTY, relations=frozenset()),
         "「记录调解」由人民调解员办理，且须是这件纠纷的主办单位人员。您是王五，不是这件纠纷的主办单位人员。"),
        ("record_session", "mediator", replace(DEPUTY, absent=()), ONLY_MEDIATOR),
        ("record_session", "mediator", replace(DEPUTY, relations=frozenset({"mediator"}), posts=frozenset()),
         "「记录调解」由人民调解员办理，且须是这件纠纷的本案调解员。您是王五，岗位不符。"),
        ("approve", "assignee", replace(DEPUTY, absent=(), after=("包长", "刘甲")),
         "「同意」按顺序办理，现在轮到包长、刘甲，还没有轮到您；轮到时会通知您。"),
        ("approve", "assignee", replace(DEPUTY, absent=(), after=("包长",), posts=frozenset({"archivist"})),
         "「同意」由人民调解员办理，且须是这件纠纷的待办承办人。您是王五，岗位不符。"),
    ],
)  # fmt: skip
def test_who_may_is_told_with_whose_turn_it_is_and_what_a_deputy_may_not_do(trigger, relation, actor, told):
    by = By(posts=("mediator",), relation=(relation,))
    assert ORDINARY._who_may(trigger, by, actor) == told


def test_wrong_post_beside_the_wrong_step_is_told_in_full_and_in_brief():
    archivist = ActorFacts("包档", frozenset({"archivist"}), frozenset({"holder"}))
    with pytest.raises(TransitionNotAllowed) as caught:
        ORDINARY.refuse_at_once("registered", "seal", archivist, CASE)
    besides = (
        "「加盖印章」由人民调解员、登记员、单位负责人办理，且须是这件纠纷的调委会人员。您是包档，岗位不符。"
    )
    assert str(caught.value).endswith(f"、约定时间、取消约定。{besides}")
    assert caught.value.brief == f"纠纷现在是「已登记」，不能办理「加盖印章」。{besides}"


NOBODY_CONSENTED = tuple(replace(party, consented=False) for party in CASE.parties)


@pytest.mark.parametrize(
    ("state", "trigger", "actor", "facts", "known", "guards"),
    [
        ("received", "accept", MEDIATOR, case(accepted=False, parties=NOBODY_CONSENTED), (), ["everybody_consents"]),
        ("received", "accept", ActorFacts("x", frozenset(), frozenset()),
         case(accepted=False, parties=NOBODY_CONSENTED), (), []),
        ("dispatched", "send_back", EVERYBODY, case(accepted=False, act={}), (), []),
        ("dispatched", "send_back", EVERYBODY, case(accepted=False, act={}), ("reason",), ["reason_given"]),
        ("closed", "accept", MEDIATOR, CASE, (), []),
        ("closed", "fly", MEDIATOR, CASE, (), []),
        ("mediating", "reject", EVERYBODY, case(state="mediating", visited=BEEN[1:3], act={"to": "preparing"}), ("to",),
         ["went_through_it"]),
        ("mediating", "reject", EVERYBODY, case(state="mediating", visited=BEEN[1:3], act={"to": "preparing"}),
         ("task",), []),
    ],
)  # fmt: skip
def test_hindrances_are_what_no_unknown_word_of_the_act_decides(state, trigger, actor, facts, known, guards):
    found = ORDINARY.hindrances(state, trigger, actor, facts, known)
    assert [reason.guard for reason in found] == guards


def test_hindrances_tell_what_the_case_would_have_to_be():
    [found] = ORDINARY.hindrances("accepted", "refuse", MEDIATOR, case(accepted=False))
    assert (found.guard, found.message) == ("", "纠纷现在是「已受理」，办理「当事人拒绝调解」要求已受理。")


def test_hindrances_of_an_act_that_may_go_two_ways_are_those_that_stand_on_both():
    """Which way it goes is said by a word that nobody knows."""
    by = {"posts": ("mediator",), "relation": ("any",)}
    here = {"trigger": "go", "from": ("a",)}
    definition = Definition.model_validate(
        {
            "name": "ways", "title": "两路", "version": 1, "initial": "a",
            "states": {name: {"title": name, "phase": "intake", "final": name != "a"} for name in "abc"},
            "triggers": {"go": {"title": "走", "by": by}},
            "edges": (
                {**here, "to": "b", "when": ("goes_back",), "guards": ("minors_have_guardians", "everybody_consents")},
                {**here, "to": "c", "when": ("not goes_back",), "guards": ("everybody_consents", "rights_told_to_all")},
            ),
        }
    )  # fmt: skip
    parties = tuple(replace(party, consented=False, rights_told=False, minor=True) for party in CASE.parties)
    engine = Engine(definition)

    def guards(actor, known=(), **act):
        found = engine.hindrances("a", "go", actor, case(parties=parties, act=act), known)
        return [reason.guard for reason in found]

    assert guards(MEDIATOR) == ["everybody_consents"]
    assert guards(MEDIATOR, ("to",)) == ["everybody_consents", "rights_told_to_all"]


def test_choice_of_who_may_take_none_of_the_ways_shows_what_the_first_asks():
    stranger = ActorFacts("外人", frozenset({"archivist"}), frozenset())
    facts = case(accepted=False, act={})
    choices = {one.trigger: one for one in ORDINARY.choices("dispatched", stranger, facts, act_known=True)}
    assert (choices["send_back"].permitted, [one.guard for one in choices["send_back"].reasons]) == (
        False, ["reason_given"],
    )  # fmt: skip


def test_guards_that_follow_from_where_an_edge_leads_and_what_it_demands():
    assert "went_through_it" in ORDINARY.guards_of("reject")
    assert "went_through_it" not in ORDINARY.guards_of("accept")
    joint = Engine(DEFINITIONS.newest("joint"))
    demanding = {edge.trigger for edge in joint.definition.edges if edge.approvals}
    assert demanding
    assert all("approvals_stand" in joint.guards_of(trigger) for trigger in demanding)
    assert "approvals_stand" not in joint.guards_of("accept")


def test_no_step_goes_back_to_where_it_begins():
    assert [
        one for one in ORDINARY.edge_ids() if one.startswith(("mediating.reject.2", "preparing.reject.2"))
    ] == [
        "preparing.reject.2.triaged",
        "preparing.reject.2.accepted",
        "mediating.reject.2.triaged",
        "mediating.reject.2.accepted",
        "mediating.reject.2.preparing",
    ]
