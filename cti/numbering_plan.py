"""The numbering plan the fold reads events with: which endpoints are seats, which trunks.

Made from the settings for our own Asterisk. ``Plan.foreign()`` knows nothing: then
whoever is dialled counts as a seat and whoever dials in as a caller, which is what a
tape of somebody else's Asterisk can tell.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from config.sections.seats import SECOND

from .events import Direction
from .ids import CallId, LineId

PROBE = "probe"
"""Endpoint of the line watch: its calls are no citizens'."""


PHONE_KEY = "phone-key"
"""Context in which a browser phone's key is put down (``ami_actions.py``)."""
NUISANCE = "nuisance-set"
"""Context in which a number is graded (``config/render/nuisance.py``)."""
SWITCH, SWITCH_EAR = "switch", "switch-ear"
"""Contexts in which hours and modes are switched, and by which those who wait are told (``config/render/switches.py``)."""
TO_QUEUE = "to-queue"
"""Context through which a seat gives its caller to a queue; a transfer that leads there is known by it, live and in the book."""
HANDOVER = "handover"
"""Context through which a seat consults a partner's desk (``config/render/partner_handover.py``)."""

HOOK = "__func_periodic_hook_context__"
"""Asterisk's context of what speaks to one who waits (``config/render/position_announcements.py``)."""

KEPT_PLACE = "kept-place"
"""Context of a place in a queue that is kept for who has hung up (``config/render/kept_place.py``)."""
_KEPT = re.compile(rf"Local/k([^@/;]{{1,80}})@{KEPT_PLACE}-")


@dataclass(frozen=True, slots=True)
class Plan:
    trunks: frozenset[str]
    seats: frozenset[str]
    known: bool = True
    lines: Mapping[str, LineId] = field(default_factory=dict)
    """Number that is dialled → the line it is on."""
    partners: Mapping[str, str] = field(default_factory=dict)
    """Number that is dialled → the partner whose it is."""
    spelled: Mapping[str, str] = field(default_factory=dict)
    """Digits as carriers write them → the number of ours that they are (``config/called_numbers.py``)."""

    @classmethod
    def foreign(cls) -> Plan:
        return cls(frozenset(), frozenset(), known=False)

    def called(self, written: str) -> str:
        """The number of ours that was dialled, of which carriers write more; the digits where it is none."""
        digits = "".join(letter for letter in written if letter in "0123456789")
        return self.spelled.get(digits, digits)

    def is_seat(self, endpoint: str, *, first: bool) -> bool:
        return endpoint in self.seats if self.known else not first and bool(endpoint)

    def direction(self, endpoint: str, exten: str, *, ringing_in: bool) -> Direction:
        """Of a call whose first leg is at ``endpoint`` and dialled ``exten``."""
        if not self.known:
            return Direction.INBOUND if ringing_in else Direction.OUTBOUND
        if endpoint in self.trunks:
            return Direction.INBOUND
        return Direction.INTERNAL if exten in self.seats or endpoint == PROBE else Direction.OUTBOUND


_PLUMBING = frozenset({"Local", "AsyncGoto", "Bridge", "Message", "Parked", "Snoop", "Surrogate"})


def is_plumbing(channel: str) -> bool:
    """A channel Asterisk made for itself: half a Local channel (``…;1``), a stand-in, an announcer."""
    return channel[-2:] in (";1", ";2") or channel.partition("/")[0] in _PLUMBING


def is_household(channel: str) -> bool:
    """A channel of the house's own, nobody's call: the line watch, the setting of a phone's key, the words to one who waits."""
    if not channel.startswith("Local/"):
        return endpoint_of(channel) == PROBE
    return any(f"@{context}-" in channel for context in (PHONE_KEY, HOOK, SWITCH, SWITCH_EAR, NUISANCE))


def kept_for(channel: str) -> CallId:
    """``Local/kCALL@kept-place-0000002a;1`` → the call whose place it keeps; '' any other channel."""
    found = _KEPT.match(channel)
    return CallId(found[1] if found else "")


def endpoint_of(channel: str) -> str:
    """``PJSIP/8001-0000002a`` → ``8001``; plumbing or a zombie has none: ''. Of a seat's second device it is the seat."""
    tech, slash, rest = channel.partition("/")
    if not slash or not tech or tech in _PLUMBING or channel[-1] == ">" or channel[-2] == ";":
        return ""
    name, dash, _ = rest.rpartition("-")
    return seat_at(name) if dash else rest


def is_second(channel: str) -> bool:
    """It is the desk phone of a seat that has a browser's phone, too."""
    return channel.rpartition("-")[0].endswith(SECOND) and endpoint_of(channel).isdigit()


def seat_at(endpoint: str) -> str:
    """``8001-desk`` → ``8001``; the name of any other endpoint is as it was."""
    seat = endpoint.removesuffix(SECOND)
    return seat if seat.isdigit() else endpoint
