"""Accounts, their sessions, and counts of attempts."""

import sqlalchemy as sa
from alembic import op

from mediation.storage.migrations.columns import moment, number, raw, sealed, text, truth

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "account",
        number("id", primary_key=True),
        text("public_id", unique=True),
        text("name", unique=True),
        text("kind"),
        number("person_id", sa.ForeignKey("person.id"), nullable=True, unique=True),
        text("password_hash"),
        truth("must_change"),
        number("failures"),
        moment("locked_until", nullable=True),
        sealed("totp_secret", nullable=True),
        moment("totp_since", nullable=True),
        number("totp_step", nullable=True),
        text("oidc_subject", nullable=True, unique=True),
        moment("created_at"),
        moment("changed_at"),
        moment("disabled_at", nullable=True),
    )
    op.create_table(
        "login_session",
        number("id", primary_key=True),
        text("public_id", unique=True),
        raw("token_hash", unique=True),
        number("account_id", sa.ForeignKey("account.id")),
        number("post_id", sa.ForeignKey("post.id"), nullable=True),
        text("stage"),
        text("language"),
        moment("begun_at"),
        moment("seen_at"),
        moment("ended_at", nullable=True),
    )
    op.create_index("ix_login_session_account_id", "login_session", ["account_id"])
    op.create_table(
        "attempt_count",
        number("id", primary_key=True),
        text("what"),
        raw("who_hash"),
        number("window"),
        number("count"),
        sa.UniqueConstraint("what", "who_hash", "window", name="uq_attempt_count_what_who_hash_window"),
    )
