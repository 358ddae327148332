"""All that the program gives out to one person to be shown again: made in a house, and used as whoever holds it would."""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient

from mediation.accounts import calendars, entering, keeping, tokens
from mediation.accounts import queries as accounts
from mediation.app import Instance
from mediation.audit import queries as trail
from mediation.cases import queries
from mediation.cases.office import Keeping
from mediation.clock import local_day
from mediation.people import queries as people
from mediation.sites.configuration import record
from mediation.web.app import build_app
from tests.contract.stand import founded
from tests.web.conftest import ADDRESS, MEDIATOR, REGISTRAR, dispute
from tests.web.pages.conftest import PASSWORD
from tests.web.pages.weighing import case_at, digits

NAMED = frozenset({"puyongan", "baijianguo", "shaoyun", "tangjun"})
"""People whom a test wants in particular."""
_numbers = itertools.count(1)
_VARYING = frozenset({"content-length", "set-cookie"})


@dataclass
class House:
    """One instance with its pages. `made`: what there is to be named beside a secret, as the case of a link."""

    instance: Instance
    application: FastAPI
    made: dict[str, Any] = field(default_factory=dict)

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """A request from a place of its own, so that nobody's tries are counted together."""
        at = next(_numbers)
        place = (f"10.{at // 62_500}.{at // 250 % 250}.{at % 250}", 40_000)
        client = TestClient(self.application, base_url=ADDRESS, client=place)
        return client.request(method, path, follow_redirects=False, **more)

    def account(self, kind: str = "staff", person: str = "") -> str:
        """A new account's public id; of staff, that of the person."""
        name = person or f"given-{next(_numbers)}"
        with self.instance.database.writing() as session:
            one, _first = keeping.make_account(
                session,
                name,
                self.instance.clock.now(),
                by="test",
                kind=kind,
                person=person,
                password=PASSWORD,
                must_change=False,
            )
            return one.public_id

    def named(self, public_id: str) -> str:
        """The login name of an account."""
        with self.instance.database.reading() as session:
            return keeping.found(session, public_id).name

    def entered(self, public_id: str) -> str:
        """The cookie of a browser in which the account has come in."""
        with self.instance.database.writing() as session:
            name = keeping.found(session, public_id).name
            found = entering.enter(session, self.instance.keyring, name, PASSWORD, self.instance.clock.now())
            assert isinstance(found, entering.Entered)
            return found.token

    def seat(self, public_id: str) -> "Seat":
        """The browser of an account that has just come in."""
        return Seat(self, self.entered(public_id))

    def change(self, act: Callable[..., Any], *words: Any, **named: Any) -> Any:
        """One act on accounts, by the administrator."""
        with self.instance.database.writing() as session:
            return act(session, *words, self.instance.clock.now(), by="test", **named)

    def acts(self, chain: str = "instance") -> list[str]:
        with self.instance.database.reading() as session:
            return [event.act for event in trail.events_of(session, chain)]


@dataclass
class Seat:
    """A browser with the cookie of a session."""

    house: House
    cookie: str

    def ask(self, method: str, path: str, **more: Any) -> Any:
        return self.house.ask(method, path, headers={"Cookie": f"sid={self.cookie}"}, **more)

    def form_token(self, page: str = "/me") -> str:
        """What the forms of this session carry, as the page has it."""
        found = re.search(r'name="form_token" value="([^"]*)"', self.ask("GET", page).text)
        return found[1] if found else ""

    def post(self, path: str, fields: Mapping[str, str]) -> Any:
        return self.ask("POST", path, data={"form_token": self.form_token(), **fields})


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """A house of its own: an instance with keys and a database that no other knows."""
    with founded(folder) as instance:
        yield House(instance, build_app(instance))


@dataclass(frozen=True)
class Secret:
    """What was given out. `use`: the answer to whoever shows a text as if it were this; `good`: is it that of the holder?"""

    told: str
    use: Callable[[str], Any]
    good: Callable[[Any], bool]


def said(answer: Any, *secrets: str) -> tuple[int, str, tuple[tuple[str, str], ...]]:
    """An answer as far as it may tell anything: status, words and headers, without what was shown and what each answer draws anew."""
    words = answer.text
    heads = [(name, value) for name, value in sorted(answer.headers.items()) if name not in _VARYING]
    for one in sorted(secrets, key=len, reverse=True):
        words = words.replace(one, "…")
        heads = [(name, value.replace(one, "…")) for name, value in heads]
    words = re.sub(r'(name="(?:once|form_token)" value=")[^"]*', r"\1", words)
    return answer.status_code, words, tuple(heads)


def is_shown(answer: Any) -> bool:
    return bool(answer.status_code == 200)


def session(house: House) -> Secret:
    house.made["account"] = house.account(person=next(_free(house)))
    return Secret(
        house.entered(house.made["account"]),
        lambda shown: house.ask("GET", "/me", headers={"Cookie": f"sid={shown}"}),
        is_shown,
    )


@contextmanager
def post_ended(house: House, person: str, post: str) -> Iterator[None]:
    """The post of a person has ended the day before, as `site apply` lets it; afterwards it goes on."""
    yesterday = local_day(house.instance.clock.now()) - timedelta(days=1)
    before = _end_post(house, person, post, yesterday)
    try:
        yield
    finally:
        _end_post(house, person, post, before)


def _end_post(house: House, person: str, post: str, day: date | None) -> date | None:
    """Returns when it was to end before."""
    with house.instance.database.writing() as session:
        who = people.person(session, person)
        [row] = [one for one in people.posts_of(session, who.id or 0) if one.code == post]
        values = {"day": day, "id": row.id}
        session.connection().execute(text("UPDATE post SET valid_to = :day WHERE id = :id"), values)
        record(session, "units", "tree", people.fingerprint(session), house.instance.clock.now())
        return row.valid_to


def post_token(house: House) -> Secret:
    return Secret(
        house.instance.issue_token(REGISTRAR, f"given {next(_numbers)}", 30),
        _bearer(house, "cases"),
        is_shown,
    )


def administrators_token(house: House) -> Secret:
    house.made["administrator"] = public_id = house.account("system")
    with house.instance.database.writing() as session:
        account = keeping.found(session, public_id)
        label, now = f"given {next(_numbers)}", house.instance.clock.now()
        told = tokens.issue(session, house.instance.keyring, account, label, 30, now, by="test")
    return Secret(told, _bearer(house, "webhooks"), is_shown)


def calendar(house: House) -> Secret:
    house.made["owner"] = public_id = house.account(person=next(_free(house)))
    return Secret(
        remade(house, public_id),
        lambda shown: house.ask("GET", f"/calendar/{shown}.ics"),
        lambda answer: is_shown(answer) and answer.text.startswith("BEGIN:VCALENDAR"),
    )


def remade(house: House, public_id: str) -> str:
    """A new address of an account's calendar."""
    with house.instance.database.writing() as session:
        account = keeping.found(session, public_id)
        return calendars.make_address(session, house.instance.keyring, account, house.instance.clock.now())


def link(house: House) -> Secret:
    house.made["case"] = ref = case_at(house.instance, "signing")
    told = house.instance.residents.make_link(MEDIATOR, ref, "party-01")
    return Secret(told, lambda shown: house.ask("GET", f"/p/s/{shown}"), is_shown)


def reader(house: House) -> Secret:
    """The cookie of the browser in which the party of a link has shown who it is."""
    house.made["link"] = path = link(house).told
    told = house.instance.residents.identify(path, digits(heaviest=False))
    assert told is not None
    return Secret(
        told,
        lambda shown: house.ask("GET", f"/p/s/{path}", headers={"Cookie": f"signer={shown}"}),
        lambda answer: is_shown(answer) and "张喆" in answer.text,
    )


def query_code(house: House) -> Secret:
    done = house.instance.register(REGISTRAR, dispute())
    house.made["followed"] = done.act.case
    return Secret(str(done.query_code), _followed(house), is_shown)


def erased_case(house: House) -> str:
    """A case of which two persons have erased everything; its id."""
    done = house.instance.register(REGISTRAR, dispute(title="已经删除的纠纷"))
    ref, house.made["code of the erased"] = done.act.case, str(done.query_code)
    house.instance.do(REGISTRAR, ref, "withdraw", {"reason": "自行和解", "asked_by": [1]})
    house.instance.do(REGISTRAR, ref, "close")
    house.instance.do("zhangxiaofeng:archivist", ref, "archive", {"paper_volume": "三号柜"})
    office = house.instance.office
    house.instance.office = replace(office, rules=replace(office.rules, keeping=Keeping(years=0)))
    house.instance.request_erasure("zhangxiaofeng:archivist", ref, "purpose_done")
    house.instance.confirm_erasure("pulaoda:leader", ref)
    house.instance.office = office
    return ref


def receipt(house: House) -> Secret:
    at = next(_numbers)
    asked = {
        "name": "赵金雀",
        "phone": f"136{at:08d}",
        "place": "yicun",
        "other": "钱隔壁",
        "account": "地界的树挡了光。",
        "wanted": "把树剪矮",
        "agrees": True,
    }
    told = house.instance.residents.apply(asked, f"given-{at}")
    return Secret(told, _followed(house), is_shown)


def paper_code(house: House) -> Secret:
    """What the code printed on a paper holds beside the paper's id."""
    ref = house.instance.register(REGISTRAR, dispute()).act.case
    house.instance.issue(REGISTRAR, ref, "rights_notice", "party-1")
    _pdf, document = house.instance.paper(REGISTRAR, ref, "rights_notice", "party-1") or (b"", "")
    with house.instance.database.reading() as session:
        paper = queries.document_by_public_id(session, document)
        assert paper is not None
        told = str(paper.snapshot["verify"]["token"])
    return Secret(told, lambda shown: house.ask("GET", f"/p/d/{document}", params={"t": shown}), is_shown)


KINDS: Mapping[str, Callable[[House], Secret]] = {
    one.__name__: one
    for one in (
        session,
        post_token,
        administrators_token,
        calendar,
        link,
        reader,
        query_code,
        receipt,
        paper_code,
    )
}


def _bearer(house: House, what: str) -> Callable[[str], Any]:
    return lambda shown: house.ask("GET", f"/api/v1/{what}", headers={"Authorization": f"Bearer {shown}"})


def _followed(house: House) -> Callable[[str], Any]:
    return lambda shown: house.ask("POST", "/p/follow", data={"code": shown})


def _free(house: House) -> Iterator[str]:
    """People of the site who have no account here yet."""
    with house.instance.database.reading() as session:
        found = sorted(one.code for one in people.people(session) if one.status == "active")
        taken = {one.name for one, _person, _open in accounts.listed(session)}
    return (name for name in found if name not in taken | NAMED)
