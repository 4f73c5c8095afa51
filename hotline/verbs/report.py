"""``hotline report calls``, and what the other reports are: what the ledger has, as a table, JSON, CSV or a workbook.

``calls`` streams: a month of calls costs no more memory than one page. Times are UTC in
JSON and the centre's own elsewhere. ``--mask`` hides the middle of every telephone number.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from bridge.disposition import CallOutcome
from config.language import say as _
from config.settings import Settings
from console.spreadsheet import Table
from cti.numbers import home
from hotline.reports.report_columns import heads
from ledger.call_list import OUTCOME_PENDING, Filter
from ledger.history import History, PastCall
from ledger.store import Store

from . import report_files
from .ledger_reading import opened, options
from .period_arguments import add_period, period
from .report_callers import add_callers
from .report_files import add_forms
from .report_filters import known
from .report_kpi import add_kpi
from .report_rows import SAME, Row, masked, row_of
from .report_turned_away import add_turned_away

USAGE = 2
PAGE = 500


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verbs = sub.add_parser("report", help=_("what the ledger has")).add_subparsers(dest="verb", required=True)
    calls = verbs.add_parser("calls", help=_("one row a call, newest first"))
    options(calls)
    add_period(calls, _("arrived at or after: 2026-11-23, 2026-11-23T08:00, or 24h, 7d"), _("arrived before"))
    for name in ("line", "seat", "caller"):
        calls.add_argument(f"--{name}", default="")
    outcomes = [*(outcome.value for outcome in CallOutcome), OUTCOME_PENDING]
    calls.add_argument("--outcome", default="", choices=outcomes)
    add_forms(calls, _("a list of objects"))
    calls.add_argument("--mask", action="store_true", help=_("hide the middle of telephone numbers"))
    calls.set_defaults(run=run)
    add_kpi(verbs)
    add_turned_away(verbs)
    add_callers(verbs)


def run(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        zone = ZoneInfo(settings.centre.timezone)
        asked = period(args, zone)
        if asked is None:
            return USAGE
        if not await known(store, settings, args.line, args.seat):
            return USAGE
        if args.caller and not home().read(args.caller).national:
            note = _("{text} is no number that tells one caller from another: no call is found by it", text=args.caller)
            print(note, file=sys.stderr)
        wanted = Filter(*asked, args.line, args.seat, args.caller, args.outcome, most=PAGE)
        shown = masked if args.mask else (lambda row: row)
        calls = History(store).every(wanted)
        if args.json:
            await _json(calls, shown)
        elif report_files.wanted(args):
            return await report_files.written(args, Table(heads(_COLUMNS), _rows(calls, shown)), zone)
        else:
            await _table(calls, shown, zone)
        return 0

    return opened(args, work)


async def _json(calls: AsyncIterator[PastCall], shown: Callable[[Row], Row]) -> None:
    between = "["
    async for call in calls:
        print(between, json.dumps(shown(row_of(call)), ensure_ascii=False, default=datetime.isoformat), end="")
        between = ",\n"
    print("]" if between != "[" else "[]")


_COLUMNS = (*SAME, "recording", "recording_seconds", "recording_faults", "tickets", "cases")


async def _rows(calls: AsyncIterator[PastCall], shown: Callable[[Row], Row]) -> AsyncIterator[Sequence[object]]:
    async for call in calls:
        row = shown(row_of(call))
        tapes = row["recordings"]
        seconds = [tape["seconds"] for tape in tapes if tape["seconds"] is not None]
        row |= {
            "recording": " ".join(tape["path"] or tape["state"] for tape in tapes),
            "recording_seconds": sum(seconds) if seconds else None,
            "recording_faults": " ".join(dict.fromkeys(fault for tape in tapes for fault in tape["faults"])),
            "cases": " ".join(one["case"] for one in row["tickets"] if one["case"]),
            "tickets": " ".join(one["ticket"] for one in row["tickets"]),
        }
        yield [row[name] for name in _COLUMNS]


_WIDTHS = (14, 9, 9, 9, 14, 7, 7, 5, 9, 9, 0)


async def _table(calls: AsyncIterator[PastCall], shown: Callable[[Row], Row], zone: ZoneInfo) -> None:
    names = ("arrived", "way", "line", "trunk", "caller", "wait", "talk", "seat", "outcome", "recording", "ticket")
    print(_line([_(name) for name in names]))
    count = 0
    async for call in calls:
        print(_line(_cells(shown(row_of(call)), zone)))
        count += 1
    print(_("{count} calls", count=count), file=sys.stderr)


def _cells(row: Row, zone: ZoneInfo) -> list[str]:
    return [
        row["arrived_at"].astimezone(zone).strftime("%m-%d %H:%M:%S"),
        *(row[name] for name in ("direction", "line", "trunk", "caller")),
        "" if row["wait_seconds"] is None else f"{row['wait_seconds']:.1f}",
        f"{row['talk_seconds']:.1f}" if row["answered_at"] else "",
        row["seat"],
        row["outcome"] or _unfinished(row),
        "+".join(dict.fromkeys(tape["state"] for tape in row["recordings"])),
        next((one["case"] or one["ticket"] for one in row["tickets"]), ""),
    ]


def _unfinished(row: Row) -> str:
    if row["ended_at"] is None:
        return str(row["state"])
    return OUTCOME_PENDING if row["direction"] == "inbound" else ""


def _line(cells: Sequence[str]) -> str:
    """Columns; a Chinese character is two wide."""
    padded = [
        cell + " " * (width - sum(2 if east_asian_width(letter) in "WF" else 1 for letter in cell))
        for cell, width in zip((cell or "-" for cell in cells), _WIDTHS, strict=True)
    ]
    return " ".join(padded).rstrip()
