"""Whole rows out of the bytes of Asterisk's files. Pure: bytes in, rows and refused stretches out.

A CEL row is what ``config/render/cel_and_cdr.py`` asks for and nothing else: all of its fields quoted,
quotes inside doubled, as many as the template has, a known kind, a moment, a leg. It ends at the
first line end outside of quotes, so a line end that a stranger sent (pjsip decodes ``%0a`` in a
calling number) is a letter of its field. What is no such row is refused, never mended.

After something refused, reading goes on where the next whole row begins: a row that the power cut
has the next life's first row right behind it, in the same line. No letters of a stranger can look
like that row: quotes inside a field are doubled, so from within a field one can only fall in step
with the row it stands in, and then what is left of it has too few fields.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

COLUMNS = (
    "eventtype", "eventtime", "cid_name", "cid_num", "ani", "rdnis", "dnid", "exten", "context", "channel",
    "appname", "appdata", "amaflags", "accountcode", "uniqueid", "linkedid", "bridgepeer", "userfield",
    "userdeftype", "eventextra",
)  # fmt: skip
KINDS = frozenset({
    "CHAN_START", "CHAN_END", "ANSWER", "HANGUP", "APP_START", "APP_END", "BRIDGE_ENTER", "BRIDGE_EXIT",
    "PARK_START", "PARK_END", "BLINDTRANSFER", "ATTENDEDTRANSFER", "PICKUP", "FORWARD", "LINKEDID_END",
    "LOCAL_OPTIMIZE", "LOCAL_OPTIMIZE_BEGIN", "STREAM_BEGIN", "STREAM_END", "DTMF",
})  # fmt: skip
"""The kinds Asterisk has."""
USER_DEFINED = "USER_DEFINED"
"""An event of CELGenUserEvent, its name in userdeftype; older Asterisks wrote the name for the kind as well."""
LONGEST = 256 * 1024
"""Bytes: no row of Asterisk's is longer, so what has not ended by then is none."""
SAMPLE = 200
"""Letters of a refused stretch that are told."""

Row = list[str]
T = TypeVar("T")

_FIELD = rb'"[^"\0]*+(?:""[^"\0]*+)*+"'
_ROW = re.compile(_FIELD + rb"(?:," + _FIELD + rb"){%d}\r?\n" % (len(COLUMNS) - 1))
_BEGIN = re.compile(rb'(?="[A-Za-z][A-Za-z0-9_.-]{0,63}","\d{1,12}\.\d{1,9}",")')
"""Where a row may begin: kind and moment."""
_ONE = re.compile(_FIELD)
_MOMENT = re.compile(r"\d{1,12}\.\d{1,9}")
_LEG = re.compile(r"[!-~]{1,150}")
_LINE = re.compile(r"\d{1,10}\|[^|]*\|[^|]*\|[^|]*\|[A-Z]+(\||$)")
"""A line of queue_log: second, call, queue, member, event."""
_LIFE = re.compile(r"(\d{1,10})\|NONE\|NONE\|NONE\|QUEUESTART\|")
_LIFE_BEHIND = re.compile(r"(\d{10})\|NONE\|NONE\|NONE\|QUEUESTART\|$")
"""A life's first line right behind one that was cut."""


@dataclass(frozen=True, slots=True)
class Whole(Generic[T]):
    begin: int
    """Bytes from the beginning of what was split."""
    row: T


@dataclass(frozen=True, slots=True)
class Refused:
    """A stretch in which there is no row."""

    begin: int
    rows: int
    """How many lines of it are not empty."""
    why: str
    sample: str


@dataclass(frozen=True, slots=True)
class Split(Generic[T]):
    parts: list[Whole[T] | Refused]
    used: int
    """Bytes; what is behind them is still being written."""


Splitter = Callable[[bytes, bool], Split[T]]
"""Bytes that begin where a row does, and whether nothing will be written behind them any more → what is in them."""


def lines(data: bytes, ended: bool) -> Split[str]:
    """Plain lines, none of them refused."""
    used = len(data) if ended else data.rfind(b"\n") + 1
    parts: list[Whole[str] | Refused] = []
    begin = 0
    for raw in data[:used].removesuffix(b"\n").split(b"\n") if used else ():
        parts.append(Whole(begin, text(raw)))
        begin += len(raw) + 1
    return Split(parts, used)


def cel(data: bytes, ended: bool) -> Split[Row]:
    """Rows of the CEL file."""
    parts: list[Whole[Row] | Refused] = []
    at, size = 0, len(data)
    while at < size:
        found = _ROW.match(data, at)
        row = _row(found[0]) if found else None
        if found is not None and row is not None:
            parts.append(Whole(at, row))
            at = found.end()
        elif found is None and not ended and size - at < LONGEST and _unfinished(data, at):
            break
        else:
            end = _next(data, at, ended)
            if end == at:
                break
            parts.extend(_refused(data, at, end, _why(data, at, row is None and found is not None)))
            at = end
    return Split(_joined(parts), at)


def queue_log(data: bytes, ended: bool) -> Split[Row]:
    """Lines of queue_log, in their fields. It quotes nothing: a line beside one that is none proves no new life."""
    plain = lines(data, ended)
    good = [isinstance(one, Whole) and _LINE.match(one.row) is not None for one in plain.parts]
    parts: list[Whole[Row] | Refused] = []
    for index, one in enumerate(plain.parts):
        assert isinstance(one, Whole)
        line = one.row
        forged = "|QUEUESTART" in line and index + 1 < len(good) and not good[index + 1] and _said(plain, index + 1)
        behind = None if forged or _LIFE.fullmatch(line) else _LIFE_BEHIND.search(line)
        if behind is not None:
            parts.append(Refused(one.begin, 1, "a row that was cut", _sample(line[: behind.start()])))
            rest = line[behind.start() :]
            parts.append(Whole(data.index(rest.encode(), one.begin), rest.split("|")))
        elif good[index] and not forged and (_LIFE.fullmatch(line) or "|QUEUESTART" not in line):
            parts.append(Whole(one.begin, line.split("|")))
        elif line.strip("\0 "):
            parts.append(Refused(one.begin, 1, "no row of queue_log", _sample(line)))
    return Split(parts, plain.used)


def _said(plain: Split[str], index: int) -> bool:
    one = plain.parts[index]
    return isinstance(one, Whole) and bool(one.row.strip("\0 "))


def text(raw: bytes) -> str:
    return raw.rstrip(b"\r").decode("utf-8", "backslashreplace")


def _row(raw: bytes) -> Row | None:
    """The fields, None where they are not what Asterisk writes there."""
    (row,) = csv.reader((raw.decode("utf-8", "backslashreplace"),), strict=True)
    kind, moment, leg, linked, user = row[0], row[1], row[14], row[15], row[18]
    if (kind not in (user, USER_DEFINED)) if user else (kind not in KINDS):
        return None
    if not _MOMENT.fullmatch(moment) or not _LEG.fullmatch(leg) or not (not linked or _LEG.fullmatch(linked)):
        return None
    return row


def _unfinished(data: bytes, at: int) -> bool:
    """Could this become a row when more is written behind it?"""
    size = len(data)
    for field in range(len(COLUMNS)):
        if at == size:
            return True
        found = _ONE.match(data, at)
        if found is None:
            return data[at : at + 1] == b'"' and data.find(b"\0", at) < 0
        at = found.end()
        if at == size:
            return True
        last = field == len(COLUMNS) - 1
        if not last and data[at : at + 1] != b",":
            return False
        at += not last
    return data[at:] == b"\r"


def _next(data: bytes, at: int, ended: bool) -> int:
    """Where reading goes on behind something that is no row; ``at``: not known yet."""
    for found in _BEGIN.finditer(data, at + 1):
        begin = found.start()
        whole = _ROW.match(data, begin)
        if whole is not None and _row(whole[0]) is not None:
            return begin
        if whole is None and not ended and len(data) - begin < LONGEST and _unfinished(data, begin):
            return at if len(data) - at < 2 * LONGEST else begin
    if ended:
        return len(data)
    # What will be the beginning of a row may stand at the end already; it never stands before a line end.
    return max(at, data.rfind(b"\n") + 1) if len(data) - at < LONGEST else len(data)


def _why(data: bytes, at: int, read: bool) -> str:
    if read:
        return "fields that Asterisk does not write"
    return "a row that was cut" if _BEGIN.match(data, at) else "no row of Asterisk's"


def _refused(data: bytes, at: int, end: int, why: str) -> list[Refused]:
    raw = data[at:end]
    rows = sum(1 for line in raw.split(b"\n") if line.strip(b"\0\r "))
    return [Refused(at, rows, why, _sample(text(raw[: 4 * SAMPLE])))] if rows else []


def _joined(parts: list[Whole[Row] | Refused]) -> list[Whole[Row] | Refused]:
    """Refused stretches right behind one another are one."""
    out: list[Whole[Row] | Refused] = []
    for part in parts:
        last = out[-1] if out else None
        if isinstance(part, Refused) and isinstance(last, Refused):
            out[-1] = Refused(last.begin, last.rows + part.rows, last.why, last.sample)
        else:
            out.append(part)
    return out


def _sample(written: str) -> str:
    return printable(written)[:SAMPLE]


def printable(written: str) -> str:
    """Line ends and other letters that nobody can see, as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in written)
