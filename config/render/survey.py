"""extensions.conf: what the caller thought of the service (好差评), by keys, after his agent has gone (decision 0043).

The seat is free from the moment its own leg ended. By Asterisk alone: SURVEY in CEL is the answer, whether the daemon lives
or not, and it is written once: when both questions are over, or when he hangs up before.
"""

from __future__ import annotations

from ..answered_talk_rule import LEAST_MS
from ..sections.telephone import Line
from ..settings import Settings
from .dialplan_steps import Step, context, exten, unplayed, unread

ASKED = "HOTLINE_SURVEY"
"""Variable: 1 on calls of a line with ``survey``."""
SECONDS = 3
"""Waited for a key: he hears nothing meanwhile."""
TO = f'GotoIf($["${{{ASKED}}}"!=""]?survey,s,1)'
"""Where a talk that counts is over and its caller still there."""
_TOLD = "CELGenUserEvent(SURVEY,${HOTLINE_SCORE}|${HOTLINE_SOLVED})"


def on(line: Line) -> list[Step]:
    return [f"Set({ASKED}=1)"] if line.survey else []


def used(settings: Settings) -> bool:
    return any(line.survey for line in settings.line)


def given_out() -> str:
    """After Dial() into the world: whoever has talked there scores nobody of ours."""
    return f'ExecIf($["${{DIALSTATUS}}"="ANSWER" & 0${{ANSWEREDTIME_MS}} >= {LEAST_MS}]?Set({ASKED}=))'


def talked_outside(settings: Settings) -> str:
    """Where Queue() is over: whom he was connected with last. A trunk's channel has the trunk's own name as its number (``pjsip``).

    A seat that consulted somebody outside and left has given him away as a blind transfer does; he has nobody of ours to score.
    Asterisk has cleared ``BRIDGEPEER`` by then; the connected line stays.
    """
    trunks = "|".join(trunk.id for trunk in settings.trunk)
    return f'ExecIf(${{REGEX("^({trunks})$" ${{CONNECTEDLINE(num)}})}}?Set({ASKED}=))'


def contexts(settings: Settings) -> list[str]:
    """None where no line asks."""
    if not used(settings):
        return []
    return [
        context(
            "survey",
            exten(
                "s",
                f"MSet({ASKED}=,HOTLINE_SCORE=,HOTLINE_SOLVED=,HOTLINE_ANSWERS=1)",
                *_ask("HOTLINE_SCORE", "survey", "1-5"),
                'GotoIf($["${HOTLINE_SCORE}"=""]?over)',
                *_ask("HOTLINE_SOLVED", "survey_solved", "12"),
                ("over", "Set(HOTLINE_ANSWERS=)"),
                _TOLD,
                "Playback(hotline/survey_thanks)",
                unplayed("survey_thanks"),
                "Hangup(16)",
            ),
            exten("h", f'ExecIf($["${{HOTLINE_ANSWERS}}"!=""]?{_TOLD})'),
            exten("T", "Hangup(102)"),
        )
    ]


def _ask(variable: str, prompt: str, keys: str) -> list[Step]:
    """Twice where no key came, or one that is none of ``keys``."""
    once: list[Step] = [
        f"Read({variable},hotline/{prompt},1,,1,{SECONDS})",
        unread(prompt),
        f"Set({variable}=${{FILTER({keys},${{{variable}}})}})",
    ]
    return [*once, f'GotoIf($["${{{variable}}}"!=""]?{prompt}_said)', *once, (f"{prompt}_said", "NoOp()")]
