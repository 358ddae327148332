"""Where a case stands, as a picture and in plain words: phases, levels, whose turn, what can be done, what has happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mediation.audit import queries as trail
from mediation.cases import facts, page, transition, unmasking
from mediation.cases import queries as case_queries
from mediation.cases.ceremony import BY_LINK
from mediation.cases.clock_titles import clock_title
from mediation.cases.evidence import keeping
from mediation.cases.evidence import page as evidence_page
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.cases.readings import queries as readings
from mediation.cases.recusals import keeping_off
from mediation.cases.residents.marks import mark_title
from mediation.cases.residents.rating import RATED
from mediation.cases.routing.page import overruling
from mediation.cases.workspace import happenings
from mediation.cases.workspace.concerned import Concerned
from mediation.deadlines import queries as deadlines
from mediation.documents.models import Document
from mediation.errors import NotFound, Reason
from mediation.language import _
from mediation.people import queries as people
from mediation.units import queries as units
from mediation.workflow.definition import PHASES
from mediation.workflow.engine import Engine

MOST_NAMED = 4
PHASE_TITLES = {
    "intake": "受理登记",
    "triage": "研判分流",
    "assignment": "交办指派",
    "mediation": "调解",
    "closure": "结案",
    "feedback": "回访评价",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A phase, or a level of the chain. `place`: done, now, or nothing."""

    title: str
    place: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What the state knows to do. `moves`: the case goes on by it."""

    trigger: str
    title: str
    permitted: bool
    moves: bool
    reasons: tuple[Reason, ...]

    @property
    def possible(self) -> bool:
        """Can it be begun now?"""
        return self.permitted and not self.reasons


@dataclass(frozen=True, slots=True)
class Happening:
    """One event in plain words. `now`: how the case stood after it, if it was moved.

    `clock_back`: the computer's clock had gone back, so that `at` is the time of the event before. `in_place_of`: for whom on
    leave it was done, as deputy. `said`: why, and with which opinion or remark, in the words of whoever acted.
    """

    at: datetime
    title: str
    who: str
    unit: str
    about: str
    now: str
    clock_back: bool = False
    in_place_of: str = ""
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A place for a signature: whose, what it is called on the paper, and what has been put there; `agent`: by whom in the party's place."""

    name: str
    role: str
    label: str
    person: str
    party: int | None
    signed_at: datetime | None
    medium: str
    read_to: str
    in_ink: bool
    agent: str = ""
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the case with its places for signatures. `key`: as acts name it; `scan_of`: the id of the paper that a scan shows."""

    id: str
    form: str
    title: str
    number: str
    subject: str
    state: str
    medium: str
    issued_on: Any
    slots: tuple[SlotLine, ...] = ()
    scan_of: str = ""

    @property
    def key(self) -> str:
        """As `sign_paper` names it."""
        return f"{self.form}:{self.subject}" if self.subject else self.form

    @property
    def unsigned(self) -> list[SlotLine]:
        """Whose signature is missing, the seal last."""
        return [slot for slot in self.slots if slot.signed_at is None]


@dataclass(frozen=True, slots=True)
class Workspace:
    """One case for who works on it. `presiding`: the code of who presides over the talks."""

    page: page.CasePage
    phases: list[Step]
    levels: list[Step]
    turn: dict[str, Any] | None
    acts: list[Act]
    papers: list[Paper]
    participants: list[str]
    presiding: str = ""
    may_unmask: bool = False
    readers: list[Any] | None = None
    may_recuse: bool = False
    evidence: list[evidence_page.Piece] = field(default_factory=list)
    may_keep: bool = False
    timeline: list[Happening] = field(default_factory=list)

    @property
    def agreement_paper(self) -> Paper | None:
        """The agreement that is being signed, or the newest that was."""
        found = [one for one in self.papers if one.form == "agreement" and one.state != "void"]
        return found[-1] if found else None

    def act(self, trigger: str) -> Act | None:
        """An act that the state knows."""
        return next((one for one in self.acts if one.trigger == trigger), None)


def workspace(hall: Hall, case: Dispute) -> Workspace:
    """Everything that the actor may know of the case, ordered for the work on it."""
    assert case.id is not None
    shown = page.case_page(hall, case)
    engine = transition.engine_of(hall, case)
    papers = [paper(hall, row) for row in case_queries.documents(hall.session, case.id)]
    return Workspace(
        page=shown,
        phases=_phases(case),
        levels=_levels(hall, case),
        turn=next((one for one in shown.tasks if one["kind"] == "turn" and not one["closed_at"]), None),
        acts=_acts(hall, case, engine),
        papers=papers,
        participants=[str(row.name) for row in case_queries.participants(hall.session, case.id)],
        presiding=next(
            (
                person.code
                for found, person, _post in case_queries.mediators(hall.session, case.id)
                if found.role == "presiding"
            ),
            "",
        ),
        may_unmask=unmasking.may_unmask(hall, case),
        readers=_readers(hall, case),
        may_recuse=keeping_off.may_recuse(hall, case),
        evidence=evidence_page.pieces(hall, case),
        may_keep=keeping.may_keep(hall, case) and case.archived_at is None,
        timeline=_timeline(hall, case, papers),
    )


def paper(hall: Hall, row: Document) -> Paper:
    """A paper with its places for signatures, in the order of signing."""
    forms = hall.office.forms
    sheets = {str(one["name"]): one for one in row.snapshot.get("slots", ())}
    parties = {one.id: one.ordinal for one in case_queries.everybody(hall.session, row.case_id)}
    return Paper(
        id=row.public_id,
        form=row.form,
        title=forms[row.form].title if row.form in forms else _("签字扫描件"),
        number=row.number or "",
        subject=row.subject,
        state="void" if case_queries.is_void(hall.session, row) else row.state,
        medium=row.medium,
        issued_on=row.issued_on,
        scan_of=str(row.snapshot.get("scan_of", "")),
        slots=tuple(
            SlotLine(
                name=slot.name,
                role=slot.role,
                label=str(sheets[slot.name]["label"]),
                person=str(sheets[slot.name]["person"]),
                party=parties.get(slot.party_id),
                signed_at=slot.signed_at,
                medium=slot.medium or "",
                read_to=slot.read_to or "",
                in_ink=slot.medium == "ink",
                agent=str(slot.agent or ""),
                by_link=slot.identity_check == BY_LINK,
            )
            for slot in case_queries.slots(hall.session, row.id or 0)
            if slot.name in sheets
        ),
    )


def _readers(hall: Hall, case: Dispute) -> list[Any] | None:
    """Who opened the case, for whoever is in charge of it or leads the unit that holds it; None for all others."""
    leads = "unit_leader" in hall.actor.counts_as and hall.actor.unit_id == case.holder_id
    if not leads and case.leader_id != hall.actor.person_id:
        return None
    return list(readings.of_case(hall.session, case.id or 0))


def _phases(case: Dispute) -> list[Step]:
    at = PHASES.index(case.phase)
    over = not case.open
    return [
        Step(
            _(PHASE_TITLES[phase]),
            "done" if place < at or over else "now" if place == at else "",
        )
        for place, phase in enumerate(PHASES)
    ]


def _levels(hall: Hall, case: Dispute) -> list[Step]:
    """The chain from the top down, with the units of this case's way up.

    A holder on no level, a grid or a department, stands below the nearest of them that it belongs to; above all if to none.
    """
    tree, chain = hall.tree, hall.office.chain
    way = {node.level: node for start in (case.place_id, case.holder_id) for node in tree.lineage(start)}
    holder = tree.unit(case.holder_id)
    over = next((node.level for node in tree.lineage(holder.id) if node.level in chain), None)
    apart = Step(_kind_title(hall, holder.kind) or holder.name, "now", holder.name)
    found = [apart] if over is None else []
    for level in reversed(chain.levels):
        node = way.get(level.key)
        here = node is not None and node.id == holder.id
        found.append(Step(level.name, "now" if here else "", node.name if node else ""))
        if level.key == over and not here:
            found.append(apart)
    return found


def _kind_title(hall: Hall, kind: str) -> str:
    """What a unit on no level is; nothing for an area, whose name says it."""
    return "" if kind == "area" else hall.office.codes.title("unit_kinds", kind)


def _acts(hall: Hall, case: Dispute, engine: Engine) -> list[Act]:
    moving = {
        edge.trigger
        for edge in engine.definition.edges
        if case.state in edge.origin and (edge.to is not None or edge.into is not None)
    }
    choices = engine.choices(case.state, facts.actor_facts(hall, case), facts.read_facts(hall, case, ""))
    return [Act(one.trigger, one.title, one.permitted, one.trigger in moving, one.reasons) for one in choices]


def by_whom(hall: Hall, case: Dispute, triggers: Sequence[str]) -> list[str]:
    """Who at the case's unit or among its mediators may do the first of these acts, by name."""
    engine = transition.engine_of(hall, case)
    for trigger in triggers:
        by = next(
            (
                edge.by or engine.definition.triggers[trigger].by
                for edge in engine.definition.edges
                if edge.trigger == trigger and case.state in edge.origin
            ),
            None,
        )
        if by is None:
            continue
        posts = [
            post
            for kind in by.posts
            if "holder" in by.relation
            for post in people.posts_at(hall.session, [case.holder_id], hall.today, kind)
        ]
        found = [people.person_of_id(hall.session, post.person_id) for post in posts]
        names = [str(one.name) for one in found if one is not None and one.status == "active"]
        if "mediator" in by.relation:
            mediators = case_queries.mediators(hall.session, case.id or 0)
            names += [str(who.name) for _row, who, _post in mediators]
        if names:
            return list(dict.fromkeys(names))[:MOST_NAMED]
    return []


def _timeline(hall: Hall, case: Dispute, papers: Sequence[Paper]) -> list[Happening]:
    """The trail in plain words, the newest first."""
    known: dict[str, str] = {}
    found = []
    engine = transition.engine_of(hall, case)
    clocks = deadlines.deadlines_of(hall.session, case.id or 0)
    titles = {row.name: str(clock_title(row, engine)) for row in clocks}
    said = trail.details_of_chain(hall.session, case.public_id)
    signers = {(one.id, slot.name): slot.person for one in papers for slot in one.slots}
    concerned = Concerned(hall, case, engine.definition, signers)
    for event in trail.events_of(hall.session, case.public_id):
        moved = event.from_state != event.to_state
        found.append(
            Happening(
                at=event.recorded_at,
                title=happenings.act_title(hall.office, event),
                who=_who(hall, event.actor, known),
                unit=_unit(hall, event.unit),
                about=_about(hall, event, titles) or concerned.of(event),
                now=happenings.state_title(hall.office, event, event.to_state or "") if moved else "",
                clock_back=trail.is_clock_back(event),
                in_place_of=_who(hall, event.facts["in_place_of"], known)
                if "in_place_of" in event.facts
                else "",
                said=(
                    *(overruling(hall, event.facts["routing"]) if "routing" in event.facts else ()),
                    *happenings.said(event, said.get(event.id or 0, {})),
                ),
            )
        )
    return found[::-1]


def _about(hall: Hall, event: Any, clocks: Mapping[str, str]) -> str:
    """Which paper, clock or step an event is about, whose field was looked at, who is kept off, what mark was given."""
    record = event.facts
    if event.act.startswith("deadline."):
        return clocks.get(record["deadline"], "")
    if event.act == "supervision.step":
        step = hall.office.supervision.step(record["step"])
        return step.title if step is not None else ""
    if event.act == unmasking.UNMASKED:
        field = unmasking.FIELDS.get(record["field"], record["field"])
        return _("第{n}位当事人 {field}").format(n=record["party"], field=_(field))
    if event.act in {keeping_off.RECORDED, keeping_off.LIFTED}:
        return _who(hall, record["person"], {})
    if event.act.startswith("evidence."):
        numbers = [str(one["n"]) for one in record.get("pieces", ())] or [str(record["n"])]
        return _("第 {n} 件").format(n="、".join(numbers))
    form = hall.office.forms.get(str(record.get("form", "")))
    return form.title if form else _mark(event)


def _mark(event: Any) -> str:
    """How satisfied a party was, if that is what it is about."""
    return mark_title(event.facts["satisfaction"]) if event.act == RATED else ""


def _who(hall: Hall, actor: str, known: dict[str, str]) -> str:
    if actor not in known:
        code = actor.partition(":")[0]
        try:
            known[actor] = _("系统") if code == "system" else people.person(hall.session, code).name
        except NotFound:
            known[actor] = code
    return known[actor]


def _unit(hall: Hall, code: str) -> str:
    if not code:
        return ""
    try:
        return units.unit(hall.session, code).name
    except NotFound:
        return code
