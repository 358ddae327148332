"""A notice's text filled in: sandboxed templates, plain values, an unknown name is an error."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from mediation.documents.composing import FILTERS, spaced
from mediation.documents.measure import bounded
from mediation.language import _
from mediation.notices.facts import NoticeFacts

if TYPE_CHECKING:
    from mediation.documents.sandbox import Sandbox

SUBJECT, BODY, SLIP, SHARED_SLIP = "subject.txt", "body.txt", "slip.html", "_notice/slip.html"
MOST_SUBJECT: Final = 60
MOST_BODY: Final = 600
_FILTERS = ("day", "moment", "prose", "unended", "join", "length", "numeral", "figures", "shortened")


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in words. The body's paragraphs are parted by line feeds."""

    subject: str
    body: str

    @property
    def line(self) -> str:
        """The whole as one line, for a text message."""
        return self.body.replace("\n", "")


class TemplateFault(Exception):
    """What is wrong with a template: the sentence, the file, the line."""

    def __init__(self, message: str, file: str = "", line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line


def compose(files: Mapping[str, str], facts: NoticeFacts) -> Letter:
    """Subject (one line) and body. Raises TemplateFault when the template asks for what is not there or is too long."""
    context = facts.model_dump(mode="json")
    subject = " ".join(_filled(files, SUBJECT, context).split())
    lines = [" ".join(line.split()) for line in _filled(files, BODY, context).splitlines()]
    body = "\n".join(line for line in lines if line)
    for text, most, file in ((subject, MOST_SUBJECT, SUBJECT), (body, MOST_BODY, BODY)):
        if not text:
            raise TemplateFault(_("没有内容"), file)
        if len(text) > most:
            message = _("有{count}个字，超过{most}个字的上限").format(count=len(text), most=most)
            raise TemplateFault(message, file)
    mark = _("【示例】") if facts.sample else ""
    return Letter(f"{mark}{subject}", f"{mark}{body}")


def slip_page(files: Mapping[str, str], facts: NoticeFacts, letter: Letter, message_id: str) -> str:
    """The HTML of a printed slip: the notice's own, or the shared one. Raises TemplateFault."""
    name = SLIP if SLIP in files else SHARED_SLIP
    context = {
        **facts.model_dump(mode="json"),
        "subject": letter.subject,
        "paragraphs": letter.body.split("\n"),
        "message": message_id,
    }
    return spaced(_filled(files, name, context))


def check_template(files: Mapping[str, str], name: str) -> TemplateFault | None:
    """What keeps a template from being read, if anything does."""
    from jinja2 import TemplateError, TemplateSyntaxError  # noqa: PLC0415  heavy

    try:
        _environment(_key(files), html=name.endswith(".html")).get_template(name)
    except TemplateSyntaxError as error:
        known = _("可用的过滤器：{names}").format(names=" ".join(_FILTERS))
        return TemplateFault(
            _("模板语法错误：{what}（{known}）").format(what=error.message, known=known), name, error.lineno
        )
    except (TemplateError, RecursionError, ValueError) as error:
        return TemplateFault(_("模板不能用：{what}").format(what=_first(error)), name)
    return None


def _filled(files: Mapping[str, str], name: str, context: Mapping[str, Any]) -> str:
    from jinja2 import TemplateError  # noqa: PLC0415  heavy

    try:
        template = _environment(_key(files), html=name.endswith(".html")).get_template(name)
        with bounded():
            return str(template.render(context))
    except (
        TemplateError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
        AttributeError,
        RecursionError,
    ) as error:
        line = getattr(error, "lineno", None)
        raise TemplateFault(_("模板不能填写：{what}").format(what=_first(error)), name, line) from error


def _first(error: BaseException) -> str:
    return re.sub(r"\s+", " ", str(error) or type(error).__name__)[:200]


def _key(files: Mapping[str, str]) -> str:
    return json.dumps(sorted(files.items()), ensure_ascii=False)


@lru_cache(maxsize=128)
def _environment(files: str, *, html: bool) -> "Sandbox":
    from mediation.documents.sandbox import Sandbox  # noqa: PLC0415  heavy: only those who send need it

    return Sandbox(dict(json.loads(files)), {name: FILTERS[name] for name in _FILTERS}, html=html)
