"""What the logs of the daemon and its children say of faults that nobody caught, or caught at the last moment alone.

Read as text, by none of the daemon's own code. A traceback is one whoever logged it: a loop top that says "could not …"
has met something that nobody thought of, and a test that provokes it says so (``Site.provoked``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

MARKS = (
    "Traceback (most recent call last)", "was never retrieved", "was never awaited", "Unhandled error in Deferred",
    "Unhandled Error", "Exception ignored in", "Segmentation fault", "exited on signal", "Fatal Python error",
)  # fmt: skip
AROUND = 12
"""Lines before a mark and after it that are shown, where the log is no JSON."""


def unhandled(text: str, provoked: Iterable[str] = ()) -> Iterator[str]:
    """What stands in ``text`` under one of the marks; not what holds one of the words of ``provoked``."""
    lines = text.splitlines()
    skip = -1
    for number, line in enumerate(lines):
        if number <= skip or not any(mark in line for mark in MARKS):
            continue
        said, skip = _block(lines, number)
        if not any(word in said for word in provoked):
            yield said


def _block(lines: list[str], number: int) -> tuple[str, int]:
    """The whole of it, and the number of its last line."""
    line = lines[number]
    if line.startswith("{"):
        try:
            row = json.loads(line)
        except ValueError:
            return line, number
        return f"{row.get('event', '')}: {row.get('exception', line)}", number
    last = number + 1
    while last < len(lines) and (re.match(r"\s|Traceback|During|The above|$", lines[last]) or last - number < 2):
        last += 1
    return "\n".join(lines[max(0, number - 1) : last + 1][: 2 * AROUND]), last


def logs(var: Path) -> Iterator[Path]:
    """All that a daemon and what it started wrote below its folder, but for what Asterisk says of calls."""
    for path in sorted(var.rglob("*")):
        if path.is_file() and (path.suffix in (".log", ".txt") or path.name in ("daemon", "error")):
            yield path


def of_site(log: Path, var: Path, provoked: Iterable[str]) -> list[str]:
    """A sentence for each."""
    found = []
    for path in dict.fromkeys((log, *logs(var))):
        if path.exists():
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{path.name}: {said}" for said in unhandled(text, tuple(provoked))]
    return found
