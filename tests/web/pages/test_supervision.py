"""督办: the register, one item with its acts and papers, the papers of the week."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from mediation.app import Instance
from mediation.clock import SetClock
from tests.web.pages.conftest import Browser

LEADER = "puyongan:leader"
WORDS = {
    "unit": "yicun",
    "subject": "台账补记",
    "problem": "三件口头调解没有记入台账。",
    "kind": "supervision",
    "way": "irregular",
    "due_on": "2026-03-20",
}


@pytest.fixture
def leader(at_desk: Callable[[str], Browser], clock: SetClock) -> Browser:
    return at_desk("puyongan")


def opened(leader: Browser, **changes: str) -> str:
    """An item opened on the page; its id."""
    leader.get("/supervision/new")
    leader.post("/supervision/new", {**WORDS, **changes})
    assert leader.says("已立项"), leader.text
    return leader.address.rpartition("/")[2]


def acts(instance: Instance, ref: str) -> tuple[str, list[str]]:
    found = instance.supervision.item(LEADER, ref)
    return found.row.state, [entry["act"] for entry in found.entries]


def test_item_is_opened_reported_and_struck_off(
    leader: Browser, at_desk: Callable[[str], Browser], instance: Instance
) -> None:
    ref = opened(leader)
    village = at_desk("pulaoda").get(f"/supervision/items/{ref}")
    assert village.says("三件口头调解没有记入台账。", "报整改")
    assert not village.says("销号")
    village.post(f"/supervision/items/{ref}/report", {"account": "已补记。", "evidence": "台账照片"})
    assert village.says("已办理：报整改")
    leader.get(f"/supervision/items/{ref}")
    leader.post(f"/supervision/items/{ref}/strike_off", {"opinion": "属实"})
    assert leader.says("已办理：销号", "已销号")
    assert acts(instance, ref) == ("struck_off", ["open", "limit", "report", "strike_off"])
    row = re.search(rf'items/{ref}".*?</tr>', leader.get("/supervision?view=all").text, re.DOTALL)
    assert row is not None
    assert ("2026年3月20日" in row[0], "还有" in row[0]) == (True, False)
    assert 'class="light' not in leader.get(f"/supervision/items/{ref}").text


def test_striking_off_what_is_not_mended_is_refused_with_the_reason(
    leader: Browser, instance: Instance
) -> None:
    ref = opened(leader)
    hidden = leader.get(f"/supervision/items/{ref}").hidden(f"/supervision/items/{ref}/limit")
    leader.raw_post(f"/supervision/items/{ref}/strike_off", {**hidden, "opinion": "属实"})
    assert (leader.status, leader.says("不能办理“销号”")) == (409, True)
    assert acts(instance, ref) == ("limited", ["open", "limit"])


def test_what_was_typed_stays_when_something_is_wrong(leader: Browser, instance: Instance) -> None:
    leader.get("/supervision/new")
    leader.post("/supervision/new", {**WORDS, "due_on": "2026-01-01"})
    assert (leader.status, leader.says("已经过去")) == (422, True)
    assert "三件口头调解没有记入台账。" in leader.text


def test_form_posted_twice_opens_one_item(leader: Browser, instance: Instance) -> None:
    before = len(instance.supervision.items(LEADER))
    leader.get("/supervision/new")
    words = {**leader.hidden("/supervision/new"), **WORDS}
    for _time in range(2):
        leader.raw_post("/supervision/new", words)
    assert len(instance.supervision.items(LEADER)) == before + 1


def test_list_by_unit(leader: Browser, instance: Instance) -> None:
    ref, other = opened(leader), opened(leader, unit="ercun")
    page = leader.get("/supervision?unit=yicun")
    assert ref in page.text
    assert other not in page.text
    assert leader.get("/supervision").says("按责任单位", "示例一村", "示例二村")


def test_item_of_another_township_is_not_found(leader: Browser, at_desk: Callable[[str], Browser]) -> None:
    ref = opened(leader)
    other = at_desk("zhaowenbin")
    assert other.get(f"/supervision/items/{ref}").status == 404
    assert ref not in other.get("/supervision?view=all").text


def test_papers_of_the_week_are_made_and_opened(leader: Browser) -> None:
    leader.get("/supervision/week")
    leader.post("/supervision/week", {"unit": "dong"})
    papers = re.findall(r'href="(/supervision/papers/[0-9a-z]{26})"', leader.text)
    assert papers or leader.says("还没有印出来")
    for paper in papers[:1]:
        answer = leader.client.get(paper)
        assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_mediator_has_no_register(at_desk: Callable[[str], Browser]) -> None:
    assert at_desk("yangmeixian").get("/supervision").status == 403


def test_whoever_the_site_names_to_supervise_has_the_register(
    instance: Instance, leader: Browser, at_desk: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    mediator = at_desk("shizhengde")
    assert mediator.get("/supervision").status == 403
    office = instance.office
    named = office.supervision.supervisors.model_copy(update={"posts": ("unit_leader", "mediator")})
    rules = office.supervision.model_copy(update={"supervisors": named})
    monkeypatch.setattr(instance, "office", replace(office, supervision=rules))
    assert 'href="/supervision"' in mediator.get("/day").text
    assert [mediator.get(f"/supervision{page}").status for page in ("", "/new", "/week")] == [200, 200, 200]
    assert "立项" in mediator.get("/supervision").text
    opened(mediator)
    assert at_desk("zhangxiaofeng").get("/supervision/new").status == 403
