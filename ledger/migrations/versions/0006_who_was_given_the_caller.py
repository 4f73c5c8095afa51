"""Whom a transfer's caller came to: the seat that answered him, and the agent there.

Revision 0006, after 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("transfers", schema=None) as transfers:
        transfers.add_column(sa.Column("became_seat", sa.String(length=40), server_default="", nullable=False))
        transfers.add_column(sa.Column("became_agent", sa.String(length=40), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("transfers", schema=None) as transfers:
        transfers.drop_column("became_agent")
        transfers.drop_column("became_seat")
