"""Calls that fail in the acts of one dispute; `./run faults acts` does all verbs of all sites, every call."""

import pytest
from sqlalchemy import text

from mediation.errors import StorageError
from mediation.settings import embedded_settings
from tests.demo.test_play import site
from tests.faults.acts import Plan, TriedInstance, play
from tests.faults.failing import Faults
from tests.town import postgresql_founded, sqlite_founded, sqlite_town, town

__all__ = ["postgresql_founded", "site", "sqlite_founded", "sqlite_town", "town"]


def test_acts_of_a_dispute_get_through_every_failing_call_whole(site, tmp_path):
    """Five acts, a paper with its signature and seal; what it comes to is what it comes to without a failure."""
    plain, _none = play(site, embedded_settings(tmp_path / "plain"), None)
    tried, tries = play(site, embedded_settings(tmp_path / "tried"), Plan())
    assert tries.found == []
    assert tried == plain
    assert tried.trail_is_whole
    assert tries.calls["ordinary/5 refuse"] > 20
    assert tries.calls["ordinary/5 refuse, papers"] > 40
    assert {"commit", "answer of a commit", "fsync", "open"} <= tries.kinds.keys()


class Careless(TriedInstance):
    """Does something before each act in a transaction of its own; takes one kind of failure for success."""

    def act(self, *words, **named):
        with self.database.writing() as session:
            session.connection().execute(text("UPDATE post SET title = title || '+'"))
        return super().act(*words, **named)

    def register(self, actor, words, **named):
        try:
            return super().register(actor, words, **named)
        except StorageError:
            return None


def test_careless_program_is_found_out(site, tmp_path):
    _outcome, tries = play(site, embedded_settings(tmp_path / "data"), Plan(most=8), kind=Careless)
    halves = {found.partition(":")[0] for found in tries.found if "half done" in found}
    assert halves >= {f"ordinary/5 {act}" for act in ("triage", "keep", "refuse")}


@pytest.mark.parametrize("which", [{"call": 3}, {"commit": 1}, {"answer": 1}])
def test_call_that_is_told_to_fail_fails_and_no_other(town, which):
    faults = Faults(town.instance.database, town.instance.settings.data)
    with faults.failing(**which), pytest.raises(StorageError):
        town.register()
    assert faults.failed
    assert town.rows("SELECT count(*) FROM dispute") == [(int("answer" in which),)]
    with faults.failing():
        town.register()
    assert not faults.failed
    assert faults.calls > 20
    assert faults.commits == 1


def test_file_that_cannot_be_written_fails_and_leaves_nothing(sqlite_town):
    """Of the file calls of a paper's bytes each one fails once."""
    instance = sqlite_town.instance
    faults, failed = Faults(instance.database, instance.settings.data), []
    for number in range(1, 50):
        with faults.failing(call=number):
            try:
                instance.store.put(b"paper")
            except StorageError:
                failed.append(faults.failed.partition(" ")[0])
                continue
        break
    assert {"open", "fsync"} <= set(failed)
    assert instance.store.get(instance.store.put(b"paper")) == b"paper"
    assert not list(instance.settings.store.glob("*/*.part"))
