"""The sentences of an agreement, from its structured clauses: who does what for whom, how much, by when, how."""

from collections.abc import Mapping, Sequence
from typing import Any

from mediation.cases.models import Agreement, Clause
from mediation.documents.snapshot import ClauseSheet, InstalmentSheet
from mediation.documents.wording import day_in_words, money_in_words
from mediation.language import _, joined, recording


def clause_sheets(clauses: Sequence[Clause], names: Mapping[int, str]) -> tuple[ClauseSheet, ...]:
    """The clauses as the paper prints them; `names` are the parties' by ordinal."""
    return tuple(_sheet(clause, names) for clause in clauses)


@recording()
def clause_text(clause: Clause, names: Mapping[int, str], *, table: bool = False) -> str:
    """One clause as a sentence without vague words: an unclear content is a ground on which a court refuses.

    `table`: its instalments stand in a table below, and not in the sentence.
    """
    terms = clause.terms
    obligor, obligee = names[clause.obligor], names[clause.obligee]
    when = _when(clause)
    what = terms.get("what") or ""
    manner = _("以{manner}方式").format(manner=terms["manner"]) if terms.get("manner") else ""
    place = _("在{place}").format(place=terms["place"]) if terms.get("place") else ""
    if clause.act == "pay":
        what = what and _("{what}，计").format(what=what)
        money = money_in_words(clause.amount_fen or 0)
        core = _("{obligor}{when}{place}{manner}向{obligee}支付{what}{money}")
        if terms.get("instalments"):
            core = _("{obligor}{place}{manner}分{count}期向{obligee}支付{what}{money}：{parts}")
            if table:
                core = _(
                    "{obligor}{place}{manner}分{count}期向{obligee}支付{what}{money}，各期金额和期限见下表"
                )
    elif clause.act == "refrain":
        money = ""
        core = _("{obligor}向{obligee}承诺，自本协议生效之日起不再{what}")
    elif clause.act == "apologise":
        money = ""
        what = what and _("，内容为：{what}").format(what=what)
        core = _("{obligor}{when}{place}{manner}向{obligee}赔礼道歉{what}")
    elif clause.act == "return":
        money = ""
        core = _("{obligor}{when}{place}{manner}向{obligee}返还{what}")
    else:
        money = ""
        core = _("{obligor}向{obligee}承诺，{when}{place}{manner}{what}")
    text = core.format(
        obligor=obligor,
        obligee=obligee,
        when=when,
        place=place,
        manner=manner,
        what=what,
        money=money,
        count=len(terms.get("instalments") or ()),
        parts=joined(
            (_part(number, one) for number, one in enumerate(terms.get("instalments") or (), 1)), "；"
        ),
    )
    if terms.get("condition"):
        text = _("{condition}的，{text}").format(condition=terms["condition"], text=text)
    if terms.get("breach"):
        text += _("；逾期或者不履行的，{breach}").format(breach=terms["breach"])
    return text + "。"


def performance_clock(agreement: Agreement, clause: int, instalment: int | None = None) -> str:
    """The name of the clock of a clause, or an instalment: those of later agreements carry the agreement's ordinal."""
    part = "" if instalment is None else f".{instalment}"
    return f"performance:{_of_later(agreement)}{clause}{part}"


def named_by(clock: str) -> dict[str, int]:
    """What the name of a clock of performance or enforcement means, as numbers: `performance:2-1.3` → agreement 2, clause 1, instalment 3."""
    of, dash, part = clock.partition(":")[2].rpartition("-")
    clause, dot, instalment = part.partition(".")
    return {
        **({"agreement": int(of)} if dash else {}),
        "clause": int(clause),
        **({"instalment": int(instalment)} if dot else {}),
    }


def enforcement_clock(agreement: Agreement, clause: int) -> str:
    """The name of the clock for asking the court to enforce a clause."""
    return f"enforcement:{_of_later(agreement)}{clause}"


def confirmation_clock(agreement: Agreement) -> str:
    """The name of the clock for asking the court to confirm an agreement."""
    return "confirmation" if agreement.kind == "main" else f"confirmation:{agreement.ordinal}"


@recording()
def manner_in_words(agreement: Agreement, clauses: Sequence[Clause]) -> str:
    """How the agreement is performed: as typed, else the manners of its clauses; on the spot is one."""
    typed = agreement.text.get("manner")
    found = (
        clause.terms.get("manner") or (_("当场履行") if clause.terms.get("at_once") else "")
        for clause in clauses
    )
    manners = dict.fromkeys(str(one) for one in found if one)
    return str(typed or joined(manners) or _("按各条约定的方式履行"))


@recording()
def time_limit_in_words(agreement: Agreement, clauses: Sequence[Clause]) -> str:
    """Until when: as typed, else the last day of its clauses."""
    typed = agreement.text.get("time_limit")
    if typed:
        return str(typed)
    days = [clause.due_on for clause in clauses if clause.due_on is not None]
    if not days:
        at_once = any(clause.terms.get("at_once") for clause in clauses)
        return str(_("当场履行") if at_once else _("自协议生效之日起"))
    return str(_("按各条约定的日期履行，最后期限为{day}").format(day=day_in_words(max(days))))


@recording()
def place_in_words(agreement: Agreement, clauses: Sequence[Clause]) -> str:
    """Where: as typed, else the places of its clauses."""
    places = dict.fromkeys(clause.terms["place"] for clause in clauses if clause.terms.get("place"))
    return str(agreement.text.get("place") or joined(places))


def _of_later(agreement: Agreement) -> str:
    return "" if agreement.kind == "main" else f"{agreement.ordinal}-"


def _when(clause: Clause) -> str:
    if clause.terms.get("at_once"):
        return _("当场")
    if clause.due_on is None:
        return ""
    return _("于{day}前（含当日）").format(day=day_in_words(clause.due_on))


def _part(number: int, one: Mapping[str, Any]) -> str:
    """One instalment in words."""
    return _("第{n}期{money}，于{day}前（含当日）付清").format(
        n=number, money=money_in_words(int(one["amount_fen"])), day=day_in_words(one["due_on"])
    )


def _sheet(clause: Clause, names: Mapping[int, str]) -> ClauseSheet:
    terms = clause.terms
    return ClauseSheet(
        ordinal=clause.ordinal,
        text=clause_text(clause, names),
        with_table=clause_text(clause, names, table=True) if terms.get("instalments") else "",
        obligor=names[clause.obligor],
        obligee=names[clause.obligee],
        act=clause.act,
        amount_fen=clause.amount_fen,
        due=clause.due_on,
        manner=terms.get("manner") or "",
        place=terms.get("place") or "",
        condition=terms.get("condition") or "",
        breach=terms.get("breach") or "",
        instalments=tuple(
            InstalmentSheet(ordinal=number, amount_fen=int(one["amount_fen"]), due=one["due_on"])
            for number, one in enumerate(terms.get("instalments") or (), 1)
        ),
    )
