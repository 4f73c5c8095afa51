"""Text that people type or paste, as it was meant. Pure; used by every door that takes words."""

from __future__ import annotations

import re
import unicodedata

from pydantic import BeforeValidator


def cleaned(text: str, *, lines: bool) -> str:
    """Text pasted from anywhere, as it was meant: what cannot be seen is dropped, any line end is one (or a blank).

    Direction marks, zero-width signs, control characters, lone surrogates, letters that fill a place without a mark on it, what
    stands for a picture that was not copied, and what is no character go; tabs and odd blanks become blanks.
    """
    text = _LINE_ENDS.sub("\n" if lines else " ", text)
    return "".join(
        " " if _blank(letter) else letter for letter in text if letter in "\n\t" or not _unseen(letter)
    ).strip()


def _one_line(said: object) -> object:
    return cleaned(said, lines=False) if isinstance(said, str) else said


def _lines(said: object) -> object:
    return cleaned(said, lines=True) if isinstance(said, str) else said


OneLine, Lines = BeforeValidator(_one_line), BeforeValidator(_lines)
"""For a model's field that takes words: nothing is refused for what cannot be seen. Lengths are those of the cleaned text."""


def _blank(letter: str) -> bool:
    return letter in "\t\u2800" or (unicodedata.category(letter) == "Zs" and letter != "\u3000")


def _unseen(letter: str) -> bool:
    # what this Python has no name for yet may be a rare character of somebody's name: it stays
    no_character = ord(letter) & 0xFFFE == 0xFFFE or "\ufdd0" <= letter <= "\ufdef"
    return no_character or letter in _FILLERS or unicodedata.category(letter) in ("Cc", "Cf", "Cs")


_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffc"
"""Of Hangul, Khmer and of programs that copy pictures: they take a place and show nothing."""
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
