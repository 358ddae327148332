"""The one door: every change of a case's state goes through `move`, in one transaction, decided by compare-and-swap.

Audit event, deadlines, tasks, worklists and outbox rows are part of the same commit. Nothing is written before the
engine has decided; a refusal leaves no trace but its message.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from mediation.audit import trail
from mediation.audit.queries import ChainEnd
from mediation.cases import effects, facts, queries, tasks, worklists
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute
from mediation.cases.task_models import Task
from mediation.errors import CaseChanged, Reason
from mediation.language import _
from mediation.people.models import Person
from mediation.storage.engine import change_rows
from mediation.units.models import Unit
from mediation.workflow.engine import Engine, Move
from mediation.workflow.facts import ActorFacts, Facts

_DISPUTE = Dispute.metadata.tables["dispute"]
_TRACED: Mapping[str, str] = {
    "holder_id": "holder",
    "target_id": "target",
    "leader_id": "leader",
    "number": "number",
    "risk": "risk",
    "route": "route",
}
"""Columns that the trail tells whenever they change, and by what name: from its events alone the row can be told again."""


@dataclass(frozen=True)
class Done:
    """What an act came to. `told`: what the actor has to know besides, in sentences."""

    case: str
    number: str | None
    trigger: str
    from_state: str | None
    state: str
    version: int
    event_number: int
    event_hash: str
    definition: tuple[str, int]
    """Name and version of what the case follows now."""
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """How a case stands for an actor before the act is heard."""

    actor: ActorFacts
    facts: Facts


def look(hall: Hall, case: Dispute, trigger: str, expected_version: int | None = None) -> Standing:
    """Read how the case stands, and refuse at once what no words could make right.

    Raises CaseChanged if the case is not of the expected version, TransitionNotAllowed, NotPermitted.
    """
    if expected_version is not None and case.version != expected_version:
        raise CaseChanged
    known = facts.outline(hall, case)
    standing = Standing(facts.actor_facts(hall, case, known), facts.read_facts(hall, case, trigger, known))
    engine_of(hall, case).refuse_at_once(case.state, trigger, standing.actor, standing.facts)
    return standing


def decide(hall: Hall, case: Dispute, trigger: str, standing: Standing, heard: Heard) -> Move:
    """What the act would do; raises TransitionRefused with all reasons besides what `look` raises."""
    return engine_of(hall, case).decide(case.state, trigger, standing.actor, _facts_with(standing, heard))


def hindrances(
    hall: Hall,
    case: Dispute,
    trigger: str,
    standing: Standing,
    heard: Heard | None = None,
    known: Collection[str] = (),
) -> list[Reason]:
    """What stands in the act's way whatever it says besides the words that are `known` of what was heard."""
    now = standing.facts if heard is None else _facts_with(standing, heard)
    return engine_of(hall, case).hindrances(case.state, trigger, standing.actor, now, known)


def _facts_with(standing: Standing, heard: Heard) -> Facts:
    return replace(standing.facts, act=dict(heard.act), **heard.facts)


def engine_of(hall: Hall, case: Dispute) -> Engine:
    """The engine of the definition that the case is pinned to."""
    return hall.office.engine(case.workflow, case.workflow_version)


def move(hall: Hall, case: Dispute, trigger: str, standing: Standing, heard: Heard) -> Done:
    """Decide and carry out one act on a case."""
    decided = decide(hall, case, trigger, standing, heard)
    version, from_state, place = case.version, case.state, worklists.place_of(case)
    try:
        heard.write()
        hall.session.flush()
        changes = _changes(hall, case, decided, heard)
        _swap(hall.session, case, changes)
    except IntegrityError as error:
        raise CaseChanged from error
    if decided.enters or decided.into is not None:
        entered = tasks.enter_state(hall, case, engine_of(hall, case))
        worklists.put_due(hall.session, case, entered.due_at)
        worklists.refresh(hall, case, place)
        if entered.lapsed:
            heard = _with_lapsed(hall, heard, entered.lapsed)
    end = _record(hall, case, trigger, from_state, heard, changes)
    hall.session.flush()
    return Done(
        case=case.public_id,
        number=case.number,
        trigger=trigger,
        from_state=from_state,
        state=case.state,
        version=version + 1,
        event_number=end.ordinal,
        event_hash=end.hash,
        definition=(case.workflow, case.workflow_version),
        told=(*heard.told, *_came_of_it(hall)),
    )


def open_case(hall: Hall, case: Dispute, heard: Heard) -> Done:
    """Enter a new dispute in its definition's first state: its first event, clock and task."""
    hall.session.add(case)
    hall.session.flush()
    heard.write()
    hall.session.flush()
    entered = tasks.enter_state(hall, case, engine_of(hall, case))
    worklists.put_due(hall.session, case, entered.due_at)
    worklists.refresh(hall, case, None)
    end = _record(hall, case, "register", None, heard, {"holder_id": case.holder_id, "risk": case.risk})
    hall.session.flush()
    return Done(
        case.public_id,
        None,
        "register",
        None,
        case.state,
        case.version,
        end.ordinal,
        end.hash,
        definition=(case.workflow, case.workflow_version),
        told=heard.told,
    )


def touch(
    hall: Hall,
    case: Dispute,
    act: str,
    record: Mapping[str, Any],
    details: Mapping[str, Any] | None = None,
    changes: Mapping[str, Any] | None = None,
) -> ChainEnd:
    """What befalls a case and moves nothing: a paper frozen, a clock run out, another case merged into it, a hand-over.

    Grows the version, leaves its event. `changes`: columns that follow from it, and from no trigger.
    """
    from_state = case.state
    _swap(hall.session, case, {"state": case.state, **(changes or {})})
    return _record(hall, case, act, from_state, Heard(record=record, details=details or {}), changes or {})


def enter_anew(hall: Hall, case: Dispute) -> None:
    """Another unit has the turn, though the state stays: its own task, with the state's time from now on."""
    entered = tasks.enter_state(hall, case, engine_of(hall, case))
    worklists.put_due(hall.session, case, entered.due_at)
    worklists.refresh(hall, case, worklists.place_of(case))
    hall.session.flush()


def _changes(hall: Hall, case: Dispute, decided: Move, heard: Heard) -> dict[str, Any]:
    changes: dict[str, Any] = dict(heard.changes)
    for effect in decided.effects:
        effects.carry_out(effect, hall, case, heard, changes)
    changes["state"] = decided.to_state
    if decided.into is not None:
        engine = hall.office.engine(decided.into.workflow)
        definition = engine.definition
        changes.update(
            workflow=definition.name,
            workflow_version=definition.version,
            workflow_sha256=definition.sha256,
            state=decided.into.state,
            phase=definition.states[decided.into.state].phase,
        )
    else:
        changes["phase"] = decided.phase
    return changes


def _with_lapsed(hall: Hall, heard: Heard, lapsed: Sequence[Task]) -> Heard:
    """The act with what nobody has to do any more because of it, for the trail and for the actor."""
    message = _("{task}没有办结，随之失效")
    told = (message.format(task=tasks.named(hall, task)) for task in lapsed)
    record = {**heard.record, "lapsed": [task.ordinal for task in lapsed]}
    return replace(heard, record=record, told=(*heard.told, *told))


def _came_of_it(hall: Hall) -> tuple[str, ...]:
    """Of this act alone: the next one of a batch begins with nothing."""
    told = tuple(hall.came_of_it)
    hall.came_of_it.clear()
    return told


def _swap(session: Session, case: Dispute, changes: Mapping[str, Any]) -> None:
    """Compare and swap: the row must still be in the state and version that the decision looked at.

    The case in the session is then what the row is now; reading it again would tell nothing new.
    """
    statement = _swapping(tuple(sorted(changes)))
    values = {f"new_{name}": value for name, value in changes.items()}
    seen = {"id_seen": case.id, "version_seen": case.version, "state_seen": case.state}
    if change_rows(session, statement, **values, **seen) != 1:
        raise CaseChanged
    for name, value in changes.items():
        set_committed_value(case, name, value)
    set_committed_value(case, "version", case.version + 1)


@lru_cache(maxsize=256)
def _swapping(names: tuple[str, ...]) -> Any:
    seen = (
        _DISPUTE.c.id == bindparam("id_seen"),
        _DISPUTE.c.version == bindparam("version_seen"),
        _DISPUTE.c.state == bindparam("state_seen"),
    )
    new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return update(_DISPUTE).where(*seen).values(version=_DISPUTE.c.version + 1, **new)


def _record(
    hall: Hall, case: Dispute, act: str, from_state: str | None, heard: Heard, changes: Mapping[str, Any]
) -> ChainEnd:
    occurred: datetime | None = hall.occurred_at
    return trail.append(
        hall.session,
        chain=case.public_id,
        act=act,
        actor=hall.actor.code,
        unit=hall.actor.unit_code,
        recorded_at=hall.now,
        occurred_at=occurred,
        from_state=from_state,
        to_state=case.state,
        version=case.version,
        facts={  # what an act records never stands before what the case is
            **heard.record,
            "workflow": f"{case.workflow}/{case.workflow_version}",
            "outcome": case.outcome,
            **_became(hall, changes),
        },
        details=heard.details,
    )


def _became(hall: Hall, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the traced columns among the changes are now: units and people by their codes."""
    codes: Mapping[str, Callable[[Session, int], Unit | Person]] = {
        "holder_id": queries.unit,
        "target_id": queries.unit,
        "leader_id": queries.person,
    }
    now = {
        _TRACED[name]: codes[name](hall.session, value).code if name in codes and value is not None else value
        for name, value in changes.items()
        if name in _TRACED
    }
    return {"became": now} if now else {}
