"""Applications from the open page: kept in quarantine, told to nobody, until a desk takes them in or puts them aside.

人民调解法 Art. 17: a party may apply; the committee asks the other side. What is kept here is no case and starts no clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlmodel import Session

from mediation.cases.hall import Hall
from mediation.cases.inputs import Code, Line, Text, read_said
from mediation.codes.identity import bare_phone, phone_faults
from mediation.crypto import Keyring
from mediation.errors import Faults, MediationError, NotFound, NotPermitted
from mediation.ids import new_public_id
from mediation.intake import queries
from mediation.intake.models import Application
from mediation.language import _
from mediation.people import queries as people
from mediation.people.permissions import can_see, units_seen
from mediation.storage.upsert import insert_missing
from mediation.units.tree import Node, Tree

_TABLE = Application.metadata.tables["application"]
DESK_POSTS = frozenset({"registrar", "dispatcher"})
SOURCE = "online"
KEPT_ASIDE = timedelta(days=30)
MOST_WAITING = 5_000
REASONS: Mapping[str, str] = {
    "spam": "垃圾信息",
    "double": "重复申请",
    "not_here": "不属于调解的事，已另行告知",
    "unreachable": "联系不上申请人",
}
"""Codes of the reasons for putting an application aside."""


class QuarantineFull(MediationError):
    """现在网上申请太多，暂时收不下。请打电话或者直接到村（社区）调委会、综治中心窗口申请。"""


class Applied(BaseModel):
    """What the open page asks: who, against whom, where, what happened, what is wanted, how to be reached."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Line
    phone: Line
    by: Line | None = None
    other: Line
    other_phone: Line | None = None
    place: Code
    spot: Line | None = None
    account: Annotated[Text, StringConstraints(max_length=5_000)]
    wanted: Annotated[Text, StringConstraints(max_length=2_000)]
    agrees: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """One application in the list of a desk. `mine`: the desk is the one that decides."""

    id: str
    received_at: datetime
    name: str
    other: str
    place: str
    desk: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One application as the desk reads it."""

    line: Waiting
    said: Applied
    twins: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How an application stands, for whoever holds its code: waiting, taken or aside, and the case that it became."""

    state: str
    received_at: datetime
    case_id: int | None


def read(tree: Tree, words: Mapping[str, Any]) -> Applied:
    """The words of the open page. Raises InputInvalid with all problems, in the order of the questions."""
    wrong, said = Faults(), None
    with wrong.noting():
        said = read_said(Applied, words)
    told = {one.key for one in wrong.problems}
    if "phone" not in told:
        for fault in phone_faults(str(words["phone"]).strip()):
            wrong.add(fault, "phone")
    if "place" not in told and all(node.code != words["place"] for node in tree.nodes):
        wrong.add(_("请选择事情发生在哪里"), "place")
    if "agrees" not in told and words.get("agrees") is not True:
        wrong.add(_("请先看一遍并打勾"), "agrees")
    asked = list(Applied.model_fields)
    wrong.problems.sort(key=lambda one: asked.index(one.key) if one.key in asked else len(asked))
    wrong.refuse()
    assert said is not None
    return said


def submit(session: Session, keyring: Keyring, tree: Tree, said: Applied, once: str, now: datetime) -> str:
    """Keep what was read and return its code. The same `once` gives the same code, and is kept once. Raises QuarantineFull."""
    code = receipt_code(keyring, once)
    code_hash = code_key(keyring, code)
    if queries.application_of_code(session, code_hash) is not None:
        return code
    with_place = next(node for node in tree.nodes if node.code == said.place)
    if queries.waiting_in_all(session) >= MOST_WAITING:
        raise QuarantineFull
    queries.forget_put_aside(session, now - KEPT_ASIDE)
    row = {
        "public_id": new_public_id(),
        "place_id": with_place.id,
        "code_hash": code_hash,
        "phone_key": keyring.look_up("phone", bare_phone(said.phone)),
        "said": said.model_dump(mode="json"),
        "state": "waiting",
        "received_at": now,
    }
    insert_missing(session, _TABLE, [row])  # the same form sent twice at once is kept once too
    return code


def receipt_code(keyring: Keyring, once: str) -> str:
    """The code of a receipt: the same for the same form, and not to be guessed without the key."""
    number = int.from_bytes(keyring.look_up("application receipt", once)) >> (128 - 50)
    letters = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> (5 * place) & 31] for place in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def code_key(keyring: Keyring, code: str) -> bytes:
    """By what an application is found."""
    return keyring.look_up("application code", code)


def standing(session: Session, keyring: Keyring, code: str) -> Standing | None:
    """How the application of a code stands; None if there is none."""
    found = queries.application_of_code(session, code_key(keyring, code))
    return Standing(found.state, found.received_at, found.case_id) if found else None


def places(session: Session, tree: Tree, day: date) -> list[tuple[Node, int]]:
    """Where one can say that it happened: areas down to the lowest level that has a desk, in the order of the tree.

    A court, a police station or an office is a unit, too, and no place.
    """
    desks = _desks(session, tree, day)
    levels = {tree.unit(unit).level for unit in desks}
    found: list[tuple[Node, int]] = []

    def add(node: Node, depth: int) -> None:
        is_place = node.kind == "area" and node.level in levels
        if is_place:
            found.append((node, depth))
        for child in tree.children(node.id):
            if child.level in levels:
                add(child, depth + is_place)

    for root in tree.roots:
        add(root, 0)
    return found


def desk_of(tree: Tree, place: int, desks: frozenset[int]) -> Node | None:
    """The unit that decides on an application: the place's own, or the nearest above that has a registrar."""
    return next((node for node in tree.lineage(place) if node.id in desks), None)


def waiting(hall: Hall) -> list[Waiting]:
    """The applications within the actor's scope, those that wait on the actor's own desk first."""
    _refuse_others(hall)
    rows = queries.waiting(hall.session, units_seen(hall.actor, hall.tree))
    desks = _desks(hall.session, hall.tree, hall.today)
    return sorted((_line(hall, row, desks) for row in rows), key=lambda line: not line.mine)


def shown(hall: Hall, public_id: str) -> Shown:
    """One waiting application within the actor's scope. Raises NotFound. `twins`: others that wait from the same phone."""
    row = _waiting_one(hall, public_id)
    desks = _desks(hall.session, hall.tree, hall.today)
    rows = queries.waiting(hall.session, units_seen(hall.actor, hall.tree))
    twins = sum(1 for one in rows if one.phone_key == row.phone_key and one.id != row.id)
    return Shown(_line(hall, row, desks), Applied.model_validate(row.said), twins)


def post_for(hall: Hall, public_id: str, others: Iterable[Hall]) -> int | None:
    """Which of the actor's `others`, the same person's other posts, sits at the desk that decides on it; None if none does."""
    row = _waiting_one(hall, public_id)
    desk = desk_of(hall.tree, row.place_id, _desks(hall.session, hall.tree, hall.today))
    able = (one.actor for one in others if DESK_POSTS & one.actor.counts_as)
    return next((one.post_id for one in able if desk is not None and one.unit_id == desk.id), None)


def as_registered(said: Applied) -> dict[str, Any]:
    """The words of 登记 that an application already says; the category is the registrar's."""
    story = said.account
    if said.spot:
        story += "\n" + _("地点：{spot}").format(spot=said.spot)
    if said.by:
        story += "\n" + _("由他人代为申请：{by}").format(by=said.by)
    return {
        "title": _("{one}与{other}的纠纷").format(one=said.name, other=said.other)[:200],
        "source": SOURCE,
        "narrative": story,
        "claims": [line.strip()[:200] for line in said.wanted.splitlines() if line.strip()],
        "place": said.place,
        "parties": [
            {"role": "applicant", "name": said.name, "phone": said.phone},
            {"role": "respondent", "name": said.other, "phone": said.other_phone},
        ],
    }


def take(hall: Hall, public_id: str, case_id: int) -> None:
    """The application has become a case, in the transaction of its registration. Raises NotFound, NotPermitted."""
    row = _waiting_one(hall, public_id, hold=True)
    _refuse_other_desks(hall, row)
    row.state, row.case_id = "taken", case_id
    row.decided_at, row.post_id = hall.now, hall.actor.post_id
    hall.session.add(row)


def put_aside(hall: Hall, public_id: str, reason: str) -> None:
    """Put an application aside with a reason. Raises InputInvalid, NotFound, NotPermitted."""
    wrong = Faults()
    if reason not in REASONS:
        wrong.add(_("请选择理由"), "reason")
    wrong.refuse()
    row = _waiting_one(hall, public_id, hold=True)
    _refuse_other_desks(hall, row)
    row.state, row.reason = "aside", reason
    row.decided_at, row.post_id = hall.now, hall.actor.post_id
    hall.session.add(row)


def _waiting_one(hall: Hall, public_id: str, *, hold: bool = False) -> Application:
    _refuse_others(hall)
    row = queries.application(hall.session, public_id, hold=hold)
    if row is None or row.state != "waiting" or not can_see(hall.actor, hall.tree, row.place_id):
        raise NotFound(_("没有这份申请，或者已经有人办了"))
    return row


def _refuse_others(hall: Hall) -> None:
    if not DESK_POSTS & hall.actor.counts_as:
        raise NotPermitted(_("网上申请由登记员和调度员受理"))


def _refuse_other_desks(hall: Hall, row: Application) -> None:
    desk = desk_of(hall.tree, row.place_id, _desks(hall.session, hall.tree, hall.today))
    if desk is not None and desk.id != hall.actor.unit_id:
        raise NotPermitted(_("这份申请由{desk}受理").format(desk=desk.name))


def _line(hall: Hall, row: Application, desks: frozenset[int]) -> Waiting:
    desk = desk_of(hall.tree, row.place_id, desks)
    return Waiting(
        row.public_id,
        row.received_at,
        row.said["name"],
        row.said["other"],
        hall.tree.unit(row.place_id).name,
        desk.name if desk else "",
        desk is None or desk.id == hall.actor.unit_id,
    )


def _desks(session: Session, tree: Tree, day: date) -> frozenset[int]:
    """Units that have a registrar on the day."""
    posts = people.posts_at(session, [node.id for node in tree.nodes], day, "registrar")
    return frozenset(post.unit_id for post in posts)
