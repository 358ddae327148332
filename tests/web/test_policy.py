"""Every page has its row in the policy, and no row is without a page."""

from fastapi.routing import APIRoute

from mediation.web.policy import POLICY


def _routes(router):
    for route in router.routes:
        inner = getattr(route, "original_router", None) or getattr(route, "router", None)
        if isinstance(route, APIRoute):
            yield route
        elif inner is not None:
            yield from _routes(inner)


def test_every_page_has_a_rule_and_every_rule_a_page(application):
    pages = {
        route.name
        for route in _routes(application)
        if not route.path.startswith(("/api/", "/health", "/ready", "/metrics"))
    }
    assert pages == set(POLICY)
