"""Signing by the pages: drawn, refused, without consent, twice, in ink, and the seal last."""

import io
import re

from PIL import Image

from mediation.cases.ceremony import BY_LINK
from mediation.demo.drawings import drawn_name
from tests.web.conftest import MEDIATOR
from tests.web.pages.test_cases import acts, agreed

CLAUSES = [
    {
        "obligor": 2,
        "obligee": 1,
        "act": "pay",
        "what": "补偿款",
        "amount_fen": 128050,
        "due_on": "2026-03-20",
        "manner": "现金",
    }
]


def concluded(counter, medium="tablet"):
    """A case whose agreement lies on the table."""
    ref = agreed(counter)
    counter.do(MEDIATOR, ref, "draft_agreement", facts="雨水倒灌。", matters="修沟", clauses=CLAUSES)
    counter.do(MEDIATOR, ref, "conclude_written", medium=medium)
    return ref


def slots(counter, ref):
    """Who has signed how."""
    paper = counter.instance.room.workspace(MEDIATOR, ref).agreement_paper
    return {slot.name: slot.medium for slot in paper.slots}


def signed(one, ref, slot, **changes):
    """The page of one person, sent."""
    one.get(f"/cases/{ref}/sign?slot={slot}")
    fields = {
        "identity_check": "id_card_seen",
        "agrees": "yes",
        "read_to": "read_aloud",
        "drawing": f"data:image/png;base64,{drawn_name('张喆')}",
        "strokes": "[[[1,2],[3,4.5]]]",
        **changes,
    }
    return one.post(f"/cases/{ref}/sign", {key: value for key, value in fields.items() if value is not None})


def first_check(counter):
    """A code of the site's list of ways to check who somebody is."""
    return next(iter(counter.instance.office.codes.entries("identity_checks"))).code


def test_each_signs_in_turn_and_the_seal_comes_last(counter, browser, account):
    ref = concluded(counter)
    check = first_check(counter)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/sign")
    assert one.says("还差3人", "请张喆签名", "最后盖章")
    assert f'action="/cases/{ref}/seal"' not in one.text
    pictures = {one.client.get(f"/cases/{ref}/papers/agreement/pages/2").content}
    for slot in [name for name in slots(counter, ref) if name != "seal"]:
        assert signed(one, ref, slot, identity_check=check).address == f"/cases/{ref}/sign"
        pictures.add(one.client.get(f"/cases/{ref}/papers/agreement/pages/2").content)
    assert len(pictures) == 4  # each signature is to be seen on the page that the next one reads
    assert one.says("都签好了，等盖章", "已宣读")
    one.post(f"/cases/{ref}/seal")
    assert one.says("签署完毕")
    assert sorted(set(slots(counter, ref).values())) == ["seal", "tablet"]
    assert counter.instance.case(MEDIATOR, ref).row.state == "performing"
    done = acts(counter, ref)
    assert [done.count(act) for act in ("sign", "seal")] == [3, 1]


def test_who_will_not_sign_is_named_on_the_form_of_refusing(counter, browser, account):
    ref = concluded(counter)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/sign?slot=party-02")
    one.get(re.search(r'href="([^"]+/do/refuse[^"]*)"', one.text)[1])
    assert '<option value="2" selected>' in one.text
    assert 'name="agent"' not in one.text


def test_who_is_here_is_not_checked_by_a_link(counter, browser, account):
    ref = concluded(counter)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/sign?slot=party-01")
    offered = re.findall(r'name="identity_check" value="([^"]+)"', one.text)
    listed = [entry.code for entry in counter.instance.office.codes.entries("identity_checks")]
    assert offered == [code for code in listed if code != BY_LINK]


def test_who_does_not_agree_or_draws_nothing_has_not_signed(counter, browser, account):
    ref = concluded(counter)
    check = first_check(counter)
    one = browser().log_in(account("yangmeixian"))
    slot = next(iter(slots(counter, ref)))
    assert signed(one, ref, slot, identity_check=check, agrees=None).status == 409
    assert one.says("请张喆签名")
    assert signed(one, ref, slot, identity_check=check, drawing=None).says("请签名或者按指印")
    assert signed(one, ref, slot, identity_check=check, strokes="[[").status == 422
    assert signed(one, ref, slot, identity_check="no-such").status == 422
    assert signed(one, ref, slot, identity_check=check, drawing="no base64").status == 422
    assert slots(counter, ref)[slot] == ""
    assert "sign" not in acts(counter, ref)


def test_slot_or_paper_that_is_not_there_is_not_found(counter, browser, account):
    ref = concluded(counter)
    one = browser().log_in(account("yangmeixian"))
    for query in ("?slot=nobody", "?slot=seal", "?paper=diploma", "?paper=rights_notice:party-1"):
        assert one.get(f"/cases/{ref}/sign{query}").status == 404, query
    other = counter.register()
    assert one.get(f"/cases/{other}/sign").status == 404


def test_pages_signed_by_hand_are_attached_and_judged_by_content(counter, browser, account):
    ref = concluded(counter, "ink")
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/sign")
    assert one.says("待手签")
    path = f"/cases/{ref}/scan"
    fake = [("pages", ("page.png", b"<html>not a picture</html>", "image/png"))]
    one.post(path, {"signed_on": "2026-03-02", "fewer": "yes"}, files=fake)
    assert one.status == 422
    assert "attach_scan" not in acts(counter, ref)
    one.get(f"/cases/{ref}/sign").post(path, {"signed_on": "2026-03-02"}, files=sheets(2))
    assert one.status == 200
    assert set(slots(counter, ref).values()) == {"ink"}
    assert acts(counter, ref).count("attach_scan") == 1
    assert one.get(f"/cases/{ref}/sign").says("核对扫描件")
    pages = re.findall(r'src="([^"]+/papers/scan/pages/[^"]+)"', one.text)
    assert [one.client.get(page).headers["content-type"] for page in pages] == [
        "image/png"
    ] * 3  # a cover, and the two
    one.get(f"/cases/{ref}?tab=papers")
    scan = re.search(r'href="([^"]+/papers/scan\?subject=[0-9a-z]+)">签字扫描件', one.text)[1]
    assert one.client.get(scan).headers["content-type"] == "application/pdf"
    other = concluded(counter, "ink")
    assert one.client.get(scan.replace(ref, other)).status_code == 404


def sheets(number):
    """Pages as a telephone takes them."""
    sheet = io.BytesIO()
    Image.new("RGB", (600, 850), "white").save(sheet, "JPEG")
    return [("pages", (f"page-{at}.png", sheet.getvalue(), "image/png")) for at in range(number)]


def test_scan_that_is_wrong_is_attached_anew_or_the_paper_sent_back_until_it_is_confirmed(
    counter, browser, account
):
    ref = concluded(counter, "ink")
    path, board = f"/cases/{ref}/scan", f"/cases/{ref}/sign"
    one = browser().log_in(account("yangmeixian")).get(board)
    assert 'name="fewer"' not in one.text
    assert one.post(path, {"signed_on": "2026-03-02"}, files=sheets(1)).status == 422
    assert one.says("这份文书共2页，选的扫描件只有1页", "扫描件比文书少，确实只附这几页")
    assert "attach_scan" not in acts(counter, ref)
    assert one.post(path, {"signed_on": "2026-03-02", "fewer": "yes"}, files=sheets(1)).status == 200
    assert one.says("确认签署完毕", "扫描件不对的：重新附上", "退回继续调解", "当事人拒绝调解")
    assert f'href="/cases/{ref}/do/refuse"' in one.text
    one.post(path, {"signed_on": "2026-03-02"}, files=sheets(2))
    assert one.status == 200
    assert acts(counter, ref).count("attach_scan") == 2
    shown = re.findall(r'src="[^"]+/papers/scan/pages/[^"]+"', one.get(board).text)
    assert len(shown) == 3  # of the newer one: a cover, and the two
    one.post(f"/cases/{ref}/seal")
    assert one.says("签署完毕")
    assert f'action="{path}"' not in one.text
    assert "/do/refuse" not in one.text


def test_paper_signed_by_hand_is_told_by_the_day_alone(counter, browser, account):
    ref = concluded(counter, "ink")
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/sign")
    one.post(f"/cases/{ref}/scan", {"signed_on": "2026-03-02"}, files=sheets(2))
    for address in (f"/cases/{ref}/sign", f"/cases/{ref}", f"/cases/{ref}?tab=agreement"):
        one.get(address)
        assert "12:00" not in one.text, address
    assert one.get(f"/cases/{ref}/sign").says("2026年3月2日")


def test_who_will_not_stand_by_it_is_asked_about_until_the_seal(counter, browser, account):
    ref = concluded(counter)
    one = browser().log_in(account("yangmeixian"))
    for slot in [name for name in slots(counter, ref) if name != "seal"]:
        signed(one, ref, slot, identity_check=first_check(counter))
    assert one.says("都签好了，等盖章", "有人不愿签", "退回继续调解", "当事人拒绝调解")
    one.post(f"/cases/{ref}/seal")
    assert "有人不愿签" not in one.text


def test_other_paper_is_signed_on_its_own_board(counter, browser, account):
    ref = agreed(counter)
    one = browser().log_in(account("yangmeixian"))
    counter.post(MEDIATOR, f"/cases/{ref}/papers/mediation_record", {"subject": "session-1"})
    board = f"/cases/{ref}/sign?paper=mediation_record:session-1"
    one.get(board)
    assert one.says("调解记录", "请张喆签名")
    one.get(board.replace("?", "?slot=party-1&"))
    fields = {
        "identity_check": first_check(counter),
        "agrees": "yes",
        "drawing": f"data:image/png;base64,{drawn_name('张喆')}",
    }
    slot = next(
        one.name
        for one in counter.instance.room.workspace(MEDIATOR, ref).papers[-1].slots
        if one.role == "party"
    )
    one.get(f"{board}&slot={slot}").post(f"/cases/{ref}/sign", fields)
    assert one.says("已签名")
    assert acts(counter, ref).count("sign_paper") == 1
