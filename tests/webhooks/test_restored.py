"""A restored copy calls nobody until somebody says so: the original may still be running."""

from mediation.app import Instance
from mediation.audit import queries as trail
from mediation.backup.making import make_backup
from mediation.backup.restoring import restore
from mediation.settings import Settings
from tests.webhooks.conftest import BY, add, switch_on


def test_webhooks_of_a_restored_copy_are_stopped_and_resumed(sqlite_town, receiver, tmp_path):
    switch_on(sqlite_town)
    hook, _secret = add(sqlite_town, receiver.url, "case.register")
    sqlite_town.register()
    own, data = sqlite_town.instance, tmp_path / "back"
    make_backup(own.settings, own.keyring, sqlite_town.clock, tmp_path / "a.backup")
    there = Settings(
        data=data, database_url=f"sqlite:///{data / 'mediation.db'}", key_file=own.settings.key_file
    )
    done = restore(tmp_path / "a.backup", there, own.keyring, sqlite_town.clock)
    assert (done.problems, done.webhooks_stopped) == ([], 1)
    with Instance(there, own.keyring, sqlite_town.clock) as copy:
        assert copy.webhooks.deliver_waiting().sent == 0
        assert [line.stopped_why for line in copy.webhooks.lines()] == ["restored"]
        with copy.database.reading() as session:
            last = trail.events_of(session, "instance")[-1]
        assert (last.act, last.actor, last.facts["webhook"]) == ("webhook.stopped", "system:restore", hook)
        copy.webhooks.resume(hook, by=BY)
        assert copy.webhooks.deliver_waiting().sent == 1
    assert len(receiver.taken) == 1
