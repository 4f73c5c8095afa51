"""What happened in this room, past tense. Published by ``server.py`` only, for metrics and the log.

The ledger does not listen here: what a caller was played, and which way he went, reaches it through CEL.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cti.ids import CallId, Instant, LineId


class End(StrEnum):
    """How a conversation with Asterisk ended. Whichever it was, the dialplan goes on by itself."""

    DONE = "done"
    HUNG_UP = "hung_up"  # the caller, or the deadline in Asterisk, ended it
    TIMED_OUT = "timed_out"  # Asterisk did not answer in time
    GARBLED = "garbled"  # what came was not AGI
    FAILED = "failed"  # the adviser raised: a fault of ours, in the log with its trace
    STOPPED = "stopped"  # the daemon was stopped


@dataclass(frozen=True, slots=True)
class AdviceGiven:
    """A journey has asked; ``answer`` '' when there was none to give."""

    call: CallId
    at: Instant
    line: LineId
    ask: str
    answer: str
    end: End


Event = AdviceGiven
