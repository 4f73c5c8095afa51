"""Which headers Asterisk 22 writes into each event always: what lacks one was not written by it. Data; asked by ``ami_decoder.py``."""

from __future__ import annotations

_OF_A_CHANNEL = (
    b"Channel", b"ChannelState", b"ChannelStateDesc", b"CallerIDNum", b"CallerIDName", b"ConnectedLineNum",
    b"ConnectedLineName", b"Language", b"AccountCode", b"Context", b"Exten", b"Priority", b"Uniqueid", b"Linkedid",
)  # fmt: skip


def _always(*more: bytes, channels: tuple[bytes, ...] = (b"",), privilege: bool = True) -> frozenset[bytes]:
    """``channels``: what stands before the headers of each channel the event is about."""
    of_channels = {channel + header for channel in channels for header in _OF_A_CHANNEL}
    return frozenset(of_channels | {*more} | ({b"Privilege"} if privilege else set()))


_BRIDGE = _always(b"BridgeUniqueid", b"BridgeType", b"BridgeTechnology", b"BridgeCreator", b"BridgeName")
_LOCAL = _always(channels=(b"LocalOne", b"LocalTwo"))
_MEMBER = _always(
    b"Queue", b"MemberName", b"Interface", b"StateInterface", b"Membership", b"Penalty", b"Paused", channels=()
)  # fmt: skip
ALWAYS: dict[bytes, frozenset[bytes]] = {
    b"Newchannel": _always(),
    b"Newstate": _always(),
    b"Rename": _always(b"Channel", b"Newname", b"Uniqueid", channels=()),
    b"HangupRequest": _always(),
    b"Hangup": _always(b"Cause", b"Cause-txt"),
    b"BridgeEnter": _BRIDGE,
    b"BridgeLeave": _BRIDGE,
    b"LocalBridge": _LOCAL,
    b"LocalOptimizationBegin": _LOCAL,
    b"LocalOptimizationEnd": _LOCAL,
    b"QueueCallerJoin": _always(b"Queue", b"Position", b"Count"),
    b"QueueCallerLeave": _always(b"Queue", b"Count"),
    b"QueueCallerAbandon": _always(b"Queue", b"Position", b"HoldTime"),
    b"AgentRingNoAnswer": _always(b"Queue", b"Interface", channels=(b"", b"Dest")),
    b"DialEnd": _always(b"DialStatus", channels=(b"Dest",)),
    b"Hold": _always(),
    b"Unhold": _always(),
    b"BlindTransfer": _always(b"Result", channels=(b"Transferer",)),
    b"AttendedTransfer": _always(b"Result", b"DestType", channels=(b"OrigTransferer", b"SecondTransferer")),
    b"Pickup": _always(channels=(b"", b"Target")),
    b"UserEvent": _always(b"UserEvent"),
    b"ContactStatus": _always(b"URI", b"ContactStatus", b"AOR", b"EndpointName", channels=()),
    b"QueueMemberAdded": _MEMBER,
    b"QueueMemberPause": _MEMBER,
    b"QueueMemberPenalty": _MEMBER,
    b"QueueMemberStatus": _MEMBER,
    b"QueueMemberRemoved": _MEMBER,
    b"FullyBooted": _always(b"Status", b"Uptime", b"LastReload", channels=()),
    b"Shutdown": _always(b"Shutdown", b"Restart", channels=()),
    b"CoreShowChannel": _always(b"ActionID", b"Application", b"Duration", b"BridgeId", privilege=False),
}
"""What Asterisk 22 writes into each of these events always (read off all of ``tests/tapes``, and in its source)."""
