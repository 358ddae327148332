"""等我办的: for whoever can be asked, with the acts that answer; counted in the menu, and where its notices lead."""

import re
from collections.abc import Callable

import pytest

from mediation.app import Instance
from tests.web.conftest import MEDIATOR, Counter
from tests.web.pages.conftest import Browser
from tests.web.pages.test_board import DISPATCHER, new
from tests.web.pages.test_cases import assigned

OFFICER = "shaoyun"
"""Neither a mediator nor a recorder: /day is not for her."""
TITLE = "段成与何丽排水纠纷"


@pytest.fixture
def officer(at_desk: Callable[[str], Browser]) -> Browser:
    return at_desk(OFFICER)


def asked(counter: Counter, whom: str = OFFICER, question: str = "这条沟归谁管？") -> str:
    """A case in which somebody's opinion is asked for."""
    ref = new(counter, "accepted", title=TITLE)
    counter.do(DISPATCHER, ref, "ask_opinion", person=whom, question=question, due_on="2026-03-10")
    return ref


def count(page: Browser) -> int:
    """The number beside the entry of the menu."""
    found = re.search(r'href="/tasks"[^>]*>等我办的 ?<span class="number menu-count">(\d+)', page.text)
    return int(found[1]) if found else 0


def test_whoever_is_asked_finds_it_with_its_question_and_answers_it(
    officer: Browser, counter: Counter, instance: Instance
) -> None:
    before = count(officer.get("/tasks"))
    ref = asked(counter)
    assert officer.get("/day").status == 403
    officer.get("/tasks")
    assert (officer.status, count(officer)) == (200, before + 1)
    assert officer.says("征求意见", TITLE, "白建国提出", "这条沟归谁管？", "还有 8 天")
    [act] = re.findall(rf'href="(/cases/{ref}/do/[a-z_]+\?task=\d+)"', officer.text)
    path, _question, _task = act.partition("?")
    officer.get(act).post(path, {"opinion": "归村里管。"})
    assert officer.says("已办好")
    [told] = [one for one in instance.case(DISPATCHER, ref).tasks if one["kind"] == "opinion"]
    assert (told["outcome"], told["opinions"][0]["said"]) == ("done", "归村里管。")
    assert count(officer.get("/tasks")) == before
    assert ref not in officer.text


def test_signer_has_both_answers_and_a_reader_of_a_copy_its_own(
    counter: Counter, at_desk: Callable[[str], Browser]
) -> None:
    ref = new(counter, "accepted")
    signers = [{"person": "puyongan"}]
    counter.do(
        DISPATCHER,
        ref,
        "ask_approval",
        approval="extension_review",
        days=14,
        signers=signers,
        question="鉴定还要两周",
    )
    counter.do(DISPATCHER, ref, "copy_to", to=[{"person": "puyongan"}])
    leader = at_desk("puyongan").get("/tasks")
    assert leader.says("鉴定还要两周")
    found = re.findall(rf'href="/cases/{ref}/do/([a-z_]+)\?task=\d+">([^<]+)<', leader.text)
    assert found == [("approve", "同意"), ("reject", "驳回"), ("mark_read", "已阅")]


def test_lent_signature_is_answered_with_an_opinion_alone(
    counter: Counter, at_desk: Callable[[str], Browser]
) -> None:
    ref = new(counter, "accepted")
    signers = [{"person": "puyongan"}]
    counter.do(DISPATCHER, ref, "ask_approval", approval="extension_review", days=14, signers=signers)
    counter.do("puyongan:leader", ref, "delegate", to={"person": "lixiulan"})
    for path in ("/tasks", f"/cases/{ref}"):
        page = at_desk("lixiulan").get(path)
        assert re.findall(rf'href="/cases/{ref}/do/([a-z_]+)\?task=\d+"', page.text) == ["answer"]
    assert at_desk("lixiulan").get("/tasks").says("别人委派的")


def test_promise_is_told_in_words(counter: Counter, at_desk: Callable[[str], Browser]) -> None:
    ref = assigned(counter)
    promise = {"party": 1, "what": "量一下沟的宽度", "due_on": "2026-03-09", "person": "pulaoda"}
    counter.do(MEDIATOR, ref, "promise", **promise)
    for path in ("/tasks", f"/cases/{ref}", f"/cases/{ref}?tab=links"):
        page = at_desk("pulaoda").get(path)
        assert page.says("量一下沟的宽度")
        assert "&#39;party&#39;" not in page.text


def test_own_step_stands_apart_and_is_not_counted(
    counter: Counter, at_desk: Callable[[str], Browser]
) -> None:
    mediator = at_desk("yangmeixian")
    before = count(mediator.get("/tasks"))
    ref = assigned(counter)
    mediator.get("/tasks")
    assert count(mediator) == before
    assert f'href="/cases/{ref}"' in mediator.text.partition('id="turns"')[2]


def test_own_steps_crowd_nothing_out_that_is_asked(
    counter: Counter, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = assigned(counter)
    counter.do(
        "pulaoda:mediator", ref, "ask_opinion", person="yangmeixian", question="？", due_on="2026-05-20"
    )
    monkeypatch.setattr("mediation.cases.tasks.queries.MOST_ROWS", 1)
    assert [one.kind for one in instance.tasks(MEDIATOR)] == ["turn"]
    [asked] = instance.room.day(MEDIATOR).tasks
    assert asked.kind != "turn"


def test_list_of_cases_tells_that_a_word_is_awaited(
    officer: Browser, counter: Counter, at_desk: Callable[[str], Browser]
) -> None:
    ref = asked(counter)
    row = next(one for one in officer.get("/cases").text.split("<tr") if ref in one)
    assert "等您办：征求意见" in row
    assert "还有 8 天" in row
    assert "等您办" not in next(
        one for one in at_desk("baijianguo").get("/cases").text.split("<tr") if ref in one
    )


def test_notice_that_asks_for_something_leads_to_the_list(
    officer: Browser, counter: Counter, instance: Instance
) -> None:
    ref = asked(counter)
    instance.post_room.deliver_waiting()
    [letter] = [row for row in instance.post_room.trayed(f"{OFFICER}:officer") if row.case == ref]
    officer.get(f"/inbox/{letter.id}")
    assert officer.says("请登录系统，在“等我办的”里查看内容并办理")
    assert '<a class="btn" href="/tasks">等我办的</a>' in officer.text
