"""Every shipped form, found by its folder."""

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

import pytest

from mediation import resources
from mediation.documents.forms import load_form, load_forms
from mediation.documents.press import Renderer
from mediation.documents.snapshot import Agent
from tests.documents.papers import fonts_of, pages_of, text_of

FOLDERS = resources.folders("templates", "documents")
STANDARD = {
    "acceptance_register",
    "agreement",
    "mediation_record",
    "non_acceptance_notice",
    "oral_agreement",
    "return_visit",
    "rights_notice",
    "termination_notice",
}
SHORT = [
    "acceptance_register",
    "non_acceptance_notice",
    "oral_agreement",
    "return_visit",
    "termination_notice",
]
MILLIMETRE = 72 / 25.4


@pytest.fixture(scope="module")
def press() -> Iterator[Renderer]:
    with Renderer() as renderer:
        yield renderer


def test_standard_set_is_whole() -> None:
    assert STANDARD - set(load_forms()) == set()


@pytest.mark.parametrize("name", FOLDERS)
def test_form_is_set_from_its_sample(press: Renderer, name: str, tmp_path: Path) -> None:
    form = load_form(FOLDERS[name])
    paper = press.render(form, form.sample)
    assert press.render(form, form.sample).pdf == paper.pdf
    assert b'pdfaid:part="3"' in paper.pdf
    assert {(embedded, mapped) for _font, embedded, mapped in fonts_of(paper.pdf, tmp_path)} == {
        ("yes", "yes")
    }
    assert list(paper.slots) == [slot.name for slot in form.sample.slots]
    pages = pages_of(paper.pdf, tmp_path)
    assert [number for number, page in enumerate(pages) if "示例文书·不具有法律效力" not in page] == []
    text = text_of(paper.pdf, tmp_path)
    assert "".join((form.sample.number or "").split()) in text
    assert "（以下空白）" in text
    assert ("核验」" in text) == ("proof=true" in form.files["body.html"])


@pytest.mark.parametrize("name", SHORT)
def test_short_case_is_one_sheet_with_its_signatures(press: Renderer, name: str) -> None:
    form = load_form(FOLDERS[name])
    assert press.render(form, form.sample).pages == 1


@pytest.mark.parametrize("name", FOLDERS)
def test_places_to_sign_are_large_enough_for_a_hand_and_apart(press: Renderer, name: str) -> None:
    form = load_form(FOLDERS[name])
    places = press.render(form, form.sample).slots
    for slot, place in places.items():
        width, height = ((place.x1 - place.x0) / MILLIMETRE, (place.y1 - place.y0) / MILLIMETRE)
        least = (39.9, 39.9) if slot == "seal" else (39.9, 15.4)
        assert (width >= least[0], height >= least[1]) == (True, True)
    apart = [
        one.page != two.page or one.x1 <= two.x0 or two.x1 <= one.x0 or one.y1 <= two.y0 or two.y1 <= one.y0
        for one, two in combinations(places.values(), 2)
    ]
    assert False not in apart


@pytest.mark.parametrize("name", FOLDERS)
def test_sample_names_nobody_and_nothing_that_exists(name: str) -> None:
    sample = json.loads((FOLDERS[name] / "sample.json").read_text(encoding="utf-8"))
    assert sample["sample"] is True
    assert sample["committee"]["sample"] is True
    assert "示例" in sample["site_name"]


def read(press: Renderer, name: str, changed: dict[str, Any], folder: Path) -> str:
    """The text of a form's sample with some facts changed."""
    form = load_form(FOLDERS[name])
    return text_of(press.render(form, form.sample.model_copy(update=changed)).pdf, folder)


@pytest.mark.parametrize(("kind", "title"), [("legal", "法定代表人"), ("other", "负责人（经营者）")])
@pytest.mark.parametrize("name", ["acceptance_register", "agreement", "mediation_record", "oral_agreement"])
def test_who_stands_for_a_body_is_named_by_its_kind(
    press: Renderer, name: str, kind: Literal["legal", "other"], title: str, tmp_path: Path
) -> None:
    parties = load_form(FOLDERS[name]).sample.parties
    head = Agent(kind="legal_representative", name="李建国")
    body = parties[0].model_copy(update={"kind": kind, "agents": (head,)})
    text = read(press, name, {"parties": (body, *parties[1:])}, tmp_path)
    titles = ["法定代表人", "负责人（经营者）"]
    assert [one for one in titles if one in text] == [title]


@pytest.mark.parametrize("name", ["acceptance_register", "mediation_record", "oral_agreement", "agreement"])
def test_place_of_the_committee_seal_is_shown(press: Renderer, name: str, tmp_path: Path) -> None:
    assert read(press, name, {}, tmp_path).count("（调委会印章）") == 1


@pytest.mark.parametrize(
    ("reason", "where"),
    [("court_has_it", "人民法院"), ("arbitration_has_it", "仲裁机构"), ("administration_has_it", "行政机关")],
)
def test_notice_of_what_is_elsewhere_says_that_it_goes_on_there(
    press: Renderer, reason: str, where: str, tmp_path: Path
) -> None:
    notice = load_form(FOLDERS["non_acceptance_notice"]).sample.notice
    assert notice is not None
    told = notice.model_copy(
        update={"reason_code": reason, "explanation": "", "routes": ("向有管辖权的人民法院起诉",)}
    )
    text = read(press, "non_acceptance_notice", {"notice": told}, tmp_path)
    assert (f"本纠纷已由{where}受理，在该程序中继续处理" in text, "起诉" in text) == (True, False)


def test_notice_of_another_reason_tells_the_routes(press: Renderer, tmp_path: Path) -> None:
    notice = load_form(FOLDERS["non_acceptance_notice"]).sample.notice
    assert notice is not None
    told = notice.model_copy(
        update={"reason_code": "party_refuses", "explanation": "", "routes": ("向有管辖权的人民法院起诉",)}
    )
    text = read(press, "non_acceptance_notice", {"notice": told}, tmp_path)
    assert ("继续处理" in text, "1.向有管辖权的人民法院起诉。" in text) == (False, True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("acceptance_register", "（原编号：〔2026〕青岭人调字第3号、〔2025〕望溪人调字第9号）"),
        ("agreement", "（原编号：〔2026〕青岭人调字第3号、〔2025〕望溪人调字第9号）"),
        ("oral_agreement", "（原编号：〔2026〕青岭人调字第3号、〔2025〕望溪人调字第9号）"),
        ("non_acceptance_notice", "（案件原编号：〔2026〕青岭人调字第3号、〔2025〕望溪人调字第9号）"),
        ("termination_notice", "，原编号：〔2026〕青岭人调字第3号、〔2025〕望溪人调字第9号）"),
    ],
)
def test_former_numbers_stand_with_the_number(press: Renderer, name: str, words: str, tmp_path: Path) -> None:
    case = load_form(FOLDERS[name]).sample.case
    former = ("〔2026〕青岭人调字第3号", "〔2025〕望溪人调字第9号")
    case = case.model_copy(update={"former_numbers": former})
    assert words in read(press, name, {"case": case}, tmp_path)
    assert "原编号" not in read(press, name, {}, tmp_path)


@pytest.mark.parametrize(
    ("name", "part", "key", "did"),
    [
        ("correction_notice", "correction", "paper_issued_by", "出具的"),
        ("voiding_notice", "voiding", "paper_issued_by", "出具的"),
        ("termination_notice", "case", "accepted_by", "受理"),
        ("suspension_notice", "case", "accepted_by", "受理"),
        ("acceptance_register", "case", "accepted_by", "经当事人同意"),
    ],
)
def test_what_another_committee_did_is_told_of_by_its_name(
    press: Renderer, name: str, part: str, key: str, did: str, tmp_path: Path
) -> None:
    sample = load_form(FOLDERS[name]).sample

    def told(committee: str) -> str:
        changed = {part: getattr(sample, part).model_copy(update={key: committee})}
        text = read(press, name, changed, tmp_path)
        return text[: text.index(did)]

    other = "望溪县青岭镇人民调解委员会"
    assert (other in told(other), "本人民调解委员会" in told(other)) == (True, False)
    for own in ("", sample.committee.name):
        assert told(own).count("本人民调解委员会") == 1


@pytest.mark.parametrize(("medium", "told"), [("tablet", False), ("mixed", True)])
def test_agreement_signed_in_both_ways_says_where_the_rest_is(
    press: Renderer, medium: str, told: bool, tmp_path: Path
) -> None:
    agreement = load_form(FOLDERS["agreement"]).sample.agreement
    assert agreement is not None
    changed = {"agreement": agreement.model_copy(update={"medium": medium})}
    text = read(press, "agreement", changed, tmp_path)
    assert ("部分签名在纸质件上，见手签扫描件" in text) == told


@pytest.mark.parametrize(
    ("name", "part", "change", "words"),
    [
        ("weekly_reminder", "week", {"due": "2026年10月16日24时"}, "2026年10月16日24时"),
        ("dispatch_list", "week", {"due": "2026年10月16日24时"}, "2026年10月16日24时"),
        (
            "leader_charge",
            "case",
            {"number": "〔2026〕示例大学城人调字第12号"},
            "〔2026〕示例大学城人调字第12号",
        ),
        (
            "risk_assessment",
            "case",
            {"number": "〔2026〕示例大学城人调字第12号"},
            "〔2026〕示例大学城人调字第12号",
        ),
        ("correction_notice", "correction", {"field": "职业或者职务"}, "职业或者职务"),
        ("acceptance_register", "parties", {"ethnicity": "柯尔克孜族", "age": 101}, "柯尔克孜族"),
        ("oral_agreement", "parties", {"ethnicity": "维吾尔族", "age": 101}, "101岁"),
    ],
)
def test_cell_is_as_wide_as_what_stands_in_it(
    press: Renderer, name: str, part: str, change: dict[str, Any], words: str, tmp_path: Path
) -> None:
    form = load_form(FOLDERS[name])
    plain = form.sample.model_dump(mode="json")
    held = {"week": ("cases",), "correction": ("slips",)}.get(part, ())
    rows = plain[part][held[0]] if held else plain[part]
    (rows[0] if isinstance(rows, list) else rows).update(change)
    paper = press.render(form, type(form.sample).model_validate(plain))
    lines = [line.strip() for page in pages_of(paper.pdf, tmp_path) for line in page.splitlines()]
    assert any(words in line for line in lines)


@pytest.mark.parametrize("before", range(12))
def test_no_name_of_who_was_there_is_broken(press: Renderer, before: int, tmp_path: Path) -> None:
    form = load_form(FOLDERS["conference_minutes"])
    plain = form.sample.model_dump(mode="json")
    one = plain["conference"]["attendees"][0]
    plain["conference"]["attendees"] = [
        {**one, "unit": "街" * before, "name": name} for name in ("陈灿华", "区志强")
    ]
    paper = press.render(form, type(form.sample).model_validate(plain))
    lines = [line for page in pages_of(paper.pdf, tmp_path)[:1] for line in page.splitlines()]
    assert [any(name in line for line in lines) for name in ("陈灿华", "区志强")] == [True, True]


def test_cards_name_the_dispute_and_its_matter_in_full_width(press: Renderer, tmp_path: Path) -> None:
    for name in ("card_notice", "urging_notice"):
        card = load_form(FOLDERS[name]).sample.card
        assert card is not None
        changed = {"card": card.model_copy(update={"category": "邻里", "what": "继续调解,形成结果"})}
        text = read(press, name, changed, tmp_path)
        assert ("（邻里纠纷）" in text, "继续调解，形成结果" in text) == (True, True)


def test_long_list_of_evidence_repeats_its_headings_unbroken_and_has_room_for_what_is_shown(
    press: Renderer, tmp_path: Path
) -> None:
    form = load_form(FOLDERS["evidence_list"])
    plain = form.sample.model_dump(mode="json")
    shows = "房屋和院落的四至，排水沟在证载范围以外。" * 3
    plain["evidence"] = [{**plain["evidence"][0], "ordinal": n, "shows": shows} for n in range(1, 23)]
    pages = pages_of(press.render(form, type(form.sample).model_validate(plain)).pdf, tmp_path)
    with_rows = [page for page in pages if "房屋和院落的四至，排" in page]
    assert len(with_rows) > 2
    headings = ("序号", "名称", "种类", "证明事项", "提交人、日期", "页、份", "复印件")
    assert [word for page in with_rows for word in headings if word not in page] == []


@pytest.mark.parametrize(
    ("code", "group", "title", "ticked"),
    [
        ("applied", "applied", "当事人申请", "☑当事人申请"),
        ("mini_program", "applied", "微连心小程序", "☑当事人申请（微连心小程序）"),
        ("visit", "applied", "窗口来访", "☑当事人申请（窗口来访）"),
        ("own_initiative", "own_initiative", "主动调解", "☑人民调解委员会主动调解"),
        ("patrol", "own_initiative", "巡护发现", "☑人民调解委员会主动调解（巡护发现）"),
        ("police_referral", "referred", "派出所移交", "☑公安机关移交（派出所移交）"),
        ("court_referral", "referred", "法院委派委托", "☑人民法院委派、委托"),
        ("superior_assigned", "referred", "上级交办", "☑政府指定"),
        ("petition_transfer", "referred", "信访转来", "☑其他：信访转来"),
        ("walked_in", "", "路过", "☑其他：路过"),
    ],
)
def test_register_ticks_the_way_by_the_heading_of_the_returns(
    press: Renderer, code: str, group: str, title: str, ticked: str, tmp_path: Path
) -> None:
    case = load_form(FOLDERS["acceptance_register"]).sample.case
    known = case.model_copy(update={"source": title, "source_code": code, "source_group": group})
    text = read(press, "acceptance_register", {"case": known}, tmp_path)
    boxes = text.partition("案件来源")[2].partition("纠纷简要")[0]
    assert (boxes.count("☑"), boxes.count("☐"), ticked in boxes) == (1, 5, True), boxes


def test_oral_agreement_says_when_it_binds_beside_a_remark(press: Renderer, tmp_path: Path) -> None:
    remark = "用字说明：“𠮷”字以“吉”代替"
    text = read(press, "oral_agreement", {"remarks": (remark,)}, tmp_path)
    assert ("起生效" in text, "字以“吉”代替" in text) == (True, True)
