"""Asking for an erasure, confirming it by a second person, carrying it out; and why it must wait.

The Personal Information Protection Law (个人信息保护法) Art. 47 says when personal information is to be deleted, and that
a period of keeping set by law or regulation comes first. No statute sets one for mediation files: the site says it.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session

from mediation.audit import queries as trail_queries
from mediation.audit import trail
from mediation.audit.models import CaseErasure
from mediation.cases import queries as case_queries
from mediation.cases import transition
from mediation.cases.aftercare.queries import corrections
from mediation.cases.aftercare.struck import OF_A_PARTY, SHARED, Kept, put_right
from mediation.cases.erasure import fields, queries
from mediation.cases.erasure.asked import (
    CONFIRMED,
    REASONS,
    REQUESTED,
    WITHDRAWN,
    Asked,
    asked_of,
    how_to_confirm,
    in_words,
    scope_in_words,
    shown,
)
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute, IdempotencyKey, Party, PieceCount, SearchPiece
from mediation.cases.office import Keeping
from mediation.cases.side_models import Correction
from mediation.clock import local_day
from mediation.crypto import Keyring
from mediation.errors import InputInvalid, NotPermitted, Problem, Reason, TransitionRefused
from mediation.ids import new_public_id
from mediation.language import _, joined
from mediation.storage.upsert import add_up

REPEATED = "erasure.repeated"
_LAW = "个人信息保护法第四十七条"
_MAY = frozenset({"archivist", "unit_leader"})
_TABLES = Dispute.metadata.tables


def request(hall: Hall, case: Dispute, reason: str, party: int | None = None) -> dict[str, Any]:
    """The first person's act: what is to be erased and why, told again as the second will read it. Nothing is erased yet.

    While something else is asked, nothing more is: what is confirmed cannot be exchanged on the way.
    """
    _refuse_other_posts(hall)
    wrong = _wrong_words(hall, case, reason, party)
    reasons = _obstacles(hall, case, party, reason)
    before = _open(hall, case)
    if before is not None and (
        ("party" not in wrong and before.party != party)
        or ("reason" not in wrong and before.reason != reason)
    ):
        reasons.append(_already_asked(hall, case, before))
    if wrong:
        raise InputInvalid([Problem(message, key=key) for key, message in wrong.items()], reasons=reasons)
    if reasons:
        raise TransitionRefused(reasons)
    record = {"party": party, "reason": reason, "by": hall.actor.person_code}
    if before is None or before.by != hall.actor.person_code:  # who asks twice has asked once
        transition.touch(hall, case, REQUESTED, record)
    told = shown(hall, case, _open(hall, case))
    assert told is not None
    return told


def withdraw(hall: Hall, case: Dispute) -> dict[str, Any]:
    """Take back what was asked and not yet carried out; told, what it was. Raises TransitionRefused if nothing was."""
    _refuse_other_posts(hall)
    asked = _asked(hall, case)
    told = shown(hall, case, asked)
    assert told is not None
    record = {"party": asked.party, "reason": asked.reason, "by": hall.actor.person_code}
    transition.touch(hall, case, WITHDRAWN, record)
    return told


def confirm(hall: Hall, case: Dispute, party: int | None = None) -> CaseErasure:
    """The second person's act: it is erased now, for good; `party` as it was asked, None for the whole case.

    Raises TransitionRefused with all reasons.
    """
    _refuse_other_posts(hall)
    asked = _asked(hall, case)
    by, reason = asked.by, asked.reason
    reasons = _obstacles(hall, case, asked.party, reason)
    if party != asked.party:
        reasons.append(_something_else(hall, case, asked, party))
    if by == hall.actor.person_code:
        message = _("删除要由两个人决定：提出的人不能自己确认")
        reasons.append(Reason("erasure.two_persons", message, next_step=_("请另一位同事确认")))
    if reasons:
        raise TransitionRefused(reasons)
    record = {"party": party, "reason": reason, "by": [by, hall.actor.person_code]}
    transition.touch(hall, case, CONFIRMED, record)
    entry = CaseErasure(
        public_id=new_public_id(),
        chain=case.public_id,
        party=party,
        reason=reason,
        requested_by=by,
        confirmed_by=hall.actor.person_code,
        erased_at=hall.now,
    )
    return carry_out(hall.session, hall.office.keyring, case, entry, hall.now, unit=hall.actor.unit_code)


def carry_out(
    session: Session, keyring: Keyring, case: Dispute, entry: CaseErasure, now: datetime, unit: str = ""
) -> CaseErasure:
    """Erase what the entry says, and record that: fields, look-up keys, search pieces, snapshots, salts.

    The files are deleted after the commit, since that cannot be undone: `files_owed` names them.
    """
    assert case.id is not None
    session.flush()
    queries.hold_letters(session, case.id)
    if entry.party is None:
        fields.erase_whole(session, case)
        hidden = update(_TABLES["dispute"]).where(_TABLES["dispute"].c.id == case.id)
        session.connection().execute(hidden.values(query_code_hash=os.urandom(16)))
        _erase_series(session, case)
    else:
        # In a backup older than the party's joining there is none.
        for party in case_queries.everybody(session, case.id):
            if party.ordinal == entry.party:
                fields.erase_party(session, case, party, _names(session, case, party))
    session.expire_all()
    _erase_answers(session, case)
    _erase_pieces(session, keyring, case, whole=entry.party is None)
    session.add(entry)
    trail.erase(
        session,
        chain=case.public_id,
        ordinals=queries.events_with_details(session, case.public_id),
        by_two=(entry.requested_by, entry.confirmed_by),
        reason=entry.reason,
        now=now,
        unit=unit,
    )
    session.flush()
    return entry


def kept_until(keeping: Keeping, case: Dispute) -> date | None:
    """The first day on which an archived case may be erased; None if it is kept for ever. Whole years from its archiving."""
    assert case.archived_at is not None
    years = keeping.categories.get(case.category, keeping.years)
    if years is None:
        return None
    day = local_day(case.archived_at)
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return date(day.year + years, 3, 1)


def has_been_erased(session: Session, case: Dispute, party: int | None = None) -> bool:
    """Has the whole case, or this party of it, been erased?"""
    return any(one.party in {None, party} for one in queries.erasures_of(session, case.public_id))


def _refuse_other_posts(hall: Hall) -> None:
    if not hall.actor.counts_as & _MAY:
        raise NotPermitted(_("删除资料由档案员和单位负责人办理。"))


def _wrong_words(hall: Hall, case: Dispute, reason: str, party: int | None) -> dict[str, str]:
    """Which of the words are wrong, and why."""
    wrong = {}
    if reason not in REASONS:
        titles = joined(
            _("{code}（{title}）").format(code=code, title=_(title)) for code, title in REASONS.items()
        )
        wrong["reason"] = _("删除原因应为 {known} 之一").format(known=titles)
    known = [row.ordinal for row in case_queries.everybody(hall.session, case.id or 0)]
    if party is not None and party not in known:  # who has left the case has the same right
        message = _("没有第 {unknown} 号当事人；本案当事人编号为 {known}")
        wrong["party"] = message.format(unknown=party, known=joined(str(one) for one in known))
    return wrong


def _obstacles(hall: Hall, case: Dispute, party: int | None, reason: str) -> list[Reason]:
    reasons = []
    if has_been_erased(hall.session, case, party):
        reasons.append(Reason("erasure.once", _("这些资料已经删除过")))
    if case.archived_at is None:
        message = _("案件还没有归档，办理中的资料不能删除")
        reasons.append(Reason("erasure.archived", message, _LAW, _("归档以后再提出")))
    keeping = hall.office.rules.keeping
    reasons += filter(None, [_keeping_reason(keeping, case, hall.today)])
    if reason == "term_over":
        reasons += filter(None, [_term_reason(keeping, case)])
    return reasons


def _keeping_reason(keeping: Keeping, case: Dispute, today: date) -> Reason | None:
    article = keeping.article or _LAW
    if keeping.categories.get(case.category, keeping.years) is None:
        return Reason("erasure.keeping", _("本单位规定这类案卷永久保管"), article)
    until = kept_until(keeping, case) if case.archived_at is not None else None
    if until is None or until <= today:
        return None
    message = _("保管期限没有届满，要保管到 {day}").format(day=until.isoformat())
    return Reason("erasure.keeping", message, article, _("期满以后再提出"))


def _term_reason(keeping: Keeping, case: Dispute) -> Reason | None:
    """A term that nobody has set cannot be over."""
    if keeping.categories.get(case.category, keeping.years) != 0:
        return None
    message = _("本单位没有规定这类案卷的保管期限，不能以“保存期限已届满”为由删除")
    step = _("请写别的原因，或者先在 site.yaml 的 keeping 里写明保管期限")
    return Reason("erasure.term", message, _LAW, step)


def _already_asked(hall: Hall, case: Dispute, before: Asked) -> Reason:
    message = _("已经提出过别的删除，还没有确认：{told}").format(told=in_words(hall, case, before))
    step = _("请先确认，或者撤回：mediation --as 人员 erase {case} --withdraw").format(case=case.public_id)
    return Reason("erasure.open", message, next_step=step)


def _something_else(hall: Hall, case: Dispute, asked: Asked, party: int | None) -> Reason:
    message = _("提出的不是删除{wanted}，而是：{told}").format(
        wanted=scope_in_words(party), told=in_words(hall, case, asked)
    )
    step = _("核对以后这样确认：{command}").format(command=how_to_confirm(case.public_id, asked.party))
    return Reason("erasure.scope", message, next_step=step)


def _asked(hall: Hall, case: Dispute) -> Asked:
    asked = _open(hall, case)
    if asked is None:
        message = _("没有人提出过删除这件案件的资料")
        step = _("先由一人提出：mediation --as 人员 erase 案号 --reason 原因")
        raise TransitionRefused([Reason("erasure.request", message, next_step=step)])
    return asked


def _open(hall: Hall, case: Dispute) -> Asked | None:
    return asked_of(trail_queries.events_of(hall.session, case.public_id))


def _names(session: Session, case: Dispute, party: Party) -> list[str]:
    """What the party and those who act for it are called and can be reached by, and were before it was put right."""
    assert case.id is not None
    said = [party.name, party.id_number, party.phone, party.address]
    agents = [one for one in case_queries.agents(session, case.id) if one.party_id == party.id]
    for agent in agents:
        said += [agent.name, agent.details.get("id_number"), agent.details.get("phone")]
    return _with_former([str(one) for one in said if one], [party, *agents], corrections(session, case.id))


def _with_former(said: list[str], rows: Sequence[Kept], made: Iterable[Correction]) -> list[str]:
    """Those words, and what corrections made them from."""
    for one in reversed(put_right(made)):
        if one.slip.field not in OF_A_PARTY or one.slip.field in SHARED:
            continue
        if one.strikes is not None:
            said += [
                strike.was for strike in one.strikes for row in rows if strike.is_of(row, one.slip.field)
            ]
        else:  # of a correction from before 0.12 only the words of the slip are known
            said += [text.replace(one.slip.right, one.slip.wrong) for text in said if one.slip.right in text]
    return said


def _erase_answers(session: Session, case: Dispute) -> None:
    table = IdempotencyKey.metadata.tables["idempotency_key"]
    names = [case.public_id, case.number or "", case.temporary_number]
    for key in list(queries.answers_naming(session, names)):
        session.connection().execute(delete(table).where(table.c.id == key))


def _erase_pieces(session: Session, keyring: Keyring, case: Dispute, *, whole: bool) -> None:
    """Leave only the pieces of what still stands; a count that falls to nothing goes too."""
    assert case.id is not None
    texts: list[str] = []
    if not whole:
        names = [str(one.name) for one in case_queries.everybody(session, case.id)]
        word = fields.erased_word()
        texts = [part for text in (str(case.title), *names) for part in text.split(word)]
    left = {keyring.piece(piece) for text in texts for piece in case_queries.pieces_of(text)}
    gone = sorted(case_queries.pieces(session, case.id) - left)
    pieces, counts = (model.metadata.tables[name] for model, name in _PIECES)
    connection = session.connection()
    for piece in gone:
        connection.execute(delete(pieces).where(pieces.c.case_id == case.id, pieces.c.piece == piece))
    add_up(session, counts, [{"piece": piece, "cases": -1} for piece in gone], "cases")
    connection.execute(delete(counts).where(counts.c.cases <= 0))


_PIECES = ((SearchPiece, "search_piece"), (PieceCount, "piece_count"))


def _erase_series(session: Session, case: Dispute) -> None:
    """The title of a series of cases goes with the last of them."""
    if case.series_id is None or case.id is None:
        return
    queries.hold_series(session, case.series_id)  # of the last two at once, one is the last
    others = queries.others_in_series(session, case.series_id, case.id)
    if all(any(one.party is None for one in queries.erasures_of(session, chain)) for chain in others):
        table = _TABLES["case_series"]
        fields.wipe_column(session, table, table.c.id == case.series_id)
