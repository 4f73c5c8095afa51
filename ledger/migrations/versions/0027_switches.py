"""Lines opened and closed out of turn, modes on and off: who, when, why, and until when.

Revision 0027, after 0026.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "switches",
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("said", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("district", sa.String(length=40), server_default="", nullable=False),
        sa.Column("event", sa.String(length=80), server_default="", nullable=False),
        sa.Column("by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("seat", sa.String(length=40), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("audited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "target", "said", name="pk_switches"),
    )
    op.create_index("ix_switches_at", "switches", ["at"])
    where = sa.text("NOT audited")
    op.create_index("ix_switches_unaudited", "switches", ["said"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_table("switches")
