"""Punctuation that stands in templates, as the reader's language writes it: `{{ a }}，{{ b }}` is `a, b` in English."""

import re
from collections.abc import Iterable, Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

MARKS = "，、：；（）　。"
"""Full-width marks that a template may write between its values. Words belong in `_()`, with their own marks."""
_SPLIT = re.compile(f"([{MARKS}])")


class Punctuation(Extension):
    """Reads each mark of a template's text as if it stood there as `{{ _("，") }}`."""

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """The tokens, with the text of templates cut at the marks."""
        for token in stream:
            if token.type == "data" and _SPLIT.search(token.value):
                yield from _cut(token)
            else:
                yield token


def _cut(token: Token) -> Iterator[Token]:
    at = token.lineno
    for part in _SPLIT.split(token.value):
        if part in MARKS and part:
            yield Token(at, "variable_begin", "{{")
            yield Token(at, "name", "_")
            yield Token(at, "lparen", "(")
            yield Token(at, "string", part)
            yield Token(at, "rparen", ")")
            yield Token(at, "variable_end", "}}")
        elif part:
            yield Token(at, "data", part)
        at += part.count("\n")
