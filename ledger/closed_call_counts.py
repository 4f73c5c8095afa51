"""What a call that has just been closed adds to the figures, for counters that only grow. Pure; told by ``scribe.py`` once it is committed.

The sets are those of ``kpi.SETS``, said here of one record instead of a table; a test holds both against one another.
"""

from __future__ import annotations

from dataclasses import dataclass

from cti.events import Direction, EndedBy

from . import default_outcome
from .call_record import CallRecord, waited
from .default_outcome import Missed

PROMPT_SECONDS = 15.0
"""GB/T 33358 and the ministry: a person answers within 15 s. Also of ``kpi.py``."""


@dataclass(frozen=True, slots=True)
class CallClosed:
    """One call is closed in the ledger: once, however often Asterisk's rows are read. Published on the book's bus."""

    inbound: bool
    """A citizen's; of others only ``talked`` says something."""
    talked: bool
    line: str = ""
    requested: bool = False
    """Asked for a person."""
    answered: bool = False
    answered_15s: bool = False
    abandoned: bool = False
    refusal: str = ""
    """Why the dialplan took it no further (closed, full, unknown_number); '' it did."""


def closed(record: CallRecord) -> CallClosed:
    if record.direction != Direction.INBOUND:
        return CallClosed(False, record.talked)
    answered = bool(record.answers)
    waits = waited(record.queued, record)
    return CallClosed(
        True,
        record.talked,
        record.line,
        answered or record.queued is not None or record.refusal == "full",
        answered,
        answered and waits is not None and waits <= PROMPT_SECONDS,
        not answered and _gave_up(record),
        record.refusal,
    )


def _gave_up(record: CallRecord) -> bool:
    if record.refusal or record.ended_by != EndedBy.CALLER or record.voicemail is not None:
        return False
    found = default_outcome.of(record)
    return found is None or found.detail != Missed.LET_GO
