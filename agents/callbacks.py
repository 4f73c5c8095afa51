"""Call-backs as tasks (回拨): what a citizen is owed, who works at it, what may become of it. Pure.

Rules of this file. All that changes a task's state is a ``Cue`` applied here by ``step``; nothing else assigns one.
It knows no table and no telephone: ``ledger/callbacks.py``, the one writer, asks it inside its transactions.

How it works. A task is owed (``OWED``) until the citizen was reached, or was heard when they called again themselves, or
somebody gave it up with a reason. One agent works at it at a time: ``TAKEN`` by their own hand (it falls back to all
when a try reached nobody, or when they leave their seat), ``ASSIGNED`` by a supervisor (it stays theirs until it is
done). Cues come from two worlds: people's wishes, which are refused with a ``Denied`` where they make no sense, and
facts of the telephone, which never are.

Several tasks of one number are one piece of work: whoever takes one takes all, and one call counts for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum

from config.hours import DAYS, Hours
from config.hours import parse as parse_hours
from config.settings import Settings


class Kind(StrEnum):
    """Why somebody is to be called."""

    MISSED = "missed"  # nobody answered their call, or we cut it
    VOICEMAIL = "voicemail"  # they left a message
    QUEUE_OFFER = "queue_offer"  # they waited, and asked by a key to be called
    REPLY = "reply"  # what became of their case is to be told
    RETURNED = "returned"  # their case came back: something is to be added, by asking them or not
    REVIEW = "review"  # were they content?
    APPEAL = "appeal"  # how their appeal against a limit was decided


OF_THE_CALL = frozenset({Kind.MISSED, Kind.VOICEMAIL, Kind.QUEUE_OFFER})
"""Owed for one call that reached nobody: at most one of these a call, and its id is the call's."""


BY_WORD = frozenset({Kind.REPLY, Kind.RETURNED})
"""No call ends these by itself: what the citizen answered, or what was added, is written down."""


class State(StrEnum):
    OPEN = "open"  # anybody may take it
    TAKEN = "taken"  # by its agent's own hand
    ASSIGNED = "assigned"  # given to its agent by a supervisor
    DONE = "done"
    GIVEN_UP = "given_up"  # with a reason


OWED = frozenset({State.OPEN, State.TAKEN, State.ASSIGNED})
HELD = frozenset({State.TAKEN, State.ASSIGNED})
"""Somebody has it."""


class Cue(StrEnum):
    # wishes
    TAKE = "take"  # to dial it is to take it
    ASSIGN = "assign"
    GIVE_BACK = "give back"
    GIVE_UP = "give up"
    # facts
    REACHED = "reached"  # we called, and the citizen was there
    UNREACHED = "unreached"  # we called in vain
    UNTRIED = "untried"  # our call never rang there: it counts as no try
    RETRACTED = "retracted"  # it was not the citizen who answered
    MISTAKEN = "mistaken"  # it is somebody else's number
    HEARD = "heard"  # they called themselves, and an agent has said what became of it
    LEFT = "left"  # its agent left the seat
    WRITTEN = "written"  # of BY_WORD: what was wanted is written down
    OVERTAKEN = "overtaken"  # of BY_WORD: the case went on before
    EXHAUSTED = "exhausted"  # of BY_WORD: tried as often as one tries


WISHES = frozenset({Cue.TAKE, Cue.ASSIGN, Cue.GIVE_BACK, Cue.GIVE_UP})

S, C = State, Cue

_OWED = {
    C.ASSIGN: S.ASSIGNED, C.GIVE_UP: S.GIVEN_UP, C.REACHED: S.DONE, C.HEARD: S.DONE, C.MISTAKEN: S.GIVEN_UP,
    C.WRITTEN: S.DONE, C.OVERTAKEN: S.GIVEN_UP, C.EXHAUSTED: S.GIVEN_UP,
}  # fmt: skip
_TELLS_NOTHING = (C.UNREACHED, C.UNTRIED, C.RETRACTED, C.LEFT)
_OF_OWED = (C.WRITTEN, C.OVERTAKEN, C.EXHAUSTED)

TRANSITIONS: Mapping[State, Mapping[Cue, State]] = {
    S.OPEN: {**dict.fromkeys(_TELLS_NOTHING, S.OPEN), **_OWED, C.TAKE: S.TAKEN},
    S.TAKEN: {
        **_OWED, C.TAKE: S.TAKEN, C.GIVE_BACK: S.OPEN, C.UNREACHED: S.OPEN, C.RETRACTED: S.OPEN, C.LEFT: S.OPEN,
        C.UNTRIED: S.TAKEN,
    },
    S.ASSIGNED: {
        **dict.fromkeys(_TELLS_NOTHING, S.ASSIGNED), **_OWED, C.TAKE: S.ASSIGNED, C.GIVE_BACK: S.OPEN,
    },
    S.DONE: {
        **dict.fromkeys((*_TELLS_NOTHING, *_OF_OWED), S.DONE), C.REACHED: S.DONE, C.HEARD: S.DONE, C.RETRACTED: S.OPEN,
        C.MISTAKEN: S.GIVEN_UP,
    },
    # a supervisor may want it tried again
    S.GIVEN_UP: {
        **dict.fromkeys((*_TELLS_NOTHING, *_OF_OWED), S.GIVEN_UP), C.REACHED: S.DONE, C.HEARD: S.DONE, C.MISTAKEN: S.GIVEN_UP,
        C.ASSIGN: S.ASSIGNED,
    },
}  # fmt: skip
"""State → cue → state; a wish that is not there is refused."""


class Result(StrEnum):
    """What came of one call to the citizen."""

    # what the telephone tells
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    DECLINED = "declined"  # their phone refused the call
    UNAVAILABLE = "unavailable"  # switched off, out of service, no such number
    CANCELLED = "cancelled"  # we hung up before it had rung long enough
    NOT_LET_OUT = "not_let_out"  # our own rules, or no trunk took it
    UNKNOWN = "unknown"  # nobody saw its end
    # what only a person can tell
    MACHINE = "machine"  # a mailbox answered
    WRONG_NUMBER = "wrong_number"  # somebody else answered, who knows nothing of it
    REFUSED = "refused"  # the citizen was there and does not want to talk


MEANS: Mapping[Result, Cue] = {
    Result.REACHED: C.REACHED,
    Result.NO_ANSWER: C.UNREACHED,
    Result.BUSY: C.UNREACHED,
    Result.DECLINED: C.UNREACHED,
    Result.UNAVAILABLE: C.UNREACHED,
    Result.CANCELLED: C.UNTRIED,
    Result.NOT_LET_OUT: C.UNTRIED,
    Result.UNKNOWN: C.UNREACHED,
    Result.MACHINE: C.UNREACHED,
    Result.WRONG_NUMBER: C.MISTAKEN,
    Result.REFUSED: C.REACHED,
}
"""What each result is for the task."""


def counts(result: Result) -> bool:
    """Whether the citizen's phone was tried at all."""
    return MEANS[result] is not C.UNTRIED


SAID = (
    Result.REACHED, Result.NO_ANSWER, Result.BUSY, Result.UNAVAILABLE, Result.MACHINE, Result.WRONG_NUMBER, Result.REFUSED,
)  # fmt: skip
"""What an agent may write about their own try, over what the telephone told."""


class GivenUp(StrEnum):
    """Why nobody calls any more."""

    WRONG_NUMBER = "wrong_number"
    NO_NUMBER = "no_number"  # withheld: nobody can be called
    UNREACHABLE = "unreachable"  # tried often enough
    SETTLED = "settled"  # settled by another way
    NUISANCE = "nuisance"
    OVERTAKEN = "overtaken"  # the case went on before it was told
    OTHER = "other"  # the note says it


BUSY_CAUSES, ABSENT_CAUSES, DECLINED_CAUSES = frozenset({17}), frozenset({18, 19}), frozenset({21})
UNAVAILABLE_CAUSES = frozenset({1, 2, 3, 20, 22, 27, 28})
NO_TRUNK_CAUSES = frozenset({34, 38, 41, 42, 44, 58})
"""Q.850. The last: the network had no way, which says nothing about the citizen."""
RANG_SECONDS = 15.0
"""Who hangs up sooner has not let it ring."""


@dataclass(frozen=True, slots=True)
class Try:
    """What the record tells of one outgoing call."""

    answered: bool
    refused_by_us: bool
    """The dialplan did not let it out."""
    out: bool
    """It went out by a trunk."""
    cause: int
    """Q.850 of the leg that went out; 0 unknown."""
    by_seat: bool
    """The seat ended it."""
    seconds: float
    """From going out to the end."""
    uncertain: bool = False


def result_of(one: Try) -> Result:
    """What the telephone tells of this call."""
    if one.answered:
        return Result.REACHED
    if one.refused_by_us or (not one.out and not one.uncertain):
        return Result.NOT_LET_OUT
    for causes, result in (
        (BUSY_CAUSES, Result.BUSY), (DECLINED_CAUSES, Result.DECLINED), (ABSENT_CAUSES, Result.NO_ANSWER),
        (UNAVAILABLE_CAUSES, Result.UNAVAILABLE), (NO_TRUNK_CAUSES, Result.NOT_LET_OUT),
    ):  # fmt: skip
        if one.cause in causes:
            return result
    if one.uncertain:
        return Result.UNKNOWN
    return Result.CANCELLED if one.by_seat and one.seconds < RANG_SECONDS else Result.NO_ANSWER


class Why(StrEnum):
    """Stable words for refusals."""

    HELD = "held"  # another agent has it
    OVER = "over"  # it is done or given up
    NOT_HELD = "not_held"  # it is nobody's
    TOO_MANY = "too_many"
    UNTRIED = "untried"  # they have not called yet
    NO_REPLY = "no_reply"  # nobody waits for the answer to a result
    CAME_BACK = "came_back"  # what a case lacks is added; the case store waits for it


@dataclass(frozen=True, slots=True)
class Denied:
    why: Why
    who: str = ""
    """HELD: the agent who has it."""


@dataclass(frozen=True, slots=True)
class Task:
    """What ``step`` must know of one."""

    id: str
    kind: Kind
    state: State
    owner: str
    """Agent; '' while OPEN."""
    tries: int
    """Those that count, with the one that is told."""
    due: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """What a cue made of a task; told to whoever shows lists."""

    task: str
    state: State
    owner: str
    tries: int
    due: datetime


@dataclass(frozen=True, slots=True)
class CallbacksMoved:
    """Event: these were made, taken, tried or ended, and it is in the ledger."""

    tasks: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings' ``[callbacks]``."""

    hours: Hours = field(default_factory=lambda: Hours(always=True))
    """When citizens may be called: a due moment never lies outside."""
    zone: tzinfo = UTC
    due_minutes: Mapping[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 30))
    retry_minutes: tuple[int, ...] = (30, 120)
    """After the first try in vain, the second…; the last one is for all that follow."""
    taken_most: int = 5
    """Numbers that one agent may hold by their own hand."""
    reply_hours: Hours | None = None
    """When results may be told; None: as ``hours``."""
    reply_retry_minutes: tuple[int, ...] = (240, 1440)
    reply_attempts: int = 3
    """Tries in vain after which a result counts as not told."""

    def first(self, kind: Kind, made: datetime) -> datetime:
        return self.within_hours(made + timedelta(minutes=self.due_minutes[kind]), kind)

    def again(self, tries: int, at: datetime, kind: Kind = Kind.MISSED) -> datetime:
        """After the ``tries``-th try, which ended at ``at``."""
        waits = self.reply_retry_minutes if kind is Kind.REPLY else self.retry_minutes
        return self.within_hours(at + timedelta(minutes=waits[min(max(tries, 1), len(waits)) - 1]), kind)

    def exhausted(self, kind: Kind, tries: int) -> bool:
        """Whoever was not reached by now is not called about it any more."""
        return kind is Kind.REPLY and tries >= self.reply_attempts

    def within_hours(self, at: datetime, kind: Kind = Kind.MISSED) -> datetime:
        """``at``, or the first moment after it at which citizens may be called about that."""
        hours = self.reply_hours if self.reply_hours is not None and kind is Kind.REPLY else self.hours
        local = at.astimezone(self.zone)
        if hours.open_at(local.weekday(), local.hour * 60 + local.minute):
            return at
        for days in range(len(DAYS) + 1):
            day = local.date() + timedelta(days=days)
            starts = sorted(span.start for span in hours.spans if day.weekday() in span.weekdays)
            for minute in starts:
                start = datetime.combine(day, time(minute // 60, minute % 60), self.zone)
                if start > local:
                    return start.astimezone(UTC)
        return at  # hours without a span: never open


def of_settings(settings: Settings, zone: tzinfo) -> Rules:
    wanted = settings.callbacks
    minutes = {
        Kind.MISSED: wanted.missed_minutes, Kind.VOICEMAIL: wanted.voicemail_minutes,
        Kind.QUEUE_OFFER: wanted.queue_offer_minutes, Kind.REPLY: wanted.reply_minutes,
        Kind.RETURNED: wanted.returned_minutes, Kind.REVIEW: wanted.review_minutes,
        Kind.APPEAL: wanted.appeal_minutes,
    }  # fmt: skip
    return Rules(
        parse_hours(wanted.hours), zone, minutes, wanted.retry_minutes, wanted.taken_most,
        parse_hours(wanted.reply_hours), wanted.reply_retry_minutes, wanted.reply_attempts,
    )  # fmt: skip


def step(task: Task, cue: Cue, at: datetime, rules: Rules, *, agent: str = "", chief: bool = False) -> Moved | Denied:
    """What this cue makes of the task.

    :param agent: who takes it, gives it back or up, dialled or left; for ASSIGN, who gets it.
    :param chief: the wish is a supervisor's, who may do it with another's task.
    """
    if (denied := _denied(task, cue, agent, chief=chief)) is not None:
        return denied
    state = _by_word(task, cue, agent) if task.kind in BY_WORD else TRANSITIONS[task.state][cue]
    if task.state in HELD and agent != task.owner and cue in (Cue.UNREACHED, Cue.LEFT):
        state = task.state  # another's try, another's leaving: it stays whose it is
    owner, due = task.owner, task.due
    if cue in (Cue.TAKE, Cue.ASSIGN):
        owner = agent
    elif state not in HELD:
        owner = ""
    elif task.state not in HELD:
        owner = agent
    in_vain = (Cue.UNREACHED, Cue.RETRACTED, *((Cue.MISTAKEN,) if task.kind in BY_WORD else ()))
    if cue in in_vain and state in OWED:
        due = rules.again(task.tries, at, task.kind)
    if cue is Cue.ASSIGN and task.state not in OWED:
        due = rules.within_hours(at, task.kind)
    return Moved(task.id, state, owner, task.tries, due)


def _by_word(task: Task, cue: Cue, agent: str) -> State:
    """A call about it was made, or was not: whoever spoke with the citizen still owes the word of it."""
    if cue in (Cue.REACHED, Cue.HEARD):
        return State.TAKEN if task.state is State.OPEN and cue is Cue.REACHED and agent else task.state
    if cue is Cue.MISTAKEN:  # another number may be theirs
        return TRANSITIONS[task.state][Cue.UNREACHED]
    if cue is Cue.RETRACTED and task.state is State.DONE:
        return task.state
    return TRANSITIONS[task.state][cue]


def _denied(task: Task, cue: Cue, agent: str, *, chief: bool) -> Denied | None:
    if cue not in WISHES:
        return None
    if cue is Cue.GIVE_UP and task.kind is Kind.RETURNED and task.state in OWED:
        return Denied(Why.CAME_BACK)  # it ends when its case goes on
    over = task.kind in BY_WORD and task.state not in OWED  # it is told to the case store: what was said stands
    if cue not in TRANSITIONS[task.state] or over:
        return Denied(Why.OVER if task.state not in OWED else Why.NOT_HELD)
    if chief or cue is Cue.ASSIGN:
        return None
    if task.state in HELD and task.owner != agent:
        return Denied(Why.HELD, task.owner)
    return Denied(Why.NOT_HELD) if cue is Cue.GIVE_UP and task.state is State.OPEN else None
