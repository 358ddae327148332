"""Who could do what on a case, roughly: so that walkers who mean well get far. Whether they may is for the program to say."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import Connection, text

from mediation.workflow.definition import By, Definition

_STANDING = text(
    "SELECT d.id, d.workflow, d.workflow_version, d.state, d.open, h.code AS holder, t.code AS target, d.first_receiver_id,"
    " a.code AS arbiter, d.leader_id FROM dispute d JOIN unit h ON h.id = d.holder_id LEFT JOIN unit t ON t.id = d.target_id"
    " LEFT JOIN unit a ON a.id = d.arbiter_id"
    " WHERE d.public_id = :ref"
)
_MEDIATORS = text("SELECT person_id FROM case_mediator WHERE case_id = :id AND ended_at IS NULL")
_PARTIES = text("SELECT ordinal FROM party WHERE case_id = :id AND left_at IS NULL ORDER BY ordinal")
_TASKS = text(
    "SELECT t.ordinal, t.kind, u.code AS unit, t.person_id, t.asked_by_id, r.approval FROM task t JOIN unit u ON u.id = t.unit_id"
    " LEFT JOIN approval_round r ON r.id = t.round_id"
    " WHERE t.case_id = :id AND t.closed_at IS NULL AND t.kind <> 'turn' AND NOT t.waiting ORDER BY t.ordinal"
)
_SLOTS = text(
    "SELECT d.form, d.subject, s.name, s.role, s.signed_at FROM document d JOIN signature_slot s ON s.document_id = d.id"
    " WHERE d.case_id = :id AND d.state <> 'void' ORDER BY d.id, s.ordinal"
)
_POSTS = text(
    "SELECT o.id, o.person_id, p.code AS person, o.code AS post, o.kind, u.code AS unit FROM post o"
    " JOIN person p ON p.id = o.person_id JOIN unit u ON u.id = o.unit_id"
    " WHERE o.valid_to IS NULL OR o.valid_to > '2027-01-01' ORDER BY o.id"
)
_OF_KINDS: Mapping[str, tuple[str, ...]] = {
    "approve": ("approval",),
    "reject": ("approval",),
    "answer": ("part", "opinion", "promise", "instruction", "call", "approval"),
    "mark_read": ("copy",),
    "delegate": ("part", "opinion", "instruction", "call", "approval"),
    "transfer": ("part", "opinion", "promise", "instruction", "call", "approval"),
    "take_back": ("part", "opinion", "instruction", "call", "approval"),
    "urge": ("part", "opinion", "promise", "instruction", "call", "approval"),
}
_ON_PAPER = frozenset({"sign", "sign_paper", "seal_paper", "scan_paper", "correct", "void_paper"})
_EVERY_PARTY = frozenset({"asked_by", "agreed_by", "present"})


@dataclass(frozen=True)
class Standing:
    """How a case stands, as far as whoever means well has to know. People and posts by their keys, units by their codes."""

    workflow: tuple[str, int]
    state: str
    open: bool
    holder: str
    target: str | None
    arbiter: str | None
    first_receiver: int
    leader: int | None
    mediators: frozenset[int]
    parties: tuple[int, ...]
    tasks: tuple[Any, ...]
    slots: tuple[Any, ...]


def standing_of(connection: Connection, ref: str, papered: bool) -> Standing:
    """How the case stands now; with the signature slots of its papers if it has any."""
    row = connection.execute(_STANDING, {"ref": ref}).one()
    own = {"id": row.id}
    return Standing(
        workflow=(row.workflow, row.workflow_version),
        state=row.state,
        open=bool(row.open),
        holder=row.holder,
        target=row.target,
        arbiter=row.arbiter,
        first_receiver=row.first_receiver_id,
        leader=row.leader_id,
        mediators=frozenset(connection.execute(_MEDIATORS, own).scalars()),
        parties=tuple(connection.execute(_PARTIES, own).scalars()),
        tasks=tuple(connection.execute(_TASKS, own).all()),
        slots=tuple(connection.execute(_SLOTS, own).all()) if papered else (),
    )


class Guide:
    """The posts of the town, and what the definitions let them do."""

    def __init__(self, connection: Connection, definitions: Mapping[tuple[str, int], Definition]) -> None:
        self.posts = connection.execute(_POSTS).all()
        self.bys: dict[tuple[tuple[str, int], str], dict[str, list[By]]] = {}
        for key, definition in definitions.items():
            for state in definition.states:
                self.bys[key, state] = {}
                for edge in definition.edges:
                    if state in edge.origin:
                        by = edge.by or definition.triggers[edge.trigger].by
                        self.bys[key, state].setdefault(edge.trigger, []).append(by)

    def posts_at(self, unit: str) -> list[Any]:
        """The posts of a unit."""
        return [post for post in self.posts if post.unit == unit]

    def triggers(self, standing: Standing) -> list[str]:
        """What the definition knows in this state, in its order."""
        return list(self.bys[standing.workflow, standing.state])

    def task(self, standing: Standing, trigger: str, chance: Random) -> Any | None:
        """One of the open tasks that the act could be about."""
        kinds = _OF_KINDS.get(trigger, ())
        fitting = [task for task in standing.tasks if task.kind in kinds]
        return chance.choice(fitting) if fitting else None

    def actors(self, standing: Standing, trigger: str, task: Any | None) -> list[str]:
        """Who may try it, as the command line names them: `PERSON:POST`."""
        found = {}
        for by in self.bys[standing.workflow, standing.state].get(trigger, ()):
            for post in self.posts:
                if post.kind in by.posts and any(_is(name, post, standing, task) for name in by.relation):
                    found[f"{post.person}:{post.post}"] = True
        return list(found)


def fitted(
    said: dict[str, Any], trigger: str, standing: Standing, task: Any | None, refs: list[str], chance: Random
) -> dict[str, Any]:
    """The words made to fit the case: its own parties, the task meant, another case."""
    changed = dict(said)
    changed |= {key: list(standing.parties) for key in _EVERY_PARTY & set(said)}
    if "parties" in said and trigger != "split":
        changed["parties"] = list(standing.parties)
    if task is not None and trigger in _OF_KINDS:
        changed = _about(task, trigger, changed)
    rounds = [task.approval for task in standing.tasks if task.approval is not None]
    if rounds and trigger in {"add_signer", "remove_signer"}:
        changed["approval"] = chance.choice(rounds)
    if trigger in _ON_PAPER:
        changed |= _on_paper(trigger, standing, chance)
    if refs and trigger in {"link", "merge_into"}:
        changed["to" if trigger == "link" else "case"] = chance.choice(refs)
    return changed


def _about(task: Any, trigger: str, said: dict[str, Any]) -> dict[str, Any]:
    if trigger == "take_back" and task.approval is not None:
        return {"approval": task.approval}
    return {**said, "task": task.ordinal}


def _on_paper(trigger: str, standing: Standing, chance: Random) -> dict[str, str]:
    """A paper of the case, and a slot of it that waits; nothing if there is none."""
    ours = [slot for slot in standing.slots if (slot.form == "agreement") == (trigger == "sign")]
    if trigger in {"correct", "void_paper"}:
        ours = list(standing.slots)
    elif trigger != "scan_paper":
        sealing = trigger == "seal_paper"
        ours = [slot for slot in ours if slot.signed_at is None and (slot.role == "seal") == sealing]
    if not ours:
        return {}
    slot = chance.choice(ours)
    if trigger == "sign":
        return {"slot": slot.name}
    named = {"paper": f"{slot.form}:{slot.subject}" if slot.subject else slot.form}
    return {**named, "slot": slot.name} if trigger == "sign_paper" else named


def _is(relation: str, post: Any, standing: Standing, task: Any | None) -> bool:
    """Is the holder of the post this to the case? What is not known here is taken for true."""
    if relation in {"assignee", "asker"}:
        return any(_of(relation, post, one) for one in ([task] if task is not None else list(standing.tasks)))
    return {
        "holder": post.unit == standing.holder,
        "target": post.unit == standing.target,
        "arbiter": post.unit == standing.arbiter,
        "mediator": post.person_id in standing.mediators,
        "first_receiver": post.id == standing.first_receiver,
        "leader": post.person_id == standing.leader,
    }.get(relation, True)


def _of(relation: str, post: Any, task: Any) -> bool:
    if relation == "asker":
        return bool(post.person_id == task.asked_by_id)
    return bool(post.unit == task.unit if task.person_id is None else post.person_id == task.person_id)
