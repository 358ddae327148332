"""One durable act, beside a raw script that sends the database the very same statements.

Three copies of one instance go through the same acts. The first records what is sent to the database; then the second
does each act (timed) and a raw connection sends the third what was recorded (timed), in turn, case by case.
"""

import copy
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event, make_url
from transitions import Machine

from benchmarks.results import Row, Section, over, ratio, short, spread
from mediation.cases import inputs as said
from mediation.cases import queries, transition, verbs
from tests.postgresql import running_server
from tests.town import Founded, Town, founded_town, pay, silent

_WARM = 5
_DO = "these acts owe none. The others are Instance.act: their papers stay in the outbox."


@dataclass(frozen=True)
class Act:
    """One act of the way that every case goes: who, what, with which words. `do`: by Instance.do, papers looked for."""

    trigger: str
    who: str
    words: Callable[[Town], dict[str, Any]] = field(default=lambda _town: {})
    do: bool = False


WAY = (
    Act("record_consent", "jiawin", lambda _town: {"parties": [1, 2], "electronic": True}, do=True),
    Act("tell_rights", "jiawin", lambda _town: {"parties": [1, 2]}),
    Act("triage", "jiawin", lambda _town: {"tier": "ordinary"}, do=True),
    Act("keep", "jiawin", do=True),
    Act("accept", "jiawin"),
    Act(
        "assign",
        "jiamed",
        lambda _town: {"mediators": [{"person": "jiamed"}, {"person": "jiarec", "role": "recorder"}]},
    ),
    Act("record_session", "jiamed", lambda town: town.session("agreed")),
    Act(
        "draft_agreement",
        "jiamed",
        lambda _town: {"facts": "雨水倒灌。", "matters": "由谁修沟。", "clauses": [pay()]},
    ),
)


@dataclass
class Timed:
    """What one act took, each time: ours, raw, and how many statements it sent."""

    ours: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)


def measure(quick: bool) -> Section:
    """Each act of a case's way, on SQLite and on PostgreSQL, and the decision alone."""
    cases = 12 if quick else 65
    rows: list[Row | list[str]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with founded_town(
            folder / "sqlite", f"sqlite:///{folder / 'sqlite' / 'data' / 'mediation.db'}"
        ) as town:
            rows += _rows("SQLite", _play(town, folder / "sqlite", cases))
            rows += _deciding(town, folder / "deciding", 200 if quick else 20_000)
        with running_server(durable=True) as server:
            url = server.create_database()
            with founded_town(folder / "postgresql", url, server) as town:
                rows += _rows("PostgreSQL", _play(town, folder / "postgresql", cases))
            settings = _durability(url)
    return Section(
        "engine",
        "One complete durable act (one write transaction: scope, facts, guards, compare-and-swap, tasks, deadlines, worklists, "
        "audit trail, commit to disk) beside the raw driver that sends the same statements with the same parameters and "
        "reads all their rows. `of raw` is the act's rate as a part of the raw rate.",
        ("store", "act", "statements", "ours", "raw driver", "of raw"),
        rows,
        ("sqlalchemy", "sqlmodel", "psycopg", "transitions", "pydantic", "cryptography"),
        (
            f"SQLite: WAL, synchronous=FULL, the same pragmas on both sides. PostgreSQL {settings}, one client over a local socket.",
            f"{cases - _WARM} cases each after {_WARM} to warm up. `do` is Instance.do, which looks for owed papers too: {_DO}",
            "Raw leaves out all that is not the database: judging, encryption, hashing, reading what people wrote.",
        ),
    )


def _rows(store: str, found: dict[str, Timed]) -> Iterator[Row]:
    for act, timed in found.items():
        rate = over(timed.raw, timed.ours)
        statements = sorted(timed.statements)[len(timed.statements) // 2]
        yield Row(
            (store, act, f"{statements}", spread(timed.ours), spread(timed.raw), short(rate)),
            f"act, {store}",
            rate,
            act,
        )


def _play(founded: Founded, folder: Path, cases: int) -> dict[str, Timed]:
    """Every act for all cases, one act after the other, on the three copies."""
    with ExitStack() as open_ones:
        recorded, played, replayed = (
            open_ones.enter_context(founded.copied(folder / name))
            for name in ("recorded", "played", "replayed")
        )
        raw = open_ones.enter_context(_raw(replayed))
        found = {"register": Timed()}
        refs: dict[int, tuple[str, str]] = {}
        for number in range(cases):
            with _recording(recorded) as sent:
                one = _register(recorded)
            begun = time.perf_counter()
            other = _register(played)
            ours = time.perf_counter() - begun
            _note(found["register"], number, ours, raw(sent), sent)
            refs[number] = (one, other)
        for act in WAY:
            name = f"{act.trigger}{' (do)' if act.do else ''}"
            timed = found[name] = Timed()
            for number, (one, other) in refs.items():
                with _recording(recorded) as sent:
                    _perform(recorded, one, act)
                _note(timed, number, _perform(played, other, act), raw(sent), sent)
        if recorded.dump() != replayed.dump():
            raise AssertionError("the raw script left another database than the acts that it repeats")
        return found


def _durability(url: str) -> str:
    """What the server says of itself."""
    with psycopg.connect(
        make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    ) as connection:
        told = {
            name: connection.execute(f"SHOW {name}").fetchone()
            for name in ("server_version", "fsync", "synchronous_commit")
        }
    return ", ".join(f"{name} {value[0]}" for name, value in told.items() if value)


def _note(timed: Timed, number: int, ours: float, raw: float, sent: list["Sent"]) -> None:
    if number >= _WARM:
        timed.ours.append(ours)
        timed.raw.append(raw)
        timed.statements.append(sum(one.statement not in _ENDS for one in sent))


def _register(town: Town) -> str:
    return town.register(parties=[silent("applicant", 1), silent("respondent", 2)])


def _perform(town: Town, ref: str, act: Act) -> float:
    words = act.words(town)
    work = town.instance.do if act.do else town.instance.act
    begun = time.perf_counter()
    work(act.who, ref, act.trigger, words)
    return time.perf_counter() - begun


# — what is sent, and sending it raw —

_ENDS = ("COMMIT", "ROLLBACK")


@dataclass(frozen=True)
class Sent:
    """One statement as the driver got it. `connection`: which of the connections that were at work."""

    connection: str
    statement: str
    parameters: Any

    @property
    def many(self) -> bool:
        """One statement for a list of rows; a statement with many rows in it has one set of parameters."""
        return isinstance(self.parameters, list)


@contextmanager
def _recording(town: Town) -> Iterator[list[Sent]]:
    """All that the instance sends to its database, in order, transactions' ends with it."""
    sent: list[Sent] = []
    database = town.instance.database
    listening: list[tuple[Any, str, Any]] = []
    # On PostgreSQL both are one engine.
    for name, engine in {
        id(one): (kind, one) for kind, one in (("writer", database.writer), ("reader", database.reader))
    }.values():

        def statement(
            _c: Any, _cursor: Any, text: str, parameters: Any, _context: Any, _many: bool, name: str = name
        ) -> None:
            sent.append(Sent(name, text, copy.copy(parameters)))

        def begin(_connection: Any, name: str = name) -> None:
            if database.on_sqlite:  # psycopg begins by itself
                sent.append(Sent(name, "BEGIN IMMEDIATE" if name == "writer" else "BEGIN", ()))

        def commit(_connection: Any, name: str = name) -> None:
            sent.append(Sent(name, "COMMIT", ()))

        def rollback(_connection: Any, name: str = name) -> None:
            sent.append(Sent(name, "ROLLBACK", ()))

        listening += [
            (engine, "before_cursor_execute", statement),
            (engine, "begin", begin),
            (engine, "commit", commit),
            (engine, "rollback", rollback),
        ]
    for target, what, listener in listening:
        event.listen(target, what, listener)
    try:
        yield sent
    finally:
        for target, what, listener in listening:
            event.remove(target, what, listener)


@contextmanager
def _raw(town: Town) -> Iterator[Callable[[list[Sent]], float]]:
    """Sends recorded statements over bare connections to the town's database; the seconds that it took."""
    url = make_url(town.instance.database.url)
    if url.get_backend_name() == "sqlite":
        connections: dict[str, Any] = {
            "writer": _sqlite(url.database),
            "reader": _sqlite(url.database, writes=False),
        }
        run = _run_sqlite
    else:
        conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        connections = {"writer": psycopg.connect(conninfo)}
        run = _run_psycopg
    try:
        yield lambda sent: run(connections, sent)
    finally:
        for connection in connections.values():
            connection.close()


def _sqlite(path: str | None, *, writes: bool = True) -> sqlite3.Connection:
    connection = sqlite3.connect(path or "", isolation_level=None)
    for pragma in (
        "foreign_keys=ON",
        "journal_mode=WAL",
        "synchronous=FULL",
        "trusted_schema=OFF",
        "temp_store=MEMORY",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if not writes:
        connection.execute("PRAGMA query_only=ON")
    return connection


def _run_sqlite(connections: dict[str, sqlite3.Connection], sent: list[Sent]) -> float:
    begun = time.perf_counter()
    for one in sent:
        connection = connections[one.connection]
        if one.many:
            connection.executemany(one.statement, one.parameters)
        else:
            connection.execute(one.statement, one.parameters).fetchall()
    return time.perf_counter() - begun


def _run_psycopg(connections: dict[str, psycopg.Connection[Any]], sent: list[Sent]) -> float:
    connection = connections["writer"]
    begun = time.perf_counter()
    for one in sent:
        if one.statement == "COMMIT":
            connection.commit()
        elif one.statement == "ROLLBACK":
            connection.rollback()
        elif one.many:
            connection.cursor().executemany(one.statement, one.parameters)
        else:
            cursor = connection.execute(one.statement, one.parameters)
            if cursor.description is not None:
                cursor.fetchall()
    return time.perf_counter() - begun


# — the decision alone —


def _deciding(founded: Founded, folder: Path, times: int) -> list[list[str]]:
    """Engine.decide for `accept` (eight guards) on facts read once, and the state machine's move alone."""
    with founded.copied(folder) as town:
        ref = town.bring("received")
        with town.reading() as session:
            hall = town.hall(session, "jiawin")
            case = queries.find_case(session, hall.actor, ref)
            standing = transition.look(hall, case, "accept")
            heard = verbs.verb_of("accept").hear(hall, case, said.read_said(said.Accept, {}))
            engine = transition.engine_of(hall, case)
            facts = replace(standing.facts, act=dict(heard.act), **heard.facts)
            state, actor = case.state, standing.actor
    bare_move, deciding, moving = bare_mover(), [], []
    for _time in range(times):
        begun = time.perf_counter()
        engine.decide(state, "accept", actor, facts)
        deciding.append(time.perf_counter() - begun)
        moving.append(bare_move())
    return [
        [
            "none",
            "Engine.decide of `accept`, 8 guards; beside it a bare `transitions` move",
            "0",
            spread(deciding, "µs"),
            spread(moving, "µs"),
            ratio(moving, deciding),
        ]
    ]


def bare_mover() -> Callable[[], float]:
    """What makes one bare move of `transitions`, with one condition, and tells the seconds that it took."""
    machine = Machine(model=None, states=["a", "b"], initial=None, auto_transitions=False, send_event=True)
    machine.add_transition("go", "a", "b", conditions=[lambda given: given.kwargs["allowed"] == "a.go"])
    go = machine.events["go"]

    def move() -> float:
        light = _Light()
        begun = time.perf_counter()
        go.trigger(light, allowed="a.go")
        return time.perf_counter() - begun

    return move


class _Light:
    state = "a"
