"""工作交接 on pages: who sees it, what is in hand, to whom it goes; once, or not at all with all that is wrong; and back."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from mediation.accounts import keeping
from mediation.cases import queries
from mediation.cases.succession.in_hand import KINDS
from mediation.people.models import Person, Post
from mediation.web.app import build_app
from mediation.web.pages import handovers
from mediation.web.pages.handovers import COUNTED
from mediation.web.pages.shell import LANGUAGE
from tests.town import MORNING, Town
from tests.web.conftest import ADDRESS
from tests.web.pages.conftest import PASSWORD, Browser

FORM = "/hand-overs/from/jiamed"
Seats = Callable[[str], Browser]


@pytest.fixture
def at(sqlite_town: Town) -> Seats:
    """Somebody's browser in the town, of which nobody else's cases are handed over with the test's own."""
    application = build_app(sqlite_town.instance)
    found: dict[str, Browser] = {}

    def sit(name: str) -> Browser:
        if name not in found:
            with sqlite_town.instance.database.writing() as session:
                keeping.make_account(
                    session,
                    name,
                    sqlite_town.clock.now(),
                    by="test",
                    kind="staff",
                    person=name,
                    password=PASSWORD,
                    must_change=False,
                )
            found[name] = Browser(TestClient(application, base_url=ADDRESS)).log_in(name)
        return found[name]

    return sit


def roles(town: Town, ref: str) -> dict[str, str]:
    return {person.code: row.role for row, person, _post in town.of(ref, queries.mediators)}


def options(text: str, name: str) -> list[str]:
    """The values that a select offers."""
    [select] = re.findall(rf'<select[^>]*\bname="{re.escape(name)}".*?</select>', text, re.DOTALL)
    return [unescape(one) for one in re.findall(r'<option value="([^"]+)"', select)]


def chosen(text: str, name: str) -> str:
    [select] = re.findall(rf'<select[^>]*\bname="{re.escape(name)}".*?</select>', text, re.DOTALL)
    return "".join(re.findall(r'<option value="([^"]+)" selected', select))


def furnished(town: Town) -> tuple[str, str]:
    """Two disputes of one mediator: one with an appointment, one with a promise and a draft."""
    one, other = town.bring("preparing"), town.bring("agreed")
    starts = MORNING + timedelta(days=3)
    town.act("jiamed", one, "arrange", kind="session", starts_at=starts, place="调解室", told=[1, 2])
    due = MORNING.date() + timedelta(days=9)
    town.act("jiamed", other, "promise", party=1, what="带人看沟", due_on=due)
    return one, other


def test_list_shows_whose_work_it_is_with_who_has_left_first(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    furnished(town)
    town.register()
    leave = {"person": "jiawin", "since": "2026-03-02", "until": "2026-03-06"}
    town.instance.duty.record_leave("jialead", leave)
    page = at("jialead").get("/hand-overs")
    names = re.findall(r'href="/hand-overs/from/(\w+)"', page.text)
    assert (page.status, names) == (200, ["jiawin", "jiamed", "jiarec"])
    assert page.says("包窗", "2026年3月6日", "包和", "还没有办过移交")


def test_work_of_others_units_is_not_listed_and_its_page_is_refused(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    cases = furnished(town)
    assert "jiamed" in at("sudis").get("/hand-overs").text
    for who, status in (("jiamed", 403), ("jiawin", 403), ("sumed", 403)):
        page = at(who)
        assert [page.get(path).status for path in ("/hand-overs", FORM)] == [status, status]
        page.raw_post(FORM, {"to": "jiamed2", "reason": "left"})
        assert page.status == 403
    stranger = at("jialead").get("/hand-overs/from/sulead")
    assert (
        stranger.status,
        stranger.says("移交由苏长所在单位（示例苏木）或者其上级单位的负责人、调度员办理"),
    ) == (403, True)
    assert at("jialead").get("/hand-overs/from/nobody").status == 404
    assert [town.acts(ref).count("handed_over") for ref in cases] == [0, 0]


def test_every_kind_of_what_is_in_hand_has_its_word() -> None:
    assert set(KINDS) <= set(COUNTED)


def test_what_is_in_hand_is_counted_and_listed(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    one, other = furnished(town)
    page = at("jialead").get(FORM)
    counted = dict(re.findall(r'<dt>(.*?)</dt><dd class="number">(\d+)</dd>', page.text))
    assert counted == {
        "纠纷": "2",
        "协议草稿": "1",
        "调解和记录": "2",
        "待办": "3",
        "请别人办的": "1",
        "约定": "1",
        "其中承诺": "1",
    }
    numbers = [town.case(ref).number for ref in (one, other)]
    assert page.says("排水纠纷", "调解准备", "调解中", *numbers)
    assert f'href="/cases/{one}"' in page.text


def test_only_who_comes_into_question_is_offered(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    one, other = furnished(town)
    page = at("jialead").get(FORM)
    offered = options(page.text, "to")
    assert "jiamed2" in offered
    assert not {"jiamed", "jiaold", "jiaarc", "jialead", "yimed", "lin"} & set(offered)
    assert options(page.text, f"cases.{one}.0.to") == [code for code in offered if code != "jiarec"]
    assert other in page.text


def test_everything_goes_over_once_and_the_answer_tells_what(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    one, other = furnished(town)
    page = at("jialead").get(FORM)
    words = {
        **page.hidden(FORM),
        "to": "jiamed2",
        "reason": "leave",
        "until": "2026-03-09",
        "why": "产假",
        f"cases.{other}.0.to": "sumed",
    }
    page.raw_post(FORM, words)
    address = page.address
    assert (page.status, page.says("已移交。", "包和 → 包平", "请假", "2026年3月9日回来", "包长")) == (
        200,
        True,
    )
    assert f'href="/cases/{one}"' in page.text
    assert re.search(r"苏和", page.text)
    assert (roles(town, one), roles(town, other)) == (
        {"jiamed2": "presiding", "jiarec": "recorder"},
        {"sumed": "presiding", "jiarec": "recorder"},
    )
    page.raw_post(FORM, words)
    assert (page.status, page.address) == (200, address)
    assert [town.acts(ref).count("handed_over") for ref in (one, other)] == [1, 1]
    assert "产假" not in repr(town.dump())
    assert page.get("/hand-overs").says("包和 → 包平")
    assert page.get(FORM).says("包和 没有在办的事项，不用移交")


def test_all_that_is_wrong_is_told_at_once_and_what_was_typed_stays(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    one, signing = town.bring("preparing"), town.bring("agreed")
    town.do("jiamed", signing, "conclude_written")
    town.instance.make_owed_papers()
    page = at("jialead").get(FORM)
    acts = town.acts(one), town.acts(signing)
    words = {
        "to": "nobody",
        "reason": "gone",
        "until": "2026-02-30",
        "why": "家里有事",
        f"cases.{one}.0.to": "yimed",
        f"cases.{one}.0.conflict": "near_relative",
    }
    page.post(FORM, words)
    assert page.status == 422
    assert page.says(
        "没有代码为 nobody 的人员",
        "乙和现在不是本单位、上级或者下级调委会的委员",
        "双方没有同意由其调解",
        "协议书上还等 包和 签名：请先签名",
    )
    for field in ("f.reason", "f.until"):
        assert f'href="#{field}"' in page.text
    assert 'value="家里有事"' in page.text
    assert chosen(page.text, "to") == "nobody"
    assert chosen(page.text, f"cases.{one}.0.to") == "yimed"
    assert chosen(page.text, f"cases.{one}.0.conflict") == "near_relative"
    assert (town.acts(one), town.acts(signing)) == acts


def test_consent_is_asked_for_by_the_name_of_its_field(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    ref = town.bring("accepted")
    town.act("jiamed", ref, "assign", mediators=[{"person": "jiamed", "how": "chosen"}])
    page = at("jialead").get(FORM)
    page.post(FORM, {"to": "jiamed2", "reason": "left"})
    assert (page.status, page.says("写明当事人同意换成接手人")) == (422, True)
    page.post(FORM, {"to": "jiamed2", "reason": "left", f"cases.{ref}.0.consented": "yes"})
    assert (page.status, roles(town, ref)) == (200, {"jiamed2": "presiding"})


def test_trying_tells_the_same_and_moves_nothing(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    one, other = furnished(town)
    town.act("jialead", one, "put_in_charge", person="jialead")
    page = at("sulead").get(FORM)
    page.post(FORM, {"to": "jiamed2", "reason": "left", "try": "yes"})
    assert (page.status, page.says("试算：可以移交。包和 → 包平", "什么也没有保存")) == (200, True)
    assert chosen(page.text, "to") == "jiamed2"
    assert (roles(town, one)["jiamed"], roles(town, other)["jiamed"]) == ("presiding", "presiding")


def test_charge_of_a_case_goes_only_where_it_is_ticked(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    ref = town.bring("received")
    town.act("jialead", ref, "put_in_charge", person="jialead")
    path = "/hand-overs/from/jialead"
    page = at("sulead").get(path)
    page.post(path, {"to": "sulead", "reason": "left", "try": "yes"})
    assert page.says("包案的纠纷一并移交")
    page.post(path, {"to": "sulead", "reason": "left", "leads": "yes"})
    assert (page.status, town.instance.case("sulead", ref).leader) == (200, "苏长")


def test_case_that_is_only_led_asks_for_the_tick_by_its_number(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    ref, other = town.register(), town.register()
    for one in (ref, other):
        town.act("jialead", one, "put_in_charge", person="jialead")
    path = "/hand-overs/from/jialead"
    page = at("sulead").get(path)
    words = {"to": "sulead", "reason": "left", f"cases.{ref}.0.to": "sulead"}
    page.post(path, words)
    number = town.case(ref).temporary_number
    assert (page.status, page.says(f"{number} 只是包案；要一并移交的，请写明包案的纠纷一并移交")) == (
        422,
        True,
    )
    assert (page.says(f"{ref} 不在"), page.says("jialead 在办")) == (False, False)
    page.post(path, {**words, "leads": "yes"})
    assert (page.status, town.instance.case("sulead", ref).leader) == (200, "苏长")


def test_list_of_each_case_ends_somewhere_with_who_works_at_its_holder_first(
    sqlite_town: Town, at: Seats, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jialead", ref, "ask_opinion", person="lin", question="要不要出警？")
    path, name = "/hand-overs/from/jialead", f"cases.{ref}.0.to"
    everybody = options(at("sulead").get(path).text, name)
    assert len(everybody) > 10
    monkeypatch.setattr(handovers, "MOST", 3)
    page = at("sulead").get(path)
    few = options(page.text, name)
    assert few == everybody[:3]
    page.post(path, {"to": "sulead", "reason": "left", "try": "yes", name: everybody[-1]})
    assert (options(page.text, name), chosen(page.text, name)) == ([*few, everybody[-1]], everybody[-1])


def test_details_of_a_case_out_of_sight_are_shut_and_its_state_is_not_shown(
    sqlite_town: Town, at: Seats
) -> None:
    town = sqlite_town
    ref = town.register("suwin", place="su")
    for act, words in (("triage", {"tier": "ordinary"}), ("keep", {}), ("accept", {})):
        town.act("suwin", ref, act, **words)
    town.act("sulead", ref, "assign", mediators=[{"person": "jiamed", "how": "chosen"}])
    blind = at("jialead").get(FORM)
    assert blind.says(str(town.case(ref).number), "不在您的查看范围内", "当事人同意换成接手人")
    assert (blind.says("调解准备"), '<details class="more" open' in blind.text) == (False, False)
    assert '<span class="badge blue"></span>' not in blind.text
    page = at("sulead").get(FORM)
    assert (page.says("调解准备"), '<details class="more" open' in page.text) == (True, True)


def test_what_nobody_touched_is_given_back_once(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    one, other = furnished(town)
    page = at("jialead").get(FORM)
    page.post(FORM, {"to": "jiamed2", "reason": "leave", "until": "2026-03-09"})
    back = f"{page.address}/back"
    town.clock.advance(timedelta(days=7))
    page = at("jialead").log_in("jialead").get("/hand-overs")
    assert page.says("该交回了")
    page.get(back.removesuffix("/back"))
    words = {**page.hidden(back), "why": "回来了"}
    for _time in range(2):
        page.raw_post(back, words)
        assert (page.status, page.says("已交回。", "包平 → 包和")) == (200, True)
    assert (roles(town, one)["jiamed"], roles(town, other)["jiamed"]) == ("presiding", "presiding")
    assert town.acts(one).count("handed_over") == 2
    page.get(back.removesuffix("/back"))
    assert page.says("已交回")
    assert f'action="{back}"' not in page.text
    page.raw_post(back, {**page.hidden("/me/language"), **words, "once": "another"})
    assert page.says("移交以后都已经有了变化，没有可以交回的")


def test_what_stands_in_the_way_of_giving_back_is_told(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    furnished(town)
    done = town.instance.hand_over("jialead", {"from": "jiamed", "to": "jiamed2", "reason": "leave"})
    with town.instance.database.writing() as session:
        gone = session.exec(select(Person).where(Person.code == "jiamed")).one()
        gone.status = "inactive"
        session.add(gone)
        town.note_people(session)
    path = f"/hand-overs/{done.handover}"
    page = at("jialead").get(path)
    page.post(f"{path}/back", {"why": "早回"})
    assert (page.status, page.says("包和 没有在任的岗位")) == (422, True)
    assert 'value="早回"' in page.text


def test_hand_over_of_others_is_not_there(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    ref = town.bring("accepted")
    town.act("jialead", ref, "put_in_charge", person="sulead")
    words = {"from": "sulead", "to": "jialead", "reason": "left", "leads": True}
    done = town.instance.hand_over("sulead", words)
    path = f"/hand-overs/{done.handover}"
    assert at("sulead").get(path).status == 200
    for who, status in (("jialead", 403), ("jiamed", 403)):
        page = at(who).get(path)
        assert page.status == status
        page.get("/inbox")
        page.post(f"{path}/back", page.hidden("/me/language"))
        assert page.status == status
    assert at("sulead").get(f"/hand-overs/{'0' * 26}").status == 404


def test_pages_lead_there(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    furnished(town)
    leave = {"person": "jiamed", "since": "2026-03-02", "until": "2026-03-06"}
    town.instance.duty.record_leave("jiamed", leave)
    for who, path in (("jialead", "/duty"), ("jialead", "/leader"), ("sudis", "/duty")):
        assert 'href="/hand-overs"' in at(who).get(path).text
    assert f'href="{FORM}"' in at("jialead").get("/duty").text
    assert "/hand-overs" not in at("jiawin").get("/duty").text
    page = at("jialead").get(FORM)
    assert (chosen(page.text, "reason"), 'value="2026-03-07"' in page.text) == ("leave", True)


def test_notice_that_somebody_left_things_behind_leads_there(sqlite_town: Town, at: Seats) -> None:
    town = sqlite_town
    ref = town.bring("mediating")
    town.act("jiamed", ref, "ask_opinion", person="lin", question="要不要出警？")
    with town.instance.database.writing() as session:
        lin = session.exec(select(Person).where(Person.code == "lin")).one()
        for post in session.exec(select(Post).where(Post.person_id == lin.id)):
            post.valid_to = MORNING.date() - timedelta(days=1)
            session.add(post)
        town.note_people(session)
    town.instance.run_deadlines()
    [notice] = [one for one in town.instance.post_room.trayed("sulead") if one.notice == "post_ended"]
    page = at("sulead").get(f"/inbox/{notice.id}")
    assert 'class="btn primary" href="/hand-overs"' in page.text
    assert page.says("“在岗”页的“工作交接”")
    page.get("/hand-overs")
    first = re.findall(r'href="/hand-overs/from/(\w+)"', page.text)[0]
    assert (first, page.says("岗位已终止", "2026年3月1日")) == ("lin", True)
    page.get("/hand-overs/from/lin")
    assert chosen(page.text, "reason") == "left"
    page.post("/hand-overs/from/lin", {"to": "sulead", "reason": "left"})
    assert (page.status, page.says("已移交。", "林警 → 苏长")) == (200, True)
    assert town.instance.run_deadlines().unanswered == []


def test_pages_speak_english(sqlite_town: Town, at: Seats) -> None:
    furnished(sqlite_town)
    page = at("jialead")
    page.client.cookies.set(LANGUAGE, "en")
    assert page.get("/hand-overs").says("Hand-over of work", "Cases in hand")
    assert page.get(FORM).says("Hand over 包和’s work", "Draft agreements")
    assert '<optgroup label="Could take all of it">' in page.text
