"""Calls as Asterisk would tell them, for the fold's tests: frames of whole plausible calls.

``stories`` is a Hypothesis strategy of several calls interleaved; ``as_book`` strips what
CEL does not say, so the same story can be told to board and book.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from cti import frame_types as fr
from cti.events import QueueExit
from cti.ids import BridgeId, CallId, Instant, LegId, LineId, QueueId, TrunkId
from cti.numbering_plan import Plan

PLAN = Plan(frozenset({"telecom", "unicom"}), frozenset({"8001", "8002", "8003", "8004"}))
SEATS = sorted(PLAN.seats)
Q = QueueId("mandarin")


@dataclass
class Story:
    """One inbound call being told; each method is one thing that happens."""

    number: int
    frames: list[fr.Frame] = field(default_factory=list)
    clock: float = 1000.0
    legs: int = 0

    def __post_init__(self) -> None:
        self.clock += self.number * 0.37
        self.caller = self.leg()

    def leg(self) -> LegId:
        self.legs += 1
        return LegId(f"xm1-{1000 + self.number}.{self.legs}")

    def at(self, step: float = 0.1) -> Instant:
        self.clock += step
        return Instant(round(self.clock, 6))

    @property
    def call(self) -> CallId:
        return CallId(self.caller)

    def say(self, *frames: fr.Frame) -> None:
        self.frames.extend(frames)

    def arrive(self) -> None:
        channel = f"PJSIP/telecom-{self.number:08x}"
        at = self.at()
        self.say(
            fr.LegNew(at, self.caller, channel, self.caller, CallId(""), "13806010001", "王小明", "12319", True),
            fr.Lined(self.at(), self.caller, LineId("citizen"), TrunkId("telecom"), "12319", "", "", ""),
            fr.LegUp(self.at(), self.caller),
        )

    def queue(self) -> None:
        self.say(fr.QueueIn(self.at(1.0), self.caller, Q, 1))

    def offer(self, seat: str) -> LegId:
        leg = self.leg()
        channel = f"PJSIP/{seat}-{self.number:05x}{self.legs:03x}"
        self.say(fr.LegNew(self.at(), leg, channel, self.caller, self.call, "", "", "", False))
        return leg

    def miss(self, leg: LegId) -> None:
        self.say(fr.RangOut(self.at(15), leg), fr.LegGone(self.at(), leg, 16, ""))

    def refuse(self, leg: LegId) -> None:
        self.say(fr.LegGone(self.at(), leg, 17, ""))

    def answer(self, leg: LegId) -> BridgeId:
        bridge = BridgeId(f"b-{self.number}-{self.legs}")
        at = self.at(2)
        self.say(
            fr.LegUp(at, leg),
            fr.QueueOut(at, self.caller, Q, QueueExit.UNKNOWN),
            fr.BridgeIn(self.at(), leg, bridge, False),
            fr.BridgeIn(self.at(), self.caller, bridge, False),
        )
        return bridge

    def hold(self, leg: LegId) -> None:
        self.say(fr.HeldBy(self.at(), leg, True), fr.HeldBy(self.at(3), leg, False))

    def talk_over(self, leg: LegId, bridge: BridgeId) -> None:
        self.say(
            fr.LegAsked(self.at(5), self.caller),
            fr.BridgeOut(self.at(), self.caller, bridge),
            fr.BridgeOut(self.at(), leg, bridge),
            fr.LegGone(self.at(), leg, 16, f"PJSIP/telecom-{self.number:08x}"),
            fr.LegGone(self.at(), self.caller, 16, f"PJSIP/telecom-{self.number:08x}"),
        )

    def abandon(self, ringing: LegId | None = None) -> None:
        channel = f"PJSIP/telecom-{self.number:08x}"
        self.say(fr.LegAsked(self.at(), self.caller))
        if ringing:
            self.say(fr.LegGone(self.at(), ringing, 0, channel))
        self.say(fr.LegGone(self.at(), self.caller, 16, channel))


@st.composite
def story(draw: st.DrawFn, number: int) -> Story:
    told = Story(number)
    told.arrive()
    end = draw(st.sampled_from(["notice", "queue", "ringing", "talk", "talk", "talk"]))
    if end == "notice":
        told.abandon()
        return told
    told.queue()
    if end == "queue":
        told.abandon()
        return told
    for _ in range(draw(st.integers(0, 2))):
        leg = told.offer(draw(st.sampled_from(SEATS)))
        (told.miss if draw(st.booleans()) else told.refuse)(leg)
    leg = told.offer(draw(st.sampled_from(SEATS)))
    if end == "ringing":
        told.abandon(leg)
        return told
    bridge = told.answer(leg)
    if draw(st.booleans()):
        told.hold(leg)
    told.talk_over(leg, bridge)
    return told


@st.composite
def stories(draw: st.DrawFn, most: int = 4) -> list[fr.Frame]:
    """Frames of several calls, interleaved by time."""
    told = [draw(story(number)) for number in range(draw(st.integers(1, most)))]
    return sorted((f for one in told for f in one.frames), key=lambda f: f.at)


def as_book(frames: list[fr.Frame]) -> list[fr.Frame]:
    """The same story without what CEL does not tell."""
    return [f for f in frames if not isinstance(f, fr.RangOut | fr.HeldBy | fr.LegAsked | fr.QueueOut)]
