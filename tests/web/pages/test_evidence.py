"""证据材料 on the page and in the API: by a form without scripts, once, all that is wrong at once; saved and never shown; attacks."""

import io
import struct
import zlib
from urllib.parse import quote

import pytest
from PIL import Image

from tests.web.conftest import MEDIATOR, OTHER_VILLAGE, REGISTRAR, new_key
from tests.web.test_reading import noted

WORDS = {"kind": "documentary", "name": "借条", "party": "1", "shows": "借款五千元", "medium": "copy"}
pytestmark = pytest.mark.parametrize("instance", ["sqlite"], indirect=True, scope="session")
"""The store makes no difference to pages: tests/cases/test_evidence.py holds both."""
SAFE = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def picture(shade: int = 0) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), (shade, 0, 0)).save(out, "PNG")
    return out.getvalue()


def bomb() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">II5B", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(bytes(100_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + pixels + chunk(b"IEND", b"")


def files(*pairs):
    return [("files", (name, data, "image/png")) for name, data in pairs]


def give(counter, ref, *pairs, who=REGISTRAR, key="", **words):
    headers = counter.as_(who, **({"Idempotency-Key": key} if key else {}))
    return counter.client.post(
        f"/api/v1/cases/{ref}/evidence", data={**WORDS, **words}, files=files(*pairs), headers=headers
    )


def save(counter, ref, number=1, who=REGISTRAR):
    return counter.client.get(f"/api/v1/cases/{ref}/evidence/{number}/file", headers=counter.as_(who))


def test_clerk_takes_in_saves_gives_back_and_withdraws(counter, at_desk):
    ref = counter.register()
    page, clerk = f"/cases/{ref}/evidence", at_desk("zhangxiaofeng")
    assert f'href="{page}"' in clerk.get(f"/cases/{ref}?tab=evidence").text
    clerk.get(page).post(
        page, {**WORDS, "medium": "original"}, files=files(("借条.png", picture(1)), ("背面.png", picture(2)))
    )
    assert (clerk.status, clerk.says("证据材料已经收下", "借条（1/2）", "原件在我处")) == (200, True)
    saved = clerk.client.get(f"{page}/2/file")
    assert (saved.content, saved.headers["content-type"]) == (picture(2), "image/png")
    assert clerk.get(f"{page}/1").says("借款五千元", "原名：借条.png")
    clerk.post(f"{page}/1/return", {"returned_to": "", "returned_on": "2026-03-02"})
    assert clerk.status == 422
    assert clerk.post(f"{page}/1/return", {"returned_to": "其女儿"}).says("原件已退还")
    clerk.get(f"{page}/2")
    clerk.post(f"{page}/2/withdraw", {"reason": "交错了", "returned_to": "其女儿"})
    assert clerk.says("已撤回")
    assert clerk.client.get(f"{page}/2/file").status_code == 404
    assert clerk.get(f"{page}/2").says("交错了", "文件不再提供")
    assert clerk.get(f"/cases/{ref}?tab=history").says(
        "收取证据材料", "第 1、2 件", "退还证据原件", "撤回证据材料"
    )
    assert noted(counter, ref)[:2] == ["case", "evidence 2"]


def test_what_was_typed_stays_and_all_faults_are_told(counter, at_desk):
    ref = counter.register()
    page, clerk = f"/cases/{ref}/evidence", at_desk("zhangxiaofeng")
    clerk.get(page).post(
        page,
        {**WORDS, "party": "other", "shows": "", "name": '<b>"借条"</b>'},
        files=files(("看我.png", b"<html><script>alert(1)</script>")),
    )
    assert clerk.status == 422
    assert clerk.says("请写明是谁提交的", "看我.png：不收网页", "请重新选择")
    assert 'value="&lt;b&gt;&#34;借条&#34;&lt;/b&gt;"' in clerk.text
    assert 'value="other" selected' in clerk.text
    assert all(f'id="{one}" aria-invalid="true"' in clerk.text for one in ("party", "shows"))
    assert all(f'id="{one}-wrong"' in clerk.text for one in ("files", "party", "shows"))
    assert counter.get(REGISTRAR, f"/cases/{ref}/evidence").json() == {"evidence": []}
    clerk.get(page).post(page, WORDS)
    assert (clerk.status, clerk.says("请选择文件")) == (422, True)


def test_form_posted_twice_works_once(counter, at_desk):
    ref = counter.register()
    page, clerk = f"/cases/{ref}/evidence", at_desk("zhangxiaofeng")
    form = {**clerk.get(page).hidden(page), **WORDS}
    for _again in range(2):
        assert clerk.client.post(page, data=form, files=files(("a.png", picture()))).status_code == 200
    assert len(counter.get(REGISTRAR, f"/cases/{ref}/evidence").json()["evidence"]) == 1


def test_request_sent_again_is_answered_and_not_carried_out_again(counter):
    ref, key = counter.register(), new_key()
    first = give(counter, ref, ("a.png", picture()), key=key)
    again = give(counter, ref, ("a.png", picture()), key=key)
    assert (first.status_code, again.content == first.content) == (201, True)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert give(counter, ref, ("a.png", picture(9)), key=key).status_code == 422
    assert len(counter.get(REGISTRAR, f"/cases/{ref}/evidence").json()["evidence"]) == 1


def test_api_lists_gives_back_and_withdraws_once(counter):
    ref, key = counter.register(), new_key()
    one = give(counter, ref, ("a.png", picture()), medium="original").json()["evidence"][0]
    assert (one["number"], one["party"], one["media_type"], one["medium"]) == (1, 1, "image/png", "original")
    path = f"/cases/{ref}/evidence/1"
    words = {"returned_to": "其女儿"}
    first = counter.post(REGISTRAR, f"{path}/return", words, key)
    assert counter.post(REGISTRAR, f"{path}/return", words, key).content == first.content
    assert counter.post(REGISTRAR, f"{path}/return", words).status_code == 409
    assert counter.post(REGISTRAR, f"{path}/withdraw", {"reason": "交错了"}).status_code == 200
    assert save(counter, ref).status_code == 404
    assert (
        counter.get(REGISTRAR, f"/cases/{ref}/evidence").json()["evidence"][0]["withdraw_reason"] == "交错了"
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../../etc/cron.d/借条.png", "借条.png"),
        ("..\\..\\借条.png", "借条.png"),
        ('a"; filename=evil.html\r\nSet-Cookie: sid=1\r\n\r\n<html>.png', None),
        ("借条\u202egnp.html", "借条gnp.html"),
    ],
)
def test_names_lead_nowhere_and_enter_no_header(counter, name, kept):
    ref = counter.register()
    named = 'a"; filename=evil.html\r\nSet-Cookie: sid=1' if kept is None else "借条"
    answer = give(counter, ref, (name, picture()), name=named)
    assert answer.status_code == 201, answer.text
    shown = answer.json()["evidence"][0]["file_name"]
    assert kept is None or shown == kept
    assert not set(shown) & set('\r\n/\\"<>\u202e')
    saved = save(counter, ref)
    assert "set-cookie" not in saved.headers
    how = saved.headers["content-disposition"]
    assert how.startswith("attachment; filename=\"evidence-1.png\"; filename*=UTF-8''")
    assert how.endswith(".png")
    assert not set(how.partition("''")[2]) & set('"; \r\n/\\<>')
    assert saved.headers["content-type"] == "image/png"


def test_saved_file_has_its_chinese_name_and_is_never_shown(counter, at_desk):
    ref = counter.register()
    give(counter, ref, ("IMG.HTML", picture() + b"<html><script>alert(1)</script>"))
    number = counter.get(REGISTRAR, f"/cases/{ref}").json()["row"]["number"]
    for answer in (save(counter, ref), at_desk("zhangxiaofeng").client.get(f"/cases/{ref}/evidence/1/file")):
        assert answer.content == picture()
        assert quote(f"{number}证据1 借条.png", safe="") in answer.headers["content-disposition"]
        assert {name: answer.headers[name] for name in SAFE} == SAFE


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<html><script>alert(1)</script>", "不收网页"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "不收网页"),
        (b"\x89PNG\r\n\x1a\n<html><script>alert(1)</script>", "图片不完整"),
        (b"PK\x03\x04" + bytes(40), "不是能收的文件"),
        (bomb(), "万像素"),
        (b"", "文件是空的"),
    ],
    ids=["html", "svg", "html behind a png's head", "zip", "bomb", "empty"],
)
def test_what_is_no_evidence_is_refused_in_words(counter, data, sentence):
    answer = give(counter, counter.register(), ("借条.png", data))
    assert answer.status_code == 422
    assert [one["key"] for one in answer.json()["problems"]] == ["files[0]"]
    assert sentence in answer.json()["problems"][0]["message"]


def test_body_over_the_limit_is_413(counter, at_desk):
    ref = counter.register()
    large = files(("a.mp4", bytes(52 * 1024 * 1024)))
    page, clerk = f"/cases/{ref}/evidence", at_desk("zhangxiaofeng")
    form = {**clerk.get(page).hidden(page), **WORDS}
    headers = counter.as_(REGISTRAR)
    api = counter.client.post(f"/api/v1{page}", data=WORDS, files=large, headers=headers)
    assert (clerk.client.post(page, data=form, files=large).status_code, api.status_code) == (413, 413)


def test_out_of_scope_is_404_and_who_looks_on_takes_nothing_in(counter, at_desk, account):
    ref = counter.register()
    give(counter, ref, ("a.png", picture()))
    path = f"/cases/{ref}/evidence"
    stranger = at_desk("sunlei")
    for ask in (path, f"{path}/1", f"{path}/1/file", f"/cases/{ref}?tab=evidence"):
        assert stranger.get(ask).status == 404, ask
    assert counter.get(OTHER_VILLAGE, path).status_code == 404
    assert save(counter, ref, who=OTHER_VILLAGE).status_code == 404
    assert give(counter, ref, ("b.png", picture(3)), who=OTHER_VILLAGE).status_code == 404
    counter.post(
        REGISTRAR, f"/cases/{ref}/recusals", {"person": "yangmeixian", "kind": "interest", "reason": "邻居"}
    )
    assert save(counter, ref, who=MEDIATOR).status_code == 404
    for kind in ("system", "security", "audit"):
        administrator = at_desk_of(at_desk, account, kind)
        for ask in (path, f"{path}/1", f"{path}/1/file"):
            assert administrator.get(ask).status == 403, (kind, ask)


def at_desk_of(at_desk, account, kind):
    return at_desk(account(f"evidence-{kind}", kind))


def test_no_file_without_login_and_none_from_a_foreign_form(counter, browser, at_desk):
    ref = counter.register()
    give(counter, ref, ("a.png", picture()))
    path = f"/cases/{ref}/evidence"
    assert browser().client.get(f"{path}/1/file", follow_redirects=False).status_code in {303, 401}
    assert counter.client.get(f"/api/v1{path}/1/file").status_code == 401
    clerk = at_desk("zhangxiaofeng")
    answer = clerk.client.post(path, data=WORDS, files=files(("b.png", picture(4))))
    assert answer.status_code == 403
    assert len(counter.get(REGISTRAR, path).json()["evidence"]) == 1


def test_api_wants_a_form(counter):
    ref = counter.register()
    assert counter.post(REGISTRAR, f"/cases/{ref}/evidence", WORDS).status_code == 400
    wrong = give(counter, ref, ("a.png", picture()), party="x", colour="red")
    assert sorted(one["key"] for one in wrong.json()["problems"]) == ["colour", "party"]


def test_reading_a_file_is_noted_once(counter):
    ref = counter.register()
    give(counter, ref, ("a.png", picture()))
    for _again in range(2):
        save(counter, ref)
    counter.get(REGISTRAR, f"/cases/{ref}/evidence")
    assert noted(counter, ref) == ["evidence 1", "case"]


def test_pieces_of_a_merged_case_say_where_they_went_and_whence_they_came(counter, at_desk):
    ref, main = counter.register(), counter.register()
    assert give(counter, ref, ("a.png", picture(61)), medium="original").status_code == 201
    counter.do(REGISTRAR, ref, "merge_into", case=main, why="同一条沟")
    numbers = [counter.instance.case(REGISTRAR, one).row.number for one in (ref, main)]
    clerk = at_desk("zhangxiaofeng")
    assert f"随并案由{numbers[0]}第 1 件转入" in clerk.get(f"/cases/{main}?tab=evidence").text
    there = clerk.get(f"/cases/{main}/evidence/1").text
    assert ("原件，在我处" in there, "记录退还" in there) == (True, True)
    here = clerk.get(f"/cases/{ref}/evidence/1").text
    assert f"已随并案转入{numbers[1]}第 1 件，退还、撤回在那里办理" in here
    assert ("原件，在我处" in here, "记录退还" in here) == (False, False)
