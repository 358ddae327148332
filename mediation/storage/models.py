"""What every host needs of the data folder, where several hosts work on one database."""

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field

from mediation.storage.engine import Table


class SharedFile(Table, table=True):
    """One file of the data folder: the site's configuration, or a signing key that is sealed already."""

    __tablename__ = "shared_file"

    path: str = Field(primary_key=True)
    sha256: str
    shared_at: datetime
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
