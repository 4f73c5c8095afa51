"""What sound went over each leg: packets that came and were lost, jitter, packets sent.

Revision 0014, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0012"
branch_labels = None
depends_on = None

COUNTS = ("received", "lost", "sent", "lost_there")


def upgrade() -> None:
    with op.batch_alter_table("legs", schema=None) as legs:
        for name in COUNTS:
            legs.add_column(sa.Column(name, sa.Integer(), nullable=True))
        legs.add_column(sa.Column("jitter_ms", sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("legs", schema=None) as legs:
        for name in (*COUNTS, "jitter_ms"):
            legs.drop_column(name)
