"""The shipped notices, cut: nobody learns more from nine seconds than from four."""

from __future__ import annotations

import wave
from collections.abc import Iterable
from pathlib import Path

from ivr.prompts import SHIPPED

NOTICE_S = 4.0
OUTBOUND_S = 0.6


def notices(folder: Path, seconds: float = NOTICE_S) -> None:
    """Put them where the operator's own prompts lie."""
    cut(folder, ("welcome", "partner", "closed"), seconds)
    cut(folder, ("outbound",), OUTBOUND_S)


def cut(folder: Path, prompts: Iterable[str], seconds: float) -> None:
    """The first seconds of these shipped prompts, put where the operator's own lie."""
    folder.mkdir(parents=True, exist_ok=True)
    for prompt in prompts:
        with wave.open(str(SHIPPED / f"{prompt}.wav")) as whole:
            begin = whole.readframes(int(seconds * whole.getframerate()))
            with wave.open(str(folder / f"{prompt}.wav"), "wb") as brief:
                brief.setparams(whole.getparams())
                brief.writeframes(begin)
