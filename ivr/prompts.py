"""Which prompts exist, how long each lasts, and which text has no sound. Read once at the start.

Used by ``server.py`` (durations decide the deadlines), ``hotline check`` (texts without
sound) and ``hotline prompts build`` (what is out of date). Reads WAV headers only.
"""

from __future__ import annotations

import re
import struct
import wave
from collections.abc import Iterable
from pathlib import Path

from config.files import stands
from config.language import say as _

from .sound_file import KINDS

SHIPPED = Path(__file__).with_name("sounds")
"""The prompts built from the shipped texts, and the spoken set under ``spoken/``."""
MANIFEST = "built.json"
"""What the voice has built into the folder (``manifest.py``)."""
_NAME = re.compile(r"[a-z0-9_]+(/[a-z0-9_]+)*")
UNKNOWN_SECONDS = 20.0
"""Taken for a sound nobody measured: a deadline too late is better than a prompt cut off."""


class OwnSounds:
    """Which files of a folder are prompts. ``chosen``: prompt → file; ``unused``: file and why, in the reader's language.

    The name of the file is the name of the prompt, whatever its case; its ending tells the kind of sound. Of several
    files for one prompt a WAV outranks the others.
    """

    def __init__(self, folder: Path) -> None:
        self.chosen: dict[str, Path] = {}
        self.unused: list[tuple[Path, str]] = []
        if stands(folder) and not folder.is_dir():
            self.unused.append((folder, _("is no folder")))
        files = [path for path in folder.rglob("*") if _may_be_meant(path)] if folder.is_dir() else []
        for path in sorted(files, key=lambda path: (path.suffix.lower() != ".wav", path.suffix != ".wav", path)):
            if any(part.startswith(".") for part in path.relative_to(folder).parts):
                continue  # drafts, and what other systems leave
            name = str(path.relative_to(folder).with_suffix("")).casefold()
            if not path.is_file():
                self.unused.append((path, _("is no ordinary file")))
            elif path.suffix.lower() not in KINDS:
                self.unused.append((path, _("no sound file by its ending")))
            elif not _NAME.fullmatch(name):
                self.unused.append((path, _("the name of a prompt is of the letters a-z, digits and _")))
            elif name in self.chosen:
                self.unused.append((path, _("{other} is used", other=self.chosen[name].name)))
            else:
                self.chosen[name] = path


def _may_be_meant(path: Path) -> bool:
    """As a sound: whatever is no folder (a pipe, a link that leads nowhere), and a folder with a sound's ending."""
    return path.name != MANIFEST and (not path.is_dir() or path.suffix.lower() in KINDS)


class Prompts:
    """The sounds of the given folders; a folder named earlier outranks the later ones."""

    def __init__(self, *folders: Path) -> None:
        self._seconds: dict[str, float] = {}
        for folder in reversed(folders):
            for name, path in OwnSounds(folder).chosen.items():
                length = seconds_of(path) if path.suffix.lower() == ".wav" else UNKNOWN_SECONDS
                if length > 0:
                    self._seconds[name] = length

    def seconds(self, prompt: str) -> float:
        return self._seconds.get(prompt, UNKNOWN_SECONDS)

    def lengths(self) -> dict[str, float]:
        """Prompt → seconds, of all that could be measured."""
        return {prompt: seconds for prompt, seconds in self._seconds.items() if seconds != UNKNOWN_SECONDS}

    def __contains__(self, prompt: object) -> bool:
        return prompt in self._seconds

    def without_sound(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Those of ``wanted`` that cannot be played, in their order."""
        return tuple(prompt for prompt in wanted if prompt not in self._seconds)


def seconds_of(path: Path) -> float:
    """Length by the header, but never more than the file holds; 0 when the file is no WAV or holds nothing."""
    try:
        with wave.open(str(path), "rb") as sound:
            there = path.stat().st_size // (sound.getnchannels() * sound.getsampwidth())
            return min(sound.getnframes(), there) / sound.getframerate()
    except (OSError, EOFError, wave.Error, struct.error, ZeroDivisionError):
        return 0.0
