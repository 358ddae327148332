"""Large databases for the scale bench: rows as the program writes them, multiplied inside the database by plain SQL.

One dispute of each kind is brought about by the program's own acts; its rows are the pattern of all others, which differ in
place, holder, state, moments, people and words. Encrypted columns keep the pattern's ciphertext; search pieces are real.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
    text,
)

from mediation.app import Instance
from mediation.cases import queries
from mediation.cases.models import Dispute
from mediation.cases.window.alike import Named
from mediation.clock import SetClock
from mediation.founding import found_instance
from mediation.settings import Settings
from tests.town import COMMITTEES, MORNING, PEOPLE, SITE, UNITS, Town, write_site

TOWNS, VILLAGES, CAMPS = 16, 16, 4
NAMES, TITLES, MOMENTS = 40_000, 2_000, 9_973
OPEN_OF = 10
"""One case of ten is open."""
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马胡朱郭何罗高林"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰春秀梅建国志文宇轩子涵欣怡浩然思雨佳琪晓东海燕立新红云飞鹏程晨曦瑞雪冬松柏青山"
_PLACES = "东南西北上下前后新旧"
_MATTERS = (
    "排水",
    "宅基地",
    "草场界线",
    "借款",
    "赡养",
    "噪声",
    "工资",
    "医疗",
    "交通",
    "物业",
    "合同",
    "采光",
)
_ID_NUMBER, _PHONE = "590121199001011234", "00000000000"
_STATES = ("registered", "triaged", "received", "accepted", "preparing", "mediating")


@dataclass(frozen=True)
class Scaled:
    """A filled instance. `words`: what to search for, by what kind of search it is. `people`: both parties of a case that all units see."""

    town: Town
    cases: int
    units: dict[str, str]
    words: dict[str, str]
    people: tuple[Named, Named]


@contextmanager
def scaled(folder: Path, url: str, cases: int) -> Iterator[Scaled]:
    """An instance with so many cases in a tree of four levels."""
    settings = Settings(
        data=folder / "data", database_url=url, key_file=folder / "data" / "keys" / "master.key"
    )
    clock = SetClock(MORNING)
    found_instance(settings, _site(folder / "site"), clock)
    with Instance.open(settings, clock) as instance:
        town = Town(instance, clock)
        open_case, closed = town.bring("mediating"), town.bring("received")
        town.act("jiawin", closed, "decline_acceptance", reason="not_civil", routes=["court"])
        clock.advance(timedelta(days=40))
        words, people = _fill(instance, town.case(open_case).id or 0, town.case(closed).id or 0, cases)
        yield Scaled(
            town,
            cases,
            {"county": "r", "town": "r-t1", "village": "r-t1-v1", "group": "r-t1-v1-g1"},
            words,
            people,
        )


# — the site —


def _site(folder: Path) -> Path:
    """The tests' town with many more units, and at each village who registers and who mediates."""
    units, people = [UNITS.strip()], [PEOPLE.strip(), _person("r", "registrar", "qi")]
    for town in range(1, TOWNS + 1):
        units.append(_unit(f"t{town}", "苏木", "qi", f"5901212{town:02}000"))
        people.append(_person(f"r-t{town}", "registrar", f"t{town}"))
        for village in range(1, VILLAGES + 1):
            code = f"t{town}-v{village}"
            units.append(_unit(code, "嘎查", f"t{town}", f"5901212{town:02}3{village:02}"))
            people += [_person(f"r-{code}", "registrar", code), _person(f"m-{code}", "mediator", code)]
            for camp in range(1, CAMPS + 1):
                units.append(_unit(f"{code}-g{camp}", "浩特", code, ""))
                people.append(_person(f"r-{code}-g{camp}", "grid", f"{code}-g{camp}"))
    return write_site(
        folder,
        site=SITE,
        committees=COMMITTEES,
        units="\n".join(units) + "\n",
        people="\n".join(people) + "\n",
    )


def _unit(code: str, level: str, above: str, place: str) -> str:
    return f"{code},示例{level}{code},,{level},{above},{place},,,2024-01-01,,"


def _person(code: str, kind: str, unit: str) -> str:
    title = {"registrar": "登记员", "mediator": "人民调解员", "grid": "网格员"}[kind]
    return f"{code},包某,女,蒙古族,,,{kind},{title},{title},{unit},,2025-01-01,2027-12-31,,"


# — the rows —


def _fill(
    instance: Instance, open_id: int, closed_id: int, cases: int
) -> tuple[dict[str, str], tuple[Named, Named]]:
    database = instance.database
    with database.writing() as session:
        connection = session.connection()
        names, titles = _names()
        _look_ups(connection, instance, names, titles)
        for statement in _statements(database.on_sqlite, open_id, closed_id, cases):
            connection.execute(text(statement))
        people = _typed_again(connection, instance, names)
        for name in ("n", "case", "name", "person", "title", "moment", "state", "unit"):
            connection.execute(text(f"DROP TABLE bench_{name}"))
        if not database.on_sqlite:  # it does not look at keys that were given; SQLite does
            for name in ("dispute", "party", "case_mediator", "deadline", "task"):
                connection.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), MAX(id)) FROM \"{name}\"")
                )
    if not database.on_sqlite:  # which it does by itself some time after so many rows have come
        with database.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return _words(names, titles), people


def _names() -> tuple[list[str], list[str]]:
    """Of people and of disputes, always the same."""
    chance = random.Random(20260302)
    weights = [1 / rank for rank in range(1, len(_SURNAMES) + 1)]
    names = [
        f"{chance.choices(_SURNAMES, weights)[0]}{chance.choice(_GIVEN)}{chance.choice(_GIVEN)}"
        for _name in range(NAMES)
    ]
    titles = [
        f"{chance.choice(_PLACES)}{chance.choice(_GIVEN)}村{chance.choice(_MATTERS)}纠纷"
        for _title in range(TITLES)
    ]
    return names, titles


def _words(names: Sequence[str], titles: Sequence[str]) -> dict[str, str]:
    longest = max(titles, key=len)
    return {
        "2, rare": next(name[1:] for name in reversed(names)),
        "2, a common name": names[0][:2],
        "2, in every title": "纠纷",
        "3, a whole name": names[0],
        "4": longest[-4:],
        "8": longest[:8],
        "2, nowhere": "龘龘",
    }


def _typed_again(connection: Connection, instance: Instance, names: Sequence[str]) -> tuple[Named, Named]:
    """Both parties of a case that each unit sees, in the lowest group's hands; the first with an ID number and a phone."""
    found = connection.execute(
        text(
            f"SELECT n, h2 % {NAMES} AS one, h3 % {NAMES} AS other FROM bench_case "
            "ORDER BY CASE WHEN place = 0 THEN depth ELSE 9 END, n LIMIT 1"
        )
    ).one()
    known = Named(names[int(found.one)], _ID_NUMBER, _PHONE)
    look_up = instance.keyring.look_up
    connection.execute(
        text("UPDATE party SET id_key = :id_key, phone_key = :phone_key WHERE case_id = :n AND ordinal = 1"),
        {"n": found.n, "id_key": look_up("id_number", _ID_NUMBER), "phone_key": look_up("phone", _PHONE)},
    )
    return known, Named(names[int(found.other)])


def _look_ups(
    connection: Connection, instance: Instance, names: Sequence[str], titles: Sequence[str]
) -> None:
    """Temporary tables of places, states, moments, of the names' keyed hashes and of the pieces of names and titles."""
    piece = instance.keyring.piece
    for name, texts in (("bench_name", names), ("bench_title", titles)):
        rows = [
            {"k": at, "piece": piece(part)}
            for at, one in enumerate(texts)
            for part in sorted(queries.pieces_of(one))
        ]
        _put(connection, name, [Column("k", Integer, index=True), Column("piece", BigInteger)], rows)
    _put(
        connection,
        "bench_person",
        [Column("k", Integer, primary_key=True), Column("name_key", LargeBinary)],
        [{"k": at, "name_key": instance.keyring.look_up("name", one)} for at, one in enumerate(names)],
    )
    moments = [
        {
            "k": at,
            "at": MORNING + timedelta(minutes=7 * at),
            "due": MORNING + timedelta(days=41, minutes=5 * at),
        }
        for at in range(MOMENTS)
    ]
    kind = Dispute.metadata.tables["dispute"].c.received_at.type
    _put(
        connection,
        "bench_moment",
        [Column("k", Integer, primary_key=True), Column("at", kind), Column("due", kind)],
        moments,
    )
    definition = instance.office.engine("ordinary").definition
    states = [
        {"k": at, "state": one, "phase": definition.states[one].phase} for at, one in enumerate(_STATES)
    ]
    _put(
        connection,
        "bench_state",
        [Column("k", Integer, primary_key=True), Column("state", String), Column("phase", String)],
        states,
    )
    _put(
        connection,
        "bench_unit",
        [Column("k", Integer, index=True), Column("unit", Integer), Column("depth", Integer)],
        list(_places(connection)),
    )


def _places(connection: Connection) -> Iterator[dict[str, int]]:
    """For each place number the group (0), its village (1), town (2) and the county (3)."""
    rows = connection.execute(text("SELECT code, id FROM unit"))
    ids = {str(row.code): int(row.id) for row in rows}
    for k in range(TOWNS * VILLAGES * CAMPS):
        town, village, camp = k % TOWNS + 1, k // TOWNS % VILLAGES + 1, k // TOWNS // VILLAGES + 1
        lineage = (f"t{town}-v{village}-g{camp}", f"t{town}-v{village}", f"t{town}", "qi")
        for depth, code in enumerate(lineage):
            yield {"k": k, "unit": ids[code], "depth": depth}


def _put(
    connection: Connection, name: str, columns: Sequence[Column[Any]], rows: Sequence[dict[str, Any]]
) -> None:
    table = Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])
    table.create(connection)
    connection.execute(insert(table), list(rows))


def _statements(on_sqlite: bool, open_id: int, closed_id: int, cases: int) -> Iterator[str]:
    """All that fills the tables, in order. Case numbers begin behind the patterns."""
    first, last = closed_id + 1, closed_id + cases
    places = TOWNS * VILLAGES * CAMPS
    hashed = "((n * {}) % 4294967296) / 4096"
    yield "CREATE TEMPORARY TABLE bench_n (n BIGINT PRIMARY KEY)"
    yield f"INSERT INTO bench_n WITH RECURSIVE up(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM up WHERE n < {last}) SELECT n FROM up"
    yield (
        f"CREATE TEMPORARY TABLE bench_case AS SELECT n.n AS n, n.h1 % {places} AS place, n.h1 AS h1, n.h2 AS h2, n.h3 AS h3, "
        "v.unit AS village, h.unit AS holder, h.depth AS depth, m.at AS at, m.due AS due, s.state AS state, s.phase AS phase, "
        f"CASE WHEN n.h2 % {OPEN_OF} = 0 THEN {open_id} ELSE {closed_id} END AS pattern, "
        "po.id AS registrar, pm.id AS mediator, pm.person_id AS mediator_person "
        f"FROM (SELECT n, {hashed.format(2654435761)} AS h1, {hashed.format(2246822519)} AS h2, {hashed.format(3266489917)} AS h3 FROM bench_n) n "
        f"JOIN bench_unit v ON v.k = n.h1 % {places} AND v.depth = 1 "
        f"JOIN bench_unit h ON h.k = n.h1 % {places} AND h.depth = CASE WHEN n.h3 % 100 < 20 THEN 0 WHEN n.h3 % 100 < 76 THEN 1 WHEN n.h3 % 100 < 90 THEN 2 ELSE 3 END "
        f"JOIN bench_moment m ON m.k = n.h3 % {MOMENTS} JOIN bench_state s ON s.k = n.h1 / {places} % {len(_STATES)} "
        "JOIN post po ON po.unit_id = v.unit AND po.kind = 'registrar' JOIN post pm ON pm.unit_id = v.unit AND pm.kind = 'mediator'"
    )
    yield "CREATE UNIQUE INDEX bench_case_n ON bench_case (n)"
    is_open = f"pattern = {open_id}"
    yield _copied(
        "dispute",
        "t.id = c.pattern",
        id="c.n",
        public_id=_padded(on_sqlite, "D", "c.n"),
        temporary_number=_padded(on_sqlite, "T", "c.n"),
        number=f"CASE WHEN c.pattern = {open_id} THEN NULL ELSE {_padded(on_sqlite, 'N', 'c.n')} END",
        query_code_hash=_bytes(on_sqlite, "c.n"),
        holder_id="c.holder",
        place_id="c.village",
        first_receiver_id="c.registrar",
        state="CASE WHEN t.open THEN c.state ELSE t.state END",
        phase="CASE WHEN t.open THEN c.phase ELSE t.phase END",
        received_at="c.at",
        due_at="CASE WHEN t.open THEN c.due END",
    )
    for ordinal, name in ((1, "c.h2"), (2, "c.h3")):
        yield _copied(
            "party",
            f"t.case_id = {open_id} AND t.ordinal = {ordinal}",
            id=f"2 * c.n + {ordinal + 1000}",
            case_id="c.n",
            name_key=f"(SELECT p.name_key FROM bench_person p WHERE p.k = {name} % {NAMES})",
            id_key=_bytes(on_sqlite, f"2 * c.n + {ordinal}"),
            phone_key=_bytes(on_sqlite, f"2 * c.n + {ordinal}"),
        )
    yield _copied(
        "case_mediator",
        f"t.case_id = {open_id} AND t.role = 'presiding'",
        id="c.n + 1000",
        case_id="c.n",
        person_id="c.mediator_person",
        post_id="c.mediator",
        assigned_at="c.at",
    )
    true, false = ("1", "0") if on_sqlite else ("TRUE", "FALSE")
    yield (
        f"INSERT INTO case_reach (unit_id, case_id, own) SELECT u.unit, c.n, CASE WHEN u.unit IN (c.village, c.holder) THEN {true} ELSE {false} END "
        "FROM bench_case c JOIN bench_unit u ON u.k = c.place AND (u.depth > 0 OR c.depth = 0) ORDER BY u.unit, c.n"
    )
    yield (
        "INSERT INTO open_case (unit_id, case_id, due_at, state) SELECT u.unit, c.n, c.due, c.state "
        f"FROM bench_case c JOIN bench_unit u ON u.k = c.place AND u.depth >= c.depth WHERE {is_open} ORDER BY u.unit, c.due, c.n"
    )
    yield "DELETE FROM state_count"
    yield (
        "INSERT INTO state_count (unit_id, workflow, state, cases) SELECT unit_id, d.workflow, d.state, COUNT(*) "
        "FROM open_case o JOIN dispute d ON d.id = o.case_id GROUP BY unit_id, d.workflow, d.state"
    )
    yield _copied(
        "deadline",
        f"t.id = (SELECT MAX(id) FROM deadline WHERE case_id = {open_id}) AND c.{is_open}",
        id="c.n + 1000",
        case_id="c.n",
        due_at="c.due",
        started_at="c.at",
    )
    for more in (1, 2):
        yield _copied(
            "deadline",
            f"t.id = (SELECT MIN(id) FROM deadline WHERE case_id = {open_id} AND state = 'met')",
            id=f"c.n + {more} * {last + 1000} + 1000",
            case_id="c.n",
            due_at="c.due",
            started_at="c.at",
        )
    yield _copied(
        "task",
        f"t.id = (SELECT MAX(id) FROM task WHERE case_id = {open_id}) AND c.{is_open}",
        id="c.n + 1000",
        case_id="c.n",
        unit_id="c.holder",
        due_at="c.due",
        opened_at="c.at",
        state="c.state",
    )
    # One case of fifty has had a part done by the town.
    yield _copied(
        "task",
        f"t.id = (SELECT MIN(id) FROM task WHERE case_id = {open_id}) AND c.h3 % 50 = 7",
        id=f"c.n + {last + 2000}",
        case_id="c.n",
        kind="'part'",
        outcome="'done'",
        opened_at="c.at",
        unit_id="(SELECT u.unit FROM bench_unit u WHERE u.k = c.place AND u.depth = 2)",
    )
    yield (
        "INSERT INTO search_piece (piece, case_id) "
        f"SELECT w.piece, c.n FROM bench_case c JOIN bench_name w ON w.k = c.h2 % {NAMES} "
        f"UNION SELECT w.piece, c.n FROM bench_case c JOIN bench_name w ON w.k = c.h3 % {NAMES} "
        f"UNION SELECT w.piece, c.n FROM bench_case c JOIN bench_title w ON w.k = c.h1 % {TITLES} ORDER BY 1, 2"
    )
    yield "DELETE FROM piece_count"
    yield "INSERT INTO piece_count (piece, cases) SELECT piece, COUNT(*) FROM search_piece GROUP BY piece ORDER BY piece"


def _copied(name: str, where: str, **changed: str) -> str:
    """The pattern's row for each case, with some columns changed."""
    columns = [column.name for column in Dispute.metadata.tables[name].columns]
    assert set(changed) <= set(columns)
    values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{name}" ({names}) SELECT {values} FROM bench_case c JOIN "{name}" t ON {where} ORDER BY c.n'


def _padded(on_sqlite: bool, letter: str, number: str) -> str:
    return (
        f"printf('{letter}%09d', {number})"
        if on_sqlite
        else f"'{letter}' || lpad(CAST({number} AS TEXT), 9, '0')"
    )


def _bytes(on_sqlite: bool, number: str) -> str:
    if on_sqlite:
        return f"CAST(printf('%032d', {number}) AS BLOB)"
    return f"decode(lpad(CAST({number} AS TEXT), 32, '0'), 'hex')"
