"""extensions.conf: a caller leaves a message (decision 0043). By Asterisk alone; the daemon hears of it from CEL.

What he says is in the recording of his call, which goes on: VOICEMAIL and VOICEMAILEND only mark where in it.
There is no second file that would lie unsealed beside the shelf. The ear that knows when he has ended is
WaitForSilence: three seconds without a word, the longest that he ever hears nothing himself.
"""

from __future__ import annotations

from ..journey.graph import of_settings
from ..journey.steps import VOICEMAIL_THANKS, Voicemail
from ..sections.telephone import Line
from ..settings import Settings
from .dialplan_steps import Step, context, exten, unplayed

SILENCE_MS = 3000
MOST_SECONDS = 120
"""One message."""
BEEP_HZ = 950
OFFERED = "HOTLINE_VOICEMAIL"
"""Variable: 1 on calls of a line with ``voicemail``, for whoever comes back from a queue that nobody answered."""


def entry(prompt: str) -> str:
    return f"Goto(voicemail,{prompt},1)"


def offered(line: Line) -> list[Step]:
    return [f"Set({OFFERED}=1)"] if line.voicemail else []


def used(settings: Settings) -> bool:
    return bool(_prompts(settings))


def _prompts(settings: Settings) -> tuple[str, ...]:
    """All that ask for a message, each once."""
    steps = (step for graph in of_settings(settings).values() for step in graph.steps.values())
    own = [NOBODY for line in settings.line if line.voicemail]
    return tuple(dict.fromkeys([*own, *(step.prompt for step in steps if isinstance(step, Voicemail))]))


NOBODY = "voicemail_nobody"
"""Asks whom nobody answered."""


def contexts(settings: Settings) -> list[str]:
    """None where no line takes messages. An extension a prompt, so that nothing from outside chooses what is played."""
    prompts = _prompts(settings)
    if not prompts:
        return []
    message: tuple[Step, ...] = (
        'GotoIf($["${HOTLINE_PROBE}"!=""]?done)',
        f"Playtones({BEEP_HZ})",
        "Wait(0.4)",
        "StopPlaytones()",
        "Set(HOTLINE_SPEAKS=1)",
        "CELGenUserEvent(VOICEMAIL,${EXTEN})",
        f"WaitForSilence({SILENCE_MS},1,{MOST_SECONDS})",
        "Set(HOTLINE_SPEAKS=)",
        "CELGenUserEvent(VOICEMAILEND,${WAITSTATUS})",
        f"Playback(hotline/{VOICEMAIL_THANKS})",
        unplayed(VOICEMAIL_THANKS),
        ("done", "Hangup(16)"),
    )
    return [
        context(
            "voicemail",
            *(exten(prompt, f"Playback(hotline/{prompt})", unplayed(prompt), *message) for prompt in prompts),
            # he has hung up, which is how most messages end
            exten("h", 'ExecIf($["${HOTLINE_SPEAKS}"!=""]?CELGenUserEvent(VOICEMAILEND,HANGUP))'),
            exten("T", "Hangup(102)"),
        )
    ]
