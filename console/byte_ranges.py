"""Which bytes of a recording are asked for, and which askings are one listening. Pure but for the memory of it.

A browser asks for one recording in many pieces while a person listens and seeks: the audit
log gets one row for them all, before the first byte of the first.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

ONE_LISTENING = timedelta(minutes=15)
"""The same person, recording and purpose within this time is the same listening."""
SAID = timedelta(hours=4)
"""A purpose said before the sound is asked for holds so long: the longest call, paused and sought in."""
_REMEMBERED = 1000
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")

TYPES = {"opus": "audio/ogg; codecs=opus", "mp3": "audio/mpeg", "wav": "audio/wav"}


@dataclass(frozen=True, slots=True)
class Span:
    first: int
    last: int
    """Included."""
    partial: bool

    @property
    def size(self) -> int:
        return self.last - self.first + 1


def span(header: str, size: int) -> Span | None:
    """What a ``Range`` header asks of ``size`` bytes; None: nothing that is there (416). Other units, and several
    ranges at once, are answered whole, as RFC 9110 allows."""
    whole = Span(0, size - 1, partial=False)
    found = _RANGE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return whole
    first, last = found.groups()
    if not first:
        begin, end = max(size - int(last), 0), size - 1
        return Span(begin, end, partial=True) if int(last) and size else None
    begin, end = int(first), min(int(last), size - 1) if last else size - 1
    if last and int(last) < int(first):
        return whole
    return Span(begin, end, partial=True) if begin < size else None


class Playbacks:
    """What was audited lately; forgotten by a restart, which costs one more row."""

    def __init__(self) -> None:
        self._at: OrderedDict[tuple[str, ...], datetime] = OrderedDict()
        self._said: OrderedDict[tuple[str, str], tuple[str, datetime]] = OrderedDict()

    def say(self, who: str, recording: str, purpose: str, now: datetime) -> datetime:
        """Until when it holds."""
        self._said[who, recording] = (purpose, now + SAID)
        self._said.move_to_end((who, recording))
        while len(self._said) > _REMEMBERED:
            self._said.popitem(last=False)
        return now + SAID

    def said(self, who: str, recording: str, now: datetime) -> str:
        """'' nothing, or too long ago."""
        purpose, until = self._said.get((who, recording), ("", now))
        return purpose if now < until else ""

    def fresh(self, who: str, recording: str, purpose: str, now: datetime) -> bool:
        """A listening that is not in the log yet?"""
        at = self._at.get((who, recording, purpose))
        return at is None or now - at >= ONE_LISTENING

    def audited(self, who: str, recording: str, purpose: str, now: datetime) -> None:
        self._at[who, recording, purpose] = now
        self._at.move_to_end((who, recording, purpose))
        while len(self._at) > _REMEMBERED:
            self._at.popitem(last=False)
