"""A command as the one AMI action that performs it. Pure; called by ``asterisk_connection.py`` only.

Asterisk ends an AMI line at CR, LF or both, an action at an empty line, a value at NUL,
and takes no line over 1024 bytes; app_queue stores its members as text split at ``,``
``|`` and ``;``. Whatever could mean more than a value is therefore refused here, also
when a room to the left should have refused it long before: this is the last door.

How the verbs work (measured on Asterisk 22.10.1; ``tests/live/test_verbs.py`` listens to
both sides): a channel may be named by its Uniqueid everywhere. BlindTransfer needs no
``t``; a consultation is Atxfer, whose feature codes Asterisk plays into the seat's own
channel, so the seat's side of Queue() and Dial() has ``t`` (``T`` when it dialled). Its
end is one key played the same way: the keys A-D are on no telephone and are set in the
rendered features.conf. Hold is a consultation with the silent extension ``hold``.
Contexts are fixed here, never a caller's; applications are never originated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import singledispatch

from config.device_states import AT_DESK, ATTENDED, RESERVE, SEAT_IN_USE
from config.sections.seats import SECOND

from . import commands as c
from .ids import LegId, QueueId, SeatId
from .numbering_plan import HANDOVER, NUISANCE, PHONE_KEY, SWITCH, TO_QUEUE, seat_at

ORIGINATE = "cti-originate"
REJOIN = "rejoin"
HEAD = "head"
"""Its extensions are the seats', and one for the head of the queue."""
TARGETS = "transfer-targets"
MOVE_TO = "HOTLINE_MOVE"
"""Channel variable: the queue that a withdrawn caller goes to."""
WATCH, WATCHED = "watch", "HOTLINE_WATCHED"
"""Context whose extensions are the modes, and the channel variable with the leg to hear."""
WATCH_NUMBER = "0"
"""What the supervisor's phone shows: no number at all rings there."""
HOLD_EXTENSION = "hold"

END_OF_NUMBER = "#"
"""Ends what is dialled for a consultation: else Asterisk waits three seconds for more digits."""

KEY, KEPT = "HOTLINE_KEY", "kept"
"""Channel variable with the new key of a phone, and where the asking half goes once it is put down."""
PACE = "HOTLINE_PACE_"
"""Before a queue's name in the global that tells how long a place takes, and since when (``config.render.position_announcements``)."""
KEY_SET_MS = 3_000
DROP, SEATS = "drop", "HOTLINE_SEATS"
"""Extension that drops the keys of the seats in this variable, their names joined by ``-``."""

CONSULT, ABORT, COMPLETE, THREEWAY, SWAP = "D0", "A", "B", "C", "DD"
"""Keys of features.conf: atxfer, atxferabort, atxfercomplete, atxferthreeway, atxferswap."""
RENEW = "D"
"""Key of features.conf's applicationmap, known on recorded legs only (DYNAMIC_FEATURES)."""
RING_MS = 30_000
KEY_MS = 100

CHANNEL_STATE, PACKETS = "CHANNEL(state)", "CHANNEL(rtcp,rxcount)"
"""What a leg is asked: whether its telephone has said anything yet, and how many packets of sound have come."""

MOST_BYTES = 900
_SEAT = re.compile(r"[0-9]{2,20}")
_PHONE = re.compile(rf"[0-9]{{2,20}}({SECOND})?")
_QUEUE = re.compile(r"[a-z][a-z0-9_]{0,30}")
_LEG = re.compile(r"[A-Za-z0-9_]{0,64}-?[0-9]{1,20}\.[0-9]{1,20}")
_DIALLED = re.compile(r"\+?[0-9*#]{1,32}")
_DIGITS = re.compile(r"[0-9*#]{1,32}")
_KEY = re.compile(r"[0-9a-f]{32}")
_HANDOVER = re.compile(r"[0-9A-Z]{1,26}")
_REFERENCE = re.compile(r"[0-9A-Za-z_.:+*#-]{0,64}")
_KNOWN_NUMBER = re.compile(r"[0-9+*#]{0,32}")
_ENCODED = re.compile(r"([0-9A-Za-z._~-]|%[0-9A-F]{2}){0,600}")
"""Percent-encoded text: nothing in it means anything to Asterisk, and no header is broken by it."""
_STATE = re.compile(r"open|closed|clock|on|off")
_GRADED, _GRADE = re.compile(r"\+?[0-9]{7,20}"), re.compile(r"queue|quota|message|off")
_DISTRICT = re.compile(r"[a-z0-9_]{0,32}")
_SYNTAX = frozenset(';,|"\\')

Action = dict[str, str]


class WireError(ValueError):
    """A value that may not go to Asterisk; the message names the field and shows the value."""


def encode(command: c.Command) -> list[Action]:
    """The actions that perform ``command``, in order, without ActionID.

    Raises ``WireError`` (a ``ValueError``) when a value is not what its field may hold.
    """
    actions = _actions(command)
    for action in actions:
        for field, value in action.items():
            _line(field, value)
    return actions


def _actions(command: c.Command) -> list[Action]:
    match command:
        case c.TakeOver():
            give = _transfer("BlindTransfer", command.leg, _matched("seat", _SEAT, command.seat))
            return [_action(c.HangUp(command.ear)), give] if command.ear else [give]
        case c.MoveWaiting():
            return _moved(command)
        case c.HandOver():
            return _handed_over(command)
        case c.SwapConsult():
            return [_key(command.leg, letter) for letter in SWAP]
        case c.SendDigits():
            return [_key(command.leg, digit) for digit in _matched("digits", _DIGITS, command.digits)]
    return [_action(command)]


@singledispatch
def _action(command: object) -> Action:
    raise WireError(f"no action performs {type(command).__name__}")


@_action.register
def _(command: c.AddMember) -> Action:
    return {
        "Action": "QueueAdd",
        **_member(command.queue, command.seat),
        "MemberName": _word("name", command.name),
        "Penalty": str(_whole("penalty", command.penalty, 0, 1000)),
        "Paused": _yes(command.paused),
        **({"Reason": _word("reason", command.reason)} if command.reason else {}),
        **_state_of(command),
    }


def _state_of(command: c.AddMember) -> Action:
    """By what app_queue tells whether the member can be rung, where that is not its own device alone."""
    if not (command.two or command.reserve):
        return {}
    hints = RESERVE if command.reserve else SEAT_IN_USE  # the reserve's stand for both devices too
    return {"StateInterface": f"hint:{seat_at(command.seat)}@{hints}"}


@_action.register
def _(command: c.RemoveMember) -> Action:
    return {"Action": "QueueRemove", **_member(command.queue, command.seat)}


@_action.register
def _(command: c.PauseMember) -> Action:
    member = _member(command.queue, command.seat)
    if command.also:  # without a queue: all that the member is in
        del member["Queue"]
    return {
        "Action": "QueuePause",
        **member,
        "Paused": _yes(command.paused),
        **({"Reason": _word("reason", command.reason)} if command.reason else {}),
    }


@_action.register
def _(command: c.CallSeat) -> Action:
    return _originate(command.phone or command.seat, command.to)


@_action.register
def _(command: c.DialOut) -> Action:
    return _originate(command.phone or command.seat, command.number)


@_action.register
def _(command: c.BlindTransfer) -> Action:
    return _transfer("BlindTransfer", command.leg, _dialled("to", command.to))


@_action.register
def _(command: c.TransferToQueue) -> Action:
    return _transfer("BlindTransfer", command.leg, _matched("queue", _QUEUE, command.queue), TO_QUEUE)


@_action.register
def _(command: c.AttendedTransfer) -> Action:
    return _transfer("Atxfer", command.leg, _dialled("to", command.to) + END_OF_NUMBER)


@_action.register
def _(command: c.EndConsult) -> Action:
    match command.how:
        case c.ConsultEnd.CANCEL:
            return {"Action": "CancelAtxfer", "Channel": _leg(command.leg)}
        case c.ConsultEnd.COMPLETE:
            return _key(command.leg, COMPLETE)
        case c.ConsultEnd.CONFERENCE:
            return _key(command.leg, THREEWAY)


@_action.register
def _(command: c.Hold) -> Action:
    return _transfer("Atxfer", command.leg, HOLD_EXTENSION)


@_action.register
def _(command: c.Resume) -> Action:
    return {"Action": "CancelAtxfer", "Channel": _leg(command.leg)}


@_action.register
def _(command: c.Rejoin) -> Action:
    return _transfer("BlindTransfer", command.leg, _matched("seat", _SEAT, command.seat), REJOIN)


@_action.register
def _(command: c.ToHead) -> Action:
    return _transfer("BlindTransfer", command.leg, HEAD, REJOIN)


@_action.register
def _(command: c.HearLeg) -> Action:
    return {"Action": "Getvar", "Channel": _leg(command.leg), "Variable": CHANNEL_STATE}


@_action.register
def _(command: c.HangUp) -> Action:
    return {"Action": "Hangup", "Channel": _leg(command.leg), "Cause": str(_whole("cause", command.cause, 1, 127))}


@_action.register
def _(command: c.HangUpAll) -> Action:
    return {"Action": "Hangup", "Channel": "/^.+$/", "Cause": str(_whole("cause", command.cause, 1, 127))}


@_action.register
def _(command: c.RenewRecording) -> Action:
    return _key(command.leg, RENEW)


@_action.register
def _(command: c.WatchSeat) -> Action:
    return {
        "Action": "Originate",
        "Channel": f"PJSIP/{_matched('phone', _PHONE, command.phone or command.seat)}",
        "Context": WATCH,
        "Exten": command.mode.value,
        "Priority": "1",
        "Variable": f"{WATCHED}={_leg(command.watched)}",
        "CallerID": f"<{WATCH_NUMBER}>",
        "Timeout": str(RING_MS),
        "Async": "true",
    }


@_action.register
def _(command: c.ChangeWatch) -> Action:
    return {
        "Action": "Redirect",
        "Channel": _leg(command.leg),
        "Context": WATCH,
        "Exten": command.mode.value,
        "Priority": "1",
    }


@_action.register
def _(command: c.SetPhoneKey) -> Action:
    if not _KEY.fullmatch(command.key):
        raise WireError("key: is not 32 hex digits")  # the value itself is a secret
    return _kept(_matched("seat", _SEAT, command.seat), PHONE_KEY, {KEY: command.key})


@_action.register
def _(command: c.DropPhoneKeys) -> Action:
    if not 0 < len(command.seats) <= c.DROPPED_AT_ONCE:
        raise WireError(f"seats: {len(command.seats)}, not 1 to {c.DROPPED_AT_ONCE}")
    if not _KEY.fullmatch(command.key):
        raise WireError("key: is not 32 hex digits")
    seats = "-".join(_matched("seats", _SEAT, seat) for seat in command.seats)
    return _kept(DROP, PHONE_KEY, {KEY: command.key, SEATS: seats})


@_action.register
def _(command: c.SetAttended) -> Action:
    return _of_seat(ATTENDED, command.seat, command.attended)


@_action.register
def _(command: c.SetDevice) -> Action:
    return _of_seat(AT_DESK, command.seat, command.desk)


def _of_seat(state: str, seat: str, on: bool) -> Action:
    """A custom device state. A global function: no channel is named."""
    return {
        "Action": "Setvar",
        "Variable": f"DEVICE_STATE(Custom:{state}{_matched('seat', _SEAT, seat)})",
        "Value": "INUSE" if on else "NOT_INUSE",
    }


@_action.register
def _(command: c.SetPace) -> Action:
    """A global: it is gone with Asterisk, which is right for what is true for two minutes."""
    return {
        "Action": "Setvar",
        "Variable": f"{PACE}{_matched('queue', _QUEUE, command.queue)}",
        "Value": f"{int(command.at)}-{max(1, min(3600, round(command.seconds)))}",
    }


@_action.register
def _(command: c.SetSwitch) -> Action:
    """As a phone's key: by a context that does nothing else, which keeps what was said later."""
    target = f"{command.kind}_{_matched('target', _QUEUE, command.target)}"
    said = {
        "HOTLINE_STATE": _matched("state", _STATE, command.state),
        "HOTLINE_UNTIL": str(_whole("until", command.until, 0, 10**11)),
        "HOTLINE_AT": str(_whole("at", command.at, 0, 10**14)),
        "HOTLINE_DISTRICT": _matched("district", _DISTRICT, command.district),
    }
    return _kept(target, SWITCH, said)


@_action.register
def _(command: c.SetNuisance) -> Action:
    """As a switch."""
    said = {
        "HOTLINE_NUMBER": _matched("number", _GRADED, command.number),
        "HOTLINE_GRADE": _matched("grade", _GRADE, command.grade),
        "HOTLINE_UNTIL": str(_whole("until", command.until, 0, 10**11)),
        "HOTLINE_AT": str(_whole("at", command.at, 0, 10**14)),
    }
    return _kept("put", NUISANCE, said)


def _moved(command: c.MoveWaiting) -> list[Action]:
    """Redirect would make app_queue write the caller down as one who gave up: it is asked to let go instead.

    Where to, the dialplan reads when Queue() says WITHDRAW.
    """
    leg = _leg(command.leg)
    queue, to = _matched("queue", _QUEUE, command.queue), _matched("to", _QUEUE, command.to)
    where = {"Action": "Setvar", "Channel": leg, "Variable": MOVE_TO, "Value": to}
    before = {"Action": "Setvar", "Channel": leg, "Variable": "QUEUE_PRIO", "Value": "10" if command.urgent else "0"}
    return [where, before, {"Action": "QueueWithdrawCaller", "Queue": queue, "Caller": leg}]


def _handed_over(command: c.HandOver) -> list[Action]:
    """What goes along is set on the seat's channel: the far half of the consultation, and the partner's leg, inherit it.

    All of it each time: the papers of an earlier hand-over are not sent again.
    """
    leg, to = _leg(command.leg), _matched("to", _DIGITS, command.to)
    papers = {
        "__HOTLINE_HANDOVER": _matched("handover", _HANDOVER, command.handover),
        "__HOTLINE_TICKET": _matched("ticket", _REFERENCE, command.ticket),
        "__HOTLINE_FROM": _matched("number", _KNOWN_NUMBER, command.number),
        "__HOTLINE_SUMMARY": _matched("summary", _ENCODED, command.summary),
    }
    setting = [{"Action": "Setvar", "Channel": leg, "Variable": name, "Value": value} for name, value in papers.items()]
    return [*setting, _transfer("Atxfer", command.leg, to + END_OF_NUMBER, HANDOVER)]


def _kept(exten: str, place: str, said: Mapping[str, str]) -> Action:
    """AMI may not write Asterisk's database (that needs ``system``); a context that does nothing else may, and is told by these variables."""
    return {
        "Action": "Originate",
        "Channel": f"Local/{exten}@{place}",
        "Context": place,
        "Exten": KEPT,
        "Priority": "1",
        "Variable": ",".join(f"{name}={value}" for name, value in said.items()),
        "Timeout": str(KEY_SET_MS),
        "Async": "true",
    }


def _originate(phone: str, to: str) -> Action:
    number = _dialled("to", to)
    return {
        "Action": "Originate",
        "Channel": f"PJSIP/{_matched('phone', _PHONE, phone)}",
        "Context": ORIGINATE,
        "Exten": number,
        "Priority": "1",
        "CallerID": f"<{number}>",  # the agent's phone shows whom it is about to call
        "Timeout": str(RING_MS),
        "Async": "true",
    }


def _transfer(action: str, leg: LegId, to: str, context: str = TARGETS) -> Action:
    return {"Action": action, "Channel": _leg(leg), "Context": context, "Exten": to}


def _key(leg: LegId, key: str) -> Action:
    return {"Action": "PlayDTMF", "Channel": _leg(leg), "Digit": key, "Duration": str(KEY_MS), "Receive": "true"}


def _member(queue: QueueId, seat: SeatId) -> Action:
    return {"Queue": _matched("queue", _QUEUE, queue), "Interface": f"PJSIP/{_matched('seat', _PHONE, seat)}"}


def _leg(leg: LegId) -> str:
    return _matched("leg", _LEG, leg)


def _dialled(field: str, number: str) -> str:
    return _matched(field, _DIALLED, number)


def _matched(field: str, pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise WireError(f"{field}: {value[:80]!r} is not {pattern.pattern}")
    return value


def _word(field: str, value: str) -> str:
    """A person's word: a name or a reason."""
    if not value.strip() or len(value) > 60:
        raise WireError(f"{field}: 1 to 60 characters, not {value[:80]!r}")
    if any(letter in _SYNTAX or not letter.isprintable() for letter in value):
        raise WireError(f'{field}: {value[:80]!r} holds one of ; , | " \\ or a character that cannot be printed')
    return value


def _whole(field: str, value: int, least: int, most: int) -> int:
    if not least <= value <= most:
        raise WireError(f"{field}: {value} is not between {least} and {most}")
    return value


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _line(field: str, value: str) -> None:
    if any(mark in value for mark in "\r\n\0"):
        raise WireError(f"{field}: {value[:80]!r} would end the line")
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise WireError(f"{field}: {value[:80]!r} is no text") from None
    if size > MOST_BYTES:
        raise WireError(f"{field}: {size} bytes, at most {MOST_BYTES}")
