"""The scope in its two forms, which must always say the same."""

import pytest
from sqlmodel import col, select

from mediation.cases import queries
from mediation.cases.models import Dispute
from mediation.cases.scope.queries import newest_seen, visible_to
from mediation.errors import InputInvalid, NotFound
from tests.cases.desk import whom
from tests.supervision.desk import day, with_rules

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


def test_department_sees_the_case_behind_an_item_while_it_supervises_it(town):
    by_police = {"posts": ["officer"], "units": [{"unit": "jia", "by": "su-pai"}]}
    with_rules(town, supervisors=by_police)
    ref, other = town.register(title="修渠纠纷"), town.register(title="修路纠纷")
    before = {who: _refs(town, who) for who in ACTORS}
    assert before["lin"] == []
    with pytest.raises(InputInvalid, match="case: 没有找到"):
        town.instance.supervision.open(
            "lin", {"unit": "jia", "case": ref, "subject": "拖延", "problem": "无记录"}
        )
    town.clock.put(day(3, 12, 9))
    town.act("jiawin", other, "triage", tier="ordinary")
    assert [one.case for one in town.instance.supervision.round().steps if one.item] == [
        town.case(ref).temporary_number
    ]
    assert _refs(town, "lin") == [ref]
    assert {who: _refs(town, who) for who in ACTORS if who != "lin"} == {
        who: refs for who, refs in before.items() if who != "lin"
    }
    assert town.instance.cases("lin")  # the list that people see
    [item] = town.instance.supervision.items("lin")
    town.instance.supervision.do("lin", item.id, "withdraw", {"reason": "已有进展"})
    assert _refs(town, "lin") == []


def _refs(town, who):
    """What somebody sees, newest first; list, search and one case agree on it."""
    with town.reading() as session:
        actor = town.hall(session, who).actor
        listed = [case.public_id for case in queries.cases(session, actor)]
        assert [
            case.public_id for case in queries.search(session, actor, town.instance.keyring, "纠纷", 200)
        ] == listed
        for case in session.exec(select(Dispute)).all():
            if case.public_id in listed:
                assert queries.find_case(session, actor, case.public_id) == case
            else:
                with pytest.raises(NotFound):
                    queries.find_case(session, actor, case.public_id)
        return listed
