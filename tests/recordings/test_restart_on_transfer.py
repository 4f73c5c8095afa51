"""Continuity: the recording begins anew when, and only when, the citizen's partner changes."""

from __future__ import annotations

import asyncio

import pytest

from cti import events as ev
from cti.commands import Command, Outcome, RenewRecording, Result
from cti.equipment_events import BoardLive
from cti.ids import CallId, Instant, LegId, QueueId, SeatId
from recordings import restart_on_transfer
from recordings.restart_on_transfer import Continuity, RecordingContinuity

CALL, WORLD = CallId("xm1-1.0"), LegId("xm1-1.0")
NOW = Instant(1.0)


def arrived(endpoint: str = "telecom") -> ev.CallArrived:
    return ev.CallArrived(CALL, NOW, WORLD, endpoint, ev.Direction.INBOUND, "1380", "", "12319")


def talk(leg: str) -> ev.TalkBegan:
    return ev.TalkBegan(CALL, NOW, LegId(leg), SeatId("8001"), QueueId("mandarin"))


def ended(leg: str) -> ev.LegEnded:
    return ev.LegEnded(CALL, NOW, LegId(leg), "", 16)


def began(leg: str, endpoint: str) -> ev.LegBegan:
    return ev.LegBegan(CALL, NOW, LegId(leg), endpoint)


LIVE = BoardLive(NOW, NOW)
"""All that Asterisk has was listed: after a reload, or a link that was lost."""
THREE = (arrived(), began(WORLD, "telecom"), began("a", "8001"), began("l1", ""), began("l2", ""), began("b", "8002"))


def moved(kind: ev.TransferKind) -> ev.CallTransferred:
    return ev.CallTransferred(CALL, NOW, kind, SeatId("8001"), "8002")


@pytest.mark.parametrize(
    ("events", "renewed"),
    [
        ([arrived(), talk("a")], 0),
        ([arrived(), talk("a"), talk("a")], 0),  # back from hold
        ([arrived(), talk("a"), talk("b")], 1),
        ([arrived(), talk("a"), moved(ev.TransferKind.BLIND)], 0),  # the dialplan does it
        ([arrived(), talk("a"), moved(ev.TransferKind.ATTENDED)], 1),
        ([arrived(), talk("a"), ev.CallsMerged(CALL, NOW, CallId("xm1-2.0"))], 1),
        ([arrived(), talk("a"), moved(ev.TransferKind.CONFERENCE), ended("a")], 2),  # the seat leaves the two alone
        ([arrived(), talk("a"), moved(ev.TransferKind.CONFERENCE), ended("third")], 2),
        (
            [arrived(), talk("a"), moved(ev.TransferKind.CONFERENCE), ended(WORLD), ended("a")],
            1,
        ),  # nothing is recorded now
        ([arrived(), ended("a"), talk("b"), ended("c")], 0),  # offers that nobody took, consultations
        ([arrived("8001"), talk("a"), talk("b")], 0),  # seat to seat: not recorded
        ([arrived("8001"), ev.LegBegan(CALL, NOW, LegId("w"), "unicom"), talk("a"), talk("b")], 1),
        # the first trunk could not carry it: the second one's leg is recorded
        (
            [
                arrived("8001"),
                ev.LegBegan(CALL, NOW, LegId("v"), "telecom"),
                ended("v"),
                ev.LegBegan(CALL, NOW, LegId("w"), "unicom"),
                talk("a"),
                talk("b"),
            ],
            1,
        ),
        # a conference that began before our time, or while the link was lost: who leaves it is heard
        ([*THREE, talk("a"), LIVE, ended("a")], 1),
        ([*THREE, talk("a"), LIVE, ended("l1"), ended("b")], 2),
        ([*THREE, talk("a"), ended("b")], 0),  # an offer or a consultation: all of it was seen
        ([*THREE[:-1], talk("a"), LIVE, ended("a")], 0),  # two alone
        # a call to the world that becomes part of an older one: its leg stays the recorded one
        (
            [
                ev.LegBegan(CallId("xm1-2.0"), NOW, LegId("w"), "unicom"),
                ev.CallsMerged(CALL, NOW, CallId("xm1-2.0")),
                ev.CallEnded(CallId("xm1-2.0"), NOW, ev.EndedBy.SEAT, 16, True),
                talk("a"),
                talk("b"),
            ],
            2,
        ),
        ([arrived(), talk("a"), ev.CallEnded(CALL, NOW, ev.EndedBy.CALLER, 16, True), talk("b")], 0),
    ],
)
def test_renewed_when_the_partner_changes(events: list[object], renewed: int) -> None:
    """Another seat's leg, an attended transfer, who leaves a conference: yes; hold, blind transfer, internal calls: no."""
    rule = Continuity(frozenset({"telecom", "unicom"}))
    legs = [leg for leg in map(rule.hear, events) if leg is not None]
    assert len(legs) == renewed
    assert all(rule.records(leg) for leg in legs) or ended(WORLD) in events


async def test_a_leg_that_is_gone_is_not_pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The citizen leaves right behind the third one."""
    monkeypatch.setattr(restart_on_transfer, "SETTLE_SECONDS", 0.01)
    done: list[Command] = []

    async def perform(command: Command) -> Outcome:
        done.append(command)
        return Outcome(command, Result.DONE)

    renewing = RecordingContinuity(frozenset({"telecom"}), perform)
    for event in (arrived(), talk("a"), moved(ev.TransferKind.CONFERENCE), ended("third"), ended(WORLD)):
        renewing.hear(event)
    await asyncio.sleep(0.05)
    renewing.close()
    assert done == []


async def test_one_transfer_renews_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The several events of a transfer become one command on the citizen's leg."""
    monkeypatch.setattr(restart_on_transfer, "SETTLE_SECONDS", 0.01)
    done: list[Command] = []

    async def perform(command: Command) -> Outcome:
        done.append(command)
        return Outcome(command, Result.DONE)

    watched = RecordingContinuity(frozenset({"telecom"}), perform)
    for event in (arrived(), talk("a"), moved(ev.TransferKind.ATTENDED), talk("b")):
        watched.hear(event)
    await asyncio.sleep(0.05)
    watched.close()
    assert done == [RenewRecording(WORLD)]
