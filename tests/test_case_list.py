"""The quick list is the list: the same rows for everybody, the same refusals, without the table classes."""

import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from mediation.case_list import list_cases
from mediation.cases.lines.row import Row
from mediation.errors import MediationError
from mediation.people import queries as people
from tests.town import Town, sqlite_founded, sqlite_town

__all__ = ["sqlite_founded", "sqlite_town"]
WORDS = {"kind": "party", "reason": "是本案当事人"}
ROOT = Path(__file__).parents[1]


@pytest.fixture
def busy_town(sqlite_town: Town) -> Town:
    """With cases in several hands: one closed, one mediated, one from whose mediator is kept away, one nobody has looked at."""
    closed, mediated, kept = (
        sqlite_town.bring("received"),
        sqlite_town.bring("mediating"),
        sqlite_town.bring("accepted"),
    )
    sqlite_town.act("jiawin", closed, "decline_acceptance", reason="not_civil", routes=["court"])
    sqlite_town.instance.scope.recuse("sulead", kept, {"person": "jiawin", **WORDS})
    sqlite_town.register()
    assert mediated
    sqlite_town.clock.advance(timedelta(days=2))
    return sqlite_town


def everybody(town: Town) -> list[str]:
    with town.instance.database.reading() as session:
        codes = {one.id: one.code for one in people.people(session)}
        return [f"{codes[post.person_id]}:{post.code}" for post in people.all_posts(session)]


def said(ask: Callable[[], list[Row]]) -> list[Row] | str:
    try:
        return ask()
    except MediationError as error:
        return f"{type(error).__name__}: {error}"


def test_everybody_sees_the_same_lines(busy_town: Town) -> None:
    instance = busy_town.instance
    seen = {}
    for actor in everybody(busy_town):
        for most in (2, 50):
            expected = said(partial(instance.cases, actor, most=most))
            assert said(partial(list_cases, instance.settings, actor, most, instance.clock)) == expected, (
                actor
            )
            seen[actor] = expected if isinstance(expected, str) else len(expected)
    assert {0, 4} <= set(seen.values())
    assert sum(isinstance(one, str) for one in seen.values()) == 1
    assert len(set(seen.values())) > 3


def test_who_stands_in_sees_the_tasks_of_who_is_away(busy_town: Town) -> None:
    instance = busy_town.instance
    ref = busy_town.bring("mediating")
    busy_town.act("jiawin", ref, "ask_opinion", person="yimed", question="边界怎么走？")
    assert list_cases(instance.settings, "yimed2", 50, instance.clock) == []
    away = {"person": "yimed", "deputy": "yimed2", "since": "2026-03-01", "until": "2026-03-31"}
    instance.duty.record_leave("yimed", away)
    found = list_cases(instance.settings, "yimed2", 50, instance.clock)
    assert [line.id for line in found] == [ref]
    assert found == instance.cases("yimed2")


@pytest.mark.parametrize("actor", ["nobody", "jiawin:nothing", ""])
def test_unknown_people_are_refused_alike(sqlite_town: Town, actor: str) -> None:
    instance = sqlite_town.instance
    with pytest.raises(MediationError) as theirs:
        instance.cases(actor)
    with pytest.raises(MediationError) as ours:
        list_cases(instance.settings, actor, 50, instance.clock)
    assert (type(ours.value), str(ours.value)) == (type(theirs.value), str(theirs.value))


def test_instance_from_before_there_were_lights_has_the_shipped_ones(busy_town: Town) -> None:
    instance = busy_town.instance
    with instance.database.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM configuration WHERE kind = 'supervision'")
    with instance.database.reading() as session:
        instance.office = instance._read_office(session)
    assert list_cases(instance.settings, "jiawin", 50, instance.clock) == instance.cases("jiawin")


def test_database_of_another_version_is_refused_with_what_to_do(sqlite_town: Town) -> None:
    instance = sqlite_town.instance
    with instance.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    with pytest.raises(MediationError) as caught:
        list_cases(instance.settings, "jiawin", 50, instance.clock)
    assert "mediation database upgrade" in str(caught.value)


def test_list_loads_no_table_classes(busy_town: Town) -> None:
    settings = busy_town.instance.settings
    script = (
        "import sys\nfrom mediation.cli import run\n"
        f"assert run(['--data', {str(settings.data)!r}, '--as', 'jiawin', 'case', 'list']) == 0\n"
        "print('modules:', *sorted({'sqlmodel', 'sqlalchemy.orm', 'ruamel.yaml', 'rich', 'fastapi', 'transitions'} & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "modules:"), done.stderr
