"""The columns of units.csv and people.csv, and their rows as plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from mediation.codes import Codes
from mediation.language import _, joined
from mediation.people.permissions import PostKinds
from mediation.sites.rolls import names_nobody
from mediation.sites.sheets import Column, Row, Sheet
from mediation.units.chain import Chain
from mediation.units.tree import Node

UNITS_FILE = "units.csv"
PEOPLE_FILE = "people.csv"
_CODE = r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}"
_CODE_ABOUT = "代码只能用字母、数字、短横和下划线，最多40个"

UNIT_COLUMNS = (
    Column("code", "代码", _CODE_ABOUT, required=True, pattern=_CODE),
    Column("name", "名称", "单位名称，最多80个字", required=True, pattern=r".{1,80}"),
    Column("kind", "种类", "代码表 unit_kinds 的代码或名称；不写就是 area"),
    Column("level", "层级", "层级链里的 key 或名称；不在层级链上的单位（部门）不写"),
    Column("parent", "上级", "上级单位的代码；最上面的一个单位不写", pattern=_CODE),
    Column("place_code", "区划代码", "12位统计用区划代码", pattern=r"[0-9]{12}"),
    Column("grid_code", "网格编码", "15位网格编码；网格之下每级再加2位", pattern=r"[0-9]{15}([0-9]{2}){0,4}"),
    Column("households", "户数", "整数"),
    Column("valid_from", "生效日期", "日期，如 2026-03-01", required=True),
    Column("valid_to", "失效日期", "日期；仍存续的不写"),
    Column("successor", "并入", "撤并后并入的单位代码", pattern=_CODE),
)
PERSON_COLUMNS = (
    Column("person", "人员代码", _CODE_ABOUT, required=True, pattern=_CODE),
    Column("name", "姓名", "同一人的第一行必须写，以后各行可以不写", pattern=r".{1,40}"),
    Column("sex", "性别", "男或女", pattern=r"[男女]"),
    Column("ethnicity", "民族", "如 汉族", pattern=r".{1,20}"),
    Column("phone", "电话", "加密保存"),
    Column("languages", "语言", "代码表 languages 的代码或名称，几种用；分开"),
    Column("expertise", "专长", "综治类别代码，几个用；分开"),
    Column("status", "状态", "在用或停用；不写就是在用", pattern=r"在用|停用|active|inactive"),
    Column(
        "post", "岗位代码", "同一人的岗位之间不能相同；--as 人员代码:岗位代码", required=True, pattern=_CODE
    ),
    Column("kind", "岗位种类", "代码表 post_kinds 或 site.yaml 里的代码或名称", required=True),
    Column("title", "岗位名称", "文书和台账上的称呼", required=True, pattern=r".{1,40}"),
    Column("unit", "单位代码", "units.csv 里的代码", required=True, pattern=_CODE),
    Column("full_time", "专职", "是或否；不写就是否"),
    Column("duties", "职责", "几项用；分开"),
    Column("valid_from", "任职日期", "日期，如 2026-03-01", required=True),
    Column("valid_to", "任期届满", "日期；没有期限的不写"),
    Column("contact_units", "联系单位", "联系的下级单位代码，几个用；分开"),
    Column("contact_kind", "联系方式", "代码表 contact_kinds 的代码或名称，如 联村"),
)


@dataclass(frozen=True, slots=True)
class UnitSaid:
    """A unit of units.csv. `node.id` is its line; `node.parent` the parent's line, 0 if it is not known which that is."""

    node: Node
    parent_code: str | None
    successor: str | None
    row: Row


@dataclass(frozen=True, slots=True)
class PostSaid:
    """A post of people.csv."""

    code: str
    kind: str
    title: str
    unit: str
    full_time: bool
    duties: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    contact_units: tuple[str, ...]
    contact_kind: str
    row: Row


@dataclass(slots=True)
class PersonSaid:
    """A person of people.csv with all posts."""

    code: str
    name: str
    sex: str
    ethnicity: str
    phone: str | None
    languages: tuple[str, ...]
    expertise: tuple[str, ...]
    active: bool
    row: Row
    posts: list[PostSaid] = field(default_factory=list)


def units_of(sheet: Sheet, chain: Chain, codes: Codes) -> list[UnitSaid]:
    """The units of a sheet, one for each row; of a row whose code is not known, or another's, the code counts as unread.

    What is wrong with a cell is noted at its row. What lies below a code that several rows have is not known.
    """
    kept: dict[str, Row] = {}
    shared: set[str] = set()
    for row in sheet.rows:
        code = row.text("code")
        if code in kept:
            row.unreadable("code", _("代码 {code} 已在第{line}行").format(code=code, line=kept[code].line))
            shared.add(code)
        elif code:
            kept[code] = row
    lines = {code: None if code in shared else row.line for code, row in kept.items()}
    return [_unit(row, None if "code" in sheet.unread else lines, chain, codes) for row in sheet.rows]


def people_of(sheet: Sheet, kinds: PostKinds, codes: Codes) -> list[PersonSaid]:
    """The people of a sheet, one for each code, and one without a code for each row whose code is not known.

    What is wrong with a cell is noted at its row.
    """
    found: dict[str, PersonSaid] = {}
    nameless: list[PersonSaid] = []
    for row in sheet.rows:
        code = row.text("person")
        if not code:
            nameless.append(person := _person(row, codes))
        elif code in found:
            _agrees(person := found[code], row)
        else:
            found[code] = person = _person(row, codes)
            if not row.text("name"):
                row.wrong("name", _("同一人的第一行应写姓名"))
        post = _post(row, kinds, codes)
        other = next((one for one in person.posts if one.code == post.code), None)
        if other is not None and post.code:
            message = _("岗位代码 {code} 已在第{line}行")
            row.wrong("post", message.format(code=post.code, line=other.row.line))
        person.posts.append(post)
    return [*found.values(), *nameless]


def _unit(row: Row, lines: Mapping[str, int | None] | None, chain: Chain, codes: Codes) -> UnitSaid:
    """`lines`: of each code, if the codes are known; None for one that several have."""
    parent = row.or_none("parent")
    parent_line = None if row.knows("parent") else 0
    if parent is not None:
        parent_line = (lines or {}).get(parent) or 0
        if lines is not None and parent not in lines:
            names_nobody(row, "parent", _("没有代码为 {code} 的单位"), row.file, parent)
    levels = {level.name: level.key for level in chain}
    level = row.or_none("level")
    successor = row.or_none("successor")
    node = Node(
        id=row.line,
        code=row.text("code"),
        name=row.text("name"),
        kind=_coded(row, "kind", codes, "unit_kinds") or "area",
        level=levels.get(level, level) if level else None,
        parent=parent_line,
        grid_code=row.or_none("grid_code"),
        place_code=row.or_none("place_code"),
        households=row.number("households"),
        valid_from=row.day("valid_from") or date.min,
        valid_to=row.day("valid_to"),
        successor=(lines or {}).get(successor) if successor else None,
    )
    if successor is not None and lines is not None:
        message = _("没有代码为 {code} 的另一个单位")
        if successor == node.code:
            row.wrong("successor", message.format(code=successor))
        elif successor not in lines:
            names_nobody(row, "successor", message, row.file, successor)
    return UnitSaid(node, parent, successor, row)


def _person(row: Row, codes: Codes) -> PersonSaid:
    return PersonSaid(
        code=row.text("person"),
        name=row.text("name"),
        sex=row.text("sex"),
        ethnicity=row.text("ethnicity"),
        phone=row.or_none("phone"),
        languages=_all_coded(row, "languages", codes, "languages"),
        expertise=_all_coded(row, "expertise", codes, "governance_categories"),
        active=row.text("status") in ("", "在用", "active"),
        row=row,
    )


def _agrees(person: PersonSaid, row: Row) -> None:
    """A further row of a person repeats nothing, or the same."""
    for key in ("name", "sex", "ethnicity", "phone", "languages", "expertise", "status"):
        said = row.text(key)
        if said and person.row.knows(key) and said != person.row.text(key):
            message = _("与同一人第{line}行写的 {first} 不一致")
            row.wrong(key, message.format(line=person.row.line, first=repr(person.row.text(key))))


def _post(row: Row, kinds: PostKinds, codes: Codes) -> PostSaid:
    by_title = {kinds.kind(code).title: code for code in kinds.codes}
    said = row.text("kind")
    kind = by_title.get(said, said)
    if kind and kind not in kinds:
        known = joined(sorted(kinds.codes))
        row.wrong("kind", _("不认识的岗位种类 {kind}；应为 {known} 之一").format(kind=said, known=known))
    return PostSaid(
        code=row.text("post"),
        kind=kind,
        title=row.text("title"),
        unit=row.text("unit"),
        full_time=row.flag("full_time"),
        duties=row.listed("duties"),
        valid_from=row.day("valid_from") or date.min,
        valid_to=row.day("valid_to"),
        contact_units=row.listed("contact_units"),
        contact_kind=_coded(row, "contact_kind", codes, "contact_kinds") or "unit",
        row=row,
    )


def _coded(row: Row, key: str, codes: Codes, name: str) -> str:
    """The code that a cell names by code or title; empty for an empty cell."""
    text = row.text(key)
    return _resolve(text, codes, name, lambda message: row.wrong(key, message)) if text else ""


def _all_coded(row: Row, key: str, codes: Codes, name: str) -> tuple[str, ...]:
    return tuple(
        _resolve(text, codes, name, lambda message: row.wrong(key, message)) for text in row.listed(key)
    )


def _resolve(text: str, codes: Codes, name: str, wrong: Callable[[str], None]) -> str:
    if codes.is_known(name, text):
        return text
    for entry in codes.entries(name):
        if entry.title == text:
            return entry.code
    fault = codes.fault(name, text)
    if fault is not None:
        wrong(fault)
    return text
