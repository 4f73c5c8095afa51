"""What an alarm says as its message and values, for each reader's language; calls that we made are found by whom we called.

Revision 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OUT = sa.text("direction = 'outbound'")


def upgrade() -> None:
    with op.batch_alter_table("alarms", schema=None) as alarms:
        alarms.add_column(sa.Column("said", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_calls_dialled", "calls", ["dialled", "arrived_at"], unique=False, sqlite_where=OUT, postgresql_where=OUT
    )


def downgrade() -> None:
    op.drop_index("ix_calls_dialled", table_name="calls")
    with op.batch_alter_table("alarms", schema=None) as alarms:
        alarms.drop_column("said")
