"""Everybody who can ask the API something: each kind of post, tokens for one thing only, each kind of account, nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.testclient import TestClient

from mediation.accounts import keeping, tokens
from mediation.app import Instance
from mediation.clock import local_day
from mediation.people import queries as people
from mediation.people.tokens import SCOPES

PASSWORD = "清明时节雨纷纷-2026"
_DAYS = 366


@dataclass(frozen=True)
class Role:
    """Who asks. `headers` are what they show; `known`: is it a token that the API takes?"""

    name: str
    headers: Mapping[str, str] = field(default_factory=dict)
    known: bool = False
    scopes: frozenset[str] = frozenset()


NOBODY = Role("nobody")


def roles_of(instance: Instance, client: TestClient) -> list[Role]:
    """All of them, posts first: one of each kind that is held at the instance's time."""
    found = [
        Role(
            f"post {kind}",
            _bearer(instance.issue_token(actor, f"fuzz {kind}", _DAYS)),
            True,
            frozenset(SCOPES),
        )
        for kind, actor in actors_by_kind(instance).items()
    ]
    registrar = actors_by_kind(instance)["registrar"]
    for scope in SCOPES:
        token = instance.issue_token(registrar, f"fuzz only {scope}", _DAYS, scopes=[scope])
        found.append(Role(f"token for {scope} only", _bearer(token), True, frozenset({scope})))
    revoked = instance.issue_token(registrar, "fuzz revoked", _DAYS)
    instance.revoke_token("fuzz revoked")
    found.append(Role("revoked token", _bearer(revoked)))
    found.append(Role("token of a system account", _bearer(_account_token(instance)), True))
    found += [Role(f"account {kind}", _come_in(instance, client, kind)) for kind in keeping.KINDS]
    return [*found, NOBODY]


def actors_by_kind(instance: Instance) -> dict[str, str]:
    """Kind of post → the first person who holds one, as the command line names them."""
    day = local_day(instance.clock.now())
    found: dict[str, str] = {}
    with instance.database.reading() as session:
        for who in people.people(session):
            for post in people.posts_of(session, who.id or 0):
                held = post.valid_from <= day and (post.valid_to is None or post.valid_to >= day)
                if held and who.status == "active":
                    found.setdefault(post.kind, f"{who.code}:{post.code}")
    return found


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _account_token(instance: Instance) -> str:
    """What an administrator's program shows."""
    now = instance.clock.now()
    with instance.database.writing() as session:
        account, _first = keeping.make_account(session, "fuzz-program", now, by="test", kind="system")
        return str(tokens.issue(session, instance.keyring, account, "", _DAYS, now, by="test"))


def _come_in(instance: Instance, client: TestClient, kind: str) -> dict[str, str]:
    """The cookie of somebody who has logged in to the pages."""
    person = actors_by_kind(instance)["registrar"].partition(":")[0] if kind == "staff" else ""
    name = f"fuzz-{kind}"
    with instance.database.writing() as session:
        keeping.make_account(
            session,
            name,
            instance.clock.now(),
            by="test",
            kind=kind,
            person=person,
            password=PASSWORD,
            must_change=False,
        )
    answer = client.post("/login", data={"name": name, "password": PASSWORD}, follow_redirects=False)
    cookie = answer.cookies["sid"]
    client.cookies.clear()
    return {"Cookie": f"sid={cookie}"}
