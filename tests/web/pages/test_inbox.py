"""收件: one's own notices, opened, marked as read, and counted in the bar."""

import re
from collections.abc import Callable

from mediation.app import Instance
from tests.web.conftest import Counter
from tests.web.pages.conftest import Browser


def told(counter: Counter, instance: Instance) -> str:
    """A case sent up to the township, and its people told."""
    ref = counter.register()
    counter.do("zhangxiaofeng:registrar", ref, "triage", tier="ordinary")
    counter.do("zhangxiaofeng:registrar", ref, "escalate", reason="两次没有谈成")
    instance.post_room.deliver_waiting()
    return ref


def unread(page: Browser) -> int:
    """The number in the bar."""
    found = re.search(r'tray-count">(\d+)', page.text)
    return int(found[1]) if found else 0


def test_notice_is_opened_and_read_once(
    counter: Counter, instance: Instance, at_desk: Callable[[str], Browser]
) -> None:
    ref = told(counter, instance)
    desk = at_desk("puyongan").get("/inbox")
    before = unread(desk)
    [first] = [row for row in instance.post_room.trayed("puyongan:leader") if row.case == ref][:1]
    assert desk.get(f"/inbox/{first.id}").says(first.subject)
    assert f'href="/cases/{ref}"' in desk.text
    desk.post("/inbox", {"message": first.id})
    assert (desk.address, unread(desk)) == ("/inbox", before - 1)
    assert instance.post_room.open_letter("puyongan:leader", first.id).read_at is not None
    assert first.id not in desk.text
    assert first.id in desk.get("/inbox?view=all").text


def test_somebody_elses_notice_is_not_there(
    counter: Counter, instance: Instance, at_desk: Callable[[str], Browser]
) -> None:
    told(counter, instance)
    first = instance.post_room.trayed("puyongan:leader")[0]
    other = at_desk("sunlei")
    assert other.get(f"/inbox/{first.id}").status == 404
    token = other.get("/inbox").hidden("/logout")["form_token"]
    assert other.raw_post("/inbox", {"message": first.id, "form_token": token}).status == 404
    assert instance.post_room.open_letter("puyongan:leader", first.id).read_at is None


def test_administrator_has_no_tray(at_desk: Callable[[str], Browser], account: Callable[..., str]) -> None:
    account("system-admin", "system")
    assert at_desk("system-admin").get("/inbox").status == 403
