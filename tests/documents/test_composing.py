import base64
import io
import struct
import zlib

import pytest
import segno
from PIL import Image

from mediation.documents.composing import FILTERS, compose, qr_image, qr_picture, spaced, templates
from mediation.errors import DocumentError


def body(text: str, **context: object) -> str:
    return compose(str(hash(text)), {"body.html": text}, context)


def test_markup_in_a_fact_is_printed_literally() -> None:
    assert (
        body("<p>{{ name }}</p>", name="<b>甲</b> & 'x'") == "<p>&lt;b&gt;甲&lt;/b&gt; &amp; &#39;x&#39;</p>"
    )


def test_template_language_in_a_fact_does_nothing() -> None:
    payload = "{{ 7 * 7 }}{% raw %}{{ ''.__class__.__mro__ }}"
    assert body("{{ name }}", name=payload) == payload.replace("'", "&#39;")


@pytest.mark.parametrize(
    "template",
    [
        "{{ absent }}",
        "{{ name.absent }}",
        "{{ name.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ case.update({'a': 1}) }}",
        "{{ case.clear() }}",
        "{% set _ = items.append(1) %}",
        "{{ name.format(name) and cycler }}",
        "{{ lipsum }}",
        "{{ range(3) }}",
        "{{ self._TemplateReference__context }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}{{ os }}",
        "{{ name|attr('__class__') }}",
        "{{ name|safe }}",
        "{{ name|map('upper') }}",
        "{{ 'x'|numeral }}",
        "{{ 1 / 0 }}",
    ],
)
def test_template_that_reaches_out_is_refused(template: str) -> None:
    with pytest.raises(DocumentError):
        body(template, name="甲", case={"a": 0}, items=[])


def test_only_our_filters_and_no_globals() -> None:
    environment = templates({})
    assert dict(environment.filters) == FILTERS
    assert environment.globals == {}


def test_first_of_two_full_width_marks_is_tightened() -> None:
    assert (
        spaced("<p title='）。'>（甲），乙</p>")
        == "<p title='）。'>（甲<span class=\"tight\">）</span>，乙</p>"
    )
    assert spaced("<p>（〔甲〕）</p>") == (
        '<p><span class="tight">（</span>〔甲<span class="tight">〕</span>）</p>'
    )
    assert spaced("<title>（甲），乙</title>") == "<title>（甲），乙</title>"


@pytest.mark.parametrize(
    ("words", "marked"),
    [
        ("于2026年7月31日前支付", "于[2026年][7月31日]前支付"),
        ("3月8日9时05分至11时30分", "[3月8日][9时05分]至[11时30分]"),
        ("计人民币1053.50元（大写）", "计人民币[1053.50元]（大写）"),
        ("〔2026〕青石人调字第15号", "〔2026〕青石人调字[第15号]"),
        ("3号楼2单元201室，0900-5550194", "[3号]楼[2单]元[201室]，0900-5550194"),
        ("12345678901234567元", "12345678901234567元"),
    ],
)
def test_figure_is_kept_with_what_it_counts(words: str, marked: str) -> None:
    marked = marked.replace("[", '<span class="whole">').replace("]", "</span>")
    assert spaced(f"<b title='7月31日'>{words}</b>") == f"<b title='7月31日'>{marked}</b>"


class Broken:
    def __str__(self) -> str:
        raise ValueError


class Chatty:
    def __str__(self) -> str:
        raise ValueError("长" * 300)


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{{ absent }}", "'absent' is undefined"),
        ("{{ broken }}", "ValueError"),
        ("{{ chatty }}", "长" * 200),
    ],
)
def test_why_a_template_cannot_be_filled_is_told_in_brief(template: str, told: str) -> None:
    with pytest.raises(DocumentError) as refused:
        body(template, broken=Broken(), chatty=Chatty())
    assert str(refused.value) == f"文书模板不能填写：{told}"


def test_qr_image_is_the_code_in_millimetres_without_a_border() -> None:
    text = "mediation:verify?d=1&t=2&r=3"
    found = qr_image(text)
    assert found.startswith("data:image/svg+xml")
    assert found == segno.make_qr(text, error="M").svg_data_uri(border=0, dark="#000", unit="mm")
    other = segno.make_qr(text, error="M").svg_data_uri()
    assert found != other


def test_qr_picture_is_a_whole_picture_of_grey_points() -> None:
    png = base64.b64decode(qr_picture("mediation:verify?d=1&t=2&r=3").partition(",")[2])
    side = len(segno.make("mediation:verify?d=1&t=2&r=3", error="m", micro=False).matrix) * 4
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I4sIIBBBBB", png[8:29]) == (13, b"IHDR", side, side, 8, 0, 0, 0, 0)
    assert png[-12:] == b"\0\0\0\0IEND" + struct.pack(">I", zlib.crc32(b"IEND"))


@pytest.mark.parametrize(
    "text", ["mediation:verify?d=1&t=2&r=3", "https://example.com/p/d/" + "7k3m9qx2" * 20]
)
def test_qr_picture_shows_the_code_module_for_module(text: str) -> None:
    head, _comma, data = qr_picture(text).partition(",")
    assert head == "data:image/png;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.mode == "L"
        points = [picture.crop((0, y, picture.width, y + 1)).tobytes() for y in range(picture.height)]
    modules = [bytes(row) for row in segno.make(text, error="m", micro=False, mask=2).matrix]
    assert points == [
        b"".join((b"\0" if module else b"\xff") * 4 for module in row)
        for row in modules
        for _line in range(4)
    ]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("双方表示清楚，同意不公开调解。", "双方表示清楚，同意不公开[调解。]"),
        ("依据本协议书所附的核验说明（甲）。\n", "依据本协议书所附的核验说明（甲{）}。\n"),
        ("玉米按收购价折算，共计4800元整。", "玉米按收购价折算，共计[4800元]整。"),
        ("难以达成调解协议", "难以达成调解协议"),
        ("甲乙丙丁戊己庚辛壬癸", "甲乙丙丁戊己庚辛[壬癸]"),
        ("甲乙丙丁戊己庚壬癸", "甲乙丙丁戊己庚壬癸"),
        ("本人民调解委员会决定2026年", "本人民调解委员会决定[2026年]"),
    ],
)
def test_last_letter_of_a_paragraph_is_not_alone_on_its_line(text, marked):
    for sign, span in (
        ("[", '<span class="whole">'),
        ("{", '<span class="tight">'),
        ("]", "</span>"),
        ("}", "</span>"),
    ):
        marked = marked.replace(sign, span)
    assert spaced(f"<td>{text}</td>") == f"<td>{marked}</td>"


def test_text_after_the_last_tag_is_no_paragraph():
    assert spaced("<td></td>双方表示清楚，同意不公开调解") == "<td></td>双方表示清楚，同意不公开调解"


def test_last_letters_of_what_is_no_paragraph_are_left_as_they_are():
    assert (
        spaced("<td>双方表示清楚，同意不公开调解<b>乙</b></td>")
        == "<td>双方表示清楚，同意不公开调解<b>乙</b></td>"
    )
