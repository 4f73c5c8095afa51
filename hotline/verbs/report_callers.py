"""``hotline report waits`` and ``hotline report satisfaction``: what those who waited were told against what they waited, and what callers thought."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

from config.language import say as _
from config.settings import Settings
from ledger.expected_wait import kept
from ledger.satisfaction import satisfaction
from ledger.store import Store

from .ledger_reading import opened, options
from .period_arguments import add_period, period

USAGE = 2


def add_callers(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    waits = verbs.add_parser(
        "waits", help=_("what those who waited were told, against what they waited; by queue and hour")
    )
    liked = verbs.add_parser("satisfaction", help=_("what callers thought of the service, by line, queue and agent"))
    for parser, run in ((waits, _waits), (liked, _satisfaction)):
        options(parser)
        add_period(parser, _("at or after: 2026-11-23, 2026-11-23T08:00, or 24h, 7d"), _("before"))
        parser.add_argument("--json", action="store_true", help=_("a list of objects"))
        parser.set_defaults(run=run)


def _waits(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        zone = ZoneInfo(settings.centre.timezone)
        if (asked := period(args, zone)) is None:
            return USAGE
        rows = await kept(store, *asked)
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
        if (asked := period(args, ZoneInfo(settings.centre.timezone))) is None:
            return USAGE
        rows = await satisfaction(store, *asked)
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
