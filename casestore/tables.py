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
    Column("state", String(16), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("title", String(200), nullable=False),
    Column("accepted_at", String(40), nullable=False),  # ISO 8601, UTC
    Column("ticket", Text, nullable=False),  # JSON, as it came
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
    Column("body", Text, nullable=False, default=""),  # JSON of a further ticket of the same matter
    UniqueConstraint("number", "turn", name="uq_case_events_number"),
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
