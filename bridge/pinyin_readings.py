"""How Chinese words may be typed by their sound: every usual reading of each sign, ü as v, u, yu and ü, and initials. Pure.

Used by ``catalogue.py``. A general dictionary knows few local names: ``data/readings.csv`` says those this city reads its own way.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pypinyin import Style, pinyin

from .shipped_tables import rows

Syllables = tuple[frozenset[str], ...]
"""For each sign the ways to type it; signs that are no Chinese are typed as they are."""


def syllables(words: str) -> Syllables:
    """The readings of each sign of ``words``, in order."""
    found = [_typed(options) for options in pinyin(words, style=Style.NORMAL, heteronym=True, errors=list)]  # type: ignore[arg-type]  # a list is right, its types say less
    for word, sounds in local_readings().items():
        at = words.find(word)
        while at >= 0 and len(found) == len(words):
            for place, sound in enumerate(sounds, at):
                found[place] |= _typed([sound])
            at = words.find(word, at + 1)
    return tuple(found)


def begins(typed: str, of: Syllables) -> bool:
    """Whether ``typed`` is the beginning of a way to type all of it; the last syllable may be unfinished."""
    ends = {0}
    for options in of:
        if any(option.startswith(typed[end:]) for end in ends for option in options):
            return True
        ends = {end + len(option) for end in ends for option in options if typed.startswith(option, end)}
        if not ends:
            return False
    return False


def initials_begin(typed: str, of: Syllables) -> bool:
    """The same by the first letter of each syllable."""
    return len(typed) <= len(of) and all(
        any(option.startswith(letter) for option in options) for letter, options in zip(typed, of, strict=False)
    )


def within(typed: str, of: Syllables) -> bool:
    """Whether it is typed from some later syllable on."""
    return any(begins(typed, of[place:]) for place in range(1, len(of)))


def initials_within(typed: str, of: Syllables) -> bool:
    return any(initials_begin(typed, of[place:]) for place in range(1, len(of)))


def folded(typed: str) -> str:
    """What a person types or pastes, as it is compared: no blanks, no tones, no apostrophes, plain letters, ü as v."""
    plain = "".join(unicodedata.normalize("NFKC", typed).split()).casefold().replace("u:", "v")
    plain = _TONES.sub("", unicodedata.normalize("NFD", plain).replace("u\u0308", "v"))
    return plain.translate(_APOSTROPHES)


_TONES = re.compile("[\u0300\u0301\u0304\u0308\u030c]")
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘`"))


def _typed(options: list[str]) -> frozenset[str]:
    plain = {folded(option) for option in options}
    # lv, lu, and lyu as passports have it
    return frozenset(plain | {option.replace("v", said) for option in plain for said in ("u", "yu")})


@cache
def local_readings() -> dict[str, tuple[str, ...]]:
    """Words that this city reads its own way → their syllables."""
    return {row["word"]: tuple(row["pinyin"].split()) for row in rows("readings.csv")}
