"""The one writer of CSV: opens in the spreadsheets people have with its Chinese, with all digits, and no formula runs.

A byte order mark says UTF-8; lines end as spreadsheets write them. A tab before a text of digits keeps it a text
(a leading zero, a long id, a +), an apostrophe keeps what begins like a formula from being one. A program strips the tab, or
takes ``--json``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

_READ_AS_NUMBER = re.compile(r"[+-]?[0-9][0-9.,:/ -]*(?:[eE][+-]?[0-9]+)?")
_READ_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_PASSED_OVER = " \u00a0\u3000\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
"""Blanks and marks before a text: some spreadsheets look behind them."""


def begin(out: TextIO) -> None:
    """The byte order mark; ``out``, when it is a real file or pipe, writes UTF-8 from now on and line ends as given."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding="utf-8", newline="")
    out.write("\ufeff")


def write(out: TextIO, cells: Iterable[object], zone: ZoneInfo) -> None:
    csv.writer(out, lineterminator="\r\n").writerow([cell(value, zone) for value in cells])


def cell(value: object, zone: ZoneInfo) -> object:
    """Numbers stay numbers, moments are the centre's own to the second, texts stay texts."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, str):
        begun = value.lstrip(_PASSED_OVER)
        if _READ_AS_NUMBER.fullmatch(begun):
            return f"\t{value}"
        if value.startswith(_READ_AS_FORMULA) or begun.startswith(_READ_AS_FORMULA):
            return f"'{value}"
    return value
