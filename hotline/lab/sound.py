"""Sound for phones: A-law, known signals to send, and what was heard. A carrier of mu-law is translated at its socket.

Pure arithmetic on bytes and arrays; opens no socket and reads no clock. Used by the
phones of the demo and of the tests. One frame is 20 ms: 160 samples, 160 A-law bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

RATE = 8000
FRAME = 160
FRAME_SECONDS = FRAME / RATE
LOUD = 200.0
"""RMS (of 32767) above which a frame is sound; recorded speech is around 2000, line noise below 50."""

Samples = npt.NDArray[np.float64]


def _decode_table() -> npt.NDArray[np.int16]:
    """G.711 A-law byte → 16-bit sample."""
    table = np.zeros(256, np.int16)
    for code in range(256):
        a = code ^ 0x55
        value, segment = (a & 0x0F) << 4, (a & 0x70) >> 4
        value += 8 if segment == 0 else 0x108
        value <<= max(segment - 1, 0)
        table[code] = value if a & 0x80 else -value
    return table


_DECODE = _decode_table()
_ORDER = np.argsort(_DECODE, kind="stable")
_LEVELS = _DECODE[_ORDER].astype(np.float64)
_BORDERS = (_LEVELS[1:] + _LEVELS[:-1]) / 2
SILENCE = bytes([0xD5]) * FRAME


def to_alaw(samples: Samples) -> bytes:
    """Samples (-32768..32767) → A-law, each to the nearest level."""
    return bytes(_ORDER[np.searchsorted(_BORDERS, samples)].astype(np.uint8).tobytes())


def from_alaw(data: bytes) -> npt.NDArray[np.int16]:
    return _DECODE[np.frombuffer(data, np.uint8)]


def _mulaw_levels() -> npt.NDArray[np.int64]:
    """G.711 mu-law byte → 16-bit sample."""
    code = ~np.arange(256) & 0xFF
    value = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -value, value)


def _nearest(of: npt.NDArray[np.int64], to: npt.NDArray[np.int64]) -> bytes:
    """Byte of one law → the byte of the other whose level is nearest."""
    return bytes(np.abs(of[:, None] - to[None, :]).argmin(axis=1).astype(np.uint8).tolist())


MULAW_TO_ALAW = _nearest(_mulaw_levels(), _DECODE.astype(np.int64))
ALAW_TO_MULAW = _nearest(_DECODE.astype(np.int64), _mulaw_levels())
"""For ``bytes.translate``."""


def frames(data: bytes) -> tuple[bytes, ...]:
    """Cut A-law into whole frames; the last is filled with silence."""
    whole = data + SILENCE[: -len(data) % FRAME]
    return tuple(whole[at : at + FRAME] for at in range(0, len(whole), FRAME))


def tone(hertz: float, *, seconds: float = 1.0, level: float = 6000.0) -> tuple[bytes, ...]:
    """A sine that can be found again with :meth:`Ear.tone_level`. Loops cleanly at whole seconds."""
    at = np.arange(int(seconds * RATE)) / RATE
    return frames(to_alaw(np.sin(2 * np.pi * hertz * at) * level))


_ROWS, _COLUMNS = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0)
_PRESSED, _BETWEEN = 6, 5
"""Frames: of a key, and of the silence behind it."""


def key_tones(key: str) -> tuple[bytes, ...]:
    """A key as its two tones (ITU-T Q.23), and a moment of silence."""
    row, column = divmod("123456789*0#".index(key), 3)
    at = np.arange(_PRESSED * FRAME) / RATE
    both = np.sin(2 * np.pi * _ROWS[row] * at) + np.sin(2 * np.pi * _COLUMNS[column] * at)
    return (*frames(to_alaw(both * 7000)), *[SILENCE] * _BETWEEN)


def beep(seconds: float) -> bytes:
    """A tone as 16-bit samples, for a WAV: a prompt that is taken for one (of a level that never changes it would be said that it is silent)."""
    at = np.arange(int(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * 440 * at) * 9000).astype("<i2").tobytes()


def speech(seed: int, *, seconds: float = 8.0, pitch: float | None = None) -> tuple[bytes, ...]:
    """Something like a voice: harmonics of a wandering pitch, in syllables, with pauses for breath."""
    chance = np.random.default_rng(seed)
    base = pitch if pitch is not None else float(chance.uniform(110, 240))
    out: list[Samples] = []
    left = int(seconds * RATE)
    while left > 0:
        for _ in range(int(chance.integers(4, 9))):
            out.append(_syllable(chance, base))
            out.append(np.zeros(int(chance.uniform(0.01, 0.06) * RATE)))
        out.append(np.zeros(int(chance.uniform(0.15, 0.5) * RATE)))
        left = int(seconds * RATE) - sum(len(part) for part in out)
    return frames(to_alaw(np.concatenate(out)[: int(seconds * RATE)]))


def _syllable(chance: np.random.Generator, base: float) -> Samples:
    length = int(chance.uniform(0.12, 0.25) * RATE)
    at = np.arange(length) / RATE
    pitch = base * float(chance.uniform(0.9, 1.15)) * (1 + float(chance.uniform(-0.8, 0.8)) * at)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formant = float(chance.uniform(400, 1800))
    wave = np.zeros(length)
    for harmonic in range(1, 12):
        weight = 1 / (1 + abs(harmonic * base - formant) / 300)
        wave += weight * np.sin(harmonic * phase)
    envelope = np.sin(np.pi * np.arange(length) / length) ** 0.5
    shaped: Samples = wave / np.abs(wave).max() * envelope * 9000
    return shaped


@dataclass(slots=True)
class Ear:
    """What one phone received in one call: A-law frames with the moment each came in.

    ``most_seconds`` bounds the memory; later sound is counted but not kept.
    """

    most_seconds: float = 600.0
    _data: bytearray = field(default_factory=bytearray)
    _at: list[float] = field(default_factory=list)
    packets: int = 0

    def hear(self, payload: bytes, at: float) -> None:
        """One received A-law payload (any whole number of samples) at ``at`` (epoch seconds)."""
        self.packets += 1
        if len(self._at) * FRAME_SECONDS < self.most_seconds and len(payload) == FRAME:
            self._data += payload
            self._at.append(at)

    def _kept(self) -> tuple[Samples, Samples]:
        """When each kept frame came (epoch seconds), and its samples, a row a frame.

        Sound may come in on one thread while another looks: of what arrives meanwhile neither half is taken.
        """
        at = self._at.copy()
        samples = from_alaw(bytes(self._data[: len(at) * FRAME])).astype(np.float64).reshape(-1, FRAME)
        return np.asarray(at), samples

    @staticmethod
    def _loud(samples: Samples) -> npt.NDArray[np.bool_]:
        """Which frames hold sound (by their RMS)."""
        return np.asarray(np.sqrt((samples**2).mean(axis=1)) > LOUD)

    def loud_seconds(self, *, since: float = 0.0, until: float = float("inf")) -> float:
        """Seconds of sound that came in between two moments."""
        at, samples = self._kept()
        return float((self._loud(samples) & (at >= since) & (at < until)).sum() * FRAME_SECONDS)

    def first_sound(self) -> float | None:
        """The moment the first sound came in, or None."""
        at, samples = self._kept()
        loud = at[self._loud(samples)]
        return float(loud[0]) if len(loud) else None

    def longest_silence(self, since: float, until: float) -> float:
        """The longest stretch without sound (silence or nothing at all) between two moments, in seconds."""
        at, samples = self._kept()
        loud = at[self._loud(samples)]
        marks = np.concatenate([[since], loud[(loud > since) & (loud < until)], [until]])
        return float(np.diff(marks).max())

    def tone_level(self, hertz: float, *, since: float = 0.0, until: float = float("inf")) -> float:
        """Share (0..1) of the sound's energy that lies within a few hertz of ``hertz``."""
        at, frames = self._kept()
        samples = frames[(at >= since) & (at < until)].ravel()
        if len(samples) < RATE // 5:
            return 0.0
        power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
        pitch = np.fft.rfftfreq(len(samples), 1 / RATE)
        whole = float(power[pitch > 50].sum())
        return float(power[np.abs(pitch - hertz) < 8].sum() / whole) if whole > 0 else 0.0

    def alaw(self) -> bytes:
        return bytes(self._data)
