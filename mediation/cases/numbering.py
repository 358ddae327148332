"""Numbers of a committee's own: gapless per kind and year, given in the transaction of the act that needs them.

A refused or failed act gives its number back with everything else; a paper that is voided keeps its number as void (作废).
"""

import re
import unicodedata
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from mediation.cases import queries
from mediation.cases.hall import Hall
from mediation.cases.models import Dispute
from mediation.storage.engine import change_rows
from mediation.units import queries as unit_queries
from mediation.units.models import Committee, NumberIssued

_ISSUE = insert(NumberIssued.metadata.tables["number_issued"]).inline()
CASE = "case"
NOTICE = "notice"
_PATTERNS = {
    CASE: "〔{yyyy}〕{abbreviation}人调字第{n}号",
    NOTICE: "〔{yyyy}〕{abbreviation}人调不受字第{n}号",
}


def take_number(hall: Hall, committee: Committee, kind: str, case_id: int) -> str:
    """The committee's next number of the kind in the year of the act."""
    session = hall.session
    assert committee.id is not None
    queries.lock_numbers(session, committee.id)
    year = hall.today.year
    ordinal = queries.last_ordinal(session, committee.id, kind, year) + 1
    text = _number(committee, kind, year, ordinal)
    values = {
        "committee_id": committee.id,
        "kind": kind,
        "year": year,
        "ordinal": ordinal,
        "text": text,
        "state": "used",
        "case_id": case_id,
        "reserved_at": hall.now,
        "note": "",
    }
    change_rows(session, _ISSUE, **values)
    return text


def renumbered(hall: Hall, case: Dispute, holder_id: int) -> dict[str, Any]:
    """The committee and number of an accepted case that a new holder takes over; nothing if they stay.

    They stay while the committee sits at the holder or above it. Else the committee that is now competent numbers the case
    in its own sequence, once; the former number is kept and still finds the case.
    """
    assert case.id is not None
    assert case.committee_id is not None
    own = queries.committee(hall.session, case.committee_id)
    if queries.is_competent(hall.session, hall.tree, own, holder_id, hall.today):
        return {}
    committee = unit_queries.competent_committee(hall.session, holder_id, hall.today)
    if committee is None or committee.id == case.committee_id:
        return {}
    given = [row for row in queries.former_numbers(hall.session, case) if row.committee_id == committee.id]
    number = given[-1].text if given else take_number(hall, committee, CASE, case.id)
    return {"number": number, "committee_id": committee.id}


def temporary_number(public_id: str) -> str:
    """The number of a dispute before its acceptance: kept beside the committee's number afterwards."""
    return f"临-{public_id[:8].upper()}"


def agreement_number(case_number: str, ordinal: int) -> str:
    """An agreement's number is the case's; the second one and later ones carry their ordinal."""
    return case_number if ordinal == 1 else f"{case_number}-{ordinal}"


def meant(hall: Hall, words: str) -> list[str]:
    """The numbers that somebody may mean who types one as it comes to hand: other brackets, no year, no 临, the own committee's 第7号.

    The years without a word are this one and the two before.
    """
    text = unicodedata.normalize("NFKC", "".join(words.split())).translate(_BRACKETS)
    text = re.sub(r"号-\d+$", "号", text)  # of an agreement that is not the case's first
    if re.search(r"字第\d+$", text):
        text += "号"
    found = [words.strip(), text]
    code = text.upper().removeprefix("临").lstrip("-－–—")
    if _TEMPORARY.fullmatch(code):
        found.append(f"临-{code}")
    years = [hall.today.year - back for back in range(3)]
    if dated := re.match(r"〔?(\d{4})〕?年?(?=\D)", text):
        years, text = [int(dated[1])], text[dated.end() :]
    if text.endswith("号"):
        found += [f"〔{year}〕{text}" for year in years]
    short = _SHORT.fullmatch(text)
    own = (
        unit_queries.competent_committee(hall.session, hall.actor.unit_id, hall.today)
        if short and hall.actor.unit_id in hall.tree
        else None
    )
    if short and own is not None:
        found += [_number(own, CASE, year, int(short[1])) for year in years]
    return list(dict.fromkeys(found))


_BRACKETS = str.maketrans({**dict.fromkeys("[({【〖《", "〔"), **dict.fromkeys("])}】〗》", "〕")})
_TEMPORARY = re.compile("[0-9A-HJKMNP-TV-Z]{8}")
_SHORT = re.compile(r"(?:人?调?字)?第?(\d{1,6})号")


def _number(committee: Committee, kind: str, year: int, ordinal: int) -> str:
    pattern = str(committee.number_patterns.get(kind) or _PATTERNS[kind])
    return pattern.format(yyyy=year, abbreviation=committee.abbreviation, n=ordinal)


def list_numbers(session: Session, committee: Committee) -> list[NumberIssued]:
    """All numbers of a committee with what became of each."""
    assert committee.id is not None
    return list(queries.numbers(session, committee.id))
