"""Coming in: right and wrong passwords, locks, second factors, idle sessions, posts."""

from datetime import timedelta

import pyotp
import pytest

from mediation.accounts import entering, keeping, passwords, queries
from mediation.accounts.entering import Entered, Refused
from mediation.audit import queries as trail
from mediation.errors import InputInvalid, NotPermitted

PASSWORD = "清明时节雨纷纷-2026"


def made(town, name="jiawin", **more):
    with town.instance.database.writing() as session:
        account, first = keeping.make_account(
            session, name, town.clock.now(), by="test", **{"person": "jiawin", "must_change": False, **more}
        )
        return account.public_id, first


def enter(town, name, password):
    with town.instance.database.writing() as session:
        return entering.enter(session, town.instance.keyring, name, password, town.clock.now())


def see(town, token):
    with town.instance.database.reading() as session:
        found = entering.see(session, town.instance.keyring, token, town.clock.now())
        return None if found is None else (found[0].stage, found[0].post_id is not None, found[1].name)


def instance_acts(town):
    with town.reading() as session:
        return [event.act for event in trail.events_of(session, "instance")]


def test_right_password_enters_in_the_persons_post_and_is_on_the_trail(town):
    _id, first = made(town)
    found = enter(town, " JiaWin ", first)
    assert isinstance(found, Entered)
    assert see(town, found.token) == ("in", True, "jiawin")
    assert instance_acts(town)[-2:] == ["account.made", "account.entered"]


def test_first_password_must_be_changed_before_anything_else(town):
    _id, first = made(town, must_change=True)
    found = enter(town, "jiawin", first)
    assert isinstance(found, Entered)
    assert see(town, found.token) == ("change", True, "jiawin")
    with town.instance.database.writing() as session:
        entry, account = entering.see(session, town.instance.keyring, found.token, town.clock.now())
        entering.change_password(session, entry, account, first, PASSWORD, PASSWORD, town.clock.now())
    assert see(town, found.token) == ("in", True, "jiawin")
    assert isinstance(enter(town, "jiawin", first), Refused)
    assert isinstance(enter(town, "jiawin", PASSWORD), Entered)


def test_wrong_password_and_unknown_name_are_told_the_same(town):
    made(town)
    assert enter(town, "jiawin", "wrong") == enter(town, "nobody", "wrong")


def test_every_refused_login_is_logged_by_the_accounts_id(town, caplog):
    public_id, first = made(town)
    enter(town, "nobody-here", "wrong-word-1")
    for _attempt in range(5):
        enter(town, "jiawin", "wrong-word-2")
    enter(town, "jiawin", first)
    lines = [record.getMessage() for record in caplog.records if record.name == "mediation.accounts"]
    assert lines == [
        "login refused: no such name",
        *[f"login refused: account {public_id}, password"] * 5,
        f"login refused: account {public_id}, locked",
    ]
    assert "wrong-word" not in caplog.text


def test_five_failures_lock_and_each_more_doubles_the_wait(town):
    _id, first = made(town)
    for _attempt in range(5):
        assert isinstance(enter(town, "jiawin", "wrong"), Refused)
    locked = enter(town, "jiawin", first)
    assert isinstance(locked, Refused)
    assert "1 分钟" in locked.sentence
    assert instance_acts(town)[-1] == "account.locked"
    town.clock.advance(timedelta(minutes=1, seconds=1))
    assert isinstance(enter(town, "jiawin", "wrong"), Refused)
    town.clock.advance(timedelta(minutes=1, seconds=1))
    assert "1 分钟" in enter(town, "jiawin", first).sentence
    town.clock.advance(timedelta(minutes=1))
    assert isinstance(enter(town, "jiawin", first), Entered)


def test_wait_is_never_longer_than_a_quarter_of_an_hour(town):
    _id, first = made(town)
    for _attempt in range(30):
        enter(town, "jiawin", "wrong")
        town.clock.advance(timedelta(minutes=15, seconds=1))
    assert isinstance(enter(town, "jiawin", first), Entered)


def test_idle_and_long_sessions_end(town):
    _id, first = made(town)
    token = enter(town, "jiawin", first).token
    town.clock.advance(entering.IDLE - timedelta(seconds=1))
    assert see(town, token) is not None
    town.clock.advance(timedelta(seconds=1))
    assert see(town, token) is None


def test_session_in_use_ends_after_twelve_hours(town):
    _id, first = made(town)
    token = enter(town, "jiawin", first).token
    until = town.clock.now() + timedelta(hours=12)
    while town.clock.now() < until - timedelta(minutes=20):
        town.clock.advance(timedelta(minutes=20))
        with town.instance.database.writing() as session:
            entry, _account = entering.see(session, town.instance.keyring, token, town.clock.now())
            entry.seen_at = town.clock.now()
            session.add(entry)
    town.clock.put(until - timedelta(seconds=1))
    assert see(town, token) is not None
    town.clock.put(until)
    assert see(town, token) is None


def change(town, token, before, password=PASSWORD):
    with town.instance.database.writing() as session:
        found = entering.see(session, town.instance.keyring, token, town.clock.now(), hold=True)
        now = town.clock.now()
        refused = entering.change_password(session, *found, before, password, password, now)
    return None if refused is None else refused.sentence


def test_wrong_old_password_changes_nothing(town):
    _id, first = made(town)
    token = enter(town, "jiawin", first).token
    assert change(town, token, "x").startswith("现在的密码不对")
    assert isinstance(enter(town, "jiawin", PASSWORD), Refused)
    assert isinstance(enter(town, "jiawin", first), Entered)


def test_present_password_of_an_open_session_cannot_be_guessed(town, caplog):
    public_id, first = made(town)
    token = enter(town, "jiawin", first).token
    assert [change(town, token, "x")[:7] for _time in range(5)] == ["现在的密码不对"] * 5
    assert instance_acts(town)[-1] == "account.locked"
    assert {change(town, token, one) for one in ("x", first)} == {"输错次数太多，请过一会儿再试。"}
    assert isinstance(enter(town, "jiawin", first), Refused)
    lines = [record.getMessage() for record in caplog.records if "not changed" in record.getMessage()]
    assert lines == [
        *[f"password not changed: account {public_id}, password"] * 5,
        *[f"password not changed: account {public_id}, locked"] * 2,
    ]
    town.clock.advance(timedelta(minutes=1, seconds=1))
    assert change(town, token, "x").startswith("现在的密码不对")
    town.clock.advance(timedelta(minutes=2, seconds=1))
    assert change(town, token, first) is None
    with town.reading() as session:
        account = queries.account_named(session, "jiawin")
        assert (account.failures, account.locked_until) == (0, None)


def test_new_password_that_will_not_do_is_no_failure(town):
    _id, first = made(town)
    token = enter(town, "jiawin", first).token
    with pytest.raises(InputInvalid):
        change(town, token, first, first)
    with town.reading() as session:
        assert queries.account_named(session, "jiawin").failures == 0


def test_reset_leaves_the_second_factor(town):
    public_id, _first = made(town)
    now = town.clock.now()
    with town.instance.database.writing() as session:
        account = keeping.found(session, public_id)
        secret = keeping.new_second_factor(account)
        keeping.confirm_second_factor(session, account, pyotp.TOTP(secret).at(now), now)
        again = keeping.reset_password(session, public_id, now, by="test")
    assert enter(town, "jiawin", again).stage == "code"


@pytest.mark.parametrize(
    "password",
    ["onlysmallletters", "山高水长月明风清夜静人安", "4729 1830 5561", "长" + "xkqmwzvh" * 15 + "x" * 7],
)
def test_password_of_any_characters_and_length_is_taken_as_it_is(password):
    passwords.check_password(password, "jiawin", password)
    kept = passwords.hash_password(password)
    others = [password[:-1], password.upper(), f" {password}"]
    assert passwords.is_password(kept, password)
    assert [one for one in others if one != password and passwords.is_password(kept, one)] == []


def test_disabling_ends_sessions_at_once(town):
    public_id, first = made(town)
    token = enter(town, "jiawin", first).token
    with town.instance.database.writing() as session:
        assert keeping.disable(session, public_id, town.clock.now(), by="test") == 1
    assert see(town, token) is None
    assert isinstance(enter(town, "jiawin", first), Refused)


def test_second_factor_is_asked_and_no_code_works_twice(town):
    public_id, first = made(town)
    now = town.clock.now()
    with town.instance.database.writing() as session:
        account = keeping.found(session, public_id)
        secret = keeping.new_second_factor(account)
        with pytest.raises(InputInvalid):
            keeping.confirm_second_factor(session, account, "000000", now)
        code = pyotp.TOTP(secret).at(now)
        keeping.confirm_second_factor(session, account, code, now)
    half = enter(town, "jiawin", first)
    assert (half.stage, see(town, half.token)) == ("code", ("code", True, "jiawin"))

    def give(code):
        with town.instance.database.writing() as session:
            return entering.give_code(session, town.instance.keyring, half.token, code, town.clock.now())

    assert isinstance(give(code), Refused)
    town.clock.advance(timedelta(seconds=30))
    whole = give(pyotp.TOTP(secret).at(town.clock.now()))
    assert isinstance(whole, Entered)
    assert see(town, whole.token) == ("in", True, "jiawin")
    assert see(town, half.token) is None
    assert give(pyotp.TOTP(secret).at(town.clock.now())) is None


def test_post_of_somebody_else_cannot_be_switched_to(town):
    _id, first = made(town)
    token = enter(town, "jiawin", first).token
    with town.instance.database.writing() as session:
        entry, account = entering.see(session, town.instance.keyring, token, town.clock.now())
        with pytest.raises(NotPermitted):
            entering.switch_post(session, entry, account, 9999, town.clock.now())


def test_administrators_hold_no_post(town):
    _id, first = made(town, name="root-1", person="", kind="system")
    assert see(town, enter(town, "root-1", first).token) == ("in", False, "root-1")


def test_all_that_is_wrong_with_an_account_is_told_at_once(town):
    with town.instance.database.writing() as session, pytest.raises(InputInvalid) as told:
        keeping.make_account(session, "甲", town.clock.now(), by="test", kind="staff")
    assert [problem.key for problem in told.value.problems] == ["name", "person"]


def test_weak_passwords_are_told_all_their_faults():
    with pytest.raises(InputInvalid) as told:
        passwords.check_password("jiawin1", "jiawin", "other")
    assert [problem.key for problem in told.value.problems] == ["password", "password", "repeated"]


def test_reset_gives_a_password_that_must_be_changed(town):
    public_id, first = made(town)
    token = enter(town, "jiawin", first).token
    with town.instance.database.writing() as session:
        again = keeping.reset_password(session, public_id, town.clock.now(), by="test")
        assert queries.account_named(session, "jiawin").must_change
    assert see(town, token) is None
    assert enter(town, "jiawin", again).stage == "change"
