"""What the papers of supervising units say: letters, cards, the four papers of a week. No party is named in any of them."""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LetterSheet(_Frozen):
    """督办函, 预警函, 转办函: what is wrong, who is to put it right, and until when."""

    title: str
    supervisor: str
    unit: str
    person: str = ""
    subject: str
    problem: str
    case_number: str = ""
    found_by: str = Field(default="", description="how it was found: 明察, 暗访 …")
    due: str = Field(default="", description="as people say it: 2026年3月2日24时")
    explain_by: str = ""
    demands: tuple[str, ...] = ()
    opened_on: date


class CardSheet(_Frozen):
    """催办通知, 黄牌, 红牌: which case waits for what, since when it is late, what follows."""

    title: str
    supervisor: str
    unit: str
    case_number: str
    category: str
    what: str = Field(description="what is to be done, in the definition's words")
    cause: str = Field(description="why the step was taken")
    due: str = ""
    article: str = ""
    explain_by: str = ""
    mend_by: str = ""
    item_number: str = ""
    colour: str = Field(default="", description="yellow or red, of a card")
    taken_on: date


class WeekCase(_Frozen):
    """One case of a week's list: by its number and kind, never by its title or parties."""

    number: str
    category: str
    unit: str
    what: str
    due: str
    late: bool
    step: str = Field(default="", description="the highest step taken for it so far")


class WeekItem(_Frozen):
    """One open item of the register."""

    number: str
    kind: str
    unit: str
    state: str
    due: str = ""
    late: bool = False


class WeekUnit(_Frozen):
    """One unit's week in figures."""

    unit: str
    received: int = 0
    ended: int = 0
    settled: int = 0
    due: int = 0
    overdue: int = 0
    yellow: int = 0
    red: int = 0
    items: int = 0


class WeekSheet(_Frozen):
    """A unit's week: lists, figures, and for the bulletin one focus, one unit ahead, one behind."""

    title: str
    unit: str
    first: date
    last: date
    number: int = Field(description="of the week in its year (ISO 8601)")
    cases: tuple[WeekCase, ...] = ()
    more: int = Field(default=0, description="cases that the list has no room for")
    items: tuple[WeekItem, ...] = ()
    more_items: int = Field(default=0, description="open items that the list has no room for")
    units: tuple[WeekUnit, ...] = ()
    total: WeekUnit
    focus: str = ""
    ahead: str = ""
    ahead_for: str = ""
    behind: str = ""
    behind_for: str = ""
