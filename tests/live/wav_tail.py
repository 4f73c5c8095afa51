"""What a telephone of others heard last, from a WAV file that it still writes."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

HEADER = 44
RATE = 8000
GROWS_SECONDS = 1.5
"""What is heard is written at once: a file that grew no more for so long is silence."""


def pitch_share(file: Path, hertz: int) -> float:
    """This pitch's share of the file's last second, 0 to 1; 0 before there is as much, or when nothing comes."""
    if time.time() - file.stat().st_mtime > GROWS_SECONDS:
        return 0.0
    # its header has no length before the file is closed: the samples are read as they lie there
    data = file.read_bytes()[HEADER:]
    last = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.float64)[-RATE:] / 32768
    if len(last) < RATE:
        return 0.0
    power = np.abs(np.fft.rfft(last * np.hanning(RATE))) ** 2
    whole, near = float(power.sum()), power[max(hertz - 5, 0) : hertz + 6]
    return float(near.sum()) / whole if whole > 1.0 else 0.0
