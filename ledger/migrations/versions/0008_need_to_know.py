"""Anonymous citizens' names and numbers go from tickets; wrong passwords are no longer counted by account;
accounts know their provider's subject and their former passwords; sessions how they began.

Revision 0008, after 0007.
"""

from __future__ import annotations

import json
import re
from typing import Any

import sqlalchemy as sa
from alembic import op

from ledger.columns import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PAGE = 500


def upgrade() -> None:
    with op.batch_alter_table("accounts", schema=None) as accounts:
        accounts.drop_column("locked_until")
        accounts.drop_column("failures")
        accounts.add_column(sa.Column("former_hashes", sa.Text(), server_default="", nullable=False))
        accounts.add_column(sa.Column("must_change", sa.Boolean(), server_default=sa.false(), nullable=False))
        accounts.add_column(sa.Column("subject", sa.String(length=300), server_default="", nullable=False))
    with op.batch_alter_table("sessions", schema=None) as sessions:
        sessions.add_column(sa.Column("how", sa.String(length=40), server_default="password", nullable=False))
    _forget_the_anonymous()


def downgrade() -> None:
    """What was forgotten stays so."""
    with op.batch_alter_table("sessions", schema=None) as sessions:
        sessions.drop_column("how")
    with op.batch_alter_table("accounts", schema=None) as accounts:
        accounts.drop_column("subject")
        accounts.drop_column("must_change")
        accounts.drop_column("former_hashes")
        accounts.add_column(sa.Column("failures", sa.Integer(), server_default="0", nullable=False))
        accounts.add_column(sa.Column("locked_until", Moment(), nullable=True))


def _forget_the_anonymous() -> None:
    """In pages by key: a ledger of years fits in no memory."""
    db = op.get_bind()
    text = sa.Text()
    tickets = sa.table(
        "tickets", sa.column("ticket_id", text), sa.column("anonymous", sa.Boolean()), sa.column("body", text),
        sa.column("caller", text), sa.column("phone", text), sa.column("title", text),
    )  # fmt: skip
    history = sa.table(
        "ticket_history", sa.column("ticket_id", text), sa.column("seq", sa.Integer()), sa.column("body", text)
    )
    last = ""
    while True:
        wanted = sa.select(tickets.c.ticket_id, tickets.c.body).where(tickets.c.anonymous, tickets.c.ticket_id > last)
        rows = db.execute(wanted.order_by(tickets.c.ticket_id).limit(_PAGE)).all()
        if not rows:
            return
        for row in rows:
            body = _nobodys(json.loads(row.body))
            mine = sa.update(tickets).where(tickets.c.ticket_id == row.ticket_id)
            db.execute(mine.values(body=_line(body), caller="", phone="", title=str(body.get("title", ""))[:200]))
            earlier = sa.select(history.c.seq, history.c.body).where(history.c.ticket_id == row.ticket_id)
            for old in db.execute(earlier).all():
                which = sa.update(history).where(history.c.ticket_id == row.ticket_id, history.c.seq == old.seq)
                db.execute(which.values(body=_line(_nobodys(json.loads(old.body)))))
        last = rows[-1].ticket_id


def _line(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _nobodys(body: dict[str, Any]) -> dict[str, Any]:
    """As ``bridge.discretion.kept`` writes it today."""
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
