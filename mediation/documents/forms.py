"""Forms: each a folder of form.yaml, body.html, style.css and sample.json. A folder added to a site is a new form."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from mediation import language as said
from mediation import resources
from mediation.documents.composing import FILTERS, templates
from mediation.documents.facts import facts_at, is_absent, text_problems
from mediation.documents.snapshot import PartySheet, SlotSheet, Snapshot
from mediation.errors import DocumentError, FormError, NotFound, Problem
from mediation.language import _, joined
from mediation.reading import Lines, Unreadable, checked, parse_yaml, read_text, shape_problems

FILES = ("form.yaml", "body.html", "style.css", "sample.json")
SHARED = "_paper"
_OF_PARTY = re.compile(r"^parties\[([0-9]+)\]")
_LARGEST = 400_000
_TEXT = ("form.yaml", "body.html", "style.css")

Words = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
SlotRole = Literal["party", "agent", "mediator", "recorder", "participant", "registrar", "visitor", "seal"]


class Need(BaseModel):
    """A fact that the form cannot do without. `enter` tells where it is entered."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    fact: Words = Field(
        description="path in the snapshot: case.number, parties[].name, parties[kind=natural].sex"
    )
    name: Words = Field(description="what it is called on the paper")
    enter: Words = Field(description="where it is entered: the screen or command, in words")


class SlotRule(BaseModel):
    """A role that signs this form, and how many at least."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    role: SlotRole
    least: int = Field(default=0, ge=0, le=50)


class FormSheet(BaseModel):
    """What form.yaml says. `numbered`: issued under a number of the committee. `pages`: the most it may have."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    title: Words = Field(description="printed as the heading")
    kind: Literal["agreement", "register", "record", "notice"]
    numbered: bool = Field(description="whether it is issued under a number of the committee")
    pages: int = Field(ge=1, le=200, description="the most pages that it may have")
    needs: list[Need] = Field(min_length=1, description="the facts that it cannot do without")
    slots: list[SlotRule] = Field(description="who signs it; the seal is placed last")


@dataclass(frozen=True, slots=True)
class Lack(Problem):
    """A fact that a form wants and does not have: what it is called, and the number of its party (0: nobody's)."""

    name: str = ""
    party: int = 0


@dataclass(frozen=True, slots=True)
class Form:
    """A form read and checked. `files` are its templates and styles by name, the shared ones under `_paper/`."""

    name: str
    folder: Path
    sheet: FormSheet
    sha256: str
    files: Mapping[str, str]
    sample: Snapshot

    @property
    def title(self) -> str:
        return said.Words(self.sheet.title)


def load_forms(site: Path | None = None, *, trust_shipped: bool = False) -> dict[str, Form]:
    """Every form, shipped and of the site, by name. FormError with the problems of all of them.

    `trust_shipped`: what is shipped is not compiled to see whether it can be, and its sample not judged; `mediation check`
    and the tests do that.
    """
    found: dict[str, Form] = {}
    problems: list[Problem] = []
    for name, folder in resources.folders("templates", "documents", site).items():
        try:
            found[name] = load_form(folder, site, trust_shipped=trust_shipped)
        except FormError as error:
            problems.extend(error.problems)
    if problems:
        raise FormError(problems)
    return found


def find_form(name: str, site: Path | None = None) -> Form:
    """The form of that name. NotFound when there is none."""
    folder = resources.folders("templates", "documents", site).get(name)
    if folder is None:
        raise NotFound(_("没有名为 {name} 的文书模板").format(name=name))
    return load_form(folder, site)


def load_form(folder: Path, site: Path | None = None, *, trust_shipped: bool = False) -> Form:
    """Read and check one form's folder; FormError with every problem, each with file, line and key."""
    problems: list[Problem] = []
    own = _read_folder(folder, problems)
    shared = _shared_files(site, problems)
    files = {name: own[name] for name in _TEXT if name in own} | shared
    trusted = _shipped_among(folder, shared) if trust_shipped else frozenset()
    sheet = _read_sheet(folder / "form.yaml", own["form.yaml"], problems) if "form.yaml" in own else None
    _check_templates(folder, files, frozenset(files) - trusted, problems)
    sample = (
        _read_sample(folder / "sample.json", own["sample.json"], problems) if "sample.json" in own else None
    )
    if sheet is None or sample is None or problems:
        raise FormError(problems)
    form = Form(
        folder.name, folder, sheet, _hash({**files, "sample.json": own["sample.json"]}), files, sample
    )
    if "form.yaml" not in trusted:
        _check_sample(form, problems)
    if problems:
        raise FormError(problems)
    return form


def missing_facts(form: Form, snapshot: Snapshot) -> list[Lack]:
    """What the form still lacks: the fact's path as key; as message what it is and where it is entered."""
    return _missing(snapshot.model_dump(mode="json"), form.sheet.needs)


def missing_of_parties(form: Form, parties: Sequence[PartySheet]) -> list[Lack]:
    """The same of the parties alone, long before there is a paper."""
    plain = {"parties": [one.model_dump(mode="json") for one in parties]}
    return _missing(plain, [need for need in form.sheet.needs if need.fact.startswith("parties[")])


def _missing(plain: Mapping[str, Any], needs: Sequence[Need]) -> list[Lack]:
    missing = {}
    for need in needs:
        for place, value in facts_at(plain, need.fact):
            if is_absent(value):
                name, party = said.Words(need.name), _whose(plain, place)
                of = _("（第{n}号当事人）").format(n=party) if party else ""
                whole = joined([name, of], "")
                message = _("缺{name}，在此填写：{enter}").format(name=whole, enter=said.Words(need.enter))
                missing[place] = Lack(message, key=place, name=name, party=party)
    return list(missing.values())


def _whose(plain: Mapping[str, Any], place: str) -> int:
    """The number of the party of whom a fact is missing; 0 where it is nobody's."""
    match = _OF_PARTY.match(place)
    return int(str(plain["parties"][int(match[1])]["key"]).rpartition("-")[2]) if match else 0


def check_slots(form: Form, slots: tuple[SlotSheet, ...]) -> None:
    """DocumentError unless the slots are those that the form provides for: roles, numbers, names apart, seal last."""
    roles = [slot.role for slot in slots]
    names = [slot.name for slot in slots]
    wrong = [_("本文书没有{role}签名处").format(role=role) for role in roles if role not in _roles(form)]
    wrong.extend(
        _("还没有调解员可以签名：先指派调解员，再出具")
        if rule.role == "mediator" and rule.role not in roles
        else _("{role}签名处至少要有{least}个").format(role=rule.role, least=rule.least)
        for rule in form.sheet.slots
        if roles.count(rule.role) < rule.least
    )
    if any(a != b and b.startswith(a) for a in names for b in names) or len(set(names)) < len(names):
        wrong.append(_("签名处的名称重复，或一个是另一个的开头"))
    if "seal" in roles[:-1]:
        wrong.append(_("印章必须排在最后"))
    if wrong:
        raise DocumentError("；".join(wrong))


def _roles(form: Form) -> set[str]:
    return {rule.role for rule in form.sheet.slots}


def _hash(files: Mapping[str, str]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        content = files[name].encode()
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def _read_folder(folder: Path, problems: list[Problem]) -> dict[str, str]:
    read = {}
    present = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    strange = _("不认识的文件，模板文件夹里只能有 {files}").format(files=" ".join(FILES))
    problems.extend(Problem(strange, str(folder / name)) for name in sorted(present - {*FILES, "README.md"}))
    for name in FILES:
        text = _read_file(folder / name, problems)
        if text is not None:
            read[name] = text
    return read


def _read_file(file: Path, problems: list[Problem]) -> str | None:
    try:
        text = read_text(file, shown_as=str(file))
    except Unreadable as error:
        problems.extend(error.problems)
        return None
    if len(text) > _LARGEST:
        problems.append(Problem(_("文件超过{most}个字").format(most=_LARGEST), str(file)))
        return None
    return text.replace("\r\n", "\n")


def _shared_files(site: Path | None, problems: list[Problem]) -> dict[str, str]:
    """The frame and styles that all forms share; a site's file of the same name stands before the shipped one."""
    found = {}
    for base in (resources.shipped("templates"), site / "templates" if site else None):
        folder = base / "documents" / SHARED if base else None
        for file in sorted(folder.iterdir()) if folder and folder.is_dir() else []:
            text = _read_file(file, problems)
            if text is not None:
                found[f"{SHARED}/{file.name}"] = text
    return found


def _shipped_among(folder: Path, shared: Mapping[str, str]) -> frozenset[str]:
    """The names of a form's files that are as they were shipped."""
    own = _TEXT if folder.is_relative_to(resources.shipped("templates")) else ()
    return frozenset(
        {*own, *(name for name, text in _shared_files(None, []).items() if shared.get(name) == text)}
    )


def _read_sheet(file: Path, text: str, problems: list[Problem]) -> FormSheet | None:
    try:
        raw, lines = parse_yaml(text, str(file), for_checked=True)
    except Unreadable as error:
        problems.extend(error.problems)
        return None
    sheet, wrong = checked(FormSheet, raw, lines, str(file))
    problems.extend(wrong)
    if sheet is not None:
        problems.extend(_unknown_facts(sheet, lines, str(file)))
    return sheet


def _unknown_facts(sheet: FormSheet, lines: Lines, file: str) -> list[Problem]:
    return [
        Problem(
            _("快照里没有 {fact} 这一项").format(fact=need.fact),
            file,
            lines.of(("needs", index, "fact")),
            f"needs[{index}].fact",
        )
        for index, need in enumerate(sheet.needs)
        if not _is_fact(need.fact)
    ]


def _is_fact(path: str) -> bool:
    """Whether a path names a field of the snapshot."""
    model: Any = Snapshot
    for step in path.split("."):
        fields = getattr(model, "model_fields", {})
        name, bracket, rest = step.partition("[")
        if name not in fields or (bracket and not rest.endswith("]")):
            return False
        model = _inner_model(fields[name].annotation)
        condition = rest.removesuffix("]").partition("=")[0]
        if condition and condition not in getattr(model, "model_fields", {}):
            return False
    return True


def _inner_model(annotation: Any) -> Any:
    inner = [part for part in get_args(annotation) if part not in {type(None), ...}]
    return _inner_model(inner[0]) if inner else annotation


def _check_templates(
    folder: Path, files: Mapping[str, str], names: frozenset[str], problems: list[Problem]
) -> None:
    wanted = sorted(name for name in names if name.endswith(".html"))
    if not wanted:
        return
    from jinja2 import TemplateError, TemplateSyntaxError  # noqa: PLC0415  heavy

    for name in wanted:
        place = str(folder / name)
        try:
            _compile(name, files[name])
        except TemplateSyntaxError as error:
            message = _("模板语法错误：{what}").format(what=error.message)
            expected = _("可用的过滤器：{names}").format(names=" ".join(FILTERS))
            problems.append(Problem(message, place, error.lineno, expected))
        except (TemplateError, RecursionError, ValueError) as error:
            problems.append(Problem(_("模板不能用：{what}").format(what=_first(error)), place))


# All forms have the shared templates, and a founding reads each form several times.
@lru_cache(maxsize=256)
def _compile(name: str, text: str) -> None:
    """Prove that a template can be compiled. Raises what Jinja raises."""
    templates({name: text}).get_template(name)


def _read_sample(file: Path, text: str, problems: list[Problem]) -> Snapshot | None:
    try:
        return Snapshot.model_validate_json(text)
    except ValidationError as error:
        problems.extend(shape_problems(error, Lines(), str(file)))
        return None


def _first(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]


def _check_sample(form: Form, problems: list[Problem]) -> None:
    file = str(form.folder / "sample.json")
    if not form.sample.sample:
        problems.append(Problem(_("样例必须标明是示例（true）"), file, key="sample"))
    if form.sample.form != form.name:
        problems.append(Problem(_("应为文件夹的名字 {name}").format(name=form.name), file, key="form"))
    lacks = (*missing_facts(form, form.sample), *text_problems(form.sample.model_dump(mode="json")))
    problems.extend(Problem(lack.message, file, key=lack.key) for lack in lacks)
    try:
        check_slots(form, form.sample.slots)
    except DocumentError as error:
        problems.append(Problem(error.message, file, key="slots"))
