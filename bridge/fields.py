"""Reading hostile fields one by one and collecting what is wrong with each. Pure; used by ``draft.py`` and ``console/``."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches

from .errors import Problem
from .problem_texts import say
from .ticket_choices import Choices

MOST_PROBLEMS = 20
"""More are not looked for: an answer must not grow with what was sent."""


class Fields:
    """The fields of one object. A wrong one is noted in ``problems`` and read as empty."""

    def __init__(
        self,
        raw: Mapping[str, object],
        names: Iterable[str],
        choices: Choices,
        path: str = "",
        problems: list[Problem] | None = None,
    ) -> None:
        self._raw, self._choices, self._path = raw, choices, path
        self._problems: list[Problem] = [] if problems is None else problems
        self._first = len(self._problems)
        known = tuple(names)
        for name in raw:
            if name not in known and len(self._problems) < MOST_PROBLEMS:
                close = get_close_matches(str(name), known, n=1)
                hint = say("did_you_mean", said=close[0]) if close else ""
                self.wrong(str(name)[:60] or "''", say("no_field") + hint, known)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Those found through this object and the ones inside it."""
        return tuple(self._problems[self._first :])

    def say(self, key: str, **values: object) -> str:
        return say(key, **values)

    def wrong(self, name: str, message: str, allowed: tuple[str, ...] = ()) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(Problem(f"{self._path}{name}", message, allowed))

    def keys(self, choices: str) -> tuple[str, ...]:
        return tuple(choice.key for choice in self._choices.of(choices))

    def text(self, name: str, most: int, *, required: bool = False, pattern: str = "", lines: bool = False) -> str:
        """Cleaned of what cannot be seen; at most ``most`` characters (``lines``: line ends stay)."""
        value = self._raw.get(name)
        if value is None or value == "":
            if required:
                self.wrong(name, say("required"))
            return ""
        return self._checked(name, value, most, pattern, lines, required)

    def _checked(self, name: str, value: object, most: int, pattern: str, lines: bool, required: bool) -> str:
        if not isinstance(value, str):
            self.wrong(name, say("string"))
            return ""
        text = cleaned(value, lines=lines)
        if len(text) > most:
            self.wrong(name, say("long", most=most, given=len(text)))
        elif required and not text:
            self.wrong(name, say("required"))
        elif pattern and text and not re.fullmatch(pattern, text):
            self.wrong(name, say("form", form=pattern))
        else:
            return text
        return ""

    def texts(self, name: str, items: int, most: int, pattern: str = "") -> tuple[str, ...]:
        value = self._raw.get(name)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            self.wrong(name, say("list"))
            return ()
        if len(value) > items:
            self.wrong(name, say("many", most=items))
            return ()
        return tuple(self._checked(f"{name}.{n}", one, most, pattern, False, True) for n, one in enumerate(value))

    def pairs(self, name: str, items: int, most: int) -> tuple[tuple[str, str], ...]:
        value = self._raw.get(name)
        if value is None:
            return ()
        if not isinstance(value, Mapping):
            self.wrong(name, say("object"))
            return ()
        if len(value) > items:
            self.wrong(name, say("many", most=items))
            return ()
        return tuple(
            (
                self._checked(name, str(key), most, "", False, True),
                self._checked(f"{name}.{str(key)[:60]}", one, most, "", False, True),
            )
            for key, one in value.items()
        )

    def flag(self, name: str) -> bool:
        value = self._raw.get(name, False)
        if value is None:
            return False
        if not isinstance(value, bool):
            self.wrong(name, say("flag"), ("true", "false"))
            return False
        return value

    def number(self, name: str, least: float, most: float, *, required: bool = False) -> float | None:
        value = self._raw.get(name)
        if value is None:
            if required:
                self.wrong(name, say("required"))
            return None
        # bool is an int in Python; NaN passes no comparison.
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or (isinstance(value, float) and not math.isfinite(value))
        ):
            self.wrong(name, say("number"))
        elif not least <= value <= most:
            self.wrong(name, say("range", least=least, most=most))
        else:
            return float(value)
        return None

    def choice(self, name: str, choices: str, default: str = "", *, required: bool = False) -> str:
        """The key of the entry that was meant; a wrong word gets the nearest one proposed."""
        said = self.text(name, 60, required=required)
        if not said:
            return default
        found = self._choices.find(choices, said)
        if found:
            return found.key
        near = self._choices.nearest(choices, said)
        hint = say("did_you_mean", said=f"{near.key} ({near.zh})") if near else ""
        self.wrong(name, say("not_allowed", said=said) + hint, self.keys(choices))
        return ""

    def one_of(self, name: str, allowed: tuple[str, ...], *, required: bool = False) -> str:
        said = self.text(name, 60)
        if required and not self._raw.get(name):
            self.wrong(name, say("required"), allowed)
        if said and said not in allowed:
            close = get_close_matches(said, allowed, n=1)
            hint = say("did_you_mean", said=close[0]) if close else ""
            self.wrong(name, say("not_allowed", said=said) + hint, allowed)
            return ""
        return said

    def moment(self, name: str) -> datetime | None:
        """ISO 8601 with a zone; given back in UTC."""
        said = self.text(name, 40)
        if not said:
            return None
        try:
            moment = datetime.fromisoformat(said)
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.wrong(name, say("moment"))
            return None

    def inner(self, name: str, names: Iterable[str]) -> Fields | None:
        """The object under ``name``; None when it is not given."""
        value = self._raw.get(name)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            self.wrong(name, say("object"))
            return None
        return Fields(value, names, self._choices, f"{self._path}{name}.", self._problems)


def cleaned(text: str, *, lines: bool) -> str:
    """Text pasted from anywhere, as it was meant: what cannot be seen is dropped, any line end is one (or a blank).

    Direction marks, zero-width signs, control characters, lone surrogates, letters that fill a place without a mark on it, what
    stands for a picture that was not copied, and what is no character go; tabs and odd blanks become blanks.
    """
    text = _LINE_ENDS.sub("\n" if lines else " ", text)
    return "".join(
        " " if _blank(letter) else letter for letter in text if letter in "\n\t" or not _unseen(letter)
    ).strip()


def _blank(letter: str) -> bool:
    return letter in "\t\u2800" or (unicodedata.category(letter) == "Zs" and letter != "\u3000")


def _unseen(letter: str) -> bool:
    # what this Python has no name for yet may be a rare character of somebody's name: it stays
    no_character = ord(letter) & 0xFFFE == 0xFFFE or "\ufdd0" <= letter <= "\ufdef"
    return no_character or letter in _FILLERS or unicodedata.category(letter) in ("Cc", "Cf", "Cs")


_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufffc"
"""Of Hangul, Khmer and of programs that copy pictures: they take a place and show nothing."""
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
