"""What Asterisk wrote to disk → frames. Pure: lines in, frames out; ``tail.py`` reads.

CEL rows come from ``cel_custom`` with the columns of ``COLUMNS`` (rendered by
``config/render``); queue_log is read for one thing only: QUEUESTART, Asterisk's own
durable word that it began a new life. A row cut off by a crash, or garbage, is counted
and skipped: it can not be mended, and what follows must not be lost with it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from . import frames as fr
from .events import QueueExit, TransferKind
from .ids import BridgeId, CallId, Instant, LegId, LineId, QueueId, TrunkId

_BEGINNING = re.compile(r'"[A-Z_]+","\d+\.\d+",')
"""How a row begins: kind and moment."""
COLUMNS = (
    "eventtype", "eventtime", "cid_name", "cid_num", "ani", "rdnis", "dnid", "exten", "context", "channel",
    "appname", "appdata", "amaflags", "accountcode", "uniqueid", "linkedid", "bridgepeer", "userfield",
    "userdeftype", "eventextra",
)  # fmt: skip
_TYPE, _TIME, _NAME, _NUM, _EXTEN, _CHANNEL = 0, 1, 2, 3, 7, 9
_APP, _DATA, _UNIQUE, _LINKED, _USER, _EXTRA = 10, 11, 14, 15, 18, 19

Row = list[str]

_QUEUE_EXITS = {
    "TIMEOUT": QueueExit.TIMEOUT,
    "FULL": QueueExit.FULL,
    "JOINEMPTY": QueueExit.EMPTY,
    "LEAVEEMPTY": QueueExit.EMPTY,
    "JOINUNAVAIL": QueueExit.EMPTY,
    "LEAVEUNAVAIL": QueueExit.EMPTY,
    "WITHDRAW": QueueExit.MOVED,
}


@dataclass(slots=True)
class Reader:
    """Decodes rows; ``skipped`` counts what could not be read (a metric, and in verify)."""

    skipped: int = 0
    last_bad: str = ""
    _handlers: dict[str, Callable[[Row, Instant], list[fr.Frame]]] = field(init=False)

    def __post_init__(self) -> None:
        self._handlers = {
            "CHAN_START": _chan_start,
            "ANSWER": _answer,
            "HANGUP": _hangup,
            "CHAN_END": _chan_end,
            "BRIDGE_ENTER": _bridge_enter,
            "BRIDGE_EXIT": _bridge_exit,
            "APP_START": _app_start,
            "BLINDTRANSFER": _blind,
            "ATTENDEDTRANSFER": _attended,
            "PICKUP": _pickup,
            "LOCAL_OPTIMIZE_BEGIN": _melting,
            "LOCAL_OPTIMIZE": _molten,
        }

    def cel(self, line: str) -> list[fr.Frame]:
        """Frames of one CEL row (without its line end)."""
        try:
            (row,) = csv.reader((line,), strict=True)
            if len(row) != len(COLUMNS):
                raise ValueError(f"{len(row)} columns")
            at = Instant(float(row[_TIME]))
        except (ValueError, csv.Error) as fault:
            if line.strip():
                self.skipped += 1
                self.last_bad = f"{fault}: {line[:120]!r}"
            # the power went in the middle of a row: the next life's first one was written right behind it
            behind = max((found.start() for found in _BEGINNING.finditer(line)), default=0)
            return self.cel(line[behind:]) if behind else []
        # An event of CELGenUserEvent has its own name for a type, and the name again in userdeftype.
        handler = _user_defined if row[_USER] else self._handlers.get(row[_TYPE])
        return handler(row, at) if handler else []

    def queue_log(self, line: str) -> list[fr.Frame]:
        """A NodeLife for a QUEUESTART line, else nothing."""
        parts = line.split("|")
        if len(parts) < 5 or parts[4] != "QUEUESTART":
            return []
        try:
            return [fr.NodeLife(Instant(float(parts[0])), "")]
        except ValueError:
            self.skipped += 1
            self.last_bad = line[:120]
            return []


def _extra(row: Row) -> dict[str, object]:
    try:
        value = json.loads(row[_EXTRA]) if row[_EXTRA] else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _leg(row: Row) -> LegId:
    return LegId(row[_UNIQUE])


def _chan_start(row: Row, at: Instant) -> list[fr.Frame]:
    return [
        fr.LegNew(
            at, _leg(row), row[_CHANNEL], LegId(row[_LINKED] or row[_UNIQUE]), CallId(""), row[_NUM], row[_NAME],
            row[_EXTEN], row[_UNIQUE] == row[_LINKED],
        )
    ]  # fmt: skip


def _answer(row: Row, at: Instant) -> list[fr.Frame]:
    return [fr.LegUp(at, _leg(row))]


def _hangup(row: Row, at: Instant) -> list[fr.Frame]:
    extra = _extra(row)
    cause = extra.get("hangupcause", 0)
    return [fr.LegGone(at, _leg(row), cause if isinstance(cause, int) else 0, str(extra.get("hangupsource", "")))]


def _chan_end(row: Row, at: Instant) -> list[fr.Frame]:
    return [fr.LegGone(at, _leg(row), 0, "")]


def _bridge_enter(row: Row, at: Instant) -> list[fr.Frame]:
    extra = _extra(row)
    bridge = str(extra.get("bridge_id", ""))
    # The channel may have been renamed by a masquerade since its birth: the row tells its name now.
    frames: list[fr.Frame] = [fr.LegRenamed(at, _leg(row), row[_CHANNEL])]
    if bridge:
        frames.append(fr.BridgeIn(at, _leg(row), BridgeId(bridge), extra.get("bridge_technology") == "holding_bridge"))
    return frames


def _bridge_exit(row: Row, at: Instant) -> list[fr.Frame]:
    bridge = str(_extra(row).get("bridge_id", ""))
    return [fr.BridgeOut(at, _leg(row), BridgeId(bridge))] if bridge else []


def _app_start(row: Row, at: Instant) -> list[fr.Frame]:
    if row[_APP].lower() != "queue":
        return []
    return [fr.QueueIn(at, _leg(row), QueueId(row[_DATA].partition(",")[0]), 0)]


def _blind(row: Row, at: Instant) -> list[fr.Frame]:
    return [fr.Transferred(at, _leg(row), TransferKind.BLIND, str(_extra(row).get("extension", "")), LegId(""))]


def _attended(row: Row, at: Instant) -> list[fr.Frame]:
    extra = _extra(row)
    target, second = (
        LegId(str(extra.get(key) or "")) for key in ("transfer_target_channel_uniqueid", "channel2_uniqueid")
    )
    kind = TransferKind.BLONDE if extra.get("app") in ("Dial", "Queue") else TransferKind.ATTENDED
    return [fr.Transferred(at, _leg(row), kind, "", target, second, BridgeId(str(extra.get("bridge1_id") or "")))]


def _pickup(row: Row, at: Instant) -> list[fr.Frame]:
    by = _extra(row).get("pickup_channel_uniqueid")
    return [fr.PickedUp(at, LegId(str(by)), _leg(row))] if by else []


def _melting(row: Row, at: Instant) -> list[fr.Frame]:
    return [fr.LocalMelting(at, _leg(row), True)]


def _molten(row: Row, at: Instant) -> list[fr.Frame]:
    return [fr.LocalMelting(at, _leg(row), False)]


def _user_defined(row: Row, at: Instant) -> list[fr.Frame]:
    """Our dialplan's own words; fields separated by ``|``, filtered where they were written."""
    words = str(_extra(row).get("extra", row[_EXTRA])).split("|")
    words += [""] * (6 - len(words))
    leg, kind = _leg(row), row[_USER]
    if kind == "LINE":
        return [fr.Lined(at, leg, LineId(words[0]), TrunkId(words[1]), words[2], words[3], words[4], words[5])]
    if kind == "DIALLED":
        return [fr.Dialled(at, leg, words[0])]
    if kind == "NOTICE":
        return [fr.Noticed(at, leg, words[0], words[1])]
    if kind == "REFUSED":
        return [fr.TurnedAway(at, leg, words[0])]
    if kind == "WATCH":
        return [fr.Watching(at, leg, LegId(words[0]), words[1])]
    if kind == "RECORD":
        return [fr.Recorded(at, leg, words[0])]
    if kind == "QUEUEEXIT":
        return [fr.QueueOut(at, leg, QueueId(words[0]), _QUEUE_EXITS.get(words[1], QueueExit.UNKNOWN))]
    return []
