"""What the rules suggested at an act, and whether the person who acted followed them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted
from mediation.storage.engine import Table


class RoutingDecision(Table, table=True):
    """One act of triage, 留办, 交办 or 当场调解 beside what the rules of that moment suggested.

    `rule` is None where no rule fitted, `unit_id` where the unit could not be found; `chosen_id`: who was to handle it by
    the act, None for 研判. `version`: of the site's configuration "routing".
    """

    __tablename__ = "routing_decision"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    act: str = Field(description="triage, keep, dispatch, take")
    rule: str | None = None
    version: int
    sha256: str
    unit_id: int | None = Field(default=None, foreign_key="unit.id")
    definition: str = ""
    tier: str | None = None
    limit_span: str | None = Field(default=None, description="7 working_days")
    limit_article: str | None = None
    chosen_id: int | None = Field(default=None, foreign_key="unit.id")
    overruled: bool = False
    because: Any = Field(
        default=None,
        sa_column=Column(Encrypted("routing_decision.because")),
        description="why the suggestion was overruled",
    )
    decided_by_id: int = Field(foreign_key="person.id")
    decided_at: datetime
