"""What the ledger keeps of one call, and of its legs, offers, talks and whatever else happened in it. Folded by ``call_fold.py``. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bridge.partner_handover import HandoverEnd
from config.answered_talk_rule import counts
from cti import events as ev
from cti.ids import CallId, Instant, LegId
from cti.journey_events import VoicemailEnd

SHORT_SECONDS = 5.0
"""A caller who was gone before this (短放弃) may be left out of one variant of the connect rate."""


@dataclass(slots=True)
class Leg:
    leg: LegId
    call: CallId
    endpoint: str
    began: Instant
    ended: Instant | None = None
    cause: int = 0
    received: int | None = None
    lost: int | None = None
    jitter_ms: float | None = None
    sent: int | None = None
    lost_there: int | None = None


@dataclass(slots=True)
class Offer:
    call: CallId
    seq: int
    leg: LegId
    seat: str
    queue: str
    began: Instant
    ended: Instant | None = None
    result: str = ""


@dataclass(slots=True)
class Talk:
    call: CallId
    seq: int
    leg: LegId
    seat: str
    queue: str
    began: Instant
    ended: Instant | None = None
    holds: int = 0
    held_since: Instant | None = None
    held_seconds: float = 0.0
    agent: str = ""
    """Who sat there when it began; the scribe looks it up in the seat log."""


@dataclass(slots=True)
class Visit:
    call: CallId
    seq: int
    queue: str
    position: int
    entered: Instant
    left: Instant | None = None
    result: str = ""


@dataclass(slots=True)
class Transfer:
    call: CallId
    seq: int
    at: Instant
    kind: str
    by: str
    to: str
    became: Talk | None = None
    """The talk of the seat that had the caller then."""


@dataclass(slots=True)
class Promise:
    """What one who waits was told."""

    call: CallId
    seq: int
    at: Instant
    queue: str
    place: int
    minutes: int | None
    waited: float | None = None
    """Seconds from then to an agent; None: not answered."""


@dataclass(slots=True)
class Handover:
    """A call handed over to a partner, as the telephone tells it (``bridge.partner_handover``)."""

    handover: str
    call: CallId
    partner: str
    seat: str
    asked: Instant
    way: LegId = LegId("")  # noqa: RUF009 - a NewType is its value
    """The half of the consultation that dialled."""
    leg: LegId = LegId("")  # noqa: RUF009
    """The partner's, once it answered."""
    agent_left: bool = False
    """While it rang: who answers has the citizen at once."""
    answered: Instant | None = None
    reference: str = ""
    ended: Instant | None = None
    how: str = ""

    def end(self, at: Instant, how: HandoverEnd) -> bool:
        """False: it had ended."""
        if self.ended is not None:
            return False
        self.ended, self.how = at, str(how)
        return True

    def leg_ended(self, leg: LegId, endpoint: str, at: Instant) -> bool:
        """Who goes first tells how it ended: the citizen, the partner, or the agent, who leaves those two together."""
        if leg == LegId(self.call):
            return self.end(at, HandoverEnd.CALLER_LEFT)
        if self.answered is None:
            self.agent_left = self.agent_left or endpoint == self.seat
            return leg == self.way and self.end(at, HandoverEnd.CANCELLED)
        if leg == self.leg:
            return self.end(at, HandoverEnd.NOT_TAKEN)
        return endpoint == self.seat and self.end(at, HandoverEnd.ACCEPTED)


@dataclass(slots=True)
class SelfService:
    """One try of the caller's to help himself."""

    call: CallId
    seq: int
    at: Instant
    service: str
    result: str
    about: str
    said: str


@dataclass(slots=True)
class JourneyStep:
    """A step of the line's journey was left by one of its ways: a key of a menu, open or closed, an answer."""

    call: CallId
    seq: int
    at: Instant
    step: str
    way: str


@dataclass(slots=True)
class Graded:
    """What became of a caller whose number is graded for nuisance calls."""

    call: CallId
    seq: int
    at: Instant
    grade: str
    step: str


@dataclass(slots=True)
class CallbackOffer:
    """A call-back instead of waiting: what was offered to the caller, what he took, and what came of it (decision 0047)."""

    call: CallId
    queue: str
    offered: Instant | None = None
    """First said to him; None: he pressed the key by himself."""
    place: int = 0
    """When he asked for it, else when it was offered. 1: the next."""
    asked: Instant | None = None
    taken: Instant | None = None
    """He said where he is to be called; his place is kept."""
    number: str = ""
    up: Instant | None = None
    """A seat took the place."""
    seat: str = ""
    called: Instant | None = None
    """The call of him was over."""
    answered: bool = False
    cause: int = 0
    taken_over: str = ""
    """The call in which he came back himself."""

    def result(self, record: CallRecord) -> str:
        """An ``OfferEnd``; '' not known yet."""
        if self.taken is None:
            return OfferEnd.DECLINED if record.ended is not None else ""
        if record.answers:
            return OfferEnd.TALKED
        if record.ended is None:
            return ""
        return OfferEnd.CAME_BACK if self.taken_over else OfferEnd.OWED


class OfferEnd(StrEnum):
    DECLINED = "declined"  # he waited on, or hung up
    TALKED = "talked"  # he was called at his place, and was there
    CAME_BACK = "came_back"  # he called again himself, and took his place
    OWED = "owed"  # he was not reached, or the place was lost: a call-back like any other


LOW_SCORE = 2
"""So much or less (不满意) is looked into."""


@dataclass(slots=True)
class Survey:
    """What the caller thought of the service."""

    call: CallId
    at: Instant
    score: int | None
    solved: bool | None

    @property
    def why_reviewed(self) -> str:
        """The reason of the call-back by which it is looked into; '' it is not."""
        if self.score is not None and self.score <= LOW_SCORE:
            return "low_score"
        return "unsolved" if self.solved is False else ""


SAID_LEAST = 1.0
"""Seconds: whoever said less left no message."""
ENDING_SILENCE = 3.0
"""Seconds of silence by which a message ends (``config/render/voicemail.py``). Before they are over nobody knows of a word."""


@dataclass(slots=True)
class Voicemail:
    """A message; its sound is in the recording of the call."""

    call: CallId
    prompt: str
    began: Instant
    ended: Instant | None = None
    how: str = ""
    """An ``VoicemailEnd``."""

    @property
    def said_seconds(self) -> float:
        if self.ended is None:
            return 0.0
        length = self.ended - self.began
        if self.how == VoicemailEnd.SILENCE:
            return max(0.0, length - ENDING_SILENCE)
        return length if length >= ENDING_SILENCE else 0.0  # who hung up at the beep may have said nothing

    @property
    def left(self) -> bool:
        """Something was said."""
        return self.said_seconds >= SAID_LEAST


@dataclass(slots=True)
class Tape:
    """One raw file, which is one part of the call's recording."""

    call: CallId
    part: int
    file: str
    leg: LegId
    started: Instant
    ended: Instant | None = None
    """End of the leg that was recorded; it may outlive its call in another one."""


@dataclass(slots=True)
class CallRecord:
    """All that the ledger keeps of one call. Times are Instants; '' and None: not (yet) so."""

    call: CallId
    direction: str
    endpoint: str
    caller: str
    caller_name: str
    dialled: str
    arrived: Instant
    line: str = ""
    trunk: str = ""
    number: str = ""
    partner: str = ""
    reference: str = ""
    origin: str = ""
    hidden: bool = False
    diverted: str = ""
    answered: Instant | None = None
    notice: Instant | None = None
    notice_prompt: str = ""
    notice_source: str = ""
    refusal: str = ""
    first_offer: Instant | None = None
    ended: Instant | None = None
    ended_by: str = ""
    cause: int = 0
    talked: bool = False
    alone: str = ""
    """An ``ev.Alone``: answered once, the citizen had nobody in the end."""
    merged_into: str = ""
    uncertain: bool = False
    odd: str = ""
    """The calling number as it was sent, where that is more than a number."""
    written: bool = False
    """The ledger has a row of it."""
    offers: list[Offer] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    tapes: list[Tape] = field(default_factory=list)
    voicemail: Voicemail | None = None
    survey: Survey | None = None
    promises: list[Promise] = field(default_factory=list)
    handovers: list[Handover] = field(default_factory=list)
    self_services: list[SelfService] = field(default_factory=list)
    journey_steps: list[JourneyStep] = field(default_factory=list)
    graded: list[Graded] = field(default_factory=list)
    callback: CallbackOffer | None = None

    @property
    def answers(self) -> list[Talk]:
        """The talks that count as an answer (``config.answered_talk_rule``), whoever counts: the rest is in no figure."""
        return [talk for talk in self.talks if counts(talk.began, talk.ended)]

    @property
    def place_kept(self) -> bool:
        """He hung up to be called, and nobody has talked with him."""
        return self.callback is not None and self.callback.taken is not None and not self.answers

    @property
    def given_away(self) -> int:
        """Transfers; a conference is none."""
        return sum(1 for transfer in self.transfers if transfer.kind != ev.TransferKind.CONFERENCE)

    @property
    def queued(self) -> Instant | None:
        return self.visits[0].entered if self.visits else None

    @property
    def short_abandon(self) -> bool:
        return not self.answers and self.ended is not None and self.ended - self.arrived < SHORT_SECONDS

    @property
    def talk_seconds(self) -> float:
        """Time in which at least one seat was in the call: overlapping talks count once."""
        total, reached = 0.0, self.arrived
        for talk in self.answers:
            if talk.ended is not None and talk.ended > reached:
                total += talk.ended - max(talk.began, reached)
                reached = talk.ended
        return max(total, 0.0)


def waited(begin: Instant | None, record: CallRecord) -> float | None:
    """Seconds from ``begin`` to the first talk, or to the end of a call nobody answered; None while it waits."""
    answers = record.answers
    end = answers[0].began if answers else record.ended
    return None if begin is None or end is None else max(end - begin, 0.0)
