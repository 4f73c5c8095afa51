"""Which rows of ``talks`` count as an answer, for SQL: the rule of ``config.answered_talk_rule``, as ``record.CallRecord.answers`` has it."""

from __future__ import annotations

import sqlalchemy as sa

from config.answered_talk_rule import LEAST_SECONDS

from .seat_times import seconds_between

_EXACT = 0.0005
"""SQLite's days are no more exact than this many seconds."""


def is_answer(talks: sa.FromClause) -> sa.ColumnElement[bool]:
    """``talks``: the table, or an alias of it."""
    c = talks.c
    return sa.or_(c.ended_at.is_(None), seconds_between(c.began_at, c.ended_at) >= LEAST_SECONDS - _EXACT)
