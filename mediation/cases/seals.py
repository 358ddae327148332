"""In whose hands a committee's seal is: its own people, those with a post at its unit and its elected members."""

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.documents.models import Document
from mediation.language import _, joined
from mediation.units import queries as unit_queries
from mediation.units.models import Committee
from mediation.units.tree import is_within

_ELECTED = frozenset({"director", "vice_director", "member"})


def is_in_hands(hall: Hall, committee: Committee) -> bool:
    """Whether the actor may put this committee's seal on a paper; one who is only appointed to mediate may not.

    Nobody may whose unit was merged into another: its seal is withdrawn, whoever sat there.
    """
    if committee.unit_id in hall.tree.merged:
        return False
    if hall.actor.unit_id == committee.unit_id:
        return True
    members = unit_queries.roster(hall.session, committee.id or 0, hall.today)
    return any(row.person_id == hall.actor.person_id and row.role in _ELECTED for row in members)


def competent_for(hall: Hall, case: Dispute) -> Committee | None:
    """The committee that numbered the case, while it is the holder's or above it; else the nearest, not the holder."""
    own = queries.committee(hall.session, case.committee_id) if case.committee_id is not None else None
    if own is not None and queries.is_competent(hall.session, hall.tree, own, case.holder_id, hall.today):
        return own
    return unit_queries.competent_committee(hall.session, case.holder_id, hall.today) or own


def is_no_more(hall: Hall, committee: Committee) -> bool:
    """Whether nobody puts this committee's seal on anything any more: its term is over, or its unit was merged into another."""
    in_office = is_within(hall.today, committee.term_from, committee.term_to)
    return not in_office or committee.unit_id in hall.tree.merged


def way_on(hall: Hall, case: Dispute, paper: Document) -> str:
    """What to do with a paper that bears the name of a committee that is no more.

    The agreement in signing goes back to the table; every other one is void and printed anew, by older definitions, which know
    no voiding, once the case goes on in a newer version.
    """
    now = competent_for(hall, case)
    committee = now.name if now is not None else _("现在的调委会")
    engine = hall.office.engine(case.workflow, case.workflow_version)
    here = engine.triggers_from(case.state)
    back = next((name for name in ("reopen_talks", "drop_supplement") if name in here), None)
    if paper.form == "agreement" and back is not None:
        message = _("请办理「{back}」，重新拟协议，以{committee}的名义出具，再请各方签名")
        return message.format(back=_(engine.title(back)), committee=committee)
    if "void_paper" not in engine.definition.triggers:
        message = _(
            "本案所用的这一版流程不能作废文书：请管理员先把本案移到能作废的新版（mediation case migrate），"
            "作废这一份，以{committee}的名义重新出具，再请各方签名"
        )
        return message.format(committee=committee)
    void = _(engine.title("void_paper"))
    if "void_paper" not in here:
        states = joined(
            state.title
            for name, state in engine.definition.states.items()
            if "void_paper" in engine.triggers_from(name)
        )
        message = _(
            "现在还不能作废：办到「{states}」时办理「{void}」（依据：没有生效），以{committee}的名义重新出具，再请各方签名"
        )
        return message.format(states=states, void=void, committee=committee)
    message = _("请办理「{void}」（依据：没有生效），以{committee}的名义重新出具，再请各方签名")
    return message.format(void=void, committee=committee)
