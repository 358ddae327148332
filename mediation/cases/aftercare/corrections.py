"""更正: slips of the pen in a paper that is out. What the parties owe each other is no slip: it wants a new agreement."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mediation.cases import worklists
from mediation.cases.aftercare import queries
from mediation.cases.aftercare.papers import find_paper
from mediation.cases.aftercare.said import Correct, SlipSaid
from mediation.cases.aftercare.slips import is_of_substance, is_of_the_pen, of_substance_together, standing
from mediation.cases.aftercare.struck import (
    OF_A_PARTY,
    SHARED,
    WHOLE,
    Kept,
    PutRight,
    Strike,
    Struck,
    become_others,
    kept_of,
    kept_words,
    put_right,
    strike,
    where_kept,
    words_before,
    words_of_spot,
)
from mediation.cases.facts import party_label
from mediation.cases.hall import Hall, Heard
from mediation.cases.models import Dispute, Party, PartyAgent
from mediation.cases.side_models import Correction
from mediation.codes import identity
from mediation.documents.models import Document
from mediation.errors import Faults, Problem
from mediation.language import _, joined

_PLACES: Mapping[str, tuple[str, ...]] = {
    "wording": (
        "agreement.facts",
        "agreement.matters",
        "agreement.responsibility",
        "agreement.clauses[].text",
        "agreement.manner",
        "agreement.place",
        "session.subject",
        "session.body[]",
        "notice.explanation",
        "suspension.evidence",
        "voiding.reason",
        "correction.reason",
        "visit.body",
        "visit.measures",
        "case.narrative",
    ),
    "name": ("parties[].name", "parties[].agents[].name", "mediators[].name", "recorder.name"),
    "id_number": ("parties[].id_number",),
    "address": ("parties[].address", "committee.address"),
    "phone": ("parties[].phone", "parties[].agents[].phone", "committee.phone"),
    "sex": ("parties[].sex",),
    "ethnicity": ("parties[].ethnicity",),
    "age": ("parties[].age",),
    "occupation": ("parties[].occupation",),
    "case_title": ("case.title", "session.subject", "visit.subject"),
    "place": ("session.place", "case.place"),
}
_SEXES = ("男", "女")


def correct(hall: Hall, case: Dispute, said: Correct) -> Heard:
    """Each slip must stand in the paper; a correction of what is owed is refused by the guard `slips_only`."""
    assert case.id is not None
    wrong = Faults()
    found: Document | None = None
    with wrong.noting():
        found = find_paper(hall, case, said.paper)
    snapshot = found.snapshot if found is not None else None
    kept = kept_of(hall, case)
    before = queries.corrections(hall.session, case.id)
    earlier = put_right(one for one in before if found is not None and one.document_id == found.id)
    hit = [where_kept(kept, slip, earlier) for slip in said.slips]
    for at, slip in enumerate(said.slips):
        wrong.problems += _slip_problems(hall, snapshot, slip, f"slips[{at}]")
        wrong.problems += _party_problems(hall, hit[at], slip, f"slips[{at}]")
    drawn = {
        "paper_state": ("paper",),
        "slip_fields": ("slips",),
        "slips_of_substance": ("slips", "paper"),
        "slips_together": ("slips", "paper"),
    }
    wrong.refuse(Heard(act={"paper_state": found.state}, drawn=drawn) if found is not None else None)
    assert found is not None
    document = found
    assert document.id is not None
    ordinal = len(before) + 1
    slips = [slip.model_dump(mode="json") for slip in said.slips]
    row = Correction(
        case_id=case.id,
        ordinal=ordinal,
        document_id=document.id,
        number=document.number,
        slips=slips,
        reason=said.reason,
        decided_on=hall.today,
        by_id=hall.actor.person_id,
        told={},
    )
    fields = tuple(slip.field for slip in said.slips)
    all_before = put_right(before)
    titles = list(_titles_put_right(case, said.slips, earlier))
    title = titles[-1].now if titles and titles[-1].now != case.title else None
    whole = None if title is None else (words_before(case, "case_title", str(case.title), all_before), title)
    alone = tuple(
        at for at, slip in enumerate(said.slips, start=1) if is_of_substance(document.snapshot, slip)
    )
    together = {
        *of_substance_together(document.snapshot, said.slips, [one.slip for one in earlier]),
        *become_others(hit, said.slips, all_before),
        *_of_another_title(document.snapshot, said.slips, [one.slip for one in earlier], whole),
    }

    def write() -> None:
        strikes = [*titles, *_strike(hall, list(zip(said.slips, hit, strict=True)))]
        row.struck = [one.model_dump() for one in strikes]
        hall.session.add(row)
        worklists.index_words(hall, case, [one for one in kept if isinstance(one, Party)], title)

    return Heard(
        act={
            "reason": said.reason,
            "paper_state": document.state,
            "slip_fields": fields,
            "slips_of_substance": alone,
            "slips_together": tuple(at for at in sorted(together) if at not in alone),
        },
        drawn=drawn,
        changes={"title": title} if title else {},
        record={"correction": ordinal, "document": document.public_id, "fields": list(fields)},
        details={"slips": slips, "reason": said.reason},
        write=write,
    )


def _slip_problems(
    hall: Hall, snapshot: Mapping[str, Any] | None, slip: SlipSaid, key: str
) -> Iterable[Problem]:
    """What is wrong with a slip; without a paper, as far as that can be told."""
    fault = hall.office.codes.fault("slip_fields", slip.field)
    if fault:
        yield Problem(fault, key=f"{key}.field")
        return
    if slip.wrong == slip.right:
        yield Problem(_("更正前后一样"), key=f"{key}.right")
    if slip.field not in _PLACES:
        return
    if snapshot is not None and not standing(snapshot, _PLACES[slip.field], slip.wrong):
        message = _("文书的“{field}”里没有“{wrong}”")
        title = hall.office.codes.title("slip_fields", slip.field)
        yield Problem(message.format(field=title, wrong=slip.wrong), key=f"{key}.wrong")
    if slip.field == "phone":
        yield from (Problem(text, key=f"{key}.right") for text in identity.phone_faults(slip.right))


def _party_problems(hall: Hall, struck: Sequence[Struck], slip: SlipSaid, key: str) -> Iterable[Problem]:
    """A slip must point to one place in what is kept of the parties, and leave a number that may be right."""
    if slip.field not in OF_A_PARTY:
        return
    title = hall.office.codes.title("slip_fields", slip.field)
    present = {(kept_words(one.row, slip.field), one.words) for one in struck}
    if slip.field == "sex" and slip.right not in _SEXES:
        yield Problem(_("性别写男或者女"), key=f"{key}.right")
    if slip.field in SHARED and len(struck) > 1:
        message = _("{who}的“{field}”里都有“{wrong}”；请在“位置”（where）里写明是哪一位：姓名，或者“{label}”")
        labels = [party_label(one.row) for one in struck if isinstance(one.row, Party)]
        told = message.format(who=joined(labels), field=title, wrong=slip.wrong, label=labels[0])
        yield Problem(told, key=f"{key}.where")
    elif slip.field in WHOLE:
        if any(text != words for text, words in present):
            message = _("“{field}”要把写错的和正确的号码都写全")
            yield Problem(message.format(field=title), key=f"{key}.wrong")
    elif sum(text.count(words) for text, words in present) > 1:
        message = _("当事人的“{field}”里不止一处有“{wrong}”；请多写几个字，看得出是哪一处")
        yield Problem(message.format(field=title, wrong=slip.wrong), key=f"{key}.wrong")
    if slip.field == "id_number":
        kinds = [one.row.id_kind for one in struck if isinstance(one.row, Party)]
        faults = [identity.number_faults(kind, slip.right, hall.today) for kind in kinds]
        texts = dict.fromkeys(text for found in faults for text in found)
        yield from (Problem(text, key=f"{key}.right") for text in texts)


def _titles_put_right(
    case: Dispute, slips: Sequence[SlipSaid], earlier: Sequence[PutRight]
) -> Iterator[Strike]:
    """What the slips make of the title, one after the other: the words of the paper, or what a correction of the same spot made of
    them, are replaced.
    """
    title = str(case.title)
    for at, slip in enumerate(slips):
        if slip.field == "case_title":
            words = words_of_spot(case, slip, title, earlier)
            now = title.replace(slip.wrong if words is None else words, slip.right)
            if now != title:
                yield strike(at, case, slip, title, now)
            title = now


def _of_another_title(
    snapshot: Mapping[str, Any],
    slips: Sequence[SlipSaid],
    earlier: Sequence[SlipSaid],
    whole: tuple[str, str] | None,
) -> list[int]:
    """The slips that make another title of one in the paper, by themselves or with those of before: it is put right by a character.

    `whole`: the title of the case before any correction, of whatever paper, and as it will be; None where it stays as it is.
    """
    own = [one for one in slips if one.field == "case_title"]
    changes = [whole] if own and whole is not None else []
    for title in standing(snapshot, _PLACES["case_title"], "") if own else ():
        now = title
        for slip in (*own, *(one for one in reversed(earlier) if one.field == "case_title")):
            # Of one spot the last counts: the words of the paper are gone then.
            now = now.replace(slip.wrong, slip.right)
        changes += [(title, now)] if any(slip.wrong in title for slip in own) else []
    if all(is_of_the_pen(*one) for one in changes):
        return []
    return [at for at, slip in enumerate(slips, start=1) if slip.field == "case_title"]


def _strike(hall: Hall, found: Sequence[tuple[SlipSaid, Sequence[Struck]]]) -> Iterator[Strike]:
    """Puts right the rows that later papers are printed from; all were found before any is, for two may change places."""
    for at, (slip, struck) in enumerate(found):
        for row, words in struck:
            was = kept_words(row, slip.field)
            now = was.replace(words, slip.right)
            _put_row_right(hall, row, slip.field, now)
            yield strike(at, row, slip, was, now)


def _put_row_right(hall: Hall, row: Kept, field: str, right: str) -> None:
    keyring = hall.office.keyring
    if field in SHARED or (isinstance(row, PartyAgent) and field == "phone"):
        row.details = {**row.details, field: right}
    else:
        setattr(row, field, right)
    if isinstance(row, Party):
        if field == "name":
            row.name_key = keyring.look_up("name", right)
        elif field == "id_number":
            row.id_key = keyring.look_up("id_number", right.upper())
        elif field == "phone":
            row.phone_key = keyring.look_up("phone", identity.bare_phone(right))
    hall.session.add(row)
