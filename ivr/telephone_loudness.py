"""A voice's samples → samples fit for the telephone: 8 kHz, silence cut off, one loudness. Pure (numpy).

Used by ``hotline prompts build`` only.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""One channel, -1 to 1."""

RATE = 8000
LOUDNESS = -20.0
"""dBFS, RMS of the parts in which something is said; what a telephone network speaks at, about."""
CEILING = -3.0
"""dBFS no sample exceeds."""
FRAME = RATE // 100
LEAD = 0.04
"""Seconds left before the first and after the last sound."""
FADE = 0.008
GAP, SHORTEST, LONGEST = 3, 15, 60
"""Frames of 10 ms: the silence after a word, and how long a word may be."""
SILENT = -40.0
"""dB below the loudest frame: quieter than this is silence."""


def for_telephone(samples: Samples, rate: int) -> Samples:
    """Band-limit, resample to 8 kHz, trim both ends, bring to LOUDNESS.

    ``rate`` must be a multiple of 8000. Raises ValueError otherwise or when there is nothing to hear.
    """
    if not samples.size:
        raise ValueError("nothing to hear")
    narrow = decimate(samples, rate)
    spoken = trim(narrow - np.float32(narrow.mean()))
    return level(spoken)


def decimate(samples: Samples, rate: int) -> Samples:
    """To 8 kHz through a windowed-sinc low-pass at 3.6 kHz."""
    factor, rest = divmod(rate, RATE)
    if rest or factor < 1:
        raise ValueError(f"{rate} Hz is no multiple of {RATE}")
    if factor == 1:
        return samples
    reach = 40 * factor
    at = np.arange(-reach, reach + 1) * (2 * 3600 / rate)
    kernel = np.sinc(at) * np.blackman(2 * reach + 1)
    return np.convolve(samples, kernel / kernel.sum(), "same")[::factor].astype(np.float32)


def trim(samples: Samples) -> Samples:
    """Without the silence at both ends, faded in and out so that it does not click."""
    loud = _frames(samples)
    heard = np.flatnonzero(loud > loud.max(initial=0.0) * 10 ** (SILENT / 20)) if loud.size else loud
    if heard.size == 0:
        raise ValueError("nothing to hear")
    lead = round(LEAD * RATE)
    first, last = max(0, int(heard[0]) * FRAME - lead), int(heard[-1] + 1) * FRAME + lead
    kept = samples[first:last].copy()
    ramp = np.linspace(0, 1, min(round(FADE * RATE), kept.size), dtype=np.float32)
    kept[: ramp.size] *= ramp
    kept[kept.size - ramp.size :] *= ramp[::-1]
    return kept


def first_word(samples: Samples, rate: int) -> Samples:
    """What is said before the first short silence (30 ms at -26 dB), with the silence around it.

    Raises ValueError when there is no such silence: the word ran into the next one.
    """
    frame = rate // 100
    loud = _frames(decimate(samples, rate))
    on = loud > loud.max() * 10 ** (-26 / 20)
    start = int(np.argmax(on))
    for at in range(start + SHORTEST, on.size - GAP):
        if not on[at : at + GAP].any():
            if at - start > LONGEST:
                break
            return samples[: (at + GAP // 2) * frame]
    raise ValueError("the first word cannot be told from the next")


def level(samples: Samples) -> Samples:
    """Brought to LOUDNESS; lower where a peak would exceed CEILING."""
    wanted = 10 ** (LOUDNESS / 20) / loudness(samples)
    allowed = 10 ** (CEILING / 20) / float(np.abs(samples).max())
    return (samples * min(wanted, allowed)).astype(np.float32)


def loudness(samples: Samples) -> float:
    """RMS of the frames that are not silence (0 to 1)."""
    loud = _frames(samples)
    spoken = loud[loud > loud.max() * 10 ** (-25 / 20)]
    return float(math.sqrt(np.mean(spoken**2)))


def decibels(value: float) -> float:
    return 20 * math.log10(max(value, 1e-9))


def _frames(samples: Samples) -> NDArray[np.float64]:
    """RMS of each 10 ms."""
    whole = samples[: samples.size // FRAME * FRAME].astype(np.float64).reshape(-1, FRAME)
    return np.asarray(np.sqrt(np.mean(whole**2, axis=1))) if whole.size else np.zeros(0)
