"""Prompts as tones, and tones heard at a caller's ear: looked for in steps from a moment on, whenever one looks."""

from __future__ import annotations

import asyncio
import time
import wave
from pathlib import Path

import numpy as np

from hotline.lab.phones import Call

from .site import eventually

WINDOW, STEP = 0.3, 0.1
"""Seconds: a tone of 0.4 has a whole window in it."""
LATE = 0.2
"""So late sound may come to the ear."""


def as_tone(folder: Path, name: str, hertz: int, seconds: float) -> None:
    samples = (9000 * np.sin(2 * np.pi * hertz * np.arange(int(8000 * seconds)) / 8000)).astype("<i2").tobytes()
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(folder / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(samples)


async def tone_heard(call: Call, hertz: float, since: float, within: float = 15.0) -> float:
    """The step it was first heard in."""
    begin = since

    def there() -> bool:
        nonlocal begin
        while begin + WINDOW + LATE < time.time():
            if call.ear.tone_level(hertz, since=begin, until=begin + WINDOW) > 0.4:
                return True
            begin += STEP
        return False

    await eventually(there, within)
    return begin


async def tone_over(call: Call, hertz: float, seconds: float, since: float, within: float = 15.0) -> None:
    """A tone of so many seconds is heard, and has ended."""
    begin = await tone_heard(call, hertz, since, within)
    await asyncio.sleep(max(0.0, begin + WINDOW + seconds - time.time()))


def unheard(call: Call, hertz: float, since: float, until: float) -> bool:
    """Whether no window between the two moments has this tone."""
    steps = int((until - since - WINDOW) / STEP)
    begins = (since + STEP * n for n in range(max(1, steps)))
    return all(call.ear.tone_level(hertz, since=begin, until=begin + WINDOW) < 0.4 for begin in begins)
