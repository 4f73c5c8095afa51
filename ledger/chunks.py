"""Many ids, asked for so many at a time: a database takes only so many values in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

AT_ONCE = 500
T = TypeVar("T")


def chunks(ids: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    known = list(ids)
    for first in range(0, len(known), size):
        yield known[first : first + size]
