"""Marks between values, as the reader's language writes them."""

import jinja2
import pytest

from mediation.language import _, speak
from mediation.web.pages.punctuation import Punctuation


@pytest.mark.parametrize(
    ("language", "shown"), [("zh", "甲，乙：一、二（丙）"), ("en", "甲, 乙: 一, 二 (丙)")]
)
def test_marks_of_a_template_are_those_of_the_language(language: str, shown: str) -> None:
    environment = jinja2.Environment(autoescape=True, extensions=[Punctuation])
    environment.globals["_"] = _
    template = environment.from_string("{{ a }}，{{ b }}：{{ one }}、{{ two }}（{{ c }}）")
    speak(language)
    try:
        assert template.render(a="甲", b="乙", c="丙", one="一", two="二") == shown
    finally:
        speak("")
