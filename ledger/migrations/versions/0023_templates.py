"""What agents say, and first words of tickets, as supervisors keep them.

Revision 0023, after 0022.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "templates",
        sa.Column("template_id", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("scheme", sa.String(length=40), server_default="", nullable=False),
        sa.Column("code_kind", sa.String(length=40), server_default="", nullable=False),
        sa.Column("code", sa.String(length=40), server_default="", nullable=False),
        sa.Column("code_name", sa.String(length=120), server_default="", nullable=False),
        sa.Column("retired", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.Column("changed_by", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("template_id", name="pk_templates"),
    )


def downgrade() -> None:
    op.drop_table("templates")
