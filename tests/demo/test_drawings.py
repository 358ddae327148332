"""Invented handwriting is the same for the same name, different for others, and has the rare characters."""

import base64
import io

import pytest
from PIL import Image

from mediation.demo.drawings import drawn_name, fingerprint


def opened(encoded: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


@pytest.mark.parametrize("draw", [drawn_name, fingerprint])
def test_drawing_follows_from_the_name(draw):
    assert draw("杨喆") == draw("杨喆")
    assert draw("杨喆") != draw("李玥")


@pytest.mark.parametrize("name", ["杨喆", "陆㛃", "甲𬱖", "某公司(汤伟)"])
def test_name_is_drawn_in_ink_on_nothing(name):
    picture = opened(drawn_name(name))
    lowest, highest = picture.getchannel("A").getextrema()
    assert (picture.mode, lowest, highest > 200) == ("RGBA", 0, True)


def test_longer_name_is_wider():
    assert opened(drawn_name("杨喆")).width < opened(drawn_name("欧阳喆喆")).width
