"""The steps a journey is made of: what may stand under ``[journey.NAME]``, typed.

A step has *ways*: each is an answer by which it is left, and the name of the step that comes then
(``ways``). ``SILENT`` ways are those a caller goes who presses nothing. Queue and hang-up are ends.
What a step leaves out (a prompt, hours, a queue) is the line's own. Read by ``graph.py``, the
renderer and the walker; nothing here knows how a step is carried out.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..names import Name

Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Value = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
"""What stands in Asterisk's database, as far as it is looked at."""

SILENCE = "silence"
"""The way of a menu nobody answered, as it is told."""
OTHERWISE = "otherwise"
"""The way of a step that got none of the answers it has ways for."""

VOICEMAIL_THANKS = "voicemail_thanks"
"""Said when a message is over and its caller still there."""

ADVICE_SCRIPT = "advice"
"""Path of the FastAGI address at which the daemon answers (``ivr/server.py``)."""
ADVICE: dict[str, tuple[str, ...]] = {"wait": ("short", "long")}
"""What the daemon can be asked, and what it may answer (``ivr/advice.py``)."""
PROGRESS, MASS_EVENT = "progress", "mass_event"
"""What self-service asks of the daemon (``ivr/self_service.py``); the answer is words, to be spoken as they come."""
TOLD, WRONG, REFUSED, SILENT, UNANSWERED = "told", "wrong", "refused", "silent", "unanswered"
"""How a try to hear of a case ended."""
OFFERED, JOINED = "offered", "joined"
"""A mass event was told of; its caller pressed 1."""
SELF_SERVICE: dict[str, tuple[str, ...]] = {PROGRESS: (TOLD, WRONG, REFUSED), MASS_EVENT: (OFFERED,)}
"""What the daemon may answer to them."""
CASE_DIGITS, CODE_DIGITS = 14, 8
"""A case number and its query code, as a keypad can type them (decision 0041)."""


class _Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    def ways(self) -> dict[str, str]:
        """Answer → the step that comes then. Empty: the journey ends here."""
        return {}

    def silent(self) -> dict[str, str]:
        """The ways open to a caller who presses nothing."""
        return self.ways()

    table: ClassVar[str] = ""
    """The field whose entries are ways, where there is one."""

    def field(self, answer: str) -> str:
        """Where in the file the way of this answer stands."""
        return answer if answer in type(self).model_fields else f"{self.table}.{answer}"

    def prompt_names(self) -> tuple[str, ...]:
        return ()


class Notice(_Step):
    """Says the notice: from then on it is written down that the caller knows he is recorded."""

    kind: Literal["notice"]
    prompt: Name | None = None
    """None: the line's notice."""
    next: Name

    def ways(self) -> dict[str, str]:
        return {"next": self.next}

    def prompt_names(self) -> tuple[str, ...]:
        return (self.prompt,) if self.prompt else ()


class Say(_Step):
    """Says a prompt to its end."""

    kind: Literal["say"]
    prompt: Name
    next: Name

    def ways(self) -> dict[str, str]:
        return {"next": self.next}

    def prompt_names(self) -> tuple[str, ...]:
        return (self.prompt,)


class Menu(_Step):
    """Says a prompt and waits for one key, which cuts it short; a wrong key or none says it again, ``times`` in all."""

    table: ClassVar[str] = "keys"
    kind: Literal["menu"]
    prompt: Name = "menu"
    keys: Annotated[dict[Key, Name], Field(min_length=1)]
    """Key → step."""
    seconds: Annotated[int, Field(ge=1, le=30)] = 3
    """Waited for a key after the prompt."""
    times: Annotated[int, Field(ge=1, le=9)] = 3
    otherwise: Name

    def ways(self) -> dict[str, str]:
        return {**self.keys, OTHERWISE: self.otherwise}

    def silent(self) -> dict[str, str]:
        return {OTHERWISE: self.otherwise}

    def prompt_names(self) -> tuple[str, ...]:
        return (self.prompt,)


class Digits(_Step):
    """Says a prompt and gathers a number, ended by ``#`` or its length; the advice that follows is told it."""

    kind: Literal["digits"]
    prompt: Name
    least: Annotated[int, Field(ge=1, le=32)] = 1
    most: Annotated[int, Field(ge=1, le=32)] = 12
    seconds: Annotated[int, Field(ge=1, le=30)] = 3
    """Waited for each digit."""
    times: Annotated[int, Field(ge=1, le=9)] = 3
    next: Name
    otherwise: Name
    """After ``times`` tries without enough digits."""

    def ways(self) -> dict[str, str]:
        return {"next": self.next, OTHERWISE: self.otherwise}

    def silent(self) -> dict[str, str]:
        return {OTHERWISE: self.otherwise}

    def prompt_names(self) -> tuple[str, ...]:
        return (self.prompt,)


class Hours(_Step):
    """Is it within the hours, by the work calendar? Asterisk knows by itself."""

    kind: Literal["hours"]
    hours: str | None = None
    """None: the line's hours."""
    open: Name
    closed: Name

    def ways(self) -> dict[str, str]:
        return {"open": self.open, "closed": self.closed}


class Mode(_Step):
    """Is a mode on: the Custom device state ``mode-NAME`` of Asterisk's, which outlives daemon and Asterisk."""

    kind: Literal["mode"]
    mode: Name
    on: Name
    off: Name

    def ways(self) -> dict[str, str]:
        return {"on": self.on, "off": self.off}


class Stored(_Step):
    """What stands in Asterisk's database under ``hotline/KEY``: a holiday of one's own, a district."""

    table: ClassVar[str] = "values"
    kind: Literal["stored"]
    key: Name
    values: Annotated[dict[Value, Name], Field(min_length=1)]
    otherwise: Name

    def ways(self) -> dict[str, str]:
        return {**self.values, OTHERWISE: self.otherwise}


class Waiting(_Step):
    """Do ``least`` callers or more wait in a queue now? Asterisk counts them."""

    kind: Literal["waiting"]
    queue: Name | None = None
    """None: the line's queue."""
    least: Annotated[int, Field(ge=1, le=5000)]
    many: Name
    few: Name

    def ways(self) -> dict[str, str]:
        return {"many": self.many, "few": self.few}


class Seated(_Step):
    """Does anybody sit at a queue now, on the telephone, in a break or free? Asterisk counts the seats."""

    kind: Literal["seated"]
    queue: Name | None = None
    """None: the line's queue."""
    somebody: Name
    nobody: Name

    def ways(self) -> dict[str, str]:
        return {"somebody": self.somebody, "nobody": self.nobody}


class Advice(_Step):
    """Asks the daemon one question. No answer in time, or one there is no way for: ``otherwise``."""

    table: ClassVar[str] = "answers"
    kind: Literal["advice"]
    ask: Name
    queue: Name | None = None
    """The queue it is about. None: the line's."""
    seconds: Annotated[float, Field(ge=0.5, le=10)] = 2.0
    """So long the caller hears music at most."""
    answers: Annotated[dict[Name, Name], Field(min_length=1)]
    otherwise: Name

    def ways(self) -> dict[str, str]:
        return {**self.answers, OTHERWISE: self.otherwise}


class SelfService(_Step):
    """How far a case is, by its number and query code on the keypad: nothing is said without the right code (decision 0049).

    A ``#`` instead of a number asks for a person. Whatever is wrong, late or missing ends the way ``otherwise``.
    """

    kind: Literal["self_service"]
    seconds: Annotated[int, Field(ge=1, le=30)] = 3
    """Waited for each digit."""
    times: Annotated[int, Field(ge=1, le=5)] = 3
    """Tries within one call."""
    answer_seconds: Annotated[float, Field(ge=0.5, le=3.5)] = 3.0
    """So long the caller hears music at most while the daemon looks."""
    next: Name
    """When he was told."""
    otherwise: Name

    def ways(self) -> dict[str, str]:
        return {"next": self.next, OTHERWISE: self.otherwise}

    def silent(self) -> dict[str, str]:
        return {OTHERWISE: self.otherwise}

    def prompt_names(self) -> tuple[str, ...]:
        return PROGRESS_PROMPTS


PROGRESS_PROMPTS = ("progress_number", "progress_code", "progress_wrong", "progress_refused", "sorry")
PLUS_ONE_PROMPTS = ("plus_one", "plus_one_joined")


class MassEvent(_Step):
    """Tells of the newest mass event that is on, where there is one with a sound, and lets the caller join it by 1 (decision 0049)."""

    kind: Literal["mass_event"]
    districts: tuple[str, ...] = ()
    """Only events of these, and of the whole city; none named: of any."""
    seconds: Annotated[int, Field(ge=1, le=30)] = 3
    """Waited for the key."""
    answer_seconds: Annotated[float, Field(ge=0.5, le=3.5)] = 2.0
    joined: Name
    otherwise: Name
    """There is none, nobody pressed 1, or the daemon did not answer."""

    def ways(self) -> dict[str, str]:
        return {JOINED: self.joined, OTHERWISE: self.otherwise}

    def silent(self) -> dict[str, str]:
        return {OTHERWISE: self.otherwise}

    def prompt_names(self) -> tuple[str, ...]:
        return PLUS_ONE_PROMPTS


class Queue(_Step):
    """To a person. The journey is over."""

    kind: Literal["queue"]
    queue: Name | None = None
    """None: the line's queue."""
    priority: Annotated[int, Field(ge=0, le=9)] | None = None
    """He waits before those of a lower one; None: as the line's mode says, else 0. In a mode's own steps it may be less (``switched.highest``)."""


class HangUp(_Step):
    """Says a prompt, when it has one, and lets go. The journey is over."""

    kind: Literal["hang_up"]
    prompt: Name | None = None
    refused: Literal["closed"] | None = None
    """Booked as turned away for this reason, before anything is said: who hangs up meanwhile is owed the same."""

    def prompt_names(self) -> tuple[str, ...]:
        return (self.prompt,) if self.prompt else ()


class Voicemail(_Step):
    """Asks for a message and records it. The journey is over; what was said is a call-back task."""

    kind: Literal["voicemail"]
    prompt: Name = "voicemail_nobody"
    refused: Literal["closed"] | None = None
    """Booked as turned away for this reason, before anything is said: who leaves no message is owed the same."""

    def prompt_names(self) -> tuple[str, ...]:
        return (self.prompt, VOICEMAIL_THANKS)


Step = Annotated[
    Notice
    | Say
    | Menu
    | Digits
    | Hours
    | Mode
    | Stored
    | Waiting
    | Seated
    | Advice
    | SelfService
    | MassEvent
    | Queue
    | HangUp
    | Voicemail,
    Field(discriminator="kind"),
]
"""One entry of a journey."""
AboutAQueue = Queue | Waiting | Seated | Advice
"""They name a queue, or are about the line's own."""
KINDS: dict[str, type[_Step]] = {
    "notice": Notice,
    "say": Say,
    "menu": Menu,
    "digits": Digits,
    "hours": Hours,
    "mode": Mode,
    "stored": Stored,
    "waiting": Waiting,
    "seated": Seated,
    "advice": Advice,
    "self_service": SelfService,
    "mass_event": MassEvent,
    "queue": Queue,
    "hang_up": HangUp,
    "voicemail": Voicemail,
}
