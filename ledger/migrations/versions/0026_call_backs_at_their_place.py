"""What callers who wait are offered instead, what they took, and what came of it.

Revision 0026, after 0023.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback_offers",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("queue", sa.String(length=40), server_default="", nullable=False),
        sa.Column("offered_at", Moment(), nullable=True),
        sa.Column("place", sa.Integer(), server_default="0", nullable=False),
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("taken_at", Moment(), nullable=True),
        sa.Column("number", sa.String(length=80), server_default="", nullable=False),
        sa.Column("up_at", Moment(), nullable=True),
        sa.Column("seat", sa.String(length=40), server_default="", nullable=False),
        sa.Column("called_at", Moment(), nullable=True),
        sa.Column("answered", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("cause", sa.Integer(), server_default="0", nullable=False),
        sa.Column("came_back", sa.String(length=80), server_default="", nullable=False),
        sa.Column("result", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("call_id", name="pk_callback_offers"),
    )
    op.create_index("ix_callback_offers_taken_at", "callback_offers", ["taken_at"])


def downgrade() -> None:
    op.drop_table("callback_offers")
