"""The shipped notices, cut: nobody learns more from nine seconds than from four."""

from __future__ import annotations

import wave
from pathlib import Path

from ivr.prompts import SHIPPED

NOTICE_S = 4.0


def notices(folder: Path, seconds: float = NOTICE_S) -> None:
    """Put them where the operator's own prompts lie."""
    folder.mkdir(parents=True, exist_ok=True)
    for prompt in ("welcome", "partner", "closed"):
        with wave.open(str(SHIPPED / f"{prompt}.wav")) as whole:
            cut = whole.readframes(int(seconds * whole.getframerate()))
            with wave.open(str(folder / f"{prompt}.wav"), "wb") as brief:
                brief.setparams(whole.getparams())
                brief.writeframes(cut)
