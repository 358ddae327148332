"""How long refusals take that must not be told apart: pairs of calls that alternate, medians, quotients."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from mediation.accounts import calendars, keeping
from mediation.ids import new_public_id, new_token
from tests.web.conftest import MEDIATOR, REGISTRAR, dispute
from tests.web.pages.given_out import House, erased_case, house, link, paper_code, remade

CALLS, LOGINS = 200, 24
LEAST, MOST, ALIKE_MS = 0.8, 1.25, 1.0
_TRIES = 4
"""Wrong passwords for one account, so that none is locked."""


@dataclass(frozen=True)
class Pair:
    """Two things asked in turn. `calls`: how often each."""

    asked: str
    one: str
    other: str
    ask_one: Callable[[int], Any]
    ask_other: Callable[[int], Any]
    calls: int = CALLS


def measured(folder: Path, _seed: int) -> tuple[list[tuple[object, ...]], list[str]]:
    """All pairs: their rows, and those that can be told apart."""
    rows: list[tuple[object, ...]] = []
    found = []
    with house(folder) as here:
        for pair in _pairs(here):
            one, other = _medians(pair)
            apart = abs(one - other)
            well = LEAST <= one / other <= MOST or apart < ALIKE_MS
            told = "alike" if well else "**apart**"
            rows.append(
                (
                    *(pair.asked, pair.one, pair.other, pair.calls),
                    *(f"{one:.2f}", f"{other:.2f}", f"{one / other:.2f}", f"{apart:.2f}", told),
                )
            )
            if not well:
                found.append(f"{pair.asked}: {pair.one} {one:.2f} ms, {pair.other} {other:.2f} ms")
    return rows, found


def _medians(pair: Pair) -> tuple[float, float]:
    """Milliseconds of the processor. The first calls warm up; who begins changes each time; a refusal must be the same refusal."""
    spent: tuple[list[float], list[float]] = ([], [])
    asks = (pair.ask_one, pair.ask_other)
    statuses = set()
    for at in range(-5, pair.calls):
        for which in (0, 1) if at % 2 else (1, 0):
            began = process_time()
            answer = asks[which](at)
            if at >= 0:
                spent[which].append((process_time() - began) * 1000)
            statuses.add(answer.status_code)
    assert len(statuses) == 1, (pair.asked, statuses)
    return median(spent[0]), median(spent[1])


def _pairs(here: House) -> Iterator[Pair]:
    yield from _logins(here)
    yield from _secrets(here)
    yield from _cases(here)


def _logins(here: House) -> Iterator[Pair]:
    names = [here.named(here.account("system")) for _time in range((LOGINS + 5) // _TRIES + 1)]

    def log_in(name: str) -> Any:
        return here.ask("POST", "/login", data={"name": name, "password": "错的密码-2026"})

    known, unknown = "a name that is known", "a name that is not"
    yield Pair(
        "to come in",
        known,
        unknown,
        lambda at: log_in(names[(at + 5) // _TRIES]),
        lambda at: log_in(f"nobody-{at}"),
        LOGINS,
    )
    for _time in range(6):
        log_in(names[0])
    yield Pair(
        "to come in",
        "a name that is locked",
        unknown,
        lambda _at: log_in(names[0]),
        lambda at: log_in(f"nobody-{at}"),
        LOGINS,
    )
    with here.instance.database.writing() as session:
        closed = keeping.named(session, names[-1])
        keeping.disable(session, closed.public_id, here.instance.clock.now(), by="test")
    yield Pair(
        "to come in, wrong password",
        "a closed account",
        unknown,
        lambda _at: log_in(names[-1]),
        lambda at: log_in(f"nobody-{at}"),
        LOGINS,
    )


def _secrets(here: House) -> Iterator[Pair]:
    follow = lambda code: here.ask("POST", "/p/follow", data={"code": code})  # noqa: E731
    yield Pair(
        "a query code",
        "of the right form",
        "of another",
        lambda _at: follow("77777-77777"),
        lambda _at: follow("7"),
    )
    dead = link(here)
    here.instance.residents.make_link(MEDIATOR, here.made["case"], "party-01")
    yield Pair(
        "a link to sign by",
        "replaced by another",
        "never made",
        lambda _at: dead.use(dead.told),
        lambda _at: dead.use(new_token()),
    )
    open_link = here.instance.residents.make_link(MEDIATOR, here.made["case"], "party-02")
    here.instance.clock.advance(timedelta(days=2))
    yield Pair(
        "a link to sign by",
        "past its day",
        "never made",
        lambda _at: dead.use(open_link),
        lambda _at: dead.use(new_token()),
    )
    paper = paper_code(here)
    unknown = lambda: here.ask("GET", f"/p/d/{new_public_id()}", params={"t": new_token()})  # noqa: E731
    yield Pair(
        "the code on a paper",
        "a paper, another code",
        "no such paper",
        lambda _at: paper.use(new_token()),
        lambda _at: unknown(),
    )
    feed = lambda text: here.ask("GET", f"/calendar/{text}.ics")  # noqa: E731
    owner = here.account(person="puyongan")
    ended = remade(here, owner)
    with here.instance.database.writing() as session:
        calendars.end_address(session, keeping.found(session, owner), here.instance.clock.now(), by="test")
    yield Pair(
        "a calendar's address", "ended", "never made", lambda _at: feed(ended), lambda _at: feed(new_token())
    )
    revoked = here.instance.issue_token(REGISTRAR, "revoked", 30)
    here.instance.revoke_token(revoked)
    yield Pair(
        "a token",
        "revoked",
        "never issued",
        lambda _at: _api(here, revoked, ""),
        lambda _at: _api(here, new_token(), ""),
    )


def _cases(here: House) -> Iterator[Pair]:
    seen = here.instance.register(REGISTRAR, dispute()).act.case
    number = here.instance.case(REGISTRAR, seen).row.number
    gone = erased_case(here)
    token = here.instance.issue_token("sunlei:registrar", "out of sight", 30)
    seat = here.seat(here.account(person="sunlei"))
    api = lambda ref: _api(here, token, f"/{ref}")  # noqa: E731
    page = lambda ref: seat.ask("GET", f"/cases/{ref}")  # noqa: E731
    for how, ask in (("by the API", api), ("by its page", page)):
        what = f"a case {how}"
        yield Pair(
            what,
            "out of sight",
            "none",
            lambda _at, ask=ask: ask(seen),
            lambda _at, ask=ask: ask(new_public_id()),
        )
        yield Pair(
            what, "erased", "none", lambda _at, ask=ask: ask(gone), lambda _at, ask=ask: ask(new_public_id())
        )
    other = f"{number[:-1]}{(int(number[-1]) + 5) % 10}" if number[-1].isdigit() else f"{number}9"
    yield Pair(
        "a case by its number", "out of sight", "none", lambda _at: api(number), lambda _at: api(other)
    )
    find = lambda words: _api(here, token, f"?search={words}")  # noqa: E731
    yield Pair(
        "a search",
        "words of a case out of sight",
        "words of none",
        lambda _at: find("排水纠纷"),
        lambda _at: find("鹭鸶榫卯"),
    )


def _api(here: House, token: str, rest: str) -> Any:
    return here.ask("GET", f"/api/v1/cases{rest}", headers={"Authorization": f"Bearer {token}"})
