"""The log of cases moved to another version of their definition."""

from datetime import datetime

from sqlmodel import Field

from mediation.storage.engine import Table


class CaseMigration(Table, table=True):
    """One case moved once. A move back names the one that it undoes. `run`: the command that moved it, with others."""

    __tablename__ = "case_migration"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    run: str
    workflow: str
    from_version: int
    from_sha256: str
    from_state: str
    to_version: int
    to_sha256: str
    to_state: str
    moved_at: datetime
    undoes_id: int | None = Field(default=None, foreign_key="case_migration.id")
