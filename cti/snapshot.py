"""A snapshot of Asterisk → frames: what to ask, and how the answers fold. Pure.

Asked at every (re)connect and again as an audit. The lists are each contiguous but are
not one moment; that is why every frame made here is a statement the fold can hear twice.
Parents come before children, so a child finds its call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from . import ami_decoder
from . import frame_types as fr
from .ami_actions import WATCH
from .board import Board
from .call import Call
from .equipment_events import Reach
from .ids import BridgeId, CallId, Instant, LegId, QueueId
from .numbering_plan import is_household


def epoch(answer: Sequence[ami_decoder.Headers]) -> str:
    """``CoreStartupDate CoreStartupTime`` of a CoreStatus answer: names one life of Asterisk."""
    for h in answer:
        if b"CoreStartupDate" in h:
            return ami_decoder.text(h[b"CoreStartupDate"]) + " " + ami_decoder.text(h.get(b"CoreStartupTime", b""))
    return ""


def frames(
    channels: Sequence[ami_decoder.Headers],
    queues: Sequence[ami_decoder.Headers],
    devices: Sequence[ami_decoder.Headers],
    at: Instant,
) -> list[fr.Frame]:
    """The whole snapshot between its two marks.

    ``channels``: items of CoreShowChannels; ``queues``: of QueueStatus; ``devices``: of
    DeviceStateList.
    """
    waiting: dict[str, tuple[QueueId, int]] = {}
    members: list[fr.Frame] = []
    for h in queues:
        kind = h.get(b"Event")
        if kind == b"QueueEntry":
            waiting[ami_decoder.text(h.get(b"Uniqueid", b""))] = (
                QueueId(ami_decoder.text(h[b"Queue"])),
                ami_decoder.number(h, b"Position"),
            )
        elif kind == b"QueueMember":
            members.append(
                fr.Member(
                    at, QueueId(ami_decoder.text(h[b"Queue"])), ami_decoder.seat_of(h.get(b"Location", b"")), h.get(b"Paused") == b"1",
                    ami_decoder.text(h.get(b"PausedReason", b"")), ami_decoder.number(h, b"Penalty"), True,
                )
            )  # fmt: skip
    items = [h for h in channels if h.get(b"Event") == b"CoreShowChannel"]
    readable = [h for h in items if not ami_decoder.flaw(b"CoreShowChannel", h)]
    legs = [_leg(h, waiting, at) for h in readable]
    legs.sort(key=lambda leg: (leg.leg not in (leg.call, leg.linked), leg.born, leg.leg))
    watching = [watch for h in readable if (watch := _watching(h, at)) is not None]
    whole = len(readable) == len(items)
    phones = [phone for h in devices if (phone := _phone(h, at)) is not None]
    return [fr.SnapshotBegan(at), *legs, *watching, *members, *phones, fr.SnapshotEnded(at, whole)]


def _phone(h: ami_decoder.Headers, at: Instant) -> fr.Reached | None:
    device = h.get(b"Device", b"")
    if not device.startswith(b"PJSIP/"):
        return None
    away = h.get(b"State") in (b"UNAVAILABLE", b"INVALID")
    return fr.Reached(at, ami_decoder.text(device[6:]), "", Reach.UNREACHABLE if away else Reach.REACHABLE, 0)


def _leg(h: ami_decoder.Headers, waiting: dict[str, tuple[QueueId, int]], at: Instant) -> fr.LegSeen:
    leg = LegId(ami_decoder.text(h[b"Uniqueid"]))
    queue, position = waiting.get(leg, (QueueId(""), 0))
    return fr.LegSeen(
        at, leg, ami_decoder.text(h.get(b"Channel", b"")), LegId(ami_decoder.text(h.get(b"Linkedid", b"")) or leg),
        ami_decoder.call_variable(h) or CallId(""), ami_decoder.one_line(h.get(b"CallerIDNum", b"")), ami_decoder.text(h.get(b"CallerIDName", b"")),
        ami_decoder.text(h.get(b"Exten", b"")), h.get(b"ChannelState") == b"6", BridgeId(ami_decoder.text(h.get(b"BridgeId", b""))),
        queue, position, _born(leg, at),
    )  # fmt: skip


def _watching(h: ami_decoder.Headers, at: Instant) -> fr.Watching | None:
    """A supervisor's leg that hears another: what its user event said before we were there."""
    if h.get(b"Context") != WATCH.encode() or h.get(b"Application") != b"ChanSpy":
        return None
    watched = ami_decoder.text(h.get(b"ApplicationData", b"")).partition(",")[0]
    return fr.Watching(
        at, LegId(ami_decoder.text(h[b"Uniqueid"])), LegId(watched), ami_decoder.text(h.get(b"Exten", b""))
    )


def _born(leg: LegId, at: Instant) -> Instant:
    """A Uniqueid is ``[node-]seconds.sequence``: when the channel was made."""
    seconds = leg.rpartition("-")[2].partition(".")[0]
    return Instant(float(seconds)) if seconds.isdigit() else at


def recalled(board: Board, known: Callable[[CallId], Call | None], at: Instant) -> list[fr.Frame]:
    """What the dialplan said of calls that began before our time: no list tells it, the book has it."""
    frames: list[fr.Frame] = []
    for call in board.calls.values():
        leg, was = next(iter(call.legs), None), known(call.id)
        if leg is None or was is None:
            continue
        if was.line and not call.line:
            frames.append(fr.Lined(at, leg, was.line, was.trunk, was.dialled, was.partner, was.reference, was.origin))
        if was.dialled and not call.dialled:
            frames.append(fr.Dialled(at, leg, was.dialled))
    return frames


def contradictions(board: Board, snapshot: Sequence[fr.Frame]) -> frozenset[str]:
    """Where board and snapshot differ, one stable word each.

    One alone may be a change on its way; the same in two audits running is an error of
    ours, or a lost event, and the snapshot is folded (``asterisk_connection.py``).
    """
    seen = {f.leg: f for f in snapshot if isinstance(f, fr.LegSeen) and not is_household(f.channel)}
    whole = all(f.whole for f in snapshot if isinstance(f, fr.SnapshotEnded))
    out = {f"lost {leg}" for leg in board.legs if leg not in seen} if whole else set()
    for leg_id, f in seen.items():
        leg = board.legs.get(leg_id)
        if leg is None:
            out.add(f"unknown {leg_id}")
        elif (leg.bridge or "") != f.bridge:
            out.add(f"bridge {leg_id} {f.bridge}")
    members = {(f.queue, f.seat): (f.paused, f.reason, f.penalty) for f in snapshot if isinstance(f, fr.Member)}
    out |= {
        f"member {queue} {seat}" for (queue, seat), was in board.members.items() if members.get((queue, seat)) != was
    }
    out |= {f"member {queue} {seat}" for queue, seat in members.keys() - board.members.keys()}
    return frozenset(out)
