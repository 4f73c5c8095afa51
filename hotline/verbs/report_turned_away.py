"""``hotline report turned-away``: who was refused, by minute, trunk or address, cause and numbers as they were written."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from config.language import say as _
from config.settings import Settings
from cti.numbers import mask
from hotline.reports import report_tables
from ledger.store import Store
from ledger.turned_away import MOST, TurnedAwayBook, TurnedAwayRow

from . import report_files
from .ledger_reading import opened, options
from .period_arguments import add_period, period
from .report_files import add_forms

USAGE = 2


def add_turned_away(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = verbs.add_parser("turned-away", help=_("calls that nobody could take, by minute and cause, newest first"))
    options(parser)
    add_period(parser, _("at or after: 2026-11-23, 2026-11-23T08:00, or 24h, 7d"), _("before"))
    add_forms(parser, _("a list of objects"))
    parser.add_argument("--mask", action="store_true", help=_("hide the middle of telephone numbers"))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        zone = ZoneInfo(settings.centre.timezone)
        asked = period(args, zone)
        if asked is None:
            return USAGE
        rows = await TurnedAwayBook(store, settings.centre.node).since(*asked, MOST)
        if report_files.wanted(args):
            return await report_files.written(args, report_tables.turned_away(rows, masked=args.mask), zone)
        shown = [asdict(row) | ({"calling": mask(row.calling)} if args.mask else {}) for row in rows]
        if args.json:
            print(json.dumps(shown, ensure_ascii=False, default=datetime.isoformat, indent=1))
            return 0
        for row, fields in zip(rows, shown, strict=True):
            print(_line(row, fields["calling"], zone))
        print(_("{count} calls", count=sum(row.count for row in rows)), file=sys.stderr)
        return 0

    return opened(args, work)


def _line(row: TurnedAwayRow, calling: str, zone: ZoneInfo) -> str:
    when = row.minute.astimezone(zone).strftime("%m-%d %H:%M")
    return f"{when} {row.count:5} {row.source:16} {row.cause:16} {row.called or '-':20} {calling or '-':16} {row.detail}".rstrip()
