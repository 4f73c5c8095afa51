"""Editions of the city's catalogue; the date a citizen was promised.

Revision 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of_code() -> list[sa.Column[object]]:
    return [
        sa.Column("edition_id", _big(), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
    ]


def _edition(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["edition_id"], ["catalogue_editions.edition_id"], name=f"fk_{table}_edition_id")


def upgrade() -> None:
    op.create_table(
        "catalogue_editions",
        sa.Column("edition_id", _big(), nullable=False, autoincrement=True),
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("work_day", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=300), server_default="", nullable=False),
        sa.Column("sha256", sa.String(length=64), server_default="", nullable=False),
        sa.Column("imported_at", Moment(), nullable=False),
        sa.Column("imported_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("activated_at", Moment(), nullable=True),
        sa.Column("activated_by", sa.String(length=40), server_default="", nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("edition_id", name="pk_catalogue_editions"),
        sa.UniqueConstraint("scheme", "version", name="uq_catalogue_editions_scheme_version"),
    )
    op.create_table(
        "catalogue_codes",
        *_of_code(),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("major", sa.String(length=40), server_default="", nullable=False),
        sa.Column("major_name", sa.String(length=100), server_default="", nullable=False),
        _edition("catalogue_codes"),
        sa.PrimaryKeyConstraint("edition_id", "kind", "code", name="pk_catalogue_codes"),
    )
    op.create_table(
        "catalogue_conditions",
        *_of_code(),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("filing", sa.Text(), server_default="", nullable=False),
        sa.Column("closing", sa.Text(), server_default="", nullable=False),
        sa.Column("limit_value", sa.Integer(), nullable=False),
        sa.Column("limit_unit", sa.String(length=40), nullable=False),
        sa.Column("limit_text", sa.String(length=80), server_default="", nullable=False),
        sa.Column("stage", sa.String(length=40), server_default="", nullable=False),
        _edition("catalogue_conditions"),
        sa.PrimaryKeyConstraint("edition_id", "kind", "code", "number", name="pk_catalogue_conditions"),
    )
    op.create_table(
        "catalogue_units",
        *_of_code(),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        _edition("catalogue_units"),
        sa.PrimaryKeyConstraint("edition_id", "kind", "code", "role", "number", name="pk_catalogue_units"),
    )
    op.add_column("tickets", sa.Column("promised_by", Moment(), nullable=True))
    op.add_column("tickets", sa.Column("promise_provisional", sa.Boolean(), server_default=sa.false(), nullable=False))
    where = sa.text("promise_provisional")
    op.create_index("ix_tickets_provisional", "tickets", ["promised_by"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_tickets_provisional", "tickets")
    op.drop_column("tickets", "promise_provisional")
    op.drop_column("tickets", "promised_by")
    for table in ("catalogue_units", "catalogue_conditions", "catalogue_codes", "catalogue_editions"):
        op.drop_table(table)
