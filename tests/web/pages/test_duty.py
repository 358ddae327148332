"""在岗: who is there, the rota, leave with its deputy."""

from collections.abc import Callable

from mediation.app import Instance
from mediation.clock import SetClock
from tests.web.pages.conftest import Browser


def absent(instance: Instance) -> list[tuple[str, str | None]]:
    return [(one.person, one.deputy) for one in instance.duty.page("baijianguo:dispatcher").absences]


def test_rota_and_resident_units_are_shown(at_desk: Callable[[str], Browser], clock: SetClock) -> None:
    desk = at_desk("baijianguo").get("/duty")
    assert desk.says("东乡综治中心接待厅", "示例东乡司法所", "周一", "方敏")


def test_who_comes_when_called_is_not_called_away(at_desk: Callable[[str], Browser], clock: SetClock) -> None:
    desk = at_desk("machaoyang").get("/duty")
    [row] = [
        one for one in desk.text.split("<tr>") if one.startswith('<td><span class="strong">示例西镇派出所')
    ]
    assert ("可以呼叫" in row, "不在" in row) == (True, False)


def test_leave_is_entered_once_and_ended(
    at_desk: Callable[[str], Browser], instance: Instance, clock: SetClock
) -> None:
    desk = at_desk("fangmin").get("/duty")
    words = {
        **desk.hidden("/duty/leave"),
        "person": "fangmin",
        "deputy": "baijianguo",
        "kind": "sick",
        "since": "2026-03-02",
        "until": "2026-03-04",
    }
    for _time in range(2):
        desk.raw_post("/duty/leave", words)
    assert desk.says("方敏", "病假", "代理：白建国")
    assert desk.text.count('<span class="badge warn">请假</span></div>') == 2  # the two days after today
    assert absent(instance) == [("fangmin", "baijianguo")]
    row = instance.duty.page("baijianguo:dispatcher").absences[0]
    away = {"person": "baijianguo", "since": row.since, "until": row.until}
    too = instance.duty.record_leave("baijianguo:dispatcher", away)
    assert desk.get("/duty").says("方敏的代理人要另定")
    instance.duty.end_leave("baijianguo:dispatcher", too.id)
    desk.post(f"/duty/leave/{row.id}/end")
    assert desk.says("已销假")
    assert absent(instance) == []


def test_all_that_is_wrong_is_told_and_what_was_typed_stays(
    at_desk: Callable[[str], Browser], instance: Instance, clock: SetClock
) -> None:
    desk = at_desk("fangmin").get("/duty")
    words = {"person": "fangmin", "deputy": "fangmin", "since": "2026-03-04", "until": "2026-03-03"}
    desk.post("/duty/leave", {**words, "why": "探亲"})
    assert (desk.status, desk.says("不能由本人代理自己", "最后一天早于第一天")) == (422, True)
    assert 'value="探亲"' in desk.text
    assert absent(instance) == []


def test_stranger_cannot_enter_anybodys_leave(
    at_desk: Callable[[str], Browser], instance: Instance, clock: SetClock
) -> None:
    desk = at_desk("sunlei").get("/duty")
    desk.post(
        "/duty/leave", {"person": "fangmin", "kind": "leave", "since": "2026-03-02", "until": "2026-03-02"}
    )
    assert (desk.status, desk.says("请假由本人")) == (403, True)
    assert absent(instance) == []
