"""Calls handed over to partners; a message to one may be about a call that has no ticket yet.

Revision 0030, after 0028.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None

_WORD, _ID = sa.String(length=40), sa.String(length=80)


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("handover_id", sa.String(length=26), nullable=False),
        sa.Column("call_id", _ID, nullable=False),
        sa.Column("partner", _WORD, nullable=False),
        sa.Column("seat", _WORD, server_default="", nullable=False),
        sa.Column("agent", _WORD, server_default="", nullable=False),
        sa.Column("ticket_id", sa.String(length=26), server_default="", nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("reference", _ID, server_default="", nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("how", _WORD, server_default="", nullable=False),
        sa.Column("ended_by", _WORD, server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("handover_id", name="pk_handovers"),
    )
    op.create_index("ix_handovers_call_id", "handovers", ["call_id"])
    op.create_index("ix_handovers_asked_at", "handovers", ["asked_at"])
    for name, column, of in (
        ("ix_handovers_ticket", "ticket_id", "ticket_id <> ''"),
        ("ix_handovers_open", "call_id", "ended_at IS NULL"),
    ):
        where = sa.text(of)
        op.create_index(name, "handovers", [column], sqlite_where=where, postgresql_where=where)
    with op.batch_alter_table("notifications", schema=None) as notifications:
        notifications.alter_column("ticket_id", existing_type=sa.String(length=26), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM notifications WHERE ticket_id IS NULL")
    with op.batch_alter_table("notifications", schema=None) as notifications:
        notifications.alter_column("ticket_id", existing_type=sa.String(length=26), nullable=False)
    op.drop_table("handovers")
