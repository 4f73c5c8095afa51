"""``hotline calendar import FILE``: a year's holidays, as they are announced, into ``[calendar]`` of the settings.

FILE is the State Council's notice as text, or a table (``config/holiday_notice_parser.py``); ``-`` reads it from standard input. Days of other
years stay; everything else in the settings' file stays as it is written. Exit status: 0 done, or nothing to do; 1 nothing was written.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from config.files import FileRefused, decode, read_bytes, read_text
from config.holiday_notice_parser import Announced, NoticeFault, read
from config.language import say as _
from config.read import parse
from config.read import read as read_settings
from recordings.durable import write_new_durable

FAILED = 1
MOST_BYTES = 256 * 1024
A_LINE = 7
"""Dates in one line of the file."""
_SECTION = re.compile(r"^\[calendar\][^\n]*\n(?:(?!^\[).*\n?)*", re.MULTILINE)


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = sub.add_parser("calendar", help=_("the work calendar: a year's holidays as they are announced"))
    verbs = verb.add_subparsers(metavar="VERB", required=True)
    one = verbs.add_parser("import", help=_("a year's holidays into [calendar] of the settings"))
    one.add_argument("file", metavar="FILE", help=_("the notice as text, or a table: date, kind; -: standard input"))
    one.add_argument("--year", type=int, metavar="YYYY", help=_("where the notice does not say it"))
    one.add_argument("--dry-run", action="store_true", help=_("only say what would be written"))
    one.add_argument("--json", action="store_true", help=_("one JSON object"))
    one.add_argument("--config", type=Path, default=Path("hotline.toml"), metavar="FILE")
    one.set_defaults(run=_import)


def _import(args: argparse.Namespace) -> int:
    file = (
        args.config.resolve() if args.config.is_symlink() and args.config.exists() else args.config
    )  # a link stays one
    before = read_settings(file).calendar
    try:
        told = read(_text(args.file), args.year)
        holidays = merged(before.holidays, told.holidays, told)
        workdays = merged(before.workdays, told.workdays, told)
        fresh = edited(read_text(file).text, holidays, workdays)
        changed = (tuple(sorted(before.holidays)), tuple(sorted(before.workdays))) != (holidays, workdays)
        if changed and not args.dry_run:
            _write(file, fresh)
    except (NoticeFault, FileRefused, OSError) as fault:
        print(_("nothing was written: {fault}", fault=fault), file=sys.stderr)
        return FAILED
    _tell(args, told, changed=changed)
    return 0


def merged(before: Iterable[date], told: Iterable[date], notice: Announced) -> tuple[date, ...]:
    """The notice's instead of what stood there of its year."""
    return tuple(sorted({day for day in before if day.year != notice.year} | set(told)))


def edited(text: str, holidays: Sequence[date], workdays: Sequence[date]) -> str:
    """The settings' text with these days in ``[calendar]``. Raises ``NoticeFault`` where it is written in a way that is not understood."""
    lines = {"holidays": _array(holidays), "workdays": _array(workdays)}
    found = _SECTION.search(text)
    if found is None:
        fresh = text.rstrip("\n") + "\n\n[calendar]\n" + "".join(f"{name} = {days}\n" for name, days in lines.items())
    else:
        section = found[0]
        for name, days in lines.items():
            here = re.compile(rf"^{name}\s*=\s*\[[^\]]*\]", re.MULTILINE)
            if here.search(section):
                section = here.sub(f"{name} = {days}", section, count=1)
            else:
                head, rest = section.split("\n", 1)
                section = f"{head}\n{name} = {days}\n{rest}"
        fresh = text[: found.start()] + section + text[found.end() :]
    wanted = tomllib.loads(text)
    wanted["calendar"] = {**wanted.get("calendar", {}), "holidays": list(holidays), "workdays": list(workdays)}
    try:
        same = tomllib.loads(fresh) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise NoticeFault(
            _("[calendar] is written in a way that is not understood: write holidays = [] and workdays = [] there")
        )
    parse(wanted)
    return fresh


def _array(days: Sequence[date]) -> str:
    if not days:
        return "[]"
    rows = [days[at : at + A_LINE] for at in range(0, len(days), A_LINE)]
    return "[\n" + "".join("  " + ", ".join(day.isoformat() for day in row) + ",\n" for row in rows) + "]"


def _text(file: str) -> str:
    """However it was saved. Raises ``FileRefused``."""
    raw = sys.stdin.buffer.read(MOST_BYTES + 1) if file == "-" else read_bytes(Path(file))
    if len(raw) > MOST_BYTES:
        raise NoticeFault(_("it is larger than any notice"))
    return decode(raw, Path(file)).text


def _write(file: Path, text: str) -> None:
    """Whole or not at all, with the mode, the owner and the line ends it had; in UTF-8, whatever it was."""
    stat = file.stat()
    if b"\r\n" in file.read_bytes():
        text = text.replace("\n", "\r\n")
    write_new_durable(file, text.encode(), mode=stat.st_mode & 0o777)
    file.chmod(stat.st_mode & 0o777)  # whatever the umask
    if os.geteuid() == 0:
        os.chown(file, stat.st_uid, stat.st_gid)


def _tell(args: argparse.Namespace, told: Announced, *, changed: bool) -> None:
    if args.json:
        row = {
            "year": told.year, "holidays": [day.isoformat() for day in told.holidays],
            "workdays": [day.isoformat() for day in told.workdays], "written": changed and not args.dry_run,
        }  # fmt: skip
        print(json.dumps(row, ensure_ascii=False))
        return
    print(_("{year}: {holidays} days off, {workdays} weekend days worked", year=told.year, holidays=len(told.holidays),
            workdays=len(told.workdays)))  # fmt: skip
    if not changed:
        print(_("they stand in {file} already", file=args.config))
    elif args.dry_run:
        print(_("nothing was written (--dry-run)"))
    else:
        print(_("written into {file}: `hotline reload` makes the daemon use them", file=args.config))
