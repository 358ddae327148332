"""The scope in its two forms, which must always say the same."""

import pytest
from sqlmodel import col, select

from mediation.cases import queries
from mediation.cases.models import Dispute
from mediation.cases.scope.queries import newest_seen, visible_to
from tests.cases.desk import whom

ACTORS = (
    "twin:registrar",
    "suwin",
    "jiawin",
    "jiamed",
    "yiwin",
    "yimed",
    "hong",
    "hua",
    "grid",
    "lin",
    "sulead",
)


@pytest.fixture
def peopled(town):
    """Disputes of two units, held, lent and mediated by several people."""
    town.bring("agreed")
    ref = town.bring("received")
    town.act("jiawin", ref, "ask_opinion", unit="yi", question="？")
    other = town.register(who="yiwin")
    town.act("yiwin", other, "copy_to", to=[whom("sulead")])
    town.register(who="grid", title="修渠纠纷")
    return town


def _seen(town, who, read):
    with town.reading() as session:
        return list(session.connection().execute(read(town.hall(session, who).actor)).scalars())


@pytest.mark.parametrize("most", [1, 2, 50])
def test_newest_seen_are_the_newest_of_those_visible(peopled, most):
    for who in ACTORS:
        every = _seen(
            peopled,
            who,
            lambda actor: select(Dispute.id).where(visible_to(actor)).order_by(col(Dispute.id).desc()),
        )
        newest = sorted(_seen(peopled, who, lambda actor: newest_seen(actor, most, None)), reverse=True)
        assert newest[:most] == every[:most], who
        older = sorted(
            _seen(
                peopled, who, lambda actor, first=every[0] if every else 1: newest_seen(actor, most, first)
            ),
            reverse=True,
        )
        assert older[:most] == every[1 : most + 1], who


def test_search_finds_the_same_from_the_words_and_from_what_is_seen(peopled):
    for who in ACTORS:
        with peopled.reading() as session:
            actor = peopled.hall(session, who).actor
            keyring = peopled.instance.keyring
            # A long page: from the words. A page of one: from what is seen, since most cases hold the words.
            found = [case.id for case in queries.search(session, actor, keyring, "纠纷", 200)]
            paged = []
            while more := queries.search(
                session, actor, keyring, "纠纷", 1, before=paged[-1] if paged else None
            ):
                paged.append(more[0].id)
            assert paged == found, who
            assert found == [case.id for case in queries.cases(session, actor)], who
