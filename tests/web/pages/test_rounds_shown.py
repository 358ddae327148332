"""待办与审批 on a case's page: each round with its rule and its count, its signers in order, what each has said; tasks by number."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pytest

from mediation.app import Instance
from mediation.web.pages.wording import CASE_WORDS
from mediation.workflow.engine import Engine
from tests.cases.desk import approval, with_approvals
from tests.web.conftest import MEDIATOR, Counter
from tests.web.pages.conftest import Browser
from tests.web.pages.test_cases import agreed

CASES = Path(__file__).parents[3] / "mediation" / "cases"
ANSWERS = {"done", "not_done", "agreed", "rejected"}
SIGNERS = ("puyongan", "pulaoda", "lixiulan")
NAMES = ["普永安", "普文忠", "李秀兰"]


@pytest.fixture
def rounds(instance: Instance) -> Iterator[None]:
    """The definition has a vote and a chain besides its own approvals, while the test runs."""
    before = instance.office
    with_approvals(SimpleNamespace(instance=instance), vote=approval("vote"), chain=approval("in_order"))  # type: ignore[arg-type]
    yield
    instance.office = before


def asked(counter: Counter, name: str, signers: Sequence[str] = SIGNERS) -> str:
    ref = agreed(counter)
    words = {"approval": name, "signers": [{"person": one} for one in signers]}
    counter.do(MEDIATOR, ref, "ask_approval", **words)
    return ref


def sign(counter: Counter, ref: str, who: str, trigger: str = "approve") -> None:
    words = {"opinion": "不妥"} if trigger == "reject" else {}
    counter.do(f"{who}:leader" if who != "lixiulan" else "lixiulan:mediator", ref, trigger, **words)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def shown(page: Browser, ref: str) -> tuple[str, list[str]]:
    """The head of the only round, and its signers, each a line."""
    text = page.get(f"/cases/{ref}?tab=links").text
    [found] = re.findall(r'<section class="round".*?</section>', text, re.DOTALL)
    head, _list, rest = found.partition("<ol")
    return plain(head), [plain(one) for one in rest.split("<li>")[1:]]


def test_outcome_of_every_task_has_a_word() -> None:
    source = "".join(path.read_text("utf-8") for path in CASES.rglob("*.py"))
    written = set(re.findall(r'close_task\(hall, \w+, "(\w+)"\)', source))
    assert {"lapsed", "not_needed", "read", "removed", "taken_back"} <= written
    assert (written | ANSWERS) - set(CASE_WORDS["done"]) == set()


def test_vote_tells_how_many_have_agreed_and_must_and_who_need_not_any_more(
    rounds: None, counter: Counter, at_desk: Callable[[str], Browser]
) -> None:
    ref, desk = asked(counter, "vote"), at_desk("yangmeixian")
    sign(counter, ref, "puyongan")
    head, lines = shown(desk, ref)
    assert "会签中" in head
    assert "过半数同意就通过 · 会签人3个，要有2个同意，现在有1个" in head
    assert [NAMES.index(name) for line in lines for name in NAMES if name in line] == [0, 1, 2]
    assert ["同意" in line for line in lines] == [True, False, False]
    assert ["等其表态" in line for line in lines] == [False, True, True]
    sign(counter, ref, "pulaoda")
    head, lines = shown(desk, ref)
    assert "会签人3个，2个同意" in head
    assert "已通过" in head
    assert "不用再办" in lines[2]
    assert "not_needed" not in desk.text


def test_chain_stands_in_its_order_and_says_who_is_not_yet_on_turn(
    rounds: None, counter: Counter, at_desk: Callable[[str], Browser]
) -> None:
    ref, desk = asked(counter, "chain"), at_desk("yangmeixian")
    counter.do(MEDIATOR, ref, "add_signer", approval="chain", signer={"person": "shizhengde"}, place=2)
    head, lines = shown(desk, ref)
    assert "按顺序逐个会签" in head
    order = ["普永安", "施正德", "普文忠", "李秀兰"]
    assert [name for line in lines for name in order if name in line] == order
    assert ["等其表态" in line for line in lines] == [True, False, False, False]
    assert ["还没有轮到" in line for line in lines] == [False, True, True, True]
    sign(counter, ref, "puyongan", "reject")
    head, lines = shown(desk, ref)
    assert "未通过" in head
    assert "驳回" in lines[0]
    assert "不妥" in lines[0]


def test_answers_are_called_as_the_definition_calls_the_acts(
    instance: Instance, counter: Counter, at_desk: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    office = instance.office
    definition = office.engine("ordinary").definition
    reject = definition.triggers["reject"].model_copy(update={"title": "不赞成"})
    changed = definition.model_copy(update={"triggers": {**definition.triggers, "reject": reject}})
    engines = {**office.engines, ("ordinary", definition.version): Engine(changed)}
    monkeypatch.setattr(instance, "office", replace(office, engines=engines))
    ref = asked(counter, "agreement_review", SIGNERS[:2])
    for path in ("/tasks", f"/cases/{ref}"):
        leader = at_desk("puyongan").get(path)
        assert re.findall(rf'href="/cases/{ref}/do/reject[^>]*>([^<]+)<', leader.text) == ["不赞成"]
    sign(counter, ref, "puyongan", "reject")
    head, lines = shown(at_desk("yangmeixian"), ref)
    assert ("未通过" in head, "不赞成" in lines[0], "驳回" in lines[0]) == (True, True, False)


def test_tasks_are_told_by_their_number_where_they_are_shown_and_chosen(
    counter: Counter, at_desk: Callable[[str], Browser]
) -> None:
    ref = agreed(counter)
    counter.do(MEDIATOR, ref, "ask_opinion", person="pulaoda", question="怎么看？", due_on="2026-03-20")
    [task] = [one["task"] for one in counter.instance.case(MEDIATOR, ref).tasks if one["kind"] == "opinion"]
    counter.do(MEDIATOR, ref, "urge", task=task)
    desk = at_desk("yangmeixian")
    path = f"/cases/{ref}/do/urge"
    desk.get(path).post(path, {"task": str(task)})
    assert desk.says(f"第{task}号待办您今天已经催办过", f"第{task}号 征求意见：普文忠")
    assert desk.get(f"/cases/{ref}?tab=links").says(f"普文忠 第{task}号")
    assert at_desk("pulaoda").get(f"/cases/{ref}").says(f"征求意见（杨美仙） 第{task}号")


@pytest.mark.parametrize(
    ("trigger", "name", "words"),
    [
        ("add_signer", "signer", {"approval": "agreement_review"}),
        ("remove_signer", "signer", {"approval": "agreement_review"}),
        ("transfer", "to", {"reason": "她熟"}),
        ("delegate", "to", {}),
    ],
)
def test_whom_an_act_is_for_is_marked_as_needed_and_missed_at_its_place(
    counter: Counter, at_desk: Callable[[str], Browser], trigger: str, name: str, words: dict[str, str]
) -> None:
    ref = agreed(counter)
    signers = [{"person": "puyongan"}, {"person": "pulaoda"}]
    counter.do(MEDIATOR, ref, "ask_approval", approval="agreement_review", signers=signers)
    opinion = {"person": "yangmeixian", "question": "怎么看？", "due_on": "2026-03-20"}
    counter.do("pulaoda:mediator", ref, "ask_opinion", **opinion)
    desk, path = at_desk("yangmeixian"), f"/cases/{ref}/do/{trigger}"
    desk.get(path)
    [legend] = re.findall(rf'<fieldset class="wide" id="f\.{name}"><legend([^>]*)>', desk.text)
    assert legend == ' class="must"'
    desk.post(path, words)
    assert desk.status == 422
    [group] = re.findall(rf'<fieldset class="wide" id="f\.{name}">(.*?)</fieldset>', desk.text, re.DOTALL)
    assert '<p class="fault">缺少这一项' in group
