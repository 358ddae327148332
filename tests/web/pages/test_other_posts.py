"""一人多岗: whoever has come in by another post is told by which one the turn is theirs, and gets there by one button."""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.web.conftest import Counter
from tests.web.pages.conftest import Browser
from tests.web.pages.test_board import DISPATCHER, new

HINT = "您现在用的岗位是司法所工作人员，这一步要用您的另一个岗位办理：乡专职调解员"


@pytest.fixture
def many(at_desk: Callable[[str], Browser]) -> Iterator[Browser]:
    """A mediator of the township who sits by the other post, at the judicial office."""
    one = at_desk("shizhengde")
    yield switched(one, "司法所工作人员")
    switched(one, "乡专职调解员")


def switched(one: Browser, title: str, back: str = "") -> Browser:
    """The browser after the post of this title was chosen; with `back`, by the hint's own button."""
    found = re.search(rf'name="post" value="(\d+)"[^>]*>{title}', one.get("/me").text)
    assert found is not None
    return one.post("/me/post", {"post": found[1], **({"back": back} if back else {})})


def prepared(counter: Counter) -> str:
    ref = new(counter, "accepted")
    counter.do(DISPATCHER, ref, "assign", mediators=[{"person": "shizhengde"}])
    return ref


def test_case_says_by_which_post_the_turn_is_ones_own(many: Browser, counter: Counter) -> None:
    ref = prepared(counter)
    many.get(f"/cases/{ref}")
    assert many.says("轮到施正德", HINT)
    assert f'name="back" value="/cases/{ref}"' in many.text
    switched(many, "乡专职调解员", f"/cases/{ref}")
    assert many.address == f"/cases/{ref}"
    assert f"/cases/{ref}/do/record_session" in many.text
    assert not many.says("另一个岗位")


def test_what_waits_and_what_is_to_be_done_name_the_same_case(many: Browser, counter: Counter) -> None:
    ref = prepared(counter)
    many.get("/tasks")
    assert f'name="back" value="/cases/{ref}"' in many.text
    assert many.says("轮到我的这一步", HINT)
    assert ref in many.get("/cases?view=waiting").text


def test_form_of_another_post_is_refused_before_it_is_filled(many: Browser, counter: Counter) -> None:
    ref = prepared(counter)
    path = f"/cases/{ref}/do/record_session"
    for page in (many.get(path), many.raw_post(path, {"form_token": token(many)})):
        assert (page.status, page.address) == (403, path)
        assert page.says("没有权限", "您是施正德（司法所工作人员）", HINT, "等我办的")
        assert f'name="back" value="{path}"' in page.text
        assert 'name="held_from"' not in page.text
    switched(many, "乡专职调解员", path)
    assert (many.address, many.status) == (path, 200)
    assert 'name="held_from"' in many.text


def test_form_that_no_post_of_ones_own_may_send_is_refused_with_the_menu(
    many: Browser, counter: Counter
) -> None:
    ref = prepared(counter)
    many.get(f"/cases/{ref}/do/put_in_charge")
    assert (many.status, many.says("没有权限", "等我办的"), many.says("另一个岗位")) == (403, True, False)


def token(one: Browser) -> str:
    return one.hidden("/me/post")["form_token"]
