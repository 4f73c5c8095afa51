"""A number that is searched or joined by has its national form beside it; a ticket is found by every number in it.

The forms of old rows are filled in with the area code of the settings, one written number at a time: a ledger of
years holds far fewer numbers than calls.

Revision 0012, after 0011.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from cti.numbers import home
from ledger.columns import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_PAGE = 500
_BESIDE = (("calls", "caller"), ("calls", "origin"), ("callbacks", "number"))


def upgrade() -> None:
    for table, written in _BESIDE:
        column = sa.Column(f"{written}_national", sa.String(length=80), server_default="", nullable=False)
        op.add_column(table, column)
    op.create_table(
        "ticket_numbers",
        sa.Column("ticket_id", sa.String(length=26), nullable=False),
        sa.Column("national", sa.String(length=80), nullable=False),
        sa.Column("filed_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.ticket_id"], name="fk_ticket_numbers_ticket_id"),
        sa.PrimaryKeyConstraint("ticket_id", "national", name="pk_ticket_numbers"),
    )
    for table, written in _BESIDE:
        _fill(table, written)
    _find_tickets()
    op.create_index("ix_calls_caller_national_arrived_at", "calls", ["caller_national", "arrived_at"])
    op.create_index("ix_calls_origin_national_arrived_at", "calls", ["origin_national", "arrived_at"])
    op.create_index("ix_callbacks_number_national_state", "callbacks", ["number_national", "state"])
    op.create_index("ix_ticket_numbers_national_filed_at", "ticket_numbers", ["national", "filed_at"])
    for name, table in _INDEXES_OF_WRITTEN:
        op.drop_index(name, table_name=table)


def downgrade() -> None:
    for name, table, columns in (
        ("ix_calls_caller_arrived_at", "calls", ["caller", "arrived_at"]),
        ("ix_calls_origin_arrived_at", "calls", ["origin", "arrived_at"]),
        ("ix_tickets_caller_filed_at", "tickets", ["caller", "filed_at"]),
        ("ix_tickets_phone_filed_at", "tickets", ["phone", "filed_at"]),
    ):
        op.create_index(name, table, columns)
    op.drop_table("ticket_numbers")
    for table, written in _BESIDE:
        behind = "state" if table == "callbacks" else "arrived_at"
        op.drop_index(f"ix_{table}_{written}_national_{behind}", table_name=table)
        with op.batch_alter_table(table, schema=None) as altered:
            altered.drop_column(f"{written}_national")


_INDEXES_OF_WRITTEN = (
    ("ix_calls_caller_arrived_at", "calls"),
    ("ix_calls_origin_arrived_at", "calls"),
    ("ix_tickets_caller_filed_at", "tickets"),
    ("ix_tickets_phone_filed_at", "tickets"),
)


def _fill(table: str, written: str) -> None:
    """By the index of the written number, which stands until this is done."""
    db, text = op.get_bind(), sa.Text()
    rows = sa.table(table, sa.column(written, text), sa.column(f"{written}_national", text))
    column = rows.c[written]
    change = (
        sa.update(rows)
        .where(column == sa.bindparam("as_written"))
        .values({f"{written}_national": sa.bindparam("national")})
    )
    last = ""
    while (
        page := db.execute(sa.select(column).where(column > last).distinct().order_by(column).limit(_PAGE))
        .scalars()
        .all()
    ):
        folded = [{"as_written": one, "national": home().read(one).national} for one in page]
        if known := [one for one in folded if one["national"]]:
            db.execute(change, known)
        last = page[-1]


def _find_tickets() -> None:
    db, text = op.get_bind(), sa.Text()
    tickets = sa.table(
        "tickets", sa.column("ticket_id", text), sa.column("anonymous", sa.Boolean()), sa.column("body", text),
        sa.column("filed_at", Moment()),
    )  # fmt: skip
    numbers = sa.table(
        "ticket_numbers", sa.column("ticket_id", text), sa.column("national", text), sa.column("filed_at", Moment())
    )
    wanted = (
        sa.select(tickets.c.ticket_id, tickets.c.filed_at, tickets.c.body).order_by(tickets.c.ticket_id).limit(_PAGE)
    )
    last = ""
    while page := db.execute(wanted.where(~tickets.c.anonymous, tickets.c.ticket_id > last)).all():
        found = [
            {"ticket_id": row.ticket_id, "national": national[:80], "filed_at": row.filed_at}
            for row in page
            for national in sorted(set(_numbers(json.loads(row.body))))
        ]
        if found:
            db.execute(sa.insert(numbers), found)
        last = page[-1].ticket_id


def _numbers(body: dict[str, Any]) -> Iterator[str]:
    """As ``ledger.tickets.found_by`` takes them today."""
    facts = body.get("facts") or {}
    for written in (*(body.get("person") or {}).get("phones", ()), facts.get("ani", "")):
        if national := home().read(str(written or "")).national:
            yield national
    if (dialled := home().read(str(facts.get("dnis") or ""))).personal:
        yield dialled.national
