"""Differences between the witnesses of a call, each until a person has accepted it.

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _text(name: str, length: int = 40) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default="", nullable=False)


def upgrade() -> None:
    op.create_table(
        "differences",
        sa.Column("key", sa.String(length=200), nullable=False),
        _text("node"),
        sa.Column("witness", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        _text("subject", 200),
        _text("call_id", 80),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.Column("accepted_at", Moment(), nullable=True),
        _text("accepted_by"),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_differences")),
    )
    with op.batch_alter_table("differences", schema=None) as differences:
        differences.create_index(differences.f("ix_differences_call_id"), ["call_id"])
        differences.create_index(differences.f("ix_differences_accepted_at_seen_at"), ["accepted_at", "seen_at"])


def downgrade() -> None:
    op.drop_table("differences")
