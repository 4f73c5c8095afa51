"""The case store's tables, as the newest revision makes them: its own metadata, its own database."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

cases = Table(
    "cases",
    metadata,
    Column("number", String(24), primary_key=True),
    Column("key", String(200), nullable=False, unique=True),  # idempotency: one case a key, whoever asks how often
    Column("query_code", String(8), nullable=False),
    Column("state", String(24), nullable=False),  # states.State
    Column("kind", String(40), nullable=False),
    Column("title", String(200), nullable=False),
    Column("accepted_at", String(40), nullable=False),  # when it was taken; ISO 8601, UTC, as all moments here
    Column("ticket", Text, nullable=False),  # JSON, as it came
    Column("unit", String(80), nullable=False, default=""),  # who has it, or had it last
    Column("worker", String(120), nullable=False, default=""),
    Column("closer", String(120), nullable=False, default=""),  # the accepter who is to close it
    Column("bound", String(80), nullable=False, default=""),  # the unit a ruling named
    Column("parent", String(24), nullable=False, default=""),  # merged into
    Column("due_at", String(40), nullable=False, default=""),  # of the clock that runs; '' none does
    Column("dispatched_at", String(40), nullable=False, default=""),
    Column("handled_at", String(40), nullable=False, default=""),
    Column("confirmed_by", String(120), nullable=False, default=""),
    Column("closed_at", String(40), nullable=False, default=""),
    Column("closed_by", String(120), nullable=False, default=""),
    Column("reply", String(16), nullable=False, default=""),  # the last answer; '' since the last result: none
    Column("condition", String(400), nullable=False, default=""),  # closing condition
    Column("turn", Integer, nullable=False, default=0),  # of its newest event
    Column("moved_turn", Integer, nullable=False, default=0),  # of the newest that a command must have seen
    Column("urged", Integer, nullable=False, default=0),
    Column("returns", Integer, nullable=False, default=0),  # by units
    Column("reworks", Integer, nullable=False, default=0),
    Column("plus_ones", Integer, nullable=False, default=0),
    Column("reopened", Integer, nullable=False, default=0),
    Column("overdue", Integer, nullable=False, default=0),  # 1: a fact, and stays one
    Column("exempt", Integer, nullable=False, default=0),  # 1: an appeal took it out of the statistic
    Column("satisfied", Integer, nullable=False, default=0),  # 0: not said
    Column("score", Integer, nullable=False, default=0),  # 0: not evaluated
    Column("units_helping", Text, nullable=False, default="[]"),  # JSON
    Column("clock", Text, nullable=False, default=""),  # clock_effects.dump
    Index("ix_cases_state", "state", "due_at", "number"),
    Index("ix_cases_parent", "parent"),
)

case_events = Table(
    "case_events",
    metadata,
    Column(
        "seq", BigInteger, primary_key=True, autoincrement=False
    ),  # from ``counters``: none appears later before another
    Column("number", String(24), nullable=False),
    Column("turn", Integer, nullable=False),  # within the case, from 1
    Column("kind", String(16), nullable=False),  # states.EventKind
    Column("step", String(16), nullable=False),
    Column("at", String(40), nullable=False),
    Column("unit", String(80), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("body", Text, nullable=False, default=""),  # JSON: a further ticket of the matter, or what a command said
    Column("state", String(24), nullable=False, default=""),  # of a merged case: its parent's
    Column("command", String(24), nullable=False, default=""),
    Column("verb", String(16), nullable=False, default=""),  # transition_table.Verb
    Column("role", String(16), nullable=False, default=""),
    Column("by", String(120), nullable=False, default=""),
    Column("receiver", String(200), nullable=False, default=""),
    UniqueConstraint("number", "turn", name="uq_case_events_number"),
)

case_tasks = Table(
    "case_tasks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", String(24), nullable=False),
    Column("kind", String(16), nullable=False),  # states.TaskKind
    Column("role", String(16), nullable=False),  # in whose list it stands
    Column("opened_at", String(40), nullable=False),
    Column("opened_by", String(120), nullable=False),
    Column("due_at", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("until", String(40), nullable=False),  # of a suspension that is asked for
    Column("open", Integer, nullable=False),
    Column("ended_at", String(40), nullable=False),
    Column("ended_by", String(120), nullable=False),
    Column("first_by", String(120), nullable=False),  # the first of two reviewers
    Column("result", String(16), nullable=False),
    Column("opinion", Text, nullable=False),
    Index("ix_case_tasks_number", "number"),
    Index("ix_case_tasks_open", "open", "role"),
)

case_timers = Table(
    "case_timers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", String(24), nullable=False),
    Column("at", String(40), nullable=False),
    Column("kind", String(16), nullable=False),  # timers.TimerKind
    Column("percent", Integer, nullable=False),
    Column("task", Integer, nullable=False),  # 0: of the case itself
    Index("ix_case_timers_at", "at"),
    Index("ix_case_timers_number", "number"),
)

taken_keys = Table(
    "taken_keys",
    metadata,
    Column("scope", String(8), primary_key=True),  # 'message' or 'command'
    Column("key", String(200), primary_key=True),
    Column("number", String(24), nullable=False),
    Column("digest", String(64), nullable=False),  # of what was asked under it
    Column("answer", Text, nullable=False),  # JSON of the first answer to a command
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(16), primary_key=True),  # a day, YYYYMMDD, or 'events'
    Column("last", BigInteger, nullable=False),
)

inquiry_tries = Table(
    "inquiry_tries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Float, nullable=False),  # seconds since 1970
    Column("number", String(24), nullable=False),
    Column("caller", String(64), nullable=False),  # keyed hash: who asked is nobody's business
    Column("wrong", Boolean, nullable=False),
    Index("ix_inquiry_tries_at", "at"),
    Index("ix_inquiry_tries_number", "number", "at"),
    Index("ix_inquiry_tries_caller", "caller", "at"),
)
