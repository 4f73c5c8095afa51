"""Seats and the people at them: what they did, their accounts and sessions, what they wrote and were told."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Index, Integer, String, Table, Text

from ledger.columns import Moment

from .shared import Big, Id, Word, count, flag, metadata, partial, text

seat_log = Table(
    "seat_log",
    metadata,
    Column("seat", Word, primary_key=True),
    Column("since", Moment, primary_key=True),
    Column("state", Word, primary_key=True),  # agents.presence.Presence
    Column("until", Moment),
    text("agent"),
    text("reason", String(80)),
    text("call_id", Id),
    text("by"),
    Index(None, "agent", "since"),
    Index("ix_seat_log_time", "state", "since", "until"),
    partial("ix_seat_log_wrap_up", "call_id", "since", "until", where="state = 'wrap_up'"),
    partial("ix_seat_log_going_on", "seat", "since", where="until IS NULL"),
)

seat_memory = Table(
    "seat_memory",
    metadata,
    Column("seat", Word, primary_key=True),
    Column("state", Text, nullable=False),  # agents.seat.pack
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", Word, primary_key=True),  # an agent's id
    Column("name", String(80), nullable=False),
    Column("role", Word, nullable=False),
    text("password_hash", String(200)),
    flag("locked"),
    Column("changed_at", Moment, nullable=False),
    text("former_hashes", Text()),  # of passwords that were: a JSON list, newest first
    flag("must_change"),  # the password is somebody else's choice
    text("subject", String(300)),  # issuer and sub of the identity provider, bound at the first log-in
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String(26), primary_key=True),  # what people may see; the cookie's secret is another
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("account_id", Word, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    text("ended_why"),  # signed_out | revoked | expired
    text("address", String(64)),
    text("browser", String(200)),
    text("seat"),
    flag("locked"),  # by idleness: the password opens it again
    Column("how", Word, nullable=False, server_default="password"),  # password | oidc
    Index(None, "account_id", "ended_at"),
    Index(None, "ended_at", "expires_at"),
    Index(None, "expires_at"),
)

account_changes = Table(  # what one person asked for and another has to confirm
    "account_changes",
    metadata,
    Column("change_id", Big, primary_key=True),
    Column("account_id", Word, nullable=False),
    Column("wanted", Text, nullable=False),  # the fields asked for, as JSON; a password's hash is beside it
    text("password_hash", String(200)),  # '': none was asked for; emptied when the change is settled
    Column("asked_by", Word, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("settled_at", Moment),
    text("settled_by"),
    text("settled_how"),  # confirmed | withdrawn | declined | replaced | expired
    Index(None, "settled_at", "account_id"),
)

programs = Table(
    "programs",
    metadata,
    Column("name", Word, primary_key=True),
    Column("scopes", String(300), nullable=False),  # words of console.access.Scope, a blank between two
    Column("token_sha256", String(64), nullable=False, unique=True),
    text("former_sha256", String(64)),  # after a rotation, until its time is over
    Column("former_until", Moment),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Word, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    text("revoked_by"),
    count("used"),
    Column("used_at", Moment),
    count("refused"),
    text("partner"),  # 110, 12345 …: as whom it files and speaks; '' as nobody but itself
)

drafts = Table(
    "drafts",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("agent", Word, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("fields", Text, nullable=False),  # the form as JSON, complete or not
    Index(None, "at"),
    Index(None, "agent", "at"),
)

notices = Table(
    "notices",
    metadata,
    Column("notice_id", Big, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", Word, nullable=False),
    text("by_name", String(80)),
    Column("text", Text, nullable=False),
    flag("urgent"),
    Column("seats", sa.JSON, nullable=False, server_default="[]"),  # []: everybody
    count("heard"),  # consoles it reached
    Index(None, "at"),
)

templates = Table(
    "templates",
    metadata,
    Column("template_id", Word, primary_key=True),
    Column("kind", Word, nullable=False),
    Column("title", String(120), nullable=False),
    Column("text", Text, nullable=False),
    text("scheme"),
    text("code_kind"),
    text("code"),
    text("code_name", String(120)),
    flag("retired"),
    Column("changed_at", Moment, nullable=False),
    text("changed_by"),
)

knowledge_cards = Table(  # one row a version; never changed, never deleted
    "knowledge_cards",
    metadata,
    Column("card_id", Word, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("title", String(120), nullable=False),
    Column("text", Text, nullable=False),
    text("keywords", String(200)),
    Column("checklist", Text, nullable=False, server_default=""),
    text("scheme"),
    text("code_kind"),
    text("code"),
    text("code_name", String(120)),
    text("source", String(200)),
    Column("valid_from", sa.Date, nullable=False),
    Column("valid_until", sa.Date),
    flag("retired"),
    Column("changed_at", Moment, nullable=False),
    text("changed_by"),
    Index(None, "changed_at"),
)

knowledge_reads = Table(  # what an agent read in a call: what the citizen was told from
    "knowledge_reads",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("card_id", Word, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("agent", Word, primary_key=True),
    Column("at", Moment, nullable=False),
)

wraps_up = seat_log.c.state == sa.literal_column("'wrap_up'")
"""Spelled out for the same reason: the small index of the wrap-ups."""
