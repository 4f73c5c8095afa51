"""Case numbers and query codes, as a telephone's keypad can type them. Pure; the store passes in day, serial and chance.

A number is 14 digits: the day (8), a serial of that day (5), a check digit. No national form was found. The check digit
is Damm's: it finds every single wrong digit and every swap of two neighbours, the two commonest faults of typing.
A query code is 8 digits, what a stranger who saw the number does not know; how often one may try is ``accounts/query_code_limits.py``'s.

Older cases have ``GD`` and 14 digits without a check digit, and codes of 8 letters and digits: both are still found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

MOST_SERIAL = 99_999
CODE_LENGTH = 8
DIGITS = "0123456789"

_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
"""Damm's quasigroup of order 10: row, the digit so far; column, the next one."""
_OLD_NUMBER = re.compile(r"GD[0-9]{14}")


def check_digit(digits: str) -> str:
    """The digit that makes ``digits`` whole."""
    so_far = "0"
    for digit in digits:
        so_far = _DAMM[int(so_far)][int(digit)]
    return so_far


def case_number(day: date, serial: int) -> str:
    """``day``: in the centre's zone; ``serial``: 1 to 99999 within it."""
    if not 1 <= serial <= MOST_SERIAL:
        raise ValueError(f"serial: 1 to {MOST_SERIAL}")
    digits = f"{day:%Y%m%d}{serial:05d}"
    return digits + check_digit(digits)


def next_day(day: date) -> date:
    """Whose numbers are used when a day's are used up: nothing is refused for want of a number."""
    return day + timedelta(days=1)


def query_code(pick: Callable[[str], str]) -> str:
    """``pick``: a secure choice of one digit."""
    return "".join(pick(DIGITS) for _ in range(CODE_LENGTH))


def typed_number(text: str) -> str | None:
    """As somebody typed it, without gaps; None: it cannot be a case's number (a digit is wrong, missing or swapped)."""
    plain = _plain(text)
    if _OLD_NUMBER.fullmatch(plain):
        return plain
    if len(plain) == 14 and plain.isascii() and plain.isdigit() and check_digit(plain) == "0":
        return plain
    return None


def typed_code(text: str) -> str:
    return _plain(text)


def _plain(text: str) -> str:
    return re.sub(r"[\s\-]", "", text).upper()
