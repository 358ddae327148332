"""What each kind of request needs of a token."""

import pytest

from mediation.web.token_scopes import needed_scope


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/v1/cases", "read"),
        ("head", "/api/v1/cases/x/papers/y", "read"),
        ("POST", "/api/v1/cases", "register"),
        ("post", "/api/v1/cases/{ref}/acts/accept", "act"),
        ("POST", "/api/v1/cases/x/papers/agreement", "act"),
        ("POST", "/api/v1/cases/x/unmaskings", "unmask"),
        ("POST", "/api/v1/cases/x/recusals/y/lift", "arrange"),
        ("POST", "/api/v1/series/x/acts/accept", "act"),
        ("POST", "/api/v1/notices/x/read", "act"),
        ("POST", "/api/v1/supervision/weeks", "supervise"),
        ("POST", "/api/v1/hand-overs", "arrange"),
        ("POST", "/api/v1/absences/x/end", "arrange"),
        ("POST", "/api/v1/cases/unmaskings/acts/unmaskings", "act"),
        ("DELETE", "/api/v1/what-is-to-come", "arrange"),
    ],
)
def test_needed_scope(method, path, scope):
    assert needed_scope(method, path) == scope
