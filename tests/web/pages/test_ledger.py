"""The ledger on pages: chosen among what is owed, with a proof; nothing chosen, too much, another's, twice; forms name what the case has."""

import io
import re

import pytest
from PIL import Image

from mediation.demo.drawings import drawn_name
from tests.web.conftest import MEDIATOR, OTHER_VILLAGE
from tests.web.pages.test_cases import acts, agreed, assigned
from tests.web.test_reading import noted

pytestmark = pytest.mark.parametrize("instance", ["sqlite"], indirect=True, scope="session")
"""The store makes no difference to pages: tests/cases/performance hold both."""
CLAUSES = [
    {"obligor": 2, "obligee": 1, "act": "do", "what": "把排水沟修好", "due_on": "2026-03-10"},
    {
        "obligor": 2,
        "obligee": 1,
        "act": "pay",
        "what": "补偿款",
        "amount_fen": 90_000,
        "manner": "现金",
        "due_on": "2026-03-20",
        "instalments": [
            {"amount_fen": 30_000, "due_on": "2026-03-05"},
            {"amount_fen": 60_000, "due_on": "2026-03-20"},
        ],
    },
]


def owing(counter):
    """A case with an agreement in force: a ditch to mend, and a sum in two instalments."""
    ref = agreed(counter)
    counter.do(MEDIATOR, ref, "draft_agreement", facts="雨水倒灌。", matters="修沟", clauses=CLAUSES)
    counter.do(MEDIATOR, ref, "conclude_written")
    for slot in ("party-01", "party-02", "mediator-01"):
        check = "id_card_seen" if slot.startswith("party") else "known_in_person"
        said = {"slot": slot, "identity_check": check, "agrees": True, "drawing": drawn_name("张喆")}
        counter.do(MEDIATOR, ref, "sign", **said)
    counter.do(MEDIATOR, ref, "seal")
    return ref


@pytest.fixture(scope="module")
def kept():
    """The case that is only looked at and refused, once for all."""
    return []


@pytest.fixture
def owed(counter, kept):
    kept.extend([] if kept else [owing(counter)])
    return kept[0]


def lines(counter, ref):
    [ledger] = counter.instance.case(MEDIATOR, ref).ledger
    return [(one["clause"], one["instalment"], one["amount_fen"], one["proof"]) for one in ledger["entries"]]


def photograph():
    out = io.BytesIO()
    Image.new("RGB", (30, 20), (9, 9, 9)).save(out, "JPEG")
    return out.getvalue()


def test_what_is_owed_is_chosen_and_its_proof_saved(counter, browser, account):
    ref = owing(counter)
    page = f"/cases/{ref}/ledger/performed"
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}?tab=agreement")
    assert re.findall(r'href="(/cases/[^"]+/ledger/performed[^"]*)"', one.text) == [
        page,
        *(f"{page}?part=1.{part}" for part in ("1.0", "2.1", "2.2")),
    ]
    total = re.search(r"<tfoot>.*?</tfoot>", one.text)[0]
    assert re.findall(r'data-label="([^"]+)"', total) == ["应付", "已付", "还差"]
    one.get(f"{page}?part=1.2.2")
    assert re.findall(r'name="part" value="([^"]+)"( checked)?', one.text) == [
        ("1.2.1", ""),
        ("1.1.0", ""),
        ("1.2.2", " checked"),
    ]
    assert one.says("第2条第2期，2026年3月20日，还差600.00元")
    file = {"proof_file": ("IMG_1.jpg", photograph(), "image/jpeg")}
    words = {"part": "1.2.2", "amount_fen": "200.50", "performed_on": "2026-03-02", "proof": "收条"}
    one.post(page, words, files=file)
    assert (one.status, one.address) == (200, f"/cases/{ref}")
    assert lines(counter, ref) == [(2, 2, 20_050, "收条")]
    assert acts(counter, ref)[-1] == "record_performance"
    assert one.says("还差", "399.50元", "2026年3月2日 第2条 第2期 200.50元，收条 打开凭证")
    answer = one.client.get(f"/cases/{ref}/ledger/1/proof")
    assert (answer.content, answer.headers["content-type"]) == (photograph(), "image/jpeg")
    assert answer.headers["content-disposition"].startswith('attachment; filename="proof-1.jpg"')
    assert "paper proof" in noted(counter, ref)


def test_performance_is_offered_until_all_that_is_owed_is_done(counter, browser, account):
    ref = owing(counter)
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}")
    button = re.compile(rf'<a class="btn[^"]*" href="/cases/{ref}/ledger/performed">记录履行</a>')
    for part in ({"clause": 1}, {"clause": 2, "instalment": 1}, {"clause": 2, "instalment": 2}):
        assert button.search(one.get(f"/cases/{ref}").text)
        counter.do(MEDIATOR, ref, "record_performance", performed_on="2026-03-02", **part)
    one.get(f"/cases/{ref}")
    assert button.search(one.text) is None
    assert f'href="/cases/{ref}/ledger/performed">记录履行</a>' in one.text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({}, "请选择履行的是哪一条、哪一期"),
        ({"part": "1.2"}, "请选择履行的是哪一条、哪一期"),
        ({"part": "1.9.0"}, "协议没有第 9 条"),
        ({"part": "1.2.1", "amount_fen": "300.01"}, "多于尚欠的"),
        ({"part": "1.1.0", "amount_fen": "5"}, "这一条不是付款，不写金额"),
        ({"part": "1.1.0", "performed_on": "2026-03-03"}, "履行日期还没有到"),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(counter, browser, account, owed, words, sentence):
    ref = owed
    page = f"/cases/{ref}/ledger/performed"
    one = browser().log_in(account("yangmeixian")).get(page)
    one.post(page, {"performed_on": "2026-03-02", "proof": "李某的收条", **words})
    assert one.status == 422
    assert one.says(sentence, "李某的收条")
    assert lines(counter, ref) == []


def test_entry_that_another_overtook_keeps_what_was_typed(counter, browser, account):
    ref = owing(counter)
    page = f"/cases/{ref}/ledger/performed"
    one = browser().log_in(account("yangmeixian")).get(page)
    counter.do(MEDIATOR, ref, "record_performance", performed_on="2026-03-02", clause=1)
    words = {"part": "1.2.1", "performed_on": "2026-03-02", "proof": "李某的收条"}
    assert one.post(page, words).status == 409
    assert one.says("刚刚被别人办理过，这次没有保存")
    assert "李某的收条" in one.text
    assert [line[0] for line in lines(counter, ref)] == [1]
    one.post(page, words)
    assert [line[0] for line in lines(counter, ref)] == [1, 2]


def test_proof_that_is_no_picture_is_refused(counter, browser, account, owed):
    ref = owed
    page = f"/cases/{ref}/ledger/performed"
    one = browser().log_in(account("yangmeixian")).get(page)
    file = {"proof_file": ("a.jpg", b"<script>alert(1)</script>", "image/jpeg")}
    one.post(page, {"part": "1.1.0", "performed_on": "2026-03-02"}, files=file)
    assert (one.status, lines(counter, ref)) == (422, [])
    assert one.says("应当是 PNG、JPEG 图片或者 PDF 文件", "浏览器不留已选的文件")


def test_breach_before_its_day_is_refused(browser, account, owed):
    ref = owed
    one = browser().log_in(account("yangmeixian")).get(f"/cases/{ref}/ledger/breached")
    assert one.says("哪一条没有履行")
    fields = {"part": "1.2.1", "noticed_on": "2026-03-02", "account": "没有付", "routes": ["sue"]}
    one.post(f"/cases/{ref}/ledger/breached", fields)
    assert (one.status, "履行期限还没有届满" in one.text) == (422, True)


def test_out_of_sight_is_not_found(counter, browser, account, owed):
    ref = owed
    one = browser().log_in(account("sunlei"))
    for path in ("performed", "breached", "1/proof"):
        assert one.get(f"/cases/{ref}/ledger/{path}").status == 404, path
    mine = browser().log_in(account("yangmeixian"))
    assert mine.get(f"/cases/{ref}/ledger/1/proof").status == 404
    assert counter.get(OTHER_VILLAGE, f"/cases/{ref}").status_code == 404


def test_proof_of_a_photographs_size_comes_through_the_api(counter, owed):
    ref = owed
    words = {"clause": 1, "performed_on": "2026-03-02", "proof_file": "A" * 4_000_000}
    answer = counter.post(MEDIATOR, f"/cases/{ref}/acts/record_performance", words)
    assert answer.status_code == 422  # read and judged, not 413
    assert answer.json()["problems"][0]["key"] == "proof_file"


def test_forms_offer_what_the_case_has(counter, browser, account):
    ref = assigned(counter)
    words = {"kind": "session", "starts_at": "2026-03-02T15:00", "place": "村调解室", "told": [1, 2]}
    counter.do(MEDIATOR, ref, "arrange", **words, despite="测试里同一时间有几件")
    counter.do(MEDIATOR, ref, "ask_opinion", unit="xian-renshe", question="是否属于工伤")
    one = browser().log_in(account("yangmeixian"))

    def offered(trigger, field):
        one.get(f"/cases/{ref}/do/{trigger}")
        found = re.search(rf'<select id="f\.{field}".*?</select>', one.text, re.DOTALL)
        return re.findall(r"<option value=\"([^\"]+)\"[^>]*>([^<]*)", found[0]) if found else None

    assert offered("cancel_appointment", "ordinal") == [("1", "2026年3月2日 15:00，村调解室")]
    assert [re.sub(r"^第[0-9]+号 ", "", title) for _task, title in offered("urge", "task")] == [
        "约定时间地点并开始调解：杨美仙",
        "征求意见：示例县人力资源和社会保障局",
    ]
    assert [state for state, _title in offered("reject", "to")] == [
        "accepted",
        "triaged",
    ]
