"""Tokens of administrators: shown once, for administrators of the system only, dead when revoked, over, or the account is closed."""

from datetime import timedelta

import pytest

from mediation.accounts import keeping, tokens
from mediation.errors import InputInvalid, NotFound


@pytest.fixture
def admin(sqlite_town):
    return made(sqlite_town, "chief", "system")


def made(town, name, kind):
    with town.instance.database.writing() as session:
        account, _first = keeping.make_account(session, name, town.clock.now(), by="test", kind=kind)
    return account


def issued(town, account, label="x", days=30):
    with town.instance.database.writing() as session:
        return tokens.issue(session, town.instance.keyring, account, label, days, town.clock.now(), by="test")


def acts_as(town, token):
    with town.reading() as session:
        found = tokens.account_of(session, town.instance.keyring, token, town.clock.now())
    return found and found.name


def test_token_acts_as_its_account_until_it_is_over(sqlite_town, admin):
    token = issued(sqlite_town, admin)
    assert (acts_as(sqlite_town, token), acts_as(sqlite_town, token + "x")) == ("chief", None)
    assert token not in repr(sqlite_town.dump())
    sqlite_town.clock.advance(timedelta(days=30))
    assert acts_as(sqlite_town, token) is None


@pytest.mark.parametrize("named", ["itself", "x"])
def test_revoked_token_is_dead_at_once(sqlite_town, admin, named):
    token = issued(sqlite_town, admin)
    with sqlite_town.instance.database.writing() as session:
        now = sqlite_town.clock.now()
        named = token if named == "itself" else named
        assert tokens.revoke(session, sqlite_town.instance.keyring, named, now, by="test") == 1
        with pytest.raises(NotFound):
            tokens.revoke(session, sqlite_town.instance.keyring, named, now, by="test")
    assert acts_as(sqlite_town, token) is None
    with sqlite_town.reading() as session:
        [line] = tokens.lines(session)
    assert (line.account, line.label, line.revoked_at) == ("chief", "x", now)


def test_token_of_a_closed_account_is_dead_at_once(sqlite_town, admin):
    token = issued(sqlite_town, admin)
    with sqlite_town.instance.database.writing() as session:
        keeping.disable(session, admin.public_id, sqlite_town.clock.now(), by="test")
    assert acts_as(sqlite_town, token) is None


@pytest.mark.parametrize("kind", ["security", "audit"])
def test_other_administrators_have_none(sqlite_town, kind):
    with pytest.raises(InputInvalid) as refused:
        issued(sqlite_town, made(sqlite_town, "other", kind), "\n", 400)
    assert [one.key for one in refused.value.problems] == ["name", "label", "days"]
