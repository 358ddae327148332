"""The API keeps to its document, whoever asks it and whatever: the short form of `./run fuzz`, the same in every run."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from mediation.cases.verbs import VERBS
from tests.contract.barrage import Barrage, Tally, barrage
from tests.contract.roles import Role, roles_of
from tests.contract.stand import Stand, founded
from tests.contract.stories import SITES, good_words, told_words

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Held:
    """What the barrage came to."""

    one: Barrage
    roles: list[Role]
    tally: Tally


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    with founded(tmp_path_factory.mktemp("contract")) as instance:
        stand = Stand(instance)
        roles = roles_of(instance, stand.over.client)
        barrage(stand.over.barrage, roles, stand.real, good_words(), 1, 1)
        yield Held(stand.over.barrage, roles, stand.over.barrage.tally)


def test_no_answer_is_ours_to_blame_or_other_than_the_document_says(held):
    assert held.tally.findings == []
    assert [status for status in held.tally.statuses if status >= 500] == []


def test_every_operation_was_asked_by_everybody(held):
    names = {role.name for role in held.roles}
    assert {"post mediator", "post adviser", "token for read only", "account audit", "nobody"} <= names
    assert {
        name for name, asked in held.tally.by_role.items() if asked >= len(held.one.operations) - 3
    } >= names


def test_every_operation_is_reached(held):
    """On the stand, or where the sites' stories are told by the API: tests/shipped/test_examples.py holds that all of each is."""
    acts = {
        f"POST /api/v1/cases/{{ref}}/acts/{verb}"
        for site in SITES
        for verb in told_words(site)
        if verb in VERBS
    }
    reached = {label for label, answers in held.tally.reached.items() if answers}
    assert set(held.one.operations) - reached - acts == set()
