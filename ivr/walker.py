"""Walks a line's journey as Asterisk does, without Asterisk. Pure: the graph and the circumstances in, what happens out.

Used by ``hotline journey try``, by property tests (every walk ends), and by the live tests that
hold it against the rendered dialplan: ``Walk.facts`` is what Asterisk writes to CEL on the same
walk, in its order.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from config.calendar import WorkCalendar
from config.hours import parse
from config.journey.graph import Graph
from config.journey.steps import (
    CASE_DIGITS,
    CODE_DIGITS,
    JOINED,
    MASS_EVENT,
    OFFERED,
    OTHERWISE,
    PROGRESS,
    REFUSED,
    SILENCE,
    SILENT,
    TOLD,
    UNANSWERED,
    VOICEMAIL_THANKS,
    WRONG,
    Advice,
    Digits,
    HangUp,
    Hours,
    MassEvent,
    Menu,
    Mode,
    Notice,
    Queue,
    Say,
    Seated,
    SelfService,
    Step,
    Stored,
    Voicemail,
    Waiting,
)
from config.journey.switched import told
from config.settings import Settings
from cti.ids import Instant

from .hours import Opening

STEPS_MOST = 2000
"""A caller who presses keys for ever may go round for ever; Asterisk's limit on a call ends him, this one a walk."""

Keys = Callable[[str, int], str]
"""(prompt, digits wanted) → what the caller presses, '' nothing."""


def silence(_prompt: str, _most: int) -> str:
    return ""


@dataclass(frozen=True)
class Circumstances:
    """What a walk meets."""

    at: Instant
    """When: for the hours."""
    keys: Keys = silence
    modes: frozenset[str] = frozenset()
    """Those that are on."""
    stored: Mapping[str, str] = field(default_factory=dict)
    """Asterisk's database: key → value."""
    waiting: Mapping[str, int] = field(default_factory=dict)
    """Queue → callers that wait."""
    seated: frozenset[str] = frozenset()
    """Queues at which somebody sits."""
    advice: Mapping[str, str] = field(default_factory=dict)
    """Question → the daemon's answer. A dead or silent daemon answers none. Of ``progress`` it is told, wrong or refused, of
    ``mass_event`` offered; what is told then is not walked."""
    switched: str = ""
    """``open`` or ``closed``: by hand, whatever the hours say."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The caller hears a prompt; a key may cut it short."""

    prompt: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A step was left by one of its ways."""

    step: str
    way: str


@dataclass(frozen=True, slots=True)
class Noticed:
    step: str
    prompt: str


@dataclass(frozen=True, slots=True)
class TurnedAway:
    step: str
    reason: str


@dataclass(frozen=True, slots=True)
class Queued:
    step: str
    queue: str


@dataclass(frozen=True, slots=True)
class Speaks:
    """He leaves a message, as long as he likes."""

    step: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Served:
    """A try to help himself ended so."""

    step: str
    service: str
    result: str


@dataclass(frozen=True, slots=True)
class LetGo:
    step: str


Happened = Heard | Passed | Noticed | TurnedAway | Queued | Speaks | Served | LetGo
"""``Queued`` or ``LetGo`` is the last of each walk."""


class Endless(Exception):
    """A walk that did not end within ``STEPS_MOST`` steps: the caller kept pressing keys."""


@dataclass(frozen=True)
class Walker:
    """One line's journey, in the centre's time."""

    graph: Graph
    zone: ZoneInfo
    calendar: WorkCalendar

    @classmethod
    def of(cls, settings: Settings, graph: Graph) -> Walker:
        days = settings.calendar
        return cls(graph, ZoneInfo(settings.centre.timezone), WorkCalendar.of(days.holidays, days.workdays))

    def walk(self, met: Circumstances) -> Iterator[Happened]:
        """What happens, one by one, to its end. Raises Endless."""
        name = self.graph.start
        for _ in range(STEPS_MOST):
            step = self.graph.steps[name]
            way = yield from self._at(name, step, met)
            if way is None:
                return
            name = step.ways()[way]
        raise Endless(name)

    def _at(self, name: str, step: Step, met: Circumstances) -> Generator[Happened, None, str | None]:
        """What happens at the step; returns the way by which it is left, None where the walk ends."""
        match step:
            case Notice():
                yield Noticed(name, str(step.prompt))
                yield Heard(str(step.prompt))
                return "next"
            case Say():
                yield Heard(step.prompt)
                way = "next"
            case Menu():
                for _try in range(step.times):
                    yield Heard(step.prompt)
                    key = met.keys(step.prompt, 1)[:1]
                    yield Passed(name, key or SILENCE)
                    if key in step.keys:
                        return key
                way = OTHERWISE
            case Digits():
                way = OTHERWISE
                for _try in range(step.times):
                    yield Heard(step.prompt)
                    given = met.keys(step.prompt, step.most).partition("#")[0][: step.most]
                    if len(given) >= step.least:
                        way = "next"
                        break
            case Hours():
                opening = Opening(parse(str(step.hours)), self.zone, self.calendar)
                way = met.switched or ("open" if opening.open_at(met.at) else "closed")
            case Mode():
                way = "on" if step.mode in met.modes else "off"
            case Stored():
                found = met.stored.get(step.key, "")
                way = found if found in step.values else OTHERWISE
            case Waiting():
                way = "many" if met.waiting.get(str(step.queue), 0) >= step.least else "few"
            case Seated():
                way = "somebody" if step.queue in met.seated else "nobody"
            case Advice():
                answer = met.advice.get(step.ask, "")
                way = answer if answer in step.answers else OTHERWISE
            case SelfService():
                way = yield from _progress(name, step, met)
            case MassEvent():
                way = OTHERWISE
                if met.advice.get(MASS_EVENT) == OFFERED:
                    yield Served(name, MASS_EVENT, OFFERED)
                    yield Heard("plus_one")
                    if met.keys("plus_one", 1)[:1] == "1":
                        yield Served(name, MASS_EVENT, JOINED)
                        yield Heard("plus_one_joined")
                        way = JOINED
            case Queue():
                yield Queued(name, str(step.queue))
                return None
            case HangUp():
                if not step.refused:
                    yield Passed(name, step.kind)
                elif step.prompt:
                    yield Noticed(name, step.prompt)
                if step.refused:
                    yield TurnedAway(name, step.refused)
                if step.prompt:
                    yield Heard(step.prompt)
                yield LetGo(name)
                return None
            case Voicemail():
                if step.refused:
                    yield Noticed(name, step.prompt)
                    yield TurnedAway(name, step.refused)
                else:
                    yield Passed(name, step.kind)
                yield Heard(step.prompt)
                yield Speaks(name, step.prompt)
                yield Heard(VOICEMAIL_THANKS)
                yield LetGo(name)
                return None
        if told(name, way):
            yield Passed(name, way)
        return way


def _progress(name: str, step: SelfService, met: Circumstances) -> Generator[Happened, None, str]:
    for _try in range(step.times):
        typed = []
        for prompt, most in (("progress_number", CASE_DIGITS), ("progress_code", CODE_DIGITS)):
            yield Heard(prompt)
            given = met.keys(prompt, most)
            if given.startswith("#"):
                return OTHERWISE  # a person is asked for
            typed.append(given.partition("#")[0][:most])
            if not typed[-1]:
                break
        result = met.advice.get(PROGRESS, UNANSWERED) if all(typed) else SILENT
        yield Served(name, PROGRESS, result)
        if result == TOLD:
            return "next"
        if result == WRONG:
            yield Heard("progress_wrong")
        elif result != SILENT:
            yield Heard("progress_refused" if result == REFUSED else "sorry")
            return OTHERWISE
    return OTHERWISE


def facts(walk: list[Happened]) -> list[tuple[str, str]]:
    """(word, fields) that Asterisk writes to CEL on this walk, and the queue it comes to: ``("QUEUE", "mandarin")``."""
    out = []
    for happened in walk:
        match happened:
            case Passed(step, way):
                out.append(("STEP", f"{step}|{way}"))
            case Noticed(_step, prompt):
                out.append(("NOTICE", f"{prompt}|dialplan"))
            case TurnedAway(_step, reason):
                out.append(("REFUSED", reason))
            case Queued(_step, queue):
                out.append(("QUEUE", queue))
            case Speaks(_step, prompt):
                out.append(("VOICEMAIL", prompt))
            case Served(_step, service, result):
                out.append(("SELFSERVICE", f"{service}|{result}"))
            case Heard() | LetGo():
                pass
    return out
