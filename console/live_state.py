"""What consoles see, as rows of JSON: rows in, snapshots and numbered deltas out. Pure; kept by ``stream/hub.py``.

Theory of operation
-------------------
The hub *touches* rows as events say; once per tick ``turn`` looks at the touched ones alone,
and what really changed becomes one ``Turn`` with the next number. Each row is made JSON once
(twice where it holds numbers: as it is, and masked); frames are those pieces put together.

Consoles differ only by their ``View``. Seats, queues, lines, trunks, figures and the vitals
are everybody's; calls are all, or those of the own seat; alarms are supervisors'. A turn
makes the frame of a view once: agents whose seat has no part in the changed calls all get
the same bytes. The last turns are kept, so that a console that was away gets exactly what it
missed; a snapshot and the deltas after it give the picture at any cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

Kind = Literal["seats", "queues", "lines", "trunks", "figures", "switches", "calls", "alarms"]
SHARED: tuple[Kind, ...] = ("seats", "queues", "lines", "trunks", "figures", "switches")
KINDS: tuple[Kind, ...] = (*SHARED, "calls", "alarms")

TURNS = 600
TURN_BYTES = 4 * 1024 * 1024
"""Of the turns kept for consoles that come back, the pieces' sum."""


@dataclass(frozen=True, slots=True)
class View:
    """What one console may see."""

    calls: bool
    """Every call; else those of ``seat``."""
    alarms: bool
    numbers: bool
    """Numbers whole; else masked."""
    seat: str = ""

    @property
    def own(self) -> str:
        """The seat whose calls make this view differ from its like; '' none do."""
        return "" if self.calls else self.seat

    @property
    def word(self) -> str:
        """Part of the epoch: who sees something else by now cannot go on from the old picture."""
        return f"{'c' * self.calls}{'a' * self.alarms}{'n' * self.numbers}{self.own}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the picture. ``masked`` None: it holds no numbers."""

    shown: BaseModel
    masked: BaseModel | None = None
    seats: frozenset[str] = frozenset()
    """Of a call: the seats that have a part in it."""
    others: BaseModel | None = None
    """Of a call: for views that see every call with its number; None: as ``shown``."""
    asked: frozenset[str] = frozenset()
    """Of a call: those of its seats that are shown it masked."""


@dataclass(frozen=True, slots=True)
class _Piece:
    row: Row
    whole: bytes
    masked: bytes
    others: bytes

    def of(self, view: View) -> bytes:
        if not view.numbers or (not view.calls and view.seat in self.row.asked):
            return self.masked
        return self.others if view.calls else self.whole

    def seen_by(self, view: View) -> bool:
        return view.calls or (bool(view.seat) and view.seat in self.row.seats)


_Key = tuple[Kind, str]


@dataclass(slots=True)
class Turn:
    """What changed at once; ``frame`` gives what a view is told of it."""

    seq: int
    at: datetime
    shared: bytes
    """Everybody's part, without the braces."""
    calls: list[tuple[str, _Piece | None, _Piece | None]]
    """Id, before, now."""
    alarms: bytes
    touched: frozenset[str]
    """Seats with a part in the calls."""
    wrap: Callable[[bytes], bytes]
    _frames: dict[View, bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        pieces = sum(len(now.whole) + len(now.masked) for _, _, now in self.calls if now is not None)
        return len(self.shared) + len(self.alarms) + pieces + 64 * len(self.calls)

    def frame(self, view: View) -> bytes:
        """The delta, ready to be written; made once per view that differs."""
        like = view if view.own in self.touched else View(view.calls, view.alarms, view.numbers)
        frame = self._frames.get(like)
        if frame is None:
            frame = self._frames[like] = self.wrap(self._made(like))
        return frame

    def _made(self, view: View) -> bytes:
        shown = [now.of(view) for _, _, now in self.calls if now is not None and now.seen_by(view)]
        gone = [
            ident for ident, before, now in self.calls
            if before is not None and before.seen_by(view) and not (now is not None and now.seen_by(view))
        ]  # fmt: skip
        return b'{"t":"delta",%b,"calls":[%b],"gone":[%b],"alarms":[%b]}' % (
            self.shared,
            b",".join(shown),
            b",".join(b'"%b"' % ident.encode() for ident in gone),
            self.alarms if view.alarms else b"",
        )


class Picture:
    """
    :param life: names this picture; another life's numbers mean nothing here.
    :param look: the row as it is now; None: there is no such row (any more).
    :param wrap: what makes a message ready to be written to many.
    """

    def __init__(
        self, life: str, look: Callable[[Kind, str], Row | None], targets: BaseModel,
        wrap: Callable[[bytes], bytes] = bytes,
    ) -> None:  # fmt: skip
        self._life, self.seq = life, 0
        self._look, self._wrap = look, wrap
        self._targets = _json(targets)
        self._rows: dict[Kind, dict[str, _Piece]] = {kind: {} for kind in KINDS}
        self._touched: dict[_Key, None] = {}
        """In the order of touching: rows are shown in the order in which they first came."""
        self._vitals: BaseModel | None = None
        self._vitals_json = b"null"
        self._vitals_new = False
        self._kept: deque[Turn] = deque()
        self._kept_bytes = 0
        self._snapshots: dict[View, bytes] = {}

    # -- in ------------------------------------------------------------------------------

    def touch(self, kind: Kind, ident: str) -> None:
        self._touched[kind, ident] = None

    def forget_touches(self) -> None:
        """Nobody looks; ``touch_all`` before somebody does."""
        self._touched.clear()

    def touch_all(self, kinds: Mapping[Kind, Iterable[str]]) -> None:
        """These are all rows there are: what is shown of these kinds beside them is looked at too, and goes."""
        for kind, idents in kinds.items():
            self._touched.update(((kind, ident), None) for ident in idents)
            self._touched.update(((kind, ident), None) for ident in self._rows[kind])

    def vitals(self, now: BaseModel) -> None:
        if now != self._vitals:
            self._vitals, self._vitals_json, self._vitals_new = now, _json(now), True

    @property
    def waits(self) -> bool:
        """Something may have changed since the last turn."""
        return bool(self._touched) or self._vitals_new

    # -- out -----------------------------------------------------------------------------

    def turn(self, at: datetime) -> Turn | None:
        """What has changed since the last one; None: nothing really did."""
        changed: dict[Kind, list[tuple[str, _Piece | None, _Piece | None]]] = {}
        touched, self._touched = self._touched, {}
        for kind, ident in touched:
            before, now = self._rows[kind].get(ident), self._look(kind, ident)
            if before is not None and now == before.row:
                continue
            piece = _piece(now) if now is not None else None
            if piece is None:
                if before is None:
                    continue
                del self._rows[kind][ident]
            else:
                self._rows[kind][ident] = piece
            changed.setdefault(kind, []).append((ident, before, piece))
        if not changed and not self._vitals_new:
            return None
        self.seq += 1
        vitals = self._vitals_json if self._vitals_new else b"null"
        self._vitals_new = False
        calls = changed.get("calls", [])
        pieces = [piece for _, before, now in calls for piece in (before, now) if piece is not None]
        seats = frozenset().union(*(piece.row.seats for piece in pieces)) if pieces else frozenset()
        parts = [b'"seq":%d,"at":"%b","vitals":%b' % (self.seq, _moment(at), vitals)]
        parts += [b'"%b":[%b]' % (kind.encode(), _rows(changed.get(kind, ()))) for kind in SHARED]
        turn = Turn(self.seq, at, b",".join(parts), calls, _rows(changed.get("alarms", ())), seats, self._wrap)
        self._keep(turn)
        return turn

    def _keep(self, turn: Turn) -> None:
        self._snapshots.clear()
        self._kept.append(turn)
        self._kept_bytes += turn.size
        while len(self._kept) > TURNS or self._kept_bytes > TURN_BYTES:
            self._kept_bytes -= self._kept.popleft().size

    def snapshot(self, view: View, at: datetime) -> bytes:
        """The picture as of the last turn; its rows are put together once per view and turn."""
        rows = self._snapshots.get(view)
        if rows is None:
            rows = self._snapshots[view] = self._whole(view)
        head = (self.epoch(view).encode(), self.seq, _moment(at), self._vitals_json)
        return self._wrap(b'{"t":"snapshot","epoch":"%b","seq":%d,"at":"%b","vitals":%b' % head + rows)

    def _whole(self, view: View) -> bytes:
        calls = [piece.of(view) for piece in self._rows["calls"].values() if piece.seen_by(view)]
        alarms = [piece.whole for piece in self._rows["alarms"].values()] if view.alarms else []
        shown = {kind: [piece.whole for piece in self._rows[kind].values()] for kind in SHARED}
        parts = [
            b'"%b":[%b]' % (kind.encode(), b",".join(rows))
            for kind, rows in (*shown.items(), ("calls", calls), ("alarms", alarms))
        ]
        return b',%b,"targets":%b}' % (b",".join(parts), self._targets)

    def epoch(self, view: View) -> str:
        return f"{self._life}.{view.word}"

    def missed(self, view: View, epoch: str, seq: int) -> list[Turn] | None:
        """The turns after ``seq``; None: they are not all kept, or it was another picture's number."""
        if epoch != self.epoch(view) or seq > self.seq:
            return None
        if seq == self.seq:
            return []
        if not self._kept or self._kept[0].seq > seq + 1:
            return None
        return [turn for turn in self._kept if turn.seq > seq]

    def shown(self, kind: Kind) -> Collection[str]:
        return self._rows[kind].keys()


def _rows(changed: Iterable[tuple[str, Any, _Piece | None]]) -> bytes:
    return b",".join(now.whole for _, _, now in changed if now is not None)


def _piece(row: Row) -> _Piece:
    whole = _json(row.shown)
    others = whole if row.others is None or row.others == row.shown else _json(row.others)
    return _Piece(row, whole, whole if row.masked is None else _json(row.masked), others)


def _json(shape: BaseModel) -> bytes:
    return shape.__pydantic_serializer__.to_json(shape)


def _moment(at: datetime) -> bytes:
    return at.isoformat().encode()
