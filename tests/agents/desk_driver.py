"""A stage for the desk: a roster, and a telephone that says what the fold would say.

``DeskDriver`` drives a ``Desk`` with its own clock and collects what it decides. ``obey``
performs what was commanded on a pretended app_queue, which answers as the real one does.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TypeVar

from agents import commands as req
from agents import events as out
from agents.desk import Desk
from agents.own_reasons import AgentId
from agents.presence import Presence
from agents.roster import Person, Roster, Rules
from agents.seat_state import SeatState
from agents.seats import Decision
from config.sections.seats import Role
from cti import commands as tel
from cti import events as ev
from cti.equipment_events import BoardLive, MemberSeen
from cti.ids import CallId, Instant, LegId, QueueId, SeatId

MANDARIN, MINNAN = QueueId("mandarin"), QueueId("minnan")
S1, S2, S3 = SeatId("8001"), SeatId("8002"), SeatId("8003")
CHEN, LIN, SU, AUDITOR = AgentId("1001"), AgentId("1002"), AgentId("2001"), AgentId("3001")


def roster(
    *, wrap_up: float = 30, missed: int = 3, per_minute: int = 30, extend: float = 60, most: float = 100,
    filing_ends: bool = False,
) -> Roster:  # fmt: skip
    import re

    people = [
        Person(CHEN, "陈晓岚", Role.AGENT, {MANDARIN: 1, MINNAN: 2}),
        Person(LIN, "林志强", Role.AGENT, {MANDARIN: 1}),
        Person(SU, "苏丽华", Role.SUPERVISOR, {MANDARIN: 3}),
        Person(AUDITOR, "审计", Role.AUDITOR, {}),
    ]
    numbers = (re.compile(r"^110$"), re.compile(r"^1[3-9]\d{9}$"))
    rules = Rules(
        wrap_up, missed, ("小休", "就餐"), numbers, per_minute, frozenset({"110"}), wrap_up_extend_seconds=extend,
        wrap_up_most_seconds=most, filing_ends_wrap_up=filing_ends,
    )  # fmt: skip
    return Roster(
        {p.id: p for p in people}, frozenset({S1, S2, S3}), rules, frozenset({S1, S2}), frozenset({MANDARIN, MINNAN})
    )


E = TypeVar("E", bound=out.Event)


class DeskDriver:
    def __init__(self, desk: Desk | None = None, *, live: bool = True, **rules: float) -> None:
        self.desk = desk or Desk(roster(**rules))  # type: ignore[arg-type]
        self.now = Instant(1000.0)
        self.events: list[out.Event] = []
        self.commands: list[tel.Command] = []
        self.members: dict[tuple[QueueId, SeatId], tuple[bool, str, int]] = {}
        """The pretended app_queue."""
        self.calls = count(1)
        self.checks: list[Callable[[Decision], None]] = []
        if live:
            self.hear(BoardLive(self.now, Instant(500.0)))

    # -- the desk -------------------------------------------------------------------

    def _took(self, decision: Decision) -> Decision:
        self.events += decision.events
        self.commands += decision.commands
        for check in self.checks:
            check(decision)
        return decision

    def hear(self, event: ev.Event) -> Decision:
        return self._took(self.desk.hear(event, self.now))

    def ask(self, request: req.Request, by: str = "") -> req.Answer:
        answer, decision = self.desk.ask(request, self.now, by)
        self._took(decision)
        return answer

    def passes(self, seconds: float) -> None:
        """Time passes; the clock of the floor is imitated."""
        end = Instant(self.now + seconds)
        while (due := self.desk.due()) is not None and due <= end:
            self.now = max(self.now, due)
            self._took(self.desk.tick(self.now))
            assert self.desk.due() != due, "what is due and stays due would be looked at for ever"
        self.now = end
        self._took(self.desk.tick(end))

    def is_(self, seat: SeatId) -> Presence:
        return self.desk.seats[seat].presence

    def state(self, seat: SeatId) -> SeatState:
        return self.desk.seats[seat]

    def heard(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if type(event) is kind]

    def took(self) -> list[tel.Command]:
        """The commands since the last asking, without performing them."""
        commands, self.commands = self.commands, []
        return commands

    # -- app_queue and the telephone ------------------------------------------------------

    def obey(self, result: tel.Result = tel.Result.DONE) -> list[tel.Command]:
        """Perform (or lose, or refuse) all that was commanded, also what follows from it."""
        done: list[tel.Command] = []
        while self.commands:
            command = self.commands.pop(0)
            done.append(command)
            became, reason = result, ""
            if result is tel.Result.DONE:
                became, reason = self.app_queue(command)
            self._took(self.desk.outcome(tel.Outcome(command, became, reason), self.now))
        return done

    def app_queue(self, command: tel.Command) -> tuple[tel.Result, str]:
        if not isinstance(command, tel.AddMember | tel.RemoveMember | tel.PauseMember):
            return tel.Result.DONE, ""
        key = (command.queue, command.seat)
        match command:
            case tel.AddMember():
                if key not in self.members:
                    self.says(key, (command.paused, command.reason, command.penalty))
            case tel.RemoveMember():
                if key in self.members:
                    self.says(key, None)
            case tel.PauseMember():
                every = [one for one in self.members if one[1] == command.seat] if command.also else [key]
                found = [one for one in every if one in self.members]
                if not found:
                    return tel.Result.REFUSED, "Interface not found"
                for one in found:
                    self.says(one, (command.paused, command.reason, self.members[one][2]))
        return tel.Result.DONE, ""

    def says(self, key: tuple[QueueId, SeatId], member: tuple[bool, str, int] | None) -> None:
        """app_queue changes this member, for whatever cause, and says so."""
        if member is None:
            self.members.pop(key, None)
        else:
            self.members[key] = member
        paused, reason, penalty = member or (False, "", 0)
        self.hear(MemberSeen(self.now, *key, paused, reason, penalty, member is not None))

    def citizen(self, direction: ev.Direction = ev.Direction.INBOUND, endpoint: str = "telecom") -> CallId:
        call = CallId(f"t-1.{next(self.calls)}")
        self.hear(ev.CallArrived(call, self.now, LegId(call), endpoint, direction, "13800001111", "", "12319"))
        self.hear(ev.LegBegan(call, self.now, LegId(call), endpoint))
        return call

    def offer(self, seat: SeatId, call: CallId, queue: str = "mandarin") -> LegId:
        leg = LegId(f"t-2.{next(self.calls)}")
        self.hear(ev.LegBegan(call, self.now, leg, seat))
        self.hear(ev.CallOffered(call, self.now, leg, seat, QueueId(queue)))
        return leg

    def local(self, call: CallId) -> LegId:
        """A consultation's Local channel."""
        leg = LegId(f"t-3.{next(self.calls)}")
        self.hear(ev.LegBegan(call, self.now, leg, ""))
        return leg

    def answer(self, seat: SeatId, call: CallId, leg: LegId, queue: str = "mandarin") -> None:
        self.hear(ev.OfferEnded(call, self.now, leg, seat, QueueId(queue), ev.OfferResult.ANSWERED))
        self.hear(ev.TalkBegan(call, self.now, leg, seat, QueueId(queue)))

    def rings_out(self, seat: SeatId, call: CallId, leg: LegId, queue: str = "mandarin") -> None:
        self.hear(ev.OfferEnded(call, self.now, leg, seat, QueueId(queue), ev.OfferResult.MISSED))
        self.ends(call, leg, seat)

    def ends(self, call: CallId, leg: LegId, endpoint: str) -> None:
        self.hear(ev.LegEnded(call, self.now, leg, endpoint, 16))

    def talk(self, seat: SeatId = S1, queue: str = "mandarin") -> tuple[CallId, LegId]:
        """A citizen is talking with this seat."""
        call = self.citizen()
        leg = self.offer(seat, call, queue)
        self.answer(seat, call, leg, queue)
        return call, leg

    def over(self, call: CallId, leg: LegId, seat: SeatId = S1) -> None:
        if self.desk.phones.legs.get(leg) and self.desk.phones.legs[leg].phase == "talking":
            self.hear(ev.TalkEnded(call, self.now, leg, seat))
        self.ends(call, leg, seat)
        self.ends(call, LegId(call), "telecom")
        self.hear(ev.CallEnded(call, self.now, ev.EndedBy.CALLER, 16, True))

    def ready(self, seat: SeatId = S1, agent: AgentId = CHEN) -> None:
        assert self.ask(req.LogIn(agent, seat, ready=True)) == req.Accepted()
        self.obey()
