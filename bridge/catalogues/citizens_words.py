"""What citizens say for a code (违建, 漏水, 共享单车), with its sounds: found by hanzi, pinyin and initials like a code's own name.

A word names codes by their names, not by digits: those mean something else in each national table and in a city's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from bridge.pinyin_readings import Syllables, begins, initials_begin, syllables
from bridge.shipped_tables import rows


@dataclass(frozen=True, slots=True)
class Word:
    word: str
    sounds: Syllables

    def rank(self, wanted: str) -> int | None:
        """``wanted`` is folded (``pinyin_readings.folded``); 0 the word itself, 1 its beginning, 2 by its sound; None: it is not meant."""
        if wanted == self.word:
            return 0
        if self.word.startswith(wanted) or (len(self.word) > 1 and self.word in wanted):
            return 1
        typed = len(wanted) > 1 and (initials_begin(wanted, self.sounds) or begins(wanted, self.sounds))
        return 2 if typed else None


@cache
def words() -> Mapping[tuple[str, str], tuple[Word, ...]]:
    """Kind and name of a code → what is said for it."""
    found: dict[tuple[str, str], list[Word]] = {}
    for row in rows("citizens-words.csv"):
        word = Word(row["word"], syllables(row["word"]))
        for name in row["names"].split("|"):
            found.setdefault((row["kind"], name), []).append(word)
    return {key: tuple(ones) for key, ones in found.items()}
