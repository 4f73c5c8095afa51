"""The equipment, alarms, and what was done by whom."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, String, Table, Text, false

from ledger.columns import Moment

from .shared import Big, Id, Number, Word, count, metadata, number, partial, text

line_checks = Table(
    "line_checks",
    metadata,
    Column("line", Word, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("ok", Boolean, nullable=False),
    number("heard_seconds"),
    text("reason", String(80)),
    Index(None, "at"),
)

endpoint_reach = Table(
    "endpoint_reach",
    metadata,
    Column("endpoint", Word, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("reach", Word, nullable=False),
    count("roundtrip_us"),
    Index(None, "at"),
)

# calls that never became one: refused before the dialplan (cti/turned_away_logs.py), counted by the minute
turned_away = Table(
    "turned_away",
    metadata,
    Column("node", Word, primary_key=True),
    Column("minute", Moment, primary_key=True),
    Column("source", String(80), primary_key=True),  # a trunk's id, or an address
    Column("cause", Word, primary_key=True),  # cti.turned_away_logs.Cause
    Column("called", String(80), primary_key=True),  # as written; '' of those that were too many to be told apart
    Column("calling", String(80), primary_key=True),
    text("detail", String(200)),
    count("count"),
    Column("last_at", Moment, nullable=False),
    Index(None, "minute"),
)

log_marks = Table(
    "log_marks",
    metadata,
    Column("node", Word, primary_key=True),
    Column("source", Word, primary_key=True),  # sip | messages
    Column("inode", Big, nullable=False),
    Column("offset", Big, nullable=False),
)

alarms = Table(
    "alarms",
    metadata,
    Column("alarm_id", Big, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("kind", Word, nullable=False),
    text("subject", Number),
    text("call_id", Id),
    text("detail", Text()),
    Column("severity", Word, nullable=False, server_default="warning"),  # critical | warning
    Column("cleared_at", Moment),
    Column("acknowledged_at", Moment),
    text("acknowledged_by"),
    text("note", Text()),
    text("said", Text()),  # the detail's message and values as JSON (config.language.packed); '' of older versions
    Index(None, "call_id"),
    Index(None, "kind", "at"),
    Index(None, "cleared_at", "acknowledged_at"),
    Index(None, "at"),
)

# a line opened or closed out of turn, a mode on or off; a telephone that was not let in (kind pin)
switches = Table(
    "switches",
    metadata,
    Column("kind", Word, primary_key=True),  # hours | mode | pin
    Column("target", Word, primary_key=True),  # a line, a mode; of pin the seat
    Column("said", Big, primary_key=True, autoincrement=False),  # milliseconds since 1970: the later one is in force
    Column("state", Word, nullable=False),  # open closed clock | on off | wrong rested
    Column("at", Moment, nullable=False),
    Column("until", Moment),
    text("district", Word),
    text("event", Id),  # the mass event of the ticket centre that it is about
    text("by"),  # an account; '' by telephone where nobody sat
    text("seat"),  # by telephone
    text("reason", Text()),
    Column("audited", Boolean, nullable=False, server_default=false()),
    Index(None, "at"),
    partial("ix_switches_unaudited", "said", where="NOT audited"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Word, nullable=False),
    Column("action", Word, nullable=False),
    text("call_id", Id),
    text("detail", Text()),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index(None, "call_id"),
    Index(None, "at"),
    Index(None, "actor", "seq"),
    Index(None, "action", "seq"),
)
