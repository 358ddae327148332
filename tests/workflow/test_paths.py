"""Shortest ways through a definition."""

from mediation.workflow.definition import Definition, Into
from mediation.workflow.loader import load_definitions
from mediation.workflow.paths import Graph

ORDINARY = load_definitions().newest("ordinary")


def test_path_is_a_shortest_one():
    graph = Graph(ORDINARY, ("registered",))
    assert graph.path_to("signing") == (
        "registered –triage→ triaged –keep→ accepted –assign→ preparing –record_session→ mediating –conclude_written→ signing"
    )


def test_path_to_a_start_is_the_start_itself():
    assert Graph(ORDINARY, ("registered", "accepted")).path_to("accepted") == "accepted"


def test_every_state_is_reached_and_ends():
    graph = Graph(ORDINARY, ("registered",))
    assert (graph.reached(), graph.ending()) == (set(ORDINARY.states), set(ORDINARY.states))


def held(*arrows: tuple[str, str]) -> Graph:
    """States a to e with these ways; from d there is only a step back to b."""
    by = {"posts": ("mediator",)}
    limit = {"days": 1, "article": "部署单位规定"}
    waiting = {"phase": "closure", "task": "办", "owner": {"relation": "holder"}, "limit": limit}
    states = {name: {"title": name, **waiting} for name in "abcd"}
    edges = [{"trigger": "go", "from": (origin,), "to": to} for origin, to in arrows]
    definition = Definition.model_validate(
        {
            "name": "held", "title": "悬", "version": 1, "initial": "a",
            "states": {**states, "e": {"title": "e", "phase": "closure", "final": True}},
            "triggers": {"go": {"title": "走", "by": by}, "back": {"title": "退", "by": by}},
            "edges": (*edges, {"trigger": "back", "from": ("d",), "back_to": ("b",)}),
        }
    )  # fmt: skip
    return Graph(definition, ("a",))


def test_step_back_is_a_way_out_where_every_case_has_been():
    assert "d" in held(("a", "b"), ("b", "c"), ("c", "d"), ("b", "e")).ending()


def test_step_back_is_no_way_out_where_a_case_may_not_have_been():
    assert "d" not in held(("a", "b"), ("b", "d"), ("a", "d"), ("b", "e")).ending()


def test_step_back_opens_no_state():
    graph = held(("a", "d"), ("a", "e"), ("b", "e"))
    assert ("b" in graph.reached(), list(graph.steps_back_to_nowhere())) == (False, [(3, 0, "d", "b")])


def test_state_is_left_by_what_surely_leads_out():
    graph = held(("a", "b"), ("b", "c"), ("c", "d"), ("b", "b"), ("b", "e"))
    onwards, _bc, _cd, anew, over, back = graph._definition.edges
    assert [graph.is_left_by(edge, "b") for edge in (onwards, anew, over, back)] == [
        False,
        False,
        True,
        False,
    ]
    assert graph.is_left_by(back, "d")
    into = over.model_copy(update={"to": None, "into": Into(workflow="ordinary", state="accepted")})
    assert graph.is_left_by(into, "b")
    assert not graph.is_left_by(over.model_copy(update={"to": None}), "b")


def test_step_back_to_the_way_before_leads_somewhere():
    """Going back from where one has come by way of the target; a target that is not before leads nowhere."""
    assert list(held(("a", "b"), ("b", "c"), ("c", "d"), ("b", "e")).steps_back_to_nowhere()) == []
    assert list(held(("a", "b"), ("a", "d"), ("b", "e")).steps_back_to_nowhere()) == [(3, 0, "d", "b")]


def test_step_back_from_where_no_case_comes_is_no_way_out():
    assert "d" not in held(("a", "b"), ("b", "e")).ending()
