"""调度: what waits at a desk, acted on by one click, in bulk, and one by one with reasons."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from mediation.app import Instance
from mediation.cases.ownership import queries
from mediation.cases.queries import case_id_of
from tests.web.conftest import Counter
from tests.web.pages.conftest import Browser

REGISTRAR, DISPATCHER = "fangmin:registrar", "baijianguo:dispatcher"
VILLAGE = "sunlei:registrar"


@pytest.fixture
def desk(at_desk: Callable[[str], Browser]) -> Browser:
    """The dispatcher of a township, at the browser."""
    return at_desk("baijianguo")


def new(counter: Counter, state: str = "registered", **changes: Any) -> str:
    """A case of the township's own, brought so far."""
    ref = counter.register(REGISTRAR, place="yicun", **changes)
    if state in {"triaged", "received", "accepted"}:
        counter.do(DISPATCHER, ref, "triage", tier="ordinary")
    if state in {"received", "accepted"}:
        counter.do(DISPATCHER, ref, "keep", overruled_because="乡里办理更合适")
    if state == "accepted":
        counter.do(DISPATCHER, ref, "accept")
    return ref


def stands(instance: Instance, ref: str, who: str = DISPATCHER) -> tuple[str, str, list[str]]:
    """The state, the holder, and the acts so far."""
    found = instance.case(who, ref)
    return found.row.state, found.row.holder, [one["act"] for one in found.trail if "paper" not in one["act"]]


def group_of(desk: Browser, group: str) -> str:
    """All pages of a group: other tests have left cases on the same desk."""
    address, text = f"/board?group={group}", ""
    while address:
        text += desk.get(address).text
        more = re.search(r'href="(/board\?group=\w+&amp;before=[^"]+)"', desk.text)
        address = unescape(more[1]) if more else ""
    return text


def button(page: Browser, ref: str, trigger: str = "") -> str:
    """The value of a usual act's button in the row of a case."""
    found = re.findall(rf'name="one" value="({trigger or "[a-z_]+"}~{ref}~[^"]*)"', page.text)
    return unescape(found[0])


def test_board_shows_each_case_under_what_it_needs(
    desk: Browser, counter: Counter, instance: Instance
) -> None:
    refs = {
        group: new(counter, state) for group, state in (("triage", "registered"), ("dispatch", "triaged"))
    }
    for group, ref in refs.items():
        other = "dispatch" if group == "triage" else "triage"
        assert ref in group_of(desk, group)
        assert ref not in group_of(desk, other)


def test_suggested_unit_is_taken_with_one_click(desk: Browser, counter: Counter, instance: Instance) -> None:
    ref = new(counter, "triaged")
    desk.get("/board?group=dispatch")
    one = button(desk, ref)
    assert one.startswith(f"dispatch~{ref}~2~yicun")
    desk.post("/board", {"one": one})
    assert (desk.status, desk.address) == (200, "/board")
    assert desk.says("已办理：交办；临-")
    assert stands(instance, ref) == ("dispatched", "示例东乡", ["register", "triage", "dispatch"])


def test_case_is_accepted_by_the_button_that_the_key_presses(
    desk: Browser, counter: Counter, instance: Instance
) -> None:
    ref = new(counter, "received")
    row = next(part for part in group_of(desk, "accept").split("<tr") if f"accept~{ref}~" in part)
    assert 'data-key="y"' in row
    one = re.search(rf'value="(accept~{ref}~[^"]*)"', row)
    assert one is not None
    desk.post("/board", {"one": unescape(one[1])})
    assert stands(instance, ref)[0] == "accepted"


def test_matter_that_wants_a_reason_is_opened_to_be_accepted(
    desk: Browser, counter: Counter, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = new(counter, "received")
    monkeypatch.setattr(type(instance.office.codes), "is_not_for_mediation", lambda *_words: True)
    shown = group_of(desk, "accept")
    assert f'href="/board/{ref}' in shown
    assert f"accept~{ref}~" not in shown


def test_first_assignment_asks_nothing_of_a_change(desk: Browser, counter: Counter) -> None:
    ref = new(counter, "accepted")
    for path in (f"/board/{ref}", f"/cases/{ref}/do/assign"):
        text = desk.get(path).text
        assert desk.status == 200
        assert 'name="mediators.0.person"' in text
        asked = [key for key in ("objected_by", "consented", "must_withdraw") if key in text]
        assert asked == [], path


def test_form_posted_twice_works_once(desk: Browser, counter: Counter, instance: Instance) -> None:
    ref = new(counter, "triaged")
    desk.get("/board?group=dispatch")
    fields = {**desk.hidden("/board"), "one": button(desk, ref)}
    first, second = (desk.client.post("/board", data=fields, follow_redirects=False) for _time in range(2))
    assert [first.status_code, second.status_code] == [303, 303]
    assert stands(instance, ref)[2] == ["register", "triage", "dispatch"]


def test_two_buttons_of_one_page_are_two_requests(
    desk: Browser, counter: Counter, instance: Instance
) -> None:
    refs = [new(counter, "triaged") for _number in range(2)]
    desk.get("/board?group=dispatch")
    hidden = desk.hidden("/board")
    for one in [button(desk, ref) for ref in refs]:
        desk.client.post("/board", data={**hidden, "one": one})
    assert [stands(instance, ref)[0] for ref in refs] == ["dispatched", "dispatched"]


def test_other_unit_needs_a_reason_and_keeps_what_was_chosen(
    desk: Browser, counter: Counter, instance: Instance
) -> None:
    ref = new(counter, "triaged")
    path = f"/board/{ref}/dispatch"
    desk.get(f"/board/{ref}")
    desk.post(path, {"to": "ercun", "opinion": "一方住二村"})
    assert desk.status == 409
    assert desk.says("不按分流建议的理由") or desk.says("理由")
    assert '<option value="ercun" selected>' in desk.text
    assert "一方住二村" in desk.text
    desk.post(path, {"to": "ercun", "opinion": "一方住二村", "overruled_because": "双方都在二村种地"})
    assert desk.says("已办理：交办")
    decision = instance.case(DISPATCHER, ref).routing["decisions"][-1]
    assert (decision["overruled"], decision["because"]) == (True, "双方都在二村种地")


def test_form_of_a_case_begins_with_the_unit_that_is_suggested(desk: Browser, counter: Counter) -> None:
    ref = new(counter, "triaged")
    assert '<option value="yicun" selected>' in desk.get(f"/cases/{ref}/do/dispatch").text


def test_case_that_has_moved_on_is_refused_with_its_present_state(
    desk: Browser, counter: Counter, instance: Instance
) -> None:
    ref = new(counter, "triaged")
    desk.get("/board?group=dispatch")
    one = button(desk, ref)
    counter.do(DISPATCHER, ref, "dispatch", to="yicun")
    desk.post("/board", {"one": one})
    assert desk.status == 409
    assert desk.says("已交办待签收")


def test_mediator_suggested_is_assigned_with_one_click(
    desk: Browser, counter: Counter, instance: Instance
) -> None:
    ref = new(counter, "accepted")
    desk.get("/board?group=assign")
    one = button(desk, ref, "assign")
    desk.post("/board", {"one": one})
    found = instance.case(DISPATCHER, ref)
    assert (found.row.state, len(found.mediators)) == ("preparing", 1)
    assert [line["act"] for line in found.trail][-1] == "assign"


def test_many_rows_are_dispatched_together_and_each_is_told(
    desk: Browser, counter: Counter, instance: Instance
) -> None:
    good, moved = new(counter, "triaged"), new(counter, "triaged")
    desk.get("/board?group=dispatch")
    counter.do(DISPATCHER, moved, "dispatch", to="yicun")
    desk.post("/board", {"all": "dispatch", "case": [f"{good}~2", f"{moved}~2"], "to": "yicun"})
    assert desk.says("办成 1 件，没有办成 1 件")
    assert stands(instance, good)[2] == ["register", "triage", "dispatch"]
    assert stands(instance, moved)[2] == ["register", "triage", "dispatch"]


def test_many_rows_urged(desk: Browser, counter: Counter, instance: Instance) -> None:
    refs = [new(counter) for _number in range(2)]
    desk.get("/board?group=triage")
    desk.post("/board", {"all": "urge", "case": [f"{ref}~1" for ref in refs]})
    assert desk.says("办成 2 件，没有办成 0 件")
    assert [stands(instance, ref)[2] for ref in refs] == [["register", "urge"], ["register", "urge"]]


def test_many_rows_are_triaged_as_suggested_kept_and_accepted(
    desk: Browser, counter: Counter, instance: Instance
) -> None:
    refs = [new(counter) for _number in range(2)]
    triage = re.findall(r'name="all" value="(triage~[a-z]+)"', desk.get("/board?group=triage").text)[0]
    for version, (act, words) in enumerate(
        [(triage, {}), ("keep", {"because": "乡里办理更合适"}), ("accept", {})], start=1
    ):
        desk.get("/board")
        desk.post("/board", {"all": act, "case": [f"{ref}~{version}" for ref in refs], **words})
        assert desk.says("办成 2 件，没有办成 0 件"), desk.text
    assert [stands(instance, ref)[2] for ref in refs] == [["register", "triage", "keep", "accept"]] * 2


def test_what_was_handed_up_is_sent_back_and_not_declined(desk: Browser, counter: Counter) -> None:
    up, village = counter.register(), "zhangxiaofeng:registrar"
    counter.do(village, up, "triage", tier="ordinary")
    counter.do(village, up, "escalate", reason="两次没有谈成")
    desk.get("/board?group=acknowledge")
    at = desk.text.index(f'href="/board/{up}?group=acknowledge" data-key')
    assert 'data-hash="#send_back">退回<' in desk.text[at : at + 200]


def test_many_rows_are_declined_with_one_line_and_a_reason(
    desk: Browser, counter: Counter, instance: Instance, at_desk: Callable[[str], Browser]
) -> None:
    refs = [new(counter, "triaged") for _number in range(2)]
    for ref in refs:
        counter.do(DISPATCHER, ref, "dispatch", to="ercun", overruled_because="先由村里做工作")
    village = at_desk("sunlei").get("/board?group=acknowledge")
    ticked = [f"{ref}~3" for ref in refs]
    village.post("/board", {"all": "decline", "case": ticked, "line": "2.2"})
    assert (village.status, village.says("退单要选责任清单的一条，并写明理由")) == (422, True)
    village.get("/board?group=acknowledge")
    village.post("/board", {"all": "decline", "case": ticked, "line": "2.2", "because": "房屋不在本村"})
    assert village.says("办成 2 件，没有办成 0 件"), village.text
    assert [stands(instance, ref)[2][-1] for ref in refs] == ["decline", "decline"]


def test_bar_offers_what_the_rows_shown_take_and_a_refusal_is_one_sentence(
    desk: Browser, counter: Counter
) -> None:
    ref = new(counter)
    desk.get("/board?group=triage")
    acts = [one.partition("~")[0] for one in re.findall(r'name="all" value="([^"]+)"', desk.text)]
    assert acts == ["triage", "urge"]
    desk.post("/board", {"all": "accept", "case": f"{ref}~1"})
    assert desk.says("不能办理「受理」")
    assert "现在可以办理" not in desk.text


def test_bulk_without_a_tick_or_a_unit_says_so(desk: Browser, counter: Counter, instance: Instance) -> None:
    ref = new(counter, "triaged")
    desk.get("/board?group=dispatch")
    desk.post("/board", {"all": "urge"})
    assert (desk.status, desk.says("一件也没有选")) == (422, True)
    desk.get("/board?group=dispatch")
    desk.post("/board", {"all": "dispatch", "case": f"{ref}~2"})
    assert (desk.status, desk.says("请选择交给哪个单位")) == (422, True)
    assert stands(instance, ref)[0] == "triaged"


def test_bulk_tells_nothing_of_a_case_out_of_sight(
    desk: Browser, counter: Counter, instance: Instance, at_desk: Callable[[str], Browser]
) -> None:
    ref, own = new(counter), counter.register("puqiongfen:mediator")
    number = instance.case(DISPATCHER, ref).row.number
    village = at_desk("sunlei")
    village.get("/board")
    village.post("/board", {"all": "urge", "case": [f"{ref}~1", f"{own}~1"]})
    assert village.says("办成 1 件，没有办成 1 件", "不在您的查看范围内")
    assert number not in village.text
    assert stands(instance, ref)[2] == ["register"]


def test_declined_with_a_line_of_the_list_and_ruled_on_both_arguments(
    desk: Browser, counter: Counter, instance: Instance, at_desk: Callable[[str], Browser]
) -> None:
    ref = new(counter, "triaged", governance_category="1401")
    villages = [("zhangxiaofeng", "yicun", "房屋不在本村"), ("sunlei", "ercun", "本村没有这项职责")]
    for name, unit, reason in villages:
        counter.do(
            DISPATCHER, ref, "dispatch", to=unit, opinion=f"请{unit}办理", overruled_because="先由村里做工作"
        )
        village = at_desk(name).get(f"/board/{ref}")
        assert '<option value="2.2">2.2 物业' in village.text
        village.post(f"/board/{ref}/decline", {"line": "2.2", "reason": reason})
        assert village.says("已办理：退单")
    desk.get("/board?group=rule")
    assert ref in desk.text
    desk.get(f"/board/{ref}")
    assert desk.says("各方的说法", "房屋不在本村", "本村没有这项职责", "请ercun办理；先由村里做工作")
    words = {
        "to": "ercun",
        "interpretation": "没有物业企业的由村里牵头",
        "reason": "房屋在二村",
        "heard.0.unit": "yicun",
        "heard.0.name": "张晓枫",
        "heard.0.argued": "房屋不在本村",
    }
    desk.get(f"/cases/{ref}?tab=links")
    assert desk.says("退单", "责任清单第2.2条", "房屋不在本村", "由示例东乡裁定"), desk.text
    desk.get(f"/board/{ref}")
    desk.post(f"/board/{ref}/rule", words)
    assert desk.says("记录里没有示例二村的意见")
    other = {"heard.1.unit": "ercun", "heard.1.name": "孙磊", "heard.1.argued": "本村没有这项职责"}
    desk.post(f"/board/{ref}/rule", {**words, **other})
    assert desk.says("已办理：裁定"), desk.text
    desk.get(f"/cases/{ref}?tab=links")
    assert desk.says("待签收", "房屋在二村", "没有物业企业的由村里牵头", "示例二村 孙磊：本村没有这项职责"), (
        desk.text
    )
    assert stands(instance, ref)[0] == "dispatched"


def disputed(counter: Counter) -> str:
    """A case that two villages have sent back, so that their township has to rule."""
    ref = new(counter, "triaged", governance_category="1402")
    for unit, village in (("yicun", "zhangxiaofeng:registrar"), ("ercun", VILLAGE)):
        counter.do(DISPATCHER, ref, "dispatch", to=unit, overruled_because="先由村里做工作")
        counter.do(village, ref, "decline", line="2.2", reason="房屋不在本村")
    return ref


def test_several_are_ruled_on_one_page_each_by_minutes_of_its_own(
    desk: Browser, counter: Counter, instance: Instance
) -> None:
    one, two = (disputed(counter) for _time in range(2))
    desk.get("/board?group=rule").post("/board", {"all": "rule", "case": [f"{one}~6", f"{two}~6"]})
    assert (desk.status, desk.address) == (200, "/board/rulings")
    assert desk.says("2 件，每件写各自的听取意见和理由", "房屋不在本村")
    minutes = {
        "interpretation": "没有物业企业的由村里牵头",
        "to": "yicun",
        **{
            f"heard.{row}.{key}": value
            for row, (unit, name) in enumerate((("ercun", "孙磊"), ("yicun", "罗晓峰")))
            for key, value in {"unit": unit, "name": name, "argued": "房屋不在本村"}.items()
        },
    }
    said = {f"c{at}.{key}": value for at in (0, 1) for key, value in minutes.items()}
    desk.post("/board/rulings", {**said, "c0.reason": "房屋在一村"})
    assert (desk.status, 'value="孙磊"' in desk.text) == (422, True)
    assert [stands(instance, ref)[2][-1] for ref in (one, two)] == ["decline", "decline"]
    desk.post(
        "/board/rulings",
        {**said, "c0.reason": "房屋在一村", "c1.reason": "也在一村", "c1.to": "hanchengxian"},
    )
    assert (desk.status, desk.says("办成 1 件，没有办成 1 件", "也在一村")) == (409, True)
    assert 'name="c1.' not in desk.text
    desk.post(
        "/board/rulings",
        {key: value for key, value in {**said, "c0.reason": "也在一村"}.items() if key[1] == "0"},
    )
    assert desk.says("办成 1 件，没有办成 0 件"), desk.text
    with instance.database.reading() as session:
        rows = [queries.rulings(session, case_id_of(session, ref))[0] for ref in (one, two)]
    assert [row.minutes["reason"] for row in rows] == ["房屋在一村", "也在一村"]
    assert [stands(instance, ref)[2][-1] for ref in (one, two)] == ["rule", "rule"]


def test_ruling_on_like_disputes_is_the_suggestion_of_every_page(
    desk: Browser, counter: Counter, instance: Instance
) -> None:
    """Row, usual act, opened case and the forms say the same, and the act goes through."""
    kind = {"governance_category": "1403"}
    first = new(counter, "triaged", **kind)
    for unit, village in (("yicun", "zhangxiaofeng:registrar"), ("ercun", VILLAGE)):
        counter.do(DISPATCHER, first, "dispatch", to=unit, overruled_because="先由村里做工作")
        counter.do(village, first, "decline", line="2.2", reason="房屋不在本村")
    heard = [
        {"unit": "yicun", "name": "张晓枫", "argued": "房屋不在本村"},
        {"unit": "ercun", "name": "孙磊", "argued": "房屋不在本村"},
    ]
    words = {"to": "ercun", "interpretation": "由村里牵头", "reason": "房屋在二村", "heard": heard}
    counter.do(DISPATCHER, first, "rule", **words)
    number = instance.case(DISPATCHER, first).ownership["rulings"][-1]["number"]
    ref = new(counter, "triaged", **kind)
    told = f"裁定 {number}：同类纠纷已经裁定由示例二村办理"
    page = group_of(desk, "dispatch")
    assert told in page[page.index(ref) :]
    opened = desk.get(f"/board/{ref}")
    assert opened.says(f"分流建议：交示例二村（{told}）", "没有这个裁定的话，按分流规则“")
    assert '<option value="ercun" selected>' in opened.text
    for act in ("keep", "dispatch"):
        assert desk.get(f"/cases/{ref}/do/{act}").says(f"分流建议：交示例二村（{told}）", "用“交办”交给它")
    desk.get("/board?group=dispatch")
    desk.post("/board", {"one": f"dispatch~{ref}~2~ercun"})
    assert desk.says("已办理：交办；临-")
    assert stands(instance, ref)[0] == "dispatched"


def test_opened_case_shows_the_rule_what_comes_next_and_by_when(desk: Browser, counter: Counter) -> None:
    ref = new(counter, "triaged")
    found = desk.get(f"/board/{ref}").text
    suggested = counter.get(DISPATCHER, f"/cases/{ref}/suggestions").json()["unit"]
    assert suggested["title"]
    assert desk.says(
        f"分流建议：交{suggested['unit_title']}（{suggested['title']}：{suggested['because']}）",
        f"下一条符合的是“{suggested['next']['title']}”：{suggested['next']['told']}",
        f"流程：{suggested['definition_title']}；办理层级：{suggested['level_title']}",
        f"（{suggested['limit']['article']}）",
        *suggested["why"],
    ), found
    assert f"{suggested['title']}：{suggested['because']}" in group_of(desk, "dispatch")
    for act in ("keep", "dispatch"):
        desk.get(f"/cases/{ref}/do/{act}")
        assert desk.says(f"（{suggested['title']}：{suggested['because']}）", *suggested["why"])


def test_page_of_rulings_is_empty_for_what_cannot_be_ruled(desk: Browser, counter: Counter) -> None:
    ref = new(counter)
    assert desk.get(f"/board/rulings?case={ref}").says("选的这些现在都不能裁定。")
    assert "0 件" not in desk.text
    assert desk.get(f"/board/rulings?case={'0' * 26}").status == 404


def test_question_from_below_is_answered(desk: Browser, counter: Counter, instance: Instance) -> None:
    ref = counter.register(VILLAGE)
    counter.do(VILLAGE, ref, "ask_above", question="是否由乡里办理？")
    assert ref in desk.get("/board?group=asked").text
    desk.get(f"/board/{ref}")
    assert desk.says("是否由乡里办理？")
    desk.post(f"/board/{ref}/answer", {"opinion": "由村里先办", "task": "2"})
    assert desk.says("已办理：办复")
    task = next(one for one in instance.case(VILLAGE, ref).tasks if one["kind"] == "instruction")
    assert (task["outcome"], task["opinions"][0]["said"]) == ("done", "由村里先办")


def test_pages_follow_one_another_without_gap(desk: Browser, counter: Counter) -> None:
    refs = {new(counter) for _number in range(30)}
    seen: list[str] = []
    path = "/board?group=triage"
    while path:
        desk.get(path)
        seen += re.findall(r'name="case" value="([0-9a-z]{26})~', desk.text)
        found = re.search(r'href="(/board\?group=triage&amp;before=[^"]+)"', desk.text)
        path = unescape(found[1]) if found else ""
    assert refs <= set(seen)
    assert len(seen) == len(set(seen))


def test_registrar_of_another_township_finds_no_such_case(
    counter: Counter, at_desk: Callable[[str], Browser]
) -> None:
    ref = new(counter)
    other = at_desk("chenyulin")
    assert other.get(f"/board/{ref}").status == 404
    token = other.get("/board").hidden("/logout")["form_token"]
    assert other.raw_post("/board", {"one": f"urge~{ref}~1~", "form_token": token}).status == 404


@pytest.mark.parametrize("path", ["/board?group=nothing", "/board?group=triage&before=x"])
def test_unknown_group_or_mark_is_not_found(desk: Browser, path: str) -> None:
    assert desk.get(path).status == 404


def test_mediator_without_such_a_post_is_refused(at_desk: Callable[[str], Browser]) -> None:
    assert at_desk("yangmeixian").get("/board").status == 403
