"""How calls ended, and what is owed because of it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Index, Integer, Table, Text

from ledger.columns import Moment

from .shared import Id, Number, Word, count, metadata, national, partial, text

outcomes = Table(
    "outcomes",
    metadata,
    Column("call_id", Id, primary_key=True),  # one outcome a call: the key is the invariant
    Column("outcome", Word, nullable=False),
    text("detail"),
    Column("at", Moment, nullable=False),
    text("agent"),
    text("seat"),
    text("note", Text()),
    Column("knowledge", sa.JSON, nullable=False, server_default="[]"),
    Index(None, "outcome", "at"),
)

outcome_history = Table(
    "outcome_history",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("outcome", Word, nullable=False),
    text("detail"),
    Column("at", Moment, nullable=False),
    text("agent"),
    text("seat"),
    text("note", Text()),
    Column("knowledge", sa.JSON, nullable=False, server_default="[]"),
    Column("replaced_at", Moment, nullable=False),
)

# written by ledger/callbacks.py alone
callbacks = Table(
    "callbacks",
    metadata,
    Column("task_id", Id, primary_key=True),  # owed for a call: that call's id
    Column("reason", Word, nullable=False),
    text("line"),
    text("number", Number),
    Column("made_at", Moment, nullable=False),
    Column("state", Word, nullable=False, server_default="open"),  # agents.callbacks.State
    count("tries"),
    Column("done_at", Moment),  # no more owed, by whichever end
    text("done_by"),
    text("note", Text()),
    national("number"),
    text("call_id", Id),  # the call it is about; '' none
    Column("kind", Word, nullable=False, server_default="missed"),  # agents.callbacks.Kind
    text("owner"),  # the agent who has it
    Column("owned_at", Moment),
    Column("due_at", Moment, nullable=False),
    text("done_how"),  # a Result, a GivenUp, or heard
    text("done_call", Id),  # the call that ended it: ours, or the citizen's own
    text("ticket_id", sa.String(26)),  # whose result is to be told, or who is to be asked more; '' of no ticket
    text("prefers"),  # the agent who took their call: they call first, then anybody
    Index(None, "state", "made_at"),
    Index(None, "made_at"),
    Index(None, "number_national", "state"),
    Index("ix_callbacks_closed", "state", "done_at", "task_id"),
    partial("ix_callbacks_owed", "due_at", "task_id", where="done_at IS NULL"),
    partial("ix_callbacks_held", "owner", "due_at", "task_id", where="done_at IS NULL"),
)

callback_attempts = Table(
    "callback_attempts",
    metadata,
    Column("task_id", Id, primary_key=True),
    Column("call_id", Id, primary_key=True),  # of the call that we made
    Column("at", Moment, nullable=False),  # dialled
    Column("ended_at", Moment),
    text("agent"),
    text("seat"),
    Column("result", Word, nullable=False),  # agents.callbacks.Result, by the telephone
    text("said"),  # by the agent, over it; '' nothing
    text("note", Text()),
    Index(None, "call_id"),
)

is_owed = callbacks.c.done_at.is_(None)
"""Of the small indexes of what is owed."""
