"""Parts of the address tree, asked only for what could be theirs."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mediation.web.branch import Branch, NamedBranch

ACTS = "/api/v1/cases/{ref}/acts"


def acts(kind):
    """A branch with two acts, a page of one of them, and what answers any other name."""
    branch = kind(prefix=ACTS)

    @branch.post("/accept")
    def accept(ref: str) -> str:
        return ref

    @branch.get("/show")
    def look(ref: str) -> str:
        return f"look {ref}"

    @branch.post("/{trigger}")
    def other(trigger: str) -> str:
        return f"no {trigger}"

    return branch


@pytest.fixture(params=[Branch, NamedBranch])
def asked(request):
    """A client of an application with one branch and a page."""
    app = FastAPI()
    app.include_router(acts(request.param))

    @app.get("/cases")
    def page() -> str:
        return "page"

    return TestClient(app)


def test_routes_of_a_branch_answer_as_any_others(asked):
    assert asked.post("/api/v1/cases/7/acts/accept").json() == "7"
    assert asked.get("/api/v1/cases/7/acts/show").json() == "look 7"
    assert asked.post("/api/v1/cases/7/acts/other").json() == "no other"
    assert asked.put("/api/v1/cases/7/acts/accept").status_code == 405
    assert asked.get("/api/v1/cases/7/acts/accept").headers["allow"] == "POST"


def test_what_lies_elsewhere_is_not_the_branchs(asked):
    assert asked.get("/cases").json() == "page"
    for elsewhere in ("/api/v1/case/7/acts/accept", "/api/v1/cases/7/8/acts/accept", "/accept", "/"):
        assert asked.post(elsewhere).status_code == 404


@pytest.mark.parametrize("kind", [Branch, NamedBranch])
@pytest.mark.parametrize("path", ["/cases", "/api/v1/cases/7/acts", "/api/v2", "/", ""])
def test_routes_are_not_held_against_an_address_of_another_shape(monkeypatch, kind, path):
    branch = acts(kind)
    looked = []
    monkeypatch.setattr(type(branch.routes[0]), "matches", lambda _self, scope: looked.append(scope["path"]))
    branch.matches({"type": "http", "path": path, "method": "GET", "root_path": ""})
    assert looked == []


def test_act_is_found_by_its_name_alone(monkeypatch):
    branch = acts(NamedBranch)
    looked = []
    matches = type(branch.routes[0]).matches
    monkeypatch.setattr(
        type(branch.routes[0]),
        "matches",
        lambda self, scope: looked.append(self.name) or matches(self, scope),
    )
    scope = {"type": "http", "path": "/api/v1/cases/7/acts/show", "method": "GET", "root_path": ""}
    looked.clear()
    branch.matches(scope)
    assert looked == ["look"]
