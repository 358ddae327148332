"""A small town for tests: a site with a chain of three levels, founded once for each store and copied for each test.

旗 (no level) > 苏木 `su` > 嘎查 `jia`, `yi` > 浩特 `jia-1`, `jia-2`, `yi-1`; a police post `su-pai` beside the levels.
People are called after their unit and post: `jiawin` is the registrar of jia, `sumed` the mediator of su.
"""

import base64
import copy
import io
import json
import os
import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import text
from sqlmodel import Session

import mediation.accounts.models  # noqa: F401 — whoever asks for all tables gets these too, whatever else has run
from mediation.app import Done, Instance
from mediation.audit import queries as trail_queries
from mediation.case_room import CaseRoom
from mediation.cases import queries
from mediation.cases.board.desk import BoardDesk
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.ownership.proposing import OwnershipDesk
from mediation.cases.routing.desk import RoutingDesk
from mediation.cases.succession.desk import SuccessionDesk
from mediation.cases.window.desk import WindowDesk
from mediation.clock import SetClock
from mediation.codes.identity import sample_resident_number
from mediation.documents.table_store import open_store
from mediation.founding import found_instance
from mediation.paper_room import PaperRoom
from mediation.people import queries as people
from mediation.resident_desk import ResidentDesk
from mediation.settings import Settings
from mediation.sites.configuration import record
from mediation.storage.engine import Table
from tests.databases import Opener
from tests.once import Once
from tests.postgresql import Server

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, nine in the site's time zone
TODAY = date(2026, 3, 2)

SITE = """
format: 1
name: grassland
title: 示例旗矛盾纠纷调解
sample: true
place: {code: "590121000000", name: 示例旗, multi_ethnic: true}
chain:
  - {key: camp, name: 浩特, working_days: 2, leader: household_leader}
  - {key: gacha, name: 嘎查, working_days: 5, leader: unit_leader}
  - {key: sumu, name: 苏木, working_days: 15, leader: unit_leader}
limits:
  mediation: {days: 30, article: 示例旗规定·调解期限}
  confirmation: {days: 30, article: 人民调解法第三十三条}
written_required: {over_yuan: 5000, unless_performed_at_once: true, tiers: [complex]}
"""
UNITS = """代码,名称,种类,层级,上级,区划代码,网格编码,户数,生效日期,失效日期,并入
qi,示例旗,,,,590121000000,,,2024-01-01,,
su,示例苏木,,苏木,qi,590121200000,,,2024-01-01,,
su-pai,示例苏木派出所,police,,su,,,,2024-01-01,,
jia,示例甲嘎查,,嘎查,su,590121200201,,,2024-01-01,,
jia-1,示例甲一浩特,,浩特,jia,,,12,2024-01-01,,
jia-2,示例甲二浩特,,浩特,jia,,,12,2024-01-01,,
yi,示例乙嘎查,,嘎查,su,590121200202,,,2024-01-01,,
yi-1,示例乙一浩特,,浩特,yi,,,12,2024-01-01,,
"""
PEOPLE = """人员代码,姓名,性别,民族,语言,专长,岗位代码,岗位种类,岗位名称,单位代码,专职,任职日期,任期届满,联系单位,联系方式
jiawin,包窗,女,蒙古族,,,registrar,登记员,嘎查文书,jia,,2025-01-01,,,
jiamed,包和,女,蒙古族,,,mediator,人民调解员,调委会主任,jia,,2025-01-01,2027-12-31,,
jiamed2,包平,男,汉族,,,mediator,人民调解员,调委会委员,jia,,2025-01-01,2027-12-31,,
jiarec,包录,男,蒙古族,,,recorder,记录员,记录员,jia,,2025-01-01,,,
jialead,包长,男,蒙古族,,,leader,单位负责人,嘎查书记,jia,,2025-01-01,,,
jiaarc,包档,女,汉族,,,archivist,档案员,档案员,jia,,2025-01-01,,,
jiaold,包旧,男,汉族,,,mediator,人民调解员,原委员,jia,,2024-01-01,2025-12-31,,
hua,花尔,女,蒙古族,,,household,联户长,联户长,jia-1,,2025-01-01,,,
grid,格日,男,蒙古族,,,grid,网格员,网格员,jia-1,,2025-01-01,,,
grid2,格木,男,蒙古族,,,grid,网格员,网格员,jia-2,,2025-01-01,,,
hong,洪联,女,汉族,,,contact,联户长,党员联户长,jia,,2025-01-01,,jia-2,联户
lin,林警,男,汉族,,,officer,承办人员,派出所承办人,su-pai,,2025-01-01,,,
yiwin,乙窗,女,蒙古族,,,registrar,登记员,嘎查文书,yi,,2025-01-01,,,
yimed,乙和,女,蒙古族,,,mediator,人民调解员,调委会主任,yi,,2025-01-01,2027-12-31,,
yimed2,乙平,男,汉族,,,mediator,人民调解员,调委会委员,yi,,2025-01-01,2027-12-31,,
suwin,苏窗,女,汉族,,,registrar,登记员,苏木登记员,su,,2025-01-01,,,
sudis,苏度,男,汉族,,,dispatcher,调度员,苏木调度员,su,,2025-01-01,,,
sumed,苏和,女,蒙古族,,,mediator,人民调解员,苏木调委会主任,su,,2025-01-01,2027-12-31,,
sumed2,苏平,男,汉族,,,mediator,人民调解员,苏木调委会委员,su,,2025-01-01,2027-12-31,,
sulead,苏长,男,蒙古族,,,leader,单位负责人,苏木书记,su,,2025-01-01,,,
twin,双岗,女,汉族,,,registrar,登记员,旗窗口,qi,,2025-01-01,,,
twin,,,,,,recorder,记录员,嘎查记录员,jia,,2025-01-01,,,
"""
COMMITTEES = """
format: 1
committees:
  - {code: su-tw, name: 示例苏木人民调解委员会, abbreviation: 示例苏, kind: township, unit: su, term_from: 2025-01-01, term_to: 2027-12-31,
     members: [{person: sumed, role: director}, {person: sumed2}, {person: suwin}]}
  - {code: jia-tw, name: 示例甲嘎查村民委员会人民调解委员会, abbreviation: 示例甲, kind: village, unit: jia, term_from: 2025-01-01, term_to: 2027-12-31,
     members: [{person: jiamed, role: director}, {person: jiamed2}, {person: jiawin}, {person: grid, role: appointed},
               {person: hua, role: appointed}, {person: jiaold, role: appointed}]}
  - {code: yi-tw, name: 示例乙嘎查村民委员会人民调解委员会, abbreviation: 示例乙, kind: village, unit: yi, term_from: 2025-01-01, term_to: 2027-12-31,
     members: [{person: yimed, role: director}, {person: yimed2}, {person: yiwin}]}
"""
RESPONSIBILITIES = """
format: 1
version: 1
in_force_from: 2026-01-01
ownership: {working_days: 3, article: 示例旗责任制规定·归属争议}
lines:
  - {code: "1", text: 邻里、婚姻家庭纠纷由纠纷所在嘎查牵头, categories: ["01", "02"], kind: area, level: gacha}
  - {code: "2", text: 山林土地纠纷由纠纷所在苏木牵头, categories: ["07"], kind: area, level: sumu}
  - {code: "3", text: 打架伤人的由派出所牵头, governance: ["0303"], unit: su-pai}
  - {code: "4", text: 婚姻家庭纠纷派出所配合, role: support, categories: ["01"], unit: su-pai}
"""
DUTY = """
format: 1
presence:
  - {unit: su-pai, at: su, mode: on_call, answer: {minutes: 30, article: 示例苏木规定·随叫随到}}
  - {unit: yi, at: su, mode: rotating, days: [tue], hours: "09:00-12:00"}
desks:
  - {key: hall, title: 苏木接待厅, unit: su, begins: 2026-03-02, shifts: [[suwin], [sudis, sumed2]]}
experts:
  - {person: lin, kind: police, units: [su], answer: {hours: 4, article: 示例苏木规定·驻村民警}}
"""

SUPERVISION = """
format: 1
ladder:
  - {key: far, title: 很久以后, when: {overdue: {working_days: 250}}}
"""
"""A ladder that nobody reaches: what tests of other things do must not be full of its steps."""


def write_site(folder: Path, **changed: str) -> Path:
    """The town's site as files; `changed` replaces whole files, by the first part of their names."""
    folder.mkdir(parents=True)
    files = {
        "site.yaml": SITE,
        "units.csv": UNITS,
        "people.csv": PEOPLE,
        "committees.yaml": COMMITTEES,
        "responsibilities.yaml": RESPONSIBILITIES,
        "duty.yaml": DUTY,
        "supervision.yaml": SUPERVISION,
    }
    for name, content in files.items():
        (folder / name).write_text(changed.get(name.partition(".")[0], content).lstrip(), encoding="utf-8")
    return folder


def party(role: str = "applicant", number: int = 1, **changes: Any) -> dict[str, Any]:
    """A natural person who has been told the rights and agrees to everything."""
    said = {
        "role": role,
        "name": f"{'甲乙丙丁戊己庚辛壬癸'[number % 10]}某{number}",
        "sex": "男",
        "ethnicity": "汉族",
        "address": f"示例甲嘎查{number}号",
        "id_number": sample_resident_number(date(1970, 1, 1) + timedelta(days=number), 2 * number + 1),
        "consents": True,
        "rights_told": True,
        "electronic_agreed": True,
    }
    return {key: value for key, value in {**said, **changes}.items() if value is not None}


def silent(role: str = "applicant", number: int = 1, **changes: Any) -> dict[str, Any]:
    """A party that has said nothing yet and been told nothing."""
    return party(role, number, consents=None, rights_told=False, electronic_agreed=False, **changes)


def pay(obligor: int = 2, obligee: int = 1, **changes: Any) -> dict[str, Any]:
    said = {"obligor": obligor, "obligee": obligee, "act": "pay", "amount_fen": 100_00, "manner": "现金"}
    due = {} if changes.get("at_once") else {"due_on": "2026-04-01"}
    return {**said, **due, **changes}


def drawing(seed: int = 1) -> str:
    """A drawn name, as a PNG in base64."""
    chance = random.Random(seed)  # noqa: S311 — a picture, not a key
    image = Image.new("RGBA", (400, 160), (0, 0, 0, 0))
    points = [(chance.randint(10, 390), chance.randint(10, 150)) for _point in range(12)]
    ImageDraw.Draw(image).line(points, fill=(10, 10, 30, 255), width=6)
    output = io.BytesIO()
    image.save(output, "PNG")
    return base64.b64encode(output.getvalue()).decode()


def scanned_page() -> str:
    """A page as a scanner gives it."""
    image = Image.new("L", (620, 877), 255)
    ImageDraw.Draw(image).text((60, 60), "signed by hand", fill=0)
    output = io.BytesIO()
    image.save(output, "PNG")
    return base64.b64encode(output.getvalue()).decode()


@dataclass
class Town:
    """One instance of the town with its clock, and short words for what tests do with it."""

    instance: Instance
    clock: SetClock

    # — acts —

    def register(self, who: str = "jiawin", **changes: Any) -> str:
        """A dispute between two who agree to everything; its public id."""
        said = {
            "title": "排水纠纷",
            "source": "applied",
            "governance_category": "0201",
            "narrative": "雨水倒灌。",
            "claims": ["修好排水沟"],
            "parties": [party("applicant", 1), party("respondent", 2)],
        }
        return self.instance.register(who, {**said, **changes}).act.case

    def act(self, who: str, ref: str, trigger: str, version: int | None = None, **words: Any) -> Any:
        """One act, an hour's quarter later; no paper is made."""
        self.clock.advance(timedelta(minutes=15))
        return self.instance.act(who, ref, trigger, words, version)

    def do(self, who: str, ref: str, trigger: str, **words: Any) -> Done:
        """One act and the papers that it owes."""
        self.clock.advance(timedelta(minutes=15))
        return self.instance.do(who, ref, trigger, words)

    def bring(self, to: str, ref: str | None = None, **registered: Any) -> str:
        """A dispute of jia brought to a state of the ordinary way: `agreed` is mediating, with all agreed and drafted."""
        ref = ref or self.register(**registered)
        for trigger in WAY[: WAY.index(STATES[to]) + 1]:
            self.step(ref, trigger)
        return ref

    def step(self, ref: str, trigger: str, **words: Any) -> None:
        """The act with its usual actor and words."""
        usual: dict[str, tuple[str, dict[str, Any]]] = {
            "": ("", {}),
            "triage": ("jiawin", {"tier": "ordinary"}),
            "keep": ("jiawin", {}),
            "accept": ("jiawin", {}),
            "assign": (
                "jiamed",
                {"mediators": [{"person": "jiamed"}, {"person": "jiarec", "role": "recorder"}]},
            ),
            "record_session": ("jiamed", self.session("agreed")),
            "draft_agreement": (
                "jiamed",
                {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay()]},
            ),
            "conclude_written": ("jiamed", {}),
            "conclude_oral": ("jiamed", {}),
            "terminate": ("jiamed", {"reason": "no_agreement", "routes": ["court"]}),
            "close": ("jiamed", {}),
        }
        who, said = usual[trigger]
        if who:
            self.act(who, ref, trigger, **{**said, **words})

    def session(self, result: str = "to_continue", **changes: Any) -> dict[str, Any]:
        held = {
            "held_from": self.clock.now(),
            "place": "嘎查调解室",
            "present": [1, 2],
            "body": ["双方陈述。"],
        }
        return {**held, "result": result, **changes}

    def sign(self, ref: str, slot: str, who: str = "jiamed", **changes: Any) -> Any:
        said = {"slot": slot, "identity_check": "id_card_seen", "agrees": True, "drawing": drawing()}
        return self.act(who, ref, "sign", **{**said, **changes})

    # — looking —

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.instance.database.reading() as session:
            yield session

    def note_people(self, session: Session) -> None:
        """Record that people, posts or units were changed by hand, as `site apply` does when it has changed them."""
        record(session, "units", "tree", people.fingerprint(session), self.clock.now())

    def hall(self, session: Session, who: str = "jiamed") -> Hall:
        return self.instance._hall(session, who)

    def case(self, ref: str) -> Dispute:
        """The row as it is, without scope."""
        with self.reading() as session:
            return next(case for case in queries.all_cases(session) if ref in {case.public_id, case.number})

    def of(self, ref: str, read: Any, *more: Any) -> Any:
        """What a query says of a case: town.of(ref, queries.parties)."""
        case = self.case(ref)
        with self.reading() as session:
            return read(session, case.id, *more)

    def events(self, ref: str) -> list[Any]:
        with self.reading() as session:
            return list(trail_queries.events_of(session, ref))

    def last(self, ref: str) -> Any:
        return self.events(ref)[-1]

    def acts(self, ref: str) -> list[str]:
        return [event.act for event in self.events(ref)]

    def clocks(self, ref: str) -> dict[str, str]:
        """Name of each clock → its state; of several of one name the last."""
        return {row.name: row.state for row in self.of(ref, queries.deadlines)}

    def tasks(self, ref: str) -> list[tuple[str, str]]:
        """(state, unit) of the open tasks."""
        found = self.of(ref, queries.open_tasks)
        return [(task.state, self.unit_code(task.unit_id)) for task in found]

    def worklists(self, ref: str) -> set[str]:
        """Codes of the units on whose worklists the case is."""
        return {self.unit_code(unit) for unit in self.of(ref, queries.open_rows)}

    def outbox(self, ref: str) -> list[tuple[str, str]]:
        """(kind, form or notice) of all that the case has left in the outbox."""
        case = self.case(ref)
        rows = self.rows("SELECT kind, payload, case_id FROM outbox ORDER BY id")
        return [
            (kind, payload.get("form") or payload.get("notice"))
            for kind, payload, of in ((k, _json(p), c) for k, p, c in rows)
            if of == case.id
        ]

    def counts(self) -> dict[tuple[str, str, str], int]:
        """(unit, definition, state) → open cases, as the head counts say; zeros left out."""
        rows = self.rows("SELECT unit_id, workflow, state, cases FROM state_count")
        return {(self.unit_code(unit), flow, state): n for unit, flow, state, n in rows if n}

    def unit_code(self, unit_id: int) -> str:
        with self.reading() as session:
            return queries.unit(session, unit_id).code

    def rows(self, statement: str) -> list[Any]:
        with self.reading() as session:
            return [tuple(row) for row in session.connection().execute(text(statement))]

    def dump(self) -> Mapping[str, list[Any]]:
        """Every row of every table as it lies in the store, asked of the driver itself: that takes a fourth of the time."""
        with self.reading() as session:
            driver: Any = session.connection().connection.driver_connection
            return {name: sorted(driver.execute(all_of).fetchall(), key=repr) for name, all_of in _ALL}


WAY = (
    "",
    "triage",
    "keep",
    "accept",
    "assign",
    "record_session",
    "draft_agreement",
    "conclude_written",
)
STATES = {
    "registered": "",
    "triaged": "triage",
    "received": "keep",
    "accepted": "accept",
    "preparing": "assign",
    "mediating": "record_session",
    "agreed": "draft_agreement",
    "signing": "conclude_written",
}


# In plain SQL, so that what is encrypted stays as it lies.
_ALL = [(table.name, f'SELECT * FROM "{table.name}"') for table in Table.metadata.sorted_tables]  # noqa: S608


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


@contextmanager
def environment(town: Town) -> Iterator[None]:
    """The town as the command line finds it."""
    settings = town.instance.settings
    kept = {name: os.environ.get(name) for name in ("MEDIATION_DATA", "DATABASE_URL")}
    os.environ |= {"MEDIATION_DATA": str(settings.data), "DATABASE_URL": settings.database_url}
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@dataclass
class Founded:
    """A founded town that is copied for each test. Nobody is connected to its database."""

    instance: Instance
    settings: Settings
    server: Server | None
    opener: Opener

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Town]:
        """A town of one's own: the founded one's configuration and press, its own database, store and clock."""
        data = folder / "town"
        shutil.copytree(self.settings.data, data)
        url = f"sqlite:///{data / 'mediation.db'}"
        if self.server is not None:
            url = self.server.create_database(template=self.settings.database_url)
        settings = replace(
            self.settings, data=data, database_url=url, key_file=data / "keys" / self.settings.key_file.name
        )
        own = copy.copy(self.instance)
        own.settings, own.clock = settings, SetClock(MORNING)
        try:
            with self.opener.opened(url) as own.database:
                self._furnish(own, data)
                yield Town(own, own.clock)
        finally:
            if self.server is not None:
                self.server.drop_database(url)

    def _furnish(self, own: Instance, data: Path) -> None:
        """The rooms of a copy, about its own database."""
        own.store = open_store(own.database, own.settings.store, own.keyring, own.clock)
        own.papers = PaperRoom(
            own.database, own.keyring, own.authority, own.store, own.clock, data, own._hall
        )
        own.routing = RoutingDesk(own.database, own._hall)
        own.window = WindowDesk(own.database, own._hall)
        own.ownership = OwnershipDesk(own.database, own._hall)
        own.boards = BoardDesk(own.database, own._hall)
        own.successions = SuccessionDesk(own.database, own._hall)
        own.papers.press = self.instance.papers.press  # one warm worker for all
        own.room = CaseRoom(own.database, own._hall, own.papers.press, own.store)
        own.post_room = own.open_post_room()
        own.webhooks = own.open_webhooks()
        own.residents = ResidentDesk(
            own.database,
            own.keyring,
            own.clock,
            own.store,
            own.papers,
            own.authority.root,
            own._hall,
            own._system_hall,
        )


@contextmanager
def founded_town(folder: Path, url: str, server: Server | None = None) -> Iterator[Founded]:
    """The town founded in a fresh database."""
    data = folder / "data"
    settings = Settings(data=data, database_url=url, key_file=data / "keys" / "master.key")
    clock = SetClock(MORNING)
    found_instance(settings, write_site(folder / "site"), clock)
    instance = Instance.open(settings, clock)
    instance.database.close()
    yield Founded(instance, settings, server, Opener(instance.keyring))
    instance.close()


@pytest.fixture(scope="session")
def sqlite_founded(once: Once, tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """The same one for every folder that takes this fixture over."""

    def found() -> AbstractContextManager[Founded]:
        folder = tmp_path_factory.mktemp("founded")
        return founded_town(folder, f"sqlite:///{folder / 'data' / 'mediation.db'}")

    town: Founded = once.of("town", found)
    return town


@pytest.fixture(scope="session")
def postgresql_founded(
    postgresql_once: Once, tmp_path_factory: pytest.TempPathFactory, postgresql_server: Server
) -> Founded:
    """The same one for every folder that takes this fixture over. Its database goes with the server."""

    def found() -> AbstractContextManager[Founded]:
        folder = tmp_path_factory.mktemp("founded")
        return founded_town(folder, postgresql_server.create_database(), postgresql_server)

    town: Founded = postgresql_once.of("town", found)
    return town


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """A town of the test's own, on each store."""
    founded: Founded = request.getfixturevalue(f"{request.param}_founded")
    with founded.copied(tmp_path) as own:
        yield own


@pytest.fixture
def sqlite_town(sqlite_founded: Founded, tmp_path: Path) -> Iterator[Town]:
    """A town on SQLite only, for what does not depend on the store."""
    with sqlite_founded.copied(tmp_path) as own:
        yield own
