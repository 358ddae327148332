"""督办台账: opened, handled by the responsible unit, struck off by the supervisor alone; every act in a chain of its own."""

from datetime import date, timedelta

import pytest

from mediation.audit import trail
from mediation.audit.queries import events_of
from mediation.cases.inputs import read_said
from mediation.errors import (
    CaseChanged,
    InputInvalid,
    NotFound,
    NotPermitted,
    TransitionNotAllowed,
    TransitionRefused,
)
from mediation.language import speak
from mediation.supervision import papers as unit_papers
from mediation.supervision import queries, said
from tests.supervision.desk import day, do, opened, papers, run, state, with_rules
from tests.turns import Second

DUE = "2026-03-20"


def chain(town, item):
    with town.reading() as session:
        return [(event.act, event.from_state, event.to_state) for event in events_of(session, item)]


def limited(town, **more):
    item = opened(town, **more)
    do(town, "sulead", item, "limit", due_on=DUE, explain_on="2026-03-10")
    return item


def mended(town):
    item = limited(town)
    do(town, "jialead", item, "explain", account="人手不足。")
    do(town, "jiawin", item, "report", account="已经补齐。", evidence=["补齐后的台账"])
    return item


def test_item_goes_its_way_from_entry_to_striking_off(town):
    item = opened(town, person="jialead", way="unannounced")
    assert state(town, item) == "entered"
    do(town, "sulead", item, "limit", due_on=DUE, explain_on="2026-03-10")
    do(town, "jialead", item, "explain", account="人手不足。")
    do(town, "sulead", item, "inspect", way="open", finding="还差一件。")
    do(town, "jiawin", item, "report", account="已经补齐。", evidence=["补齐后的台账"])
    do(town, "sulead", item, "incentive", incentive="praise", reason="整改及时")
    done = do(town, "sudis", item, "strike_off", opinion="核查属实。")
    assert (done.from_state, done.state, done.version) == ("mending", "struck_off", 7)
    assert chain(town, item) == [
        ("supervision.open", None, "entered"),
        ("supervision.limit", "entered", "limited"),
        ("unit_paper.printed", None, None),
        ("supervision.explain", "limited", "limited"),
        ("supervision.inspect", "limited", "limited"),
        ("supervision.report", "limited", "mending"),
        ("supervision.incentive", "mending", "mending"),
        ("supervision.strike_off", "mending", "struck_off"),
    ]
    assert papers(town) == [("supervision_letter", "printed")]
    clocks = town.rows("SELECT name, state FROM supervision_clock ORDER BY id")
    assert clocks == [("mending", "met"), ("explanation", "met")]
    assert town.instance.verify_trail().problems == []


def test_what_was_said_is_committed_to_and_lies_encrypted(town):
    item = mended(town)
    with town.reading() as session:
        entries = queries.entries(session, queries.item_by_public_id(session, item).id)
        events = {event.ordinal: event for event in events_of(session, item)}
    for entry in entries:
        event = events[entry.ordinal]
        assert event.facts["entry"] == trail.commitment("entry", entry.body["salt"], entry.body["said"])
        assert event.commitments == {}
    stored = repr(town.dump()["supervision_entry"]) + repr(town.dump()["supervision_item"])
    assert [word for word in ("人手不足", "补齐", "台账不全", "抽查") if word in stored] == []
    assert "人手不足" not in repr([event.facts for event in events.values()])


@pytest.mark.parametrize("who", ["jialead", "jiawin", "jiamed"])
@pytest.mark.parametrize("act", ["strike_off", "withdraw", "limit", "hold", "inspect", "incentive"])
def test_handler_does_nothing_that_is_the_supervisors(sqlite_town, who, act):
    town = sqlite_town
    item = mended(town)
    before = town.dump()
    words = {
        "strike_off": {"opinion": "x"},
        "withdraw": {"reason": "x"},
        "limit": {"due_on": DUE},
        "hold": {"how": "talk", "reason": "x"},
        "inspect": {"way": "open", "finding": "x"},
        "incentive": {"incentive": "praise", "reason": "x"},
    }[act]
    with pytest.raises(NotPermitted, match="您在责任单位示例甲嘎查任职"):
        do(town, who, item, act, **words)
    assert town.dump() == before


def test_who_holds_posts_in_both_does_not_strike_off(town):
    """A leader of the sumu who also has a post at the gacha, whichever post is used."""
    item = mended(town)
    with town.instance.database.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO post (person_id, code, kind, title, unit_id, full_time, duties, valid_from) "
            "SELECT person.id, 'second', 'mediator', '驻村干部', unit.id, false, '[]', '2025-01-01' "
            "FROM person, unit WHERE person.code = 'sulead' AND unit.code = 'jia-1'"
        )
        town.note_people(session)
    with pytest.raises(NotPermitted, match="任职（驻村干部），不能督办或者销号"):
        do(town, "sulead:leader", item, "strike_off", opinion="x")
    assert state(town, item) == "mending"
    do(town, "sudis", item, "strike_off", opinion="核查属实。")
    assert state(town, item) == "struck_off"


@pytest.mark.parametrize("who", ["yimed", "yiwin", "twin:registrar", "lin", "suwin", "sumed"])
def test_nobody_else_strikes_off(sqlite_town, who):
    item = mended(sqlite_town)
    with pytest.raises((NotPermitted, NotFound)):
        do(sqlite_town, who, item, "strike_off", opinion="x")
    assert state(sqlite_town, item) == "mending"


def test_mediator_of_the_case_and_the_responsible_person_do_not_strike_off(sqlite_town):
    town = sqlite_town
    ref = town.bring("accepted")
    town.act(
        "jiamed", ref, "assign", mediators=[{"person": "jiamed"}, {"person": "jiarec", "role": "recorder"}]
    )
    item = opened(town, case=ref, person="sudis")
    do(town, "sulead", item, "limit", due_on=DUE)
    do(town, "jialead", item, "report", account="好了。")
    with pytest.raises(NotPermitted, match="您是这一项的责任人"):
        do(town, "sudis", item, "strike_off", opinion="x")
    do(town, "sulead", item, "strike_off", opinion="x")
    assert [event.act for event in town.events(ref)].count("supervision.opened") == 1


def test_supervisor_does_not_report_for_the_unit(sqlite_town):
    item = limited(sqlite_town)
    for act, words in (("report", {"account": "x"}), ("explain", {"account": "x"})):
        with pytest.raises(NotPermitted, match="由责任单位示例甲嘎查办理"):
            do(sqlite_town, "sulead", item, act, **words)


def test_striking_off_without_mending_and_explanation_tells_both(sqlite_town):
    town = sqlite_town
    item = limited(town)
    with pytest.raises(TransitionNotAllowed, match="不能办理“销号”；可以办理：限期、书面说明、报整改"):
        do(town, "sulead", item, "strike_off", opinion="x")
    with pytest.raises(TransitionNotAllowed) as out_of_turn:
        do(town, "sulead", item, "strike_off", opinion=1, colour="blue")
    assert {problem.key for problem in out_of_turn.value.problems} == {"opinion", "colour"}
    do(town, "sulead", item, "hold", how="circular", person="jialead", reason="逾期不改")
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        do(town, "sulead", item, "strike_off", opinion="x")
    assert [reason.guard for reason in refused.value.reasons] == [
        "supervision.mended",
        "supervision.explained",
    ]
    assert town.dump() == before
    do(town, "jialead", item, "explain", account="x")
    do(town, "jialead", item, "report", account="x")
    assert state(town, item) == "accountability"
    do(town, "sulead", item, "strike_off", opinion="x")
    assert state(town, item) == "struck_off"


def test_step_that_raises_an_item_in_accountability_wants_mending_and_explanation_anew(town):
    town.register()
    run(town, day(3, 11))
    [row] = town.instance.supervision.items("sulead")
    item = row.id
    do(town, "jialead", item, "explain", account="人手不足。")
    do(town, "jialead", item, "report", account="已经办了。")
    do(town, "sulead", item, "hold", how="talk", person="jialead", reason="逾期不改")
    assert run(town, day(3, 25)) == [("state:registered", "listed")]
    assert state(town, item) == "accountability"
    before = town.dump()
    with pytest.raises(TransitionRefused) as refused:
        do(town, "sulead", item, "strike_off", opinion="x")
    assert [reason.guard for reason in refused.value.reasons] == [
        "supervision.mended",
        "supervision.explained",
    ]
    assert town.dump() == before
    do(town, "jialead", item, "explain", account="还是人手不足。")
    do(town, "jialead", item, "report", account="这回办了。")
    do(town, "sulead", item, "strike_off", opinion="x")
    assert state(town, item) == "struck_off"


def test_limit_that_asks_for_no_new_explanation_leaves_the_one_given(sqlite_town):
    town = sqlite_town
    item = mended(town)
    town.clock.put(day(3, 9))
    do(town, "sulead", item, "limit", due_on="2026-03-30")
    do(town, "sulead", item, "hold", how="talk", person="jialead", reason="退回不改")
    with pytest.raises(TransitionRefused) as refused:
        do(town, "sulead", item, "strike_off", opinion="x")
    assert [reason.guard for reason in refused.value.reasons] == ["supervision.mended"]
    do(town, "jiawin", item, "report", account="又补了。")
    do(town, "sulead", item, "strike_off", opinion="x")
    assert state(town, item) == "struck_off"


def test_numbers_are_gapless_by_unit_and_year_and_a_refusal_takes_none(town):
    first, second = limited(town), limited(town)
    third = opened(town)
    with pytest.raises(InputInvalid):
        do(town, "sulead", third, "limit", due_on="2026-01-01")
    do(town, "sulead", third, "limit", due_on=DUE)
    do(town, "sulead", third, "limit", due_on="2026-03-25")  # put off: no second letter
    town.clock.put(day(1, 5, 9) + timedelta(days=365))
    fourth = opened(town)
    do(town, "sulead", fourth, "limit", due_on="2027-02-01")
    rows = town.rows("SELECT text, year, ordinal FROM supervision_number ORDER BY id")
    assert rows == [
        ("示例苏木督〔2026〕1号", 2026, 1),
        ("示例苏木督〔2026〕2号", 2026, 2),
        ("示例苏木督〔2026〕3号", 2026, 3),
        ("示例苏木督〔2027〕1号", 2027, 1),
    ]
    assert len({first, second, third, fourth}) == 4
    assert town.instance.supervision.item("sulead", "示例苏木督〔2026〕3号").row.id == third


def test_clock_of_an_item_runs_out_once_and_the_supervisor_is_told(town):
    item = limited(town)
    town.clock.put(day(3, 11))
    found = town.instance.run_deadlines().supervised
    assert found.ran_out == ["示例苏木督〔2026〕1号（书面说明）"]
    assert town.instance.run_deadlines().supervised.ran_out == []
    assert chain(town, item)[-1] == ("supervision.clock_missed", "limited", "limited")
    do(town, "jialead", item, "explain", account="迟了。")
    assert town.rows("SELECT name, state FROM supervision_clock ORDER BY id") == [
        ("mending", "running"),
        ("explanation", "missed"),
    ]


def test_entries_are_told_in_words(sqlite_town):
    town = sqlite_town
    item = limited(town)
    town.clock.put(day(3, 11))
    town.instance.run_deadlines()
    do(town, "sulead", item, "inspect", way="unannounced", finding="没有办")
    do(town, "sulead", item, "hold", how="talk", person="jialead", reason="拖着不办")
    do(town, "sulead", item, "incentive", incentive="minus_points", reason="拖着不办")
    entries = town.instance.supervision.item("sulead", item).entries
    assert [(one["act"], one["words"]) for one in entries if one["act"] not in {"open", "limit"}] == [
        ("clock_missed", ["书面说明"]),
        ("inspect", ["暗访", "没有办"]),
        ("hold", ["约谈", "包长", "拖着不办"]),
        ("incentive", ["考核扣分", "拖着不办"]),
    ]
    [limit] = [one["words"] for one in entries if one["act"] == "limit"]
    assert limit == ["期限至2026年3月20日", "书面说明至2026年3月10日"]


def test_warning_is_answered_the_same_day_with_leader_and_measures(town):
    item = opened(town, kind="warning", colour="red")
    page = town.instance.supervision.item("sulead", item)
    assert (page.row.kind_title, page.row.state) == ("红色预警", "limited")
    assert [(clock["name"], clock["due_at"]) for clock in page.clocks] == [("answer", day(3, 3))]
    [why] = [clock["why"] for clock in page.clocks]
    assert len(why) == len(set(why))
    assert why[0] == "期限：当日（依据：本地的督办规则）"
    assert why[1] == "自下达答复期限之日起（2026年3月2日）"
    assert [step for step in why if step.startswith("截止于")] == ["截止于2026年3月2日24时"]
    assert why[-1].startswith("2026年：国务院办公厅")
    speak("en")
    try:
        [english] = [clock["why"] for clock in town.instance.supervision.item("sulead", item).clocks]
        assert sum(step.startswith("Due ") for step in english) == 1
        assert english[1].startswith("from the setting of the limit for ")
    finally:
        speak("")
    with pytest.raises(InputInvalid, match="包案领导"):
        do(town, "jialead", item, "answer", situation="稳定", measures="已经上门")
    do(town, "jialead", item, "answer", situation="稳定", measures="已经上门", leader="jialead")
    do(town, "sulead", item, "strike_off", opinion="x")
    assert state(town, item) == "struck_off"


def test_transfer_has_a_letter_and_number_of_its_own(town):
    item = opened(town, kind="transfer", subject="清理排水沟", problem="有群众反映沟堵了。")
    assert papers(town) == [("transfer_letter", "printed")]
    row = town.instance.supervision.item("jialead", item).row
    assert (row.number, row.kind_title, row.state) == ("示例苏木转〔2026〕1号", "转办", "limited")
    assert row.due_at == day(3, 24)  # fifteen working days


def test_letter_about_what_no_font_can_write_is_printed(town):
    opened(town, subject="𠮷沟淤塞", due_on="2026-03-12")
    assert papers(town) == [("supervision_letter", "printed")]


def test_register_is_seen_by_the_units_concerned_and_above(town):
    item = limited(town)
    for who, sees in (
        ("sulead", True),
        ("jialead", True),
        ("jiaarc", True),
        ("twin:registrar", True),
        ("yimed", False),
        ("grid", False),
        ("lin", False),
    ):
        assert [row.id for row in town.instance.supervision.items(who)] == ([item] if sees else []), who
        if not sees:
            with pytest.raises(NotFound):
                town.instance.supervision.item(who, item)


@pytest.mark.parametrize(
    ("who", "unit", "match"),
    [
        ("jialead", "yi", "不归您所在的单位督办"),
        ("jialead", "su", "不归您所在的单位督办"),
        ("sulead", "su", "不归您所在的单位督办"),
        ("suwin", "jia", "您的岗位不办理督办"),
    ],
)
def test_only_a_supervising_unit_opens(sqlite_town, who, unit, match):
    for wrong in ({}, {"person": "nobody", "due_on": "2026-01-01"}):
        with pytest.raises(NotPermitted, match=match):
            opened(sqlite_town, who, unit=unit, **wrong)


def test_unit_that_the_site_names_supervises_and_the_one_above_still_may(town):
    with_rules(
        town,
        supervisors={
            "posts": ["unit_leader", "dispatcher", "officer"],
            "units": [{"unit": "jia", "by": "su-pai"}],
        },
    )
    item = opened(town, "lin")
    assert town.instance.supervision.item("lin", item).row.supervisor == "示例苏木派出所"
    assert opened(town, "sulead")
    with pytest.raises(NotPermitted, match="由示例苏木派出所的"):
        do(town, "sulead", item, "limit", due_on=DUE)


@pytest.mark.parametrize(
    ("words", "keys"),
    [
        ({}, ["problem", "subject", "unit"]),
        (
            {"unit": "jia", "subject": "x", "problem": "", "way": "dream", "more": 1},
            ["more", "problem", "way"],
        ),
    ],
)
def test_words_that_are_wrong_are_told_all_at_once(words, keys):
    with pytest.raises(InputInvalid) as told:
        read_said(said.OpenItem, words)
    assert sorted(one.key for one in told.value.problems) == keys


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"unit": "nowhere"}, "unit"),
        ({"kind": "warning"}, "colour"),
        ({"colour": "red"}, "colour"),
        ({"due_on": "2026-01-01"}, "due_on"),
    ],
)
def test_opening_that_makes_no_sense_writes_nothing(sqlite_town, changed, key):
    before = sqlite_town.dump()
    with pytest.raises(InputInvalid) as told:
        opened(sqlite_town, **changed)
    assert [one.key for one in told.value.problems] == [key]
    assert sqlite_town.dump() == before


def test_opening_tells_all_that_is_wrong_whether_it_can_be_read_or_not(sqlite_town):
    before = sqlite_town.dump()
    wrong = {"unit": "nowhere", "person": "nobody", "case": "none", "due_on": "2026-01-01", "more": 1}
    for kind, keys in (("warning", ["colour"]), ("dream", ["kind"])):
        with pytest.raises(InputInvalid) as told:
            opened(sqlite_town, kind=kind, **wrong)
        assert sorted(one.key for one in told.value.problems) == sorted(
            ["case", "due_on", "more", "person", "unit", *keys]
        )
    assert sqlite_town.dump() == before


@pytest.mark.parametrize(
    ("who", "act", "words", "keys"),
    [
        ("sulead", "limit", {"due_on": "2026-01-01", "explain_on": "2026-01-02"}, ["due_on", "explain_on"]),
        ("sulead", "limit", {"due_on": "soon", "explain_on": "2026-01-02"}, ["due_on", "explain_on"]),
        ("sulead", "hold", {"how": "dream", "person": "nobody"}, ["how", "person", "reason"]),
        ("sulead", "incentive", {"incentive": "dream", "more": 1}, ["incentive", "more", "reason"]),
    ],
)
def test_an_act_tells_all_that_is_wrong_and_starts_no_clock(sqlite_town, who, act, words, keys):
    item = limited(sqlite_town)
    before = sqlite_town.dump()
    with pytest.raises(InputInvalid) as told:
        do(sqlite_town, who, item, act, **words)
    assert sorted(one.key for one in told.value.problems) == keys
    assert sqlite_town.dump() == before


def test_an_answer_tells_all_that_is_wrong(sqlite_town):
    item = opened(sqlite_town, kind="warning", colour="red")
    for leader, key in (({}, "leader"), ({"leader": "nobody"}, "leader")):
        with pytest.raises(InputInvalid) as told:
            do(sqlite_town, "jialead", item, "answer", situation="稳定", **leader)
        assert sorted(one.key for one in told.value.problems) == [key, "measures"]


def test_two_acts_at_once_one_wins(sqlite_town):
    item = limited(sqlite_town)
    version = sqlite_town.instance.supervision.item("sulead", item).row.version
    do(sqlite_town, "jialead", item, "explain", account="x")
    with pytest.raises(CaseChanged, match="这一项督办"):
        sqlite_town.instance.supervision.do("sulead", item, "limit", {"due_on": DUE}, version)


def test_red_card_opens_an_item_and_a_listing_raises_it(town):
    ref = town.register()
    run(town, day(3, 11))
    [row] = town.instance.supervision.items("sulead")
    assert (row.state, row.unit, row.supervisor, row.way, row.number) == (
        "limited",
        "示例甲嘎查",
        "示例苏木",
        "系统督办",
        "示例苏木督〔2026〕1号",
    )
    assert row.case == town.case(ref).temporary_number
    run(town, day(3, 25))
    [again] = town.instance.supervision.items("sulead")
    assert (again.id, again.number, again.due_at > row.due_at) == (row.id, row.number, True)
    page = town.instance.supervision.item("jialead", row.id)
    assert [entry["act"] for entry in page.entries][:2] == ["open", "limit"]
    assert {act["act"]: act["permitted"] for act in page.acts} == {
        "limit": False,
        "explain": True,
        "report": True,
        "inspect": False,
        "hold": False,
        "incentive": False,
        "withdraw": False,
    }


def test_sheet_of_the_register_has_the_offices_headings_and_no_formula(sqlite_town):
    from mediation.supervision.pages import HEADINGS, as_csv

    town = sqlite_town
    opened(town, subject="=cmd|x", due_on=DUE)
    lines = as_csv(town.instance.supervision.items("sulead")).splitlines()
    assert lines[0] == ",".join(HEADINGS)
    assert "'=cmd|x" in lines[1]
    assert date.fromisoformat(lines[1].split(",")[3]) == date(2026, 3, 2)


def test_two_first_limits_at_once_send_one_letter(town):
    item = opened(town)
    supervision, words = town.instance.supervision, {"due_on": DUE}
    second = Second(town.instance.database, lambda: supervision.do("sudis", item, "limit", words, 1))
    done = supervision.do("sulead", item, "limit", words, remember=second.begin)
    with pytest.raises(CaseChanged, match="这一项督办"):
        second.result()
    assert done.number == "示例苏木督〔2026〕1号"
    assert (papers(town), chain(town, item)[-1][0]) == (
        [("supervision_letter", "printed")],
        "unit_paper.printed",
    )


def test_letter_that_is_printed_meanwhile_stands_in_nobodys_way(town, monkeypatch):
    item = opened(town)
    words = {"account": "人手不足。"}
    second = Second(
        town.instance.database, lambda: town.instance.supervision.do("jialead", item, "explain", words)
    )
    entered = unit_papers.record

    def entering(*given):
        found = entered(*given)
        second.begin()
        return found

    monkeypatch.setattr(unit_papers, "record", entering)
    do(town, "sulead", item, "limit", due_on=DUE, explain_on="2026-03-10")
    assert second.result().act == "explain"
    assert [act for act, _from, _to in chain(town, item)][2:] == [
        "unit_paper.printed",
        "supervision.explain",
    ]
