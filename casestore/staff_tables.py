"""Accounts of the case store's own staff, their sessions, what they did at the door, and photos of a case. Data apart from cases."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from .tables import metadata

staff_accounts = Table(
    "staff_accounts",
    metadata,
    Column("account", String(40), primary_key=True),
    Column("name", String(80), nullable=False),
    Column("role", String(16), nullable=False),  # states.Role
    Column("unit", String(80), nullable=False),  # of a unit's roles; '' else
    Column("password_hash", String(200), nullable=False),
    Column("former_hashes", Text, nullable=False),  # JSON, newest first
    Column("locked", Boolean, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("changed_at", String(40), nullable=False),  # ISO 8601, UTC, as all moments here
)

staff_sessions = Table(
    "staff_sessions",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("account", String(40), nullable=False),
    Column("made_at", String(40), nullable=False),
    Column("seen_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", String(200), nullable=False),
    Column("how", String(16), nullable=False),
    Column("locked", Boolean, nullable=False),
    Column("ended_at", String(40), nullable=False),  # '' lives
    Column("why", String(16), nullable=False),
    Index("ix_staff_sessions_account", "account", "ended_at"),
)

staff_audit = Table(
    "staff_audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(40), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("action", String(40), nullable=False),
    Column("detail", Text, nullable=False),  # JSON
)

case_photos = Table(
    "case_photos",
    metadata,
    Column("number", String(24), primary_key=True),
    Column("sha256", String(64), primary_key=True),  # its name, by which a report names it
    Column("media_type", String(40), nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", String(40), nullable=False),
    Column("by", String(120), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column(
        "sealed", Boolean, nullable=False, server_default=sa.false()
    ),  # photo_seal.py; False: an older version's, plain
    Index("ix_case_photos_plain", "number", sqlite_where=sa.text("NOT sealed"), postgresql_where=sa.text("NOT sealed")),
)
