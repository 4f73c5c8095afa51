"""Which queues a seat shall be in, and the commands that make app_queue agree.

``wanted`` and ``difference`` are pure; ``Memberships`` keeps what app_queue is known to
say and what we last told it. Called by ``desk.py``; it performs nothing and reads no clock.

app_queue is told, never believed: what it says (``MemberSeen``) is only compared. A
difference that lasts ``GRACE`` is corrected, each further time after a longer wait
(``PATIENCE``), and from the third time on somebody is told. A pause of all of a seat's memberships is one command: app_queue walks
all queues for it (measured: 800 of them at once delay calls), and still that is less than as many commands, events and rows as the
agent has skills, two or three times a talk. Every other command names its queue.

A seat that is on its phone is never unpaused: app_queue would offer it the next call in
the moment between two device states.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from cti import commands as c
from cti.equipment_events import MemberSeen
from cti.ids import Instant, QueueId, SeatId
from cti.numbering_plan import seat_at

from .own_reasons import OwnReason

GRACE = 2.0
"""Seconds app_queue may say something else than we told it: its word travels over another link."""
PATIENCE = (2.0, 10.0, 30.0, 60.0)
"""Seconds before the next correction of the same membership; the last repeats."""
ALARM_AT = 3

MemberCommand = c.AddMember | c.RemoveMember | c.PauseMember
Key = tuple[QueueId, SeatId]


@dataclass(frozen=True, slots=True)
class Membership:
    penalty: int
    paused: bool
    reason: str = ""
    """'' when not paused."""
    reserve: bool = field(default=False, compare=False)
    """Rings only while a mode calls the reserve in; app_queue does not say so of a member."""


def wanted(
    penalties: Mapping[QueueId, int], pause: str | None, reserve: Container[QueueId] = ()
) -> dict[QueueId, Membership]:
    """Memberships of a seat whose agent has these skills; ``pause`` None: may be offered calls."""
    return {
        queue: Membership(penalty, paused=pause is not None, reason=pause or "", reserve=queue in reserve)
        for queue, penalty in penalties.items()
    }


def difference(
    queue: QueueId, seat: SeatId, have: Membership | None, want: Membership | None, *, two: bool = False
) -> list[MemberCommand]:
    """The commands that turn ``have`` into ``want`` in one queue, in order; none when equal.

    The member is named by its seat: queue_log's agent column shows that name, and a
    person's could hold what app_queue's stored list reads as syntax. ``two``: the seat has two devices, and ``seat`` is
    the endpoint of one of them; its name is the seat's all the same.
    """
    if have == want:
        return []
    if want is None:
        return [c.RemoveMember(queue, seat)]
    add = c.AddMember(
        queue, seat, seat_at(seat), want.penalty, paused=want.paused, reason=want.reason, two=two, reserve=want.reserve
    )
    if have is None:
        return [add]
    if have.penalty != want.penalty:
        return [c.RemoveMember(queue, seat), add]
    return [c.PauseMember(queue, seat, want.paused, want.reason)]


@dataclass(slots=True)
class _Entry:
    want: Membership | None = None
    told: Membership | None = None
    """What app_queue says once all we sent is done."""
    seen: Membership | None = None
    flying: int = 0
    check_at: float | None = None
    tries: int = 0
    alarmed: bool = False


@dataclass(frozen=True, slots=True)
class Doubt:
    """A membership that stays wrong (``over`` False), or came right again (True)."""

    queue: QueueId
    seat: SeatId
    over: bool
    detail: str


class Memberships:
    def __init__(self, two: Container[SeatId] = ()) -> None:
        """``two``: seats with two devices. Each of these is a member by itself, named by its endpoint."""
        self._two = two
        self._entries: dict[Key, _Entry] = {}
        self._queues: dict[SeatId, set[QueueId]] = {}
        """The keys by seat: a wish for one seat must not cost more the more seats there are."""
        self._checks: set[Key] = set()
        """Entries with a ``check_at``: ``due`` is asked often, and there may be thousands of entries."""
        self._agreed: list[Doubt] = []

    def want(
        self, seat: SeatId, target: Mapping[QueueId, Membership], *, busy: bool, at: Instant
    ) -> list[MemberCommand]:
        """Wish for this seat from now on; the commands that this needs at once."""
        out: list[MemberCommand] = []
        queues = self._queues.get(seat, set()) | target.keys()
        for queue in sorted(queues):
            entry = self._entry((queue, seat))
            entry.want = self._never_unpaused(entry, target.get(queue), busy)
            out += self._tell((queue, seat), entry, self._difference((queue, seat), entry.told, entry.want))
            self._compare((queue, seat), entry, at)
        return self._together(seat, out)

    def _together(self, seat: SeatId, commands: list[MemberCommand]) -> list[MemberCommand]:
        """One pause for all queues, where that says the same of every membership that app_queue may have of this seat."""
        pauses = [command for command in commands if isinstance(command, c.PauseMember)]
        if len(pauses) < 2 or len(pauses) < len(commands):
            return commands
        first, *more = pauses
        same = {(first.paused, first.reason)}
        entries = [self._entries[queue, seat] for queue in self._queues.get(seat, ())]
        known = [one for entry in entries for one in (entry.told, entry.seen if entry.told is None else None) if one]
        if {(one.paused, one.reason) for one in pauses} | {(one.paused, one.reason) for one in known} != same:
            return commands
        return [replace(first, also=tuple(one.queue for one in more))]

    def _difference(self, key: Key, have: Membership | None, want: Membership | None) -> list[MemberCommand]:
        return difference(*key, have, want, two=seat_at(key[1]) in self._two)

    def settled(self, seat: SeatId) -> bool:
        """app_queue says of this seat what was wished last."""
        return not any((queue, seat) in self._checks for queue in self._queues.get(seat, ()))

    @staticmethod
    def _never_unpaused(entry: _Entry, want: Membership | None, busy: bool) -> Membership | None:
        """What may be wished for now: a seat on its phone waits for better penalties, too."""
        told = entry.told
        if not busy or want is None:
            return want
        if told is None:
            return want if want.paused else replace(want, paused=True, reason=OwnReason.ON_CALL)
        if told.paused and not want.paused:
            return told
        return replace(want, penalty=told.penalty)

    def _tell(self, key: Key, entry: _Entry, commands: list[MemberCommand]) -> list[MemberCommand]:
        entry.flying += len(commands)
        entry.told = entry.want
        return commands

    # -- what app_queue says ---------------------------------------------------------

    def seen(self, event: MemberSeen) -> None:
        key = (event.queue, event.seat)
        entry = self._entry(key)
        reason = event.reason if event.paused else ""
        entry.seen = Membership(event.penalty, event.paused, reason) if event.present else None
        self._compare(key, entry, event.at)

    def outcome(self, outcome: c.Outcome, at: Instant) -> None:
        """One of our commands was answered. A refused or lost one leaves it to the next check."""
        command = outcome.command
        assert isinstance(command, MemberCommand)
        for queue in (command.queue, *(command.also if isinstance(command, c.PauseMember) else ())):
            self._became((queue, command.seat), outcome, at)

    def _became(self, key: Key, outcome: c.Outcome, at: Instant) -> None:
        entry = self._entry(key)
        entry.flying = max(0, entry.flying - 1)
        if entry.check_at is not None:
            entry.check_at = max(entry.check_at, at + GRACE)  # its word on this travels now
        if outcome.result is not c.Result.DONE:
            entry.told = entry.seen
            if isinstance(outcome.command, c.PauseMember) and "not found" in outcome.reason:
                entry.told = entry.seen = None  # "Interface not found": it is not in the queue
        self._compare(key, entry, at)

    def _entry(self, key: Key) -> _Entry:
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry()
            self._queues.setdefault(key[1], set()).add(key[0])
        return entry

    def _forget(self, key: Key) -> None:
        del self._entries[key]
        own = self._queues[key[1]]
        own.discard(key[0])
        if not own:
            del self._queues[key[1]]

    def _compare(self, key: Key, entry: _Entry, at: Instant) -> None:
        if entry.seen == entry.want and entry.told == entry.want and not entry.flying:
            entry.check_at = None
            self._checks.discard(key)
            if entry.alarmed:
                self._agreed.append(Doubt(*key, over=True, detail=""))
            entry.tries, entry.alarmed = 0, False
            if entry.want is None:
                self._forget(key)
            return
        if entry.check_at is None:
            entry.check_at = at + GRACE
            self._checks.add(key)

    # -- correcting -------------------------------------------------------------------

    def due(self) -> Instant | None:
        """When ``correct`` has something to look at."""
        looked_at = (self._entries[key] for key in self._checks)
        return min((Instant(entry.check_at or 0.0) for entry in looked_at if not entry.flying), default=None)

    def correct(self, busy: Iterable[SeatId], at: Instant) -> tuple[list[MemberCommand], list[Doubt]]:
        """Correct what has been wrong for long enough; whom to tell about what."""
        out: list[MemberCommand] = []
        told: list[Doubt] = []
        on_phone = frozenset(busy)
        for key in sorted(self._checks):
            entry = self._entries[key]
            if entry.check_at is None or entry.check_at > at or entry.flying:
                continue
            entry.told = entry.seen  # here its word counts, not what we said
            entry.want = self._never_unpaused(entry, entry.want, key[1] in on_phone)
            commands = self._difference(key, entry.seen, entry.want)
            if isinstance(commands[0] if commands else None, c.AddMember) and entry.want is not None:
                # "Already there" leaves the pause as it was: say it too
                commands.append(c.PauseMember(*key, entry.want.paused, entry.want.reason))
            out += self._tell(key, entry, commands)
            entry.check_at = at + PATIENCE[min(entry.tries, len(PATIENCE) - 1)]
            entry.tries += 1
            if entry.tries == ALARM_AT:
                entry.alarmed = True
                told.append(Doubt(*key, over=False, detail=f"app_queue says {entry.seen}, wanted {entry.want}"))
        return out, told

    def agreed(self) -> list[Doubt]:
        """Memberships that were told about and have come right since the last time of asking."""
        if not self._agreed:
            return self._agreed
        out, self._agreed = self._agreed, []
        return out

    def begin_again(self) -> None:
        """The link was down: believe the snapshot, not what we said before."""
        for entry in self._entries.values():
            entry.told, entry.flying, entry.tries = entry.seen, 0, 0

    def strangers(self, known: frozenset[SeatId]) -> frozenset[SeatId]:
        """Members that are no seats of ours."""
        return frozenset(seat for seat in self._queues if seat not in known and seat)
