"""A disk without room; `./run faults disk` does it to a server, many times."""

import shutil

import pytest

from mediation.backup.making import make_backup
from mediation.errors import StorageError
from tests.faults.disk import small_disk, why_not
from tests.town import party, sqlite_founded

__all__ = ["sqlite_founded"]


@pytest.mark.skipif(bool(why_not()), reason=why_not())
def test_act_without_room_is_refused_whole_and_goes_through_when_there_is_room(sqlite_founded, tmp_path):
    with small_disk(tmp_path / "disk") as disk, sqlite_founded.copied(disk) as town:
        ref = town.bring("mediating")
        before, filler = town.dump(), disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass
        words = {"party": 1, "body": "愿意各让一步。" * 200}
        for work in (
            lambda: town.act("jiamed", ref, "note_privately", **words),
            lambda: town.register(
                parties=[party("applicant", number) for number in range(1, 30)] + [party("respondent", 30)]
            ),
            lambda: town.instance.store.put(bytes(100_000)),
        ):
            with pytest.raises(StorageError):
                work()
        assert town.dump() == before
        instance = town.instance
        with pytest.raises(StorageError):
            make_backup(instance.settings, instance.keyring, instance.clock, disk / "backup")
        assert [path.name for path in disk.iterdir() if "backup" in path.name] == []
        filler.unlink()
        town.act("jiamed", ref, "note_privately", **words)
        assert town.acts(ref)[-1] == "note_privately"
        assert instance.verify_trail().problems == []
        assert make_backup(instance.settings, instance.keyring, instance.clock, disk / "backup").missing == []


def test_small_disk_is_gone_afterwards(tmp_path):
    if why_not():
        pytest.skip(why_not())
    with small_disk(tmp_path / "disk") as disk:
        assert shutil.disk_usage(disk).total < 64 << 20
        (disk / "file").write_bytes(b"x")
    assert list((tmp_path / "disk").iterdir()) == []
