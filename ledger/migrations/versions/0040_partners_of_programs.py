"""A program is bound to one partner or to none; matters of partners are found by when they came and moved.

Revision 0040. Tickets with a partner's number that no call brought (a program's, one that was typed) have their matter from now on, as
those of calls had since 0035.
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0040"
down_revision = "0035"
branch_labels = None
depends_on = None

_WORD, _NUMBER, _ID = sa.String(length=40), sa.String(length=80), sa.String(length=26)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def upgrade() -> None:
    op.add_column("programs", sa.Column("partner", _WORD, server_default="", nullable=False))
    op.create_index("ix_partner_matters_noted_at", "partner_matters", ["noted_at"])
    op.create_index("ix_partner_matters_moved_at", "partner_matters", ["moved_at"])
    _matters_of_tickets()


def _matters_of_tickets() -> None:
    """Of one number the first ticket; a number that has its matter keeps it, and gets the ticket where it had none."""
    db = op.get_bind()
    matters = sa.table(
        "partner_matters", sa.column("matter_id", _ID), sa.column("partner", _WORD), sa.column("number", _NUMBER),
        sa.column("folded", _NUMBER), sa.column("ticket_id", _ID), sa.column("noted_at", Moment()),
    )  # fmt: skip
    tickets = sa.table("tickets", sa.column("ticket_id", _ID), sa.column("body", sa.Text()))
    named = sa.select(tickets).where(tickets.c.body.like('%"external_ids":{"%')).order_by(tickets.c.ticket_id)
    now = datetime.now(UTC)
    for ticket, body in db.execute(named).all():
        for partner, number in json.loads(body).get("external_ids", {}).items():
            folded = "".join(letter for letter in number if letter.isascii() and letter.isalnum()).upper()[:64]
            if not folded:
                continue
            mine = sa.and_(matters.c.partner == partner[:40], matters.c.folded == folded)
            known = db.execute(sa.select(matters.c.ticket_id).where(mine)).first()
            if known is None:
                ident = "".join(secrets.choice(_ALPHABET) for _ in range(26))
                row = {
                    "matter_id": ident, "partner": partner[:40], "number": number[:80], "folded": folded, "ticket_id": ticket,
                    "noted_at": now,
                }  # fmt: skip
                db.execute(sa.insert(matters).values(row))
            elif not known.ticket_id:
                db.execute(sa.update(matters).where(mine).values(ticket_id=ticket))


def downgrade() -> None:
    op.drop_index("ix_partner_matters_moved_at", "partner_matters")
    op.drop_index("ix_partner_matters_noted_at", "partner_matters")
    op.drop_column("programs", "partner")
