"""What a unit's paper says, frozen from the rows: a letter about an item, a card for a step, a paper of a week."""

from typing import Any

from mediation.audit import queries as trail
from mediation.cases import queries as cases
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.clock import local_day
from mediation.deadlines.calendar import spoken_due
from mediation.documents.facts import stand_in
from mediation.documents.models import UnitPaper
from mediation.documents.shapes import NO_SHAPE, shapeless
from mediation.documents.snapshot import CaseSheet, CommitteeSheet, HeadSheet, Snapshot, VerifySheet
from mediation.documents.unit_sheets import CardSheet, LetterSheet
from mediation.ids import new_token
from mediation.language import _
from mediation.supervision import queries, weeks
from mediation.supervision.machine import COLOURS, WAYS
from mediation.supervision.models import SupervisionItem, SupervisionStep


def chain_of(hall: Hall, paper: UnitPaper) -> str:
    """The chain of the trail in which a paper is recorded: its item's, its week's, or its case's."""
    kind, _dash, public_id = paper.subject.partition("-")
    if kind == "step":
        assert paper.case_id is not None
        return cases.case_for_system(hall.session, paper.case_id).public_id
    return public_id


def freeze(hall: Hall, paper: UnitPaper) -> Snapshot:
    """All that a paper says, as it stands now; 〓 is printed for a character that no font has."""
    kind, _dash, public_id = paper.subject.partition("-")
    if kind == "item":
        parts: dict[str, Any] = {"letter": _letter(hall, queries.item_by_public_id(hall.session, public_id))}
    elif kind == "step":
        parts = {"card": _card(hall, queries.step_by_public_id(hall.session, public_id))}
    else:
        week = queries.week_by_public_id(hall.session, public_id)
        name = next(name for name, form in weeks.FORMS.items() if form == paper.form)
        parts = {"week": weeks.sheet(hall, week, name)}
    unit = hall.tree.unit(paper.unit_id).name
    snapshot = Snapshot(
        form=paper.form,
        number=paper.number,
        issued_on=hall.today,
        site_name=hall.office.site_name,
        sample=hall.office.sample,
        committee=CommitteeSheet(name=unit, abbreviation="", seal_text=unit, sample=hall.office.sample),
        case=CaseSheet(),
        parties=(),
        head=_head(hall, chain_of(hall, paper)),
        verify=VerifySheet(
            document_id=paper.public_id,
            token=new_token(),
            root_fingerprint=hall.office.root_fingerprint,
            address=hall.office.public_address,
        ),
        **parts,
    )
    lacking = shapeless(snapshot.model_dump(mode="json"), hall.office.site_folder)
    return snapshot.model_copy(update={"remarks": tuple(stand_in(one, NO_SHAPE) for one in lacking)})


def number_of(case: Dispute) -> str:
    """How a paper names a case: by its number, never by its title."""
    return str(case.number or case.temporary_number)


def _letter(hall: Hall, item: SupervisionItem) -> LetterSheet:
    assert item.id is not None
    due = {clock.name: clock.due_at for clock in queries.clocks(hall.session, item.id)}
    case = cases.case_for_system(hall.session, item.case_id) if item.case_id is not None else None
    explain = due.get("explanation")
    return LetterSheet(
        title=_title(hall, item),
        supervisor=hall.tree.unit(item.supervisor_id).name,
        unit=hall.tree.unit(item.unit_id).name,
        person=cases.person(hall.session, item.person_id).name if item.person_id is not None else "",
        subject=item.subject,
        problem=item.problem,
        case_number=number_of(case) if case is not None else "",
        found_by="" if item.way == "automatic" else _(WAYS[item.way]),
        due=spoken_due(item.due_at) if item.due_at is not None else "",
        explain_by=spoken_due(explain) if explain is not None else "",
        demands=_demands(item),
        opened_on=local_day(item.opened_at),
    )


def _title(hall: Hall, item: SupervisionItem) -> str:
    if item.kind == "transfer":
        return _("群众意见转办函")
    if item.kind == "warning":
        warning = hall.office.supervision.warning(item.colour or "")
        return _("{warning}督办函").format(
            warning=warning.title if warning is not None else _(COLOURS[item.colour or "red"])
        )
    step = hall.office.supervision.step(item.origin)
    return _("{step}函").format(step=step.title) if step is not None else _("督办函")


def _demands(item: SupervisionItem) -> tuple[str, ...]:
    if item.kind == "transfer":
        return (
            _("了解情况，依法依规办理，并答复反映意见的群众"),
            _("在期限内向本单位书面反馈办理情况和采取的措施"),
        )
    if item.kind == "warning":
        return (
            _("明确包案领导，采取措施，防止矛盾激化"),
            _("在期限内书面答复包案领导、采取的措施和目前情况"),
        )
    return (
        _("查明原因，在期限内整改到位"),
        _("整改后附有关材料报告整改情况，由本单位核查后销号"),
    )


def _card(hall: Hall, row: SupervisionStep) -> CardSheet:
    case = cases.case_for_system(hall.session, row.case_id)
    step = hall.office.supervision.step(row.step)
    item = queries.item(hall.session, row.item_id) if row.item_id is not None else None
    clocks = (
        {clock.name: clock.due_at for clock in queries.clocks(hall.session, item.id or 0)} if item else {}
    )
    late = queries.deadline(hall.session, int(row.cause.partition(":")[2])) if ":" in row.cause else None
    state = hall.office.engine(case.workflow, case.workflow_version).state(case.state)
    supervisor = row.supervisor_id if row.supervisor_id is not None else row.unit_id
    return CardSheet(
        title=step.title if step is not None else row.step,
        supervisor=hall.tree.unit(supervisor).name,
        unit=hall.tree.unit(row.unit_id).name,
        case_number=number_of(case),
        category=hall.office.codes.title("judicial_categories", case.category),
        what=state.task or state.title,
        cause=_cause(row.clock),
        due=spoken_due(late.due_at) if late is not None else "",
        article=late.article if late is not None else "",
        explain_by=spoken_due(clocks["explanation"]) if "explanation" in clocks else "",
        mend_by=spoken_due(clocks["mending"]) if "mending" in clocks else "",
        item_number=item.number or "" if item is not None else "",
        colour=step.card or "" if step is not None else "",
        taken_on=local_day(row.taken_at),
    )


def _cause(clock: str) -> str:
    causes = {
        "declines": _("多次退单"),
        "dissatisfied": _("回访不满意"),
        "repeats": _("同一矛盾反复发生"),
    }
    return causes.get(clock, _("超过办理期限"))


def _head(hall: Hall, chain: str) -> HeadSheet:
    end = trail.last_event(hall.session, chain)
    assert end is not None  # whatever owes a paper has its first event
    last = trail.head_of(hall.session)
    return HeadSheet(
        event_number=end.ordinal,
        event_hash=end.hash,
        head_number=last.number if last else None,
        head_hash=last.hash if last else None,
    )
