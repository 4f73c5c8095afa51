"""What a telephone hears: each prompt of a surge's instance is a tone of its own, as long as the real one. Pure.

A caller's ear tells the tones apart over the music, so that place, time and offer are known from the caller's side alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from hotline.lab.sound import FRAME, RATE, from_alaw

PROMPTS = (
    "n_0", "n_1", "n_liang", "n_2", "n_3", "n_4", "n_5", "n_6", "n_7", "n_8", "n_9", "n_ten", "n_yao", "s_ahead", "s_next", "s_waiting",
    "s_wait_about", "s_minutes", "callback_offer", "callback_number", "callback_keys", "callback_thanks", "callback_stays",
    "busy", "typhoon_waiting",
)  # fmt: skip
"""What is listened for; a person's voice is ``PERSON``."""
PERSON = "person"
LOWEST, STEP = 1200, 80
"""Hertz, above what the music sounds of. Steps of a whole number of bins: 100 ms hold 10 Hz a bin."""
WINDOW = 5
"""Frames looked at together: 100 ms."""
SHARE = 0.35
"""Of the energy that is heard, in the tone's own bins: music plays beneath it."""
LEAST = 2
"""Windows in a row that make a prompt."""
LEAST_SECONDS = 0.4
"""No tone is shorter, however short its word."""
GAP = 2
"""Windows that may be missed within one."""
_NUMBERS = {"n_liang": 2, **{f"n_{n}": n for n in range(10)}}


def hertz(prompt: str) -> int:
    return LOWEST + STEP * (*PROMPTS, PERSON).index(prompt)


def samples(prompt: str, seconds: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """The prompt as a tone, 16 bits at 8 kHz."""
    at = np.arange(int(max(seconds, LEAST_SECONDS) * RATE)) / RATE
    tone: np.ndarray[tuple[int], np.dtype[np.int16]] = (9000 * np.sin(2 * np.pi * hertz(prompt) * at)).astype("<i2")
    return tone


@dataclass(frozen=True, slots=True)
class Heard:
    prompt: str
    began: float
    """Epoch seconds, as ``ended``."""
    ended: float


_BIN = RATE // (WINDOW * FRAME)
_CENTRES = np.array([hertz(prompt) // _BIN for prompt in (*PROMPTS, PERSON)])
_WEIGHT = np.hanning(WINDOW * FRAME)


def strongest(alaw: bytes) -> str:
    """The prompt that these frames are, '' none."""
    power = np.abs(np.fft.rfft(from_alaw(alaw) * _WEIGHT)) ** 2
    whole = float(power[20:].sum())
    if whole < 1e9:  # silence
        return ""
    near = power[_CENTRES - 1] + power[_CENTRES] + power[_CENTRES + 1]
    best = int(near.argmax())
    return (*PROMPTS, PERSON)[best] if near[best] / whole > SHARE else ""


@dataclass(slots=True)
class Ear:
    """Fed frame by frame; ``heard`` grows by each prompt as soon as it has begun for sure."""

    heard: list[Heard] = field(default_factory=list)
    _data: bytearray = field(default_factory=bytearray)
    _last: str = ""
    _began: float = 0.0
    _run: int = 0
    _missed: int = 0

    def hear(self, frame: bytes, now: float) -> str:
        """One frame of A-law at ``now`` (epoch seconds); the prompt that has just begun for sure, '' none."""
        self._data += frame
        if len(self._data) < WINDOW * FRAME:
            return ""
        found = strongest(bytes(self._data[: WINDOW * FRAME]))
        self._data.clear()
        return self._window(found, now)

    def _window(self, found: str, now: float) -> str:
        length = WINDOW * FRAME / RATE
        if found and found == self._last:
            self._run, self._missed = self._run + 1, 0
            if self._run == LEAST:
                self.heard.append(Heard(found, self._began, now))
                return found
            if self._run > LEAST:
                self.heard[-1] = Heard(found, self._began, now)
            return ""
        self._missed += 1
        if found or self._missed > GAP:
            self._last, self._began, self._run, self._missed = found, now - length, 1, 0
        return ""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One time that a caller was told how he stands."""

    began: float
    """Epoch seconds, as ``ended``."""
    ended: float
    place: int | None
    """1: the next. None: not told, or not heard whole."""
    minutes: int | None
    offered: bool
    """A call-back."""


NEXT_WORDS = 2.5
"""Seconds of music that end an announcement."""


def announcements(heard: Sequence[Heard]) -> list[Announcement]:
    """What the words to one who waits said, from their pieces in order."""
    groups: list[list[Heard]] = []
    wanted = [one for one in heard if one.prompt.startswith(("n_", "s_")) or one.prompt == "callback_offer"]
    for one in wanted:
        opens = one.prompt in ("s_ahead", "s_next")
        if not groups or opens or one.began - groups[-1][-1].ended > NEXT_WORDS:
            groups.append([])
        groups[-1].append(one)
    return [_told(group) for group in groups if any(one.prompt != "n_yao" and one.prompt[:2] != "n_" for one in group)]


def _told(group: Sequence[Heard]) -> Announcement:
    names = [one.prompt for one in group]
    place: int | None = None
    if "s_next" in names:
        place = 1
    elif "s_ahead" in names and "s_waiting" in names:
        ahead = _count(names[names.index("s_ahead") + 1 : names.index("s_waiting")])
        place = ahead + 1 if ahead is not None else None
    minutes = None
    if "s_wait_about" in names and "s_minutes" in names:
        minutes = _count(names[names.index("s_wait_about") + 1 : names.index("s_minutes")])
    return Announcement(group[0].began, group[-1].ended, place, minutes, "callback_offer" in names)


def _count(words: Sequence[str]) -> int | None:
    """十二 → 12; None where it is none."""
    total, last = 0, 0
    for word in words:
        if word == "n_ten":
            total, last = (last or 1) * 10, 0
        elif word in _NUMBERS:
            last = _NUMBERS[word]
        else:
            return None
    return total + last if words else None
