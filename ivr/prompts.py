"""Which prompts exist, how long each lasts, and which text has no sound. Read once at the start.

Used by ``server.py`` (durations decide the deadlines), ``hotline check`` (texts without
sound) and ``hotline prompts build`` (what is out of date). Reads WAV headers only.
"""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path

SHIPPED = Path(__file__).with_name("sounds")
"""The prompts built from the shipped texts, and the spoken set under ``spoken/``."""
UNKNOWN_SECONDS = 20.0
"""Taken for a sound nobody measured: a deadline too late is better than a prompt cut off."""


class Prompts:
    """The sounds of the given folders; a folder named earlier outranks the later ones."""

    def __init__(self, *folders: Path) -> None:
        self._seconds: dict[str, float] = {}
        for folder in reversed(folders):
            for path in sorted(folder.glob("*.wav")):
                length = seconds_of(path)
                if length > 0:
                    self._seconds[path.stem] = length

    def seconds(self, prompt: str) -> float:
        return self._seconds.get(prompt, UNKNOWN_SECONDS)

    def __contains__(self, prompt: object) -> bool:
        return prompt in self._seconds

    def without_sound(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Those of ``wanted`` that cannot be played, in their order."""
        return tuple(prompt for prompt in wanted if prompt not in self._seconds)


def seconds_of(path: Path) -> float:
    """Length by the header; 0 when the file is no WAV or holds nothing."""
    try:
        with wave.open(str(path), "rb") as sound:
            return sound.getnframes() / sound.getframerate()
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return 0.0
