"""What the typesetter does over and over for every box of a paper, done quicker, to the same bytes.

WeasyPrint 70.0's own functions take the place of these again in any other version: a paper is then set as it always was, slower.
Imported only in a worker: WeasyPrint is heavy.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from functools import lru_cache
from math import inf
from typing import Any, Final

import weasyprint
from weasyprint.css import AnonymousStyle, ComputedStyle, StyleFor
from weasyprint.css.computed_values import PHYSICAL_FUNCTIONS
from weasyprint.css.functions import check_math
from weasyprint.css.properties import INHERITED, INITIAL_NOT_COMPUTED, INITIAL_VALUES, Dimension
from weasyprint.formatting_structure.boxes import Box, PageBox
from weasyprint.layout import percent
from weasyprint.pdf.stream import Stream
from weasyprint.text import ffi, fonts, line_break
from weasyprint.text.constants import LST_TO_ISO, PANGO_DIRECTION

VERSION: Final = "70.0"
"""The version whose functions were read, and measured against."""

_stock_style, _stock_missing = ComputedStyle.__init__, ComputedStyle.__missing__
_stock_anonymous, _stock_style_of = AnonymousStyle.__init__, StyleFor.__call__
_stock_percentages = percent.resolve_percentages
_stock_in_flow = Box.is_in_normal_flow
_stock_description = fonts.get_font_description
_stock_setup = line_break.Layout.setup
_stock_split = line_break.split_first_line
_stock_marked, _stock_artifact = Stream.marked, Stream.artifact


def quicken() -> bool:
    """Put ours in place. False, and nothing done, in another version."""
    if weasyprint.__version__ != VERSION:
        return False
    _place(own=True)
    return True


@contextmanager
def as_it_comes() -> Iterator[None]:
    """Within it the typesetter is as it was published: to compare with."""
    _place(own=False)
    try:
        yield
    finally:
        quicken()


def _place(*, own: bool) -> None:
    for owner, name, stock, ours in _METHODS:
        setattr(owner, name, ours if own else stock)
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "weasyprint"]
    for name, stock, ours in _FUNCTIONS:
        # A module that has imported the function by name has it for itself.
        for module in modules:
            if name in vars(module):
                setattr(module, name, ours if own else stock)


# — styles —

_COMPUTED_APART = {"page", "position", "float", "display"}


def _is_plain(key: str) -> bool:
    return key not in _COMPUTED_APART and not key.startswith("text_decoration_")


_INITIAL = {
    key: value
    for key, value in INITIAL_VALUES.items()
    if _is_plain(key) and key not in INHERITED and key not in INITIAL_NOT_COMPUTED and not check_math(value)
}
_PASSED_ON = {key for key in INHERITED if _is_plain(key)}
_PHYSICAL: dict[str, list[str]] = {}
for _key, _name in PHYSICAL_FUNCTIONS.items():
    for _inline in PANGO_DIRECTION:
        _PHYSICAL.setdefault(_name(block="ttb", inline=_inline), []).append(_key)
"""The properties that may come from one named by the direction of text."""
_BORDERLESS = {
    key: value
    for key, value in INITIAL_VALUES.items()
    if key not in INHERITED
    and key not in INITIAL_NOT_COMPUTED
    and key != "page"
    and not key.startswith("text_decoration_")
}


def _style(style: Any, parent: Any, cascaded: Any, pseudo: str | None, *rest: Any) -> None:
    """A style begins with the initial values that no rule sets, where the library looks each of them up when it is asked for."""
    _stock_style(style, parent, cascaded, pseudo, *rest)
    # The style of a first line or letter is laid over another one: it must hold what was asked for and no more.
    if pseudo is None or pseudo.startswith("@"):
        style.update(_INITIAL)
        for name in cascaded:
            style.pop(name, None)
            for other in _PHYSICAL.get(name, ()):
                style.pop(other, None)


def _missing(style: Any, key: str) -> Any:
    """A property that no rule sets is its parent's; whatever else there is to reckon, the library does."""
    if key in _PASSED_ON and key not in style.cascaded and style.parent_style is not None:
        value = style.parent_style[key]
        if not check_math(value):
            style[key] = value
            return value
    return _stock_missing(style, key)


def _anonymous(style: Any, parent: Any) -> None:
    """The same for a box that has no element."""
    style.update(_BORDERLESS)
    _stock_anonymous(style, parent)


_PRUNED: Final = frozenset(
    {"marker", "footnote-call", "footnote-marker", "note-call", "note-marker", "note-callback"}
)


class _AskedForMore(BaseException):
    """A style was asked for that had been left out."""


class Page(weasyprint.HTML):  # type: ignore[misc]  # no types are published
    """A page whose elements get no styles for notes and list marks, until one of them is asked for: none of our papers has any.

    The library reckons six of them for every element.
    """

    _whole = False

    def render(self, *args: Any, **options: Any) -> Any:
        """As the library does it."""
        try:
            return super().render(*args, **options)
        except _AskedForMore:
            self._whole = True
            return super().render(*args, **options)

    def _ua_stylesheets(self, forms: bool = False) -> Any:
        sheets = super()._ua_stylesheets(forms)
        if self._whole or StyleFor.__call__ is not _style_of:
            return sheets
        return [_pruned(sheet) for sheet in sheets]


@lru_cache(maxsize=2)
def _pruned(sheet: Any) -> Any:
    pruned = copy(sheet)
    pruned.is_pruned = True
    pruned.matcher = copy(sheet.matcher)
    pruned.matcher.other_selectors = [
        entry for entry in sheet.matcher.other_selectors if entry[3] not in _PRUNED
    ]
    return pruned


def _style_of(styles: Any, element: Any, pseudo: str | None = None) -> Any:
    if pseudo in _PRUNED and hasattr(styles._sheets[0][0], "is_pruned"):  # noqa: SLF001  its own method
        raise _AskedForMore
    return _stock_style_of(styles, element, pseudo)


# — boxes —

_ACROSS = ("margin_left", "margin_right", "padding_left", "padding_right", "width", "min_width", "max_width")
_DOWN = ("margin_top", "margin_bottom", "padding_top", "padding_bottom")
_BORDERS = ("border_top_width", "border_right_width", "border_bottom_width", "border_left_width")


def _percentages(box: Any, containing_block: Any) -> None:
    """The lengths of a box as numbers."""
    style, used = box.style, box.__dict__
    if style["box_sizing"] != "content-box":
        _stock_percentages(box, containing_block)
        return
    width, height = (
        (containing_block.width, containing_block.height)
        if isinstance(containing_block, Box)
        else containing_block
    )
    for name in _ACROSS:
        used[name] = _length(style[name], style, width)
    whole = height if isinstance(box, PageBox) else width
    for name in _DOWN:
        used[name] = _length(style[name], style, whole)
    if height == "auto":
        own = style["height"]
        used["height"] = own.value if type(own) is Dimension and own.unit == "px" else "auto"
        used["min_height"] = _length(style["min_height"], style, 0)
        used["max_height"] = _length(style["max_height"], style, inf)
    else:
        for name in ("height", "min_height", "max_height"):
            used[name] = _length(style[name], style, height)
    for name in ("min_width", "min_height"):
        if used[name] == "auto":
            used[name] = 0
    collapsed = style["border_collapse"] == "collapse"
    for name in _BORDERS:
        # In a table whose borders fall together they have been settled before.
        if not (collapsed and hasattr(box, name)):
            used[name] = style[name]


def _length(value: Any, style: Any, whole: Any) -> Any:
    if type(value) is Dimension:
        return whole * value.value / 100 if value.unit == "%" else value.value
    return percent.percentage(value, style, whole)


def _in_normal_flow(box: Any) -> bool:
    style = box.style
    if style["float"] in _OUT_OF_FLOW:
        return False
    position = style["position"]
    return position not in ("absolute", "fixed") and position[0] not in ("running()", "note()")


_OUT_OF_FLOW = frozenset({"left", "right", "inline-start", "inline-end", "footnote"})


# — text —

_DESCRIBED = (
    "font_family", "font_style", "font_stretch", "font_weight", "font_size", "font_variant_caps",
    "font_variation_settings",
)  # fmt: skip
_FEATURES = (
    "font_kerning", "font_variant_ligatures", "font_variant_position", "font_variant_caps", "font_variant_numeric",
    "font_variant_alternates", "font_variant_east_asian", "font_feature_settings",
)  # fmt: skip


def _setup(layout: Any, style: Any) -> None:
    """A layout of the context that all of this font, language and direction share."""
    if style["text_decoration_line"] != "none":
        _stock_setup(layout, style)
        return
    pango = ffi.pango
    layout.style, layout.first_line_direction = style, 0
    context, layout.language = _context(style)
    layout.layout = ffi.ffi.gc(pango.pango_layout_new(context), ffi.gobject.g_object_unref)
    pango.pango_layout_set_auto_dir(layout.layout, False)
    pango.pango_layout_set_font_description(
        layout.layout, _described(tuple(style[name] for name in _DESCRIBED))
    )
    layout.ascent = layout.underline_position = layout.strikethrough_position = None
    layout.underline_thickness = layout.strikethrough_thickness = None
    if features := _features(tuple(style[name] for name in _FEATURES)):
        kept = style.font_config.font_features
        attribute = kept.setdefault(features, pango.pango_attr_font_features_new(features))
        attributes = pango.pango_attr_list_new()
        pango.pango_attr_list_insert(attributes, attribute)
        pango.pango_layout_set_attributes(layout.layout, attributes)


def _context(style: Any) -> Any:
    """The context and the language, kept with the fonts that they belong to."""
    config = style.font_config
    kept = config.__dict__.setdefault("contexts", {})
    key = style["direction"], style["font_language_override"], style["lang"]
    if key not in kept:
        direction, override, lang = key
        pango = ffi.pango
        context = ffi.ffi.gc(pango.pango_font_map_create_context(config.font_map), ffi.gobject.g_object_unref)
        pango.pango_context_set_round_glyph_positions(context, False)
        pango.pango_context_set_base_dir(context, PANGO_DIRECTION[direction])
        named = LST_TO_ISO.get(override.lower(), override) if override != "normal" else lang
        language = pango.pango_language_get_default()
        if named:
            pointer, _bytes = ffi.unicode_to_char_p(named)
            language = pango.pango_language_from_string(pointer)
            pango.pango_context_set_language(context, language)
        kept[key] = context, language
    return kept[key]


@lru_cache(maxsize=64)
def _described(values: tuple[Any, ...]) -> Any:
    """A font's description, made once: a layout copies it, and nobody changes it."""
    return _stock_description(dict(zip(_DESCRIBED, values, strict=True)))


@lru_cache(maxsize=64)
def _features(values: tuple[Any, ...]) -> bytes:
    found = fonts.font_features(*values)
    return ",".join(f"{key} {value}" for key, value in found.items()).encode()


_EM_TO_LINE = 1.25
_SPARE = 4
_FOUR_HAN = re.compile(r"[\u4e00-\u9fff]{4}")


def _split(text: str, style: Any, context: Any, max_width: Any, *rest: Any, **more: Any) -> Any:
    """A line of Chinese needs no more text than fits it, and a place beyond where it could be broken; the library takes four times that."""
    size = style["font_size"]
    if max_width is not None and max_width != inf and 0 < size * 4 <= max_width:
        place = _FOUR_HAN.search(text, int(max_width / size * _EM_TO_LINE) + _SPARE)
        if place and place.end() < len(text):
            found = _stock_split(text[: place.end()], style, context, max_width, *rest, **more)
            if found[2] is not None and found[2] <= len(text[: place.start()].encode()):
                return found
    return _stock_split(text, style, context, max_width, *rest, **more)


# — drawing —

_NOTHING: AbstractContextManager[None] = nullcontext()


def _marked(stream: Any, box: Any, tag: str) -> Any:
    return _NOTHING if stream._tags is None else _stock_marked(stream, box, tag)  # noqa: SLF001  its own method


def _artifact(stream: Any) -> Any:
    return _NOTHING if stream._tags is None else _stock_artifact(stream)  # noqa: SLF001  the same


_METHODS: tuple[tuple[Any, str, Any, Any], ...] = (
    (ComputedStyle, "__init__", _stock_style, _style),
    (ComputedStyle, "__missing__", _stock_missing, _missing),
    (AnonymousStyle, "__init__", _stock_anonymous, _anonymous),
    (StyleFor, "__call__", _stock_style_of, _style_of),
    (Box, "is_in_normal_flow", _stock_in_flow, _in_normal_flow),
    (line_break.Layout, "setup", _stock_setup, _setup),
    (Stream, "marked", _stock_marked, _marked),
    (Stream, "artifact", _stock_artifact, _artifact),
)
_FUNCTIONS: tuple[tuple[str, Any, Any], ...] = (
    ("resolve_percentages", _stock_percentages, _percentages),
    ("split_first_line", _stock_split, _split),
)
