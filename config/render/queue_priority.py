"""extensions.conf: a caller's priority among those who came while a mode was on.

In a mode that gives a line's callers a higher priority all who come stand lower than before it (``journey.switched.highest``), so that
nobody who waited already is overtaken. Whoever is given an ordinary priority while they wait stands among them, too: else he would
go before them all.
"""

from __future__ import annotations

from ..journey.switched import highest
from ..settings import Settings
from .dialplan_steps import Step, context, exten

BEHIND = "behind"


def behind(settings: Settings, queue: str, priority: int = 0) -> list[Step]:
    """``QUEUE_PRIO`` as ``priority`` (of steps that no mode changed) means it now in this queue. ``queue`` may be a variable."""
    return [f"Gosub({BEHIND},{queue},1({priority}))"] if _lowers(settings) else []


def contexts(settings: Settings) -> list[str]:
    if not _lowers(settings):
        return []
    return [context(BEHIND, *(exten(queue.id, *_steps(queue.id)) for queue in settings.queue))]


def _lowers(settings: Settings) -> bool:
    return any(highest(mode) for mode in settings.mode)


def _steps(queue: str) -> list[Step]:
    """By whoever is last: those of the mode stand behind all others."""
    waiting = f"${{QUEUE_WAITING_COUNT({queue})}}"
    return [
        f"GotoIf($[{waiting} = 0]?alone)",
        f"Set(LOCAL(last)=${{QUEUE_GET_CHANNEL({queue},{waiting})}})",
        'GotoIf($["${last}"=""]?alone)',
        "Set(LOCAL(lower)=${IMPORT(${last},QUEUE_PRIO)})",
        'ExecIf($["${lower:0:1}"="-"]?Set(QUEUE_PRIO=$[${ARG1} + 0${lower}]))',
        ("alone", "Return()"),
    ]
