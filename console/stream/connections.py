"""Who is connected: by account, by seat. Pure bookkeeping; kept by ``hub.py``."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from ..authorization import Who
from ..live_state import View
from .socket_writer import Wire
from .stream_connection import Session

LATER_MOST = 200


class Seen:
    """One connected console."""

    __slots__ = ("holds", "later", "seat", "seq", "session", "slow_since", "spoke", "view", "who", "wire")

    def __init__(self, who: Who, wire: Wire, session: Session, seat: str, view: View) -> None:
        self.who, self.wire, self.session = who, wire, session
        self.seat, self.view = seat, view
        self.seq = -1
        """The last turn it was told; -1 before its hello."""
        self.slow_since: float | None = None
        self.holds = False
        """It is the page of its seat, not a wallboard beside it."""
        self.later: deque[bytes] = deque(maxlen=LATER_MOST)
        """Frames that wait until its screen is open again; of very many the newest."""
        self.spoke = False
        """It said something of a softphone."""


class Connections:
    def __init__(self) -> None:
        self._all: dict[Seen, None] = {}
        self._of: dict[str, list[Seen]] = {}
        self._at: dict[str, list[Seen]] = {}
        self._by: dict[str, list[Seen]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Seen]:
        """As they are now, whatever happens meanwhile."""
        return iter(list(self._all))

    def __contains__(self, console: object) -> bool:
        return console in self._all

    def of(self, account: str) -> list[Seen]:
        return list(self._of.get(account, ()))

    def of_session(self, session: str) -> list[Seen]:
        """Those of one session, the newest last."""
        return list(self._by.get(session, ()))

    def at(self, seat: str) -> list[Seen]:
        """Those that have said hello there."""
        return list(self._at.get(seat, ()))

    def add(self, console: Seen) -> None:
        self._all[console] = None
        self._of.setdefault(console.who.account, []).append(console)
        self._by.setdefault(console.who.session, []).append(console)

    def remove(self, console: Seen) -> None:
        if self._all.pop(console, False) is None:
            self.unseat(console)
            _drop(self._of, console.who.account, console)
            _drop(self._by, console.who.session, console)

    def seat(self, console: Seen) -> None:
        if console.seat:
            self._at.setdefault(console.seat, []).append(console)

    def unseat(self, console: Seen) -> None:
        _drop(self._at, console.seat, console)


def _drop(where: dict[str, list[Seen]], key: str, console: Seen) -> None:
    there = where.get(key, [])
    if console in there:
        there.remove(console)
        if not there:
            del where[key]
