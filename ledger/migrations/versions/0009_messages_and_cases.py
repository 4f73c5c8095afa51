"""The outbox carries messages in streams, not tickets; cases and their history; calls name the case they are about.

Revision 0009, after 0008. Each ticket on its way becomes the message that files it, the first of its stream, with its
state, tries and error as they were; each one that was delivered becomes a case. Nothing is lost either way.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEPT = (
    *("state", "tries", "refusals", "next_try", "ever_sent", "error", "error_at", "holder", "held_until"),
    "delivered_at",
)
_TICKETS = sa.table("tickets", *map(sa.column, ("ticket_id", "key", "call_id", "filed_at")))
_FILED: sa.ColumnElement[str] = sa.literal_column("'file'")


def upgrade() -> None:
    for name in ("ix_outbox_state_next_try", "ix_outbox_undelivered", "ix_outbox_case_number"):
        op.drop_index(name, table_name="outbox")
    op.rename_table("outbox", "outbox_of_tickets")
    _free_the_names("outbox_of_tickets")
    op.create_table(
        "outbox",
        sa.Column("message_id", sa.String(length=26), nullable=False),
        sa.Column("stream", sa.String(length=200), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), server_default="file", nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("payload", sa.Text(), server_default="{}", nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        *_delivery(),
        sa.Column("claim", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"], name="fk_outbox_ticket_id"),
        sa.PrimaryKeyConstraint("message_id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sa.UniqueConstraint("stream", "turn", name="uq_outbox_stream_turn"),
    )
    _fill_the_outbox()
    _cases()
    op.execute(
        """INSERT INTO cases (case_id, stream, ticket_id, call_id, number, query_code, state, since, opened_at, moved_at)
        SELECT tickets.ticket_id, tickets.key, tickets.ticket_id, tickets.call_id, case_number, query_code, 'filed',
        coalesce(delivered_at, next_try), coalesce(delivered_at, next_try), coalesce(delivered_at, next_try)
        FROM outbox_of_tickets JOIN tickets ON tickets.ticket_id = outbox_of_tickets.ticket_id
        WHERE state = 'delivered' AND case_number <> ''"""
    )
    op.execute(
        """INSERT INTO case_history (case_id, sequence, state, at, heard_at)
        SELECT case_id, 0, state, since, moved_at FROM cases"""
    )
    op.drop_table("outbox_of_tickets")
    op.create_index("ix_outbox_state_next_try", "outbox", ["state", "next_try"])
    op.create_index("ix_outbox_made_at", "outbox", ["made_at"])
    _partial("ix_outbox_undelivered", "outbox", ["state", "next_try"], "state <> 'delivered'")
    op.add_column("calls", sa.Column("case_id", sa.String(length=26), server_default="", nullable=False))
    op.execute(
        """UPDATE calls SET case_id = (SELECT min(case_id) FROM cases WHERE cases.call_id = calls.call_id)
        WHERE call_id IN (SELECT call_id FROM cases WHERE call_id <> '')"""
    )
    _partial("ix_calls_case", "calls", ["case_id"], "case_id <> ''")


def downgrade() -> None:
    """Messages of other kinds, states of cases and their history go: there is no place for them."""
    op.drop_index("ix_calls_case", table_name="calls")
    with op.batch_alter_table("calls", schema=None) as calls:
        calls.drop_column("case_id")
    for name in ("ix_outbox_state_next_try", "ix_outbox_undelivered"):
        op.drop_index(name, table_name="outbox")
    op.rename_table("outbox", "outbox_of_messages")
    _free_the_names("outbox_of_messages")
    op.create_table(
        "outbox",
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        *_delivery(),
        sa.Column("case_number", sa.String(length=80), server_default="", nullable=False),
        sa.Column("query_code", sa.String(length=80), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"], name="fk_outbox_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_outbox"),
    )
    m = sa.table("outbox_of_messages", *map(sa.column, ("ticket_id", "kind", *_KEPT)))
    cases = sa.table("cases", *map(sa.column, ("ticket_id", "number", "query_code")))
    numbered = [sa.func.coalesce(column, sa.literal_column("''")) for column in (cases.c.number, cases.c.query_code)]
    was = sa.select(m.c.ticket_id, *(m.c[name] for name in _KEPT), *numbered)
    was = was.outerjoin_from(m, cases, cases.c.ticket_id == m.c.ticket_id).where(m.c.kind == _FILED)
    names = ("ticket_id", *_KEPT, "case_number", "query_code")
    op.execute(sa.insert(sa.table("outbox", *map(sa.column, names))).from_select(names, was))
    for table in ("outbox_of_messages", "case_marks", "case_history", "cases"):
        op.drop_table(table)
    op.create_index("ix_outbox_state_next_try", "outbox", ["state", "next_try"])
    op.create_index("ix_outbox_case_number", "outbox", ["case_number"])
    _partial("ix_outbox_undelivered", "outbox", ["state", "next_try"], "state <> 'delivered'")


def _delivery() -> list[sa.Column[object]]:
    return [
        sa.Column("state", sa.String(length=40), server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refusals", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_try", Moment(), nullable=False),
        sa.Column("ever_sent", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("error_at", Moment(), nullable=True),
        sa.Column("holder", sa.String(length=40), server_default="", nullable=False),
        sa.Column("held_until", Moment(), nullable=True),
        sa.Column("delivered_at", Moment(), nullable=True),
    ]


def _fill_the_outbox() -> None:
    """Each ticket's row as the message that files it, the first of its matter."""
    was = sa.table("outbox_of_tickets", *map(sa.column, ("ticket_id", *_KEPT)))
    ticket = _TICKETS.c
    names = ("message_id", "stream", "turn", "kind", "key", "ticket_id", "made_at", *_KEPT)
    first: sa.ColumnElement[int] = sa.literal_column("1")
    made = (ticket.ticket_id, ticket.key, first, _FILED, ticket.key, ticket.ticket_id, ticket.filed_at)
    rows = sa.select(*made, *(was.c[name] for name in _KEPT)).join_from(
        was, _TICKETS, ticket.ticket_id == was.c.ticket_id
    )
    op.execute(sa.insert(sa.table("outbox", *map(sa.column, names))).from_select(names, rows))


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("stream", sa.String(length=200), nullable=False),
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("call_id", sa.String(length=80), server_default="", nullable=False),
        sa.Column("number", sa.String(length=80), server_default="", nullable=False),
        sa.Column("query_code", sa.String(length=80), server_default="", nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("sequence", _BIG, server_default="0", nullable=False),
        sa.Column("word", sa.String(length=80), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=200), server_default="", nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"], name="fk_cases_ticket_id"),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
        sa.UniqueConstraint("stream", name="uq_cases_stream"),
        sa.UniqueConstraint("ticket_id", name="uq_cases_ticket_id"),
    )
    for columns in (["moved_at"], ["number"], ["call_id"], ["state", "since"]):
        op.create_index(f"ix_cases_{'_'.join(columns)}", "cases", columns)
    op.create_table(
        "case_history",
        sa.Column("case_id", sa.String(length=26), nullable=False),
        sa.Column("sequence", _BIG, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("heard_at", Moment(), nullable=False),
        sa.Column("word", sa.String(length=80), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=200), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("unforeseen", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_case_history_case_id"),
        sa.PrimaryKeyConstraint("case_id", "sequence", name="pk_case_history"),
    )
    op.create_table(
        "case_marks",
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("mark", sa.String(length=200), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("store", name="pk_case_marks"),
    )


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _free_the_names(table: str) -> None:
    """PostgreSQL keeps the constraints' names with a renamed table, and names are the schema's; SQLite does not mind."""
    if op.get_bind().dialect.name == "postgresql":
        for row in sa.inspect(op.get_bind()).get_unique_constraints(table):
            op.drop_constraint(str(row["name"]), table, type_="unique")
        op.drop_constraint("fk_outbox_ticket_id", table, type_="foreignkey")
        op.drop_constraint("pk_outbox", table, type_="primary")
