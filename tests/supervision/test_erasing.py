"""Erasure and backup reach the register: what was said of a case goes with it, papers of units come back."""

from tests.backup.conftest import (
    lived,
    postgresql_founded,
    postgresql_living,
    sqlite_founded,
    sqlite_lived,
    sqlite_living,
)
from tests.backup.lived import Lived, everything, files
from tests.supervision.desk import do

__all__ = [
    "lived",
    "postgresql_founded",
    "postgresql_living",
    "sqlite_founded",
    "sqlite_lived",
    "sqlite_living",
]
WORDS = ("回访时说起的界沟旧账", "已经当面致歉")


def item_of(lived: Lived, ref: str) -> str:
    supervision = lived.town.instance.supervision
    words = {"unit": "jia", "case": ref, "subject": "回访不满意", "problem": WORDS[0], "due_on": "2026-03-31"}
    item = supervision.open("sulead", words).item
    do(lived.town, "jialead", item, "report", account=WORDS[1])
    do(lived.town, "sulead", item, "strike_off", opinion="属实")
    return item


def test_register_of_an_erased_case_tells_nothing_and_verifies(lived: Lived):
    town = lived.town
    item = item_of(lived, lived.put_away)
    kept = item_of(lived, lived.going_on)
    own, other = (town.instance.supervision.item("sulead", one).papers[0].sha256 for one in (item, kept))
    assert [word for word in WORDS if word in everything(lived.settings, town.instance.keyring)] == list(
        WORDS
    )
    assert (town.instance.store.has(own), town.instance.store.has(other)) == (True, True)
    town.instance.request_erasure("jiaarc", lived.put_away, "purpose_done")
    town.instance.confirm_erasure("jialead", lived.put_away)
    page = town.instance.supervision.item("sulead", item)
    assert page.row.problem == "（已删除）"
    assert [entry["said"] for entry in page.entries if entry["act"] == "report"] == [
        {"account": "（已删除）", "evidence": []}
    ]
    assert town.instance.supervision.item("sulead", kept).row.problem == WORDS[0]
    assert (town.instance.store.has(own), town.instance.store.has(other)) == (False, True)
    assert town.instance.verify_trail().problems == []


def test_papers_of_units_come_back_from_a_backup(sqlite_lived: Lived, tmp_path):
    town = sqlite_lived.town
    item_of(sqlite_lived, sqlite_lived.going_on)
    town.instance.supervision.week("sulead", "su")
    sqlite_lived.backup(tmp_path / "town.backup")
    done = sqlite_lived.restored(tmp_path / "town.backup", tmp_path / "back")
    assert done.problems == []
    before, after = (files(folder / "store") for folder in (sqlite_lived.settings.data, tmp_path / "back"))
    before.pop(".lock", None)
    after.pop(".lock", None)
    assert after == before
