"""How a call may end (D8), and which end may replace which. Pure.

The ledger writes exactly one outcome per offered call: missed and lost when the call
closes, the others when an agent files a ticket or a disposition. Read by the ledger
(``may_replace`` inside its transaction) and the console.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cti.ids import CallId


class CallOutcome(StrEnum):
    TICKET = "ticket"
    DIRECT = "direct"  # 直接解答
    REFUSED = "refused"  # 不予受理, with a code
    MISSED = "missed"  # → a call-back task
    NUISANCE = "nuisance"
    LOST = "lost"  # with a reason


@dataclass(frozen=True, slots=True)
class Disposition:
    """An agent's word on a call that gives no ticket."""

    call: CallId
    outcome: CallOutcome
    """DIRECT, REFUSED or NUISANCE."""
    at: datetime
    agent: str
    seat: str
    code: str = ""
    """REFUSED: a key of ``choices.refusal``; '' otherwise."""
    note: str = ""
    knowledge: tuple[str, ...] = ()


_SPOKEN = frozenset({CallOutcome.DIRECT, CallOutcome.REFUSED, CallOutcome.NUISANCE})

_REPLACED_BY: dict[CallOutcome | None, frozenset[CallOutcome]] = {
    None: frozenset(CallOutcome),
    # A person's word outranks what the ledger concluded by itself; a missed call stays a call-back task
    # until somebody files something about it.
    CallOutcome.LOST: _SPOKEN | {CallOutcome.TICKET},
    CallOutcome.MISSED: _SPOKEN | {CallOutcome.TICKET},
    # Corrections between an agent's own words are allowed, and a ticket may always be filed later.
    CallOutcome.DIRECT: _SPOKEN | {CallOutcome.TICKET},
    CallOutcome.REFUSED: _SPOKEN | {CallOutcome.TICKET},
    CallOutcome.NUISANCE: _SPOKEN | {CallOutcome.TICKET},
    # A filed ticket is never taken back by a disposition; further matters of the call are tickets too.
    CallOutcome.TICKET: frozenset({CallOutcome.TICKET}),
}


def may_replace(old: CallOutcome | None, new: CallOutcome) -> bool:
    """True when a call whose outcome is ``old`` (None: none yet) may be given ``new``."""
    return new in _REPLACED_BY[old]
