"""The judge: compares what the witnesses say and names every contradiction.

Pure; imports nothing of the daemon. ``check`` gives one sentence for each breach and an
empty list when the ledger tells exactly what the phones lived through and Asterisk wrote.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .witness import CelCall, History, KeptPlace, LedgerCall, PhoneCall

UNANSWERED = {"missed", "refused", "lost"}
ANSWERED = {"", "ticket", "direct", "refused", "nuisance", "lost"}
"""Outcomes an answered call may have; '' while its agent has not filed anything yet."""

RESTART_S = 15.0
"""An Asterisk that was killed answers nobody for so long at most."""

CLOCK_S = 0.3
"""A hang-up takes so long at most from a phone to the daemon."""

SHOWN_S = 2.0
"""A talk is shown so late at most, on a busy machine."""

ANSWER_S = 1.0
"""A talk that was shorter is no answer (decision 0013): its caller may be missed, and an agent may have said something all the same."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    start: float = 3.0
    """A phone's and Asterisk's moment of the same INVITE; repeated INVITEs of a stopped machine make it large."""
    talk: float = 1.0
    recording: float = 2.0


@dataclass(frozen=True, slots=True)
class Talk:
    """A seat's telephone and its citizen's, both picked up."""

    seat: str
    lived: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the site's configuration says about numbers."""

    lines: Mapping[str, str]
    """Dialled number → line."""
    recorded: bool = True
    deaths: tuple[float, ...] = ()
    """Moments Asterisk was killed: calls that were up ended then, whatever a phone still believed."""
    away: tuple[tuple[float, float], ...] = ()
    """When no daemon ran, or it stood still: nobody was shown anything."""
    wrap_up: float = 0.0
    """Seconds a seat must be left alone after a talk; 0 where a test ends wrap-ups early or breaks who keeps them."""


def check(history: History, plan: Plan, tolerances: Tolerances | None = None) -> list[str]:
    """Every contradiction between the witnesses, as sentences."""
    allowed = tolerances or Tolerances()
    return [
        *(f"verify: {breach}" for breach in history.breaches if not _unsent(breach, history, plan, allowed)),
        *_dialled_is_in_cel(history, plan, allowed),
        *_cel_is_in_ledger(history),
        *_told_as_in_cel(history),
        *_queue_agrees(history, plan, allowed),
        *_phones_agree(history, plan, allowed),
        *_cases_agree(history),
        *_wrap_up_is_kept(history, plan),
        *shown_as_it_is(history, plan),
    ]


def _inbound(history: History) -> list[LedgerCall]:
    return [row for row in history.ledger if row.direction == "inbound"]


def _dialled_is_in_cel(history: History, plan: Plan, allowed: Tolerances) -> Iterator[str]:
    for call in _callers(history, plan):
        if not _into_nothing(call, plan) and _cel_of(call, history, allowed) is None:
            yield f"{_who(call)}: dialled, but Asterisk's CEL has no such call"


def _into_nothing(call: PhoneCall, plan: Plan) -> bool:
    """Nobody was there to be called: no reply at all, or given up right after Asterisk had been killed."""
    dead = any(0 <= call.began - death < RESTART_S for death in plan.deaths)
    return call.by == "silent" or (dead and call.answered is None and call.by == "cancelled")


def _cel_is_in_ledger(history: History) -> Iterator[str]:
    rows = Counter(row.call for row in _inbound(history))
    known = {call.call for call in history.cel}
    for call in history.cel:
        if not rows[call.call]:
            yield f"{call.call} (from {call.caller}): in CEL, missing in the ledger"
        elif rows[call.call] > 1:
            yield f"{call.call} (from {call.caller}): {rows[call.call]} times in the ledger"
    for row in _inbound(history):
        if row.call not in known:
            yield f"{row.call} (from {row.caller}): in the ledger, unknown to CEL"
        if row.ended is None:
            yield f"{row.call} (from {row.caller}): still open in the ledger"


def _told_as_in_cel(history: History) -> Iterator[str]:
    """What Asterisk said once of a call: picked up, notice, refusal, recording."""
    rows = {row.call: row for row in _inbound(history)}
    for told in history.cel:
        row = rows.get(told.call)
        if row is None:
            continue  # said above
        who = f"{told.call} (from {told.caller})"
        if told.answered and row.picked_up is None:
            yield f"{who}: CEL says ANSWER, the ledger says never picked up"
        if told.notice and row.notice != told.notice:
            yield f"{who}: CEL says notice {told.notice}, the ledger says {row.notice or 'none'}"
        if told.refused != row.refusal:
            yield f"{who}: CEL says refused {told.refused or 'not'}, the ledger says {row.refusal or 'not'}"
        for file in told.tapes:
            if file not in row.tapes:
                yield f"{who}: CEL says it was recorded to {file}, the ledger knows of no such recording"


def _queue_agrees(history: History, plan: Plan, allowed: Tolerances) -> Iterator[str]:
    rows = {row.call: row for row in _inbound(history)}
    kept = {place.channel: (call.call, place) for call in history.cel for place in call.places}
    of = {call.call: kept[call.call][0] if call.call in kept else call.call for call in history.queue}
    queued, connected = set(of.values()), {of[call.call] for call in history.queue if call.connected}
    moments = _moments(history, plan, allowed)
    for told in history.queue:
        call, place = of[told.call], kept[told.call][1] if told.call in kept else None
        who = f"{call} (its kept place {told.call})" if place else call
        row = rows.get(call)
        if row is None:
            yield f"{who}: in queue_log, missing in the ledger"
            continue
        if row.queued is None:
            yield f"{who}: queue_log says ENTERQUEUE, the ledger says never queued"
        # a seat takes the place first, and then its citizen is called: who is not reached was not answered
        talked = told.connected and (place is None or place.met)
        if talked and row.answered is None and call not in moments:
            yield f"{who}: queue_log says CONNECT {told.connected}, the ledger says never answered"
        if talked and row.seat and row.seat != told.connected:
            yield f"{who}: queue_log says CONNECT {told.connected}, the ledger says seat {row.seat}"
        # who changes his mind lets go of the place and stands there himself
        if told.abandoned and row.answered is not None and (place is None or call not in connected):
            yield f"{who}: queue_log says ABANDON, the ledger says answered"
    for row in rows.values():
        if row.queued is not None and row.call not in queued:
            yield f"{row.call}: the ledger says queued, queue_log has no ENTERQUEUE"


def _moments(history: History, plan: Plan, allowed: Tolerances) -> set[str]:
    """Calls whose every talk with a seat was too short to be an answer for sure."""
    found = set()
    for call in _callers(history, plan):
        told = _cel_of(call, history, allowed)
        talks = _talks(call, told, history, plan) if told is not None else []
        if told is not None and talks and not _lasting(talks, ANSWER_S + CLOCK_S):
            found.add(told.call)
    return found


def _lasting(talks: list[Talk], seconds: float) -> list[Talk]:
    return [talk for talk in talks if talk.lived >= seconds]


def _talks(call: PhoneCall, told: CelCall, history: History, plan: Plan) -> list[Talk]:
    """With whoever called; and with whom Asterisk called back at the place that was kept for him."""
    seats = [one for one in history.phones if not one.calling and one.caller == call.caller]
    talks = [
        Talk(seat.dialled, _end(seat, plan) - (seat.answered or 0.0)) for seat in seats if _talked_with(seat, call)
    ]
    for place in told.places:
        backs = [one for one in history.phones if place.number == one.dialled and _of_place(one, place)]
        for seat in seats:
            if seat.rack == "desk" and _of_place(seat, place):
                talks += [talk for back in backs if (talk := _heard(seat, back, plan)).lived > 0]
    return talks


def _of_place(one: PhoneCall, place: KeptPlace) -> bool:
    """A telephone that was called while the place stood, and picked up."""
    end = math.inf if place.ended is None else place.ended
    return not one.calling and one.answered is not None and place.began - 0.5 <= one.answered <= end + 0.5


def _heard(seat: PhoneCall, back: PhoneCall, plan: Plan) -> Talk:
    """The seat is there first; they talk while both are."""
    began = max(seat.answered or 0.0, back.answered or 0.0)
    return Talk(seat.dialled, min(_end(seat, plan), _end(back, plan)) - began)


def _phones_agree(history: History, plan: Plan, allowed: Tolerances) -> Iterator[str]:
    rows = {row.call: row for row in _inbound(history)}
    for call in _callers(history, plan):
        told = _cel_of(call, history, allowed)
        row = rows.get(told.call) if told else None
        if told is None or row is None:
            continue  # said above
        yield from _same_call(call, row, plan)
        yield from _same_talk(call, told, row, history, plan, allowed)


def _same_call(call: PhoneCall, row: LedgerCall, plan: Plan) -> Iterator[str]:
    if row.caller != call.caller:
        yield f"{_who(call)}: the ledger says caller {row.caller}"
    if row.trunk != call.rack:
        yield f"{_who(call)}: came on trunk {call.rack}, the ledger says {row.trunk or 'none'}"
    line = plan.lines.get(call.dialled, "")
    if row.line != line:
        yield f"{_who(call)}: line {line or 'none'}, the ledger says {row.line or 'none'}"
    if call.name and row.name and row.name != call.name:
        yield f"{_who(call)}: name {call.name}, the ledger says {row.name}"


def _same_talk(
    call: PhoneCall, told: CelCall, row: LedgerCall, history: History, plan: Plan, allowed: Tolerances
) -> Iterator[str]:
    rung = sum(1 for seat in history.phones if not seat.calling and seat.caller == call.caller and _within(seat, call))
    if row.offers is not None and row.offers < rung:
        yield f"{_who(call)}: rang {rung} times at a seat, the ledger says {row.offers}"
    talks = _talks(call, told, history, plan)
    # what lasted about a second is an answer by one clock and none by another
    sure, likely = _lasting(talks, ANSWER_S + CLOCK_S), _lasting(talks, ANSWER_S - CLOCK_S)
    if sure and row.answered is None:
        yield f"{_who(call)}: seat {sure[0].seat} talked to them, the ledger says not answered"
    elif not likely and row.answered is not None:
        yield f"{_who(call)}: no seat talked to them, the ledger says answered by {row.seat}"
    elif row.answered is not None:
        lived = sum(talk.lived for talk in likely)
        if abs(lived - row.talk_seconds) > allowed.talk:
            yield f"{_who(call)}: talked {lived:.1f} s, the ledger says {row.talk_seconds:.1f} s"
        if row.seat not in {talk.seat for talk in likely}:
            yield f"{_who(call)}: talked to {likely[0].seat}, the ledger says {row.seat or 'nobody'}"
    outcomes = ANSWERED if sure else UNANSWERED
    if talks and not sure:
        outcomes = UNANSWERED | (ANSWERED if row.answered is not None else ANSWERED - {""})
    if row.detail == "self_service" and row.queued is None and not talks:
        outcomes = {"direct"}  # told by keys, and waited for nobody
    if row.detail in {"message", "spent", "appealed"} and row.queued is None and not talks:
        outcomes = {"nuisance"}  # held back, and told so
    if row.ended is not None and row.outcome not in outcomes:
        yield f"{_who(call)}: {'answered' if sure else 'not answered'}, the ledger says outcome {row.outcome or 'none'}"
    if sure and plan.recorded:
        yield from _same_recording(call, row, plan, allowed)


def _same_recording(call: PhoneCall, row: LedgerCall, plan: Plan, allowed: Tolerances) -> Iterator[str]:
    lived = _end(call, plan) - (call.answered or call.ended)
    if row.recorded_seconds is None:
        yield f"{_who(call)}: answered, but there is no good recording"
    elif not -allowed.recording - call.unsent <= row.recorded_seconds - lived <= allowed.recording:
        yield f"{_who(call)}: up for {lived:.1f} s, the recording has {row.recorded_seconds:.1f} s"


SHORT = ": answered, and its recording is not good: short [recording_missing]"


def _unsent(breach: str, history: History, plan: Plan, allowed: Tolerances) -> bool:
    """A recording is called short, and lacks no more than what its caller's phone had no time to send."""
    if not breach.endswith(SHORT):
        return False
    rows = [row for row in history.ledger if row.call == breach.removesuffix(SHORT)]
    told = [one for one in history.cel if rows and one.call == rows[0].call]
    callers = [call for call in _callers(history, plan) if told and _cel_of(call, history, allowed) == told[0]]
    return bool(callers) and callers[0].unsent > 0 and not list(_same_recording(callers[0], rows[0], plan, allowed))


def _cases_agree(history: History) -> Iterator[str]:
    """Each ticket is one case, under the number the ledger has."""
    taken = Counter(case.ticket for case in history.cases)
    numbers = {case.number for case in history.cases}
    filed = {ticket: (row, case) for row in history.ledger for ticket, case in row.tickets}
    for ticket, (row, case) in filed.items():
        if taken[ticket] > 1:
            yield f"ticket {ticket} of {row.call}: {taken[ticket]} times in the case store"
        if case and case not in numbers:
            yield f"ticket {ticket} of {row.call}: the ledger says case {case}, the case store has none"
    for one in history.cases:
        if one.call and one.ticket not in filed:
            yield f"case {one.number}: of ticket {one.ticket} of {one.call}, which the ledger does not have"


def _wrap_up_is_kept(history: History, plan: Plan) -> Iterator[str]:
    """No seat's phone rings for a caller before the wrap-up of its last talk is over."""
    at_seats = sorted((call for call in history.phones if not call.calling and call.caller), key=lambda one: one.began)
    for call in at_seats if plan.wrap_up else ():
        ends = [
            one.ended for one in at_seats
            if one.dialled == call.dialled and one.answered is not None and one.ended <= call.began
        ]  # fmt: skip
        if ends and call.began - max(ends) < plan.wrap_up - CLOCK_S:
            yield f"seat {call.dialled}: rung {call.began - max(ends):.1f} s after a talk, the wrap-up is {plan.wrap_up:g} s"


def shown_as_it_is(history: History, plan: Plan) -> Iterator[str]:
    """I4: no seat is shown free while its telephone talks, as long as somebody looks."""
    unseen = [*plan.away, *((began, ended or math.inf) for began, ended in history.blind)]
    unseen += [(death, death + RESTART_S) for death in plan.deaths]
    for call in history.phones:
        if call.rack != "desk" or call.answered is None:
            continue
        seat, end = call.caller if call.calling else call.dialled, _end(call, plan)
        for free in history.free:
            if free.seat != seat:
                continue
            since, until = max(free.since, call.answered), min(math.inf if free.until is None else free.until, end)
            if (shown := _longest(since, until, unseen)) > SHOWN_S:
                yield f"seat {seat}: shown free for {shown:.1f} s while it talked (answered {call.answered:.1f}, ended {end:.1f})"


def _longest(since: float, until: float, unseen: list[tuple[float, float]]) -> float:
    """The longest piece of an interval in which somebody could see."""
    longest, begin = 0.0, since
    for began, ended in sorted(unseen):
        if ended <= begin or began >= until:
            continue
        longest, begin = max(longest, began - begin), max(begin, ended)
    return max(longest, until - begin)


def _callers(history: History, plan: Plan) -> Iterator[PhoneCall]:
    return (call for call in history.phones if call.calling and call.dialled in plan.lines)


def _cel_of(call: PhoneCall, history: History, allowed: Tolerances) -> CelCall | None:
    """The CEL call nearest in time from the same caller on the same trunk."""
    near = [
        (abs(told.began - call.began), told)
        for told in history.cel
        if told.caller == call.caller and told.trunk == call.rack and abs(told.began - call.began) < allowed.start
    ]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _talked_with(seat: PhoneCall, call: PhoneCall) -> bool:
    overlap = seat.answered is not None and seat.answered >= call.began - 0.5 and seat.answered <= call.ended + 0.5
    return not seat.calling and seat.caller == call.caller and overlap


def _within(seat: PhoneCall, call: PhoneCall) -> bool:
    return call.began - 0.5 <= seat.began <= call.ended + 0.5


def _end(call: PhoneCall, plan: Plan) -> float:
    """When the call was over: a phone learns nothing from an Asterisk that was killed."""
    dead = [death for death in plan.deaths if call.began < death < call.ended]
    return min([call.ended, *dead])


def _who(call: PhoneCall) -> str:
    return f"call of {call.caller} to {call.dialled} on {call.rack}"
