"""Knowledge cards, version by version, and who read which in a call.

Revision 0043, after 0042.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "knowledge_cards",
        sa.Column("card_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("keywords", sa.String(length=200), server_default="", nullable=False),
        sa.Column("checklist", sa.Text(), server_default="", nullable=False),
        sa.Column("scheme", sa.String(length=40), server_default="", nullable=False),
        sa.Column("code_kind", sa.String(length=40), server_default="", nullable=False),
        sa.Column("code", sa.String(length=40), server_default="", nullable=False),
        sa.Column("code_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("source", sa.String(length=200), server_default="", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("retired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("card_id", "version", name="pk_knowledge_cards"),
    )
    op.create_index("ix_knowledge_cards_changed_at", "knowledge_cards", ["changed_at"])
    op.create_table(
        "knowledge_reads",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("card_id", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", "card_id", "version", "agent", name="pk_knowledge_reads"),
    )


def downgrade() -> None:
    op.drop_table("knowledge_reads")
    op.drop_index("ix_knowledge_cards_changed_at", table_name="knowledge_cards")
    op.drop_table("knowledge_cards")
