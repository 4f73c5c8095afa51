"""Nuisance callers: tags, decisions, appeals, and what became of the calls of graded numbers (decision 0050)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text
from sqlalchemy import text as sa_text

from ledger.columns import Moment

from .shared import Big, Id, Number, Word, flag, metadata, partial, text

nuisance_tags = Table(
    "nuisance_tags",
    metadata,
    Column("tag_id", String(26), primary_key=True),
    Column("call_id", Id, nullable=False, unique=True),
    Column("number", Number, nullable=False),  # national
    Column("at", Moment, nullable=False),
    Column("by", Word, nullable=False),
    text("seat"),
    Column("reason", Word, nullable=False),  # bridge.nuisance.Reason
    text("note", Text()),
    Column("state", Word, nullable=False),  # bridge.nuisance.TagState
    Column("decided_at", Moment),
    text("decided_by"),
    text("why", Text()),
    Index(None, "at"),
    Index(None, "number"),
    partial("ix_nuisance_tags_open", "at", where="state = 'open'"),
)

nuisance_decisions = Table(
    "nuisance_decisions",
    metadata,
    Column("decision_id", String(26), primary_key=True),
    Column("number", Number, nullable=False),  # national
    Column("grade", Word, nullable=False),  # bridge.nuisance.Grade
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("by", Word, nullable=False),
    text("why", Text()),
    text("tag_id", String(26)),
    Column("said", Big, nullable=False),  # milliseconds since 1970 of the last word on it: of two Asterisk keeps the later
    Column("ended_at", Moment),  # before its time
    text("ended_by"),
    text("ended_how"),  # bridge.nuisance.End
    text("ended_why", Text()),
    Index(None, "number", "at"),
    Index(None, "until"),
    Index(None, "at"),
    Index(
        "ux_nuisance_decisions_standing", "number", unique=True, sqlite_where=sa_text("ended_at IS NULL"),
        postgresql_where=sa_text("ended_at IS NULL"),
    ),
)  # fmt: skip

nuisance_appeals = Table(
    "nuisance_appeals",
    metadata,
    Column("appeal_id", String(100), primary_key=True),  # by telephone that of its call
    Column("decision_id", String(26), nullable=False),
    Column("number", Number, nullable=False),
    Column("call_id", Id, nullable=False),
    Column("at", Moment, nullable=False),
    Column("how", Word, nullable=False),  # bridge.nuisance.How
    text("by"),
    text("words", Text()),
    Column("due_at", Moment, nullable=False),
    Column("decided_at", Moment),
    text("decided_by"),
    Column("upheld", Boolean),
    text("answer", Text()),
    flag("audited"),  # by telephone the audit log is owed its entry
    Index(None, "decision_id"),
    Index(None, "at"),
    partial("ix_nuisance_appeals_open", "due_at", where="decided_at IS NULL"),
    partial("ix_nuisance_appeals_unaudited", "at", where="NOT audited"),
)

graded_calls = Table(
    "graded_calls",
    metadata,
    Column("call_id", Id, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    text("line"),
    Column("grade", Word, nullable=False),
    Column("step", Word, nullable=False),  # cti.journey_events.NuisanceHandled
    text("decision_id", String(26)),  # under which; '' it was not known here
    Index(None, "at"),
    Index(None, "decision_id"),
)
