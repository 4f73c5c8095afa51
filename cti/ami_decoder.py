"""AMI bytes → messages → frames. Pure: no socket, no clock.

``Framer`` cuts a byte stream into messages at the blank line, whatever the pieces it
comes in; text is decoded once a message is whole, so a character split over two reads
stays one. ``decode`` turns an event into frames; events the fold has no use for are
told by their first line alone and cost next to nothing.

Asterisk writes events as ``Event: NAME`` first; values are UTF-8 as the trunk sent
them. Old trunks send GBK: tried second.

A calling number may hold line ends (pjsip decodes ``%0d%0a``, AMI escapes nothing in it), and
with them whole headers and whole events. ``hear`` is therefore how a living Asterisk is
listened to: an event without a header that Asterisk always writes, with one twice, or a
message that is no event at all, is a sign of forging and makes no frame. A number has room
for 79 bytes; no event on a channel fits into that with all its headers, and what is put into
an event cuts the event itself in two, which shows as well. ``decode`` is for tapes of any Asterisk.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import dialplan_words
from . import frame_types as fr
from .equipment_events import Reach
from .events import QueueExit, TransferKind
from .ids import BridgeId, CallId, Instant, LegId, QueueId, SeatId
from .numbering_plan import TO_QUEUE
from .required_ami_headers import ALWAYS

LONGEST = 1 << 20
"""A message longer than this is no AMI: the stream is given up (``Overrun``)."""

Headers = dict[bytes, bytes]


class Overrun(Exception):
    """The peer sends no message end within a megabyte."""


class Framer:
    """Byte pieces in, whole messages out (without their blank line)."""

    __slots__ = ("_rest", "banner")

    def __init__(self) -> None:
        self._rest = b""
        self.banner: bytes | None = None

    def feed(self, piece: bytes) -> list[bytes]:
        """Messages completed by this piece, in order.

        :raises Overrun: when a message grows beyond ``LONGEST``.
        """
        # Only the new piece can hold a new end; joining first keeps a CR|LF|CR|LF cut right.
        data = self._rest + piece if self._rest else piece
        if self.banner is None:
            head, sep, data_after = data.partition(b"\r\n")
            if not sep:
                self._rest = data
                return []
            if head.startswith(b"Asterisk Call Manager/"):
                self.banner, data = head, data_after
            else:
                self.banner = b""
        if b"\r\n\r\n" not in piece and b"\r\n\r\n" not in data[-(len(piece) + 3) :]:
            if len(data) > LONGEST:
                raise Overrun(f"no message end within {LONGEST} bytes")
            self._rest = data
            return []
        messages = data.split(b"\r\n\r\n")
        self._rest = messages.pop()
        return messages


_NONE: frozenset[bytes] = frozenset()
WHOLE_CHANNEL = re.compile(rb"[A-Za-z]+/[A-Za-z0-9_.-]{1,80}-[0-9a-f]{8}")
"""A channel's name as Asterisk makes it of what the settings name."""
DOUBLED = b"\0doubled"
"""Not a header: there when one of them came twice, which Asterisk never writes."""
STRANGE = b"\0strange"
"""Not a header: there when a line is none, which Asterisk never writes either."""
_OUR_EVENTS = dialplan_words.PREFIX.encode()
_REPEATED = (b"ChanVariable", b"ActionID")
"""What may come more than once, whatever stands before it."""


def headers(message: bytes) -> Headers:
    """One message as header → value, bytes; the first of doubles wins, and ``DOUBLED`` tells that there were some."""
    out: Headers = {}
    lines = message.split(b"\r\n")
    # Backwards, so that the first of doubles is written last; Asterisk always writes ": ".
    strange = False
    for line in lines[::-1]:
        name, mark, value = line.partition(b": ")
        out[name] = value
        strange = strange or not mark
    if len(out) != len(lines):
        names = [line.partition(b": ")[0] for line in lines]
        twice = [name for name in out if names.count(name) > 1 and not name.endswith(_REPEATED)]
        if twice:
            out[DOUBLED] = twice[0]
    if strange and message:
        out[STRANGE] = b""
    return out


def one_line(value: bytes) -> str:
    """A number as far as it can be read: what stands before the first line end or other control character."""
    said = text(value)
    return next((said[:place] for place, letter in enumerate(said) if letter < " "), said)


def text(value: bytes) -> str:
    """UTF-8, else GBK, else with the bytes kept visible; Asterisk's '<unknown>' is ''."""
    try:
        out = value.decode()
    except UnicodeDecodeError:
        try:
            out = value.decode("gbk")
        except UnicodeDecodeError:
            out = value.decode("utf-8", "backslashreplace")
    return "" if out == "<unknown>" else out


def name_of(message: bytes) -> bytes:
    """``Event: Hangup…`` → ``Hangup``; b'' for anything else (responses)."""
    if not message.startswith(b"Event: "):
        return b""
    end = message.find(b"\r\n")
    return message[7:end] if end != -1 else message[7:]


def decode(message: bytes, now: Instant) -> list[fr.Frame]:
    """Frames of one event; [] for events and responses the fold does not need.

    ``now`` dates the event where Asterisk did not (``timestampevents`` off).
    """
    if message[:1] != b"E":
        message = message.lstrip(b"\r\n")
    make = _DECODERS.get(name_of(message))
    if make is None:
        return []
    if make is _dial_end and b"\r\nDialStatus: ANSWER" in message:
        return []  # Newstate says so too; every answered call has one
    return _made(make, headers(message), now)


Maker = Callable[[Headers, Instant], list[fr.Frame]]


def lacking(message: bytes) -> str:
    """The header without which ``decode`` can make nothing of this event; '' when it can, or has no use for the event."""
    make = _DECODERS.get(name_of(message))
    try:
        if make is not None:
            make(headers(message), Instant(0.0))
    except KeyError as fault:
        return text(fault.args[0])
    return ""


def _made(make: Maker, h: Headers, now: Instant) -> list[fr.Frame]:
    stamp = h.get(b"Timestamp")
    at = now
    if stamp is not None:
        try:
            at = Instant(float(stamp))
        except ValueError:
            at = now
    try:
        return make(h, at)
    except KeyError:  # a header we need is missing: not a message of that event
        return []


def hear(message: bytes, now: Instant) -> tuple[list[fr.Frame], str]:
    """Frames of one event of a living Asterisk, and why the message shows that somebody forges ('': it does not).

    A message that is not what Asterisk writes makes no frame; one that is whole but for a strange line does.
    """
    if message[:1] != b"E":
        message = message.lstrip(b"\r\n")
    name = name_of(message)
    make = _DECODERS.get(name)
    if make is None:
        return [], "" if name or not message or message.startswith(b"Response: ") else "a message without a name"
    if make is _dial_end and b"\r\nDialStatus: ANSWER" in message:
        return [], ""
    h = headers(message)
    if why := flaw(name, h):
        return [], why
    return _made(make, h, now), "a line that is no header" if STRANGE in h else ""


def flaw(name: bytes, h: Headers) -> str:
    """Why these are not the headers of such an event of Asterisk's; '' when they are, or when it is not one we know."""
    missing = ALWAYS.get(name, _NONE) - h.keys()
    if missing:
        return f"{name.decode('ascii', 'replace')} without {min(missing).decode()}"
    doubled = h.get(DOUBLED)
    return f"{name.decode('ascii', 'replace')} with two {text(doubled)[:40]}" if doubled is not None else ""


def _leg(h: Headers, key: bytes = b"Uniqueid") -> LegId:
    return LegId(h[key].decode("ascii", "replace"))


def call_variable(h: Headers) -> CallId:
    """The HOTLINE_CALL that ``channelvars`` puts on every channel event."""
    value = h.get(b"ChanVariable", b"")
    return CallId(value[13:].decode("ascii", "replace")) if value.startswith(b"HOTLINE_CALL=") else CallId("")


def number(h: Headers, key: bytes) -> int:
    try:
        return int(h.get(key, b"0"))
    except ValueError:
        return 0


DOWN, RING, UP = b"0", b"4", b"6"
_STATES = {b"Down": DOWN, b"Ring": RING, b"Ringing": b"5", b"Up": UP}
"""Asterisk 1.4 says its states by name alone."""


def state_of(h: Headers) -> bytes:
    """A channel's state as Asterisk numbers it; b'' when this event tells none."""
    state = h.get(b"ChannelState")
    return _STATES.get(h.get(b"State", b""), b"") if state is None else state


def _newchannel(h: Headers, at: Instant) -> list[fr.Frame]:
    leg = _leg(h)
    return [
        fr.LegNew(
            at, leg, text(h[b"Channel"]), LegId(h.get(b"Linkedid", leg.encode()).decode("ascii", "replace")),
            call_variable(h), one_line(h.get(b"CallerIDNum", b"")), text(h.get(b"CallerIDName", b"")),
            text(h.get(b"Exten", b"")), state_of(h) == RING,
        )
    ]  # fmt: skip


def _newstate(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.LegUp(at, _leg(h))] if state_of(h) == UP else []


def _rename(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.LegRenamed(at, _leg(h), text(h[b"Newname"]))]


def _hangup_request(h: Headers, at: Instant) -> list[fr.Frame]:
    # Busy: Asterisk has turned this leg away itself and hears the phone's goodbye.
    return [] if h.get(b"ChannelState") == b"7" else [fr.LegAsked(at, _leg(h))]


def _hangup(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.LegGone(at, _leg(h), number(h, b"Cause"), "")]


def _bridge_enter(h: Headers, at: Instant) -> list[fr.Frame]:
    holding = h.get(b"BridgeTechnology") == b"holding_bridge"
    return [fr.BridgeIn(at, _leg(h), BridgeId(text(h[b"BridgeUniqueid"])), holding)]


def _bridge_leave(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.BridgeOut(at, _leg(h), BridgeId(text(h[b"BridgeUniqueid"])))]


def _local_bridge(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.LocalPair(at, _leg(h, b"LocalOneUniqueid"), _leg(h, b"LocalTwoUniqueid"))]


def _melting(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.LocalMelting(at, _leg(h, b"LocalOneUniqueid"), True)]


def _molten(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.LocalMelting(at, _leg(h, b"LocalOneUniqueid"), False)]


def _queue_join(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.QueueIn(at, _leg(h), QueueId(text(h[b"Queue"])), number(h, b"Position"))]


def _queue_leave(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.QueueOut(at, _leg(h), QueueId(text(h[b"Queue"])), QueueExit.UNKNOWN)]


def _queue_abandon(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.QueueOut(at, _leg(h), QueueId(text(h[b"Queue"])), QueueExit.ABANDONED)]


def _ring_no_answer(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.RangOut(at, _leg(h, b"DestUniqueid"))]


def _dial_end(h: Headers, at: Instant) -> list[fr.Frame]:
    status = h.get(b"DialStatus")
    if status not in (b"NOANSWER", b"CANCEL"):
        return []
    return [fr.RangOut(at, _leg(h, b"DestUniqueid"), status == b"CANCEL")]


def _hold(h: Headers, at: Instant) -> list[fr.Frame]:
    # Asterisk 11 and before has one event for both.
    return [fr.HeldBy(at, _leg(h), h.get(b"Status") != b"Off")]


def _unhold(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.HeldBy(at, _leg(h), False)]


def _blind(h: Headers, at: Instant) -> list[fr.Frame]:
    if h.get(b"Result", b"Success") != b"Success":
        return []
    kind = TransferKind.QUEUE if h.get(b"Context") == TO_QUEUE.encode() else TransferKind.BLIND
    return [fr.Transferred(at, _leg(h, b"TransfererUniqueid"), kind, text(h.get(b"Extension", b"")), LegId(""))]


_STILL_ASKING = (b"Dial", b"Queue")
"""The transferer's second line was in this application: nobody had answered it."""


def _attended(h: Headers, at: Instant) -> list[fr.Frame]:
    if h.get(b"Result", b"Success") != b"Success":
        return []
    # A feature code asks through a Local channel, which knows what was dialled; a phone's second line dialled it itself.
    through_local = h.get(b"TransferTargetChannel", b"").startswith(b"Local/")
    to = h.get(b"TransferTargetExten", b"") if through_local else b""
    to = to or h.get(b"SecondTransfererExten", b"") or h.get(b"SecondTransfererConnectedLineNum", b"")
    kind = TransferKind.BLONDE if h.get(b"DestApp") in _STILL_ASKING else TransferKind.ATTENDED
    if h.get(b"DestType") == b"Threeway":
        kind = TransferKind.CONFERENCE
    target, second = (
        LegId(h.get(key, b"").decode("ascii", "replace"))
        for key in (b"TransferTargetUniqueid", b"SecondTransfererUniqueid")
    )
    bridge = BridgeId(text(h.get(b"DestBridgeUniqueid", b"")))
    return [fr.Transferred(at, _leg(h, b"OrigTransfererUniqueid"), kind, text(to), target, second, bridge)]


def _pickup(h: Headers, at: Instant) -> list[fr.Frame]:
    return [fr.PickedUp(at, _leg(h), _leg(h, b"TargetUniqueid"))]


def _user_event(h: Headers, at: Instant) -> list[fr.Frame]:
    """A word of our dialplan; somebody else's user events are not ours to know."""
    name = h[b"UserEvent"]
    return [dialplan_words.from_wire(at, _leg(h), name, h, text)] if name.startswith(_OUR_EVENTS) else []


_REACHES = {
    b"Reachable": Reach.REACHABLE,
    b"NonQualified": Reach.REACHABLE,
    b"Created": Reach.REACHABLE,
    b"Unreachable": Reach.UNREACHABLE,
    b"Removed": Reach.UNKNOWN,
}


def _contact_status(h: Headers, at: Instant) -> list[fr.Frame]:
    reach = _REACHES.get(h.get(b"ContactStatus", b""))
    endpoint = text(h.get(b"EndpointName", b"")) or text(h.get(b"AOR", b""))
    if reach is None or not endpoint:
        return []
    return [fr.Reached(at, endpoint, text(h.get(b"URI", b"?")) or "?", reach, number(h, b"RoundtripUsec"))]


def seat_of(interface: bytes) -> SeatId:
    """``PJSIP/8001`` → ``8001``."""
    return SeatId(text(interface.partition(b"/")[2]))


def _member_status(h: Headers, at: Instant) -> list[fr.Frame]:
    interface = h.get(b"Interface", h.get(b"Location", b""))
    return [
        fr.Member(
            at, QueueId(text(h[b"Queue"])), seat_of(interface), h.get(b"Paused") == b"1",
            text(h.get(b"PausedReason", b"")), number(h, b"Penalty"), True,
        )
    ]  # fmt: skip


def _member_removed(h: Headers, at: Instant) -> list[fr.Frame]:
    interface = h.get(b"Interface", h.get(b"Location", b""))
    return [fr.Member(at, QueueId(text(h[b"Queue"])), seat_of(interface), False, "", 0, False)]


_DECODERS: dict[bytes, Maker] = {
    b"Newchannel": _newchannel,
    b"Newstate": _newstate,
    b"Rename": _rename,
    b"HangupRequest": _hangup_request,
    b"Hangup": _hangup,
    b"BridgeEnter": _bridge_enter,
    b"BridgeLeave": _bridge_leave,
    b"LocalBridge": _local_bridge,
    b"LocalOptimizationBegin": _melting,
    b"LocalOptimizationEnd": _molten,
    b"QueueCallerJoin": _queue_join,
    b"QueueCallerLeave": _queue_leave,
    b"QueueCallerAbandon": _queue_abandon,
    b"AgentRingNoAnswer": _ring_no_answer,
    b"DialEnd": _dial_end,
    b"Hold": _hold,
    b"Unhold": _unhold,
    b"BlindTransfer": _blind,
    b"AttendedTransfer": _attended,
    b"Pickup": _pickup,
    b"UserEvent": _user_event,
    b"ContactStatus": _contact_status,
    b"QueueMemberAdded": _member_status,
    b"QueueMemberPause": _member_status,
    b"QueueMemberPenalty": _member_status,
    b"QueueMemberStatus": _member_status,
    b"QueueMemberRemoved": _member_removed,
}

WANTED = tuple(sorted(name.decode() for name in _DECODERS))
"""Event names the fold uses: the events user's filter in manager.conf lists them."""
