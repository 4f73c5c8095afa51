"""A number → the sounds to play one after the other, and → words for the voice. Pure.

Two ways to say a number. Digit by digit, for what is a name (a telephone or case
number): 一 is said 幺 (yāo) there, as on every Chinese telephone. As a quantity, for
what is counted: 一百零二, and 两 before a measure word. The words that are sounds of
their own stand in ``sounds/spoken.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import cn2an

MOST = 99_999_999
"""The largest quantity that is said."""

_DIGITS = "零一二三四五六七八九"
_SOUNDS = {
    **{char: f"n_{digit}" for digit, char in enumerate(_DIGITS)},
    "幺": "n_yao",
    "两": "n_liang",
    "十": "n_ten",
    "百": "n_hundred",
    "千": "n_thousand",
    "万": "n_wan",
}
_RUN = re.compile(r"[0-9]+")
NAME_DIGITS = 3
"""From so many digits on, a number in a text is read as a name."""


def digits(text: str) -> tuple[str, ...]:
    """Sound names that spell the digits of ``text``, 1 as 幺; other characters are left out."""
    return tuple(_SOUNDS[char] for char in _spelled(char for char in text if char in "0123456789"))


def cardinal(number: int, *, counting: bool = False) -> tuple[str, ...]:
    """Sound names of a quantity; with ``counting``, 2 is said 两 (两位, not 二位).

    Raises ValueError below 0 or above MOST.
    """
    return tuple(_SOUNDS[char] for char in words(number, counting=counting))


def words(number: int, *, counting: bool = False) -> str:
    """The quantity in Chinese characters: 12 → 十二, 1020 → 一千零二十."""
    if not 0 <= number <= MOST:
        raise ValueError(f"{number}: only 0 to {MOST} can be said")
    said: str = cn2an.an2cn(number, "low")
    if counting and number == 2:
        return "两"
    return said.removeprefix("一") if said.startswith("一十") else said


def readable(text: str) -> str:
    """A text with its numbers written as they are said, for a voice that would read 12319 as an amount."""
    return _RUN.sub(lambda run: _said(run[0]), text)


def _said(run: str) -> str:
    return _spelled(run) if len(run) >= NAME_DIGITS else words(int(run))


def _spelled(run: Iterable[str]) -> str:
    return "".join("幺" if digit == "1" else _DIGITS[int(digit)] for digit in run)
