"""A running instance is brought to its site's files whole or not at all, and its cases with it; on each store."""

import json
from datetime import date, timedelta

import pytest

from mediation.audit import queries as trail
from mediation.cases import queries
from mediation.cases.board import page as board
from mediation.cases.renewal import queries as renewal
from mediation.cases.workspace import standing
from mediation.cli import run
from mediation.errors import InputInvalid, NotPermitted, SiteError
from mediation.founding import upgrade_instance
from mediation.migrating import migrate_cases
from mediation.renewing import apply_to_instance
from mediation.workflow.migration import Plan
from tests.cases.desk import ask, book, notices, number
from tests.cases.ownership.words import HEARD, contested, place, rule
from tests.cases.routing.routes import with_routing
from tests.cases.test_outcomes import settled
from tests.notices.conftest import delivered
from tests.test_founding import copy_simple
from tests.town import (
    COMMITTEES,
    MORNING,
    PEOPLE,
    RESPONSIBILITIES,
    SITE,
    UNITS,
    environment,
    pay,
    postgresql_founded,
    sqlite_founded,
    town,
    write_site,
)

__all__ = ["postgresql_founded", "sqlite_founded", "town"]

MERGED_UNITS = UNITS.replace(
    "jia,示例甲嘎查,,嘎查,su,590121200201,,,2024-01-01,,",
    "jia,示例甲嘎查,,嘎查,su,590121200201,,,2024-01-01,2026-03-02,yi",
).replace(",浩特,jia,", ",浩特,yi,")
MERGED_PEOPLE = PEOPLE.replace(",jia,", ",yi,")
MERGED_COMMITTEES = COMMITTEES.replace(
    "unit: jia, term_from: 2025-01-01, term_to: 2027-12-31",
    "unit: jia, term_from: 2025-01-01, term_to: 2026-03-02",
)
YILEAD = (
    next(line for line in PEOPLE.splitlines(keepends=True) if line.startswith("jialead,"))
    .replace("jialead,包长", "yilead,乙长")
    .replace(",jia,", ",yi,")
)
"""A leader of the unit that stands; the town has none."""
MERGED = {"units": MERGED_UNITS, "people": MERGED_PEOPLE, "committees": MERGED_COMMITTEES}


@pytest.fixture
def apply(town, tmp_path):
    """Write the town's site with changes, and apply it."""
    town.instance.site_folder = town.instance.settings.data / "site"
    count = iter(range(99))

    def _apply(since=None, dry_run=False, spoil=None, **changed):
        folder = write_site(tmp_path / f"site-{next(count)}", **changed)
        if spoil:
            spoil(folder)
        town.instance.database.close()
        settings, clock = town.instance.settings, town.clock
        return apply_to_instance(settings, folder, since=since, dry_run=dry_run, clock=clock)

    return _apply


def told(renewed):
    return [str(change) for change in renewed.changes]


def site_events(town):
    with town.reading() as session:
        return [event.act for event in trail.events_of(session, "instance")]


def test_the_same_files_twice_change_nothing(town, apply):
    before = town.dump()
    renewed = apply()
    assert (told(renewed), renewed.relocated, renewed.event) == ([], [], None)
    assert town.dump() == before


def test_unit_that_alone_changed_is_known_with_the_next_question(town, apply):
    town.register()
    [row] = town.instance.cases("jiawin")
    renewed = apply(units=UNITS.replace("jia,示例甲嘎查,", "jia,示例改名嘎查,"))
    assert told(renewed) == ["变更 单位 示例改名嘎查（jia）：名称 示例甲嘎查 → 示例改名嘎查"]
    [again] = town.instance.cases("jiawin")
    assert (row.holder, again.holder) == ("示例甲嘎查", "示例改名嘎查")


def test_a_dry_run_says_all_and_changes_nothing(town, apply):
    before = town.dump()
    changed = {
        "site": SITE.replace("over_yuan: 5000", "over_yuan: 8000"),
        "people": PEOPLE.replace("嘎查文书,jia", "嘎查登记员,jia"),
    }
    dry = apply(dry_run=True, **changed)
    assert town.dump() == before
    assert told(dry) == [
        "变更 岗位 包窗 嘎查登记员（jiawin:registrar）：岗位名称 嘎查文书 → 嘎查登记员",
        "变更 配置 site/site：written_required.over_yuan 5000 → 8000",
    ]
    assert told(apply(**changed)) == told(dry)
    assert told(apply(**changed)) == []
    assert site_events(town) == ["instance.founded", "site.applied"]
    assert town.instance.verify_trail().ok


def test_what_comes_into_force_is_seen_by_an_instance_that_was_open_all_along(town, apply):
    assert town.instance.cases("jiawin") == []
    apply(site=SITE.replace("over_yuan: 5000", "over_yuan: 8000"))
    assert town.instance.cases("jiawin") == []
    assert town.instance.office.rules.written_over_fen == 8000_00


def test_rules_planned_for_a_day_come_into_force_with_its_round_and_once(town, apply):
    day = date(2026, 3, 10)
    changed = {"site": SITE.replace("over_yuan: 5000", "over_yuan: 8000")}
    planned = apply(since=day, **changed)
    assert told(planned) == [
        "预定变更 配置 site/site：written_required.over_yuan 5000 → 8000，自 2026-03-10 起"
    ]
    assert told(apply(since=day, **changed)) == []
    assert town.instance.run_deadlines().in_force == []
    assert town.instance.office.rules.written_over_fen == 5000_00
    town.clock.advance(timedelta(days=8))
    assert town.instance.run_deadlines().in_force == ["site/site"]
    town.instance.cases("jiawin")
    assert town.instance.office.rules.written_over_fen == 8000_00
    assert town.instance.run_deadlines().in_force == []
    assert told(apply(**changed)) == []
    assert site_events(town) == ["instance.founded", "site.applied", "site.in_force"]


def test_what_was_planned_is_overtaken_by_what_is_applied_at_once(town, apply):
    apply(since=date(2026, 3, 10), site=SITE.replace("over_yuan: 5000", "over_yuan: 8000"))
    assert told(apply(site=SITE.replace("over_yuan: 5000", "over_yuan: 6000"))) == [
        "取消预定 配置 site/site：written_required.over_yuan 8000 → 6000，原定自 2026-03-10 起",
        "变更 配置 site/site：written_required.over_yuan 5000 → 6000",
    ]
    town.clock.advance(timedelta(days=30))
    assert town.instance.run_deadlines().in_force == []
    town.instance.cases("jiawin")
    assert town.instance.office.rules.written_over_fen == 6000_00


def test_what_was_planned_is_taken_back_by_the_files_in_force_and_that_is_told(town, apply):
    apply(since=date(2026, 3, 10), site=SITE.replace("over_yuan: 5000", "over_yuan: 8000"))
    assert told(apply(site=SITE)) == [
        "取消预定 配置 site/site：written_required.over_yuan 8000 → 5000，原定自 2026-03-10 起"
    ]
    assert told(apply(site=SITE)) == []
    town.clock.advance(timedelta(days=30))
    assert town.instance.run_deadlines().in_force == []


def test_a_plan_that_takes_the_place_of_another_says_so_and_only_the_last_comes(town, apply):
    apply(since=date(2026, 3, 10), site=SITE.replace("over_yuan: 5000", "over_yuan: 8000"))
    changed = {"site": SITE.replace("over_yuan: 5000", "over_yuan: 9000")}
    assert told(apply(since=date(2026, 3, 12), **changed)) == [
        "取消预定 配置 site/site：written_required.over_yuan 8000 → 9000，原定自 2026-03-10 起",
        "预定变更 配置 site/site：written_required.over_yuan 5000 → 9000，自 2026-03-12 起",
    ]
    assert told(apply(since=date(2026, 3, 13), **changed)) == [
        "取消预定 配置 site/site，原定自 2026-03-12 起",
        "预定变更 配置 site/site：written_required.over_yuan 5000 → 9000，自 2026-03-13 起",
    ]
    town.clock.advance(timedelta(days=10))
    assert town.instance.run_deadlines().in_force == []
    town.clock.advance(timedelta(days=1))
    assert town.instance.run_deadlines().in_force == ["site/site"]
    town.instance.cases("jiawin")
    assert town.instance.office.rules.written_over_fen == 9000_00


def test_a_plan_for_what_is_in_force_anyway_only_takes_the_other_back(town, apply):
    apply(since=date(2026, 3, 10), site=SITE.replace("over_yuan: 5000", "over_yuan: 8000"))
    for expected in (
        ["取消预定 配置 site/site：written_required.over_yuan 8000 → 5000，原定自 2026-03-10 起"],
        [],
    ):
        assert told(apply(since=date(2026, 3, 12), site=SITE)) == expected
    town.clock.advance(timedelta(days=30))
    assert town.instance.run_deadlines().in_force == []


def test_a_definition_that_takes_the_place_of_a_planned_one_says_so(town, apply):
    version = max(one for name, one in town.instance.office.engines if name == "simple") + 1

    def titled(title):
        def spoil(folder):
            copy_simple(folder)
            own = folder / "workflows" / "simple"
            text = (own / f"v{version - 1}.yaml").read_text("utf-8")
            text = text.replace(f"version: {version - 1}", f"version: {version}", 1)
            assert "title: 简易调解" in text
            (own / f"v{version}.yaml").write_text(
                text.replace("title: 简易调解", f"title: {title}", 1), "utf-8"
            )

        return spoil

    name = f"simple/{version}"
    tenth, twelfth = date(2026, 3, 10), date(2026, 3, 12)
    dropped = f"取消预定 流程 {name}"
    planned = f"预定变更 流程 {name}，自 {{}} 起".format
    assert told(apply(since=tenth, spoil=titled("简便"))) == [planned(tenth)]
    assert told(apply(since=tenth, spoil=titled("简便"))) == []
    upgrade_instance(town.instance.settings, town.clock)  # brings nothing into use before its day
    town.instance.cases("jiawin")
    assert town.instance.office.newest["simple"] == version - 1
    assert told(apply(since=tenth, spoil=titled("快办"))) == [
        f"{dropped}：title 简便 → 快办，原定自 2026-03-10 起",
        planned(tenth),
    ]
    assert told(apply(since=twelfth, spoil=titled("快办"))) == [
        f"{dropped}，原定自 2026-03-10 起",
        planned(twelfth),
    ]
    assert told(apply(spoil=titled("快快办"))) == [
        f"{dropped}：title 快办 → 快快办，原定自 2026-03-12 起",
        f"新增 流程 {name}",
    ]
    town.clock.advance(timedelta(days=12))
    assert town.instance.run_deadlines().in_force == []


def test_a_day_that_is_over_and_what_has_no_day_are_not_planned(town, apply):
    before = town.dump()
    with pytest.raises(InputInvalid):
        apply(since=date(2026, 3, 1))
    with pytest.raises(SiteError) as caught:
        apply(since=date(2026, 3, 10), people=PEOPLE.replace("嘎查文书,jia", "嘎查登记员,jia"))
    assert [(one.key, one.message) for one in caught.value.problems] == [
        ("岗位 jiawin:registrar", "岗位名称没有生效日期，不能预定；请在 2026-03-10 当天再执行")
    ]
    assert town.dump() == before


def test_everything_that_stands_in_the_way_is_told_at_once_and_nothing_is_touched(town, apply):
    ref = town.bring("mediating")
    number = town.case(ref).number
    town.clock.advance(timedelta(days=1))
    before = town.dump()
    gone = [line for line in PEOPLE.splitlines(keepends=True) if not line.startswith("jiamed,")]
    people = "".join(gone).replace(",jia,", ",yi,")
    units = MERGED_UNITS.replace("2026-03-02,yi", "2026-03-02,")
    committees = MERGED_COMMITTEES.replace("person: jiamed,", "person: jiaarc,").replace(
        "name: 示例乙嘎查村民委员会人民调解委员会", "name: 示例乙嘎查人民调解委员会"
    )
    with pytest.raises(SiteError) as caught:
        apply(
            units=units,
            people=people,
            committees=committees,
            spoil=lambda folder: copy_simple(folder, ("title: 简易调解", "title: 简便调解")),
        )
    assert sorted((one.file, one.key) for one in caught.value.problems) == [
        ("committees.yaml", "yi-tw"),
        ("people.csv", "jiamed"),
        ("units.csv", "jia"),
        ("workflows/simple/v1.yaml", ""),
    ]
    assert all(
        number in one.message for one in caught.value.problems if one.file in {"people.csv", "units.csv"}
    )
    assert town.dump() == before
    assert not (town.instance.settings.data / "site" / "workflows").exists()


def test_a_mistake_in_the_rules_hides_nothing_that_the_cases_have_against_the_folder(town, apply):
    town.bring("mediating")
    before = town.dump()

    def spoil(folder):
        (folder / "supervision.yaml").write_text(
            "format: 1\nsupervisors:\n  units:\n    - {unit: moon, by: su}\n", "utf-8"
        )

    with pytest.raises(SiteError) as caught:
        apply(
            people=without("jiamed"),
            committees=COMMITTEES.replace("person: jiamed,", "person: jiaarc,"),
            spoil=spoil,
        )
    assert [(one.file, one.key) for one in caught.value.problems] == [
        ("supervision.yaml", "supervisors.units[0].unit"),
        ("people.csv", "jiamed"),
    ]
    with pytest.raises(SiteError) as caught:
        apply(site=SITE.replace("name: ", "name: other_", 1), spoil=spoil)
    assert ("site.yaml", "name") in {(one.file, one.key) for one in caught.value.problems}
    assert town.dump() == before


def test_wrong_files_hide_no_definition_that_is_in_use_and_changed(town, apply):
    before = town.dump()

    def spoil(folder):
        copy_simple(folder, ("title: 简易调解", "title: 简便调解"))
        newest = max((folder / "workflows" / "simple").glob("v*.yaml"))
        text = newest.read_text("utf-8")
        newest.write_text(text.replace("title: 简易调解", "title: 简便调解"), "utf-8")
        newest.with_name("v99.yaml").write_text("name: simple\n", "utf-8")

    with pytest.raises(SiteError) as caught:
        apply(people=PEOPLE.replace("jiawin,", "jia win,"), spoil=spoil)
    files = {one.file for one in caught.value.problems}
    assert files >= {"people.csv", "workflows/simple/v1.yaml", "workflows/simple/v99.yaml"}
    newest = max(version for name, version in town.instance.office.engines if name == "simple")
    assert [one.message for one in caught.value.problems if "已经在用" in one.message] == [
        f"第 {changed} 版已经在用，内容不能改动；请把改动写成 v{free}.yaml"
        for changed, free in ((1, newest + 1), (newest, newest + 2))
    ]
    assert town.dump() == before


@pytest.mark.parametrize(("day", "key"), [(date(2026, 3, 1), "--from"), ("2026-3-1", "--from")])
def test_a_wrong_day_hides_nothing_that_is_wrong_in_the_folder(town, apply, day, key):
    before = town.dump()
    with pytest.raises(SiteError) as caught:
        apply(since=day, site=SITE.replace("format: 1", "format: 2", 1))
    assert [(one.file, one.key) for one in caught.value.problems] == [("", key), ("site.yaml", "format")]
    with pytest.raises(SiteError) as caught:
        apply(since=day, spoil=lambda folder: copy_simple(folder, ("title: 简易调解", "title: 简便调解")))
    assert [(one.file, one.key) for one in caught.value.problems] == [
        ("", key),
        ("workflows/simple/v1.yaml", ""),
    ]
    with pytest.raises(InputInvalid) as day_alone:
        apply(since=day)
    assert [one.key for one in day_alone.value.problems] == [key]
    assert town.dump() == before


def without(*codes):
    return "".join(line for line in PEOPLE.splitlines(keepends=True) if line.partition(",")[0] not in codes)


def ending(code, day):
    """The people's file with a last day for one of them."""
    row = next(line for line in PEOPLE.splitlines() if line.startswith(f"{code},"))
    cells = row.split(",")
    cells[12] = day
    return PEOPLE.replace(row, ",".join(cells))


def test_no_post_ends_while_anything_waits_on_who_holds_it(town, apply):
    ref, received = town.bring("agreed"), town.bring("triaged")
    ask(town, ref, "sulead")
    town.act("jialead", ref, "put_in_charge", person="sulead")
    town.act("jiamed", ref, "ask_opinion", person="lin", question="要不要出警？")
    visit = {"kind": "visit", "starts_at": MORNING + timedelta(days=3), "place": "家中", "told": [1]}
    town.act("jiamed", ref, "arrange", person="hong", **visit)
    number, temporary = town.case(ref).number, town.case(received).temporary_number
    town.clock.advance(timedelta(days=1))
    before = town.dump()
    committees = COMMITTEES.replace("{person: jiawin}", "{person: jiaarc}")
    with pytest.raises(SiteError) as caught:
        apply(people=without("sulead", "lin", "hong", "jiawin"), committees=committees, duty="format: 1")
    how = "岗位终止后没有人能办；请先移交：mediation hand-over --from {} --to PERSON --reason left"
    assert [(one.file, one.key, one.message) for one in caught.value.problems] == [
        ("people.csv", "hong", f"洪联 手里还有 {number}（约定），" + how.format("hong")),
        ("people.csv", "jiawin", f"包窗 手里还有 {temporary}（首问责任），" + how.format("jiawin")),
        ("people.csv", "lin", f"林警 手里还有 {number}（待办），" + how.format("lin")),
        ("people.csv", "sulead", f"苏长 手里还有 {number}（待办、包案），" + how.format("sulead")),
    ]
    assert town.dump() == before


def test_who_keeps_another_post_must_still_be_able_to_do_what_waits(town, apply):
    ref = town.bring("agreed")
    ask(town, ref, "sulead")
    number = town.case(ref).number
    clerk = PEOPLE.replace(",leader,单位负责人,苏木书记,su,", ",leader,登记员,苏木登记员,su,")
    with pytest.raises(SiteError) as caught:
        apply(people=clerk)
    assert [(one.key, f"{number}（待办）" in one.message) for one in caught.value.problems] == [
        ("sulead", True)
    ]


def new_codes(people):
    """The clerk of jia with another post of the same kind: its code is new."""
    return people.replace("jiawin,包窗,女,蒙古族,,,registrar,", "jiawin,包窗,女,蒙古族,,,window,")


@pytest.mark.parametrize("merged", [False, True], ids=["stays", "merged"])
def test_who_receives_first_and_holds_such_a_post_under_a_new_code_goes_on(town, apply, merged):
    ref = town.register("jiawin")
    town.clock.advance(timedelta(days=1))
    before = {"people": PEOPLE} | (MERGED if merged else {})
    apply(**{**before, "people": new_codes(before["people"])})
    with town.reading() as session:
        found = [one for one in trail.events_of(session, ref) if one.act == "post.renewed"]
        assert [one.facts["first_receiver"] for one in found] == [["jiawin:registrar", "jiawin:window"]]
        shown = standing.workspace(
            hall := town.hall(session, "jiawin"), queries.find_case(session, hall.actor, ref)
        )
    assert shown.timeline[0].title == "首问责任人换岗"
    assert town.instance.run_deadlines().unanswered == []
    town.act("jiawin", ref, "triage", tier="ordinary")
    town.act("jiawin", ref, "keep")
    assert town.instance.verify_trail().ok


@pytest.mark.parametrize("changed", ["kind", "unit"])
def test_who_receives_first_and_holds_another_post_hands_over(town, apply, changed):
    """A post that takes no disputes in, or one at a unit that the former one's did not go into."""
    ref = town.register("jiawin")
    row = next(line for line in PEOPLE.splitlines() if line.startswith("jiawin,"))
    cells = row.split(",")
    cells[6] = "window"
    cells[7], cells[9] = ("人民调解员", "jia") if changed == "kind" else (cells[7], "yi")
    town.clock.advance(timedelta(days=1))
    with pytest.raises(SiteError) as refused:
        apply(people=PEOPLE.replace(row, ",".join(cells)))
    number = town.case(ref).temporary_number
    assert [one.key for one in refused.value.problems if f"{number}（首问责任）" in one.message] == ["jiawin"]


def test_a_unit_that_holds_a_case_and_has_nobody_left_is_warned_of(town, apply):
    ref = town.register("yiwin")
    town.act("yiwin", ref, "triage", tier="ordinary")
    town.act("yiwin", ref, "keep")
    town.clock.advance(timedelta(days=1))
    people = PEOPLE.replace(",yi,", ",su,").replace(",档案员,档案员,jia,", ",档案员,档案员,yi,")
    warned = apply(people=people).warnings
    number = town.case(ref).number or town.case(ref).temporary_number
    told = f"单位 示例乙嘎查 没有在任的人能办手里的纠纷（{number}）；请配备人员，或写明并入的单位"
    assert told in [one.message for one in warned]
    assert town.instance.run_deadlines().unanswered == [told]
    assert told not in [one.message for one in apply().warnings]


def test_what_waits_on_a_unit_that_has_nobody_left_for_it_is_warned_of(town, apply):
    """A dispute that it is asked to take, a word in a round. What the archivist who is left can do, a part, is not named."""
    asked, held = town.bring("triaged"), town.bring("agreed")
    town.act("jiawin", asked, "dispatch", to="yi")
    town.act("jiamed", held, "give_part", unit="yi", what="查看沟渠", due_on="2026-03-20")
    town.act("jiamed", held, "ask_approval", approval="agreement_review", signers=[{"unit": "jia"}])
    town.clock.advance(timedelta(days=1))
    people = PEOPLE.replace(",yi,", ",su,").replace(",档案员,档案员,jia,", ",档案员,档案员,yi,")
    for post in ("leader,单位负责人,嘎查书记,", "contact,联户长,党员联户长,"):
        people = people.replace(f"{post}jia,", f"{post}su,")
    warned = [one.message for one in apply(people=people).warnings]
    waits = {
        "示例甲嘎查": f"{town.case(held).number}（协议审核）",
        "示例乙嘎查": f"{town.case(asked).temporary_number}（签收、退单或退回）",
    }
    message = "单位 {} 没有在任的人能办等着它办的（{}）；请配备人员，或写明并入的单位"
    told = [message.format(*one) for one in waits.items()]
    assert [one for one in warned if "等着它办的" in one] == told
    assert town.instance.run_deadlines().unanswered == told
    assert not set(told) & {one.message for one in apply().warnings}


def test_a_planned_end_is_warned_of_and_its_day_tells_the_leader_once(town, apply):
    ref = town.bring("mediating")
    town.act("jiamed", ref, "ask_opinion", person="lin", question="要不要出警？", due_on="2026-03-25")
    number = town.case(ref).number
    how = "mediation hand-over --from lin --to PERSON --reason left"
    warned = apply(people=ending("lin", "2026-03-10")).warnings
    assert [(one.key, one.message) for one in warned if one.key == "lin"] == [
        ("lin", f"林警 的岗位到 2026-03-10 终止，手里还有 {number}（待办）；请在此前移交：{how}")
    ]
    assert [one for one in apply(people=ending("lin", "2026-03-10")).warnings if one.key == "lin"] == []
    town.clock.advance(timedelta(days=8))
    assert town.instance.run_deadlines().unanswered == []
    town.clock.advance(timedelta(days=1))
    left = f"林警 已经没有在任的岗位（2026-03-10 终止），手里还有 {number}（待办）；请移交：{how}"
    for _again in range(2):
        assert town.instance.run_deadlines().unanswered == [left]
    with town.reading() as session:
        assert renewal.site_notices(session, "post_ended") == [
            {
                "notice": "post_ended",
                "unit": "su",
                "person": "sulead",
                "left": "lin",
                "ended_on": "2026-03-10",
                "cases": 1,
            }
        ]
    assert delivered(town, "post_ended") == [("person:sulead", "file", "sent", "", 1, 0)]
    [notice] = [one for one in town.instance.post_room.trayed("sulead") if one.notice == "post_ended"]
    assert notice.subject == "【示例】林警离任后还有1件纠纷的事项没有人办"
    town.instance.hand_over("sulead", {"from": "lin", "to": "sulead", "reason": "left"})
    assert town.instance.run_deadlines().unanswered == []
    assert town.instance.verify_trail().ok


def without_police():
    """The town's files without the police station and its officer."""
    units, responsibilities = (
        "".join(line for line in text.splitlines(keepends=True) if "su-pai" not in line)
        for text in (UNITS, RESPONSIBILITIES.replace("version: 1", "version: 2"))
    )
    return {
        "units": units,
        "people": without("lin"),
        "responsibilities": responsibilities,
        "duty": "format: 1",
    }


def test_no_unit_ends_while_anything_waits_on_it_in_the_cases_of_others(town, apply):
    """Nobody could answer for it any more, and nobody would be told: a part, an opinion. A copy is no duty."""
    ref, other = town.bring("mediating"), town.bring("mediating")
    town.act("jiamed", ref, "give_part", unit="su-pai", what="查看现场", due_on="2026-03-20")
    town.act("jiamed", ref, "ask_opinion", unit="su-pai", question="要不要出警？")
    town.act("jiamed", other, "copy_to", to=[{"unit": "su-pai"}])
    number = town.case(ref).number
    town.clock.advance(timedelta(days=1))
    before = town.dump()
    with pytest.raises(SiteError) as refused:
        apply(**without_police())
    told = (
        f"单位 示例苏木派出所 在别的单位的纠纷里还有要办的（{number}（分办事项、征求意见））；"
        "请写明并入的单位，或先办完、转办，或请交办人撤回"
    )
    assert [(one.file, one.key, one.message) for one in refused.value.problems] == [
        ("units.csv", "su-pai", told)
    ]
    assert town.dump() == before
    for task in [row for row in town.of(ref, queries.open_tasks) if row.kind != "turn"]:
        town.act("jiamed", ref, "take_back", task=task.ordinal)
    apply(**without_police())
    assert town.instance.run_deadlines().unanswered == []


def test_a_merged_unit_passes_its_running_cases_on_and_its_archive_is_seen(town, apply):
    running = town.bring("mediating")
    asked = town.register("suwin")
    town.act("suwin", asked, "triage", tier="ordinary")
    town.act("sudis", asked, "dispatch", to="jia")
    elsewhere = town.register("yiwin")
    before = {ref: town.case(ref) for ref in (running, asked, elsewhere)}
    clocks = {ref: [(row.name, row.due_at) for row in town.of(ref, queries.deadlines)] for ref in before}
    town.clock.advance(timedelta(days=1))
    renewed = apply(**MERGED)
    assert [(one.case, one.from_units, one.to_units) for one in renewed.relocated] == [
        (before[running].number, ("jia",), ("yi",)),
        (before[asked].temporary_number, ("jia",), ("yi",)),
    ]
    now = {ref: town.case(ref) for ref in before}
    assert {ref: town.unit_code(case.holder_id) for ref, case in now.items()} == {
        running: "yi", asked: "su", elsewhere: "yi",
    }  # fmt: skip
    assert town.unit_code(now[asked].target_id) == "yi"
    for ref, case in now.items():
        touched = ref != elsewhere
        assert (case.number, case.temporary_number, case.state, case.due_at) == (
            before[ref].number, before[ref].temporary_number, before[ref].state, before[ref].due_at,
        )  # fmt: skip
        assert case.version == before[ref].version + touched
        assert [(row.name, row.due_at) for row in town.of(ref, queries.deadlines)] == clocks[ref]
        assert (town.last(ref).act == "unit.merged") is touched
    assert town.last(running).facts["moved"] == {
        "holder": ["jia", "yi"], "place": ["jia", "yi"], "task": ["jia", "yi"], "committee": ["jia-tw", "yi-tw"],
    }  # fmt: skip
    assert town.tasks(running) == [("mediating", "yi")]
    with town.reading() as session:
        hall = town.hall(session, "yiwin")
        found = standing.workspace(hall, queries.find_case(session, hall.actor, running))
    assert found.timeline[0].title == "单位合并"
    assert town.worklists(running) == {"yi", "su", "qi"}
    assert town.counts() == {
        **{(unit, "ordinary", "mediating"): 1 for unit in ("yi", "su", "qi")},
        **{(unit, "ordinary", "registered"): 1 for unit in ("yi", "su", "qi")},
        **{(unit, "ordinary", "dispatched"): 1 for unit in ("su", "qi")},
    }
    assert {row.number for row in town.instance.cases("yiwin")} >= {before[running].number}
    town.act("yiwin", asked, "acknowledge")
    town.act("jiamed", running, "record_session", **town.session("agreed"))
    assert told(apply(**MERGED)) == []
    assert town.instance.verify_trail().ok


def test_who_holds_a_case_after_a_merger_does_not_help_with_it_too(town, apply):
    """Neither where the merged unit helped its successor, nor where the successor helped the merged unit."""
    helped, helping = town.bring("mediating"), town.register("yiwin")
    for unit in ("yi", "su-pai"):
        town.act("jiamed", helped, "give_part", unit=unit, what="查看现场", due_on="2026-03-20")
    town.act("yiwin", helping, "triage", tier="ordinary")
    town.act("yiwin", helping, "keep")
    town.act("yiwin", helping, "accept")
    town.act("yimed", helping, "assign", mediators=[{"person": "yimed"}])
    town.act("yimed", helping, "give_part", unit="jia", what="查看现场", due_on="2026-03-20")
    town.clock.advance(timedelta(days=1))
    apply(**MERGED)
    for ref, others in ((helped, {"su-pai"}), (helping, set())):
        assert town.unit_code(town.case(ref).holder_id) == "yi"
        assert {town.unit_code(row.unit_id) for row in town.of(ref, queries.co_handlers)} == others
    assert town.last(helping).facts["moved"] == {"task": ["jia", "yi"], "co_handler": ["jia", "yi"]}


def test_nobody_is_asked_to_elect_a_committee_that_ended_with_its_unit(town, apply):
    """One whose term is said to outlast its unit is told."""
    town.clock.advance(timedelta(days=1))
    for _again in range(2):
        assert [one.message for one in apply(**MERGED).warnings if one.key == "jia-tw"] == []
        town.clock.advance(timedelta(days=1))
    forgotten = apply(**{**MERGED, "committees": COMMITTEES}).warnings
    assert [one.message.partition("：")[2] for one in forgotten if one.key == "jia-tw"] == [
        "所在单位没有在任的调解员",
        "所在单位在 2026-03-05 已不存续",
    ]


def test_a_dispute_that_waits_for_a_ruling_is_ruled_after_one_of_the_units_was_merged(town, apply):
    ref = contested(town)
    town.clock.advance(timedelta(days=1))
    apply(**MERGED)
    theirs = [one for one in HEARD if one["unit"] == "yi"]
    with town.reading() as session:
        hall = town.hall(session, "sulead")
        shown = board.opened(hall, queries.find_case(session, hall.actor, ref)).heard
    assert [(one["unit"], one["argued"].count("；")) for one in shown] == [("yi", 2)]
    before = town.dump()
    with pytest.raises(InputInvalid) as refused:
        rule(town, ref, "yi", heard=[{**theirs[0], "unit": "jia"}])
    assert [(one.key, one.message[:9]) for one in refused.value.problems] == [
        ("heard[0].unit", "没有代码为 jia"),
        ("heard", "记录里没有示例乙嘎"),
    ]
    assert town.dump() == before
    rule(town, ref, "yi", heard=theirs)
    assert place(town, ref) == ("dispatched", "yi", "yi", None)
    assert notices(town, ref)[-1:] == ["ownership_ruled"]
    assert "ownership_ruled" not in notices(town, ref)[:-1]
    town.act("yiwin", ref, "acknowledge")
    assert place(town, ref) == ("received", "yi", None, None)


def test_of_units_that_have_become_one_the_word_of_one_is_not_that_of_both(town, apply):
    """A agreed and B rejected; A was merged into B: B is asked again, once."""
    apply(people=PEOPLE + YILEAD)
    ref = town.bring("agreed")
    ask(town, ref, ":jia", ":yi")
    town.act("jialead", ref, "approve", task=number(town, ref, ":jia"))
    town.act("yilead", ref, "reject", task=number(town, ref, ":yi"), opinion="写清楚")
    town.clock.advance(timedelta(days=1))
    apply(**{**MERGED, "people": MERGED_PEOPLE + YILEAD})
    town.act("jiamed", ref, "resubmit")
    assert "kept" not in town.last(ref).facts
    open_ones = [task for task in town.of(ref, queries.open_tasks) if task.kind == "approval"]
    assert [town.unit_code(task.unit_id) for task in open_ones] == ["yi"]


def test_an_approval_that_a_merged_unit_gave_is_asked_anew_of_what_it_was_merged_into(town, apply):
    changed, unchanged = town.bring("agreed"), town.bring("agreed")
    ask(town, changed, ":jia")
    ask(town, unchanged, ":jia", "sulead")
    for ref in (changed, unchanged):
        town.act("jialead", ref, "approve", task=number(town, ref, ":jia"))
    town.act("sulead", unchanged, "reject", task=number(town, unchanged, "sulead"), opinion="写清楚")
    town.clock.advance(timedelta(days=1))
    apply(**MERGED)
    town.act("jiamed", changed, "draft_agreement", facts="新", matters="新", clauses=[pay(amount_fen=200_00)])
    for ref in (changed, unchanged):
        town.act("jiamed", ref, "resubmit")
    assert town.last(unchanged).facts["kept"] == {"agreement_review": ["yi"]}
    assert book(town, unchanged)["sulead"] == "open"
    town.act("jialead", changed, "approve", task=number(town, changed, ":yi"))
    town.act("sulead", unchanged, "approve", task=number(town, unchanged, "sulead"))
    for ref in (changed, unchanged):
        town.act("jiamed", ref, "conclude_written")
        assert town.case(ref).state == "signing"


@pytest.mark.parametrize("committees", [MERGED_COMMITTEES, COMMITTEES], ids=["ended", "forgotten"])
def test_a_paper_of_a_merged_units_committee_says_how_to_go_on_and_is_signed_in_vain_by_nobody(
    town, apply, committees
):
    ref = town.bring("agreed")
    town.do("jiamed", ref, "conclude_written")
    town.sign(ref, "party-01")
    town.clock.advance(timedelta(days=1))
    [relocated] = apply(**{**MERGED, "committees": committees}).relocated
    why = "请办理「退回继续调解」，重新拟协议，以示例乙嘎查村民委员会人民调解委员会的名义出具，再请各方签名"
    assert relocated.unsealed == (
        f"人民调解协议书（agreement:agreement-1）写的是原调委会，不能再盖章。{why}",
    )
    before = town.dump()
    for who in ("jiamed", "yimed"):
        with pytest.raises(
            NotPermitted, match=f"示例甲嘎查村民委员会人民调解委员会已经撤销，不再盖章。{why}"
        ):
            town.do(who, ref, "seal")
    with pytest.raises(InputInvalid, match="已经撤销，不再盖章") as refused:
        town.sign(ref, "party-02")
    assert [problem.key for problem in refused.value.problems] == ["paper"]
    assert town.dump() == before
    town.act("jiamed", ref, "reopen_talks", reason="嘎查合并")
    town.step(ref, "draft_agreement")
    town.do("jiamed", ref, "conclude_written")
    for slot in ("party-01", "party-02", "mediator-01", "recorder"):
        town.sign(ref, slot)
    town.do("yimed", ref, "seal")
    assert (town.case(ref).state, town.case(ref).number) == ("performing", "〔2026〕示例甲人调字第1号")
    assert [one.snapshot["committee"]["name"] for one in town.of(ref, queries.documents)] == [
        "示例甲嘎查村民委员会人民调解委员会",
        "示例乙嘎查村民委员会人民调解委员会",
    ]


def test_a_notice_of_a_merged_units_committee_is_void_and_printed_anew(town, apply):
    ref = town.bring("accepted")
    town.instance.issue("jiawin", ref, "acceptance_register")
    town.clock.advance(timedelta(days=1))
    apply(**MERGED)
    with pytest.raises(NotPermitted, match="请办理「作废」（依据：没有生效），以示例乙嘎查"):
        town.do("yimed", ref, "seal_paper", paper="acceptance_register")
    town.do("jiawin", ref, "void_paper", paper="acceptance_register", basis="not_in_force", reason="嘎查合并")
    town.instance.issue("jiawin", ref, "acceptance_register")
    papers = [one for one in town.of(ref, queries.documents) if one.form == "acceptance_register"]
    assert [(one.state, one.snapshot["committee"]["name"][:5]) for one in papers] == [
        ("void", "示例甲嘎查"),
        ("frozen", "示例乙嘎查"),
    ]
    assert papers[-1].snapshot["case"]["accepted_by"] == "示例甲嘎查村民委员会人民调解委员会"


def test_a_paper_of_a_version_that_knows_no_voiding_is_told_the_way_by_a_newer_one(town, apply):
    ref = settled(town)
    [old] = migrate_cases(town.instance, "simple", 1, Plan(format=1)).cases
    assert old.outcome == "moves"
    town.instance.issue("grid", ref, "acceptance_register")
    town.clock.advance(timedelta(days=1))
    apply(**MERGED)
    way_on = (
        "已经撤销，不再盖章。本案所用的这一版流程不能作废文书：请管理员先把本案移到能作废的新版（mediation case migrate），"
        "作废这一份，以示例乙嘎查村民委员会人民调解委员会的名义重新出具，再请各方签名"
    )
    with pytest.raises(NotPermitted) as refused:
        town.do("yimed", ref, "seal_paper", paper="acceptance_register")
    assert str(refused.value).endswith(way_on)
    newest = town.instance.office.newest["simple"]
    assert [one.outcome for one in migrate_cases(town.instance, "simple", newest, Plan(format=1)).cases] == [
        "moves"
    ]
    town.do("grid", ref, "void_paper", paper="acceptance_register", basis="not_in_force", reason="嘎查合并")


def test_a_paper_that_cannot_be_voided_yet_is_told_at_which_step_it_can(town, apply):
    ref = town.register("grid", workflow="simple")
    town.act("grid", ref, "take")
    town.instance.issue("grid", ref, "acceptance_register")
    town.clock.advance(timedelta(days=1))
    apply(**MERGED)
    with pytest.raises(
        NotPermitted, match="现在还不能作废：办到「履行中、已结束待告知、已结案待回访」时办理「作废」"
    ):
        town.do("yimed", ref, "seal_paper", paper="acceptance_register")


def test_a_case_whose_place_is_gone_is_routed_to_the_unit_that_stands(town, apply):
    ref = town.bring("received", place="jia-1")
    town.clock.advance(timedelta(days=1))
    units = "".join(line for line in MERGED_UNITS.splitlines(keepends=True) if not line.startswith("jia-"))
    people = MERGED_PEOPLE.replace(",jia-1,", ",yi-1,").replace(",jia-2,", ",yi-1,")
    people = people.replace(",jia-2,联户", ",yi-1,联户")
    renewed = apply(units=units, people=people, committees=MERGED["committees"])
    assert [one.to_units for one in renewed.relocated] == [("yi",)]
    assert [row.id for row in town.instance.cases("yiwin")] == [ref]
    with_routing(town)
    seen = town.instance.case("yiwin", ref)
    assert (seen.routing["suggestion"]["unit"], seen.routing["suggestion"]["how"]) == (
        "yi",
        "已经在建议的单位",
    )
    assert seen.chain == ["示例乙嘎查", "示例苏木", "示例旗"]
    town.act("yiwin", ref, "accept")
    assert town.instance.verify_trail().ok


def test_a_unit_that_ends_overnight_passes_its_cases_on_with_the_daily_round(town, apply):
    ref = town.bring("mediating")
    heirs = {"jia": "yi", "jia-1": "yi-1", "jia-2": "yi-1"}
    lines = [
        line.removesuffix(",") + f"2026-03-09,{heirs[code]}"
        if (code := line.split(",")[0]) in heirs
        else line
        for line in UNITS.splitlines()
    ]
    units = "\n".join(lines) + "\n"
    people = PEOPLE.replace(",jia,", ",yi,").replace(",jia-1,", ",yi-1,").replace(",jia-2,", ",yi-1,")
    apply(units=units, people=people)
    assert town.unit_code(town.case(ref).holder_id) == "jia"
    town.clock.advance(timedelta(days=8))
    assert [one.to_units for one in town.instance.run_deadlines().relocated] == [("yi",)]
    assert town.instance.run_deadlines().relocated == []
    assert town.unit_code(town.case(ref).holder_id) == "yi"
    assert town.instance.verify_trail().ok


def test_the_archive_of_a_merged_unit_stays_its_own_and_is_seen_by_the_other(town, apply):
    ref = town.bring("triaged")
    town.act("jiawin", ref, "withdraw", reason="和解", asked_by=[1])
    town.act("jiawin", ref, "close")
    town.act("jiaarc", ref, "archive")
    before = town.case(ref)
    assert town.instance.cases("yiwin") == []
    town.clock.advance(timedelta(days=1))
    assert apply(**MERGED).relocated == []
    assert town.case(ref) == before
    [row] = town.instance.cases("yiwin")
    assert (row.number, row.holder) == (before.temporary_number, "示例甲嘎查（已撤并）")
    assert town.instance.case("yiwin", ref).chain == [
        "示例甲嘎查（已撤并）",
        "示例乙嘎查",
        "示例苏木",
        "示例旗",
    ]
    assert town.acts(ref)[-1] == "archive"
    assert told(apply(**MERGED)) == []


def test_the_command_says_each_change_and_by_whom(town, apply, tmp_path, capsys):
    site = SITE.replace("over_yuan: 5000", "over_yuan: 8000")
    folder = write_site(tmp_path / "told", site=site)
    town.instance.database.close()
    with environment(town):
        assert run(["--as", "sulead", "site", "apply", str(folder), "--dry-run"]) == 0
        said = capsys.readouterr().out.splitlines()
        assert [line for line in said if not line.startswith("注意")] == [
            "示例旗矛盾纠纷调解：变更 1 处，移交纠纷 0 件",
            "  变更 配置 site/site：written_required.over_yuan 5000 → 8000",
            "以上只是试算，什么也没有保存。",
        ]
        assert run(["--as", "nobody", "site", "apply", str(folder)]) == 1
        assert "没有代码为 nobody 的人员" in capsys.readouterr().err
        assert site_events(town) == ["instance.founded"]
        assert run(["--as", "sulead", "site", "apply", str(folder), "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert [change["what"] for change in answer["changes"]] == ["配置"]
        assert run(["site", "apply", str(folder), "--from", "2026-3-1"]) == 1
    with town.reading() as session:
        last = trail.events_of(session, "instance")[-1]
    assert (last.act, last.actor, last.facts["changes"]) == ("site.applied", "sulead:leader", {"changed": 1})
