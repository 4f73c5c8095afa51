"""What Asterisk wrote to disk → frames. Pure: rows in, frames out; ``file_tail.py`` reads, ``cel_rows.py`` says what a row is.

CEL rows come from ``cel_custom`` with the columns of ``rows.COLUMNS`` (rendered by
``config/render``); queue_log is read for one thing only: QUEUESTART, Asterisk's own
durable word that it began a new life.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from . import dialplan_words
from . import frame_types as fr
from .cel_rows import Row
from .events import TransferKind
from .ids import BridgeId, CallId, Instant, LegId, QueueId
from .numbering_plan import TO_QUEUE

_TYPE, _TIME, _NAME, _NUM, _EXTEN, _CHANNEL = 0, 1, 2, 3, 7, 9
_APP, _DATA, _UNIQUE, _LINKED, _USER, _EXTRA = 10, 11, 14, 15, 18, 19


@dataclass(slots=True)
class Reader:
    """Decodes rows; ``skipped`` counts what was none (a metric)."""

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

    def cel(self, row: Row) -> list[fr.Frame]:
        """Frames of one whole CEL row."""
        handler = _user_defined if row[_USER] else self._handlers.get(row[_TYPE])
        return handler(row, Instant(float(row[_TIME]))) if handler else []

    def queue_log(self, row: Row) -> list[fr.NodeLife]:
        """A NodeLife for a QUEUESTART line, else nothing."""
        return [fr.NodeLife(Instant(float(row[0])), "")] if row[4] == "QUEUESTART" else []


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
    extra = _extra(row)
    kind = TransferKind.QUEUE if extra.get("context") == TO_QUEUE else TransferKind.BLIND
    return [fr.Transferred(at, _leg(row), kind, str(extra.get("extension", "")), LegId(""))]


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
    """A word of our dialplan."""
    return [dialplan_words.from_book(at, _leg(row), row[_USER], str(_extra(row).get("extra", row[_EXTRA])))]
