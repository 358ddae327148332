"""Like cases kept together."""

import pytest
from sqlmodel import select

from mediation.audit.models import CaseErasure
from mediation.cases import erasure
from mediation.cases.kinship import queries
from mediation.cases.side_models import CaseSeries
from mediation.errors import InputInvalid
from mediation.ids import new_public_id
from tests.town import Town
from tests.turns import Second


def begin(town: Town, ref: str) -> str:
    town.act("jiawin", ref, "join_series", title="某物业系列案")
    return town.last(ref).facts["series"]


def test_series_begins_with_one_case_and_others_join_it(town):
    first, second = town.bring("received"), town.bring("received")
    series = begin(town, first)
    town.act("jiawin", second, "join_series", series=series)
    assert town.case(first).series_id == town.case(second).series_id
    assert (town.case(second).state, town.last(second).act, town.last(second).facts["series"]) == (
        "received",
        "join_series",
        series,
    )
    assert set(town.last(first).commitments) == {"title"}
    assert town.instance.case("jiawin", second).kinship["series"] == {
        "series": series,
        "title": "某物业系列案",
    }
    with town.reading() as session:
        (row,) = queries.all_series(session, town.hall(session, "jiawin").actor)
        assert (row.series.public_id, row.cases, row.open_cases) == (series, 2, 2)


def test_another_series_is_told_with_the_one_before(town):
    ref = town.bring("received")
    first = begin(town, ref)
    second = begin(town, ref)
    assert town.last(ref).facts["from"] == first
    assert first != second


def test_series_out_of_sight_and_the_same_again_are_refused(town):
    mine, theirs = town.register(), town.register("yiwin")
    town.act("jiawin", mine, "join_series", title="甲的系列")
    series = town.last(mine).facts["series"]
    before = town.dump()
    with pytest.raises(InputInvalid, match="没有找到系列"):
        town.act("yiwin", theirs, "join_series", series=series)
    with pytest.raises(InputInvalid, match="已经在这个系列里"):
        town.act("jiawin", mine, "join_series", series=series)
    with pytest.raises(InputInvalid, match="只写一个"):
        town.act("jiawin", mine, "join_series")
    assert town.dump() == before
    with town.reading() as session:
        assert queries.all_series(session, town.hall(session, "yiwin").actor) == []


def test_of_the_last_two_cases_erased_at_once_the_title_of_their_series_goes_too(town):
    refs = [town.register(), town.register()]
    town.act("jiawin", refs[0], "join_series", title="同一条沟的纠纷")
    [(series,)] = town.rows("SELECT public_id FROM case_series")
    town.act("jiawin", refs[1], "join_series", series=series)
    database, now = town.instance.database, town.clock.now()
    one, other = (town.case(ref) for ref in refs)

    def erase(session, case):
        entry = CaseErasure(
            public_id=new_public_id(),
            chain=case.public_id,
            reason="purpose_done",
            requested_by="jiaarc",
            confirmed_by="jialead",
            erased_at=now,
        )
        erasure.carry_out(session, town.instance.keyring, session.merge(case), entry, now)

    def erase_other():
        with database.writing() as session:
            erase(session, other)

    second = Second(database, erase_other)
    with database.writing() as session:
        erase(session, one)
        second.begin()
    second.result()
    with town.reading() as session:
        assert [one.title for one in session.exec(select(CaseSeries))] == ["（已删除）"]
