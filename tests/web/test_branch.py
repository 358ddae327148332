"""A part of the address tree, asked only for what lies under its prefix."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mediation.web.branch import Branch


@pytest.fixture
def asked():
    """A client of an application with one branch and a page."""
    branch = Branch(prefix="/api/v1/cases/{ref}/acts")

    @branch.post("/accept")
    def accept(ref: str) -> str:
        return ref

    @branch.get("/accept")
    def look(ref: str) -> str:
        return f"look {ref}"

    app = FastAPI()
    app.include_router(branch)

    @app.get("/cases")
    def page() -> str:
        return "page"

    return TestClient(app)


def test_routes_of_a_branch_answer_as_any_others(asked):
    assert asked.post("/api/v1/cases/7/acts/accept").json() == "7"
    assert asked.get("/api/v1/cases/7/acts/accept").json() == "look 7"
    assert asked.put("/api/v1/cases/7/acts/accept").status_code == 405
    assert asked.get("/api/v1/cases/7/acts/other").status_code == 404


def test_what_lies_elsewhere_is_not_the_branchs(asked):
    assert asked.get("/cases").json() == "page"
    assert asked.get("/api/v1/case/7/acts/accept").status_code == 404


def test_routes_are_not_held_against_a_path_elsewhere(monkeypatch):
    branch = Branch(prefix="/api/v1")

    @branch.get("/accept")
    def accept() -> str:
        return ""

    looked = []
    route = branch.routes[0]
    monkeypatch.setattr(type(route), "matches", lambda _self, scope: looked.append(scope["path"]))
    branch.matches({"type": "http", "path": "/cases", "method": "GET", "root_path": ""})
    assert looked == []
