"""分案: some of the parties and claims go on in a case of their own, which begins anew; what they agreed to goes with them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mediation.cases import objections, parties, transition, worklists
from mediation.cases import queries as case_queries
from mediation.cases.appointments import arranging as appointments
from mediation.cases.facts import party_label
from mediation.cases.hall import Hall, Heard
from mediation.cases.kinship import queries
from mediation.cases.kinship.links import enter_link
from mediation.cases.kinship.merging import carry_agents, copied_helper, copied_party
from mediation.cases.kinship.pieces import standing
from mediation.cases.kinship.said import Split
from mediation.cases.models import Dispute, Party
from mediation.cases.numbering import temporary_number
from mediation.cases.recusals.keeping_off import carry_over
from mediation.documents.wording import money_in_figures
from mediation.errors import Faults, Problem
from mediation.ids import new_public_id, new_query_code
from mediation.language import _, joined


def split(hall: Hall, case: Dispute, said: Split) -> Heard:
    """The new case has the definition's first state, a temporary number and a query code; the actor is its first receiver."""
    assert case.id is not None
    rows = case_queries.parties(hall.session, case.id)
    wrong = Faults()
    wrong.problems = [*_wrong_parties(rows, said), *_wrong_claims(case, said), *_wrong_amount(case, said)]
    going = [row for row in rows if row.ordinal in said.parties]
    staying = [row for row in rows if row not in going or row.ordinal in said.stays]
    sides = (("own", staying), ("new", going))
    heard = Heard(
        act={
            "reason": said.why,
            "one_sided": tuple(name for name, found in sides if not _has_two_sides(found)),
        },
        drawn={"one_sided": ("parties", "stays")},
    )
    wrong.refuse(heard)
    going = parties.named(hall, case, said.parties)
    public_id, code = new_public_id(), new_query_code()
    new = _new_case(hall, case, said, public_id, code)
    left = [claim for at, claim in enumerate(case.claims, start=1) if at not in said.claims]

    def write() -> None:
        queries.lock(hall.session, case)
        _leave(hall, case, [row for row in going if row not in staying])
        _open(hall, case, new, going, said)
        objections.lift(hall, case, [row.ordinal for row in going if row not in staying])
        worklists.index_words(hall, case, staying)

    told = _("新案 {case}，查询码：{code}（只显示这一次，请交给申请人）").format(
        case=new.temporary_number, code=code
    )
    changes = {"claims": left, "headcount": max(len(staying), case.headcount - new.headcount)}
    if said.amount_fen is not None and case.amount_fen is not None:
        changes["amount_fen"] = case.amount_fen - said.amount_fen
    return replace(
        heard,
        changes=changes,
        record={
            "case": public_id,
            "parties": [row.ordinal for row in going],
            "stays": sorted(said.stays),
            "claims": list(said.claims),
            **({} if said.amount_fen is None else {"amount_fen": said.amount_fen}),
        },
        details={"why": said.why, "title": said.title},
        write=write,
        told=(told, *_about_amount(case, said), *_about_pieces(hall, case)),
    )


def _wrong_parties(rows: Sequence[Party], said: Split) -> list[Problem]:
    """All who are not there, or stay without having been named."""
    known = [row.ordinal for row in rows]
    listed = joined(str(ordinal) for ordinal in known)
    problems = [
        Problem(_("没有第 {n} 号当事人；本案当事人编号为 {known}").format(n=one, known=listed), key="parties")
        for one in dict.fromkeys(said.parties)
        if one not in known
    ]
    problems += [
        Problem(_("第 {n} 号当事人没有写进 parties").format(n=one), key="stays")
        for one in dict.fromkeys(said.stays)
        if one not in said.parties
    ]
    message = _("第 {n} 号当事人写了不止一次")
    return problems + [
        Problem(message.format(n=one), key=key)
        for key, ordinals in (("parties", said.parties), ("stays", said.stays))
        for one in _repeated(ordinals)
    ]


def _repeated(ordinals: Sequence[int]) -> list[int]:
    return [one for one, times in Counter(ordinals).items() if times > 1]


def _wrong_claims(case: Dispute, said: Split) -> list[Problem]:
    """A claim goes one way or the other; neither case is left without one, if there are any."""
    count = len(case.claims)
    problems = [
        Problem(_("没有第{n}项请求，本案登记了{count}项").format(n=one, count=count), key="claims")
        for one in dict.fromkeys(said.claims)
        if one > count
    ]
    problems += [
        Problem(_("第{n}项请求写了不止一次").format(n=one), key="claims") for one in _repeated(said.claims)
    ]
    if not problems and count and not said.claims:
        problems.append(Problem(_("没有写明哪几项请求分出去"), key="claims"))
    if not problems and count and len(said.claims) == count:
        problems.append(Problem(_("各项请求都分出去，本案就没有请求了"), key="claims"))
    return problems


def _wrong_amount(case: Dispute, said: Split) -> list[Problem]:
    """No more goes than there is."""
    if said.amount_fen is None or case.amount_fen is None or said.amount_fen <= case.amount_fen:
        return []
    message = _("分出的金额 {part}多于本案的金额 {whole}")
    shown = message.format(part=money_in_figures(said.amount_fen), whole=money_in_figures(case.amount_fen))
    return [Problem(shown, key="amount_fen")]


def _about_amount(case: Dispute, said: Split) -> tuple[str, ...]:
    """What the actor has to know of a sum that was not divided."""
    if said.amount_fen is not None or case.amount_fen is None:
        return ()
    message = _(
        "没有写明分出多少金额（amount_fen）：本案仍为 {whole}，新案没有金额；要改的，办理「补正资料」"
    )
    return (message.format(whole=money_in_figures(case.amount_fen)),)


def _about_pieces(hall: Hall, case: Dispute) -> tuple[str, ...]:
    """What was handed in stays where it was; who leaves hands in anew what the new case needs."""
    count = len(standing(hall, case))
    if not count:
        return ()
    message = _("证据材料 {count} 件仍在本案，原件在本案退还；新案用得着的，在新案另行收取")
    return (message.format(count=count),)


def _has_two_sides(rows: Sequence[Party]) -> bool:
    return {"applicant", "respondent"} <= {row.role for row in rows}


def _new_case(hall: Hall, case: Dispute, said: Split, public_id: str, code: str) -> Dispute:
    definition = hall.office.engine(case.workflow).definition
    return Dispute(
        public_id=public_id,
        workflow=definition.name,
        workflow_version=definition.version,
        workflow_sha256=definition.sha256,
        state=definition.initial,
        phase=definition.states[definition.initial].phase,
        temporary_number=temporary_number(public_id),
        holder_id=case.holder_id,
        first_receiver_id=hall.actor.post_id,
        place_id=case.place_id,
        source=case.source,
        source_reference=case.source_reference,
        category=case.category,
        governance_category=case.governance_category,
        mediable_because=case.mediable_because,
        risk=case.risk,
        headcount=len(set(said.parties)),
        amount_fen=said.amount_fen,
        public=case.public,
        title=said.title,
        narrative=said.narrative or case.narrative,
        stand_ins=case.stand_ins,
        claims=[case.claims[at - 1] for at in sorted(set(said.claims))],
        query_code_hash=hall.office.keyring.look_up(queries.QUERY_CODE, code),
        occurred_on=case.occurred_on,
        series_id=case.series_id,
        received_at=hall.now,
    )


def _leave(hall: Hall, case: Dispute, rows: Sequence[Party]) -> None:
    """These parties have to do with this case no more; that they had, stays on record. A draft with them in it is void."""
    assert case.id is not None
    parties.told(rows, "left_at", hall.now)
    hall.session.add_all(rows)
    gone = {row.ordinal: row for row in rows}
    appointments.not_for(hall, case, gone)
    for draft in queries.drafts(hall.session, case.id):
        draft.state = "void"
        hall.session.add(draft)
        hall.came_of_it.append(_("协议草稿写有分出去的当事人，作废；要继续的请重新拟"))
    message = _("第{n}号待办是答应{who}的事，仍由本案经办；要在新案里办的，请在新案里另记")
    for task in case_queries.open_requests(hall.session, case.id):
        if task.kind == "promise" and task.question["party"] in gone:
            who = party_label(gone[task.question["party"]])
            hall.came_of_it.append(message.format(n=task.ordinal, who=who))


def _open(hall: Hall, case: Dispute, new: Dispute, going: Sequence[Party], said: Split) -> None:
    def write() -> None:
        assert new.id is not None
        copies = []
        for ordinal, row in enumerate(going, start=1):
            copy = copied_party(row, new.id, ordinal)
            copy.left_at = None
            hall.session.add(copy)
            hall.session.flush()
            carry_agents(hall, row, copy)
            copies.append(copy)
        ordinals = {row.ordinal: copy.ordinal for row, copy in zip(going, copies, strict=True)}
        for helper in case_queries.participants(hall.session, case.id or 0):
            hall.session.add(copied_helper(helper, new.id, ordinals))
        worklists.index_words(hall, new, copies)
        objections.carry_over(hall, case, new, ordinals)
        carry_over(hall, case, new)
        enter_link(hall, new, case, "split", said.why)

    heard = Heard(
        record={
            "split_from": case.public_id,
            "source": new.source,
            "category": new.category,
            "governance_category": new.governance_category,
            "risk": new.risk,
            "parties": len(going),
            "first_receiver": hall.actor.code,
        },
        details={"title": said.title, "why": said.why, "claims": list(new.claims)},
        write=write,
    )
    transition.open_case(hall, new, heard)
