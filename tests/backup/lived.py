"""A town with a past: one case put away with a signed agreement, one in the midst of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from mediation.backup import queries as backup_queries
from mediation.backup.making import make_backup
from mediation.backup.restoring import Restored, restore
from mediation.backup.rows import columns_of, line
from mediation.clock import SetClock, SystemClock
from mediation.documents.table_store import open_store
from mediation.settings import Settings
from mediation.storage.engine import Database
from tests.town import Founded, Town, drawing, party

CANARIES = ("岱钦巴图尔", "斯琴高娃", "13900001234", "示例甲嘎查七十七号", "把羊圈修到了界沟外面")
AGENT = {"kind": "agent", "name": "代格日勒", "powers": ["sign_agreement"], "phone": "13900005678"}
VISIT = {"party": 1, "method": "phone", "performance": "done", "satisfaction": 5, "situation": "斯琴高娃满意"}
PAPERS = (
    ("acceptance_register", ""),
    ("rights_notice", "party-1"),
    ("rights_notice", "party-2"),
    ("mediation_record", "session-1"),
)


@dataclass
class Lived:
    """The town, and its two cases by public id."""

    town: Town
    put_away: str
    going_on: str

    @property
    def settings(self) -> Settings:
        return self.town.instance.settings

    def backup(self, file: Path):
        return make_backup(self.settings, self.town.instance.keyring, self.town.clock, file)

    def restored(self, file: Path, data: Path, url: str = "", erasures: Path | None = None) -> Restored:
        return restore(file, self.elsewhere(data, url), self.town.instance.keyring, self.town.clock, erasures)

    def elsewhere(self, data: Path, url: str = "") -> Settings:
        url = url or f"sqlite:///{data / 'mediation.db'}"
        return Settings(data=data, database_url=url, key_file=self.settings.key_file)


def live(town: Town) -> tuple[str, str]:
    """One case from its first word to the archive, one as far as its session."""
    name, other, phone, address, narrative = CANARIES
    parties = [
        party(name=name, phone=phone, address=address, agents=[AGENT]),
        party("respondent", 2, name=other),
    ]
    ref = town.bring("preparing", parties=parties, title=f"{name}与{other}界沟纠纷", narrative=narrative)
    town.act("jiamed", ref, "note_privately", party=1, body=f"{name}愿意让一步")
    _hand_in(town, ref, name)
    town.act("jiamed", ref, "record_session", **town.session("agreed", body=[f"{name}：{narrative}。"]))
    town.step(ref, "draft_agreement", facts=f"{name}{narrative}。")
    town.do("jiamed", ref, "conclude_written")
    for at, slot in enumerate(("party-01", "party-02", "mediator-01", "recorder")):
        town.sign(ref, slot, drawing=drawing(at))
    town.act("jiamed", ref, "seal")
    town.clock.advance(timedelta(days=5))
    town.act("jiamed", ref, "record_performance", clause=1, performed_on="2026-03-06", proof=f"{other}的收条")
    town.act("jiamed", ref, "close")
    town.act("jiawin", ref, "visit", **VISIT)
    for form, subject in PAPERS:
        town.instance.issue("jiawin", ref, form, subject)
    town.act("jiaarc", ref, "archive", paper_volume="三号柜")
    return ref, town.bring("mediating", title="排水沟纠纷")


def _hand_in(town: Town, ref: str, name: str) -> None:
    """Two pieces of evidence, one of them withdrawn; their files must lie in the store as long as the case is kept."""
    words = {
        "kind": "documentary",
        "name": f"{name}的草场证",
        "party": 1,
        "medium": "copy",
        "shows": "草场四至",
    }
    for text in (f"{name}：界沟以东", f"{name}：界沟以西"):
        data = text.encode()
        file = SimpleNamespace(name=f"{name}.txt", size=len(data), read=lambda data=data: data)
        town.instance.evidence.give("jiamed", ref, words, [file])
    town.instance.evidence.withdraw("jiamed", ref, 2, {"reason": f"{name}说交错了"})


@contextmanager
def living(founded: Founded, folder: Path) -> Iterator[tuple[Founded, tuple[str, str]]]:
    with founded.copied(folder) as own:
        refs = live(own)
        own.instance.make_head()
        own.instance.database.close()
        yield replace(founded, settings=own.instance.settings), refs


@contextmanager
def lived_copy(founded: Founded, refs: tuple[str, str], folder: Path) -> Iterator[Lived]:
    with founded.copied(folder) as own:
        own.instance.store = open_store(
            own.instance.database, own.instance.settings.store, own.instance.keyring, own.instance.clock
        )
        own.clock.advance(timedelta(days=7))
        yield Lived(own, *refs)


def sealed(settings: Settings, keyring) -> dict[str, bytes]:
    """Every paper as it lies in the store, wherever that is."""
    database = Database(settings.database_url, keyring)
    try:
        return dict(open_store(database, settings.store, keyring, SystemClock()).sealed_files())
    finally:
        database.close()


def stored(settings: Settings, keyring) -> dict[str, list[bytes]]:
    """Every row of every table, as a backup writes it."""
    database = Database(settings.database_url, keyring)
    try:
        with database.reading() as session:
            return {
                table.name: [
                    line(row, columns_of(table)) for row in backup_queries.stored_rows(session, table)
                ]
                for table in backup_queries.stored_tables(session)
            }
    finally:
        database.close()


def everything(settings: Settings, keyring) -> str:
    """All that an instance holds, opened with its key, as one text: what cannot be found here is gone."""
    import base64
    import json

    texts = []
    for name, lines in stored(settings, keyring).items():
        for one in lines:
            texts.append(one.decode())
            for value in json.loads(one):
                if isinstance(value, str) and len(value) > 40:
                    texts += _opened(value, name, keyring, base64.b64decode)
    return "\n".join(texts)


def _opened(value, table, keyring, decode) -> list[str]:
    from mediation.storage.encrypted import Encrypted
    from mediation.storage.engine import Table

    found = []
    for column in Table.metadata.tables[table].columns:
        if isinstance(column.type, Encrypted):
            try:
                found.append(keyring.decrypt(decode(value, validate=True), column.type.where).decode())
            except Exception:  # noqa: BLE001, S112 — it is another column's value, or bytes of a picture
                continue
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


__all__ = ["CANARIES", "Lived", "SetClock", "everything", "files", "lived_copy", "living", "stored"]
