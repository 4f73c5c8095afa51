"""Tickets, the messages that carry them to the case store, and what became of their cases."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text

from ledger.columns import Moment

from .shared import Big, Id, Number, Word, count, flag, metadata, partial, text

tickets = Table(
    "tickets",
    metadata,
    Column("ticket_id", String(26), primary_key=True),
    Column("key", String(200), nullable=False, unique=True),
    text("call_id", Id),
    Column("filed_at", Moment, nullable=False),
    text("agent"),
    text("seat"),
    text("channel"),
    text("line"),
    text("caller", Number),
    text("phone", Number),
    text("kind"),
    text("work_type"),
    text("urgency"),
    text("title", String(200)),
    text("scheme"),
    text("scheme_version"),
    text("code"),
    text("code_kind"),  # event | part: a scheme may use the same digits for both
    text("grid_code"),
    Column("lng", Float),
    Column("lat", Float),
    text("crs"),
    text("unit", String(200)),
    Column("handle_by", Moment),
    Column("promised_by", Moment),  # what the citizen was told; why: body.promise
    flag("promise_provisional"),
    flag("confidential"),
    flag("anonymous"),
    flag("answered_directly"),
    text("merged_into", String(80)),
    text("retention_class"),
    flag("legal_hold"),
    Column("body", Text, nullable=False),  # every field of DOMAIN 2.5, by bridge.ticket_json
    Index(None, "call_id"),
    Index(None, "filed_at"),
    Index(None, "code", "filed_at"),
    Index(None, "agent", "filed_at"),
    Index(None, "unit", "filed_at"),
    partial("ix_tickets_merged", "merged_into", where="merged_into <> ''"),
    partial("ix_tickets_provisional", "promised_by", where="promise_provisional"),
)

provisional: sa.ColumnElement[bool] = sa.literal_column("promise_provisional")
"""Spelled out: the small index of promises that may come out otherwise."""

merged: sa.ColumnElement[bool] = sa.literal_column("tickets.merged_into <> ''")
"""Spelled out: the small index of tickets that go on within another's case."""

# every number a ticket is found by, in its national form: whom it came from, and all that the citizen left
ticket_numbers = Table(
    "ticket_numbers",
    metadata,
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("national", Number, primary_key=True),
    Column("filed_at", Moment, nullable=False),
    Index(None, "national", "filed_at"),
)

# by what a repeat of it is found: bridge.repeat.TraitKind
ticket_traits = Table(
    "ticket_traits",
    metadata,
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("kind", Word, primary_key=True),
    Column("value", String(120), primary_key=True),
    Column("filed_at", Moment, nullable=False),
    Index(None, "kind", "value", "filed_at"),
)

ticket_history = Table(
    "ticket_history",
    metadata,
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("replaced_at", Moment, nullable=False),
    Column("body", Text, nullable=False),
    text("replaced_by"),  # whose change put another in its place; '' the daemon's own, or of before this was kept
    text("why"),  # ledger.matters.Why
)

outbox = Table(
    "outbox",
    metadata,
    Column("message_id", String(26), primary_key=True),  # of the message that files a ticket: the ticket's id
    Column("stream", String(200), nullable=False),  # one citizen's matter: tickets.key
    Column("turn", Integer, nullable=False),  # its place in the stream, from 1: none goes before those ahead of it
    Column("kind", Word, nullable=False, server_default="file"),  # bridge.case_store_messages.MessageKind
    Column("key", String(200), nullable=False, unique=True),  # idempotency: the case store does it once
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id"), nullable=False),  # whose matter it is
    Column("payload", Text, nullable=False, server_default="{}"),  # JSON: what the kind adds to the ticket
    Column("made_at", Moment, nullable=False),
    Column("state", Word, nullable=False, server_default="waiting"),  # bridge.delivery_state.DeliveryState
    count("tries"),
    count("refusals"),
    Column("next_try", Moment, nullable=False),
    flag("ever_sent"),
    text("error", Text()),
    Column("error_at", Moment),
    text("holder"),
    Column("held_until", Moment),
    count("claim"),  # grows each time a courier gets it: the word of an older claim counts no more
    Column("delivered_at", Moment),
    sa.UniqueConstraint("stream", "turn"),
    Index(None, "made_at"),
    Index(None, "state", "next_try"),
    partial("ix_outbox_undelivered", "state", "next_try", where="state <> 'delivered'"),
)

# -- what became of it -----------------------------------------------------------------------------

cases = Table(
    "cases",
    metadata,
    Column("case_id", String(26), primary_key=True),  # of a case that a ticket of ours opened: the ticket's id
    Column("stream", String(200), nullable=False, unique=True),
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id"), nullable=False, unique=True),
    text("call_id", Id),  # the call that brought it; calls made for it name it in calls.case_id
    text("number", Number),
    text("query_code", Number),
    Column("state", Word, nullable=False),  # bridge.case_state.CaseState
    Column("since", Moment, nullable=False),  # by the case store's clock
    Column("sequence", Big, nullable=False, server_default="0"),  # of the newest event it was moved by; 0: the receipt
    text("word", String(80)),  # the store's own for the state
    text("unit", String(200)),
    text("told"),  # the state the store says, where ours waits for the reply to the citizen
    Column("round", Big, nullable=False, server_default="0"),  # the newest case_replies row that stands; 0: none
    Column("opened_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),  # when the ledger heard of it
    text("clock", Text()),  # JSON of bridge.cases.live_clock; '' never dispatched, or no limit is known
    Column("due_at", Moment),  # while the clock runs: when the limit is over
    flag("due_provisional"),
    count("marked"),  # percent of the limit, the greatest that was reached: 0, 50, 80, 100
    Column("mark_at", Moment),  # when to look again: the next mark, or at once after an event
    Index(None, "moved_at"),
    Index(None, "number"),
    Index(None, "call_id"),
    Index(None, "state", "since"),
    Index(None, "state", "case_id"),  # ids sort by time: a page of a state is walked
    Index(None, "unit", "case_id"),
    partial("ix_cases_marks", "mark_at", where="mark_at IS NOT NULL"),
    partial("ix_cases_overdue", "due_at", where="marked >= 100"),
)

is_overdue: sa.ColumnElement[bool] = sa.literal_column("marked") >= sa.literal_column("100")
"""Of the small index."""

# calls in which a citizen asked about a case, said more of it or joined it, beside the one that brought it
case_calls = Table(
    "case_calls",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("at", Moment, nullable=False),
    text("agent"),
    Index(None, "ticket_id", "at"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),  # of the file; it lies in the storage by it
    Column("name", String(200), nullable=False),
    Column("type", Word, nullable=False),  # by its content: bridge.attached_files
    Column("size", Integer, nullable=False),
    Column("added_at", Moment, nullable=False),
    text("added_by"),
)

mass_events = Table(
    "mass_events",
    metadata,
    Column("event_id", String(26), primary_key=True),
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id"), nullable=False),  # the case that others join
    text("title", String(200)),
    text("district", String(80)),
    text("words", Text()),  # what callers are told
    Column("opened_at", Moment, nullable=False),
    text("opened_by"),
    Column("ends_at", Moment, nullable=False),
    Column("closed_at", Moment),
    text("closed_by"),
    Index(None, "ends_at"),
    Index(None, "ticket_id"),
)

mass_event_joins = Table(  # callers who joined one by a key, once each
    "mass_event_joins",
    metadata,
    Column("event_id", String(26), ForeignKey("mass_events.event_id"), primary_key=True),
    Column("number", Number, primary_key=True),  # national form; of who withheld it the call's id
    text("call_id", Id),
    Column("at", Moment, nullable=False),
    flag("said"),  # a message of the case carries it; false: the case was over, or the ticket is gone
)

progress_tries = (
    Table(  # who asked by telephone how far a case is: what the limits of tries are counted by; old rows go
        "progress_tries",
        metadata,
        Column("try_id", Integer, primary_key=True),
        Column("at", Float, nullable=False),  # seconds since 1970
        Column("number", Number, nullable=False),
        Column("caller", Number, nullable=False),  # national form; '' withheld
        flag("wrong"),
        Index(None, "at"),
        Index(None, "number", "at"),
        Index(None, "caller", "at"),
    )
)

case_warnings = Table(
    "case_warnings",
    metadata,
    Column("case_id", String(26), ForeignKey("cases.case_id"), primary_key=True),
    Column("at", Moment, primary_key=True),  # when so much of the limit was over
    Column("mark", Integer, primary_key=True, autoincrement=False),  # percent: 50, 80, 100
    Column("noted_at", Moment, nullable=False),
    Index(None, "noted_at"),
)

case_history = Table(
    "case_history",
    metadata,
    Column("case_id", String(26), ForeignKey("cases.case_id"), primary_key=True),
    Column("sequence", Big, primary_key=True, autoincrement=False),
    Column("state", Word, nullable=False),
    Column("at", Moment, nullable=False),
    Column("heard_at", Moment, nullable=False),
    text("word", String(80)),
    text("unit", String(200)),
    text("note", Text()),
    flag("late"),  # it moved nothing: a later one had been heard before
    flag("unforeseen"),  # bridge.case_state.TABLE does not have this step
)

# written by ledger/replies.py alone
case_replies = Table(
    "case_replies",
    metadata,
    Column("case_id", String(26), ForeignKey("cases.case_id"), primary_key=True),
    Column("round", Big, primary_key=True, autoincrement=False),  # sequence of the event that asked for it
    Column("kind", Word, nullable=False),  # agents.callbacks.Kind: reply | returned
    Column("opened_at", Moment, nullable=False),
    text("task_id", Id),  # the call-back; '' nobody is called, and unowed says why
    text("unowed"),  # bridge.reply_rounds.Unowed
    text("script", Text()),  # what is told, or asked for: the case store's words
    Column("numbers", sa.JSON, nullable=False, server_default="[]"),  # the citizen's, in the order they are tried
    text("answer"),  # bridge.reply_rounds.Answer; '' not yet
    Column("satisfied", Integer),  # 1 to 5
    text("words", Text()),
    text("by"),
    text("call_id", Id),  # in which they answered
    Column("ended_at", Moment),  # answered, or overtaken by the case
    flag("reopened"),  # supervision was asked to look again
    Index(None, "task_id"),
    Index(None, "opened_at"),
    Index(None, "ended_at"),
)

# to others than the case store: bridge.notifications
notifications = Table(
    "notifications",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("key", String(200), nullable=False, unique=True),  # made once, whatever is heard twice
    Column("channel", Word, nullable=False),  # bridge.notifications.rules.Channel: sms | partner | handover
    text("target", Number),
    Column("ticket_id", String(26), ForeignKey("tickets.ticket_id")),  # NULL: of a call that has none (yet)
    Column("kind", Word, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("state", Word, nullable=False, server_default="waiting"),  # waiting | sent | unsure | failed | withdrawn
    count("tries"),
    Column("next_try", Moment, nullable=False),
    flag("begun"),  # a try has no known end: it may have arrived
    text("error", String(300)),
    text("receipt", Number),  # what the gateway calls it
    Column("sent_at", Moment),
    text("holder"),
    Column("held_until", Moment),
    Index(None, "ticket_id"),
    Index(None, "sent_at"),
    partial("ix_notifications_unsent", "next_try", where="state = 'waiting'"),
)

is_unsent = notifications.c.state == sa.literal_column("'waiting'")
"""Of the small index."""

case_marks = Table(
    "case_marks",
    metadata,
    Column("store", Word, primary_key=True),
    Column("mark", String(200), nullable=False),  # opaque: how far this case store was heard
    Column("at", Moment, nullable=False),
)

undelivered = outbox.c.state != sa.literal_column("'delivered'")
"""Spelled out for the same reason: the small index of what is on its way or needs a person."""
