"""One seat's memory: who sits there, what it is doing and what was agreed for later.

A frozen value, kept by ``desk.py``, written durably through ``ports.SeatLog`` at every
change, and read back when the daemon starts. It holds what the telephone cannot tell
after a restart; what the telephone can tell (legs, calls) is not in it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from cti.ids import CallId, Instant, SeatId

from .own_reasons import AgentId, OwnReason
from .presence import Presence

NOBODY: Final = AgentId("")
NO_CALL: Final = CallId("")
NEVER: Final = Instant(0.0)


class Then(StrEnum):
    """What was agreed for after the call."""

    NOTHING = ""
    PAUSE = "pause"
    LOG_OUT = "log_out"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class SeatState:
    seat: SeatId
    presence: Presence = Presence.LOGGED_OUT
    agent: AgentId = NOBODY
    """'' when logged out."""
    reason: str = ""
    """Why it is paused (an operator's word or an ``OwnReason``); '' otherwise."""
    since: Instant = NEVER
    """When this presence (with this reason) began."""
    rested: Instant | None = None
    """Since when it rests in this pause: a call that nobody answered meanwhile does not begin it anew; None: it talked, or is in none."""
    call: CallId = NO_CALL
    """The call it is in or wraps up; '' otherwise."""
    pause: str = OwnReason.LOGIN
    """The pause it rests in when its phone is idle; '' when it rests ready."""
    wrap_until: Instant | None = None
    """End of the running wrap-up; a call meanwhile does not stop the clock."""
    wrap_call: CallId = NO_CALL
    """The call that is wrapped up, also while the seat is in another; '' none."""
    then: Then = Then.NOTHING
    """Agreed for after this call and its wrap-up."""
    then_reason: str = ""
    missed: int = 0
    """Offers of a queue that rang out, in a row."""
    help_since: Instant | None = None
    """Since when its agent asks for a supervisor, in the call that it is in or wraps up; None: not."""
    proof: bool = False
    """Where its page is the telephone that rings, calls are offered only while it proves that it can."""
    device: str = ""
    """Of a seat with two devices the one that its agent has chosen; '' the first."""


def pack(state: SeatState) -> str:
    """One line of JSON, for a column of the ledger."""
    return json.dumps(asdict(state), ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> SeatState:
    """The inverse of ``pack``; raises ``ValueError`` on anything that is no seat state."""
    try:
        raw = json.loads(text)
        return SeatState(**{**raw, "presence": Presence(raw["presence"]), "then": Then(raw["then"])})
    except (TypeError, KeyError, json.JSONDecodeError) as error:
        raise ValueError(f"not a seat state: {text[:80]!r}") from error
