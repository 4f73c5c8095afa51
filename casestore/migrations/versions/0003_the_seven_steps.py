"""Cases are moved by commands: who has them, their clocks, counts, side tasks, timers, and the keys that were used.

Revision 0003, after 0002.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXTS = {
    "unit": 80, "worker": 120, "closer": 120, "bound": 80, "parent": 24, "due_at": 40, "dispatched_at": 40,
    "handled_at": 40, "confirmed_by": 120, "closed_at": 40, "closed_by": 120, "reply": 16, "condition": 400,
}  # fmt: skip
NUMBERS = (
    "turn",
    "moved_turn",
    "urged",
    "returns",
    "reworks",
    "plus_ones",
    "reopened",
    "overdue",
    "exempt",
    "satisfied",
    "score",
)
LONG = {"units_helping": "[]", "clock": ""}
EVENT_TEXTS = {"state": 24, "command": 24, "verb": 16, "role": 16, "by": 120, "receiver": 200}
STATE_OF = {
    "report": "reported", "acceptance": "accepted", "dispatch": "dispatched", "handling": "assigned",
    "feedback": "handled", "closing": "closed", "evaluation": "evaluated",
}  # fmt: skip
"""A step's first state: what the history of before knew."""


def upgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.alter_column("state", existing_type=sa.String(16), type_=sa.String(24), existing_nullable=False)
        for name, size in TEXTS.items():
            cases.add_column(sa.Column(name, sa.String(size), nullable=False, server_default=""))
        for name in NUMBERS:
            cases.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        for name, value in LONG.items():
            cases.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=value))
    with op.batch_alter_table("case_events") as events:
        for name, size in EVENT_TEXTS.items():
            events.add_column(sa.Column(name, sa.String(size), nullable=False, server_default=""))
    state = " ".join(f"WHEN '{step}' THEN '{state}'" for step, state in STATE_OF.items())
    op.execute(f"UPDATE case_events SET state = CASE step {state} ELSE 'reported' END")  # noqa: S608 - words of this file
    last = "(SELECT coalesce(max(e.turn), 0) FROM case_events e WHERE e.number = cases.number)"
    op.execute(f"UPDATE cases SET turn = {last}, moved_turn = {last}")  # noqa: S608 - words of this file
    with op.batch_alter_table("cases") as cases:
        for name in (*TEXTS, *NUMBERS, *LONG):
            cases.alter_column(name, server_default=None)
    with op.batch_alter_table("case_events") as events:
        for name in EVENT_TEXTS:
            events.alter_column(name, server_default=None)
    op.create_index("ix_cases_state", "cases", ["state", "due_at", "number"])
    op.create_index("ix_cases_parent", "cases", ["parent"])
    op.create_table(
        "case_tasks",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("opened_at", sa.String(40), nullable=False),
        sa.Column("opened_by", sa.String(120), nullable=False),
        sa.Column("due_at", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.String(40), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.String(40), nullable=False),
        sa.Column("ended_by", sa.String(120), nullable=False),
        sa.Column("first_by", sa.String(120), nullable=False),
        sa.Column("result", sa.String(16), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
    )
    op.create_index("ix_case_tasks_number", "case_tasks", ["number"])
    op.create_index("ix_case_tasks_open", "case_tasks", ["open", "role"])
    op.create_table(
        "case_timers",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("task", sa.Integer(), nullable=False),
    )
    op.create_index("ix_case_timers_at", "case_timers", ["at"])
    op.create_index("ix_case_timers_number", "case_timers", ["number"])
    op.create_table(
        "taken_keys",
        sa.Column("scope", sa.String(8), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("number", sa.String(24), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
    )
    _clocks_begin()


def _clocks_begin() -> None:
    """The dispatchers' quarter of an hour of the cases of before runs from now on."""
    due = (datetime.now(UTC) + timedelta(minutes=15)).isoformat()
    clock = json.dumps({"stage_due": due, "stage_left": None, "handling": None})
    case = sa.table("cases", *(sa.column(name) for name in ("number", "state", "due_at", "clock")))
    timer = sa.table("case_timers", *(sa.column(name) for name in ("number", "at", "kind", "percent", "task")))
    waits = case.c.state == "accepted"
    op.execute(sa.update(case).where(waits).values(due_at=due, clock=clock))
    rows = sa.select(case.c.number, sa.literal(due), sa.literal("stage"), sa.literal(0), sa.literal(0)).where(waits)
    op.execute(sa.insert(timer).from_select(["number", "at", "kind", "percent", "task"], rows))


def downgrade() -> None:
    """Not possible: an older program knows no more than two states."""
    raise NotImplementedError
