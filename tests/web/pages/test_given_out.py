"""Every secret that is given out is good for its holder, for its own object, in its own house, and until its end; else it is as if made up."""

import string
from contextlib import ExitStack
from datetime import timedelta

import pytest

from mediation.accounts import entering, keeping, tokens
from mediation.accounts.entering import IDLE, LONGEST
from mediation.cases.residents.links import LASTS, TRIES
from mediation.ids import new_token
from mediation.intake.applications import KEPT_ASIDE
from tests.contract.stand import MORNING
from tests.web.conftest import MEDIATOR, REGISTRAR, dispute, new_key
from tests.web.pages.conftest import PASSWORD, quick_hashes
from tests.web.pages.given_out import KINDS, Seat, house, is_shown, post_ended, remade, said
from tests.web.pages.test_link_signing import drawn
from tests.web.pages.weighing import digits

__all__ = ["quick_hashes"]
CODES = {"query_code", "receipt"}
_LETTERS = string.ascii_uppercase.translate(str.maketrans("", "", "ILOU")) + string.digits


@pytest.fixture(scope="module")
def _here(tmp_path_factory):
    with house(tmp_path_factory.mktemp("here")) as found:
        yield found


@pytest.fixture
def here(_here):
    """The house, on the morning of its first day."""
    _here.instance.clock.put(MORNING)
    return _here


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """Another house of the same site: the same people, cases and papers, other keys."""
    with house(tmp_path_factory.mktemp("elsewhere")) as found:
        yield found


def made_up(kind):
    """What has the shape of the secret and is none."""
    return "7" * 5 + "-" + "7" * 5 if kind in CODES else new_token()


def altered(secret, at):
    other = next(one for one in _LETTERS if one.lower() != secret[at].lower())
    return f"{secret[:at]}{other}{secret[at:][1:]}"


@pytest.mark.parametrize("kind", KINDS)
def test_secret_with_one_letter_changed_cut_or_of_another_house_is_as_if_made_up(here, elsewhere, kind):
    secret = KINDS[kind](here)
    assert secret.good(secret.use(secret.told))
    nothing = made_up(kind)
    wanted = said(secret.use(nothing), nothing)
    assert not secret.good(secret.use(nothing))
    last = len(secret.told) - 1
    strange = KINDS[kind](elsewhere).told
    others = [altered(secret.told, at) for at in (0, last // 2 - 1, last)]
    other_end = secret.told[:-1] + ("-" if secret.told.endswith("_") else "_")
    for one in (*others, other_end if kind not in CODES else strange, strange):
        assert said(secret.use(one), one) == wanted, one
    for one in (secret.told[:-1], secret.told + "A", f"{secret.told},{secret.told}"):
        assert not secret.good(secret.use(one)), one
    assert secret.good(secret.use(secret.told))


def test_no_secret_is_good_in_the_place_of_another(here):
    secrets = {kind: make(here) for kind, make in KINDS.items()}
    same = [CODES]
    wrong = [
        (shown, at)
        for at, secret in secrets.items()
        for shown, other in secrets.items()
        if shown != at and {shown, at} not in same and secret.good(secret.use(other.told))
    ]
    assert wrong == []
    assert [kind for kind, one in secrets.items() if not one.good(one.use(one.told))] == []


def _log_out(house, secret):
    page = house.ask("GET", "/me", headers={"Cookie": f"sid={secret.told}"}).text
    token = page.partition('name="form_token" value="')[2].partition('"')[0]
    cookie = {"Cookie": f"sid={secret.told}"}
    assert house.ask("POST", "/logout", data={"form_token": token}, headers=cookie).status_code == 303


def _idle(house, _secret):
    house.instance.clock.advance(IDLE)


def _too_long(house, secret):
    while house.instance.clock.now() < MORNING + LONGEST:
        house.instance.clock.advance(IDLE - timedelta(minutes=1))
        answer = secret.use(secret.told)
    assert answer.status_code == 303


def _closed(house, _secret):
    house.change(keeping.disable, house.made["account"])


def _ended_by_the_guard(house, _secret):
    house.change(keeping.end_all_sessions, house.made["account"])


def _new_password(house, _secret):
    other = house.entered(house.made["account"])
    with house.instance.database.writing() as session:
        found = entering.see(session, house.instance.keyring, other, house.instance.clock.now())
        new = "惊蛰春分清明谷雨-2026"
        entering.change_password(session, *found, PASSWORD, new, new, house.instance.clock.now())


def _revoked(house, secret):
    house.instance.revoke_token(secret.told)


def _out_of_date(house, _secret):
    house.instance.clock.advance(timedelta(days=30))


def _administrators_revoked(house, secret):
    with house.instance.database.writing() as session:
        tokens.revoke(session, house.instance.keyring, secret.told, house.instance.clock.now(), by="test")


def _administrator_closed(house, _secret):
    house.change(keeping.disable, house.made["administrator"])


def _calendar_remade(house, _secret):
    remade(house, house.made["owner"])


def _owner_closed(house, _secret):
    house.change(keeping.disable, house.made["owner"])


def _a_day_later(house, _secret):
    house.instance.clock.advance(LASTS)


def _replaced(house, _secret):
    house.instance.residents.make_link(MEDIATOR, house.made["case"], "party-01")


def _withdrawn(house, _secret):
    ref = house.made["case"]
    place = house.instance.residents.places_to_sign(MEDIATOR, ref)[0]
    house.instance.residents.withdraw_link(MEDIATOR, ref, place.link.public_id)


def _guessed_at(house, secret):
    for _try in range(TRIES):
        house.instance.residents.identify(secret.told, "0000")


def _settled_without_paper(house, _secret):
    house.instance.do(
        MEDIATOR, house.made["case"], "withdraw", {"reason": "自行和解", "asked_by": [1], "routes": ["court"]}
    )


def _put_aside_and_forgotten(house, secret):
    assert is_shown(secret.use(secret.told))
    for waiting in house.instance.residents.applications(REGISTRAR):
        house.instance.residents.put_aside(REGISTRAR, waiting.id, "spam")
    house.instance.clock.advance(KEPT_ASIDE + timedelta(days=1))
    KINDS["receipt"](house)  # with the next one, those put aside are forgotten


ENDS = [
    ("session", _log_out, "account.entered"),
    ("session", _idle, "account.entered"),
    ("session", _too_long, "account.entered"),
    ("session", _closed, "account.disabled"),
    ("session", _ended_by_the_guard, "account.sessions_ended"),
    ("session", _new_password, "account.password_changed"),
    ("post_token", _revoked, "token.revoked"),
    ("post_token", _out_of_date, "token.issued"),
    ("administrators_token", _administrators_revoked, "token.revoked"),
    ("administrators_token", _out_of_date, "token.issued"),
    ("administrators_token", _administrator_closed, "account.disabled"),
    ("calendar", _calendar_remade, "account.calendar_made"),
    ("calendar", _owner_closed, "account.calendar_ended"),
    ("link", _a_day_later, "link.made"),
    ("link", _replaced, "link.made"),
    ("link", _withdrawn, "link.withdrawn"),
    ("link", _guessed_at, "link.locked"),
    ("link", _settled_without_paper, "withdraw"),
    ("reader", _a_day_later, "link.made"),
    ("reader", _withdrawn, "link.withdrawn"),
    ("receipt", _put_aside_and_forgotten, ""),
]


@pytest.mark.parametrize(("kind", "end", "act"), ENDS, ids=lambda one: getattr(one, "__name__", one))
def test_secret_that_has_ended_is_as_if_made_up_and_the_trail_says_so(here, kind, end, act):
    secret = KINDS[kind](here)
    assert secret.good(secret.use(secret.told))
    end(here, secret)
    answer = secret.use(secret.told)
    nothing = new_token() if kind not in CODES else made_up(kind)
    assert said(answer, secret.told) == said(secret.use(nothing), nothing)
    assert not secret.good(answer)
    chain = here.made["case"] if kind in {"link", "reader"} else "instance"
    assert not act or act in here.acts(chain)[-4:]


# — when the post is taken away —


def test_token_of_an_ended_post_is_good_for_nothing_not_even_for_an_answer_given_before(here):
    token, key = here.instance.issue_token("liangjing:registrar", "ends with the post", 30), new_key()
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    words = dispute(title="社区的纠纷")
    first = here.ask("POST", "/api/v1/cases", json=words, headers=headers)
    assert first.status_code == 201
    ref = first.json()["case"]
    paths = ("/cases", f"/cases/{ref}", "/tasks", "/notices")
    with post_ended(here, "liangjing", "registrar"):
        again = here.ask("POST", "/api/v1/cases", json=words, headers=headers)
        seen = [here.ask("GET", f"/api/v1{path}", headers=headers) for path in paths]
        for answer in (again, *seen):
            assert (answer.status_code, answer.json()["type"]) == (403, "urn:mediation:NotPermitted")
            assert [word for word in (ref, "社区的纠纷", "张喆") if word in answer.text] == []
    assert here.ask("POST", "/api/v1/cases", json=words, headers=headers).content == first.content


def test_session_and_calendar_of_somebody_without_a_post_show_no_case(here):
    owner = here.account(person="tangjun")
    with here.instance.database.reading() as session:
        posts = entering.posts_today(session, keeping.found(session, owner), MORNING.date())
    seat, address = here.seat(owner), remade(here, owner)
    paths = ("/cases", "/statistics", "/duty", "/me/tokens", "/inbox")
    assert {seat.ask("GET", path).status_code for path in paths} == {200}
    with ExitStack() as ended:
        for post in posts:
            ended.enter_context(post_ended(here, "tangjun", post.code))
        assert {path: seat.ask("GET", path).status_code for path in paths} == dict.fromkeys(paths, 403)
        assert seat.post("/me/post", {"post": str(posts[0].id)}).status_code == 403
        feed = here.ask("GET", f"/calendar/{address}.ics")
        assert (feed.status_code, "BEGIN:VEVENT" in feed.text) == (200, False)
        again = here.seat(owner)
        assert again.ask("GET", "/cases").status_code == 403


def test_link_is_dead_when_the_post_that_made_it_has_ended(here):
    secret = KINDS["link"](here)
    reader = here.instance.residents.identify(secret.told, digits(heaviest=False))
    known = {"Cookie": f"signer={reader}"}
    nothing = new_token()
    with post_ended(here, "yangmeixian", "mediator"):
        assert said(secret.use(secret.told), secret.told) == said(secret.use(nothing), nothing)
        for path, fields in (
            ("", {"agrees": "yes", "drawing": drawn()}),
            ("/refuse", {}),
            ("/who", {"digits": digits(heaviest=False)}),
        ):
            answer = here.ask("POST", f"/p/s/{secret.told}{path}", data=fields, headers=known)
            assert (answer.status_code, "张喆" in answer.text) == (404, False), path
        assert here.ask("GET", f"/p/s/{secret.told}/pages/1", headers=known).status_code == 404
    assert secret.good(secret.use(secret.told))


def test_link_is_dead_for_signing_when_its_maker_no_longer_sees_the_case(here):
    KINDS["link"](here)
    link = here.instance.residents.make_link(REGISTRAR, here.made["case"], "party-01")
    reader = here.instance.residents.identify(link, digits(heaviest=False))
    words = {"person": "zhangxiaofeng", "kind": "near_relative", "reason": "当事人的妹妹"}
    here.instance.scope.recuse("pulaoda:leader", here.made["case"], words)
    known = {"Cookie": f"signer={reader}"}
    for path, fields in (("", {"agrees": "yes", "drawing": drawn()}), ("/refuse", {})):
        answer = here.ask("POST", f"/p/s/{link}{path}", data=fields, headers=known)
        assert (answer.status_code, here.made["case"] in answer.text) == (404, False), path
    assert here.acts(here.made["case"])[-1] == "recusal.recorded"


# — forms, keys, addresses: for another person, another object, after the end —


def test_form_token_is_good_in_its_own_session_alone(here, elsewhere):
    owner = here.account(person="shaoyun")
    seat, strange = here.seat(owner), elsewhere.seat(elsewhere.account(person="shaoyun"))
    token = seat.form_token()

    def posted(shown, by=seat):
        return by.ask("POST", "/me/language", data={"form_token": shown, "language": "zh"})

    assert posted(token).status_code == 303
    half = len(token) // 2
    wrong = [altered(token, at) for at in (0, half - 1, half, len(token) - 1)]
    wrong += [token[:-1], token + token, "0" * len(token), strange.form_token()]
    wrong += [seat.cookie, here.seat(owner).form_token()]
    assert [one for one in wrong if posted(one).status_code != 403] == []
    seat.ask("POST", "/logout", data={"form_token": token})
    assert posted(token).status_code == 401
    newer = here.seat(owner)
    assert posted(token, newer).status_code == 403
    assert posted(newer.form_token(), newer).status_code == 303


def test_answer_that_was_kept_is_for_its_own_post_route_and_words(here):
    ref, other = (here.instance.register(REGISTRAR, dispute()).act.case for _time in range(2))
    key = new_key()

    def triage(case, token, tier="ordinary"):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return here.ask("POST", f"/api/v1/cases/{case}/acts/triage", json={"tier": tier}, headers=headers)

    mine, reads = (
        here.instance.issue_token(REGISTRAR, "answers", 30, scopes) for scopes in (["act", "read"], ["read"])
    )
    first = triage(ref, mine)
    assert first.status_code == 200
    assert triage(ref, mine).headers["Idempotent-Replayed"] == "true"
    assert triage(other, mine).json()["case"] == other
    told = {
        "other post": triage(ref, here.instance.issue_token("zhangxiaofeng:recorder", "answers", 30)),
        "other village": triage(ref, here.instance.issue_token("sunlei:registrar", "answers", 30)),
        "token for less": triage(ref, reads),
        "other words": triage(ref, mine, "simple"),
    }
    assert {name: answer.status_code for name, answer in told.items()} == {
        "other post": 409,
        "other village": 404,
        "token for less": 403,
        "other words": 422,
    }
    assert [name for name, one in told.items() if "Idempotent-Replayed" in one.headers] == []
    here.instance.revoke_token(mine)
    assert triage(ref, mine).status_code == 401


def test_export_is_taken_by_who_asked_in_that_post_until_its_end(here):
    here.instance.register(REGISTRAR, dispute())
    here.instance.clock.advance(timedelta(minutes=1))
    owner = here.account(person="puyongan")
    clerk, other = here.seat(owner), here.seat(here.account(person="baijianguo"))
    day = MORNING.date().isoformat()
    line = here.instance.exports.ask("puyongan", {"first": day, "last": day, "why": "报县司法局台账"})

    def taken(seat, export):
        return seat.post(f"/exports/{export}/file", {"format": "csv"})

    assert taken(clerk, line.id).status_code == 200
    nothing = altered(line.id, 0).lower()
    wanted = said(taken(clerk, nothing), nothing)
    assert wanted[0] == 404
    assert said(taken(other, line.id), line.id)[0] == 404
    here.instance.clock.advance(timedelta(hours=72))
    late = Seat(here, here.entered(owner))
    assert (taken(late, line.id).status_code, taken(late, nothing).status_code) == (409, 404)
    assert [act for act in here.acts() if act == "export.taken"] == ["export.taken"]
