"""The music a waiting caller hears, composed here so that nobody's licence is needed.

Slow chords with a broken figure over them, soft enough for a voice to follow. Written
once by ``sounds.py``; a site's own music replaces ``VAR/asterisk/moh``.
"""

from __future__ import annotations

import io
import wave

import numpy as np
import numpy.typing as npt

RATE = 8000
BAR = 4.0
"""Seconds a chord lasts."""
CHORDS = (
    (48, 55, 64, 67, 71), (45, 52, 60, 64, 67), (41, 48, 57, 60, 64), (43, 50, 59, 62, 67),
    (40, 52, 59, 64, 67), (45, 52, 60, 64, 69), (41, 53, 57, 60, 67), (43, 50, 57, 60, 65),
)  # fmt: skip
"""MIDI notes, bass first."""
LOUDNESS = 0.06
"""Root mean square of full scale: -24 dB."""

Samples = npt.NDArray[np.float64]


def music() -> bytes:
    """A WAV, 8 kHz mono 16 bit, that begins and ends in silence and so repeats without a click."""
    total = int((len(CHORDS) * BAR + BAR) * RATE)
    sound = np.zeros(total)
    for bar, chord in enumerate(CHORDS):
        start = bar * BAR
        for note in chord[:3]:
            _add(sound, start, _pad(note, BAR * 1.5), 0.5)
        figure = (*chord[2:], *reversed(chord[2:-1]))
        for step in range(8):
            note = figure[step % len(figure)] + 12
            _add(sound, start + step * BAR / 8, _pluck(note), 0.8)
    sound *= LOUDNESS / float(np.sqrt(np.mean(sound**2)))
    return _wav(sound)


def _add(sound: Samples, at: float, note: Samples, gain: float) -> None:
    start = int(at * RATE)
    end = min(len(sound), start + len(note))
    sound[start:end] += gain * note[: end - start]


def _hertz(note: int) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def _pad(note: int, seconds: float) -> Samples:
    t = np.arange(int(seconds * RATE)) / RATE
    swell = np.sin(np.pi * t / seconds) ** 2
    return np.asarray(swell * (np.sin(2 * np.pi * _hertz(note) * t) + 0.3 * np.sin(4 * np.pi * _hertz(note) * t + 0.5)))


def _pluck(note: int) -> Samples:
    t = np.arange(int(1.6 * RATE)) / RATE
    fade = np.minimum(t / 0.015, 1.0) * np.exp(-t * 3.2)
    return np.asarray(fade * (np.sin(2 * np.pi * _hertz(note) * t) + 0.2 * np.sin(6 * np.pi * _hertz(note) * t)))


def _wav(sound: Samples) -> bytes:
    samples = np.clip(sound * 32767, -32767, 32767).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return out.getvalue()
