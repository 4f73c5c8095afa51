"""Cases have a state; steps become the history that drivers hear, in one order; one table of counters; tries of inquiries.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STEPS = {
    "collected": "report", "filed": "acceptance", "dispatched": "dispatch", "handled": "handling",
    "reported": "feedback", "checked": "closing", "evaluated": "evaluation",
}  # fmt: skip
"""The old store's words → the seven steps. A case never stood at another than ``filed`` there."""


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("state", sa.String(16), nullable=False, server_default="accepted"))
    with op.batch_alter_table("cases") as cases:
        cases.drop_column("step")
        cases.alter_column("state", server_default=None)
    op.create_table(
        "case_events",
        sa.Column("seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("step", sa.String(16), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("unit", sa.String(80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.UniqueConstraint("number", "turn", name="uq_case_events_number"),
    )
    step = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in STEPS.items())
    op.execute(
        "INSERT INTO case_events (seq, number, turn, kind, step, at, unit, note, body) "  # noqa: S608 - words of this file
        "SELECT row_number() OVER (ORDER BY at, number, turn), number, turn, "
        f"CASE WHEN note = '' THEN 'moved' ELSE 'ticket' END, CASE step {step} ELSE step END, at, '', '', note "
        "FROM case_steps"
    )
    op.drop_table("case_steps")
    op.create_table(
        "counters",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("last", sa.BigInteger(), nullable=False),
    )
    op.execute("INSERT INTO counters (name, last) SELECT day, last FROM case_serials")
    op.execute("INSERT INTO counters (name, last) SELECT 'events', coalesce(max(seq), 0) FROM case_events")
    op.drop_table("case_serials")
    op.create_table(
        "inquiry_tries",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("caller", sa.String(64), nullable=False),
        sa.Column("wrong", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_inquiry_tries_at", "inquiry_tries", ["at"])
    op.create_index("ix_inquiry_tries_number", "inquiry_tries", ["number", "at"])
    op.create_index("ix_inquiry_tries_caller", "inquiry_tries", ["caller", "at"])


def downgrade() -> None:
    """Not possible: numbers and codes of the new form mean nothing to the old store."""
    raise NotImplementedError
