"""How a name sounds, folded so that Minnan accents and slips of the keyboard find it. Pure.

A general dictionary misreads this city's own names (厦禾 as sha he): ``bridge/data/readings.csv`` says them. Read once
when a gazetteer is compiled (9 s for 200,000 names), and for each query of Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from pypinyin import lazy_pinyin

from bridge.pinyin_readings import local_readings


def key(text: str) -> str:
    """As names are compared: plain letters, lower case, no blanks, no marks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def has_hanzi(text: str) -> bool:
    return any(_hanzi(sign) for sign in text)


def has_latin(text: str) -> bool:
    return any("a" <= sign <= "z" for sign in text)


def syllables(name: str) -> list[str]:
    """One for each sign of Chinese, one for each run of other signs; ``name`` is a ``key``."""
    found = lazy_pinyin(name)
    places: list[int] | None = None
    for word in _local().finditer(name):
        if places is None:
            places = _places(name)
        for offset, sound in enumerate(local_readings()[word[0]]):
            found[places[word.start() + offset]] = sound
    return found


def folded(sound: str) -> str:
    """zh z, ch c, sh s, n l r, f h, -ng -n and ü u are told from each other by few people here."""
    plain = sound.replace("ü", "v").replace("yu", "u").replace("v", "u")
    plain = plain.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n")
    return plain.translate(_ALIKE)


def initials(name: str, sounds: list[str]) -> str:
    """Of each Chinese sign the first letter of its syllable, all else as it is: sm广场 → smgc."""
    return "".join(sounds[place][0] if _hanzi(sign) else sign for sign, place in zip(name, _places(name), strict=True))


_ALIKE = str.maketrans({"l": "n", "r": "n", "f": "h"})


def _hanzi(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff" or "\U00020000" <= sign <= "\U0003ffff" or sign == "〇"


def _places(name: str) -> list[int]:
    """For each sign the number of its syllable: a run of other signs is one."""
    found: list[int] = []
    count, run = -1, False
    for sign in name:
        if _hanzi(sign):
            count, run = count + 1, False
        elif not run:
            count, run = count + 1, True
        found.append(count)
    return found


@cache
def _local() -> re.Pattern[str]:
    words = sorted(local_readings(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)))
