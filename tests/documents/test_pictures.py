"""Papers as pictures: in few colours, without losing what the colours say."""

import io
import random

from PIL import Image, ImageDraw

from mediation.documents.pictures import png_of, webp_of


def drawn(image: Image.Image) -> Image.Image:
    return Image.open(io.BytesIO(png_of(image)))


def test_page_keeps_text_seal_and_the_mark_of_a_sample_in_sixteen_inks():
    page = Image.new("RGB", (400, 400), "white")
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 99, 99), fill=(0, 0, 0))
    pen.rectangle((100, 0, 199, 99), fill=(204, 25, 33))
    pen.rectangle((200, 0, 299, 99), fill=(240, 240, 240))
    pen.rectangle((300, 0, 399, 99), fill=(26, 26, 64))
    found = drawn(page)
    seen = [found.convert("RGB").getpixel((at, 50)) for at in (50, 150, 250, 350)]
    assert seen == [(0, 0, 0), (200, 30, 30), (241, 241, 241), (20, 20, 60)]
    assert len(found.getcolors()) == 5


def test_lighter_kind_shows_the_very_same_points():
    page = Image.new("RGB", (200, 200), "white")
    pen = ImageDraw.Draw(page)
    pen.text((20, 20), "Agreement", fill=(20, 20, 60))
    pen.ellipse((90, 90, 160, 160), outline=(204, 25, 33), width=4)
    light = Image.open(io.BytesIO(webp_of(page)))
    assert light.format == "WEBP"
    assert light.convert("RGB").tobytes() == drawn(page).convert("RGB").tobytes()


def test_picture_with_colours_of_its_own_keeps_them():
    chance = random.Random(5)  # noqa: S311 — a picture, not a key
    scan = Image.new("RGB", (64, 64))
    scan.putdata([(20, 120 + chance.randrange(100), 40) for _point in range(64 * 64)])
    red, green, blue = drawn(scan).convert("RGB").getpixel((9, 9))
    before = scan.getpixel((9, 9))
    assert (abs(red - before[0]) < 12, abs(green - before[1]) < 12, abs(blue - before[2]) < 12) == (True,) * 3
