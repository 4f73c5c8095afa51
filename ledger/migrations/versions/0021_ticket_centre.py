"""The ticket centre: whose change a version of a ticket gave way to, files, later calls of a case, mass events, and the ways to search.

Revision 0021, after 0020.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_MERGED = sa.text("merged_into <> ''")
_OF = ["ticket_id"]


def upgrade() -> None:
    for name in ("replaced_by", "why"):
        op.add_column("ticket_history", sa.Column(name, sa.String(length=40), nullable=False, server_default=""))
    op.create_table(
        "case_calls",
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("agent", sa.String(length=40), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(_OF, ["tickets.ticket_id"], name="fk_case_calls_ticket_id"),
        sa.PrimaryKeyConstraint("call_id", "ticket_id", name="pk_case_calls"),
    )
    op.create_index("ix_case_calls_ticket_id_at", "case_calls", ["ticket_id", "at"])
    op.create_table(
        "attachments",
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", Moment(), nullable=False),
        sa.Column("added_by", sa.String(length=40), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(_OF, ["tickets.ticket_id"], name="fk_attachments_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "sha256", name="pk_attachments"),
    )
    op.create_table(
        "mass_events",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("district", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("opened_by", sa.String(length=40), nullable=False, server_default=""),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("closed_at", Moment(), nullable=True),
        sa.Column("closed_by", sa.String(length=40), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(_OF, ["tickets.ticket_id"], name="fk_mass_events_ticket_id"),
        sa.PrimaryKeyConstraint("event_id", name="pk_mass_events"),
    )
    op.create_index("ix_mass_events_ends_at", "mass_events", ["ends_at"])
    op.create_index("ix_mass_events_ticket_id", "mass_events", _OF)
    op.create_index("ix_tickets_unit_filed_at", "tickets", ["unit", "filed_at"])
    op.create_index("ix_tickets_merged", "tickets", ["merged_into"], sqlite_where=_MERGED, postgresql_where=_MERGED)
    op.create_index("ix_cases_state_case_id", "cases", ["state", "case_id"])
    op.create_index("ix_cases_unit_case_id", "cases", ["unit", "case_id"])


def downgrade() -> None:
    for table, index in (
        ("cases", "ix_cases_unit_case_id"), ("cases", "ix_cases_state_case_id"), ("tickets", "ix_tickets_merged"),
        ("tickets", "ix_tickets_unit_filed_at"),
    ):  # fmt: skip
        op.drop_index(index, table)
    for table in ("mass_events", "attachments", "case_calls"):
        op.drop_table(table)
    for name in ("why", "replaced_by"):
        op.drop_column("ticket_history", name)
