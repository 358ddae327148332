"""Who sees a case and where it stands in the worklists: kept with every act, so that lists need no search."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute, OpenCase, Party, PieceCount, StateCount
from mediation.cases.ownership import queries as ownership
from mediation.cases.tasks import queries as task_queries
from mediation.storage.engine import change_each, change_rows
from mediation.storage.upsert import add_up
from mediation.units.tree import Tree

_TABLES = Dispute.metadata.tables
_DISPUTE = _TABLES["dispute"]
_REACH = _TABLES["case_reach"]
_OPEN = OpenCase.metadata.tables["open_case"]
_PIECE = _TABLES["search_piece"]
_OF_CASE: Any = bindparam("of_case")
_PUT_DUE = update(_DISPUTE).where(_DISPUTE.c.id == _OF_CASE).values(due_at=bindparam("new_due"))
_LEAVE_REACH = delete(_REACH).where(_REACH.c.case_id == _OF_CASE)
_ENTER_REACH = insert(_REACH)
_LEAVE_OPEN = delete(_OPEN).where(_OPEN.c.case_id == _OF_CASE)
_ENTER_OPEN = insert(_OPEN)
_MOVE_OPEN = (
    update(_OPEN)
    .where(_OPEN.c.case_id == _OF_CASE)
    .values(due_at=bindparam("new_due"), state=bindparam("new_state"))
)
_ENTER_PIECES = insert(_PIECE)
_LEAVE_PIECE = delete(_PIECE).where(_PIECE.c.case_id == _OF_CASE, _PIECE.c.piece == bindparam("of_piece"))


def put_due(session: Session, case: Dispute, due: datetime | None) -> None:
    """Keep the present state's due time on the case itself."""
    change_rows(session, _PUT_DUE, of_case=case.id, new_due=due)
    set_committed_value(case, "due_at", due)


Place = tuple[int, str, str]


def place_of(case: Dispute) -> Place | None:
    """Where an open case is counted: holder, definition and state."""
    return (case.holder_id, case.workflow, case.state) if case.open else None


def refresh(hall: Hall, case: Dispute, before: Place | None) -> None:
    """Bring reach, worklist rows and counts in line with the case; `before` is where it was counted until now."""
    refresh_reach(hall, case)
    _refresh_open(hall, case)
    _refresh_counts(hall, before, place_of(case))


def refresh_reach(hall: Hall, case: Dispute) -> None:
    """Bring who sees the case in line with who has to do with it."""
    assert case.id is not None
    concerned = {
        case.holder_id,
        case.target_id,
        case.arbiter_id,
        *queries.units_concerned(hall.session, case.id, case.first_receiver_id),
    }
    if case.arbiter_id is not None:  # while it is ruled on, those who disagree see it
        concerned |= ownership.units_at_odds(hall.session, case.id)
    named = {one for one in concerned if one is not None}
    heirs = {one: hall.tree.standing(one) for one in named}
    own = named | {heir.id for heir in heirs.values() if heir is not None}
    wanted = {unit: unit in own for one in own for unit in _with_ancestors(hall.tree, one)}
    if queries.reach(hall.session, case.id) != wanted:
        change_rows(hall.session, _LEAVE_REACH, of_case=case.id)
        rows = [
            {"unit_id": unit, "case_id": case.id, "own": is_own} for unit, is_own in sorted(wanted.items())
        ]
        change_each(hall.session, _ENTER_REACH, rows)


def follow_tasks(hall: Hall, case: Dispute) -> None:
    """Bring reach and worklist rows in line with the tasks that are open now, while the case stays in its state."""
    hall.session.flush()
    refresh_reach(hall, case)
    _refresh_open(hall, case)


def follow_due(hall: Hall, case: Dispute) -> None:
    """Bring worklist rows in line with the case's due time, where nothing else has changed."""
    _refresh_open(hall, case)


def index_words(hall: Hall, case: Dispute, parties: list[Party], title: str | None = None) -> None:
    """Make the case findable by any two characters of its title and its parties' names, and by no former ones."""
    assert case.id is not None
    texts = [title or str(case.title), *(str(party.name) for party in parties)]
    keyring = hall.office.keyring
    wanted = {keyring.piece(piece) for text in texts for piece in queries.pieces_of(text)}
    session = hall.session
    had = queries.pieces(session, case.id)
    new, gone = sorted(wanted - had), sorted(had - wanted)
    change_each(session, _ENTER_PIECES, [{"piece": piece, "case_id": case.id} for piece in new])
    change_each(session, _LEAVE_PIECE, [{"of_piece": piece, "of_case": case.id} for piece in gone])
    by = {**dict.fromkeys(new, 1), **dict.fromkeys(gone, -1)}
    rows = [{"piece": piece, "cases": by[piece]} for piece in sorted(by)]
    add_up(session, PieceCount.metadata.tables["piece_count"], rows, "cases")


def _refresh_open(hall: Hall, case: Dispute) -> None:
    assert case.id is not None
    session = hall.session
    if not case.open or case.due_at is None:
        change_rows(session, _LEAVE_OPEN, of_case=case.id)
        return
    units = set(_with_ancestors(hall.tree, case.holder_id))
    for asked in (case.target_id, case.arbiter_id):
        units |= set(_with_ancestors(hall.tree, asked)) if asked is not None else set()
    units |= task_queries.units_with_tasks(hall.session, case.id)
    present = queries.open_rows(hall.session, case.id)
    if set(present) != units:
        change_rows(session, _LEAVE_OPEN, of_case=case.id)
        rows = [
            {"unit_id": unit, "case_id": case.id, "due_at": case.due_at, "state": case.state}
            for unit in sorted(units)
        ]
        change_each(session, _ENTER_OPEN, rows)
    elif any(row != (case.due_at, case.state) for row in present.values()):
        change_rows(session, _MOVE_OPEN, of_case=case.id, new_due=case.due_at, new_state=case.state)


def _refresh_counts(hall: Hall, before: Place | None, now: Place | None) -> None:
    if before == now:
        return
    rows = [
        {"unit_id": unit, "workflow": place[1], "state": place[2], "cases": by}
        for place, by in ((before, -1), (now, 1))
        if place is not None
        for unit in _with_ancestors(hall.tree, place[0])
    ]
    # Always in one order: two acts that count at a common superior must not wait for each other.
    rows.sort(key=lambda row: (row["unit_id"], row["workflow"], row["state"]))
    add_up(hall.session, StateCount.metadata.tables["state_count"], rows, "cases")


def _with_ancestors(tree: Tree, unit_id: int) -> list[int]:
    return [node.id for node in tree.lineage(unit_id)]
