"""What is there but out of sight, what was erased and what never was get one answer, over every address with a name in it."""

import re

import pytest
from sqlalchemy import Engine, event

from mediation.ids import new_public_id
from mediation.web.policy import POLICY
from tests.contract.stand import Stand
from tests.contract.stories import good_words
from tests.web.conftest import REGISTRAR, dispute
from tests.web.pages.conftest import quick_hashes
from tests.web.pages.given_out import KINDS, erased_case, house, said
from tests.web.test_policy import _routes

__all__ = ["quick_hashes"]
STRANGERS = ("sunlei:registrar", "machaoyang:dispatcher")
"""A registrar of the next village, and the desk of another town: neither has anything to do with it."""
WORDS = {
    "unmaskings": {"party": 1, "field": "phone", "reason": "contact"},
    "recusals": {"person": "longhuifang", "kind": "near_relative", "reason": "当事人的姐姐"},
    "lift": {"reason": "弄错了"},
    "rights_notice": {"subject": "party-1"},
    "return": {"returned_to": "张喆"},
    "withdraw": {"reason": "交错了", "returned_to": "张喆"},
    "explain": {"account": "没有交接。"},
    "report": {"account": "补齐了。"},
    "inspect": {"way": "open", "finding": "属实。"},
    "strike_off": {"opinion": "属实。"},
    "limit": {"due_on": "2026-03-20"},
    "hold": {"how": "talk", "reason": "逾期。"},
}
HANDED = {"kind": "documentary", "name": "借条", "party": "1", "shows": "借款", "medium": "copy"}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A house with something of everything, all of one village; and one case that was erased."""
    with house(tmp_path_factory.mktemp("oracle")) as found:
        real = dict(Stand(found.instance).real)
        secret = KINDS["link"](found)
        assert secret.good(secret.use(secret.told))
        KINDS["receipt"](found)
        found.made["real"] = real | {
            "ref": real["ref"][0],
            "erased": erased_case(found),
            "link": found.instance.residents.places_to_sign("yangmeixian:mediator", found.made["case"])[
                0
            ].link.public_id,
            "application": found.instance.residents.applications(REGISTRAR)[0].id,
        }
        yield found


def _routes_named(application, api):
    for route in _routes(application):
        names = re.findall(r"\{(\w+)", route.path)
        pages = route.name in POLICY and (POLICY[route.name].accounts & {"staff"})
        if names and (route.path.startswith("/api/v1") if api else pages):
            for method in sorted(route.methods & {"GET", "POST"}):
                yield method, re.sub(r":\w+\}", "}", route.path), names


def _objects(here, path, names):
    """What the address is about: what is there, what was erased, what never was; each as the parts of the address."""
    real = here.made["real"]
    fixed = {"form": "rights_notice", "trigger": "triage", "number": "1", "party": "1", "act": "explain"}
    first = next((name for name in names if name not in fixed), None)
    if first is None:
        return
    kind = "item" if first in {"ref", "item"} and "/items/" in path else first
    if kind not in real:
        return
    there = real[kind] if isinstance(real[kind], str) else real[kind][0]
    others = {name: new_public_id() for name in names if name not in fixed and name != first}
    for what, one in (("there", there), ("erased", real["erased"]), ("never", new_public_id())):
        if what != "erased" or kind == "ref":
            yield what, one, {**fixed, **others, first: one}


def _differences(answers, where):
    """`answers`: kind of object → its name, and the answer."""
    never = said(answers["never"][1], answers["never"][0])
    for what, (name, answer) in answers.items():
        if answer.is_success:
            yield (*where, what, answer.status_code)
        elif said(answer, name) != never:
            yield (*where, what, answer.status_code, answers["never"][1].status_code)


def test_no_operation_tells_what_is_out_of_sight_from_what_is_not(here):
    spoken, wrong, asked = good_words(), [], 0
    for who in STRANGERS:
        headers = {"Authorization": f"Bearer {here.instance.issue_token(who, 'stranger', 30)}"}
        for method, path, names in _routes_named(here.application, api=True):
            if "/webhooks/" in path:
                continue  # an administrator's, who sees all of them
            last = path.rpartition("/")[2]
            body = (
                spoken.get(last) or [WORDS.get(last.strip("{}") if last != "{form}" else "rights_notice", {})]
            )[0]
            answers = {}
            for what, one, parts in _objects(here, path, names):
                more = {"json": body} if method == "POST" else {}
                if path.endswith("/evidence") and method == "POST":
                    more = {"data": HANDED, "files": {"files": ("a.txt", b"abc", "text/plain")}}
                answers[what] = one, here.ask(method, path.format(**parts), headers=headers, **more)
                asked += 1
            wrong += _differences(answers, (who, method, path)) if answers else []
    assert wrong == []
    assert asked > 200


def test_no_page_tells_what_is_out_of_sight_from_what_is_not(here):
    wrong, asked = [], 0
    for who in STRANGERS:
        seat = here.seat(here.account(person=who.partition(":")[0]))
        token = seat.form_token()
        for method, path, names in _routes_named(here.application, api=False):
            answers = {}
            for what, one, parts in _objects(here, path, names):
                more = (
                    {"data": {"form_token": token, "reason": "交错了", "slot": "party-01", "agrees": "yes"}}
                    if method == "POST"
                    else {}
                )
                answers[what] = one, seat.ask(method, path.format(**parts), **more)
                asked += 1
            wrong += _differences(answers, (who, method, path)) if answers else []
    assert wrong == []
    assert asked > 200


@pytest.mark.parametrize(("act", "key"), [("link", "to"), ("merge_into", "case")])
def test_case_named_within_an_act_is_told_from_none_by_nothing(here, act, key):
    """One's own case linked with, or merged into, one that is out of sight."""
    who = "sunlei:registrar"
    headers = {"Authorization": f"Bearer {here.instance.issue_token(who, 'stranger', 30)}"}
    own = here.instance.register(who, dispute()).act.case
    here.instance.do(who, own, "triage", {"tier": "ordinary"})
    words = dict(good_words()[act][0])
    assert key in words
    answers = {}
    for what, one in (
        ("there", here.made["real"]["ref"]),
        ("erased", here.made["real"]["erased"]),
        ("never", new_public_id()),
    ):
        sent = {**words, key: one}
        answers[what] = one, here.ask("POST", f"/api/v1/cases/{own}/acts/{act}", json=sent, headers=headers)
    assert list(_differences(answers, (act,))) == []


def test_code_of_an_erased_case_is_as_if_made_up(here):
    code = here.made["code of the erased"]
    one, other = (here.ask("POST", "/p/follow", data={"code": shown}) for shown in (code, "77777-77777"))
    assert said(one, code) == said(other, "77777-77777")
    assert one.status_code == 404


def test_search_for_words_of_a_case_out_of_sight_asks_the_same_as_for_words_of_none(here):
    """Whoever measures how long a search takes learns nothing from how much was asked."""
    here.instance.register(REGISTRAR, dispute(title="岱钦巴图尔离婚纠纷"))

    def asked(words):
        told = []
        note = lambda _connection, _cursor, statement, *_more: told.append(statement)  # noqa: E731
        event.listen(Engine, "before_cursor_execute", note)
        try:
            assert here.instance.cases("sunlei:registrar", words=words) == []
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        return told

    asked("鹭鸶榫卯")  # what is read once is read
    assert asked("岱钦巴图") == asked("鹭鸶榫卯")
