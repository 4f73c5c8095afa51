"""What lists ask and are told of call-backs: made by ``ledger/callback_list.py``, shown by ``console/routes/callbacks.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .callbacks import OWED, Kind, Result, State


@dataclass(frozen=True, slots=True)
class Attempt:
    call: str
    """The call we made."""
    at: datetime
    ended_at: datetime | None
    agent: str
    seat: str
    result: Result
    """By the agent's word where there is one, else by the telephone."""
    told: Result
    """By the telephone alone."""
    note: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    id: str
    kind: Kind
    state: State
    reason: str
    line: str
    number: str
    call: str
    made_at: datetime
    due_at: datetime
    owner: str
    owned_at: datetime | None
    tries: int
    done_at: datetime | None
    done_by: str
    done_how: str
    done_call: str
    note: str
    anonymous: bool
    """A ticket of its call says so; ``confidential`` likewise."""
    confidential: bool
    attempts: tuple[Attempt, ...]
    """Oldest first."""
    ticket: str = ""
    """Whose result it is; with it the other fields of a case."""
    prefers: str = ""
    """The agent who took the call: they call first."""
    case_number: str = ""
    title: str = ""
    script: str = ""
    """What the case store says is to be told, or asked for."""
    answer: str = ""
    """``bridge.citizen_replies.Answer``; '' not yet."""
    satisfied: int | None = None
    numbers: Sequence[str] = ()
    """All of the citizen's, in the order they are tried; () of what is about no case."""
    voicemail_from: float | None = None
    """Seconds into the recording of its call at which the message begins that its citizen left; None: none."""
    voicemail_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    states: frozenset[State] = OWED
    """All owed ones, or closed ones: never both in one page."""
    owner: str = ""
    kind: Kind | None = None
    number: str = ""
    """In its national form (``cti.numbers``)."""
    ticket: str = ""
    due_before: datetime | None = None
    ids: Sequence[str] = ()
    """Just these; the other filters do not count then."""
    after: str = ""
    most: int = 100
