"""What the open pages are told."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mediation.cases.residents.following import Followed


@dataclass(frozen=True, slots=True)
class FollowedCode:
    """What a code tells: an application that waits or was put aside, or a case's stage."""

    state: str
    received_at: datetime | None
    case: Followed | None


@dataclass(frozen=True, slots=True)
class PaperLine:
    """What the code on a paper tells of it: never a name, never what it says. `by_hand`: how many signed in ink."""

    form: str
    number: str | None
    issued_on: date | None
    signers: int
    complete: bool
    void: bool
    by_hand: int = 0


@dataclass(frozen=True, slots=True)
class ToSign:
    """What lies before the one whose link it is. `text`: the paper's facts, once the browser is known."""

    party: str
    expires_at: datetime
    tries_left: int
    known: bool
    pages: int
    paper: dict[str, Any] | None
