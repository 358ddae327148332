"""What a case's page offers next, and what it opens by itself because nothing that is offered leads on."""

import re

from tests.web.conftest import MEDIATOR, party
from tests.web.pages.test_cases import acts, agreed, assigned

CLAUSE = {"obligor": 2, "act": "do", "what": "把排水沟修好", "obligee": 1, "due_on": "2026-03-20"}
DRAFT = {"facts": "雨水倒灌。", "matters": "修复排水沟", "clauses": [CLAUSE]}
FOLDED, OPEN = '<details class="more"><summary>还不能办的', '<details class="more" open><summary>还不能办的'


def test_talk_is_offered_to_be_called_until_it_has_been(counter, browser, account):
    ref = assigned(counter)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}")
    button = f'<a class="btn" href="/cases/{ref}/do/arrange">约定时间</a>'
    assert button in one.text
    counter.do(MEDIATOR, ref, "arrange", kind="session", starts_at="2026-03-04T09:00+08:00", place="村调解室")
    assert button not in one.get(f"/cases/{ref}").text


def test_talk_that_is_arranged_is_told_as_what_is_next(counter, browser, account):
    ref = assigned(counter)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}")
    assert one.says("约定时间地点并开始调解")
    counter.do(MEDIATOR, ref, "arrange", kind="session", starts_at="2026-03-06T15:00+08:00", place="村调解室")
    assert one.get(f"/cases/{ref}").says("按约定（2026年3月6日 15:00，村调解室）调解，然后记录")
    assert not one.says("约定时间地点并开始调解")


def test_talk_is_what_is_arranged_with_all_told_and_kept_by_who_presides(counter, browser, account):
    ref = assigned(counter)
    text = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/do/arrange").text
    assert '<option value="session" selected' in text
    assert len(re.findall(r'name="told" value="\d" checked|name="told" value="\d"[^>]* checked', text)) == 2
    people = re.search(r'<select[^>]*name="person".*?</select>', text, re.DOTALL)[0]
    assert re.findall(r'<option value="(\w*)"( selected)?', people)[:2][-1] == ("yangmeixian", " selected")


def test_act_is_offered_once_there_is_what_it_is_about(counter, browser, account):
    ref = assigned(counter)
    one = browser().log_in(account("yangmeixian"))

    def offered(*triggers):
        text = one.get(f"/cases/{ref}").text
        return [trigger for trigger in triggers if f'href="/cases/{ref}/do/{trigger}"' in text]

    lacking = ("correct", "cancel_appointment", "add_signer", "remove_signer", "record_confirmation")
    assert offered(*lacking) == []
    counter.do(MEDIATOR, ref, "arrange", kind="session", starts_at="2026-03-05T15:00+08:00", place="村调解室")
    assert offered(*lacking) == ["cancel_appointment"]
    counter.do(MEDIATOR, ref, "cancel_appointment", ordinal=1, why="改期")
    assert offered(*lacking) == []


def test_what_no_next_act_takes_out_of_the_way_is_open_with_a_way_to_its_form(counter, browser, account):
    on_paper = {"electronic_agreed": False}
    parties = [
        party("张喆", "applicant", "男", 1, **on_paper),
        party("李玥", "respondent", "女", 2, **on_paper),
    ]
    ref = agreed(counter, parties=parties)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}")
    assert (FOLDED in one.text, OPEN in one.text) == (True, False)
    counter.do(MEDIATOR, ref, "draft_agreement", **DRAFT)
    one.get(f"/cases/{ref}")
    assert OPEN in one.text
    path = f"/cases/{ref}/do/conclude_written"
    assert f'<dt><a href="{path}">达成书面协议</a></dt>' in one.text
    one.get(path).post(path, {"medium": "ink"})
    assert (one.status, one.address) == (200, f"/cases/{ref}")
    assert one.says("已办好", "组织签名、盖章")


def test_act_out_of_turn_keeps_what_was_typed_and_names_the_fields(counter, browser, account):
    ref = assigned(counter)
    path = f"/cases/{ref}/do/conclude_written"
    one = browser().log_in(account("yangmeixian")).get(path)
    assert one.post(path, {"medium": "stone", "override_reason": "双方坚持"}).status == 409
    assert one.says("不能办理", "双方坚持")
    assert one.post(path, {"medium": "ink", "override_reason": "双方坚持"}).status == 409
    for trigger, kind in (("record_performance", "performed"), ("record_breach", "breached")):
        assert one.get(f"/cases/{ref}/do/{trigger}").address == f"/cases/{ref}/ledger/{kind}"


def test_page_that_another_overtook_keeps_what_was_typed_and_goes_through_when_sent_again(
    counter, browser, account
):
    ref = assigned(counter)
    path = f"/cases/{ref}/do/arrange"
    words = {"kind": "session", "starts_at": "2026-03-05T15:00", "place": "村里老槐树下"}
    one = browser().log_in(account("yangmeixian")).get(path)
    counter.do(MEDIATOR, ref, "tell_rights", parties=[1])
    assert one.post(path, words).status == 409
    assert one.says("刚刚被别人办理过，这次没有保存")
    assert "村里老槐树下" in one.text
    assert acts(counter, ref)[-1] == "tell_rights"
    one.post(path, words)
    assert (one.status, one.address, acts(counter, ref)[-1]) == (200, f"/cases/{ref}", "arrange")
