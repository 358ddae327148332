"""What must not be in a paper: anything that acts, hides, changes its looks later, or carries other files.

Looked for before each signature (a hidden layer that is there when one signs could be shown afterwards) and at each
verification. The list is closed where our own papers are simple: the catalogue, the form, the pages, the annotations.
"""

import io
from collections.abc import Collection, Iterator
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from mediation.errors import SigningError
from mediation.language import _

MOST_OBJECTS = 50_000
_CATALOGUE = {
    "/Type", "/Version", "/Extensions", "/Pages", "/PageLabels", "/PageLayout", "/PageMode", "/Names", "/Dests",
    "/ViewerPreferences", "/Outlines", "/Metadata", "/StructTreeRoot", "/MarkInfo", "/Lang", "/OutputIntents",
    "/AcroForm", "/Perms",
}  # fmt: skip
_PAGE = {"/Type", "/Parent", "/Resources", "/MediaBox", "/BleedBox", "/TrimBox", "/Contents", "/Annots"}
_BRANCH = {"/Type", "/Parent", "/Kids", "/Count"}
_PDF_A = {"/Type", "/S", "/OutputConditionIdentifier", "/Info", "/DestOutputProfile"}
_EXTENSIONS = {"/ESIC", "/ISO_"}
"""Of PAdES and of the digests of ISO 32002; the library names them when it signs."""
_EXTENSION = {"/Type", "/BaseVersion", "/ExtensionLevel", "/ExtensionRevision", "/URL"}
_FORM = {"/Fields", "/SigFlags", "/DA", "/DR"}
_WIDGET = {
    "/Type", "/Subtype", "/FT", "/T", "/TU", "/F", "/Rect", "/P", "/AP", "/V", "/Lock",
}  # fmt: skip
_NAME_TREES = {"/Dests"}
_ANYWHERE = {
    "/AA": _("自动动作"),
    "/OpenAction": _("打开时的动作"),
    "/JS": _("脚本"),
    "/JavaScript": _("脚本"),
    "/XFA": _("动态表单"),
    "/OCProperties": _("可选图层"),
    "/OC": _("可选图层"),
    "/OCGs": _("可选图层"),
    "/EF": _("附件"),
    "/EmbeddedFiles": _("附件"),
    "/AF": _("附件"),
    "/Collection": _("附件"),
    "/RichMedia": _("多媒体"),
    "/RichMediaContent": _("多媒体"),
    "/Rendition": _("多媒体"),
    "/OPI": _("外部图像"),
    "/Ref": _("外部页面"),
    "/Alternates": _("替换图像"),
    "/FFilter": _("外部数据"),
    "/Encrypt": _("加密"),
    "/Threads": _("文章线索"),
    "/Requirements": _("阅读器要求"),
    "/PresSteps": _("演示动作"),
    "/DSS": _("外来的核验资料"),
}
_TYPES = {
    "/OCG": _("可选图层"),
    "/OCMD": _("可选图层"),
    "/Filespec": _("附件"),
    "/EmbeddedFile": _("附件"),
    "/Action": _("动作"),
}


def dangerous_in(reader: PdfFileReader, slots: Collection[str] | None = None) -> tuple[str, ...]:
    """What the file holds that a paper must not, in words, each once; empty when all is well.

    `slots` are the names that its signature fields may have, where they are known. Raises what the reader raises when
    the file is broken.
    """
    found: dict[str, None] = {}
    for word in (*_around_pages(reader), *_other_slots(reader, slots), *_everywhere(reader)):
        found[word] = None
    return tuple(found)


def acting_in(reader: PdfFileReader) -> tuple[str, ...]:
    """What a foreign file, kept and never signed, holds that acts by itself or carries other files, in words, each once."""
    refused = {_ANYWHERE[key] for key in ("/JS", "/EF", "/XFA", "/RichMedia")}
    found = dict.fromkeys(word for word in _everywhere(reader) if word in refused)
    for one in _dictionaries(reader):
        if _entry(one, "/S") in _LEAVING or _goes_off(one):
            found[_TYPES["/Action"]] = None
        if _entry(one, "/Subtype") in _PLAYING:
            found[_ANYWHERE["/RichMedia"]] = None
    return tuple(found)


def refuse_dangerous(pdf: bytes, slots: Collection[str] | None = None) -> None:
    """SigningError that names everything in the file that must not be signed, or that it cannot be read."""
    try:
        found = dangerous_in(PdfFileReader(io.BytesIO(pdf), strict=True), slots)
    except Exception as error:
        raise SigningError(_("文书不是完整的 PDF 文件，不能签署。")) from error
    if found:
        raise SigningError(_("文书中有不允许的内容，不能签署：{found}").format(found="、".join(found)))


def _around_pages(reader: PdfFileReader) -> Iterator[str]:
    root = reader.root
    yield from _unexpected(root, _CATALOGUE, _("文件目录"))
    yield from _unexpected(_entry(root, "/Names", {}), _NAME_TREES, _("名称表"))
    yield from _foreign_extensions(_entry(root, "/Extensions", {}))
    if not all(map(_is_of_pdf_a, _entry(root, "/OutputIntents", ()))):
        yield _("PDF/A 以外的输出方式")
    form = _entry(root, "/AcroForm", {})
    yield from _unexpected(form, _FORM, _("表单"))
    fields = {reference.reference for reference in _entry(form, "/Fields", ())}
    for reference in _entry(form, "/Fields", ()):
        field = reference.get_object()
        yield from _unexpected(field, _WIDGET, _("签名位"))
        if _entry(field, "/FT") != "/Sig" or "/Kids" in field:
            yield _("签名位以外的表单项")
    for page, is_branch in _pages(root["/Pages"]):
        yield from _unexpected(page, _BRANCH if is_branch else _PAGE, _("页面"))
        for raw in _entry(page, "/Annots", ()):
            if not isinstance(raw, generic.IndirectObject) or raw.reference not in fields:
                yield _("签名位以外的批注")


def _other_slots(reader: PdfFileReader, slots: Collection[str] | None) -> Iterator[str]:
    for reference in _entry(_entry(reader.root, "/AcroForm", {}), "/Fields", ()):
        if slots is not None and _entry(reference.get_object(), "/T") not in slots:
            yield _("别的签名位")


def _is_of_pdf_a(intent: Any) -> bool:
    """Is it the one that PDF/A asks for, with its profile in the file?"""
    plain = intent.get_object()
    has_profile = isinstance(_entry(plain, "/DestOutputProfile"), generic.StreamObject)
    return _PDF_A.issuperset(plain) and _entry(plain, "/S") == "/GTS_PDFA1" and has_profile


def _foreign_extensions(extensions: Any) -> Iterator[str]:
    yield from _unexpected(extensions, _EXTENSIONS, _("扩展"))
    for key in sorted(_EXTENSIONS.intersection(extensions)):
        levels = extensions[key]
        for level in levels if isinstance(levels, generic.ArrayObject) else (levels,):
            yield from _unexpected(level.get_object(), _EXTENSION, _("扩展"))


def _unexpected(dictionary: Any, allowed: set[str], where: str) -> Iterator[str]:
    for key in dictionary:
        if key not in allowed:
            yield _ANYWHERE.get(key, f"{where} {key}")


def _entry(dictionary: Any, key: str, default: Any = None) -> Any:
    """The value itself, where the library's own `get` may give a reference to it."""
    return dictionary[key] if key in dictionary else default  # noqa: SIM401 - see above


def _pages(node: Any, depth: int = 0) -> Iterator[tuple[Any, bool]]:
    """The pages and the branches of their tree, each with whether it is a branch."""
    if depth > 20:  # noqa: PLR2004 - ours are 2 deep; a loop never ends
        raise ValueError("the page tree does not end")
    yield node, True
    for raw in node["/Kids"]:
        kid = raw.get_object()
        if _entry(kid, "/Type") == "/Pages":
            yield from _pages(kid, depth + 1)
        else:
            yield kid, False


def _everywhere(reader: PdfFileReader) -> Iterator[str]:
    if "/Encrypt" in reader.trailer:
        yield _ANYWHERE["/Encrypt"]
    for thing in _dictionaries(reader):
        yield from _in_dictionary(thing)


def _dictionaries(reader: PdfFileReader) -> Iterator[generic.DictionaryObject]:
    """Every dictionary that the file can be brought to, each once."""
    seen: set[Any] = set()
    waiting: list[Any] = [reader.trailer.flatten()]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, generic.IndirectObject):
            if thing.reference in seen:
                continue
            seen.add(thing.reference)
            if len(seen) > MOST_OBJECTS:
                raise ValueError("too many objects")
            thing = thing.get_object()
        if isinstance(thing, generic.DictionaryObject):
            yield thing
            waiting.extend(thing.raw_get(key) for key in thing)
        elif isinstance(thing, generic.ArrayObject):
            waiting.extend(thing.raw_get(place) for place in range(len(thing)))


def _goes_off(thing: generic.DictionaryObject) -> bool:
    """Does something happen that nobody has asked for, on opening or on turning to a page, but that a page of the file is shown?"""
    automatic = _entry(thing, "/AA", {})
    actions = [automatic[key] for key in automatic] if isinstance(automatic, generic.DictionaryObject) else []
    actions.append(_entry(thing, "/OpenAction"))
    kinds = {_entry(one, "/S") for one in actions if isinstance(one, generic.DictionaryObject)}
    return bool(kinds - {"/GoTo", None})


def _in_dictionary(thing: generic.DictionaryObject) -> Iterator[str]:
    for key in thing:
        if key in _ANYWHERE:
            yield _ANYWHERE[key]
    kind = _entry(thing, "/Type")
    if kind in _TYPES:
        yield _TYPES[kind]
    if isinstance(thing, generic.StreamObject) and "/F" in thing:
        yield _ANYWHERE["/FFilter"]
    # An action needs no /Type; it always has /S, and every kind but going to a place in this file acts outside it.
    if _entry(thing, "/S") in _ACTIONS:
        yield _TYPES["/Action"]


_ACTIONS = {
    "/JavaScript", "/Launch", "/URI", "/SubmitForm", "/ResetForm", "/ImportData", "/GoToR", "/GoToE", "/GoTo3DView",
    "/Hide", "/Named", "/SetOCGState", "/Rendition", "/Movie", "/Sound", "/Trans", "/Thread", "/RichMediaExecute",
}  # fmt: skip
_LEAVING = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/RichMediaExecute"}
"""Actions that run something, send something out or open another file; a foreign file may name addresses and go to its own pages."""
_PLAYING = {"/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}
"""Annotations that play something."""
