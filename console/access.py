"""Who may do what: the rights, and the one table that gives them to roles. Pure.

Read by ``door.py`` (which every route asks) and told to the pages by ``GET /api/session``,
so that a page hides what its person may not do. Hiding is manners; the door refuses.

A right says what may be *begun*. That an agent touches only their own seat, calls,
tickets and recordings is not a right but the rule without one: ``*_ALL`` lifts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from config.settings import Role


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
    NUMBERS = "numbers"
    """Citizens' numbers unmasked. Without it: only that of the own call that is not settled yet."""
    WALL = "wall"
    """The wallboard, its figures and the calls and counts behind them."""
    ALARMS = "alarms"
    """See alarms and acknowledge them."""
    SUPERVISE = "supervise"
    """Listen, whisper, barge, take over, force a seat, move who waits."""
    BROADCAST = "broadcast"
    """Notices to the consoles."""
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


_R = Right

RIGHTS: Mapping[Role, frozenset[Right]] = {
    # 话务员. The own seat, the own calls. Never a right over others: supervision is not for an agent by any way.
    Role.AGENT: frozenset({_R.SEAT, _R.FILE}),
    # 班长. Runs the floor: may sit down (listening and taking over ring their own phone), sees every call with its number
    # because they call citizens back and judge complaints, mends tickets because their content is their trade.
    # Ends sessions (a console left open at shift's end), but makes no accounts and gives no roles: who supervises
    # must not be able to make another supervisor, nor to read the log of what supervisors did.
    Role.SUPERVISOR: frozenset({
        _R.SEAT, _R.FILE, _R.CALLS_ALL, _R.TICKETS_ALL, _R.RECORDINGS_ALL, _R.NUMBERS, _R.WALL, _R.ALARMS,
        _R.SUPERVISE, _R.BROADCAST, _R.SESSIONS_ALL, _R.DEAD_LETTERS,
    }),
    # 审计员. Reads everything that was done, changes nothing: no seat, no steering, no acknowledging. Numbers stay masked:
    # a call is known by its id, and whom it was about is in its ticket if that must be known.
    Role.AUDITOR: frozenset({_R.CALLS_ALL, _R.TICKETS_ALL, _R.RECORDINGS_ALL, _R.WALL, _R.AUDIT}),
    # 运维. Runs the machine: accounts, sessions, vitals, alarms about trunks and backlog, the case store's refusals (which
    # cannot be mended unseen). Does not listen, sit, steer, nor read citizens' tickets, and sees numbers masked.
    Role.OPERATOR: frozenset({
        _R.WALL, _R.ALARMS, _R.SESSIONS_ALL, _R.ACCOUNTS, _R.AUDIT, _R.DEAD_LETTERS, _R.HEALTH,
    }),
}  # fmt: skip

__all__ = ["ALL", "RIGHTS", "Right", "Role"]

ALL: frozenset[Right] = frozenset(Right)
"""Of whoever holds the installation's own token: who can read it can read the ledger's file, too."""
