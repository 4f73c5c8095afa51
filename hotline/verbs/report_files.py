"""``--json``, ``--csv`` and ``--xlsx FILE`` of every report: one of them, or a table for people."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from config.language import say as _
from console import spreadsheet
from console.spreadsheet import Table

FAILED = 1


def add_forms(parser: argparse.ArgumentParser, json_help: str) -> None:
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help=json_help)
    form.add_argument("--csv", action="store_true", help=_("for a spreadsheet"))
    form.add_argument("--xlsx", type=Path, metavar="FILE", help=_("as a workbook"))


def form(args: argparse.Namespace) -> str:
    return "csv" if args.csv else "xlsx"


def wanted(args: argparse.Namespace) -> bool:
    """Whether a file was asked for."""
    return bool(args.csv or args.xlsx)


async def written(args: argparse.Namespace, table: Table, zone: ZoneInfo) -> int:
    """CSV on stdout, or the workbook, which appears whole and is read by its owner alone."""
    if args.csv:
        spreadsheet.begin(sys.stdout)
        spreadsheet.write(sys.stdout, table.heads, zone)
        async for row in table.rows:
            spreadsheet.write(sys.stdout, row, zone)
        return 0
    try:
        with placed(args.xlsx) as out:
            book = spreadsheet.Workbook(out, table.heads, zone)
            async for row in table.rows:
                book.row(row)
            book.close()
    except OSError as fault:
        return _not(args.xlsx, fault)
    return 0


def taken(args: argparse.Namespace, data: bytes) -> int:
    """The same of a file that the daemon made."""
    if args.csv:
        spreadsheet.begin(sys.stdout)
        sys.stdout.write(data.decode().removeprefix("\ufeff"))
        return 0
    try:
        with placed(args.xlsx) as out:
            out.write(data)
    except OSError as fault:
        return _not(args.xlsx, fault)
    return 0


@contextmanager
def placed(file: Path) -> Iterator[IO[bytes]]:
    """Under its name only when all of it is written. Raises OSError."""
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".new")
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
        Path(draft).replace(file)
    finally:
        Path(draft).unlink(missing_ok=True)


def _not(file: Path, fault: OSError) -> int:
    print(_("{file} cannot be written: {fault}", file=file, fault=fault.strerror or fault), file=sys.stderr)
    return FAILED
