"""By which way callers left the steps of their journey: which key of a menu they pressed.

Revision 0042, after 0041.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journey_steps",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("step", sa.String(length=80), nullable=False),
        sa.Column("way", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("call_id", "seq", name="pk_journey_steps"),
    )


def downgrade() -> None:
    op.drop_table("journey_steps")
