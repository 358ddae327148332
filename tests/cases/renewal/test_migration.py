"""Running cases go on in another version of their definition, and come back, with all that hangs on them untouched."""

import json
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from mediation.cases import queries
from mediation.cases.clockwork import system_actor
from mediation.cases.hall import Hall
from mediation.cases.renewal import queries as renewal_queries
from mediation.cases.renewal.migration import chart, move_all
from mediation.cli import run
from mediation.errors import InputInvalid, NotFound
from mediation.migrating import migrate_cases, read_plan
from mediation.workflow.migration import Plan
from tests.cases.ownership.words import ask, contested, decline, rule
from tests.cases.renewal.versions import RENAMED, add_versions, migrate, number
from tests.town import environment, postgresql_founded, sqlite_founded, town

__all__ = ["postgresql_founded", "sqlite_founded", "town"]


@pytest.fixture
def versions(town, tmp_path):
    """The town with further versions of the ordinary way: 8 as the newest shipped, 7 the same with `mediating` called `talking`."""
    return add_versions(town, tmp_path, {8: {}, 7: {"mediating": "talking"}})


@contextmanager
def untouched(town, *refs):
    """Deadlines, numbers, agreements, papers, signatures and tasks of the cases are the same afterwards."""

    def stock():
        ids = [town.case(ref).id for ref in refs]
        with town.reading() as session:
            return [
                (
                    renewal_queries.untouchable(session, case),
                    [t.model_dump() for t in queries.open_tasks(session, case)],
                )
                for case in ids
            ]

    before = stock()
    yield
    assert stock() == before
    assert all(found[0] for found in before)


def columns(case):
    return {key: value for key, value in case.model_dump().items() if key != "version"}


def test_cases_of_an_older_version_go_on_in_the_newer_one(versions):
    town = versions
    ref = town.bring("mediating")
    began = town.case(ref)
    migrate(town, 1)
    old = town.case(ref)
    assert (old.workflow_version, old.state) == (1, "mediating")
    with untouched(town, ref):
        assert migrate(town, 8) == {old.number: ("moves", "mediating")}
    now = town.case(ref)
    assert (now.workflow_version, now.state, now.version) == (8, "mediating", old.version + 1)
    assert now.workflow_sha256 == town.instance.office.engine("ordinary", 8).sha256
    event = town.last(ref)
    assert (event.act, event.actor, event.from_state, event.to_state) == (
        "case.migrated", "system:migration", "mediating", "mediating",
    )  # fmt: skip
    assert event.facts["from"] == {"version": 1, "sha256": old.workflow_sha256, "state": "mediating"}
    assert event.facts["to"] == {"version": 8, "sha256": now.workflow_sha256, "state": "mediating"}
    town.act("jiamed", ref, "record_session", **town.session("agreed"))
    assert began.number == town.case(ref).number
    assert town.instance.verify_trail().ok


def test_the_way_back_gives_the_same_row(versions):
    town = versions
    ref = town.bring("mediating")
    before, counts, lists = town.case(ref), town.counts(), town.worklists(ref)
    with untouched(town, ref):
        assert migrate(town, 7, RENAMED) == {before.number: ("moves", "talking")}
        assert town.case(ref).state == "talking"
        assert town.counts() == {(unit, flow, "talking"): n for (unit, flow, _state), n in counts.items()}
        assert migrate(town, 8) == {before.number: ("moves", "mediating")}
    assert columns(town.case(ref)) == columns(before)
    assert town.case(ref).version == before.version + 2
    assert (town.counts(), town.worklists(ref)) == (counts, lists)
    assert town.instance.verify_trail().ok


def test_a_dry_run_gives_each_verdict_and_writes_nothing(versions):
    town = versions
    refs = [town.bring("mediating"), town.bring("preparing"), town.bring("accepted")]
    numbers = [number(town, ref) for ref in refs]
    before = town.dump()
    plan = Plan(format=1, exclude=(numbers[2],))
    wanted = {
        numbers[0]: ("needs_mapping", None),
        numbers[1]: ("moves", "preparing"),
        numbers[2]: ("excluded", None),
    }
    assert migrate(town, 7, plan, dry_run=True) == wanted
    assert town.dump() == before
    assert migrate(town, 7, plan) == wanted
    assert [town.case(ref).workflow_version for ref in refs] == [8, 7, 8]


def test_a_plan_that_names_what_is_not_there_is_refused_with_all_of_it(versions, tmp_path):
    town = versions
    town.bring("mediating")
    before = town.dump()
    with pytest.raises(InputInvalid) as caught:
        migrate(town, 7, Plan(format=1, states={"nowhere": "talking", "mediating": "nothing"}))
    assert [one.key for one in caught.value.problems] == ["states.nowhere", "states.mediating"]
    file = tmp_path / "wrong.yaml"
    file.write_text(
        "format: 1\nstates:\n  nowhere: talking\nexclude:\n  - 没有1号\n  - 没有2号\n  - 没有1号\n", "utf-8"
    )
    with pytest.raises(InputInvalid) as caught:
        migrate(town, 7, read_plan(file))
    assert [(one.file, one.line, one.key) for one in caught.value.problems] == [
        ("wrong.yaml", 3, "states.nowhere"),
        ("wrong.yaml", 5, "exclude[0]"),
        ("wrong.yaml", 6, "exclude[1]"),
    ]
    with pytest.raises(NotFound):
        migrate(town, 10)
    file = tmp_path / "plan.yaml"
    file.write_text(
        "format: 2\nstates: {Mediating: talking, nowhere: talking}\nexcept: []\nexclude: [没有1号]\n", "utf-8"
    )
    with pytest.raises(InputInvalid) as caught:
        migrate(town, 7, read_plan(file))
    assert sorted((one.line, one.key) for one in caught.value.problems) == [
        (1, "format"),
        (2, "states.Mediating"),
        (2, "states.nowhere"),
        (3, "except"),
        (4, "exclude[0]"),
    ]
    assert town.dump() == before


def test_a_part_of_a_plan_that_cannot_be_read_hides_nothing_of_its_neighbours(versions, tmp_path):
    town = versions
    town.bring("mediating")
    before, file = town.dump(), tmp_path / "plan.yaml"
    file.write_text(
        "format: 1\nstates: {nowhere: 7, mediating: [talking]}\nexclude: [8, 没有1号, 没有2号]\n", "utf-8"
    )
    with pytest.raises(InputInvalid) as caught:
        migrate(town, 7, read_plan(file))
    assert sorted((one.line, one.key) for one in caught.value.problems) == [
        (2, "states.mediating"),
        (2, "states.nowhere"),
        (2, "states.nowhere"),
        (3, "exclude[0]"),
        (3, "exclude[1]"),
        (3, "exclude[2]"),
    ]
    file.write_text("format: 1\nstates: {mediating: talking\n", "utf-8")
    for wrong in (file, tmp_path / "none.yaml"):
        with pytest.raises(InputInvalid) as caught:
            migrate(town, 10, read_plan(wrong))
        assert [one.file for one in caught.value.problems] == ["", wrong.name]
    assert town.dump() == before


def test_a_plan_carries_no_case_past_the_guards_within_a_phase(versions):
    town = versions
    refs = [town.bring(state) for state in ("triaged", "received", "mediating")]
    before = town.dump()
    states = {"received": "accepted", "dispatched": "accepted", "mediating": "signing"}
    with pytest.raises(InputInvalid) as caught:
        migrate(town, 2, Plan(format=1, states={**states, "nowhere": "mediating"}))
    assert [one.key for one in caught.value.problems] == [f"states.{one}" for one in (*states, "nowhere")]
    assert town.dump() == before
    found = migrate(town, 7, Plan(format=1, states={"mediating": "signing"}), dry_run=True)
    assert found[number(town, refs[2])] == ("refused", None)


def test_a_state_that_is_gone_is_mapped_to_none_that_lies_behind_acceptance(town, tmp_path):
    ref = town.bring("received")
    add_versions(town, tmp_path, {7: {"received": "taken", "state: taken}": "state: received}"}})
    name = number(town, ref)
    assert migrate(town, 7, Plan(format=1, states={"received": "accepted"})) == {name: ("refused", None)}
    assert migrate(town, 7, Plan(format=1, states={"received": "taken"})) == {name: ("moves", "taken")}


def test_a_plan_that_says_otherwise_than_the_log_takes_no_case_back(versions):
    town = versions
    ref = town.bring("mediating")
    name = number(town, ref)
    migrate(town, 7, RENAMED)
    before = town.dump()
    found = migrate_cases(town.instance, "ordinary", 8, Plan(format=1, states={"talking": "preparing"}))
    assert [(one.outcome, one.reasons) for one in found.cases] == [
        ("refused", ("退回要回到原来的状态 mediating，计划却写 preparing；请改正，或者先不带这一项退回",))
    ]
    assert town.dump() == before
    assert migrate(town, 8, Plan(format=1, states={"talking": "mediating"})) == {name: ("moves", "mediating")}


def test_a_definition_or_version_that_is_not_in_use_hides_nothing_of_the_plan(versions, tmp_path):
    town = versions
    town.bring("mediating")
    file = tmp_path / "plan.yaml"
    file.write_text("format: 2\nstates: {nowhere: talking}\nexclude: [没有1号]\n", "utf-8")
    with pytest.raises(InputInvalid) as caught:
        migrate(town, 10, read_plan(file))
    assert sorted((one.file, one.line or 0, one.key) for one in caught.value.problems) == [
        ("", 0, ""),
        ("plan.yaml", 1, "format"),
        ("plan.yaml", 2, "states.nowhere"),
        ("plan.yaml", 3, "exclude[0]"),
    ]
    with pytest.raises(InputInvalid) as caught:
        migrate_cases(town.instance, "ordinery", 7, read_plan(file))
    assert [one.key for one in caught.value.problems] == ["", "format"]
    assert "没有名为 ordinery 的流程" in caught.value.problems[0].message
    with pytest.raises(NotFound):
        migrate_cases(town.instance, "ordinery", 7, Plan(format=1))


def test_a_dispute_that_waits_for_a_ruling_goes_to_no_state_where_nobody_can_rule(town, tmp_path):
    add_versions(town, tmp_path, {8: {}, 7: {"contested": "arbitrated"}})
    ref = contested(town)
    case, before = number(town, ref), town.dump()
    for version, states in (
        (2, {"contested": "received"}),
        (7, {"contested": "received"}),
    ):
        plan = Plan(format=1, states=states)
        assert migrate(town, version, plan) == {case: ("refused", None)}
    with pytest.raises(
        InputInvalid, match="「归属待裁定」属于交办指派阶段，新版的「已研判」属于研判分流阶段"
    ):
        migrate(town, 7, Plan(format=1, states={"contested": "triaged"}))
    assert town.dump() == before
    with untouched(town, ref):
        plan = Plan(format=1, states={"contested": "arbitrated"})
        assert migrate(town, 7, plan) == {case: ("moves", "arbitrated")}
    assert town.clocks(ref)["ownership"] == "running"
    rule(town, ref, "yi")
    town.act("yiwin", ref, "acknowledge")
    assert (town.case(ref).state, town.clocks(ref)["ownership"]) == ("received", "met")


def test_a_dispute_that_was_declined_goes_to_no_version_that_settles_nothing(town, tmp_path):
    add_versions(town, tmp_path, {8: {}})
    ref = town.bring("triaged")
    ask(town, ref)
    decline(town, ref)
    found = migrate_cases(town.instance, "ordinary", 2, Plan(format=1))
    assert [one.reasons for one in found.cases] == [("有单位退单，归属还没有定，而第 2 版没有归属争议",)]
    town.act("jiawin", ref, "keep", overruled_because="就在本嘎查办")
    assert migrate(town, 2) == {number(town, ref): ("moves", "received")}


def test_of_two_at_once_the_case_that_changed_meanwhile_stays_and_the_others_move(versions):
    town = versions
    refs = [town.bring("mediating"), town.bring("accepted")]
    ids = [town.case(ref).id for ref in refs]
    with town.reading() as session:
        office = town.instance.office
        course, _ids = chart(session, office, "ordinary", 7, RENAMED, "run-1", "system:migration")
    with town.instance.database.writing() as session:
        read_before = queries.case_for_system(session, ids[0])
        session.connection().execute(
            text("UPDATE dispute SET version = version + 1 WHERE id = :id"), {"id": read_before.id}
        )
        hall = Hall(session, town.clock.now(), system_actor("migration"), town.instance.office)
        found = move_all(hall, course, ids)
    assert [(one.outcome, one.reasons) for one in found] == [
        ("refused", ("刚刚被别人办理过，请再执行一次",)), ("moves", ()),
    ]  # fmt: skip
    assert [town.case(ref).workflow_version for ref in refs] == [8, 7]
    assert [town.acts(ref)[-1] for ref in refs] == ["record_session", "case.migrated"]
    assert town.rows("SELECT case_id FROM case_migration") == [(ids[1],)]


def test_the_command_says_each_verdict_and_fails_if_a_case_stays_behind(versions, tmp_path, capsys):
    town = versions
    ref = town.bring("mediating")
    number = town.case(ref).number
    plan = tmp_path / "plan.yaml"
    plan.write_text("format: 1\n")
    words = ["case", "migrate", "--workflow", "ordinary", "--to", "7", "--plan", str(plan)]
    with environment(town):
        assert run([*words, "--json"]) == 1
        answer = json.loads(capsys.readouterr().out)
        assert answer["counts"] == {"moves": 0, "needs_mapping": 1, "refused": 0, "excluded": 0}
        plan.write_text("format: 1\nstates: {mediating: talking}\n")
        assert run([*words, "--dry-run"]) == 0
        assert f"可移  {number}  v8  调解中（mediating） → 调解中（talking）" in capsys.readouterr().out
        assert town.case(ref).workflow_version == 8
        assert run(words) == 0
        assert f"已移  {number}  v8  调解中（mediating） → 调解中（talking）" in capsys.readouterr().out
    assert town.case(ref).workflow_version == 7


def test_the_command_tells_a_version_that_there_cannot_be_beside_what_is_wrong_with_the_plan(
    versions, tmp_path, capsys
):
    plan = tmp_path / "plan.yaml"
    plan.write_text("format: 1\nstates: {nowhere: talking}\n")
    words = ["case", "migrate", "--workflow", "ordinary", "--plan", str(plan)]
    with environment(versions):
        for version in ("0", "-1"):
            assert run([*words, "--to", version]) == 1
            told = capsys.readouterr().err
            assert f"流程 ordinary 没有启用第 {version} 版" in told
            assert "plan.yaml:2 states.nowhere" in told
