"""What became of a case is brought to the citizen: rounds of it, the call-backs of each, text messages; and to partners.

Cases that were over before are not told about now: they get a round that says so.

Revision 0020, after 0019.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WORD, _ID = sa.String(length=40), sa.String(length=80)

_SMALL = (
    ("ix_cases_marks", "mark_at", "mark_at IS NOT NULL"),
    ("ix_cases_overdue", "due_at", "marked >= 100"),
)


def upgrade() -> None:
    op.add_column("callbacks", sa.Column("ticket_id", sa.String(length=26), server_default="", nullable=False))
    op.add_column("callbacks", sa.Column("prefers", _WORD, server_default="", nullable=False))
    op.add_column("cases", sa.Column("told", _WORD, server_default="", nullable=False))
    op.add_column("cases", sa.Column("round", _BIG, server_default="0", nullable=False))
    op.add_column("cases", sa.Column("clock", sa.Text(), server_default="", nullable=False))
    op.add_column("cases", sa.Column("due_at", Moment(), nullable=True))
    op.add_column("cases", sa.Column("due_provisional", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("cases", sa.Column("marked", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cases", sa.Column("mark_at", Moment(), nullable=True))
    for name, column, of in _SMALL:
        where = sa.text(of)
        op.create_index(name, "cases", [column], sqlite_where=where, postgresql_where=where)
    op.create_table(
        "case_warnings",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("mark", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_case_warnings_case_id"),
        sa.PrimaryKeyConstraint("case_id", "at", "mark", name="pk_case_warnings"),
    )
    op.create_index("ix_case_warnings_noted_at", "case_warnings", ["noted_at"])
    op.create_table(
        "case_replies",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("round", _BIG, autoincrement=False, nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("task_id", _ID, server_default="", nullable=False),
        sa.Column("unowed", _WORD, server_default="", nullable=False),
        sa.Column("script", sa.Text(), server_default="", nullable=False),
        sa.Column("numbers", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("answer", _WORD, server_default="", nullable=False),
        sa.Column("satisfied", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("by", _WORD, server_default="", nullable=False),
        sa.Column("call_id", _ID, server_default="", nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.Column("reopened", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_case_replies_case_id"),
        sa.PrimaryKeyConstraint("case_id", "round", name="pk_case_replies"),
    )
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("channel", _WORD, nullable=False),
        sa.Column("target", _ID, server_default="", nullable=False),
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("kind", _WORD, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("state", _WORD, server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try", Moment(), nullable=False),
        sa.Column("begun", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("error", sa.String(length=300), server_default="", nullable=False),
        sa.Column("receipt", _ID, server_default="", nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("holder", _WORD, server_default="", nullable=False),
        sa.Column("held_until", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"], name="fk_notifications_ticket_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("key", name="uq_notifications_key"),
    )
    op.create_index("ix_notifications_ticket_id", "notifications", ["ticket_id"])
    unsent = sa.text("state = 'waiting'")
    op.create_index(
        "ix_notifications_unsent", "notifications", ["next_try"], sqlite_where=unsent, postgresql_where=unsent
    )
    told = "state IN ('checked', 'closed') AND sequence > 0"
    op.execute(
        "INSERT INTO case_replies (case_id, round, kind, opened_at, unowed, ended_at)"  # noqa: S608 - no value of anybody's
        f" SELECT case_id, sequence, 'reply', moved_at, 'before', moved_at FROM cases WHERE {told}"
    )
    op.execute(f"UPDATE cases SET round = sequence WHERE {told}")  # noqa: S608
    op.create_index("ix_case_replies_task_id", "case_replies", ["task_id"])
    op.create_index("ix_case_replies_opened_at", "case_replies", ["opened_at"])
    op.create_index("ix_case_replies_ended_at", "case_replies", ["ended_at"])


def downgrade() -> None:
    op.drop_table("notifications")
    op.drop_table("case_replies")
    op.drop_table("case_warnings")
    for name, _column, _of in _SMALL:
        op.drop_index(name, "cases")
    for table, names in (
        ("cases", ("round", "told", "clock", "due_at", "due_provisional", "marked", "mark_at")),
        ("callbacks", ("prefers", "ticket_id")),
    ):
        with op.batch_alter_table(table) as batch:
            for name in names:
                batch.drop_column(name)
