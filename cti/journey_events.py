"""What callers met and did before, beside and after a person: prompts, keys, messages, places that were kept. Told by our dialplan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from .ids import CallId, Instant, LineId, QueueId, SeatId


@dataclass(frozen=True, slots=True)
class NoticePlayed:
    """A prompt began to be played to the caller and the caller heard it or hung up."""

    call: CallId
    at: Instant
    prompt: str
    source: str
    """Who said so: 'dialplan', which walks the journey; 'journey' in rows of the time when the daemon did."""


@dataclass(frozen=True, slots=True)
class PromptUnplayed:
    """Asterisk could not play this prompt: the caller heard nothing of it, whatever was said before."""

    call: CallId
    at: Instant
    prompt: str


@dataclass(frozen=True, slots=True)
class VoicemailBegan:
    """The caller speaks a message from now on; it is in the recording of the call."""

    call: CallId
    at: Instant
    prompt: str
    """Which asked for it."""


class VoicemailEnd(StrEnum):
    """Why a message was over."""

    SILENCE = "silence"  # nothing was said for three seconds
    TIMEOUT = "timeout"
    HANGUP = "hangup"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class VoicemailEnded:
    call: CallId
    at: Instant
    how: VoicemailEnd


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """The caller was asked what he thought of the service, after the talk."""

    call: CallId
    at: Instant
    score: int | None
    """1 (worst) to 5; None: no key."""
    solved: bool | None
    """None: he did not say."""


@dataclass(frozen=True, slots=True)
class SelfServed:
    """A caller helped himself by keys, or tried to."""

    call: CallId
    at: Instant
    service: str
    """'progress' of a case, or 'mass_event'."""
    result: str
    """told, wrong, refused (too many tries), silent, unanswered (no daemon); offered, joined."""
    about: str
    """The case's number where he knew its code; the mass event; ''."""
    said: str
    """The step or state of the case that he heard; ''."""


@dataclass(frozen=True, slots=True)
class WaitPromised:
    """One who waits has heard his place and, where it was known, a time."""

    call: CallId
    at: Instant
    queue: QueueId
    place: int
    """1: the next."""
    minutes: int | None
    """None: no time was said."""


@dataclass(frozen=True, slots=True)
class CallbackOffered:
    """One who waits has heard that he may hang up and be called when his place comes up."""

    call: CallId
    at: Instant
    queue: QueueId
    place: int


@dataclass(frozen=True, slots=True)
class CallbackAsked:
    """He wants that: his place is kept, and he is asked for the number."""

    call: CallId
    at: Instant
    queue: QueueId
    place: int


@dataclass(frozen=True, slots=True)
class CallbackTaken:
    """The number is known, and he hangs up."""

    call: CallId
    at: Instant
    number: str


@dataclass(frozen=True, slots=True)
class CallbackTakenOver:
    """In this call he has come back himself, to the place that was kept for ``of``."""

    call: CallId
    at: Instant
    of: CallId


@dataclass(frozen=True, slots=True)
class KeptPlaceUp:
    """A seat has taken the kept place, and is told what it is."""

    call: CallId
    at: Instant


@dataclass(frozen=True, slots=True)
class CitizenCalledBack:
    """What became of calling him; told when that call of him is over."""

    call: CallId
    at: Instant
    answered: bool
    cause: int
    """Q.850; 0 unknown."""


@dataclass(frozen=True, slots=True)
class SwitchedByPhone:
    """A seat's telephone switched a line's hours or a mode (in force already), or was not let in (``pin``)."""

    call: CallId
    at: Instant
    kind: str
    """``hours``, ``mode`` or ``pin``."""
    target: str
    state: str
    until: int
    said: int
    """Milliseconds since 1970."""
    district: str
    seat: SeatId


@dataclass(frozen=True, slots=True)
class NuisanceHandled:
    """A caller whose number is graded as one of nuisance calls was led on accordingly."""

    call: CallId
    at: Instant
    grade: str
    """``queue``, ``quota`` or ``message``."""
    step: str
    """``held`` (waits in the other queue, or within his quota), ``message`` or ``spent`` (was told so), ``danger`` (pressed 0: to a
    person), ``appealed`` (pressed 1)."""


@dataclass(frozen=True, slots=True)
class JourneyStepped:
    """The caller has gone through a step of the line's journey. Not told of a notice, a queue and a closed line,
    which have events of their own."""

    call: CallId
    at: Instant
    line: LineId
    step: str
    """Its name in the journey."""
    way: str
    """By which way it was left: the key, 'open', 'closed', 'on', the answer of an advice, …, or its 'otherwise'."""


JourneyEvent = (
    NoticePlayed
    | PromptUnplayed
    | JourneyStepped
    | VoicemailBegan
    | VoicemailEnded
    | SurveyAnswered
    | SelfServed
    | WaitPromised
    | CallbackOffered
    | CallbackAsked
    | CallbackTaken
    | CallbackTakenOver
    | KeptPlaceUp
    | CitizenCalledBack
    | SwitchedByPhone
    | NuisanceHandled
)
