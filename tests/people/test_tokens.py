"""Tokens: made once, kept as a keyed hash, in force until they expire or are revoked."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from mediation.audit import queries as trail
from mediation.audit.trail import INSTANCE
from mediation.crypto import Keyring
from mediation.errors import InputInvalid, NotFound
from mediation.people import queries as people
from mediation.people.tokens import (
    SCOPES,
    TokenLine,
    find_token,
    issue_token,
    list_tokens,
    revoke_token,
    scopes_of,
)
from mediation.sites.applying import apply_site
from mediation.sites.folder import read_site

ESHAN = Path(__file__).parents[2] / "examples" / "eshan"
DAY = date(2026, 3, 2)


@pytest.fixture
def post_id(database, clock):
    with database.writing() as session:
        apply_site(session, read_site(ESHAN, DAY), clock.now())
    with database.reading() as session:
        return people.actor(session, "sunlei", "registrar", DAY).post_id


@pytest.fixture
def issue(database, keyring, clock, post_id):
    def issue(label="", days=30, post=post_id, **more):
        with database.writing() as session:
            return issue_token(session, keyring, post, label, clock.now(), days, **more)

    return issue


@pytest.fixture
def found(database, keyring, clock):
    def found(token):
        with database.reading() as session:
            row = find_token(session, keyring, token, clock.now())
            return row and row.post_id

    return found


def test_token_stands_for_its_post(issue, found, post_id):
    assert found(issue()) == post_id


def test_two_tokens_differ_and_are_long(issue):
    tokens = {issue() for _turn in range(20)}
    assert [len(token) for token in tokens] == [43] * 20  # 256 bits


@pytest.mark.parametrize("token", ["", "x", "令牌", "\ud800", "x" * 10_000])
def test_unknown_token_is_not_found(issue, found, token):
    issue()
    assert found(token) is None


def test_token_is_not_in_the_database_and_no_other_key_finds_it(issue, database, clock):
    token = issue()
    with database.reading() as session:
        kept = people.all_tokens(session)
        rows = [row.model_dump() for row in kept]
        assert token not in str(rows)
        other = Keyring(current="0000000b", secrets={"0000000b": bytes(32)})
        assert find_token(session, other, token, clock.now()) is None


def test_token_ends_on_the_second(issue, found, clock, post_id):
    token = issue(days=7)
    clock.advance(timedelta(days=7) - timedelta(microseconds=1))
    assert found(token) == post_id
    clock.advance(timedelta(microseconds=1))
    assert found(token) is None


@pytest.mark.parametrize("days", [0, -1, 367, 10**9])
def test_token_for_wrong_days_is_not_made(issue, database, days):
    with pytest.raises(InputInvalid) as refused:
        issue(label="a\nb", days=days)
    assert [problem.key for problem in refused.value.problems] == ["label", "days"]
    with database.reading() as session:
        assert list_tokens(session) == []


def test_token_of_unknown_post_is_not_made(issue):
    with pytest.raises(NotFound, match="没有这个岗位"):
        issue(post=987_654)


def test_revoked_token_ends_at_once_and_only_it(issue, found, database, keyring, clock, post_id):
    token, other = issue("报表"), issue("报表")
    with database.writing() as session:
        assert revoke_token(session, keyring, token, clock.now()) == 1
    assert (found(token), found(other)) == (None, post_id)


def test_revoked_by_label_ends_all_that_bear_it(issue, found, database, keyring, clock, post_id):
    first, second, other = issue("报表"), issue("报表"), issue("大屏")
    with database.writing() as session:
        assert revoke_token(session, keyring, "报表", clock.now()) == 2
    assert [found(token) for token in (first, second, other)] == [None, None, post_id]


@pytest.mark.parametrize("named", ["", "大屏"])
def test_revoking_what_is_not_there_is_told(issue, found, database, keyring, clock, post_id, named):
    token = issue()
    with pytest.raises(NotFound), database.writing() as session:
        revoke_token(session, keyring, named, clock.now())
    assert found(token) == post_id


def test_revoking_twice_is_told(issue, database, keyring, clock):
    token = issue()
    with database.writing() as session:
        revoke_token(session, keyring, token, clock.now())
    with pytest.raises(NotFound), database.writing() as session:
        revoke_token(session, keyring, token, clock.now())


def test_list_shows_all_but_the_token(issue, database, keyring, clock):
    issue("报表", days=1)
    began = clock.now()
    clock.advance(timedelta(hours=1))
    with database.writing() as session:
        revoke_token(session, keyring, "报表", clock.now())
    with database.reading() as session:
        assert list_tokens(session) == [
            TokenLine("报表", "sunlei:registrar", began, began + timedelta(days=1), clock.now())
        ]


def test_issuing_and_revoking_leave_their_events(issue, database, keyring, clock):
    token = issue("报表")
    with database.writing() as session:
        revoke_token(session, keyring, token, clock.now(), by="sunlei:registrar")
    with database.reading() as session:
        events = trail.events_of(session, INSTANCE)
        assert [(one.act, one.actor, one.facts) for one in events] == [
            (
                "token.issued",
                "system:tokens",
                {"post": "sunlei:registrar", "days": 30, "scopes": list(SCOPES)},
            ),
            ("token.revoked", "sunlei:registrar", {"post": "sunlei:registrar"}),
        ]
        assert token not in str([one.model_dump() for one in events])


def test_token_is_good_for_its_scopes_and_one_from_before_for_all(issue, database):
    issue(scopes=["unmask", "read"])
    issue()
    with database.writing() as session:
        few, old = people.all_tokens(session)
        assert (scopes_of(few), scopes_of(old)) == (("read", "unmask"), tuple(SCOPES))
        old.scopes = None
        session.add(old)
        assert [one.scopes for one in list_tokens(session)] == [("read", "unmask"), tuple(SCOPES)]


@pytest.mark.parametrize(("scopes", "problems"), [((), 1), (("read", "all", "x y"), 2)])
def test_token_for_no_scope_or_an_unknown_one_is_not_made(issue, database, scopes, problems):
    with pytest.raises(InputInvalid) as refused:
        issue(scopes=scopes)
    assert [one.key for one in refused.value.problems] == ["scopes"] * problems
    with database.reading() as session:
        assert people.all_tokens(session) == []
