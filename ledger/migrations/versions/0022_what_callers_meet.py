"""Messages that callers left, what those who wait were promised, and what they thought of the service.

Revision 0022, after 0021.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voicemails",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("prompt", sa.String(length=40), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("how", sa.String(length=40), server_default="", nullable=False),
        sa.Column("said_seconds", sa.Float(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_voicemails"),
    )
    op.create_index("ix_voicemails_began_at", "voicemails", ["began_at"])
    op.create_table(
        "wait_promises",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), server_default="0", nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("waited_seconds", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_wait_promises"),
    )
    op.create_index("ix_wait_promises_at", "wait_promises", ["at"])
    op.create_table(
        "surveys",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("line", sa.String(length=40), server_default="", nullable=False),
        sa.Column("queue", sa.String(length=40), server_default="", nullable=False),
        sa.Column("seat", sa.String(length=40), server_default="", nullable=False),
        sa.Column("agent", sa.String(length=40), server_default="", nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("solved", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_surveys"),
    )
    op.create_index("ix_surveys_at", "surveys", ["at"])


def downgrade() -> None:
    op.drop_table("surveys")
    op.drop_table("wait_promises")
    op.drop_table("voicemails")
