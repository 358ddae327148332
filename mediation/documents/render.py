"""Sets one paper: a form and a snapshot become a PDF/A-3u file and the places of its signatures.

Runs in a worker of press.py: WeasyPrint is imported here only when the first paper is set, with no system font in sight.
"""

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from mediation.documents.composing import compose, qr_picture
from mediation.documents.faces import SCHEME, Face, FaceTable, face_table
from mediation.documents.facts import replaced, stand_ins, text_problems
from mediation.documents.forms import Form, check_slots, missing_facts
from mediation.documents.glyphs import code_point
from mediation.documents.shapes import shapeless, told
from mediation.documents.snapshot import Snapshot
from mediation.documents.wording import verification_text
from mediation.errors import DocumentError, FactsMissing, Problem
from mediation.language import _, recording

SLOT_PREFIX: Final = "slot-"
"""The box `<span id="slot-party-01">` of a form is the place of the signature named `party-01`."""

_TEXT_END = "text-end"
_VARIANT = "pdf/a-3u"
# Without libharfbuzz-subset0 a paper is right, but slower to set and other in its bytes.
_ABOUT_THE_MACHINE = "Using fontTools instead of HarfBuzz-Subset"
_POINTS_PER_PIXEL = 0.75


@dataclass(frozen=True, slots=True)
class SlotPlace:
    """Where a signature goes: page from 0, box in PDF points from the lower left corner of the page."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class RenderedPaper:
    """A paper set: its bytes, number of pages, and the place of every signature by the slot's name."""

    pdf: bytes
    pages: int
    slots: Mapping[str, SlotPlace]


@recording()
def render(form: Form, snapshot: Snapshot, site: Path | None = None) -> RenderedPaper:
    """Set the paper. The same form and snapshot give the same bytes.

    FactsMissing when facts lack; DocumentError for characters without shape, texts or papers that are too long,
    slots that the form does not place, and anything that the form's own files do wrong.
    """
    check_slots(form, snapshot.slots)
    if missing := missing_facts(form, snapshot):
        raise FactsMissing(missing)
    plain = snapshot.model_dump(mode="json")
    if problems := text_problems(plain):
        raise _refusal(problems)
    table = face_table(site)
    plain = _with_stand_ins(plain, table)
    qr = qr_picture(verification_text(plain["verify"]))
    page = _page(form, plain, qr)
    styles = [form.files[name] for name in sorted(form.files) if name.endswith(".css")]
    _refuse_shapeless(plain, "".join([page, *styles]), site)
    return _set(form, snapshot, page, styles, table)


def set_page(page: str, site: Path | None = None) -> bytes:
    """Set a page of HTML that brings its own style: no form, no signature. The same page gives the same bytes.

    DocumentError for characters without shape and for anything that the page does wrong. To be run in a worker of press.py.
    """
    table = face_table(site)
    if lacking := table.lacking(page):
        told = "、".join(f"{character}（{code_point(character)}）" for character in lacking[:5])
        raise DocumentError(_("字库没有这些字：{lacking}").format(lacking=told))
    needed = table.needed(page)
    with _warnings_refused():
        document = _laid_out(page, [table.style(needed)], needed, table)
        return _written(document, hashlib.sha256(page.encode()).digest()[:16])


def _refusal(problems: list[Problem]) -> DocumentError:
    return DocumentError(
        _("文书没有生成：") + "；".join(f"{problem.key} {problem.message}" for problem in problems)
    )


def _with_stand_ins(plain: dict[str, Any], table: FaceTable) -> dict[str, Any]:
    """Print recorded stand-ins for characters that no face has; the remark itself names the character by its number."""
    instead = stand_ins(plain["remarks"])
    absent = set(table.lacking("".join(instead)))
    if not absent:
        return plain
    printed = {rare: other for rare, other in instead.items() if rare in absent}
    remarks = replaced(plain["remarks"], {rare: code_point(rare) for rare in printed})
    return {**replaced(plain, printed), "remarks": remarks}


def _page(form: Form, plain: dict[str, Any], qr: str) -> str:
    """The paper's HTML."""
    sample = plain["sample"] or plain["committee"]["sample"]
    context = {**plain, "sample": sample, "title": form.title, "qr": qr}
    return compose(form.sha256, form.files, context)


def _refuse_shapeless(plain: Mapping[str, Any], page: str, site: Path | None) -> None:
    """DocumentError naming each character that no face has, and the facts that hold it."""
    lacking = face_table(site).lacking(page)
    if not lacking:
        return
    held = shapeless(plain, site)
    found = [told(character, held.get(character, [_("文书模板")])) for character in lacking]
    raise DocumentError(
        _("文书没有生成：{found}。请系统管理员在部署单位的fonts文件夹增加有这个字的字体").format(
            found="；".join(found)
        )
    )


def _set(form: Form, snapshot: Snapshot, page: str, styles: list[str], table: FaceTable) -> RenderedPaper:
    """Lay the paper out and write it; that the signatures are on the next page is said where they are and room is left."""
    needed = table.needed("".join([page, *styles]))
    with _warnings_refused():
        document = _laid_out(page, [table.style(needed), *styles], needed, table)
        if not (_is_turned(document) and _has_room(document)):
            _empty(document, _TEXT_END)
        if len(document.pages) > form.sheet.pages:
            message = _("文书排出{pages}页，超过{most}页的上限，请把过长的内容摘要填写")
            raise DocumentError(message.format(pages=len(document.pages), most=form.sheet.pages))
        slots = _places(document, snapshot)
        pdf = _written(document, _identifier(form, snapshot))
    return RenderedPaper(pdf, len(document.pages), slots)


def _laid_out(page: str, styles: list[str], needed: tuple[Face, ...], table: FaceTable) -> Any:
    from mediation.documents.typesetter import Page  # noqa: PLC0415  heavy, and must not be imported outside a worker

    html = Page(string=page, url_fetcher=_fetcher(table), base_url=None)
    sheets = _sheets(tuple(styles), needed, table)
    return html.render(stylesheets=sheets, font_config=_configuration(needed), pdf_variant=_VARIANT)


@lru_cache(maxsize=16)
def _sheets(styles: tuple[str, ...], needed: tuple[Face, ...], table: FaceTable) -> tuple[Any, ...]:
    """The style sheets read, and their faces loaded into the configuration: the same for every paper of a form."""
    import weasyprint  # noqa: PLC0415  heavy

    fetcher, configuration = _fetcher(table), _configuration(needed)
    return tuple(
        weasyprint.CSS(string=style, url_fetcher=fetcher, font_config=configuration) for style in styles
    )


@lru_cache(maxsize=8)
def _configuration(needed: tuple[Face, ...]) -> Any:
    """One per set of faces, kept: a face loaded for one paper must not change another."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415  heavy

    del needed
    return FontConfiguration()


def _fetcher(table: FaceTable) -> Any:
    """A fetcher for one render: `data:` and the faces of the table, nothing else."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse  # noqa: PLC0415  heavy

    class PaperFetcher(URLFetcher):  # type: ignore[misc]  # no types are published
        def fetch(self, url: str, headers: Any = None) -> Any:
            scheme, _colon, name = url.partition(":")
            if scheme.lower() == "data":
                return super().fetch(url, headers)
            path = table.path(name) if scheme == SCHEME else None
            if path is None:
                # An ordinary exception would be logged and the paper printed without the thing.
                raise FatalURLFetchingError(_("文书模板引用了不允许的资源：{url}").format(url=url[:200]))
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": "font/ttf"})

    return PaperFetcher(allowed_protocols=("data", SCHEME), allow_redirects=False, fail_on_errors=True)


@contextmanager
def _warnings_refused() -> Iterator[None]:
    """Every warning of the typesetter is an error of the form, but one that is about the machine."""
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415  heavy

    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if not record.getMessage().startswith(_ABOUT_THE_MACHINE):
                heard.append(record.getMessage())

    logger, listener = logging.getLogger("weasyprint"), Listener(logging.WARNING)
    logger.addHandler(listener)
    try:
        yield
    except FatalURLFetchingError as error:
        raise DocumentError(str(error)) from error
    finally:
        logger.removeHandler(listener)
        if heard:
            _sheets.cache_clear()  # a style that warned when it was read must warn again
    if heard:
        raise DocumentError(
            _("文书模板排版时出现警告：{what}").format(what="；".join([*dict.fromkeys(heard)][:5])[:500])
        )


def _places(document: Any, snapshot: Snapshot) -> dict[str, SlotPlace]:
    """The slots' boxes as the layout placed them. DocumentError unless they are exactly the snapshot's."""
    found = {}
    for number, page in enumerate(document.pages):
        for anchor, (left, top, right, bottom) in page.anchors.items():
            if anchor.startswith(SLOT_PREFIX):
                across = [round(value * _POINTS_PER_PIXEL, 2) for value in (left, right)]
                up = [round((page.height - value) * _POINTS_PER_PIXEL, 2) for value in (bottom, top)]
                found[anchor.removeprefix(SLOT_PREFIX)] = SlotPlace(
                    number, across[0], up[0], across[1], up[1]
                )
    wanted = {slot.name for slot in snapshot.slots}
    if set(found) != wanted:
        message = _("文书模板留出的签名位置（{found}）与要求的（{wanted}）不一致")
        raise DocumentError(message.format(found="、".join(sorted(found)), wanted="、".join(sorted(wanted))))
    return {slot.name: found[slot.name] for slot in snapshot.slots}


def _is_turned(document: Any) -> bool:
    """Whether `#closing` begins on a later page than `#text-end`: the page before then says so."""
    first = {
        name: number for number, page in reversed(list(enumerate(document.pages))) for name in page.anchors
    }
    return "closing" in first and _TEXT_END in first and first["closing"] > first[_TEXT_END]


def _has_room(document: Any) -> bool:
    """Whether what stands at `#text-end` ends where the page's text may: below that stands the foot, and nothing is left blank."""
    return all(
        note.position_y + note.margin_height() <= page.content_box_y() + page.height
        for page, box in _boxes(document, _TEXT_END)
        for note in box.children
    )


def _empty(document: Any, anchor: str) -> None:
    """Take out what stands in a box. It takes no room, so nothing moves, and no paper is laid out twice for its sake."""
    for _page, box in _boxes(document, anchor):
        box.children = ()


def _boxes(document: Any, anchor: str) -> Iterator[tuple[Any, Any]]:
    """The boxes of one anchor, each with its page's."""
    for page in document.pages:
        if anchor in page.anchors:
            whole = page._page_box  # noqa: SLF001  there is no other way to a box once it has its place
            for box in whole.descendants():
                if box.element is not None and box.element.get("id") == anchor:
                    yield whole, box


def _identifier(form: Form, snapshot: Snapshot) -> bytes:
    return hashlib.sha256(f"{form.sha256}\0{snapshot.model_dump_json()}".encode()).digest()[:16]


def _written(document: Any, identifier: bytes) -> bytes:
    from mediation.documents.streams import end_table, finish  # noqa: PLC0415  heavy

    return end_table(document.write_pdf(pdf_variant=_VARIANT, pdf_identifier=identifier, finisher=finish))
