"""What a caller who helps himself is told, as names of sounds: how far a case is, which mass event is on (decision 0049).

The words are those of the public page (``casestore/progress_steps.py``); a test holds ``sounds/spoken.toml`` against it. An answer is
``OUTCOME&ABOUT&sound&sound…`` (``config/render/self_service.py`` reads it). Both advisers ask the ledger and so take their time: the
dialplan waits no longer than its step says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

import structlog

from config.journey.steps import CASE_DIGITS, CODE_DIGITS, OFFERED, REFUSED, TOLD, WRONG

from .advice import Question
from .numbers import cardinal, digits
from .ports import CaseStanding, EventBook, NoSuchCase, OpenEvent, ProgressBook, TooMany

log = structlog.get_logger("ivr")

LAST_DIGITS = 4
"""Of the case number are read back: the caller has just typed it."""
STEPS: Mapping[str, str] = {
    "report": "report",
    "acceptance": "acceptance",
    "dispatch": "dispatch",
    "handling": "handling",
    "feedback": "feedback",
    "closing": "closing",
    "evaluation": "evaluation",
    "returned_seat": "report",
    "suspended": "handling",
    "confirmed": "feedback",
    "replied": "feedback",
    "supervision": "feedback",
    "voided": "closing",
}
"""What is told of a case → the step of the seven it stands at. Each has a sentence of its own, ``progress_…`` in ``spoken.toml``."""
_EVENT = re.compile(r"[0-9a-z]{26}")


def event_prompt(event: str) -> str:
    """The prompt that says what the mass event is: its words, recorded or built into VAR/prompts."""
    return f"event_{event.lower()}"


def spoken_progress(case: CaseStanding, today: date) -> tuple[str, ...]:
    """Names of sounds: 尾号…, since when, the step, its sentence, the day that was promised, and whether it may move."""
    words = ["s_case_ending", *digits(case.number[-LAST_DIGITS:])]
    words += [*spoken_day(case.since, today), "s_step", f"step_{STEPS[case.step]}", f"progress_{case.step}"]
    if case.promised is not None and case.step not in _DONE:
        words += ["s_promised", *spoken_day(case.promised, today), "s_before"]
        words += ["s_provisional"] * case.provisional
    return tuple(words)


_DONE = frozenset({"closing", "evaluation", "voided", "replied"})
"""No day is promised any more."""


def spoken_day(day: date, today: date) -> tuple[str, ...]:
    """十一月三十日; of another year, 二零二五年十一月三十日."""
    year = () if day.year == today.year else (*_year(day.year), "s_year")
    return (*year, *cardinal(day.month), "s_month", *cardinal(day.day), "s_day")


def _year(year: int) -> tuple[str, ...]:
    """Digit by digit, and 1 as 一: a year is no telephone number."""
    return tuple(f"n_{digit}" for digit in str(year))


def spoken_event(event: OpenEvent) -> tuple[str, ...]:
    return (event_prompt(event.id), "s_already", *cardinal(min(event.callers, 9999), counting=True), "s_reported")


class Progress:
    """Answers ``progress``."""

    def __init__(self, book: ProgressBook, today: Callable[[], date]) -> None:
        self._book, self._today = book, today

    async def answer(self, question: Question) -> str:
        """'' when the ledger is away: then nobody knows."""
        typed = question.digits, question.code
        if not all(one.isascii() and one.isdigit() for one in typed) or len(typed[0]) > CASE_DIGITS:
            return WRONG
        if len(typed[0]) < CASE_DIGITS or len(typed[1]) != CODE_DIGITS:
            return WRONG  # no case can have it: nothing to count
        found = await self._book.ask(*typed, question.caller)
        match found:
            case TooMany():
                return REFUSED
            case NoSuchCase():
                return WRONG
            case CaseStanding():
                return "&".join((TOLD, found.number, found.step, *spoken_progress(found, self._today())))


class Events:
    """Answers ``mass_event``. ``ready``: has this prompt a sound that Asterisk can play by now; ``districts``: line and step → where."""

    def __init__(
        self, book: EventBook, ready: Callable[[str], bool], districts: Mapping[tuple[str, str], tuple[str, ...]]
    ) -> None:
        self._book, self._ready, self._districts = book, ready, districts

    async def answer(self, question: Question) -> str:
        wanted = self._districts.get((question.line, question.queue), ())
        for event in await self._book.running():
            here = not wanted or not event.district or event.district in wanted
            if here and _EVENT.fullmatch(event.id.lower()) and self._ready(event_prompt(event.id)):
                return "&".join((OFFERED, event.id.lower(), *spoken_event(event)))
        return ""
