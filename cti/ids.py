"""The names of things on the telephone, as types.

Every id is a string made by Asterisk or by ``hotline.toml``; the types only keep
them from being mixed up. Time in this room is an ``Instant``: seconds since the
Unix epoch, UTC, as Asterisk prints it (microseconds kept); rooms to the left turn
it into an aware datetime where a person or a database reads it.
"""

from __future__ import annotations

from typing import NewType

CallId = NewType("CallId", str)
"""Uniqueid of the leg that began the call: ``node-seconds.sequence``."""
LegId = NewType("LegId", str)
"""Uniqueid of one channel."""
BridgeId = NewType("BridgeId", str)
LineId = NewType("LineId", str)
TrunkId = NewType("TrunkId", str)
QueueId = NewType("QueueId", str)
SeatId = NewType("SeatId", str)
"""A seat's id is also the name of its PJSIP endpoint and its extension."""
Instant = NewType("Instant", float)
