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
"""The same person, call and purpose within this time is the same listening."""
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


class Listenings:
    """What was audited lately; forgotten by a restart, which costs one more row."""

    def __init__(self) -> None:
        self._at: OrderedDict[tuple[str, ...], datetime] = OrderedDict()

    def fresh(self, who: str, call: str, purpose: str, now: datetime) -> bool:
        """A listening that is not in the log yet?"""
        at = self._at.get((who, call, purpose))
        return at is None or now - at >= ONE_LISTENING

    def audited(self, who: str, call: str, purpose: str, now: datetime) -> None:
        self._at[who, call, purpose] = now
        self._at.move_to_end((who, call, purpose))
        while len(self._at) > _REMEMBERED:
            self._at.popitem(last=False)
