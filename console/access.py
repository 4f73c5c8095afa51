"""Who may do what: the rights, and the tables that give them to persons (by role) and to programs (by scope). Pure.

Read by ``authorization.py`` (which every route asks) and told to the pages by ``GET /api/session``,
so that a page hides what its person may not do. Hiding is manners; the door refuses.

A right says what may be *begun*. That an agent touches only their own seat, calls,
tickets and recordings is not a right but the rule without one: ``*_ALL`` lifts it.

A program (an account with a name and a token, ``program_tokens.py``) has the rights of its scopes and nothing else: a route
that names no right is closed to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from config.sections.seats import Role


class Right(StrEnum):
    """Words the pages ask for too (``may('…')``): never renamed lightly."""

    SEAT = "seat"
    """Take a seat, and all that its phone can do, there and nowhere else."""
    FILE = "file"
    """Tickets, drafts and dispositions about own calls, and tickets without a call."""
    CALLS_ALL = "calls_all"
    """Calls of others, live and past, and who called before."""
    TICKETS_ALL = "tickets_all"
    """Tickets of others: they hold what citizens said, by name."""
    RECORDINGS_ALL = "recordings_all"
    """Recordings of others' calls; each listening wants a purpose and is audited, own ones too."""
    CALLBACKS = "callbacks"
    """See who is owed a call."""
    NUMBERS = "numbers"
    """Citizens' numbers unmasked. Without it: only that of the own call that is not settled yet."""
    WALL = "wall"
    """The wallboard, its figures and the calls and counts behind them."""
    SCREEN = "screen"
    """The figures of the wallboard on a screen that nobody sits at, and nothing behind them."""
    ALARMS = "alarms"
    """See alarms and acknowledge them."""
    SUPERVISE = "supervise"
    """Listen, whisper, barge, take over, force a seat, move who waits."""
    BROADCAST = "broadcast"
    """Notices to the consoles."""
    SWITCH = "switch"
    """Open and close lines out of turn, modes on and off."""
    NUISANCE = "nuisance"
    """Decide how calls of a number are held back, and about appeals."""
    TEMPLATES = "templates"
    """Keep what agents say, and first words of tickets."""
    KNOWLEDGE = "knowledge"
    """Write knowledge cards: each change is a version."""
    SESSIONS_ALL = "sessions_all"
    """See who is signed in, and end it."""
    ACCOUNTS = "accounts"
    """Accounts, roles, passwords of others."""
    AUDIT = "audit"
    """Read the audit log. Nobody writes in it by hand."""
    DEAD_LETTERS = "dead_letters"
    """Tickets the case store refuses: look, mend, send again."""
    HEALTH = "health"
    """The daemon's vitals and metrics."""
    HAND_IN = "hand_in"
    """Tickets without a call, from another program (a web form, a city's app)."""
    PARTNER_STATES = "partner_states"
    """Say how matters stand that a partner has with us: of no person's role, only of that partner's program."""
    CASE_EVENTS = "case_events"
    """Say what became of cases: of no person's role, only of the city's case store."""


class Scope(StrEnum):
    """What a program's token is good for. Told at the command line and in the contract: never renamed lightly."""

    METRICS = "metrics"
    """Metrics and health: monitoring."""
    REPORTS = "reports"
    """The wallboard's figures and the live picture without its calls."""
    SCREEN = "screen"
    """A television: the page ``/tv.html`` and nothing behind its figures; no call, no ticket, no number."""
    CALLS_READ = "calls:read"
    """Calls live and past, numbers masked."""
    TICKETS_READ = "tickets:read"
    """Tickets and what became of them; neither persons nor numbers."""
    TICKETS_FILE = "tickets:file"
    """File tickets without a call, and look up the codes that these want."""
    CALLBACKS_READ = "callbacks:read"
    """Who is owed a call, numbers masked."""
    AUDIT_READ = "audit:read"
    """The audit log, for a collector of the site's own."""
    PARTNERS_REPORT = "partners:report"
    """Say how shared matters stand at a partner (12345, 110), signed besides by that partner's secret."""
    CASES_REPORT = "cases:report"
    """Call back what became of cases, signed besides: the city's case store."""


_R = Right

RIGHTS: Mapping[Role, frozenset[Right]] = {
    # 话务员. The own seat, the own calls. Never a right over others: supervision is not for an agent by any way.
    Role.AGENT: frozenset({_R.SEAT, _R.FILE, _R.CALLBACKS}),
    # 班长. Runs the floor: may sit down (listening and taking over ring their own phone), sees every call with its number
    # because they call citizens back and judge complaints, mends tickets because their content is their trade.
    # Ends sessions (a console left open at shift's end), but makes no accounts and gives no roles: who supervises
    # must not be able to make another supervisor, nor to read the log of what supervisors did.
    Role.SUPERVISOR: frozenset({
        _R.SEAT, _R.FILE, _R.CALLS_ALL, _R.TICKETS_ALL, _R.RECORDINGS_ALL, _R.NUMBERS, _R.WALL, _R.ALARMS,
        _R.SUPERVISE, _R.BROADCAST, _R.SWITCH, _R.NUISANCE, _R.TEMPLATES, _R.KNOWLEDGE, _R.SESSIONS_ALL, _R.DEAD_LETTERS, _R.CALLBACKS,
    }),
    # 审计员. Reads everything that was done, changes nothing: no seat, no steering, no acknowledging. Numbers stay masked:
    # a call is known by its id, and whom it was about is in its ticket if that must be known.
    Role.AUDITOR: frozenset({_R.CALLS_ALL, _R.TICKETS_ALL, _R.RECORDINGS_ALL, _R.WALL, _R.AUDIT, _R.CALLBACKS}),
    # 运维. Runs the machine: accounts, sessions, vitals, alarms about trunks and backlog, the case store's refusals (which
    # cannot be mended unseen). Does not listen, sit, steer, nor read citizens' tickets, and sees numbers masked.
    Role.OPERATOR: frozenset({
        _R.WALL, _R.SCREEN, _R.ALARMS, _R.SESSIONS_ALL, _R.ACCOUNTS, _R.AUDIT, _R.DEAD_LETTERS, _R.HEALTH,
    }),
}  # fmt: skip

SCOPES: Mapping[Scope, frozenset[Right]] = {
    Scope.METRICS: frozenset({_R.HEALTH}),
    Scope.REPORTS: frozenset({_R.WALL}),
    Scope.SCREEN: frozenset({_R.SCREEN}),
    Scope.CALLS_READ: frozenset({_R.CALLS_ALL}),
    Scope.TICKETS_READ: frozenset({_R.TICKETS_ALL}),
    Scope.TICKETS_FILE: frozenset({_R.HAND_IN}),
    Scope.CALLBACKS_READ: frozenset({_R.CALLBACKS}),
    Scope.AUDIT_READ: frozenset({_R.AUDIT}),
    Scope.CASES_REPORT: frozenset({_R.CASE_EVENTS}),
    Scope.PARTNERS_REPORT: frozenset({_R.PARTNER_STATES}),
}

TRUSTED = frozenset({Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR})
"""Roles over others: two persons give one (``accounts.py``)."""

__all__ = ["ALL", "RIGHTS", "SCOPES", "TRUSTED", "Right", "Role", "Scope"]

ALL: frozenset[Right] = frozenset(Right)
"""Of whoever holds the installation's own token: who can read it can read the ledger's file, too."""
