"""一周四个一: once for a unit and a week, by numbers alone, one focus, one ahead, one behind."""

from datetime import date

import pytest

from mediation.clock import local_moment
from mediation.deadlines.year_files import read_calendar
from mediation.errors import InputInvalid, NotFound, NotPermitted
from mediation.people.queries import actor_from_text
from mediation.sites.supervision import WeekDaySaid
from mediation.supervision import queries, weeks
from tests.documents.papers import text_of
from tests.supervision.desk import day, do, opened, papers, state, with_rules

CALENDAR = read_calendar()
FORMS = ["weekly_reminder", "dispatch_list", "weekly_summary", "weekly_bulletin"]


def week(town, who="sulead", unit="su", **more):
    return town.instance.supervision.week(who, unit, **more)


def sheets(town):
    """Form → the week as its paper has it."""
    with town.reading() as session:
        found = {}
        for form, public_id in town.rows("SELECT form, public_id FROM unit_paper"):
            found[form] = queries.paper(session, public_id).snapshot
        return found


def test_four_papers_are_made_once(town):
    first = week(town)
    assert [(paper.form, paper.state) for paper in first.papers] == [(form, "printed") for form in FORMS]
    digests = [paper.sha256 for paper in first.papers]
    town.register()
    again = week(town, of=date(2026, 3, 8))
    assert [paper.sha256 for paper in again.papers] == digests
    assert len(papers(town)) == 4
    assert town.instance.verify_trail().problems == []


def test_papers_name_no_party_and_no_title(town):
    ref = town.register(title="甲某与乙某排水纠纷")
    town.clock.put(day(3, 5, 9))
    town.instance.run_deadlines()
    week(town)
    told = repr({form: sheet["week"] for form, sheet in sheets(town).items() if sheet["week"]})
    assert town.case(ref).temporary_number in told
    assert [word for word in ("甲某", "乙某", "排水", "倒灌") if word in told] == []


def test_reminder_and_dispatch_list_tell_what_is_due_and_late(town):
    late, soon = town.register(), town.register("suwin")
    town.clock.put(day(3, 4, 9))
    town.instance.run_deadlines()
    town.act("suwin", soon, "triage", tier="ordinary")
    week(town)
    found = sheets(town)
    reminder, listed = found["weekly_reminder"]["week"], found["dispatch_list"]["week"]
    numbers = {ref: town.case(ref).temporary_number for ref in (late, soon)}
    assert [(one["number"], one["late"], one["step"]) for one in reminder["cases"]] == [
        (numbers[late], True, "催办"),
        (numbers[soon], False, "催办"),
    ]
    assert [one["number"] for one in listed["cases"]] == [numbers[late]]
    assert (reminder["first"], reminder["last"], reminder["number"]) == ("2026-03-02", "2026-03-08", 10)


def test_what_was_reported_in_time_is_not_late_while_it_waits_to_be_looked_at(town):
    answered, waiting = (opened(town, kind="warning", colour="red") for _ in range(2))
    do(town, "jialead", answered, "answer", situation="稳定", measures="已经上门", leader="jialead")
    town.clock.put(day(3, 4, 9))
    week(town)
    listed = sheets(town)["dispatch_list"]["week"]["items"]
    told = {"mending": ("已报整改待核查", False), "limited": ("限期整改", True)}
    assert [(one["state"], one["late"]) for one in listed] == [
        told[state(town, item)] for item in (answered, waiting)
    ]
    with town.reading() as session:
        supervisor = actor_from_text(session, "sulead", date(2026, 3, 4))
        assert [row[1:] for row in queries.open_by_unit(session, supervisor, town.clock.now())] == [(2, 1)]


def test_bulletin_has_one_focus_one_ahead_and_one_behind(town):
    town.register("jiawin")
    ahead = town.register("yiwin", governance_category="0201")
    town.act("yiwin", ahead, "triage", tier="ordinary")
    town.act("yiwin", ahead, "keep")
    town.act("yiwin", ahead, "accept")
    town.act("yimed", ahead, "assign", mediators=[{"person": "yimed"}])
    town.act("yimed", ahead, "record_session", **town.session("agreed"))
    with town.instance.database.writing() as session:  # settled, as its own story would have it
        session.connection().exec_driver_sql(
            f"UPDATE dispute SET outcome = 'agreed_oral', ended_at = received_at WHERE public_id = '{ahead}'"  # noqa: S608
        )
    town.clock.put(day(3, 5, 9))
    town.instance.run_deadlines()
    week(town)
    bulletin = sheets(town)["weekly_bulletin"]["week"]
    assert (bulletin["ahead"], bulletin["behind"]) == ("示例乙嘎查", "示例甲嘎查")
    assert bulletin["behind_for"] == "红色督办0件，黄色警示1件，现有逾期1件"
    assert bulletin["focus"].startswith("邻里纠纷本周新登记2件")
    assert bulletin["total"]["received"] == 2


def test_summary_counts_what_is_late_at_the_unit_itself_as_the_dispatch_list_does(town):
    late = [town.register("suwin"), town.register("jiawin")]
    town.clock.put(day(3, 5, 9))
    town.instance.run_deadlines()
    week(town)
    found = sheets(town)
    listed, summary = found["dispatch_list"]["week"], found["weekly_summary"]["week"]
    assert sorted(one["number"] for one in listed["cases"]) == sorted(
        town.case(ref).temporary_number for ref in late
    )
    assert {one["unit"]: one["overdue"] for one in summary["units"]} == {
        "示例甲嘎查": 1,
        "示例乙嘎查": 0,
        "示例苏木本级": 1,
    }
    assert (summary["total"]["overdue"], summary["total"]["due"]) == (2, 2)


def test_week_of_a_unit_that_supervises_others_beside_it_tells_of_them_too(sqlite_town):
    town = sqlite_town
    over = {"posts": ["unit_leader"], "units": [{"unit": "yi", "by": "jia"}, {"unit": "yi-1", "by": "jia"}]}
    with_rules(town, supervisors=over)
    ref = town.register("yiwin")
    town.clock.put(day(3, 5, 9))
    town.instance.run_deadlines()
    week(town, "jialead", "jia")
    found = sheets(town)
    listed, bulletin = found["dispatch_list"]["week"], found["weekly_bulletin"]["week"]
    assert [one["number"] for one in listed["cases"]] == [town.case(ref).temporary_number]
    assert [(one["unit"], one["received"], one["overdue"]) for one in bulletin["units"]] == [
        ("示例甲一浩特", 0, 0),
        ("示例甲二浩特", 0, 0),
        ("示例乙嘎查", 1, 1),
        ("示例甲嘎查本级", 0, 0),
    ]
    assert (bulletin["behind"], bulletin["total"]["overdue"]) == ("示例乙嘎查", 1)


def test_a_list_that_has_no_room_for_all_items_says_how_many_more_there_are(sqlite_town, monkeypatch):
    town = sqlite_town
    for subject in ("甲", "乙", "丙"):
        opened(town, subject=subject)
    monkeypatch.setattr(weeks, "_MOST", 2)
    week(town)
    found = sheets(town)
    for form in ("dispatch_list", "weekly_summary"):
        assert (len(found[form]["week"]["items"]), found[form]["week"]["more_items"]) == (2, 1)
    assert found["weekly_summary"]["week"]["total"]["items"] == 3
    assert [found[form]["week"]["more_items"] for form in ("weekly_reminder", "weekly_bulletin")] == [0, 0]


def test_focus_that_somebody_names_is_the_focus(town):
    week(town, focus="汛期排水沟排查")
    assert sheets(town)["weekly_bulletin"]["week"]["focus"] == "汛期排水沟排查"


@pytest.mark.parametrize("character", ["\x07", "\ue000"])
def test_focus_that_no_paper_can_show_is_refused_before_the_week_begins(town, character):
    with pytest.raises(InputInvalid) as refused:
        week(town, focus=f"汛期{character}排查")
    [problem] = refused.value.problems
    assert (problem.key, f"第3个字符 U+{ord(character):04X}" in problem.message) == ("focus", True)
    assert town.rows("SELECT count(*) FROM supervision_week") == [(0,)]


def test_character_of_no_font_keeps_no_paper_of_a_week_from_being_made(town, tmp_path):
    made = week(town, focus="𠮷沟防汛，𠮷沟清淤")
    assert ([paper.state for paper in made.papers], made.left) == (["printed"] * 4, [])
    bulletin = sheets(town)["weekly_bulletin"]
    assert bulletin["week"]["focus"] == "𠮷沟防汛，𠮷沟清淤"
    assert bulletin["remarks"] == ["用字说明：“𠮷”字以“〓”代替"]
    printed = text_of(town.instance.supervision.paper("sulead", made.papers[3].id), tmp_path)
    assert ("〓沟防汛，〓沟清淤" in printed, "“U+20BB7”字以“〓”代替" in printed) == (True, True)
    assert sheets(town)["weekly_reminder"]["remarks"] == []


def test_daily_round_makes_the_weeks_of_the_units_named_at_their_hours(town):
    rules = {
        "units": ["su"],
        "reminder": {"title": "提醒", "day": 1, "at": "09:00"},
        "dispatch": {"title": "调度", "day": 3, "at": "09:00"},
        "summary": {"title": "小结", "day": 5, "at": "16:00"},
        "bulletin": {"title": "通报", "day": 7, "at": "17:00"},
    }
    with_rules(town, week=rules)
    for moment, count in ((day(3, 2, 8), 0), (day(3, 2, 9), 1), (day(3, 4, 9), 2), (day(3, 6, 15), 2)):
        town.clock.put(moment)
        town.instance.run_deadlines()
        assert len(papers(town)) == count
    town.clock.put(day(3, 6, 17))  # Sunday is no workday: the bulletin comes on Friday
    town.instance.run_deadlines()
    town.instance.run_deadlines()
    assert [form for form, _state in papers(town)] == FORMS


@pytest.mark.parametrize(
    ("monday", "wanted", "moved"),
    [
        (
            date(2026, 2, 16),
            1,
            date(2026, 2, 16),
        ),  # Spring Festival fills the week until Sunday: no workday at all
        (date(2026, 5, 4), 1, date(2026, 5, 6)),  # Labour Day: Wednesday is the first workday
        (date(2026, 9, 28), 5, date(2026, 9, 30)),  # National Day begins on Thursday
    ],
)
def test_paper_whose_day_is_a_holiday_is_made_on_the_nearest_workday(monday, wanted, moved):
    said = WeekDaySaid.model_validate({"title": "x", "day": wanted, "at": "09:30"})
    assert weeks.moment_of(said, monday, CALENDAR) == local_moment(moved, 9, 30)


def test_week_of_another_unit_and_of_a_time_to_come_is_refused(sqlite_town):
    before = sqlite_town.dump()
    with pytest.raises(NotPermitted, match="示例苏木的一周文书"):
        week(sqlite_town, "jialead")
    with pytest.raises(NotPermitted):
        week(sqlite_town, "suwin")
    with pytest.raises(NotFound):
        week(sqlite_town, unit="sea")
    with pytest.raises(InputInvalid, match="还没有开始"):
        week(sqlite_town, of=date(2026, 4, 1))
    assert sqlite_town.dump() == before
