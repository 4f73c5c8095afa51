"""Sessions, drafts, notices; alarms that are acknowledged.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _text(name: str, length: int = 40) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default="", nullable=False)


def upgrade() -> None:
    with op.batch_alter_table("accounts", schema=None) as accounts:
        accounts.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
        accounts.add_column(sa.Column("locked_until", Moment(), nullable=True))

    with op.batch_alter_table("alarms", schema=None) as alarms:
        alarms.add_column(sa.Column("severity", sa.String(length=40), server_default="warning", nullable=False))
        alarms.add_column(sa.Column("acknowledged_at", Moment(), nullable=True))
        alarms.add_column(_text("acknowledged_by"))
        alarms.add_column(sa.Column("note", sa.Text(), server_default="", nullable=False))
        alarms.create_index(alarms.f("ix_alarms_cleared_at_acknowledged_at"), ["cleared_at", "acknowledged_at"])

    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        _text("ended_why"),
        _text("address", 64),
        _text("browser", 200),
        _text("seat"),
        sa.Column("locked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_sessions_secret_sha256")),
    )
    with op.batch_alter_table("sessions", schema=None) as sessions:
        sessions.create_index(sessions.f("ix_sessions_account_id_ended_at"), ["account_id", "ended_at"])
        sessions.create_index(sessions.f("ix_sessions_ended_at_expires_at"), ["ended_at", "expires_at"])

    op.create_table(
        "drafts",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "agent", name=op.f("pk_drafts")),
    )
    with op.batch_alter_table("drafts", schema=None) as drafts:
        drafts.create_index(drafts.f("ix_drafts_at"), ["at"])
        drafts.create_index(drafts.f("ix_drafts_agent_at"), ["agent", "at"])

    with op.batch_alter_table("tickets", schema=None) as tickets:
        tickets.add_column(_text("code_kind"))
        tickets.create_index(tickets.f("ix_tickets_agent_filed_at"), ["agent", "filed_at"])

    op.create_table(
        "notices",
        sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        _text("by_name", 80),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("urgent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("seats", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("heard", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notices")),
    )
    with op.batch_alter_table("notices", schema=None) as notices:
        notices.create_index(notices.f("ix_notices_at"), ["at"])
