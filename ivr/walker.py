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
    OTHERWISE,
    SILENCE,
    VOICEMAIL_THANKS,
    Advice,
    Digits,
    HangUp,
    Hours,
    Menu,
    Mode,
    Notice,
    Queue,
    Say,
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
    advice: Mapping[str, str] = field(default_factory=dict)
    """Question → the daemon's answer. A dead or silent daemon answers none."""
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
class LetGo:
    step: str


Happened = Heard | Passed | Noticed | TurnedAway | Queued | Speaks | LetGo
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
            case Advice():
                answer = met.advice.get(step.ask, "")
                way = answer if answer in step.answers else OTHERWISE
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
            case Heard() | LetGo():
                pass
    return out
