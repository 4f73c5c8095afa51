"""Call-backs become tasks: kind, owner, due moment, how they ended; and each try to reach the citizen has a row.

Revision 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE callbacks RENAME COLUMN call_id TO task_id")
    for column in (
        sa.Column("call_id", sa.String(length=80), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=40), server_default="missed", nullable=False),
        sa.Column("owner", sa.String(length=40), server_default="", nullable=False),
        sa.Column("owned_at", Moment(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("done_how", sa.String(length=40), server_default="", nullable=False),
        sa.Column("done_call", sa.String(length=80), server_default="", nullable=False),
    ):
        op.add_column("callbacks", column)
    op.create_table(
        "callback_attempts",
        sa.Column("task_id", sa.String(length=80), nullable=False),
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("agent", sa.String(length=40), server_default="", nullable=False),
        sa.Column("seat", sa.String(length=40), server_default="", nullable=False),
        sa.Column("result", sa.String(length=40), nullable=False),
        sa.Column("said", sa.String(length=40), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("task_id", "call_id", name=op.f("pk_callback_attempts")),
    )
    _carry_over()
    with op.batch_alter_table("callbacks", schema=None) as callbacks:
        callbacks.alter_column("due_at", existing_type=Moment(), nullable=False)
    op.create_index("ix_callback_attempts_call_id", "callback_attempts", ["call_id"])
    op.create_index("ix_callbacks_closed", "callbacks", ["state", "done_at", "task_id"])
    owed = sa.text("done_at IS NULL")
    for name, columns in (
        ("ix_callbacks_owed", ["due_at", "task_id"]),
        ("ix_callbacks_held", ["owner", "due_at", "task_id"]),
    ):
        op.create_index(name, "callbacks", columns, sqlite_where=owed, postgresql_where=owed)


def downgrade() -> None:
    """Tasks of no call go, and who had one."""
    for name in ("ix_callbacks_held", "ix_callbacks_owed", "ix_callbacks_closed"):
        op.drop_index(name, "callbacks")
    op.drop_table("callback_attempts")
    op.execute("DELETE FROM callbacks WHERE call_id = ''")
    op.execute("UPDATE callbacks SET state = 'open' WHERE done_at IS NULL")
    with op.batch_alter_table("callbacks", schema=None) as callbacks:
        for name in ("call_id", "kind", "owner", "owned_at", "due_at", "done_how", "done_call"):
            callbacks.drop_column(name)
    op.execute("ALTER TABLE callbacks RENAME COLUMN task_id TO call_id")


def _carry_over() -> None:
    """What was owed is due at once; of tries all is known that the calls tell: who dialled that number meanwhile, and
    whether somebody answered. A number is the same here when it is written the same, or with a trunk's 0 or +86."""
    op.execute("UPDATE callbacks SET call_id = task_id, due_at = made_at")
    op.execute("UPDATE callbacks SET done_at = made_at WHERE done_at IS NULL AND state <> 'open'")
    op.execute(
        """INSERT INTO callback_attempts (task_id, call_id, at, ended_at, agent, seat, result)
           SELECT b.task_id, c.call_id, c.arrived_at, c.ended_at, c.agent, c.endpoint,
                  CASE WHEN c.talk_began_at IS NOT NULL THEN 'reached'
                       WHEN c.refusal LIKE 'dial_%' THEN 'not_let_out' ELSE 'unknown' END
           FROM calls c JOIN callbacks b
             ON b.number IN (c.dialled, '0' || c.dialled, '+86' || c.dialled, '86' || c.dialled)
           WHERE c.direction = 'outbound' AND c.state = 'closed' AND length(c.dialled) > 6
             AND substr(c.dialled, 1, 1) IN ('+', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
             AND c.arrived_at >= b.made_at AND (b.done_at IS NULL OR c.arrived_at <= b.done_at)"""
    )
    op.execute(
        """UPDATE callbacks SET tries = (SELECT count(*) FROM callback_attempts a
             WHERE a.task_id = callbacks.task_id AND a.result <> 'not_let_out') WHERE tries = 0"""
    )
    op.execute(
        """UPDATE callbacks SET done_how = 'reached', done_call = (SELECT max(a.call_id) FROM callback_attempts a
             WHERE a.task_id = callbacks.task_id AND a.result = 'reached')
           WHERE state = 'done' AND EXISTS (SELECT 1 FROM callback_attempts a
             WHERE a.task_id = callbacks.task_id AND a.result = 'reached')"""
    )
    op.execute("UPDATE callbacks SET done_how = 'heard' WHERE state = 'done' AND done_how = ''")
