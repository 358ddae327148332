"""A model's fields as a form, and what was typed as the words of the model: empty fields are left out, sums become fen."""

import re
import types
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from mediation.clock import SITE_ZONE
from mediation.documents.wording import prose
from mediation.errors import Problem
from mediation.language import _, current_language, spoken
from mediation.reading import Misread
from mediation.web.forms.choices import Choices, Options
from mediation.web.forms.titles import TITLES, answer_title, hint_of, title_of

Words = Mapping[str, Any]
_ROW = re.compile(r"\.\d+\.")
_PARTIES = frozenset(
    {
        "parties",
        "present",
        "asked_by",
        "agreed_by",
        "written_wanted_by",
        "told",
        "consented_by",
        "party",
        "obligor",
        "obligee",
        "objected_by",
        "stays",
    }
)
_CLAIMS = frozenset({"settles", "Split.claims"})
_LONG = 200


@dataclass
class Field:
    """One field as the template shows it. `kind`: line, text, lines, texts, number, money, day, moment, check, choice, checks, rows, group."""

    name: str
    title: str
    kind: str
    required: bool = False
    value: Any = ""
    options: Options = ()
    hint: str = ""
    faults: list[str] = field(default_factory=list)
    rows: list[list["Field"]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its id on the page."""
        return f"f.{self.name}"

    @property
    def wide(self) -> bool:
        """Does it want a line of its own: prose, and what would be cut in a column beside others?"""
        if self.kind == "choice":
            return any(_breadth(str(spoken(title))) > _COLUMN for _code, title in self.options)
        return self.kind in {"text", "lines", "texts"} or (
            self.kind == "line" and _breadth(str(self.value)) > _COLUMN
        )

    @property
    def ticks(self) -> list[tuple[str, str, int]]:
        """What can be ticked, with how far it is set in: units below one another as in the chain."""
        found = []
        for code, title in self.options:
            depth = len(title) - len(title.lstrip(_INDENT))
            found.append((code, title[depth:] if depth else title, min(depth, _DEEPEST)))
        return found

    @property
    def blank(self) -> bool:
        """Of rows: is there but one, in which nothing was typed and nothing is wrong? What selects stand on does not count."""
        return (
            not self.faults
            and len(self.rows) <= 1
            and all(
                one.blank
                if one.kind == "rows"
                else not one.faults and (one.kind == "choice" or not one.value)
                for row in self.rows
                for one in row
            )
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """One problem of a form, for the list at its top: the field that it leads to, its title, the sentence."""

    field: str
    title: str
    message: str


def fields_of(
    model: type[BaseModel],
    choices: Choices,
    typed: FormData | None = None,
    known: Words | None = None,
    problems: Sequence[Problem] = (),
    *,
    without: Iterable[str] = (),
    more: str = "",
) -> list[Field]:
    """The form of a model: filled with what was typed, else with what is `known`; problems stand at their fields.

    `more`: the name of the rows that get one more, for browsers without scripts. `without`: what is not asked, by its name, in
    rows as `mediators[].objected_by`.
    """
    values = _flat(typed) if typed is not None else _spread(known or {}, model)
    made = _fields(model, "", choices, values, more)
    made = _without(made, set(without))
    place_problems(made, problems)
    return made


def _without(fields: Sequence[Field], names: Container[str]) -> list[Field]:
    kept = [one for one in fields if _ROW.sub("[].", one.name) not in names]
    for one in kept:
        one.rows = [_without(row, names) for row in one.rows]
    return kept


def place_problems(fields: Sequence[Field], problems: Sequence[Problem]) -> None:
    """Each problem stands at its field, or at the nearest one around it."""
    by_name = {one.name: one for one in all_fields(fields)}
    for problem in problems:
        at = _nearest(problem.key, by_name)
        if at is not None:
            at.faults.append(_in_titles(problem.message, by_name, at))


def in_titles(message: str, fields: Sequence[Field]) -> str:
    """A sentence with the keys that it names as the form calls them."""
    return _in_titles(message, {one.name: one for one in all_fields(fields)}, None)


def words_of(model: type[BaseModel], typed: FormData) -> dict[str, Any]:
    """What was typed, as the words of a model; a sum that is none is Misread, so that the act tells it with all the rest."""
    return _words(model, "", _flat(typed))


def faults_of(fields: Sequence[Field], problems: Sequence[Problem]) -> list[Fault]:
    """The problems as the list at the top of a form tells them: what is of no field first, then as the fields follow one another."""
    by_name = {one.name: one for one in all_fields(fields)}
    places = {name: place for place, name in enumerate(by_name)}
    found = []
    for problem in problems:
        at = _nearest(problem.key, by_name)
        place = places[at.name] if at else -1
        message = _in_titles(problem.message, by_name, at)
        found.append((place, Fault(at.id if at else "content", _full_title(at, by_name), message)))
    return [fault for _place, fault in sorted(found, key=lambda one: one[0])]


def in_page_order(fields: Sequence[Field], keys: Sequence[str]) -> list[Field]:
    """The fields, and those of their rows, as a page of its own shows them: by their keys, those that are not named last."""
    for one in fields:
        one.rows = [in_page_order(row, keys) for row in one.rows]
    places = {key: place for place, key in enumerate(keys)}
    return sorted(fields, key=lambda one: places.get(one.name.rpartition(".")[2], len(keys)))


def all_fields(fields: Sequence[Field]) -> Iterable[Field]:
    """The fields and those of their rows."""
    for one in fields:
        yield one
        for row in one.rows:
            yield from all_fields(row)


def _nearest(key: str, by_name: Mapping[str, Field]) -> Field | None:
    """The field of a key such as parties[0].name, or the nearest one around it."""
    name = re.sub(r"\[(\d+)\]", r".\1", key)
    while name:
        if name in by_name:
            return by_name[name]
        name = name.rpartition(".")[0]
    return None


def _full_title(at: Field | None, by_name: Mapping[str, Field]) -> str:
    """A field's title, and of one within rows theirs before it: what it is of, and which of them if there are more."""
    if at is None:
        return ""
    title, name = at.title, at.name
    while inner := _INNER.fullmatch(name):
        name, ordinal = inner["rows"], int(inner["ordinal"]) + 1
        within = by_name[name]
        row = (
            _("{rows}第{n}项").format(rows=within.title, n=ordinal) if len(within.rows) > 1 else within.title
        )
        title = _("{rows}·{title}").format(rows=row, title=title)
    return title


def _in_titles(message: str, by_name: Mapping[str, Field], at: Field | None) -> str:
    """A message with the keys that it names as the form calls them: of the field's own rows, beside it, or of the form."""
    near = [f"{at.name}.0.", f"{at.name.rpartition('.')[0]}.".lstrip(".")] if at else []

    def title(found: re.Match[str]) -> str:
        key = found[0]
        names = [f"{prefix}{key}" for prefix in (*near, "") if f"{prefix}{key}" in by_name]
        if names:
            return by_name[names[0]].title
        is_listed = (
            "、"
            in found.string[max(0, found.start() - 1) : found.start()]
            + found.string[found.end() : found.end() + 1]
        )
        return _(TITLES[key]) if key in TITLES and (is_listed or "_" in key) else key

    said, key = str(spoken(message)), _KEY if current_language() == "zh" else _COMPOUND
    if not key.search(said):
        return message
    told = key.sub(title, said)
    return prose(told) if key is _KEY else told


_INNER = re.compile(r"(?P<rows>.+)\.(?P<ordinal>\d+)\.[^.]+")
_KEY = re.compile(r"(?<![A-Za-z0-9_.@-])[a-z]+(?:_[a-z]+)*(?![A-Za-z0-9_.@-])")
_COMPOUND = re.compile(r"(?<![A-Za-z0-9_.@-])[a-z]+(?:_[a-z]+)+(?![A-Za-z0-9_.@-])")
"""In an English sentence a key of one word is mostly just a word."""


def _breadth(text: str) -> float:
    """How broad a text is printed, in Chinese characters."""
    return sum(0.55 if letter.isascii() else 1 for letter in text)


_INDENT, _DEEPEST = "　", 6
_COLUMN = 11
"""How much of a choice is seen in a column beside others."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a key holds: the kind of field, the model of its rows, its fixed answers."""

    kind: str
    model: type[BaseModel] | None = None
    answers: tuple[str, ...] = ()


@cache
def _shape(model: type[BaseModel], key: str) -> _Shape | None:
    """None for what a form does not ask: files, strokes, agents by number."""
    model.model_rebuild()  # names of models that stand further down in their module are known only then
    info = model.model_fields[key]
    annotation, longest = _bare(info.annotation)
    if longest is None:
        longest = next((one.max_length for one in info.metadata if getattr(one, "max_length", None)), None)
    origin = get_origin(annotation)
    if origin is Literal:
        return _Shape("choice", answers=tuple(str(one) for one in get_args(annotation)))
    if origin is tuple:
        return _many(key, get_args(annotation)[0])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _Shape("group", annotation)
    if annotation is str:
        typed = longest is None or longest <= _MOST_TYPED
        return _Shape("text" if longest is None or longest > _LONG else "line") if typed else None
    kind = _SPECIAL.get(key) or _PLAIN.get(annotation)
    return _Shape(kind) if kind else None


_SPECIAL: Mapping[str, str] = {"amount_fen": "money"} | dict.fromkeys(_PARTIES, "choice")
_PLAIN: Mapping[Any, str] = {bool: "check", int: "number", AwareDatetime: "moment", date: "day"}
_MOST_TYPED = 100_000
_MOST_FEN = 10**15


def _many(key: str, item: Any) -> _Shape | None:
    bare, longest = _bare(item)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return _Shape("rows", bare)
    if key in _PARTIES or bare is int:
        return _Shape("checks")
    if bare is str and key == "pages":
        return None
    if bare is str:
        return _Shape("texts" if longest is not None and longest > _LONG else "lines")
    return None


def _bare(annotation: Any) -> tuple[Any, int | None]:
    """The type without Annotated and None, and the most characters that it takes."""
    longest: int | None = None
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            inner, *marks = get_args(annotation)
            longest = next((one.max_length for one in marks if getattr(one, "max_length", None)), longest)
            if any(getattr(one, "pattern", None) for one in marks):
                longest = longest or 60
            annotation = inner
        elif origin in {Union, types.UnionType}:
            kept = [one for one in get_args(annotation) if one is not type(None)]
            annotation = kept[0]
        else:
            return annotation, longest


def _fields(
    model: type[BaseModel], prefix: str, choices: Choices, values: Mapping[str, list[str]], more: str
) -> list[Field]:
    found = []
    for key, info in _in_order(model):
        shape = _shape(model, key)
        if shape is None:
            continue
        name = f"{prefix}{key}"
        made = Field(
            name,
            title_of(model.__name__, key),
            shape.kind,
            info.is_required(),
            hint=hint_of(model.__name__, key),
        )
        if shape.kind in {"rows", "group"}:
            assert shape.model is not None
            made.rows = [
                _fields(shape.model, f"{name}.{at}.", choices, values, more)
                for at in range(_rows(name, values, more) if shape.kind == "rows" else 1)
            ]
            # A browser must not ask for what is left out altogether: of rows, only the first of a list that must be there.
            made.rows = [
                row if info.is_required() and at == 0 else _optional(row) for at, row in enumerate(made.rows)
            ]
        else:
            _fill(made, model, key, shape, choices, values)
            if made.kind == "choice" and not made.options:
                if not made.required:
                    continue
                made.hint = _("现在没有可以选的")
        found.append(made)
    return found


def _in_order(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    """A model's keys as they are asked: a remark, which stands in the model that others are made from, after the thing itself."""
    return sorted(model.model_fields.items(), key=lambda one: one[0] == "remark")


def _optional(fields: list[Field]) -> list[Field]:
    for one in fields:
        one.required = False
        one.rows = [_optional(row) for row in one.rows]
    return fields


def _rows(name: str, values: Mapping[str, list[str]], more: str) -> int:
    pattern = re.compile(re.escape(name) + r"\.(\d+)\.")
    used = [int(match[1]) for key in values if (match := pattern.match(key))]
    return max(used, default=0) + 1 + (more == name)


def _fill(
    made: Field,
    model: type[BaseModel],
    key: str,
    shape: _Shape,
    choices: Choices,
    values: Mapping[str, list[str]],
) -> None:
    given = values.get(made.name)
    options: Options | None = [(one, answer_title(key, one)) for one in shape.answers] or None
    if options is None:
        if key in _PARTIES:
            options = choices.parties()
        elif _CLAIMS & {key, f"{model.__name__}.{key}"}:
            options = choices.claims()
        else:
            options = choices.of(model.__name__, key)
    if options is not None:
        made.options = options
        made.kind = "checks" if made.kind in {"lines", "checks"} else "choice"
    if made.kind == "checks":
        made.value = given or []
        if options is None:
            made.kind, made.value = "line", ",".join(given or [])
    elif made.kind == "check":
        made.value = bool(given)
    elif given is not None:
        made.value = given[0]
    else:
        default = model.model_fields[key].get_default(call_default_factory=False)
        made.value = default if isinstance(default, str | int) and not isinstance(default, bool) else ""
        if made.kind == "moment" and made.required:
            made.value = ""


def _flat(typed: FormData) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in typed.multi_items():
        if isinstance(value, str):
            found.setdefault(key, []).append(value)
    return found


def _spread(known: Words, model: type[BaseModel], prefix: str = "") -> dict[str, list[str]]:
    """What is known, as if it had been typed."""
    found: dict[str, list[str]] = {}
    for key, value in known.items():
        name = f"{prefix}{key}"
        shape = _shape(model, key) if key in model.model_fields else None
        if value is None or shape is None:
            continue
        if shape.kind in {"rows", "group"} and shape.model is not None:
            for at, row in enumerate(value if shape.kind == "rows" else [value]):
                found |= _spread(row, shape.model, f"{name}.{at}.")
        elif shape.kind == "money":
            found[name] = [f"{value // 100}.{value % 100:02d}"]
        elif shape.kind == "check":
            found |= {name: ["yes"]} if value else {}
        elif shape.kind in {"lines", "texts"} and not isinstance(value, str):
            found[name] = (
                ["\n".join(value)] if key not in {"powers", "routes", "factors", "units"} else list(value)
            )
        elif shape.kind == "checks":
            found[name] = [str(one) for one in value]
        elif isinstance(value, datetime):
            found[name] = [f"{value.astimezone(SITE_ZONE):%Y-%m-%dT%H:%M}"]
        else:
            found[name] = [str(value)]
    return found


def _words(model: type[BaseModel], prefix: str, values: Mapping[str, list[str]]) -> dict[str, Any]:
    words: dict[str, Any] = {}
    for key, info in model.model_fields.items():
        shape = _shape(model, key)
        if shape is None:
            continue
        name = f"{prefix}{key}"
        if shape.kind in {"rows", "group"}:
            assert shape.model is not None
            rows = [_words(shape.model, f"{name}.{at}.", values) for at in range(_rows(name, values, ""))]
            rows = [row for row in rows if _is_said(row, shape.model)]
            if rows and shape.kind == "rows":
                words[key] = rows
            elif rows:
                words[key] = rows[0]
            continue
        found = _word(name, key, shape, values)
        if found is not None:
            words[key] = found
        elif shape.kind == "check" and info.is_required():
            words[key] = False
    return words


def _is_said(row: Mapping[str, Any], model: type[BaseModel]) -> bool:
    """Was anything typed in a row? What its selects stand on by themselves does not count."""
    for key, value in row.items():
        default = model.model_fields[key].get_default(call_default_factory=False)
        shape = _shape(model, key)
        fixed = shape is not None and shape.answers and value == shape.answers[0]
        if value not in (default, False) and not fixed:
            return True
    return False


def _word(name: str, key: str, shape: _Shape, values: Mapping[str, list[str]]) -> Any:
    given = [one.replace("\r\n", "\n").strip() for one in values.get(name, [])]
    given = [one for one in given if one]
    if not given:
        return None
    if shape.kind == "check":
        return True
    if shape.kind in {"lines", "texts", "checks"}:
        many = [line.strip() for one in given for line in one.split("\n") if line.strip()]
        return [int(one) if one.isdecimal() and shape.kind == "checks" else one for one in many]
    if shape.kind == "money":
        return _fen(given[0])
    if shape.kind == "number" or key in _PARTIES:
        return int(given[0]) if given[0].isdecimal() else given[0]
    return given[0]


def _fen(text: str) -> int | Misread:
    """A sum in yuan as fen."""
    try:
        sum_ = Decimal(text.replace(",", "").replace("，", "").removesuffix("元").strip()) * 100
    except InvalidOperation:
        sum_ = Decimal("0.1")
    if not sum_.is_finite() or sum_ != sum_.to_integral_value() or abs(sum_) > _MOST_FEN:
        return Misread(_("金额应当写作 1280 或者 1280.50，最多两位小数"))
    return int(sum_)
