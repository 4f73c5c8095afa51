"""What telephones and ledger say of one citizen's call: what the judge looks at. Moments are epoch seconds; None: did not happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .ear import Heard


@dataclass(slots=True)
class SeatCall:
    """A seat's telephone rang for him, as that telephone says."""

    seat: str
    rang: float
    answered: float | None = None
    ended: float | None = None


@dataclass(slots=True)
class Citizen:
    """One call as the telephones saw it: the citizen's own, the seats' that rang for it, and his when he was called back."""

    number: str
    invited: float = 0.0
    again: int = 0
    """INVITEs sent once more because nothing was heard of the one before."""
    first_again: float | None = None
    answered: float | None = None
    """By Asterisk."""
    ended: float | None = None
    code: int = 0
    """SIP's, of a refusal."""
    silent: bool = False
    """Nobody ever answered."""
    gave_up: bool = False
    seats: list[SeatCall] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    pressed: float | None = None
    took: bool = False
    """A call-back, and was thanked for it."""
    called_back: float | None = None
    called_back_answered: float | None = None
    called_back_ended: float | None = None
    deaf: bool = False
    """A telephone without sound."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Citizen:
        """From the JSON of the telephones."""
        seats = [SeatCall(**one) for one in row["seats"]]
        return cls(**{**row, "seats": seats, "heard": [Heard(**one) for one in row["heard"]]})

    @property
    def heard_anything(self) -> bool:
        """Its ear was open: a telephone of a run without sound hears nothing."""
        return self.answered is not None and not self.deaf

    @property
    def person(self) -> float | None:
        """A person answered."""
        return next((one.answered for one in self.seats if one.answered is not None), None)


@dataclass(frozen=True, slots=True)
class Promise:
    at: float
    place: int
    minutes: int | None


@dataclass(frozen=True, slots=True)
class LedgerCall:
    """The same call in the ledger."""

    call: str
    arrived: float
    queued: float | None
    talked: float | None
    wait: float | None
    """Seconds, as the service level counts them."""
    closed: bool
    outcome: str
    """'' none yet."""
    refusal: str
    results: tuple[str, ...] = ()
    """Of its visits of queues: ``cti.events``."""
    promises: tuple[Promise, ...] = ()
    offered: float | None = None
    taken: float | None = None
    offer_result: str = ""
    owed: str = ""
    """Kind of the call-back that is owed for it, '' none."""


@dataclass(frozen=True, slots=True)
class Load:
    """What was seen of the hotline itself in a phase."""

    daemon_percent: float = 0.0
    asterisk_percent: float = 0.0
    recorder_percent: float = 0.0
    owed_most: int = 0
    """Recordings of calls that were over, at the worst."""
    owed_after: int = 0
    """When the last call was over."""
    drained_seconds: float | None = None
    """From then until none was owed; None: not waited for, or not within the time."""
    memory_mb: float = 0.0
