"""All tables of the ledger, by topic: ``telephone.py``, ``outcomes.py``, ``tickets.py``, ``catalogues.py``, ``people.py``, ``operation.py``, ``nuisance.py``; ``shared.py`` what they are made of.

Read by the files of this room; other rooms meet the ledger through its stores and
queries only. Words: ``*_at`` are aware UTC moments, ``*_seconds`` are seconds. ''
means "there is none" in a text column, NULL "not (yet) so" in a moment.

Two things stand apart from ``calls`` on purpose:

* ``outcomes``: an agent may file a ticket before the book has read that call from
  Asterisk's files, and the scribe's upserts must never touch an agent's word.
* ``outbox``: messages to the case store; that which files a ticket is written in the ticket's own transaction.

A number that is searched or joined by has its national form (``cti.numbers``) in a column beside it, ``*_national``: made
by whatever inserts the row, so that no writer can forget it.
"""

from __future__ import annotations

from .catalogues import catalogue_codes, catalogue_conditions, catalogue_editions, catalogue_units
from .nuisance import graded_calls, nuisance_appeals, nuisance_decisions, nuisance_tags
from .operation import alarms, audit, endpoint_reach, line_checks, log_marks, switches, turned_away
from .outcomes import callback_attempts, callbacks, is_owed, outcome_history, outcomes
from .people import (
    account_changes,
    accounts,
    drafts,
    notices,
    programs,
    seat_log,
    seat_memory,
    sessions,
    templates,
    wraps_up,
)
from .shared import metadata
from .telephone import (
    blind_intervals,
    callback_offers,
    calls,
    differences,
    handovers,
    holds,
    is_being_handed_over,
    is_open,
    legs,
    node_lives,
    offers,
    queue_visits,
    recordings,
    self_services,
    surveys,
    tail_marks,
    talked_later,
    talks,
    transfers,
    voicemails,
    wait_promises,
    was_merged,
    went_out,
)
from .tickets import (
    attachments,
    case_calls,
    case_history,
    case_marks,
    case_replies,
    case_warnings,
    cases,
    is_overdue,
    is_unsent,
    mass_event_joins,
    mass_events,
    merged,
    notifications,
    outbox,
    progress_tries,
    provisional,
    ticket_history,
    ticket_numbers,
    ticket_traits,
    tickets,
    undelivered,
)

__all__ = [
    "account_changes",
    "accounts",
    "alarms",
    "attachments",
    "audit",
    "blind_intervals",
    "callback_attempts",
    "callback_offers",
    "callbacks",
    "calls",
    "case_calls",
    "case_history",
    "case_marks",
    "case_replies",
    "case_warnings",
    "cases",
    "catalogue_codes",
    "catalogue_conditions",
    "catalogue_editions",
    "catalogue_units",
    "differences",
    "drafts",
    "endpoint_reach",
    "graded_calls",
    "handovers",
    "holds",
    "is_being_handed_over",
    "is_open",
    "is_overdue",
    "is_owed",
    "is_unsent",
    "legs",
    "line_checks",
    "log_marks",
    "mass_event_joins",
    "mass_events",
    "merged",
    "metadata",
    "node_lives",
    "notices",
    "notifications",
    "nuisance_appeals",
    "nuisance_decisions",
    "nuisance_tags",
    "offers",
    "outbox",
    "outcome_history",
    "outcomes",
    "programs",
    "progress_tries",
    "provisional",
    "queue_visits",
    "recordings",
    "seat_log",
    "seat_memory",
    "self_services",
    "sessions",
    "surveys",
    "switches",
    "tail_marks",
    "talked_later",
    "talks",
    "templates",
    "ticket_history",
    "ticket_numbers",
    "ticket_traits",
    "tickets",
    "transfers",
    "turned_away",
    "undelivered",
    "voicemails",
    "wait_promises",
    "was_merged",
    "went_out",
    "wraps_up",
]
