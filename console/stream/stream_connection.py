"""One console, without its socket: frames and seconds in, what is to be done out. Pure; kept by ``stream/hub.py``.

It knows the order (``hello`` first), the bounds (size, rate, shape of a frame), when a ping
is due and when its answer is overdue, and when the console's right to be here must be asked
for anew. It never sees a row of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from pydantic import TypeAdapter, ValidationError

from ..contract.stream import ClientSays, Hello, PhoneSays, PongBack

FRAME_MOST: Final = 16 * 1024
A_SECOND: Final = 20
"""Messages a console may say, on the average; twice as many at once."""
HELLO_SECONDS: Final = 10.0
PING_SECONDS: Final = 5.0
"""A page that hears nothing for 11 s says that the server is away (``web/src/stream/stream.ts``)."""
PONG_SECONDS: Final = 15.0
"""A console silent for so long after a ping is gone."""
ASK_SECONDS: Final = 15 * 60.0
"""Between two looks at its session, beside every revocation."""

Why = Literal["signed_out", "expired", "slow", "another_tab", "bad_frame", "too_many", "going_down"]

CODES: dict[Why, int] = {
    "signed_out": 4001, "expired": 4002, "slow": 4003, "another_tab": 4004, "bad_frame": 4005, "too_many": 4006,
    "going_down": 4007,
}  # fmt: skip
"""What the socket is closed with."""
AGAIN: frozenset[Why] = frozenset({"slow", "going_down"})
"""Reasons after which the page connects again by itself."""


@dataclass(frozen=True, slots=True)
class Greet:
    """Give it what it missed, or a snapshot."""

    instance: str
    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Phone:
    said: PhoneSays


@dataclass(frozen=True, slots=True)
class AskPing:
    n: int


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Is its session still good?"""


@dataclass(frozen=True, slots=True)
class Leave:
    why: Why


Act = Greet | Phone | AskPing | AskAgain | Leave

_SAYS: TypeAdapter[Hello | PhoneSays | PongBack] = TypeAdapter(ClientSays)


class Session:
    """``hear`` each frame, ``tick`` each second; after a ``Leave`` it is over."""

    def __init__(self, now: float) -> None:
        self.instance = ""
        """'' before its hello."""
        self._began = now
        self._heard = now
        self._asked = now
        self._pinged: float | None = None
        self._next_ping = now + PING_SECONDS
        self._n = 0
        self._credit = 2.0 * A_SECOND
        self._credited = now

    def hear(self, text: str | None, now: float) -> Act | None:
        """A frame; None: it was a binary one."""
        self._credit = min(2.0 * A_SECOND, self._credit + (now - self._credited) * A_SECOND) - 1.0
        self._credited = now
        if self._credit < 0:
            return Leave("too_many")
        if text is None or len(text) > FRAME_MOST:
            return Leave("bad_frame")
        try:
            said = _SAYS.validate_json(text)
        except ValidationError:
            return Leave("bad_frame")
        self._heard = now
        match said:
            case Hello():
                if self.instance and said.instance != self.instance:
                    return Leave("bad_frame")
                self.instance = said.instance
                return Greet(said.instance, said.epoch, said.seq)
            case _ if not self.instance:
                return Leave("bad_frame")
            case PhoneSays():
                return Phone(said)
            case PongBack():
                if said.n == self._n:
                    self._pinged = None
                return None

    def tick(self, now: float) -> Act | None:
        if not self.instance:
            return Leave("bad_frame") if now - self._began > HELLO_SECONDS else None
        if self._pinged is not None and now - self._pinged > PONG_SECONDS and now - self._heard > PONG_SECONDS:
            return Leave("slow")
        if now - self._asked >= ASK_SECONDS:
            self._asked = now
            return AskAgain()
        if self._pinged is None and now >= self._next_ping:
            self._n += 1
            self._pinged, self._next_ping = now, now + PING_SECONDS
            return AskPing(self._n)
        return None
