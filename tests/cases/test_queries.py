"""The one scope: list, search, worklist, page and paper see the same cases, and no others."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from mediation.cases import paperwork, queries
from mediation.errors import InputInvalid, NotFound
from tests.town import Town, party

WHO = ("jiamed", "jiamed2", "jialead")
SECRET = "绝不能让对方知道的底线是三万"


def seen(town: Town, who: str) -> set[str]:
    """All that the actor finds by any way there is."""
    listed = {row.id for row in town.instance.cases(who)}
    found = {row.id for row in town.instance.cases(who, words="纠纷")}
    waiting = {row.id for row in town.instance.cases(who, waiting=True)}
    assert found == listed
    assert waiting <= listed
    return listed


def test_each_sees_what_their_unit_has_to_do_with(town):
    jia, yi, camp, camp2 = (
        town.register(who, title="某某纠纷") for who in ("jiawin", "yiwin", "grid", "grid2")
    )
    everything = {jia, yi, camp, camp2}
    for who in ("jiawin", "jiamed", "jialead", "jiaarc"):
        assert seen(town, who) == {jia, camp, camp2}
    for who in ("yiwin", "yimed"):
        assert seen(town, who) == {yi}
    for who in ("sudis", "sulead", "twin:registrar"):
        assert seen(town, who) == everything
    assert {who: seen(town, who) for who in ("grid", "hua", "grid2", "hong", "lin")} == {
        "grid": {camp},
        "hua": {camp},
        "grid2": {camp2},
        "hong": {jia, camp2},  # a household leader at jia who covers the second camp
        "lin": set(),
    }


def test_case_is_searched_by_its_number_as_it_comes_to_hand(town):
    ref = town.bring("accepted", title="张王两家排水纠纷")
    town.bring("accepted")
    case = town.case(ref)
    assert case.number == "〔2026〕示例甲人调字第1号"

    def found(words: str, who: str = "jiamed") -> list[str]:
        return [row.id for row in town.instance.cases(who, words=words)]

    for words in (
        case.number, "[2026]示例甲人调字第1号", "（2026） 示例甲人调字第1号", "2026示例甲人调字第1号", "〔2026〕示例甲人调字第1",
        "示例甲人调字第1号", f"{case.number}-2", "人调字第1号", "第1号", "1号", case.temporary_number, case.temporary_number.lower(),
        case.temporary_number[2:], f" {case.temporary_number[2:].lower()} ", f"临-{case.temporary_number[2:].lower()}",
    ):  # fmt: skip
        assert found(words) == [ref], words
        assert found(words, "yimed") == [], words
    assert found("示例甲人调字第9号") == []
    assert found("〔2025〕示例甲人调字第1号") == []
    assert found("示例甲人调字第1号", "sudis") == [ref]  # its own committee counts by itself
    assert found("第1号", "sudis") == []
    assert found("排水") != []
    town.clock.advance(timedelta(days=400))
    assert found("第1号") == [ref]  # of last year


def test_other_villages_find_nothing_by_number_id_search_or_paper(town):
    ref = town.bring("signing", title="张王两家排水纠纷")
    case = town.case(ref)
    for name in (ref, case.number, case.temporary_number):
        assert town.instance.case("jiamed", name).row.id == ref
        for who in ("yimed", "grid2", "lin"):
            with pytest.raises(NotFound) as refused:
                town.instance.case(who, name)
            assert str(refused.value) == f"没有找到 {name}，或者不在您的查看范围内。"
            for ask in (town.instance.paper, town.instance.missing, town.instance.issue):
                with pytest.raises(NotFound):
                    ask(who, name, "agreement")
    with pytest.raises(NotFound) as unknown:
        town.instance.case("yimed", "〔2026〕示例甲人调字第9号")
    assert str(unknown.value) == "没有找到 〔2026〕示例甲人调字第9号，或者不在您的查看范围内。"
    assert town.instance.cases("yimed", words="排水") == []
    assert town.instance.cases("yimed", words="乙某") == []


def test_unit_that_is_asked_sees_the_case_until_it_sends_it_back(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    assert seen(town, "yimed") == {ref}
    town.act("yiwin", ref, "send_back", reason="不收")
    assert seen(town, "yimed") == set()


def test_former_holder_goes_on_seeing_the_case(town):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "dispatch", to="yi")
    town.act("yiwin", ref, "acknowledge")
    assert seen(town, "jiamed") == {ref}


def test_mediator_from_elsewhere_sees_the_case_while_on_it(town):
    """A member of a village's committee helps the township: no case of the village, but one to see while on it."""
    ref = town.register("suwin")
    for trigger, words in (("triage", {"tier": "ordinary"}), ("keep", {}), ("accept", {})):
        town.act("suwin", ref, trigger, **words)
    town.act("sumed", ref, "assign", mediators=[{"person": "yimed"}])
    assert (seen(town, "yimed"), seen(town, "yimed2")) == ({ref}, set())
    town.act("sulead", ref, "replace_mediator", reason="回避", mediators=[{"person": "sumed"}])
    assert seen(town, "yimed") == set()
    with pytest.raises(NotFound):
        town.act("yimed", ref, "record_session", **town.session())


def test_private_notes_are_for_the_mediators_only(town):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "note_privately", party=1, body=SECRET)
    assert [note["body"] for note in town.instance.case("jiamed", ref).private_notes] == [SECRET]
    for who in ("jiarec", "jiawin", "jiamed2", "jialead", "sudis", "sulead", "twin:registrar", "jiaarc"):
        assert SECRET not in repr(town.instance.case(who, ref)), who
        assert SECRET not in repr(town.instance.cases(who)), who
    with pytest.raises(NotFound):
        town.instance.case("yimed", ref)


def test_note_for_oneself_is_seen_by_no_other_mediator(town):
    ref = town.bring("preparing")
    both = [{"person": "jiamed"}, {"person": "jiamed2", "role": "mediator"}]
    town.act("jialead", ref, "replace_mediator", reason="两人调解", mediators=both)
    town.act("jiamed", ref, "record_session", **town.session())
    town.act("jiamed", ref, "note_privately", party=1, body=SECRET, only_me=True)
    town.act("jiamed", ref, "note_privately", party=1, body="两人都看", only_me=False)
    seen = {who: [note["body"] for note in town.instance.case(who, ref).private_notes] for who in WHO}
    assert seen == {"jiamed": [SECRET, "两人都看"], "jiamed2": ["两人都看"], "jialead": []}
    assert SECRET not in repr(town.instance.case("jiamed2", ref))
    assert town.instance.cases("jiamed2", words=SECRET[:4]) == []


def test_private_notes_are_in_no_snapshot_export_or_file(town):
    ref = town.bring("agreed")
    town.act("jiamed", ref, "note_privately", party=1, body=SECRET)
    with town.reading() as session:
        hall = town.hall(session)
        for form in hall.office.forms:
            assert SECRET not in paperwork.prepare(hall, town.case(ref), form).snapshot.model_dump_json()
    lines: list[str] = []
    town.instance.export_trail(lines.extend)
    assert lines
    assert SECRET not in "".join(lines)
    assert SECRET not in repr(town.dump())


def test_search_wants_two_characters_of_each_word(town):
    ref = town.register(
        title="牧道占用纠纷", parties=[party(name="乌云"), party("respondent", 2, name="巴特尔")]
    )
    assert [row.id for row in town.instance.cases("jiawin", words="牧道 巴特")] == [ref]
    assert town.instance.cases("jiawin", words="牧道 乌兰") == []
    for words in ("牧", "牧道 乌"):
        with pytest.raises(InputInvalid, match="请至少输入两个相连的字"):
            town.instance.cases("jiawin", words=words)


def test_list_goes_on_where_it_ended(town):
    refs = [town.register() for _case in range(5)]
    first = town.instance.cases("jiawin", most=2)
    rest = town.instance.cases("jiawin", most=9, before=(first[-1].id, None))
    assert [row.id for row in [*first, *rest]] == refs[::-1]
    waiting = town.instance.cases("jiawin", waiting=True, most=2)
    more = town.instance.cases("jiawin", waiting=True, before=(waiting[-1].id, waiting[-1].due_at))
    assert [row.id for row in [*waiting, *more]] == refs


def test_one_case_is_found_by_indexes_not_by_reading_every_case(town):
    ref = town.bring("accepted")
    number = town.case(ref).number
    with town.reading() as session:
        actor = town.hall(session).actor
        for name in (ref, number, town.case(ref).temporary_number):
            assert queries.find_case(session, actor, name).public_id == ref
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL enable_seqscan = off"))  # as if there were many cases
        statement = queries.naming(actor).params(ref=ref)
        written = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
        plan = [str(row[-1]) for row in connection.execute(text(f"{explain} {written}"))]
    assert [step for step in plan if "SCAN dispute" in step or "Seq Scan on dispute" in step] == []
