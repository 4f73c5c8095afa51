"""A consultation as AMI tells it: the asking seat and one half of a Local channel in a bridge, behind the other half whom is called."""

from __future__ import annotations

from cti import frame_types as fr
from cti.ids import BridgeId, LegId

from .story import Story


class Consultation:
    """``story``'s seat ``leg`` leaves its citizen in ``bridge`` and asks for ``to``."""

    def __init__(self, story: Story, leg: LegId, bridge: BridgeId, to: str) -> None:
        self.story, self.leg, self.home = story, leg, bridge
        self.near, self.far = story.leg(), story.leg()
        self.asking, self.behind = BridgeId(f"ask-{self.near}"), BridgeId(f"far-{self.far}")
        local = f"Local/{to}@transfer-targets-{story.legs:08x}"
        say, at, call = story.say, story.at, story.call
        say(
            fr.BridgeOut(at(), leg, bridge),
            fr.LegNew(at(), self.near, f"{local};1", story.caller, call, "", "", "", False),
            fr.LegNew(at(), self.far, f"{local};2", story.caller, call, "", "", "", False),
            fr.LocalPair(at(), self.near, self.far),
            fr.BridgeIn(at(), leg, self.asking, False),
            fr.BridgeIn(at(), self.near, self.asking, False),
        )

    def rings(self, endpoint: str) -> LegId:
        leg = self.story.leg()
        channel = f"PJSIP/{endpoint}-{self.story.legs:08x}"
        self.story.say(fr.LegNew(self.story.at(), leg, channel, self.story.caller, self.story.call, "", "", "", False))
        return leg

    def answers(self, leg: LegId) -> None:
        at, say = self.story.at, self.story.say
        say(
            fr.LegUp(at(2), leg),
            fr.BridgeIn(at(), leg, self.behind, False),
            fr.BridgeIn(at(), self.far, self.behind, False),
            fr.LegUp(at(), self.near),
        )

    def gone(self, leg: LegId, cause: int) -> None:
        self.story.say(fr.LegGone(self.story.at(), leg, cause, ""))

    def over(self, cause: int = 16) -> None:
        """Its Local channel goes, and the seat is with its citizen again."""
        at, say = self.story.at, self.story.say
        say(
            fr.LegGone(at(), self.far, cause, ""),
            fr.BridgeOut(at(), self.leg, self.asking),
            fr.LegGone(at(), self.near, cause, ""),
            fr.BridgeIn(at(), self.leg, self.home, False),
        )

    def joins(self) -> None:
        """Three-way: the seat and its half come into the citizen's bridge."""
        at, say = self.story.at, self.story.say
        say(fr.BridgeOut(at(), self.leg, self.asking), fr.BridgeIn(at(), self.leg, self.home, False))
        say(fr.BridgeOut(at(), self.near, self.asking), fr.BridgeIn(at(), self.near, self.home, False))

    def swaps(self) -> None:
        """The seat is with its citizen, whom it asked waits."""
        at, say = self.story.at, self.story.say
        say(fr.BridgeOut(at(), self.leg, self.asking), fr.BridgeIn(at(), self.leg, self.home, False))
