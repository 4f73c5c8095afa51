"""All tables of the ledger, in one place.

Read by the files of this room; other rooms meet the ledger through its stores and
queries only. Words: ``*_at`` are aware UTC moments, ``*_seconds`` are seconds. ''
means "there is none" in a text column, NULL "not (yet) so" in a moment.

Two things stand apart from ``calls`` on purpose:

* ``outcomes``: an agent may file a ticket before the book has read that call from
  Asterisk's files, and the scribe's upserts must never touch an agent's word.
* ``outbox``: one row a ticket, written in the ticket's own transaction.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text

from .columns import Moment

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_Id = String(80)
_Word = String(40)
_Number = String(80)
_Big = sa.BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, kind: sa.types.TypeEngine[str] = _Word) -> Column[str]:
    return Column(name, kind, nullable=False, server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=sa.false())


def _number(name: str) -> Column[float]:
    return Column(name, Float, nullable=False, server_default="0")


# -- what happened on the telephone: written by the scribe alone ---------------------------

calls = Table(
    "calls",
    metadata,
    Column("call_id", _Id, primary_key=True),
    _text("node"),
    Column("direction", String(10), nullable=False),
    _text("line"),
    _text("trunk"),
    _text("number", _Number),
    _text("partner", _Number),
    _text("reference", _Number),
    _text("origin", _Number),
    _text("endpoint", _Number),
    _text("caller", _Number),
    _text("caller_name", String(200)),
    _text("dialled", _Number),
    Column("arrived_at", Moment, nullable=False),
    Column("answered_at", Moment),  # Asterisk picked up; a human did at talk_began_at
    Column("notice_at", Moment),
    _text("notice_prompt"),
    _text("notice_source"),
    _text("refusal"),
    Column("queued_at", Moment),
    _text("queue"),
    _text("queue_result"),
    _count("offers"),
    Column("first_offer_at", Moment),
    Column("talk_began_at", Moment),
    Column("talk_ended_at", Moment),
    _number("talk_seconds"),
    _text("seat"),
    _text("agent"),
    _count("holds"),
    _number("held_seconds"),
    _count("transfers"),
    Column("ended_at", Moment),
    _text("ended_by"),
    _count("cause"),
    Column("wait_seconds", Float),  # from entering the first queue to talk, or to the end
    Column("ring_seconds", Float),  # from the first offer to talk, or to the end
    Column("state", String(8), nullable=False, server_default="open"),
    _flag("short_abandon"),
    _text("merged_into", _Id),
    _flag("uncertain"),
    Index(None, "arrived_at"),
    Index(None, "line", "arrived_at"),
    Index(None, "caller", "arrived_at"),
    Index(None, "origin", "arrived_at"),
    Index(None, "seat", "arrived_at"),
    Index("ix_calls_open", "state", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")),
    Index("ix_calls_kpi", "direction", "arrived_at", "line", "talk_began_at", "wait_seconds"),
    Index(None, "ended_at"),
)

legs = Table(
    "legs",
    metadata,
    Column("leg_id", _Id, primary_key=True),
    Column("call_id", _Id, nullable=False),
    _text("endpoint", _Number),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    _count("cause"),
    Index(None, "call_id"),
)

offers = Table(
    "offers",
    metadata,
    Column("call_id", _Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("leg_id", _Id, nullable=False),
    Column("seat", _Word, nullable=False),
    _text("queue"),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    _text("result"),
    Index(None, "seat", "began_at"),
)

talks = Table(
    "talks",
    metadata,
    Column("call_id", _Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("leg_id", _Id, nullable=False),
    Column("seat", _Word, nullable=False),
    _text("agent"),
    _text("queue"),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    _count("holds"),
    _number("held_seconds"),
    Index(None, "seat", "began_at"),
    Index(None, "agent", "began_at"),
)

queue_visits = Table(
    "queue_visits",
    metadata,
    Column("call_id", _Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("queue", _Word, nullable=False),
    _count("position"),
    Column("entered_at", Moment, nullable=False),
    Column("left_at", Moment),
    _text("result"),
    Index(None, "queue", "entered_at"),
)

transfers = Table(
    "transfers",
    metadata,
    Column("call_id", _Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", _Word, nullable=False),
    _text("by_seat"),
    _text("target", _Number),
)

recordings = Table(
    "recordings",
    metadata,
    Column("call_id", _Id, primary_key=True),
    # the scribe's columns
    Column("file", String(200), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    # the shelf's columns: upserts of the scribe leave them alone
    Column("state", String(8), nullable=False, server_default="raw"),  # raw | shelved | failed
    Column("settled_at", Moment),
    _text("reason"),
    _text("path", String(300)),
    _text("format", String(8)),
    Column("seconds", Float),
    Column("plain_bytes", _Big),
    _text("plain_sha256", String(64)),
    Column("stored_bytes", _Big),
    _text("stored_sha256", String(64)),
    _flag("sealed"),
    _text("faults", String(200)),  # words, space between
    Index(None, "state", "ended_at"),
    Index(None, "file"),
)

tail_marks = Table(
    "tail_marks",
    metadata,
    Column("node", _Word, primary_key=True),
    Column("source", _Word, primary_key=True),  # cel | queue_log
    Column("inode", _Big, nullable=False),
    Column("offset", _Big, nullable=False),
    Column("resume_inode", _Big, nullable=False),
    Column("resume_offset", _Big, nullable=False),
    Column("moved_at", Moment, nullable=False),
)

node_lives = Table(
    "node_lives",
    metadata,
    Column("node", _Word, primary_key=True),
    Column("began_at", Moment, primary_key=True),
)

blind_intervals = Table(
    "blind_intervals",
    metadata,
    Column("node", _Word, primary_key=True),
    Column("source", _Word, primary_key=True),  # book: can not be back-filled | board: the live picture only
    Column("began_at", Moment, primary_key=True),
    Column("ended_at", Moment),
    _text("reason", String(200)),
)

# -- how calls ended, and what is owed because of it ------------------------------------------

outcomes = Table(
    "outcomes",
    metadata,
    Column("call_id", _Id, primary_key=True),  # one outcome a call: the key is the invariant
    Column("outcome", _Word, nullable=False),
    _text("detail"),
    Column("at", Moment, nullable=False),
    _text("agent"),
    _text("seat"),
    _text("note", Text()),
    Column("knowledge", sa.JSON, nullable=False, server_default="[]"),
    Index(None, "outcome", "at"),
)

outcome_history = Table(
    "outcome_history",
    metadata,
    Column("call_id", _Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("outcome", _Word, nullable=False),
    _text("detail"),
    Column("at", Moment, nullable=False),
    _text("agent"),
    _text("seat"),
    _text("note", Text()),
    Column("knowledge", sa.JSON, nullable=False, server_default="[]"),
    Column("replaced_at", Moment, nullable=False),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("call_id", _Id, primary_key=True),  # one task a missed call
    Column("reason", _Word, nullable=False),
    _text("line"),
    _text("number", _Number),
    Column("made_at", Moment, nullable=False),
    Column("state", _Word, nullable=False, server_default="open"),  # open | done | given_up
    _count("tries"),
    Column("done_at", Moment),
    _text("done_by"),
    _text("note", Text()),
    Index(None, "state", "made_at"),
    Index(None, "number", "state"),
)

# -- tickets and their way out -------------------------------------------------------------------

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", String(26), primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    _text("call_id", _Id),
    Column("filed_at", Moment, nullable=False),
    _text("agent"),
    _text("seat"),
    _text("channel"),
    _text("line"),
    _text("caller", _Number),
    _text("phone", _Number),
    _text("kind"),
    _text("work_type"),
    _text("urgency"),
    _text("title", String(200)),
    _text("scheme"),
    _text("scheme_version"),
    _text("code"),
    _text("code_kind"),  # event | part: a scheme may use the same digits for both
    _text("grid_code"),
    Column("lng", Float),
    Column("lat", Float),
    _text("crs"),
    _text("unit", String(200)),
    Column("handle_by", Moment),
    _flag("confidential"),
    _flag("anonymous"),
    _flag("answered_directly"),
    _text("merged_into", String(80)),
    _text("retention_class"),
    _flag("legal_hold"),
    Column("body", Text, nullable=False),  # every field of DOMAIN 2.5, by bridge.ticket_json
    Index(None, "call_id"),
    Index(None, "filed_at"),
    Index(None, "caller", "filed_at"),
    Index(None, "phone", "filed_at"),
    Index(None, "code", "filed_at"),
    Index(None, "agent", "filed_at"),
)

ticket_history = Table(
    "ticket_history",
    metadata,
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("replaced_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("state", _Word, nullable=False, server_default="waiting"),  # bridge.ports.PushState
    _count("tries"),
    _count("refusals"),
    Column("next_try", Moment, nullable=False),
    _flag("ever_sent"),
    _text("error", Text()),
    Column("error_at", Moment),
    _text("holder"),
    Column("held_until", Moment),
    _text("case_number", _Number),
    _text("query_code", _Number),
    Column("delivered_at", Moment),
    Index(None, "state", "next_try"),
    Index(None, "case_number"),
)

# -- seats and people --------------------------------------------------------------------------------

seat_log = Table(
    "seat_log",
    metadata,
    Column("seat", _Word, primary_key=True),
    Column("since", Moment, primary_key=True),
    Column("state", _Word, primary_key=True),  # agents.presence.Presence
    Column("until", Moment),
    _text("agent"),
    _text("reason", String(80)),
    _text("call_id", _Id),
    _text("by"),
    Index(None, "agent", "since"),
)

seat_memory = Table(
    "seat_memory",
    metadata,
    Column("seat", _Word, primary_key=True),
    Column("state", Text, nullable=False),  # agents.seat.pack
)

accounts = Table(
    "accounts",
    metadata,
    Column("account_id", _Word, primary_key=True),  # an agent's id
    Column("name", String(80), nullable=False),
    Column("role", _Word, nullable=False),
    _text("password_hash", String(200)),
    _flag("locked"),
    Column("changed_at", Moment, nullable=False),
    _count("failures"),  # wrong passwords in a row
    Column("locked_until", Moment),  # too many of them
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String(26), primary_key=True),  # what people may see; the cookie's secret is another
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("account_id", _Word, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("ended_at", Moment),
    _text("ended_why"),  # signed_out | revoked | expired
    _text("address", String(64)),
    _text("browser", String(200)),
    _text("seat"),
    _flag("locked"),  # by idleness: the password opens it again
    Index(None, "account_id", "ended_at"),
    Index(None, "ended_at", "expires_at"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("call_id", _Id, primary_key=True),
    Column("agent", _Word, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("fields", Text, nullable=False),  # the form as JSON, complete or not
    Index(None, "at"),
    Index(None, "agent", "at"),
)

notices = Table(
    "notices",
    metadata,
    Column("notice_id", _Big, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", _Word, nullable=False),
    _text("by_name", String(80)),
    Column("text", Text, nullable=False),
    _flag("urgent"),
    Column("seats", sa.JSON, nullable=False, server_default="[]"),  # []: everybody
    _count("heard"),  # consoles it reached
    Index(None, "at"),
)

# -- the plant, and what was done by whom ----------------------------------------------------------------

line_checks = Table(
    "line_checks",
    metadata,
    Column("line", _Word, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("ok", Boolean, nullable=False),
    _number("heard_seconds"),
    _text("reason", String(80)),
)

endpoint_reach = Table(
    "endpoint_reach",
    metadata,
    Column("endpoint", _Word, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("reach", _Word, nullable=False),
    _count("roundtrip_us"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("alarm_id", _Big, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", _Word, nullable=False),
    _text("subject", _Number),
    _text("call_id", _Id),
    _text("detail", Text()),
    Column("severity", _Word, nullable=False, server_default="warning"),  # critical | warning
    Column("cleared_at", Moment),
    Column("acknowledged_at", Moment),
    _text("acknowledged_by"),
    _text("note", Text()),
    Index(None, "call_id"),
    Index(None, "kind", "at"),
    Index(None, "cleared_at", "acknowledged_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", _Big, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", _Word, nullable=False),
    Column("action", _Word, nullable=False),
    _text("call_id", _Id),
    _text("detail", Text()),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "call_id"),
    Index(None, "at"),
)

is_open = calls.c.state == sa.literal_column("'open'")
"""Spelled out, not bound: only so can SQLite use the small index of the open calls."""
