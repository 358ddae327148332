"""Masked everywhere but where the policy says so; unmasked by a form with a reason, or by the API."""

import re

from mediation.audit import queries as trail
from mediation.web.policy import IN_FULL, POLICY
from tests.web.conftest import MEDIATOR, OTHER_VILLAGE, REGISTRAR, party
from tests.web.pages.test_cases import agreed
from tests.web.test_policy import _routes

PHONE, DOOR = "13911114444", "七组八十八号"
WANTED = {"field": "phone", "reason": "contact"}


def registered(counter, actor=REGISTRAR):
    parties = [
        party("张喆", "applicant", "男", 1, phone=PHONE, address=f"示例一村{DOOR}"),
        party("李玥", "respondent", "女", 2),
    ]
    return counter.register(actor, parties=parties), (PHONE, DOOR, str(parties[0]["id_number"]))


def unmaskings(counter, ref):
    with counter.instance.database.reading() as session:
        return [event.facts for event in trail.events_of(session, ref) if event.act == "party.unmasked"]


def pages_of_a_case(application):
    """Name and path of every page that is asked for by a case, and by nothing else that must be made up."""
    for route in _routes(application):
        names = set(re.findall(r"\{(\w+)\}", route.path))
        if (
            "GET" in route.methods
            and names <= {"ref", "trigger", "form", "number", "party"}
            and "ref" in names
        ):
            yield route.name, route.path


def test_no_page_shows_a_number_phone_or_door_but_those_that_the_policy_names(
    counter, browser, account, application
):
    ref, secrets = registered(counter)
    own = {"trigger": "amend", "form": "rights_notice", "number": "1", "party": "1", "ref": ref}
    clerk, mediator = browser().log_in(account("zhangxiaofeng")), browser().log_in(account("yangmeixian"))
    paths = [(name, path.format(**own)) for name, path in pages_of_a_case(application)]
    paths += [
        ("cases", "/cases"),
        ("cases", "/cases?search=张喆"),
        ("window", "/window"),
        ("board", "/board"),
    ]
    paths += [("amend_form", f"/register/{ref}/amend?party=1"), ("day", "/day")]
    seen = set()
    for one in (clerk, mediator):
        for name, path in paths:
            one.get(path)
            if one.status == 200:
                seen.add(name)
            if name not in IN_FULL:
                assert not [secret for secret in secrets if secret in one.text], (name, path)
    assert {"case", "act_form", "amend_form", "cases", "unmask_form"} <= seen
    assert set(IN_FULL) <= set(POLICY)


def test_no_reply_of_the_api_shows_them(counter):
    ref, secrets = registered(counter)
    for path in ("/cases", f"/cases/{ref}", "/tasks", f"/cases/{ref}/suggestions", f"/cases/{ref}/steps"):
        text = counter.get(MEDIATOR, path).text
        assert not [secret for secret in secrets if secret in text], path


def test_field_is_shown_on_the_answer_only_and_is_an_event(counter, browser, account):
    ref, _secrets = registered(counter)
    clerk = browser().log_in(account("zhangxiaofeng"))
    assert f"/cases/{ref}/unmask/1" in clerk.get(f"/cases/{ref}").text
    page = f"/cases/{ref}/unmask/1"
    clerk.get(page).post(page, WANTED)
    assert clerk.status == 200
    assert clerk.says(PHONE)
    assert PHONE not in clerk.get(page).text
    assert unmaskings(counter, ref) == [{"party": 1, "field": "phone", "reason": "contact"}]


def test_reason_is_asked_for_and_what_was_typed_stays(counter, browser, account):
    ref, _secrets = registered(counter)
    page = f"/cases/{ref}/unmask/1"
    clerk = browser().log_in(account("zhangxiaofeng"))
    clerk.get(page).post(page, {"field": "address", "reason": "other", "note": ""})
    assert clerk.status == 422
    assert clerk.says("请说明为什么要查看")
    assert 'value="address" required checked' in clerk.text
    assert unmaskings(counter, ref) == []
    assert clerk.get(f"/cases/{ref}/unmask/9").status == 404


def test_whoever_only_looks_on_is_refused_and_has_no_link(counter, browser, account):
    ref = agreed(counter)
    other = browser().log_in(account("baijianguo"))  # the township's dispatcher
    page = f"/cases/{ref}/unmask/1"
    assert page not in other.get(f"/cases/{ref}").text
    assert other.status == 200
    assert other.get(page).post(page, WANTED).status == 403
    assert unmaskings(counter, ref) == []


def test_api_has_the_same_act(counter):
    ref, _secrets = registered(counter)
    answer = counter.post(REGISTRAR, f"/cases/{ref}/unmaskings", {"party": 1, **WANTED})
    assert (answer.status_code, answer.json()) == (200, {"party": 1, "field": "phone", "value": PHONE})
    assert counter.post(OTHER_VILLAGE, f"/cases/{ref}/unmaskings", {"party": 1, **WANTED}).status_code == 404
    assert counter.post(REGISTRAR, f"/cases/{ref}/unmaskings", {"party": 1}).status_code == 422
    assert len(unmaskings(counter, ref)) == 1
