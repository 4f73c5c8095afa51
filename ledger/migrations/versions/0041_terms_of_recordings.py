"""How long each recording is kept is decided and found by small indexes; calls without an outcome bear a mark; the
figures' index has the queue.

Revision 0041, after 0040. Nothing is decided of a recording here: that is the nightly deletion's.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_INDEXES = (
    ("ix_recordings_terms", "recordings", ["kept_by", "started_at"], "state = 'shelved'"),
    ("ix_recordings_expiring", "recordings", ["kept_until"], "state = 'shelved'"),
    ("ix_recordings_dropping", "recordings", ["dropped_at"], "state = 'dropped' AND certificate = ''"),
    ("ix_recordings_dropped", "recordings", ["dropped_at"], "state = 'dropped'"),
    ("ix_calls_pending", "calls", ["arrived_at", "call_id"], "pending"),
)


def upgrade() -> None:
    op.add_column("recordings", sa.Column("kept_by", sa.String(length=40), server_default="", nullable=False))
    op.add_column("calls", sa.Column("pending", sa.Boolean(), server_default=sa.false(), nullable=False))
    calls = sa.table(
        "calls", sa.column("call_id"), sa.column("direction"), sa.column("state"), sa.column("pending", sa.Boolean)
    )
    ended = sa.table("outcomes", sa.column("call_id"))
    without = ~sa.exists().where(ended.c.call_id == calls.c.call_id)
    owed = sa.update(calls).where(calls.c.direction == "inbound", calls.c.state == "closed", without)
    op.execute(owed.values(pending=True))
    op.drop_index("ix_recordings_kept_until", table_name="recordings")
    op.drop_index("ix_calls_kpi", table_name="calls")
    op.create_index(
        "ix_calls_kpi", "calls", ["direction", "arrived_at", "line", "queue", "talk_began_at", "wait_seconds"]
    )
    for name, table, columns, of in _INDEXES:
        where = sa.text(of)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_calls_kpi", table_name="calls")
    op.create_index("ix_calls_kpi", "calls", ["direction", "arrived_at", "line", "talk_began_at", "wait_seconds"])
    for name, table, _columns, _of in _INDEXES:
        op.drop_index(name, table_name=table)
    op.create_index("ix_recordings_kept_until", "recordings", ["kept_until"])
    op.drop_column("calls", "pending")
    op.drop_column("recordings", "kept_by")
