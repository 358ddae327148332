"""Every page has its row in the policy, and no row is without a page; every operation stands on the page of operations as it is."""

from mediation.web.policy import POLICY
from tests.web.operations import PAGE, operations, text_of
from tests.web.operations import routes_of as _routes


def test_every_page_has_a_rule_and_every_rule_a_page(application):
    pages = {
        route.name
        for route in _routes(application)
        if not route.path.startswith(("/api/", "/health", "/ready", "/metrics"))
    }
    assert pages == set(POLICY)


def test_page_of_operations_is_what_its_command_writes(application):
    assert PAGE.read_text("utf-8") == text_of(operations(application))
