"""Calls that only the wire has seen so far, in a file whose room on the disk is taken beforehand.

Two halves, written by turns, each whole or not at all (number, length, checksum before its
JSON): a crash in the middle of writing leaves the half before. Writing into a file that has its
blocks succeeds on a full disk. One writer.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from cti.ids import CallId, LegId
from ledger.ami_only_calls import SeenCall
from ledger.call_record import CallRecord, Leg, Offer, Talk, Tape, Transfer, Visit

log = structlog.get_logger("witnesses")

HALF = 2 << 20
"""Room for some two thousand calls."""
_HEAD = 64


class AmiOnlyCallsFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0

    def reserve(self) -> None:
        """Take the room; raises OSError when there is none."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, 2 * HALF)
        finally:
            os.close(descriptor)

    def read(self) -> list[SeenCall]:
        """What was written last; [] when nothing was, or it cannot be read."""
        best: tuple[int, bytes] = (0, b"[]")
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return []
        for half in (data[:HALF], data[HALF : 2 * HALF]):
            words = half[:_HEAD].split()
            if len(words) == 3 and all(word.isdigit() for word in words):
                number, length, check = map(int, words)
                body = half[_HEAD : _HEAD + length]
                if len(body) == length and zlib.crc32(body) == check and number > best[0]:
                    best = (number, body)
        self._number = best[0]
        try:
            return [_call(row) for row in json.loads(best[1])]
        except (ValueError, KeyError, TypeError) as fault:  # of another version of the program
            log.error("what the live picture saw before cannot be read", file=str(self._path), fault=str(fault))
            return []

    def write(self, calls: Sequence[SeenCall]) -> None:
        """Durable when it returns. The oldest are left out when they are too many. Raises OSError."""
        rows = [_row(call) for call in calls]
        body = json.dumps(rows, separators=(",", ":")).encode()
        while len(body) > HALF - _HEAD:
            rows = rows[len(rows) // 4 + 1 :]
            log.error("too many calls that only the live picture saw: the oldest are not kept", kept=len(rows))
            body = json.dumps(rows, separators=(",", ":")).encode()
        number = self._number + 1
        head = f"{number} {len(body)} {zlib.crc32(body)}".encode().ljust(_HEAD)
        self.reserve()
        descriptor = os.open(self._path, os.O_RDWR)
        try:
            os.pwrite(descriptor, head + body, (number % 2) * HALF)
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
        self._number = number


def _row(call: SeenCall) -> dict[str, Any]:
    return {
        "record": asdict(call.record),
        "legs": [asdict(leg) for leg in call.legs.values()],
        "whole": call.whole,
    }


def _call(row: dict[str, Any]) -> SeenCall:
    record = dict(row["record"])
    for name, kind in (("offers", Offer), ("talks", Talk), ("visits", Visit), ("transfers", Transfer),
                       ("tapes", Tape)):  # fmt: skip
        record[name] = [
            kind(**one) for one in record.get(name, ())
        ]  # of an older program: without what it did not know
    record["call"] = CallId(record["call"])
    legs = {LegId(one["leg"]): Leg(**one) for one in row["legs"]}
    return SeenCall(CallRecord(**record), legs, bool(row["whole"]))
