"""Matters shared with partners under both numbers, and what partners say of them.

Revision 0035, after 0032. What partners handed over before, and what was handed over to them, has its row from the start.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0035"
down_revision = "0032"
branch_labels = None
depends_on = None

_WORD, _NUMBER, _ID = sa.String(length=40), sa.String(length=80), sa.String(length=26)
_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def upgrade() -> None:
    op.create_table(
        "partner_matters",
        sa.Column("matter_id", _ID, nullable=False),
        sa.Column("partner", _WORD, nullable=False),
        sa.Column("number", _NUMBER, server_default="", nullable=False),
        sa.Column("folded", _NUMBER, server_default="", nullable=False),
        sa.Column("ticket_id", _ID, server_default="", nullable=False),
        sa.Column("handover_id", _ID, server_default="", nullable=False),
        sa.Column("state", _WORD, server_default="", nullable=False),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("sequence", _BIG, server_default="0", nullable=False),
        sa.Column("word", sa.String(length=80), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=200), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        sa.Column("moved_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("matter_id", name="pk_partner_matters"),
    )
    for name, columns, of, unique in (
        ("ix_partner_matters_number", ["partner", "folded"], "folded <> ''", True),
        ("ix_partner_matters_ticket", ["ticket_id"], "ticket_id <> ''", False),
        ("ix_partner_matters_handover", ["handover_id"], "handover_id <> ''", False),
    ):
        where = sa.text(of)
        op.create_index(name, "partner_matters", columns, unique=unique, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "partner_states",
        sa.Column("matter_id", _ID, nullable=False),
        sa.Column("sequence", _BIG, autoincrement=False, nullable=False),
        sa.Column("state", _WORD, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("heard_at", Moment(), nullable=False),
        sa.Column("word", sa.String(length=80), server_default="", nullable=False),
        sa.Column("unit", sa.String(length=200), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("late", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("matter_id", "sequence", name="pk_partner_states"),
    )
    _known_before()


def _known_before() -> None:
    """From calls that came with a work order and brought a ticket, and from hand-overs; of one number the first."""
    db = op.get_bind()
    came = sa.text(
        "SELECT calls.partner, calls.reference, min(tickets.ticket_id), '' FROM calls JOIN tickets ON tickets.call_id = calls.call_id "
        "WHERE calls.partner <> '' AND calls.reference <> '' GROUP BY calls.partner, calls.reference"
    )
    went = sa.text("SELECT partner, reference, ticket_id, handover_id FROM handovers ORDER BY asked_at")
    seen: set[tuple[str, str]] = set()
    rows = []
    now = datetime.now(UTC)
    for partner, number, ticket, handover in [*db.execute(came), *db.execute(went)]:
        folded = "".join(letter for letter in number if letter.isascii() and letter.isalnum()).upper()[:64]
        if folded and (partner, folded) in seen:
            continue
        seen.add((partner, folded))
        ident = "".join(secrets.choice(_ALPHABET) for _ in range(26))
        rows.append(
            {
                "matter_id": ident, "partner": partner[:40], "number": number if folded else "", "folded": folded, "ticket_id": ticket,
                "handover_id": handover, "noted_at": now,
            }
        )  # fmt: skip
    matters = sa.table(
        "partner_matters", sa.column("matter_id", _ID), sa.column("partner", _WORD), sa.column("number", _NUMBER),
        sa.column("folded", _NUMBER), sa.column("ticket_id", _ID), sa.column("handover_id", _ID), sa.column("noted_at", Moment()),
    )  # fmt: skip
    if rows:
        op.bulk_insert(matters, rows)


def downgrade() -> None:
    op.drop_table("partner_states")
    op.drop_table("partner_matters")
