"""extensions.conf, the steps at which a caller helps himself: how far a case is, and joining a mass event (decision 0049).

Digits are gathered here, one question goes to the daemon under a deadline, and the words that come back are names of sounds,
filtered, which Asterisk speaks by itself. Without an answer in time the caller goes on by the way ``otherwise``. SELFSERVICE in
CEL says what became of each try; the query code stands nowhere, a number only where its code was right.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..journey.steps import (
    CASE_DIGITS,
    CODE_DIGITS,
    JOINED,
    MASS_EVENT,
    OFFERED,
    OTHERWISE,
    PROGRESS,
    REFUSED,
    SILENT,
    TOLD,
    UNANSWERED,
    WRONG,
    MassEvent,
    SelfService,
)
from ..settings import Settings
from .agi_question import question
from .dialplan_steps import Step, play, unless_probed, unplayed, unread

WORDS = "a-z0-9_&"
"""What an answer may hold: an outcome, what it is about, and names of sounds, ``&`` between."""
_SOUNDS = "hotline/${STRREPLACE(HOTLINE_WORDS,&,&hotline/)}"


def progress(
    settings: Settings, line: str, name: str, step: SelfService, here: str, ways: Mapping[str, str]
) -> list[Step]:
    """``here``: the extension of this step; ``ways``: way → extension."""
    return [
        "Set(HOTLINE_TRY=0)",
        ("again", "Set(HOTLINE_TRY=$[${HOTLINE_TRY} + 1])"),
        f"GotoIf($[${{HOTLINE_TRY}} > {step.times}]?person)",
        *_digits("HOTLINE_DIGITS", "progress_number", CASE_DIGITS, step.seconds),
        *_digits("HOTLINE_CODE", "progress_code", CODE_DIGITS, step.seconds),
        *_asked(settings, here, step.answer_seconds, PROGRESS, line, name, "${HOTLINE_DIGITS}", "${HOTLINE_CODE}"),
        "MSet(HOTLINE_DIGITS=,HOTLINE_CODE=)",
        *(f'GotoIf($["${{HOTLINE_SAID}}"="{one}"]?{one})' for one in (TOLD, WRONG, REFUSED)),
        _tell(PROGRESS, UNANSWERED),
        *play("sorry"),
        "Goto(person)",
        (SILENT, _tell(PROGRESS, SILENT)),
        "Goto(again)",
        (WRONG, _tell(PROGRESS, WRONG)),
        *play("progress_wrong"),
        "Goto(again)",
        (REFUSED, _tell(PROGRESS, REFUSED)),
        *play("progress_refused"),
        ("person", "MSet(HOTLINE_DIGITS=,HOTLINE_CODE=)"),
        *_leave(name, OTHERWISE, ways),
        (TOLD, _tell(PROGRESS, TOLD, "${HOTLINE_ABOUT}", "${CUT(HOTLINE_WORDS,&,1)}")),
        "Set(HOTLINE_WORDS=${CUT(HOTLINE_WORDS,&,2-)})",
        f"Playback({_SOUNDS})",
        unplayed(PROGRESS),
        *_leave(name, "next", ways),
    ]


def mass_event(
    settings: Settings, line: str, name: str, step: MassEvent, here: str, ways: Mapping[str, str]
) -> list[Step]:
    return [
        *_asked(settings, here, step.answer_seconds, MASS_EVENT, line, name),
        f'GotoIf($["${{HOTLINE_SAID}}"!="{OFFERED}"]?none)',
        _tell(MASS_EVENT, OFFERED, "${HOTLINE_ABOUT}"),
        f"Read(HOTLINE_KEY,{_SOUNDS}&hotline/plus_one,1,,1,{step.seconds})",
        unread("plus_one"),
        'GotoIf($["${HOTLINE_KEY}"!="1"]?none)',
        _tell(MASS_EVENT, JOINED, "${HOTLINE_ABOUT}"),
        *play("plus_one_joined"),
        *_leave(name, JOINED, ways),
        ("none", "NoOp()"),
        *_leave(name, OTHERWISE, ways),
    ]


def _asked(settings: Settings, here: str, seconds: float, ask: str, line: str, step: str, *typed: str) -> list[Step]:
    """Leaves the answer in ``HOTLINE_SAID`` (the outcome), ``HOTLINE_ABOUT`` and ``HOTLINE_WORDS``; '' each without one."""
    words = ",".join((ask, line, step, *(typed or ("", "")), "${FILTER(0-9+*#,${CALLERID(num)})}"))
    return [
        *question(settings, here, seconds, words, WORDS),
        "MSet(HOTLINE_SAID=${CUT(HOTLINE_ADVICE,&,1)},HOTLINE_ABOUT=${CUT(HOTLINE_ADVICE,&,2)})",
        "Set(HOTLINE_WORDS=${CUT(HOTLINE_ADVICE,&,3-)})",
    ]


def _digits(variable: str, prompt: str, most: int, seconds: int) -> list[Step]:
    """A ``#`` alone asks for a person; nothing at all is asked again."""
    return [
        f"Read({variable},hotline/{prompt},{most},t(#),1,{seconds})",
        unread(prompt),
        f"Set({variable}=${{FILTER(0-9,${{{variable}}})}})",
        f'GotoIf($["${{{variable}}}"="" & "${{READSTATUS}}"="OK"]?person)',
        f'GotoIf($["${{{variable}}}"=""]?{SILENT})',
    ]


def _tell(service: str, result: str, about: str = "", said: str = "") -> str:
    return unless_probed(f"CELGenUserEvent(SELFSERVICE,{service}|{result}|{about}|{said})")


def _leave(name: str, way: str, ways: Mapping[str, str]) -> list[Step]:
    return [unless_probed(f"CELGenUserEvent(STEP,{name}|{way})"), f"Goto({ways[way]},1)"]
