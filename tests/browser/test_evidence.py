"""Evidence in a real browser, scripts off, on a phone: handed in by the form, saved and never shown."""

import io

import pytest
from PIL import Image

from mediation.web.deps import HandedFile
from tests.web.conftest import REGISTRAR, dispute


@pytest.mark.parametrize("width", [1280, 390])
def test_clerk_hands_in_a_photograph_and_saves_it(house, window, account, width, tmp_path):
    ref = house.instance.register(REGISTRAR, dispute()).act.case
    out = io.BytesIO()
    Image.effect_noise((80, 60), 50 + width % 7).save(out, "JPEG")
    photo = tmp_path / "IMG_1.html"
    photo.write_bytes(out.getvalue() + b"<html><script>document.title='ran'</script>")
    desk = window(width, javascript=False)
    desk.log_in(account("zhangxiaofeng"))
    desk.go(f"/cases/{ref}?tab=evidence")
    desk.page.click("text=收取证据材料")
    desk.page.set_input_files("#files", str(photo))
    desk.page.fill("#name", "借条")
    desk.page.select_option("#kind", "documentary")
    desk.page.select_option("#party", "1")
    desk.page.fill("#shows", "借款五千元")
    desk.page.click("main button.primary")
    assert "1. 借条" in desk.text()
    with desk.page.expect_download() as saved:
        desk.page.click("text=另存 借条")
    assert saved.value.suggested_filename.endswith("证据1 借条.jpg")
    saved.value.save_as(tmp_path / "saved.jpg")
    assert (tmp_path / "saved.jpg").read_bytes() == out.getvalue()
    assert desk.complaints == []


def test_file_that_is_opened_by_its_address_runs_nothing(house, window, account):
    ref = house.instance.register(REGISTRAR, dispute()).act.case
    words = {"kind": "electronic", "name": "记录", "party": 1, "shows": "约定", "medium": "copy"}
    text = b"javascript:alert(1) &lt;script&gt; 3 < 5"
    house.instance.evidence.give(REGISTRAR, ref, words, [HandedFile("x.html", len(text), lambda: text)])
    desk = window()
    desk.log_in(account("zhangxiaofeng"))
    desk.go(f"/cases/{ref}/evidence/1")
    with desk.page.expect_download() as saved:
        desk.page.evaluate("path => { location.href = path }", f"/cases/{ref}/evidence/1/file")
    assert saved.value.suggested_filename.endswith(".txt")
    assert desk.page.url.endswith("/evidence/1")
    assert desk.complaints == []


def test_what_was_handed_in_is_not_put_back_into_the_next_form(house, window, account, tmp_path):
    ref = house.instance.register(REGISTRAR, dispute()).act.case
    desk = window()
    desk.log_in(account("zhangxiaofeng"))
    page = desk.page
    desk.go(f"/cases/{ref}/evidence")
    for name in ("借条", "收条"):
        paper = tmp_path / f"{name}.jpg"
        Image.new("RGB", (60, len(name) * 30 + ord(name[0]) % 50), (200, 210, 220)).save(paper, "JPEG")
        page.set_input_files("#files", str(paper))
        page.fill("#name", name)
        page.select_option("#kind", "documentary")
        page.select_option("#party", "1")
        page.fill("#shows", "借款五千元")
        page.click("main button.primary")
        page.wait_for_url("**tab=evidence")
        desk.go(f"/cases/{ref}/evidence")
        assert page.input_value("#name") == ""
        assert not page.is_visible("text=这是上次没有交上去的内容")
    page.fill("#name", "还没有交的")
    desk.go("/cases")
    desk.go(f"/cases/{ref}/evidence")
    page.wait_for_selector("text=这是上次没有交上去的内容")
    assert page.input_value("#name") == "还没有交的"
    assert desk.complaints == []
