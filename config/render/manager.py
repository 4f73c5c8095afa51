"""manager.conf and http.conf: loopback only, one AMI user for each duty with the least it needs."""

from __future__ import annotations

from collections.abc import Mapping

from ..settings import Settings
from . import text

EVENTS = (
    "Newchannel", "Newstate", "Rename", "Hangup", "HangupRequest", "BridgeEnter", "BridgeLeave", "LocalBridge",
    "LocalOptimizationBegin", "LocalOptimizationEnd", "DialEnd",
    "Hold", "Unhold", "Pickup", "BlindTransfer", "AttendedTransfer",
    "QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon", "AgentRingNoAnswer",
    "QueueMemberAdded", "QueueMemberRemoved", "QueueMemberPause", "QueueMemberPenalty",
    "UserEvent", "ContactStatus", "FullyBooted", "Shutdown",
)  # fmt: skip
"""What the events connection hears: what ``cti/ami_decoder.py`` decodes, and the two words on Asterisk's own life.

FullyBooted answers a login by itself, but a login made while Asterisk still boots hears it only as an event.
"""
_ONLY = {
    "Newstate": ("header(ChannelState),method(exact)", "6"),
    "DialEnd": ("header(DialStatus),method(regex)", "^(NOANSWER|CANCEL)$"),
    "UserEvent": ("header(UserEvent),method(starts_with)", "Hotline"),
}
"""What ``cti/ami_decoder.py`` makes nothing of is not even sent: each message wakes the daemon."""


def render(settings: Settings, secrets: Mapping[str, str]) -> dict[str, str]:
    return {"manager.conf": _manager(settings, secrets), "http.conf": _http(settings)}


def _manager(settings: Settings, secrets: Mapping[str, str]) -> str:
    general = {
        "enabled": True,
        "webenabled": False,
        "bindaddr": "127.0.0.1",
        "port": settings.ports.ami,
        "timestampevents": True,
        "displayconnects": False,
        "authtimeout": 5,
        "authlimit": 20,
        "channelvars": "HOTLINE_CALL",
        # values in these two are not escaped: caller data in them could forge whole events
        "disabledevents": "Newexten,VarSet,TestEvent,RTCPSent,RTCPReceived",
    }
    guard = {"deny": "0.0.0.0/0.0.0.0", "permit": "127.0.0.1/255.255.255.255"}

    def user(name: str, **entries: object) -> list[tuple[str, object]]:
        return [("secret", secrets[name]), *guard.items(), *entries.items()]

    heard = [_heard(event) for event in EVENTS]
    return text.file(
        text.section("general", general),
        text.section(
            "ami-events",
            [
                *user("ami-events", read="system,call,agent,user,reporting", write="reporting", writetimeout=1000),
                *heard,
            ],
        ),
        text.section(
            "ami-actions",
            [
                *user("ami-actions", read="call", write="call,agent,originate,reporting", writetimeout=1000),
                ("eventfilter(action(include),name(OriginateResponse))", ""),
            ],
        ),
        text.section(
            "ami-tape", user("ami-tape", read="system,call,agent,user,reporting", write="", writetimeout=1000)
        ),
    )


def _heard(event: str) -> tuple[str, str]:
    match, value = _ONLY.get(event, ("", ""))
    return f"eventfilter(action(include),name({event}){match and ','}{match})", value


def _http(settings: Settings) -> str:
    """Only the WebSocket for browser phones; each one is a session for as long as it is open.

    The way there (``hotline/programs/phone_proxy.py``) lets one a seat through: the limit is no one's to use up.
    """
    return text.file(
        text.section(
            "general",
            {
                "enabled": True,
                "bindaddr": "127.0.0.1",
                "bindport": settings.ports.http,
                "servername": "",
                "enable_status": False,
                "enable_static": False,
                "sessionlimit": 100 + 2 * len(settings.seat),
            },
        )
    )
