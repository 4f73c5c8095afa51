"""``hotline report waits``, ``satisfaction``, ``promises``, ``self-service``: what callers were told, thought, were promised, and did by keys."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from config.language import say as _
from config.settings import Settings
from hotline.reports import report_tables
from ledger.caller_figures import promised_callbacks, self_service_use
from ledger.expected_wait import kept
from ledger.satisfaction import satisfaction
from ledger.store import Store

from . import report_files
from .ledger_reading import opened, options
from .period_arguments import add_period, period
from .report_files import add_forms

USAGE = 2


def add_callers(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    waits = verbs.add_parser(
        "waits", help=_("what those who waited were told, against what they waited; by queue and hour")
    )
    liked = verbs.add_parser("satisfaction", help=_("what callers thought of the service, by line, queue and agent"))
    promises = verbs.add_parser("promises", help=_("call-backs promised to those who waited: kept, due; by queue"))
    keys = verbs.add_parser("self-service", help=_("what callers did by keys, by line"))
    for parser, run in ((waits, _waits), (liked, _satisfaction), (promises, _promises), (keys, _self_service)):
        options(parser)
        add_period(parser, _("at or after: 2026-11-23, 2026-11-23T08:00, or 24h, 7d"), _("before"))
        add_forms(parser, _("a list of objects"))
        parser.set_defaults(run=run)


def _waits(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        zone = ZoneInfo(settings.centre.timezone)
        if (asked := period(args, zone)) is None:
            return USAGE
        rows = await kept(store, *asked)
        if report_files.wanted(args):
            return await report_files.written(args, report_tables.waits(rows), zone)
        if args.json:
            print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, default=datetime.isoformat, indent=1))
            return 0
        for row in rows:
            said = f"{row.hour.astimezone(zone):%m-%d %H}:00 {row.queue:12}"
            if row.error_share is None:
                print(said, _("{told} announcements, none with a time that came to its end", told=row.told))
            else:
                print(
                    said,
                    _("{timed} of {told} announcements with a time: said {promised:.0f} s, waited {waited:.0f} s, error {error:.0f} s ({share:.0%})",
                      timed=row.timed, told=row.told, promised=row.promised_seconds, waited=row.waited_seconds,
                      error=row.error_seconds, share=row.error_share),
                )  # fmt: skip
        return 0

    return opened(args, work)


def _satisfaction(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        zone = ZoneInfo(settings.centre.timezone)
        if (asked := period(args, zone)) is None:
            return USAGE
        rows = await satisfaction(store, *asked)
        if report_files.wanted(args):
            return await report_files.written(args, report_tables.liked(rows), zone)
        if args.json:
            print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
            return 0
        for row in rows:
            mean = "-" if row.mean is None else f"{row.mean:.2f}"
            print(
                f"{row.of:6} {row.id:12}",
                _("asked {asked}, scored {scored}, mean {mean}, content {content}, not content {poor}; solved {solved}, not solved {unsolved}",
                  asked=row.asked, scored=row.scored, mean=mean, content=row.content, poor=row.poor,
                  solved=row.solved, unsolved=row.unsolved),
            )  # fmt: skip
        return 0

    return opened(args, work)


def _promises(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        zone = ZoneInfo(settings.centre.timezone)
        if (asked := period(args, zone)) is None:
            return USAGE
        rows = await promised_callbacks(store, *asked, datetime.now(UTC))
        if report_files.wanted(args):
            return await report_files.written(args, report_tables.promises(rows), zone)
        if args.json:
            print(json.dumps([asdict(row) | {"kept": row.kept} for row in rows], ensure_ascii=False, indent=1))
            return 0
        for row in rows:
            mean = "-" if row.seconds_mean is None else f"{row.seconds_mean:.0f}"
            print(
                f"{row.queue:12}",
                _("promised {promised}, kept {kept} ({talked} at their place after {mean} s), owed {owed}, due {due}, places kept now {waiting}",
                  promised=row.promised, kept=row.kept, talked=row.talked, mean=mean, owed=row.owed, due=row.due,
                  waiting=row.waiting),
            )  # fmt: skip
        return 0

    return opened(args, work)


def _self_service(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        zone = ZoneInfo(settings.centre.timezone)
        if (asked := period(args, zone)) is None:
            return USAGE
        rows = await self_service_use(store, *asked)
        if report_files.wanted(args):
            return await report_files.written(args, report_tables.self_service(rows), zone)
        if args.json:
            print(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1))
            return 0
        for row in rows:
            results = "  ".join(f"{_(name)} {count}" for name, count in row.results.items())
            said = _("{calls} calls, {helped} helped themselves", calls=row.calls, helped=row.helped)
            print(f"{row.line:12} {row.service:12}", f"{said}  {results}")
        return 0

    return opened(args, work)
