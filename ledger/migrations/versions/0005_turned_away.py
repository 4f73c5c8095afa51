"""Calls turned away before the dialplan, how far Asterisk's logs were read for them; who forwarded a call, whether its number is hidden.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "turned_away",
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("minute", Moment(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("cause", sa.String(length=40), nullable=False),
        sa.Column("called", sa.String(length=80), nullable=False),
        sa.Column("calling", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.String(length=200), server_default="", nullable=False),
        sa.Column("count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("node", "minute", "source", "cause", "called", "calling", name=op.f("pk_turned_away")),
    )
    with op.batch_alter_table("turned_away", schema=None) as turned_away:
        turned_away.create_index(turned_away.f("ix_turned_away_minute"), ["minute"])
    op.create_table(
        "log_marks",
        sa.Column("node", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("inode", _BIG, nullable=False),
        sa.Column("offset", _BIG, nullable=False),
        sa.PrimaryKeyConstraint("node", "source", name=op.f("pk_log_marks")),
    )
    with op.batch_alter_table("calls", schema=None) as calls:
        calls.add_column(sa.Column("diverted", sa.String(length=80), server_default="", nullable=False))
        calls.add_column(sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("calls", schema=None) as calls:
        calls.drop_column("hidden")
        calls.drop_column("diverted")
    op.drop_table("log_marks")
    op.drop_table("turned_away")
