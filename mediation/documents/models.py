"""Papers as rows: what was prepared, its bytes' hash, its signature slots and its revisions."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from mediation.storage.encrypted import Encrypted, EncryptedBytes
from mediation.storage.engine import Table

_OWED = text("state = 'owed'")


class Document(Table, table=True):
    """One paper. `state`: reserved → frozen → signing → complete, or void. Bytes lie in the store under their sha256."""

    __tablename__ = "document"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    case_id: int = Field(foreign_key="dispute.id", index=True)
    form: str
    form_sha256: str
    number: str | None = Field(default=None, index=True)
    subject: str = Field(
        default="", description="what it is about within the case: session-2, party-1, agreement-1"
    )
    state: str
    medium: str = Field(default="none", description="tablet, ink, mixed or none")
    snapshot: Any = Field(sa_column=Column(Encrypted("document.snapshot"), nullable=False))
    snapshot_sha256: str
    case_version: int
    sha256: str = Field(index=True)
    size: int
    revisions: int = 0
    token_hash: bytes = Field(unique=True)
    layout: Any = Field(sa_column=Column(Encrypted("document.layout"), nullable=False))
    frozen_at: datetime
    issued_on: date
    completed_at: datetime | None = None
    void_reason: str | None = None
    scan_of_id: int | None = Field(default=None, foreign_key="document.id")


class DocumentRevision(Table, table=True):
    """One revision of a paper's bytes: revision 0 is unsigned, each signature adds one."""

    __tablename__ = "document_revision"
    __table_args__ = (UniqueConstraint("document_id", "ordinal"),)

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="document.id", index=True)
    ordinal: int
    slot: str | None = None
    sha256: str
    size: int
    recorded_at: datetime


class SignatureSlot(Table, table=True):
    """A place for a signature on a paper, and what was put there."""

    __tablename__ = "signature_slot"
    __table_args__ = (UniqueConstraint("document_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    document_id: int = Field(foreign_key="document.id", index=True)
    ordinal: int
    name: str
    role: str
    party_id: int | None = Field(default=None, foreign_key="party.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    medium: str | None = Field(default=None, description="tablet, ink or seal, once signed")
    signed_at: datetime | None = None
    identity_check: str | None = None
    consented_at: datetime | None = None
    read_to: str | None = Field(default=None, description="read_self or read_aloud")
    agent: Any = Field(
        default=None,
        sa_column=Column(Encrypted("signature_slot.agent")),
        description="who signed for the party, if it was not the party",
    )
    drawing: bytes | None = Field(default=None, sa_column=Column(EncryptedBytes("signature_slot.drawing")))
    fingerprint: bytes | None = Field(
        default=None, sa_column=Column(EncryptedBytes("signature_slot.fingerprint"))
    )
    strokes: Any = Field(default=None, sa_column=Column(Encrypted("signature_slot.strokes")))
    certificate_sha256: str | None = None


class UnitPaper(Table, table=True):
    """A paper that a unit issues beside the papers of cases: a letter, a card, a bulletin. Printed, and signed by hand.

    `subject` says what it is about (item-…, step-…, week-…); `case_id` is the case that it speaks of, if it speaks of one.
    `state`: owed until its bytes are there, then printed.
    """

    __tablename__ = "unit_paper"
    __table_args__ = (
        UniqueConstraint("form", "subject"),
        Index("ix_unit_paper_owed", "id", sqlite_where=_OWED, postgresql_where=_OWED),
        Index("ix_unit_paper_subject", "subject"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(unique=True)
    unit_id: int = Field(foreign_key="unit.id")
    case_id: int | None = Field(default=None, foreign_key="dispute.id", index=True)
    form: str
    subject: str
    number: str | None = Field(default=None, index=True)
    state: str = "owed"
    owed_at: datetime
    form_sha256: str | None = None
    snapshot: Any = Field(default=None, sa_column=Column(Encrypted("unit_paper.snapshot")))
    snapshot_sha256: str | None = None
    sha256: str | None = Field(default=None, index=True)
    size: int | None = None
    token_hash: bytes | None = None
    issued_on: date | None = None


class StoredFile(Table, table=True):
    """The bytes of one paper, sealed, where they lie in the database. `name`: keyed, as of a file in the folder."""

    __tablename__ = "stored_file"

    name: str = Field(primary_key=True)
    key_id: str
    size: int = Field(description="bytes of the ciphertext")
    put_at: datetime
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
