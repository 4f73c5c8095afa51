"""The tables of the store that was a part of the daemon; a file it made is taken over as it is.

What its older programs wrote is brought to its last rules here: keys are the matter's (``user_version`` 1), and nothing
is known of citizens who asked for secrecy (2).

Revision 0001.
"""

from __future__ import annotations

import json
import re
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_REKEY = """UPDATE OR IGNORE cases SET key = json_extract(ticket, '$.key')
WHERE key = json_extract(ticket, '$.id') AND json_extract(ticket, '$.key') IS NOT NULL"""
"""OR IGNORE: of two cases of one matter, which older programs could make, the second keeps its old key."""
_PAGE = 500


def upgrade() -> None:
    there = set(sa.inspect(op.get_bind()).get_table_names())
    if "cases" not in there:
        op.create_table(
            "cases",
            sa.Column("number", sa.String(24), primary_key=True),
            sa.Column("key", sa.String(200), nullable=False, unique=True),
            sa.Column("query_code", sa.String(8), nullable=False),
            sa.Column("step", sa.String(16), nullable=False),
            sa.Column("kind", sa.String(40), nullable=False),
            sa.Column("title", sa.String(200), nullable=False),
            sa.Column("accepted_at", sa.String(40), nullable=False),
            sa.Column("ticket", sa.Text(), nullable=False),
        )
    if "case_steps" not in there:
        op.create_table(
            "case_steps",
            sa.Column("number", sa.String(24), primary_key=True),
            sa.Column("turn", sa.Integer(), primary_key=True),
            sa.Column("step", sa.String(16), nullable=False),
            sa.Column("at", sa.String(40), nullable=False),
            sa.Column("note", sa.Text(), nullable=False),
        )
    if "case_serials" not in there:
        op.create_table(
            "case_serials",
            sa.Column("day", sa.String(8), primary_key=True),
            sa.Column("last", sa.Integer(), nullable=False),
        )
    if "cases" in there:
        _last_rules()


def downgrade() -> None:
    """A file of that store is one already."""


def _last_rules() -> None:
    db = op.get_bind()
    version = int(db.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version < 1:
        db.exec_driver_sql(_REKEY)
    if version < 2:
        _forget_who(db)
        db.exec_driver_sql("PRAGMA user_version = 2")


def _forget_who(db: sa.Connection) -> None:
    cases = sa.table("cases", sa.column("number"), sa.column("ticket"), sa.column("title"))
    last = ""
    while True:
        wanted = sa.select(cases.c.number, cases.c.ticket).where(cases.c.number > last)
        rows = db.execute(wanted.order_by(cases.c.number).limit(_PAGE)).all()
        if not rows:
            return
        for number, text in rows:
            ticket = json.loads(text)
            if ticket.get("anonymous") or ticket.get("confidential"):
                body = _nobodys(ticket)
                line = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
                changed = sa.update(cases).where(cases.c.number == number)
                db.execute(changed.values(ticket=line, title=str(body.get("title", ""))[:200]))
        last = rows[-1].number


def _nobodys(body: dict[str, Any]) -> dict[str, Any]:
    """As ``bridge.discretion.delivered`` sent it when this revision was written."""
    person, facts, place = dict(body.get("person") or {}), dict(body.get("facts") or {}), dict(body.get("place") or {})
    numbers = {*person.get("phones", ()), facts.get("ani", ""), facts.get("dnis", "")}
    numbers = {number for number in numbers if len(number) > 6}
    for where, names in ((body, ("title", "content")), (place, ("address_text", "address_std"))):
        where.update({name: _without(where[name], numbers) for name in names if where.get(name)})
    body |= {"person": {"name": "", "gender": "", "phones": [], "address": ""}}
    if place:
        body |= {"place": place}
    if facts:
        facts |= {"ani": "", "ani_trust": "", "dnis": facts.get("dnis", "") if len(facts.get("dnis", "")) <= 6 else ""}
        body |= {"facts": facts}
    return body


def _without(text: str, numbers: set[str]) -> str:
    for number in numbers:
        text = re.sub(r"[ \-]?".join(re.escape(letter) for letter in number), "***", text)
    return text
