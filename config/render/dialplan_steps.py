"""Writing a dialplan context: extensions with their steps, the first numbered, the rest ``n``."""

from __future__ import annotations

from collections.abc import Iterable

Step = str | tuple[str, str]
"""An application call, or (label, application call)."""


def context(name: str, *parts: str) -> str:
    return "\n".join([f"[{name}]", *parts]) + "\n"


def include(name: str) -> str:
    return f"include => {name}"


def exten(number: str, *steps: Step) -> str:
    lines: list[str] = []
    for index, step in enumerate(steps):
        label, call = step if isinstance(step, tuple) else ("", step)
        if any(char in call.replace("\\;", "") for char in "\r\n\0;"):
            raise ValueError(f"syntax in a dialplan step: {call!r}")
        place = f"({label})" if label else ""
        lines.append(f"{' same => n' if index else f'exten => {number},1'}{place},{call}")
    return "\n".join(lines)


def extens(numbers: Iterable[str], call: str) -> list[str]:
    """One step for each of ``numbers``."""
    return [exten(number, call) for number in numbers]


def unplayed(prompt: str) -> str:
    """Behind what plays: what Asterisk could not play was heard by nobody, and is no proof of a notice."""
    return f'ExecIf($["${{PLAYBACKSTATUS}}"="FAILED"]?CELGenUserEvent(UNPLAYED,{prompt}))'


def play(prompt: str) -> list[Step]:
    return [f"Playback(hotline/{prompt})", unplayed(prompt)]


def unread(prompt: str) -> str:
    """Behind Read(): it knows no other failure while the caller is there than that of its prompt."""
    return f'ExecIf($["${{READSTATUS}}"="ERROR"]?CELGenUserEvent(UNPLAYED,{prompt}))'


def unless_probed(call: str) -> str:
    """Not for the line watch, which walks as a caller does and is none."""
    return f'ExecIf($["${{HOTLINE_PROBE}}"=""]?{call})'
