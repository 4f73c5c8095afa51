"""A live house for the stream: rows in dictionaries, changed by the test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from agents import commands
from agents.commands import Accepted, Refused
from console.access import RIGHTS, Role
from console.authorization import Who
from console.contract.stream import TargetsOut, VitalsOut
from console.live_state import KINDS, Kind
from cti.ids import CallId, SeatId
from tests.fakes.hotline import Call, Line, Queue, Seat, Trunk

TARGETS = TargetsOut(service_level_15s=0.8, connect_rate_24h=0.95, waiting_most=10, wait_seconds_most=60)


def person(role: str = "agent", account: str = "1001", session: str = "s1") -> Who:
    return Who(account, account, Role(role), RIGHTS[Role(role)], session)


@dataclass
class FakeLiveState:
    """``console.ports.Live`` and ``Desk``."""

    rows: dict[str, dict[str, object]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    sits: dict[str, str] = field(default_factory=dict)
    parts: dict[str, frozenset[str]] = field(default_factory=dict)
    asked: list[commands.Request] = field(default_factory=list)
    refreshed: list[bool] = field(default_factory=list)
    """With figures or without, each time."""

    def seat(self, seat: str, state: str = "ready", **more: object) -> None:
        self.rows["seats"][seat] = Seat(SeatId(seat), state, **more)  # type: ignore[arg-type]

    def ring(self, call: str, *seats: str, **more: object) -> None:
        self.rows["calls"][call] = Call(CallId(call), seat=seats[0] if seats else "", **more)  # type: ignore[arg-type]
        self.parts[call] = frozenset(seats)

    def furnish(self) -> None:
        self.rows["queues"]["mandarin"], self.rows["lines"]["citizen"], self.rows["trunks"]["telecom"] = (
            Queue(),
            Line(),
            Trunk(),
        )

    # -- console.ports.Live
    def ids(self) -> Mapping[Kind, Iterable[str]]:
        return {kind: list(self.rows[kind]) for kind in KINDS}

    def row(self, kind: Kind, ident: str) -> object | None:
        return self.rows[kind].get(ident)

    def call(self, call: CallId) -> Call | None:
        return self.rows["calls"].get(call)  # type: ignore[return-value]

    def seats_in(self, call: CallId) -> frozenset[str]:
        return self.parts.get(call, frozenset())

    def where(self, account: str) -> str:
        return self.sits.get(account, "")

    def waiting(self) -> Iterable[str]:
        return ()

    def vitals(self) -> VitalsOut:
        return VitalsOut(
            live=True,
            as_of=None,
            blind_since=None,
            backlog=0,
            dead_letters=0,
            callbacks_open=0,
            callbacks_due=0,
            places_kept=0,
        )

    async def refresh(self, *, figures: bool) -> None:
        self.refreshed.append(figures)

    # -- console.ports.Desk
    def seats(self) -> list[Seat]:
        return []

    async def ask(self, request: commands.Request) -> Accepted | Refused:
        self.asked.append(request)
        return Accepted()


@dataclass
class Wire:
    """A socket that takes ``window`` bytes, then only what the test reads."""

    window: int = 1 << 30
    sent: list[bytes] = field(default_factory=list)
    unsent: int = 0
    closed: int | None = None
    aborted: bool = False

    def write(self, framed: bytes) -> None:
        if self.closed is None and not self.aborted:
            self.sent.append(framed)
            self.unsent = max(0, self.unsent + len(framed) - self.window)

    def close(self, code: int) -> None:
        self.closed = code

    def abort(self) -> None:
        self.aborted = True
