"""Shortest ways through a definition."""

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
