"""The words of our own dialplan: each with its fields, and the frame it makes. The only table of them.

``config/render`` writes a word with CELGenUserEvent, its fields in this order with ``|`` between
(what a field may hold is filtered there), and some with UserEvent too, for the live picture, each
field as a header: ``number`` is ``Number: …``. ``cel_frames.py`` and ``ami_decoder.py`` read them through
here. A new fact costs one row here and one handler in ``dialplan_events.py``; a test holds the
rendered dialplan and this table against each other. What is not in the table is told as such
(``frames.UnknownWord``), never passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from . import frame_types as fr
from .events import QueueExit
from .ids import CallId, Instant, LegId, LineId, QueueId, SeatId, TrunkId

Said = Mapping[str, str]
"""Field → what stood there; a field that an older dialplan did not write is not in it."""
PREFIX = "Hotline"
"""All our user events begin with it; nobody else's pass the filter of ``manager.conf``."""
SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Word:
    name: str
    """As CEL has it."""
    fields: tuple[str, ...]
    frame: Callable[[Instant, LegId, Said], fr.Frame]
    """Raises KeyError when a field is missing without which the word says nothing."""
    event: str = ""
    """The user event that says the same at the same moment; '': the durable book alone needs it."""
    headers: tuple[tuple[str, bytes], ...] = field(init=False)
    """(field, header of the user event)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", tuple((name, name.capitalize().encode()) for name in self.fields))


def _lined(at: Instant, leg: LegId, said: Said) -> fr.Lined:
    get = said.get
    return fr.Lined(
        at, leg, LineId(said["line"]), TrunkId(get("trunk", "")), get("number", ""), get("partner", ""),
        get("reference", ""), get("origin", ""),
        get("caller"),  # an older dialplan left who calls to the channel's birth
        get("name", ""), get("hidden") == "1", get("diverted", ""), get("odd", ""),
    )  # fmt: skip


_QUEUE_EXITS = {
    "TIMEOUT": QueueExit.TIMEOUT,
    "FULL": QueueExit.FULL,
    "JOINEMPTY": QueueExit.EMPTY,
    "LEAVEEMPTY": QueueExit.EMPTY,
    "JOINUNAVAIL": QueueExit.EMPTY,
    "LEAVEUNAVAIL": QueueExit.EMPTY,
    "WITHDRAW": QueueExit.MOVED,
    "KEY": QueueExit.MOVED,
}
"""QUEUESTATUS of app_queue → what became of the caller."""


def _queue_exit(at: Instant, leg: LegId, said: Said) -> fr.QueueOut:
    return fr.QueueOut(
        at, leg, QueueId(said["queue"]), _QUEUE_EXITS.get(said.get("status", ""), QueueExit.UNKNOWN)
    )  # fmt: skip


def _forbidden(at: Instant, leg: LegId, said: Said) -> fr.DialForbidden:
    return fr.DialForbidden(at, leg, SeatId(said.get("seat", "")), said["number"], said.get("reason", ""))


def _handed_over(at: Instant, leg: LegId, said: Said) -> fr.HandedOver:
    seat = SeatId(said.get("seat", ""))
    return fr.HandedOver(at, leg, said["handover"], said["partner"], seat, said["step"], said.get("said", ""))


def _number(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 10 else None


def _milliseconds(seconds: str) -> float | None:
    try:
        value = float(seconds) * 1000
    except ValueError:
        return None
    return round(value, 3) if 0 <= value < 1e6 else None


def _media(at: Instant, leg: LegId, said: Said) -> fr.MediaTold:
    received, lost, sent, lost_there = (
        _number(said.get(name, "")) for name in ("received", "lost", "sent", "lost_there")
    )
    return fr.MediaTold(at, leg, received, lost, _milliseconds(said.get("jitter", "")), sent, lost_there)


def _promised(at: Instant, _leg: LegId, said: Said) -> fr.Promised:
    """Said by the channel that speaks to him; it is told of his own, whose name is his call's."""
    place = _number(said["place"]) or 0
    return fr.Promised(at, LegId(said["call"]), QueueId(said["queue"]), place, _number(said.get("minutes", "")))


def _offered(at: Instant, _leg: LegId, said: Said) -> fr.CallbackOffered:
    """As ``_promised``."""
    return fr.CallbackOffered(at, LegId(said["call"]), QueueId(said["queue"]), _number(said.get("place", "")) or 0)


def _asked(at: Instant, leg: LegId, said: Said) -> fr.CallbackAsked:
    return fr.CallbackAsked(at, leg, QueueId(said["queue"]), _number(said.get("place", "")) or 0)


def _called_back(at: Instant, leg: LegId, said: Said) -> fr.CalledBack:
    return fr.CalledBack(at, leg, said["status"], _number(said.get("cause", "")) or 0)


def _switched(at: Instant, leg: LegId, said: Said) -> fr.SwitchedByPhone:
    return fr.SwitchedByPhone(
        at, leg, said["kind"], said["target"], said["state"], _whole(said.get("until", ""), 11), _whole(said["at"], 14),
        said.get("district", ""), SeatId(said.get("seat", "")),
    )  # fmt: skip


def _whole(word: str, digits: int) -> int:
    """0 where it is none of so many digits."""
    return int(word) if word.isascii() and word.isdecimal() and len(word) <= digits else 0


WORDS = (
    Word(
        "LINE",
        ("line", "trunk", "number", "partner", "reference", "origin", "caller", "name", "hidden", "diverted", "odd"),
        _lined,
        "HotlineLine",
    ),
    Word("DIALLED", ("number",), lambda at, leg, said: fr.Dialled(at, leg, said["number"]), "HotlineDialled"),
    Word(
        "NOTICE",
        ("prompt", "source"),
        lambda at, leg, said: fr.Noticed(at, leg, said["prompt"], said.get("source", "")),
    ),
    Word("UNPLAYED", ("prompt",), lambda at, leg, said: fr.Unplayed(at, leg, said["prompt"])),
    Word("STEP", ("step", "way"), lambda at, leg, said: fr.Walked(at, leg, said["step"], said.get("way", ""))),
    Word("REFUSED", ("reason",), lambda at, leg, said: fr.TurnedAway(at, leg, said["reason"]), "HotlineRefused"),
    Word("FORBIDDEN", ("number", "seat", "reason"), _forbidden, "HotlineForbidden"),
    Word(
        "WATCH",
        ("watched", "mode"),
        lambda at, leg, said: fr.Watching(at, leg, LegId(said["watched"]), said.get("mode", "")),
        "HotlineWatch",
    ),
    Word("RECORD", ("file",), lambda at, leg, said: fr.Recorded(at, leg, said["file"])),
    Word("MEDIA", ("received", "lost", "jitter", "sent", "lost_there"), _media),
    Word("VOICEMAIL", ("prompt",), lambda at, leg, said: fr.Speaks(at, leg, said["prompt"])),
    Word("VOICEMAILEND", ("how",), lambda at, leg, said: fr.Spoke(at, leg, said["how"])),
    Word(
        "SURVEY",
        ("score", "solved"),
        lambda at, leg, said: fr.Judged(at, leg, _number(said["score"]), said.get("solved", "")),
    ),
    Word(
        "SELFSERVICE",
        ("service", "result", "about", "said"),
        lambda at, leg, said: fr.SelfServed(
            at, leg, said["service"], said["result"], said.get("about", ""), said.get("said", "")
        ),
    ),
    Word("SWITCH", ("kind", "target", "state", "until", "at", "district", "seat"), _switched, "HotlineSwitch"),
    Word(
        "NUISANCE",
        ("grade", "step"),
        lambda at, leg, said: fr.NuisanceHandled(at, leg, said["grade"], said.get("step", "")),
    ),
    Word("PROMISED", ("call", "queue", "place", "minutes"), _promised),
    Word("HANDOVER", ("handover", "partner", "seat", "step", "said"), _handed_over, "HotlineHandover"),
    Word("CALLBACKOFFERED", ("call", "queue", "place"), _offered),
    Word("CALLBACKASKED", ("queue", "place"), _asked),
    Word("CALLBACKTAKEN", ("number",), lambda at, leg, said: fr.CallbackTaken(at, leg, said["number"])),
    Word("CALLBACKOWN", ("call",), lambda at, leg, said: fr.CallbackTakenOver(at, leg, CallId(said["call"]))),
    Word("PLACEUP", ("number",), lambda at, leg, _said: fr.PlaceUp(at, leg)),
    Word("CALLEDBACK", ("status", "cause"), _called_back),
    Word("QUEUEEXIT", ("queue", "status"), _queue_exit),
)
BY_NAME = {word.name: word for word in WORDS}
BY_EVENT = {word.event.encode(): word for word in WORDS if word.event}


def from_book(at: Instant, leg: LegId, name: str, extra: str) -> fr.Frame:
    """A word as CEL has it: its name, and its fields in one text."""
    word = BY_NAME.get(name)
    if word is None:
        return fr.UnknownWord(at, leg, name, "cel")
    return word.frame(at, leg, dict(zip(word.fields, extra.split(SEPARATOR), strict=False)))


def from_wire(at: Instant, leg: LegId, name: bytes, h: Mapping[bytes, bytes], text: Callable[[bytes], str]) -> fr.Frame:
    """A word as a user event has it. ``text``: how a header's bytes are read."""
    word = BY_EVENT.get(name)
    if word is None:
        return fr.UnknownWord(at, leg, text(name), "ami")
    said = {one: text(h[header]) for one, header in word.headers if header in h}
    try:
        return word.frame(at, leg, said)
    except KeyError as missing:
        return fr.UnknownWord(at, leg, f"{word.event} without {missing.args[0]}", "ami")
