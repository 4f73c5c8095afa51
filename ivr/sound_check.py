"""Can Asterisk play this file: 8 kHz, mono, 16 bit PCM WAV, with something in it.

Called where sounds are laid out for Asterisk and by ``hotline check``, before a file
of the operator's may outrank a shipped prompt. Asterisk's own format_wav refuses
anything else at play time, which a caller would hear as silence.
"""

from __future__ import annotations

import wave
from pathlib import Path

RATE = 8000
LONGEST = 120.0
"""Seconds; a longer prompt is a mistake (a recording of a call, music)."""


def problems(path: Path) -> list[str]:
    """Why the file cannot be played, each a short English clause; empty when it can."""
    try:
        with wave.open(str(path), "rb") as sound:
            rate, channels, width = sound.getframerate(), sound.getnchannels(), sound.getsampwidth()
            promised = sound.getnframes()
            there = len(sound.readframes(promised)) // max(1, channels * width)
    except FileNotFoundError:
        return ["there is no such file"]
    except (OSError, EOFError, wave.Error) as error:
        return [f"not a PCM WAV file ({error or 'it ends too early'})"]
    found = []
    if rate != RATE:
        found.append(f"{rate} Hz, want {RATE}")
    if channels != 1:
        found.append(f"{channels} channels, want 1")
    if width != 2:
        found.append(f"{width * 8} bit, want 16")
    if there == 0:
        found.append("it holds no sound")
    elif there < promised:
        found.append("it is cut off: the header promises more than the file holds")
    elif there / rate > LONGEST:
        found.append(f"{there / rate:.0f} s long, at most {LONGEST:.0f}")
    return found
