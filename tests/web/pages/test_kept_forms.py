"""What is typed is kept when a connection breaks (keep.js): every form that holds somebody's own words says so."""

import re
from pathlib import Path

PAGES = Path(__file__).parents[3] / "templates" / "pages"

_FORM = re.compile(r'<form\b[^>]*method="post".*?(?:</form>|\Z)', re.DOTALL)
_KINDS_WITHOUT_WORDS = "hidden|file|checkbox|radio|password|submit"
_WORDS = re.compile(
    r'<textarea[^>]*name="([^"]*)"'
    rf'|<input(?![^>]*type="(?:{_KINDS_WITHOUT_WORDS})")[^>]*name="([^"]*)"'
    r'|ask\("([^"]*)"'
)
_OF_A_WORD = {
    "accounts.html": {"subject", "name"},
    "code.html": {"code"},
    "hook_tokens.html": {"label", "days"},
    "login.html": {"name"},
    "me.html": {"code"},
    "resident_follow.html": {"code"},
    "resident_sign.html": {"digits"},
    "tokens.html": {"label", "days"},
    "webhooks.html": {"hours", "address", "kinds"},
}
"""What is typed anew in a moment, or must not wait for the next one at the same screen."""
_OF_MANY = {"board.html": {"because"}}
"""One reason for the ticked rows of a list that may be another one by then."""
_OF_THE_TABLE = {"sign-board.html": {"signed_on"}, "sign.html": {"strokes", "witness"}}
"""What a tablet that goes round must not show to the next one who signs; the browser's own way back has it."""


def test_every_form_with_words_of_ones_own_keeps_them():
    unkept: dict[str, set[str]] = {}
    for file in sorted(PAGES.glob("*.html")):
        for form in _FORM.findall(file.read_text(encoding="utf-8")):
            words = {"".join(one) for one in _WORDS.findall(form)}
            if words and "data-keep=" not in form:
                unkept[file.name] = unkept.get(file.name, set()) | words
    assert unkept == {**_OF_A_WORD, **_OF_MANY, **_OF_THE_TABLE}
