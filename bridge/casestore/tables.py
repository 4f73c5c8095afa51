"""The embedded store's tables: its own metadata, its own file, no foreign key to anything of the ledger."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

METADATA = MetaData()

CASES = Table(
    "cases",
    METADATA,
    Column("number", String(24), primary_key=True),
    Column("key", String(64), nullable=False, unique=True),  # idempotency: one case per ticket id
    Column("query_code", String(8), nullable=False),
    Column("step", String(16), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("title", String(200), nullable=False),
    Column("accepted_at", String(40), nullable=False),  # ISO 8601, UTC
    Column("ticket", Text, nullable=False),
)

STEPS = Table(
    "case_steps",
    METADATA,
    Column("number", String(24), primary_key=True),
    Column("turn", Integer, primary_key=True),
    Column("step", String(16), nullable=False),
    Column("at", String(40), nullable=False),
    Column("note", Text, nullable=False, default=""),
)

SERIALS = Table(
    "case_serials",
    METADATA,
    Column("day", String(8), primary_key=True),
    Column("last", Integer, nullable=False),
)
