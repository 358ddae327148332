"""Accounts made and changed by two at once: the second looks at what the first has left."""

import pytest

from mediation.accounts import entering, keeping, queries
from mediation.errors import InputInvalid
from tests.turns import Second

PASSWORD = "清明时节雨纷纷-2026"
SUBJECT = "https://id.example.cn 42"


def make(town, session, name="jiawin"):
    now = town.clock.now()
    return keeping.make_account(session, name, now, by="test", person="jiawin", must_change=False)


def made(town, **more):
    with town.instance.database.writing() as session:
        account, first = make(town, session, **more)
    return account.public_id, first


def problems(error):
    return [(one.key, one.message) for one in error.value.problems]


@pytest.mark.parametrize(
    ("name", "found"), [("jiawin", ("name", "已经有这个登录名")), ("other", ("person", "包窗已经有账号"))]
)
def test_account_that_another_makes_meanwhile_is_told(town, name, found):
    database = town.instance.database
    second = Second(database, lambda: made(town, name=name))
    with database.writing() as session:
        make(town, session)
        second.begin()
    with pytest.raises(InputInvalid) as wrong:
        second.result()
    assert problems(wrong) == [found]
    assert town.rows("SELECT name FROM account") == [("jiawin",)]


def test_subject_that_another_binds_meanwhile_is_told(town):
    database, now = town.instance.database, town.clock.now()
    one, _first = made(town)
    with database.writing() as session:
        other = keeping.make_account(session, "root-1", now, by="test", kind="system")[0].public_id

    def bind_other():
        with database.writing() as session:
            keeping.bind(session, other, SUBJECT, now, by="test")

    second = Second(database, bind_other)
    with database.writing() as session:
        keeping.bind(session, one, SUBJECT, now, by="test")
        second.begin()
    with pytest.raises(InputInvalid) as wrong:
        second.result()
    assert problems(wrong) == [("subject", "这个编号已经绑定在账号 jiawin 上")]


def test_password_that_is_reset_meanwhile_is_not_changed_by_who_was_in(town):
    """Else whoever has stolen the session would keep the account, although the administrator has just taken it back."""
    database, keyring, now = town.instance.database, town.instance.keyring, town.clock.now()
    public_id, first = made(town)
    with database.writing() as session:
        token = entering.enter(session, keyring, "jiawin", first, now).token

    def change():
        with database.writing() as session:
            found = entering.see(session, keyring, token, now, hold=True)
            if found is None:
                return "out"
            entering.change_password(session, *found, first, PASSWORD, PASSWORD, now)
            return "changed"

    second = Second(database, change)
    with database.writing() as session:
        keeping.reset_password(session, public_id, now, by="test")
        session.flush()
        second.begin()
    assert second.result() == "out"
    with database.reading() as session:
        assert queries.account_named(session, "jiawin").must_change


def test_second_factor_that_is_confirmed_meanwhile_is_seen(town):
    database = town.instance.database
    public_id, _first = made(town)

    def set_up():
        with database.writing() as session:
            return keeping.found(session, public_id, hold=True).totp_since

    second = Second(database, set_up)
    with database.writing() as session:
        account = keeping.found(session, public_id, hold=True)
        account.totp_since = town.clock.now()
        session.add(account)
        session.flush()
        second.begin()
    assert second.result() == town.clock.now()
