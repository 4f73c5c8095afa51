"""What the fold of calls has changed and nobody has written yet, each row once. Pure."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field, replace
from typing import Any

from cti.equipment_events import NodeStarted, RowsRefused
from cti.ids import CallId, Instant, LegId
from cti.journey_events import SwitchedByPhone

from .call_record import (
    CallbackOffer,
    CallRecord,
    Graded,
    Handover,
    JourneyStep,
    Leg,
    Offer,
    Promise,
    SelfService,
    Survey,
    Talk,
    Tape,
    Transfer,
    Visit,
    Voicemail,
)


@dataclass(slots=True)
class Gap:
    since: Instant
    until: Instant | None = None
    """None: nothing was read after it yet."""
    why: str = ""


@dataclass(slots=True)
class Changed:
    """What is to be written, each thing once."""

    calls: dict[CallId, CallRecord] = field(default_factory=dict)
    closed: list[CallRecord] = field(default_factory=list)
    legs: dict[LegId, Leg] = field(default_factory=dict)
    offers: dict[tuple[CallId, int], Offer] = field(default_factory=dict)
    talks: dict[tuple[CallId, int], Talk] = field(default_factory=dict)
    visits: dict[tuple[CallId, int], Visit] = field(default_factory=dict)
    transfers: dict[tuple[CallId, int], Transfer] = field(default_factory=dict)
    tapes: dict[tuple[CallId, int], Tape] = field(default_factory=dict)
    voicemails: dict[CallId, Voicemail] = field(default_factory=dict)
    surveys: dict[CallId, tuple[Survey, CallRecord]] = field(default_factory=dict)
    promises: dict[tuple[CallId, int], Promise] = field(default_factory=dict)
    handovers: dict[str, Handover] = field(default_factory=dict)
    self_services: dict[tuple[CallId, int], tuple[SelfService, CallRecord]] = field(default_factory=dict)
    journey_steps: dict[tuple[CallId, int], JourneyStep] = field(default_factory=dict)
    graded: dict[tuple[CallId, int], tuple[Graded, CallRecord]] = field(default_factory=dict)
    callbacks: dict[CallId, tuple[CallbackOffer, CallRecord]] = field(default_factory=dict)
    lives: list[NodeStarted] = field(default_factory=list)
    gaps: dict[Instant, Gap] = field(default_factory=dict)
    """Begin → an interval whose rows are lost."""
    switches: list[SwitchedByPhone] = field(default_factory=list)
    refused: dict[tuple[str, int, int], RowsRefused] = field(default_factory=dict)
    """Rows that are none of Asterisk's."""

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)

    def at_once(self, living: Container[CallId]) -> Changed:
        """What a reader misses: calls new or closed, and the rows of calls that are not ``living`` any more.

        What happens inside a call that goes on can wait: it is folded again after a crash.
        """
        now = replace(
            self, calls={call: one for call, one in self.calls.items() if not one.written or one.ended is not None}
        )
        for name in MAY_WAIT:
            rows = getattr(self, name)
            setattr(now, name, {key: row for key, row in rows.items() if _call_of(row) not in living})
        return now

    def without(self, done: Changed) -> Changed:
        """What is left when ``done``, which is this or made by ``at_once`` of it, is written."""
        if done is self:
            return Changed()
        left = Changed()
        for name in ("calls", *MAY_WAIT):
            written = getattr(done, name)
            setattr(left, name, {key: row for key, row in getattr(self, name).items() if key not in written})
        return left

    def forget(self, call: CallId) -> None:
        """Nothing of this call is to be written."""
        self.calls.pop(call, None)
        self.closed = [record for record in self.closed if record.call != call]
        for name in (*MAY_WAIT, *NEVER_WAITS):
            rows = getattr(self, name)
            setattr(self, name, {key: row for key, row in rows.items() if _call_of(row) != call})


def _call_of(row: Any) -> CallId:
    """Some rows are kept with the record of their call."""
    one = row[0] if isinstance(row, tuple) else row
    return one.call  # type: ignore[no-any-return]


MAY_WAIT = (
    "legs",
    "offers",
    "talks",
    "visits",
    "transfers",
    "voicemails",
    "surveys",
    "promises",
    "self_services",
    "journey_steps",
)
"""Rows of a call that nobody reads in the ledger while it lives."""
NEVER_WAITS = ("tapes", "handovers", "graded", "callbacks")
"""Recordings, what a page waits for, an appeal from the key on, a promise that a caller was given."""
