"""What is drawn in a slot: strokes and fingerprints as stencils, the seal as outlines."""

import io
import zlib
from datetime import UTC, datetime

import pytest
from PIL import Image

from mediation.documents.stamps import MOST_BYTES, Drawn, SealFace, Stencil, Typed, draw, stencil
from mediation.errors import SigningError
from tests.documents.signed import fingerprint, png, strokes


def ink_share(found: Stencil) -> float:
    """How much of the stencil is ink."""
    row = (found.width + 7) // 8
    picture = Image.frombytes(
        "1", (found.width, found.height), zlib.decompress(found.packed), "raw", "1", row
    )
    black = picture.histogram()[0]
    return black / (found.width * found.height)


def test_strokes_become_a_stencil_of_their_ink() -> None:
    square = Image.new("RGBA", (400, 200), (0, 0, 0, 0))
    square.paste((10, 10, 10, 255), (100, 50, 300, 150))
    found = stencil(png(square), 100, 50)
    assert (found.width, found.height) == (833, 417)
    assert ink_share(found) > 0.99


def test_dark_on_white_and_dark_on_transparent_are_the_same() -> None:
    clear = Image.open(io.BytesIO(strokes()))
    white = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear).convert("RGB")
    assert stencil(png(white), 100, 40) == stencil(strokes(), 100, 40)


def test_stencil_is_no_finer_than_its_limit() -> None:
    found = stencil(strokes(), 5000, 5000)
    assert max(found.width, found.height) == 1400


@pytest.mark.parametrize("mode", ["RGBA", "RGB", "L", "1", "P", "LA"])
def test_blank_picture_is_refused(mode: str) -> None:
    blank = Image.new("RGBA", (300, 100), (255, 255, 255, 0)).convert(mode)
    if mode in {"RGB", "L", "1", "P"}:
        blank = Image.new("RGB", (300, 100), "white").convert(mode)
    with pytest.raises(SigningError, match="空白"):
        stencil(png(blank), 100, 40)


def test_speck_of_dust_is_refused() -> None:
    dusty = Image.new("L", (3000, 1000), 255)
    dusty.putpixel((5, 5), 0)
    dusty.putpixel((2990, 990), 0)
    with pytest.raises(SigningError, match="空白"):
        stencil(png(dusty), 100, 40)


def jpeg() -> bytes:
    output = io.BytesIO()
    Image.new("RGB", (300, 100)).save(output, "JPEG")
    return output.getvalue()


@pytest.mark.parametrize(
    "picture", [b"", b"no picture", jpeg(), strokes()[:200], b"<svg/>", strokes()[:-30]], ids=range(6)
)
def test_what_is_no_png_is_refused(picture: bytes) -> None:
    with pytest.raises(SigningError, match="PNG"):
        stencil(picture, 100, 40)


def test_picture_with_too_many_dots_is_refused() -> None:
    with pytest.raises(SigningError, match="PNG"):
        stencil(png(Image.new("1", (5000, 5000))), 100, 40)


def test_picture_with_too_many_bytes_is_refused() -> None:
    with pytest.raises(SigningError, match="4 MB"):
        stencil(bytes(MOST_BYTES + 1), 100, 40)


def test_mark_with_both_draws_strokes_in_black_and_fingerprint_in_red() -> None:
    drawing = draw(Drawn(strokes(), fingerprint()), 150, 50)
    assert sorted(drawing.stencils) == ["/Fingerprint", "/Strokes"]
    black, red = drawing.operators.decode().split("/Ink gs")
    assert "0.05 0.06 0.12 rg" in black
    assert "0.80 0.08 0.10 rg" in red


@pytest.mark.parametrize(
    ("drawn", "names"), [(Drawn(strokes()), ["/Strokes"]), (Drawn(None, fingerprint()), ["/Fingerprint"])]
)
def test_mark_with_one_draws_that_one(drawn: Drawn, names: list[str]) -> None:
    assert sorted(draw(drawn, 150, 50).stencils) == names


def test_mark_stays_in_its_box() -> None:
    drawing = draw(Drawn(strokes(), fingerprint()), 150, 50)
    for part in drawing.operators.decode().split(" q "):
        numbers = part.split(" cm ")[0].split()[-6:]
        across, _b, _c, up, left, foot = map(float, numbers)
        assert left >= 0
        assert foot >= 0
        assert left + across <= 150.01
        assert foot + up <= 50.01


def places(operators: bytes) -> list[tuple[float, float, float]]:
    """Left edge, base line and size of each character set in a line."""
    words = operators.decode().split()
    found = [index for index, word in enumerate(words) if word == "cm" and words[index + 1] != "/Strokes"]
    return [(float(words[at - 2]), float(words[at - 1]), float(words[at - 6]) * 240) for at in found]


MOMENT = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)


def test_typed_name_stands_above_what_it_is_and_the_local_day() -> None:
    drawing = draw(Typed("李桂兰", MOMENT), 127, 51)
    assert drawing.stencils == {}
    name, small = places(drawing.operators)[:3], places(drawing.operators)[3:]
    assert {round(size) for _left, _base, size in name} == {17}
    assert len(small) == len("电子签名（证书）2026年3月3日")
    assert min(base for _left, base, _size in name) > max(base + size for _left, base, size in small)


@pytest.mark.parametrize(
    "name", ["王", "李桂兰", "阿依古丽·买买提艾力·努尔麦麦提(示例代签)" * 2, "某\U0010fffd"]
)
def test_typed_name_of_any_length_stays_in_its_box(name: str) -> None:
    drawn = places(draw(Typed(name, MOMENT), 113, 44).operators)
    assert len(drawn) == len(name) + len("电子签名（证书）2026年3月3日")
    assert [one for one in drawn if one[0] < 0 or one[0] + 0.3 * one[2] > 113 or not 0 < one[1] < 40] == []


def test_caption_stands_below_the_fingerprint() -> None:
    words = "已向其宣读，无异议 见证人：杨文清"
    plain = draw(Drawn(None, fingerprint()), 127, 51).operators.decode()
    drawn = draw(Drawn(None, fingerprint(), words), 127, 51).operators.decode()
    caption, red = drawn.split("/Ink gs")
    small = places(caption.encode())
    assert len(small) == len(words) - 1
    foot = float(red.split(" cm ")[0].split()[-1])
    assert foot > max(base + 0.9 * size for _left, base, size in small)
    assert foot > float(plain.split(" cm ")[0].split()[-1])


def test_long_caption_is_broken_and_then_cut() -> None:
    caption = draw(Drawn(None, fingerprint(), "见证人：" + "长" * 200), 127, 51).operators.decode()
    small = places(caption.split("/Ink gs")[0].encode())
    assert len({base for _left, base, _size in small}) == 2
    assert max(left for left, _base, _size in small) < 127


def test_seal_has_a_character_for_each_of_the_name_and_the_sample() -> None:
    name = "示例镇人民调解委员会"
    plain = draw(SealFace(name), 119, 119)
    sample = draw(SealFace(name, sample=True), 119, 119)
    assert plain.stencils == {}
    assert plain.operators.count(b" f Q") == len(name)
    assert sample.operators.count(b" f Q") == len(name) + 2


def test_seal_is_the_same_each_time() -> None:
    assert draw(SealFace("示例镇调委会"), 119, 119) == draw(SealFace("示例镇调委会"), 119, 119)


def test_seal_with_a_rare_character_finds_a_face() -> None:
    assert draw(SealFace("㛃𰻝村调委会"), 119, 119).operators.count(b" f Q") == 6


def test_seal_with_a_character_without_shape_is_refused() -> None:
    with pytest.raises(SigningError, match="\U0010fffd"):
        draw(SealFace("示例\U0010fffd"), 119, 119)


@pytest.mark.parametrize("name", ["", " "])
def test_seal_without_a_name_is_refused(name: str) -> None:
    with pytest.raises(SigningError, match="没有调委会的名称"):
        draw(SealFace(name), 119, 119)


@pytest.mark.parametrize("length", [1, 2, 8, 22, 40])
def test_seal_takes_names_of_any_length(length: int) -> None:
    assert draw(SealFace("调" * length, sample=True), 119, 119).operators.count(b" f Q") == length + 2
