"""By what a repeat of a ticket is found: the thing's number, its address, its code in its cell, where it lies.

Filled for the tickets of the last ninety days, whose repeats may still come; where they lie is left out (``slot``): it wants a
conversion that may change.

Revision 0019, after 0018.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_PAGE = 500
_MOST = 120


def upgrade() -> None:
    op.create_table(
        "ticket_traits",
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=120), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"], name="fk_ticket_traits_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "kind", "value", name="pk_ticket_traits"),
    )
    _fill()
    op.create_index("ix_ticket_traits_kind_value_filed_at", "ticket_traits", ["kind", "value", "filed_at"])


def downgrade() -> None:
    op.drop_table("ticket_traits")


def _fill() -> None:
    db, text = op.get_bind(), sa.Text()
    tickets = sa.table(
        "tickets", sa.column("ticket_id", text), sa.column("body", text), sa.column("filed_at", Moment())
    )
    traits = sa.table(
        "ticket_traits", sa.column("ticket_id", text), sa.column("kind", text), sa.column("value", text),
        sa.column("filed_at", Moment()),
    )  # fmt: skip
    since = datetime.now(UTC) - timedelta(days=90)
    wanted = (
        sa.select(tickets.c.ticket_id, tickets.c.filed_at, tickets.c.body).order_by(tickets.c.ticket_id).limit(_PAGE)
    )
    last = ""
    while page := db.execute(wanted.where(tickets.c.filed_at >= since, tickets.c.ticket_id > last)).all():
        found = [
            {"ticket_id": row.ticket_id, "kind": kind, "value": value, "filed_at": row.filed_at}
            for row in page
            for kind, value in sorted(set(_traits(json.loads(row.body))))
        ]
        if found:
            db.execute(sa.insert(traits), found)
        last = page[-1].ticket_id


def _traits(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """As ``bridge.repeat.traits_of`` takes them today."""
    subject, place = body.get("subject") or {}, body.get("place") or {}
    if part := str(subject.get("part_id") or ""):
        yield "object", part.casefold()[:_MOST]
    for written in (place.get("address_std"), place.get("address_text")):
        plain = unicodedata.normalize("NFKC", str(written or "")).casefold()
        folded = "".join(sign for sign in plain if sign.isalnum())[:_MOST]
        if len(folded) >= 4:
            yield "address", folded
    if (cell := str(place.get("grid_code") or "")) and (code := str(subject.get("code") or "")):
        yield "cell", f"{cell} {subject.get('kind') or ''} {code}"[:_MOST]
