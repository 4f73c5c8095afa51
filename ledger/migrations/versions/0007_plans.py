"""Indexes for the queries that read a whole table; what revision 0002 once lacked.

0002 was changed after ledgers had gone through it, four times: what those ledgers lack is added here when it is absent.

Revision 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _mend()
    _partial("ix_calls_merged", "calls", ["merged_into"], "merged_into <> ''")
    op.create_index("ix_seat_log_time", "seat_log", ["state", "since", "until"])
    _partial("ix_seat_log_wrap_up", "seat_log", ["call_id", "since", "until"], "state = 'wrap_up'")
    _partial("ix_seat_log_going_on", "seat_log", ["seat", "since"], "until IS NULL")
    _partial("ix_talks_later", "talks", ["seat", "call_id"], "seq > 0")
    _partial("ix_outbox_undelivered", "outbox", ["state", "next_try"], "state <> 'delivered'")
    op.create_index("ix_callbacks_made_at", "callbacks", ["made_at"])
    op.create_index("ix_audit_actor_seq", "audit", ["actor", "seq"])
    op.create_index("ix_audit_action_seq", "audit", ["action", "seq"])
    op.create_index("ix_alarms_at", "alarms", ["at"])


def downgrade() -> None:
    for name, table in (
        ("ix_callbacks_made_at", "callbacks"),
        ("ix_outbox_undelivered", "outbox"),
        ("ix_alarms_at", "alarms"),
        ("ix_audit_action_seq", "audit"),
        ("ix_audit_actor_seq", "audit"),
        ("ix_talks_later", "talks"),
        ("ix_seat_log_going_on", "seat_log"),
        ("ix_seat_log_wrap_up", "seat_log"),
        ("ix_seat_log_time", "seat_log"),
        ("ix_calls_merged", "calls"),
    ):
        op.drop_index(name, table_name=table)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _mend() -> None:
    looked = sa.inspect(op.get_bind())

    def lacks(table: str, column: str) -> bool:
        return column not in {one["name"] for one in looked.get_columns(table)}

    def unindexed(table: str, name: str) -> bool:
        return name not in {one["name"] for one in looked.get_indexes(table)}

    if lacks("notices", "heard"):
        with op.batch_alter_table("notices", schema=None) as notices:
            notices.add_column(sa.Column("heard", sa.Integer(), server_default="0", nullable=False))
    if lacks("tickets", "code_kind"):
        with op.batch_alter_table("tickets", schema=None) as tickets:
            tickets.add_column(sa.Column("code_kind", sa.String(length=40), server_default="", nullable=False))
    if unindexed("tickets", "ix_tickets_agent_filed_at"):
        op.create_index("ix_tickets_agent_filed_at", "tickets", ["agent", "filed_at"])
    if unindexed("drafts", "ix_drafts_agent_at"):
        op.create_index("ix_drafts_agent_at", "drafts", ["agent", "at"])
