"""What happened in this room, past tense. Published by ``server.py`` only, for metrics and the log.

The ledger does not listen here: what a caller was played reaches it through CEL,
which also tells of calls that the dialplan greeted without us.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cti.ids import CallId, Instant, LineId


class End(StrEnum):
    """How a dialogue ended. Whichever it was, the dialplan goes on by itself."""

    DONE = "done"
    HUNG_UP = "hung_up"  # the caller, or the deadline in Asterisk, ended it
    TIMED_OUT = "timed_out"  # Asterisk did not answer a command in time
    GARBLED = "garbled"  # what came was not AGI
    FAILED = "failed"  # the journey raised: a fault of ours, in the log with its trace
    STOPPED = "stopped"  # the daemon was stopped


@dataclass(frozen=True, slots=True)
class DialogueBegan:
    call: CallId
    at: Instant
    line: LineId


@dataclass(frozen=True, slots=True)
class DialogueEnded:
    call: CallId
    at: Instant
    line: LineId
    end: End
    trips: int
    """Commands sent."""


@dataclass(frozen=True, slots=True)
class PromptFailed:
    """Asterisk could not play a prompt: the caller heard nothing of it."""

    call: CallId
    at: Instant
    prompt: str


Event = DialogueBegan | DialogueEnded | PromptFailed
