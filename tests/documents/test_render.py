import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mediation.documents.facts import MOST_CHARACTERS
from mediation.documents.forms import Form, find_form, load_forms
from mediation.documents.press import Renderer
from mediation.documents.render import RenderedPaper
from mediation.errors import DocumentError, FactsMissing
from tests.documents.conftest import changed
from tests.documents.papers import fonts_of, pages_of, text_of, words_of

MILLIMETRE = 72 / 25.4


def with_name(form: Form, name: str) -> Form:
    """The agreement's sample with the first party's name changed, as the form's own sample."""
    plain = form.sample.model_dump(mode="json")
    plain["parties"][0]["name"] = name
    return Form(form.name, form.folder, form.sheet, form.sha256, form.files, changed(form.sample, **plain))


def set_sample(press: Renderer, form: Form) -> RenderedPaper:
    return press.render(form, form.sample)


def test_same_snapshot_gives_the_same_bytes_in_any_worker(press: Renderer, agreement: Form) -> None:
    first = set_sample(press, agreement)
    # A paper that loads more faces in between must leave no trace.
    set_sample(press, with_name(agreement, "罗𰻝㐱"))
    assert set_sample(press, agreement).pdf == first.pdf
    with Renderer() as other:
        assert set_sample(other, agreement).pdf == first.pdf


def test_another_snapshot_gives_other_bytes_and_another_identifier(press: Renderer, agreement: Form) -> None:
    first, second = set_sample(press, agreement).pdf, set_sample(press, with_name(agreement, "罗开贵")).pdf
    assert first[first.rindex(b"/ID") :][:80] != second[second.rindex(b"/ID") :][:80]


def test_pdf_is_marked_as_archival_and_its_metadata_is_plain(press: Renderer, agreement: Form) -> None:
    pdf = set_sample(press, agreement).pdf
    assert pdf.startswith(b"%PDF-1.7")
    assert b'pdfaid:part="3"' in pdf
    assert b'pdfaid:conformance="U"' in pdf
    assert "人民调解协议书 〔2026〕青石人调字第15号".encode() in pdf
    assert b"/JavaScript" not in pdf
    assert b"/EmbeddedFiles" not in pdf


def test_fonts_are_ours_and_embedded(press: Renderer, agreement: Form, tmp_path: Path) -> None:
    assert fonts_of(set_sample(press, agreement).pdf, tmp_path) == [
        ("Mediation-Paper", "yes", "yes"),
        ("Mediation-Paper-Bold", "yes", "yes"),
    ]


def test_text_reads_back(press: Renderer, agreement: Form, tmp_path: Path) -> None:
    text = text_of(set_sample(press, agreement).pdf, tmp_path)
    for words in (
        "编号：〔2026〕青石人调字第15号",
        "姓名罗开富性别男民族彝族年龄52岁",
        "人民币2561元（大写：贰仟伍佰陆拾壹元整），于2026年3月31日前",
        "本协议一式三份，当事人、人民调解委员会各持一份。",
        "「扫码或用mediationverify核验」",
        agreement.sample.head.event_hash,
    ):
        assert words in text


def test_every_page_of_a_sample_says_so_and_is_counted(
    press: Renderer, agreement: Form, tmp_path: Path
) -> None:
    paper = set_sample(press, agreement)
    pages = pages_of(paper.pdf, tmp_path)
    assert len(pages) == paper.pages
    for number, page in enumerate(pages, start=1):
        assert "示例文书·不具有法律效力" in page
        assert f"第{number}页共{len(pages)}页" in "".join(page.split())
        assert agreement.sample.verify.document_id[:10] in page
        assert f"第12号{agreement.sample.head.event_hash[:12]}" in "".join(page.split())


def test_real_paper_says_nothing_of_a_sample(press: Renderer, agreement: Form, tmp_path: Path) -> None:
    plain = agreement.sample.model_dump(mode="json")
    plain |= {"sample": False, "committee": plain["committee"] | {"sample": False}, "site_name": "望溪县"}
    assert "示例" not in text_of(press.render(agreement, changed(agreement.sample, **plain)).pdf, tmp_path)


def test_slots_are_placed_by_the_layout(press: Renderer, agreement: Form) -> None:
    paper = set_sample(press, agreement)
    assert list(paper.slots) == [slot.name for slot in agreement.sample.slots]
    for name, place in paper.slots.items():
        size = (place.x1 - place.x0, place.y1 - place.y0)
        wanted = (40, 40) if name == "seal" else (45, 18)
        assert [round(length / MILLIMETRE) for length in size] == list(wanted)
        assert 0 < place.x0 < place.x1 < 595.3
        assert 0 < place.y0 < place.y1 < 841.9
        assert place.page == paper.pages - 1
    boxes = list(paper.slots.values())
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            assert one.x1 <= other.x0 or other.x1 <= one.x0 or one.y1 <= other.y0 or other.y1 <= one.y0


@pytest.mark.parametrize("name", ["喆", "玥", "㛃", "𬱖", "𰻝", "㐱"])
def test_rare_character_is_printed(press: Renderer, agreement: Form, tmp_path: Path, name: str) -> None:
    assert f"姓名罗{name}性别" in text_of(set_sample(press, with_name(agreement, f"罗{name}")).pdf, tmp_path)


def test_character_that_no_face_has_is_told_with_its_fact(press: Renderer, agreement: Form) -> None:
    with pytest.raises(
        DocumentError, match=r"“𠀂”（U\+20002）在现有字体里没有字形：当事人罗𠀂的姓名或名称。请系统管理员"
    ):
        set_sample(press, with_name(agreement, "罗𠀂"))


def test_recorded_stand_in_is_printed_and_explained(press: Renderer, agreement: Form, tmp_path: Path) -> None:
    plain = with_name(agreement, "罗𠀂").sample.model_dump(mode="json")
    plain["remarks"] = ["用字说明：“𠀂”字以“（尘）”代替"]
    text = text_of(press.render(agreement, changed(agreement.sample, **plain)).pdf, tmp_path)
    assert "姓名罗（尘）性别" in text
    assert "用字说明：“U+20002”字以“（尘）”代替" in text


def test_markup_and_template_language_of_a_party_are_printed_literally(
    press: Renderer, agreement: Form, tmp_path: Path
) -> None:
    name = "<imgsrc='file:///etc/passwd'><script>{{7*7}}</script>{%include'x'%}"
    assert name in text_of(set_sample(press, with_name(agreement, name)).pdf, tmp_path)


@pytest.mark.parametrize("character", ["\0", "\x07", "\u202e", "\u2067", "\u200b", "\ue000"])
def test_unprintable_character_is_refused(press: Renderer, agreement: Form, character: str) -> None:
    with pytest.raises(DocumentError, match=f"U\\+{ord(character):04X}"):
        set_sample(press, with_name(agreement, f"罗{character}开富"))


def test_hundred_thousand_characters_are_refused_with_the_reason(press: Renderer, agreement: Form) -> None:
    plain = agreement.sample.model_dump(mode="json")
    plain["agreement"]["facts"] = "事" * 100_000
    with pytest.raises(DocumentError, match=f"有100000个字，超过一项内容{MOST_CHARACTERS}个字的上限"):
        press.render(agreement, changed(agreement.sample, **plain))


def test_longest_fact_is_printed_whole(press: Renderer, agreement: Form, tmp_path: Path) -> None:
    plain = agreement.sample.model_dump(mode="json")
    plain["agreement"]["facts"] = "桥" * MOST_CHARACTERS
    paper = press.render(agreement, changed(agreement.sample, **plain))
    assert text_of(paper.pdf, tmp_path).count("桥") >= MOST_CHARACTERS


def test_signatures_never_stand_alone_on_a_page(press: Renderer, agreement: Form, tmp_path: Path) -> None:
    for lines in range(0, 24, 3):
        plain = agreement.sample.model_dump(mode="json")
        plain["agreement"]["facts"] = "\n".join(["石桥村调解事实。"] * (lines + 1))
        paper = press.render(agreement, changed(agreement.sample, **plain))
        pages = ["".join(page.split()) for page in pages_of(paper.pdf, tmp_path)]
        assert "本协议一式三份" in pages[paper.slots["party-01"].page]


def test_page_below_which_nothing_is_blank_does_not_say_so(press: Renderer, tmp_path: Path) -> None:
    form = load_forms()["acceptance_register"]
    text_ends = 297 * MILLIMETRE - 21 * MILLIMETRE
    told = []
    for lines in range(12, 26):
        plain = form.sample.model_dump(mode="json")
        plain["case"]["narrative"] = "\n".join(["石桥村调解事实。"] * lines)
        words = words_of(press.render(form, changed(form.sample, **plain)).pdf, tmp_path)
        notes = [bottom for _page, text, bottom in words if "签署处在下一页" in text]
        told += [len(notes)]
        assert all(bottom <= text_ends for bottom in notes), (lines, notes)
    assert set(told) == {0, 1}


def test_clause_is_never_parted_from_its_number(press: Renderer, agreement: Form, tmp_path: Path) -> None:
    plain = agreement.sample.model_dump(mode="json")
    clause = plain["agreement"]["clauses"][0]
    plain["agreement"]["clauses"] = [
        clause | {"ordinal": n, "text": f"第{n}项由普正荣办理。"} for n in range(1, 41)
    ]
    text = "\n".join(pages_of(press.render(agreement, changed(agreement.sample, **plain)).pdf, tmp_path))
    assert [n for n in range(1, 41) if f"\n{n}.第{n}项由普正荣办理。" not in text] == []


def test_ten_parties_all_have_their_place(press: Renderer, agreement: Form) -> None:
    plain = agreement.sample.model_dump(mode="json")
    party, place = plain["parties"][0], plain["slots"][0]
    plain["parties"] = [party | {"key": f"party-{n}", "name": f"罗{n}"} for n in range(1, 11)]
    places = [place | {"name": f"party-{n:02d}", "person": f"罗{n}"} for n in range(1, 11)]
    plain["slots"] = places + plain["slots"][2:]
    paper = press.render(agreement, changed(agreement.sample, **plain))
    assert len(paper.slots) == 14


@pytest.mark.parametrize("many", [9, 10])
def test_rows_of_one_party_stay_on_one_page(press: Renderer, many: int, tmp_path: Path) -> None:
    register = find_form("acceptance_register")
    plain = register.sample.model_dump(mode="json")
    party = plain["parties"][0]
    plain["parties"] = [party | {"name": f"罗{n}"} for n in range(many)] + plain["parties"][1:]
    second = pages_of(press.render(register, changed(register.sample, **plain)).pdf, tmp_path)[1]
    assert re.findall("姓名|职业|住址", second)[:3] == ["姓名", "职业", "住址"]


def test_missing_facts_are_told_before_anything_is_set(press: Renderer, agreement: Form) -> None:
    with pytest.raises(FactsMissing) as caught:
        press.render(agreement, changed(agreement.sample, number=None))
    assert [lack.key for lack in caught.value.missing] == ["number"]


def test_slots_that_the_form_does_not_place_are_refused(
    press: Renderer, own_form: Callable[..., Form]
) -> None:
    form = own_form('<p>甲</p><span id="slot-stray"></span>')
    with pytest.raises(DocumentError, match="stray"):
        set_sample(press, form)


@pytest.mark.parametrize(
    "body",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://127.0.0.1:9/x.png">',
        '<link rel="attachment" href="file:///etc/passwd">',
        '<link rel="stylesheet" href="https://127.0.0.1:9/x.css">',
        '<img src="face:../../etc/passwd">',
        (
            '<img src="data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 '
            "xmlns:xlink=%22http://www.w3.org/1999/xlink%22 width=%2210%22 height=%2210%22%3E"
            '%3Cimage xlink:href=%22file:///etc/passwd%22 width=%2210%22 height=%2210%22/%3E%3C/svg%3E">'
        ),
    ],
)
def test_body_that_fetches_anything_is_refused(
    press: Renderer, own_form: Callable[..., Form], body: str
) -> None:
    with pytest.raises(DocumentError, match=r"不允许的资源|Failed to render SVG"):
        set_sample(press, own_form(f"<p>甲</p>{body}"))


@pytest.mark.parametrize(
    "style",
    [
        '@import "file:///etc/passwd";',
        '@import url("http://127.0.0.1:9/x.css");',
        'body { background: url("file:///etc/passwd") }',
        '@font-face { font-family: "X"; src: url("file:///etc/passwd") } body { font-family: "X" }',
        'p::before { content: url("ftp://127.0.0.1/x") }',
    ],
)
def test_style_that_fetches_anything_is_refused(
    press: Renderer, own_form: Callable[..., Form], style: str
) -> None:
    with pytest.raises(DocumentError, match="不允许的资源"):
        set_sample(press, own_form("<p>甲</p>", style))


def test_warning_of_the_typesetter_is_a_failure(press: Renderer, own_form: Callable[..., Form]) -> None:
    with pytest.raises(DocumentError, match="colour"):
        set_sample(press, own_form("<p>甲</p>", "p { colour: red }"))


def test_warning_of_a_style_comes_again_with_every_paper(
    press: Renderer, own_form: Callable[..., Form]
) -> None:
    form = own_form("<p>甲</p>", "p { colour: blue }")
    for _time in range(2):
        with pytest.raises(DocumentError, match="colour"):
            set_sample(press, form)


def test_paper_with_too_many_pages_is_refused(press: Renderer, own_form: Callable[..., Form]) -> None:
    with pytest.raises(DocumentError, match="文书排出5页，超过4页的上限"):
        set_sample(press, own_form('<p style="break-after: page">甲</p>' * 5))


def test_nested_tables_past_all_measure_are_refused(press: Renderer, own_form: Callable[..., Form]) -> None:
    with pytest.raises(DocumentError):
        set_sample(press, own_form("<table><tr><td>" * 300 + "甲"))


def test_new_form_of_a_site_works_without_python(
    press: Renderer, own_form: Callable[..., Form], tmp_path: Path
) -> None:
    own_form(
        '{% extends "_paper/page.html" %}{% block body %}<p>{{ committee.name }}致{{ parties[0].name }}</p>{% endblock %}'
    )
    form = load_forms(tmp_path / "site")["card"]
    text = text_of(set_sample(press, form).pdf, tmp_path)
    assert "便笺" in text
    assert "人民调解委员会致罗开富" in text


def test_snapshot_round_trips_as_json(press: Renderer, agreement: Form) -> None:
    again = json.loads(agreement.sample.model_dump_json())
    assert set_sample(press, agreement).pdf == press.render(agreement, changed(agreement.sample, **again)).pdf
