"""extensions.conf: one question to the daemon, under a deadline of Asterisk's own (decision 0007)."""

from __future__ import annotations

from ..journey.steps import ADVICE_SCRIPT
from ..settings import Settings
from .dialplan_steps import Step


def question(settings: Settings, here: str, seconds: float, words: str, kept: str) -> list[Step]:
    """Leaves the answer in ``HOTLINE_ADVICE``, '' without one; music meanwhile, never dead air.

    ``AGIEXITONHANGUP``: a caller who leaves ends it.

    :param here: the extension of the step: ``T`` of its context leads back to ``back`` there.
    :param kept: the letters that an answer may hold, as FILTER wants them.
    """
    return [
        f"MSet(HOTLINE_ADVICE=,HOTLINE_BACK={here},AGIEXITONHANGUP=yes)",
        "StartMusicOnHold()",
        f"Set(TIMEOUT(absolute)={seconds})",
        f"AGI(agi://127.0.0.1:{settings.ports.agi}/{ADVICE_SCRIPT},{words})",
        ("back", f"Set(TIMEOUT(absolute)={settings.limits.absolute_call_minutes * 60})"),
        "StopMusicOnHold()",
        f"MSet(HOTLINE_BACK=,HOTLINE_ADVICE=${{FILTER({kept},${{HOTLINE_ADVICE}})}})",
    ]
