"""The board: every call, leg, bridge, phone and queue member as the fold knows them now.

Written by ``fold.py`` alone. Readers (console, desk at start) look, never write.
Size is bounded by what is alive plus a fixed memory of the legs that ended last.
"""

from __future__ import annotations

from .call import Call, Leg
from .equipment_events import Reach
from .ids import BridgeId, CallId, Instant, LegId, QueueId, SeatId

REMEMBERED = 16384
"""Ended legs kept in mind, so that a late or doubled frame cannot raise the dead."""


class Board:
    __slots__ = ("bridges", "calls", "contacts", "ended", "legs", "linked", "members", "node_began", "phones")

    def __init__(self) -> None:
        self.calls: dict[CallId, Call] = {}
        self.legs: dict[LegId, Leg] = {}
        self.linked: dict[LegId, CallId] = {}
        """Linkedid → the call that carried it when one of its legs was born."""
        self.bridges: dict[BridgeId, dict[LegId, Leg]] = {}
        self.ended: dict[str, bool] = {}
        """Legs and calls that ended last; true for a call whose beginning lies before our time."""
        self.contacts: dict[str, dict[str, bool]] = {}
        """Endpoint → its contacts and whether each answers."""
        self.phones: dict[str, Reach] = {}
        self.members: dict[tuple[QueueId, SeatId], tuple[bool, str, int]] = {}
        self.node_began: Instant | None = None

    def bury(self, ident: str, *, headless: bool = False) -> None:
        """Remember that this leg or call has ended. ``headless``: a call whose first leg was never seen."""
        ended = self.ended
        ended[ident] = headless
        if len(ended) > REMEMBERED:
            del ended[next(iter(ended))]

    def waiting(self, queue: QueueId) -> list[Call]:
        """Calls waiting in this queue, longest first."""
        found = [call for call in self.calls.values() if call.queue == queue]
        return sorted(found, key=lambda call: call.queued_at or call.arrived)

    def parties(self, bridge: BridgeId) -> list[Leg]:
        """Who hears whom in this bridge and those that Local channels connect with it."""
        legs = list(self.bridges[bridge].values())
        for leg in legs:
            if leg.plumbing:
                break
        else:
            return legs
        reached, parties = {bridge}, []
        for leg in legs:  # grows while we walk
            far = leg.pair
            if not leg.plumbing:
                parties.append(leg)
            elif far is None:
                continue
            elif far.bridge is None:
                if far.up is not None and far.channel.endswith(";2") and not far.kept:
                    parties.append(far)  # the dialplan there has answered: music, an announcement
            elif far.bridge not in reached:
                reached.add(far.bridge)
                legs.extend(self.bridges[far.bridge].values())
        return parties

    def facts(self) -> dict[str, object]:
        """A comparable summary (tests: two ways to the same board)."""
        return {
            "calls": {
                c.id: (c.direction, c.caller, c.dialled, c.line, c.queue, c.talked, tuple(sorted(c.legs)))
                for c in self.calls.values()
            },
            "legs": {
                g.id: (g.endpoint, g.call.id, g.first, g.up is not None, g.bridge, g.offer_open, g.talking, g.held)
                for g in self.legs.values()
            },
            "bridges": {b: tuple(sorted(m)) for b, m in self.bridges.items()},
            "phones": dict(self.phones),
            "members": dict(self.members),
        }
