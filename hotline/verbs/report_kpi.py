"""``hotline report kpi``: the figures of a period, each with what was divided by what; ``--calls`` drills down."""

from __future__ import annotations

import argparse
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.language import say as _
from config.settings import Settings
from console.spreadsheet import Table
from hotline.reports import report_tables
from hotline.reports.report_columns import heads
from ledger.kpi import SETS, KpiReport, Period, kpi_report, members
from ledger.store import Store

from . import report_files
from .ledger_reading import opened, options
from .period_arguments import add_period, midnight, period
from .report_files import add_forms
from .report_filters import known

USAGE = 2
PAGE = 1000


def add_kpi(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = verbs.add_parser("kpi", help=_("service level, connect rate, waits and the like, with their denominators"))
    options(verb)
    add_period(verb, _("default: the centre's midnight"), _("default: now"))
    verb.add_argument("--line", default="")
    verb.add_argument("--queue", default="", help=_("calls that stood in this queue last"))
    verb.add_argument("--calls", choices=sorted(SETS), metavar="SET", help=_("the calls of one set, by id"))
    add_forms(verb, _("one JSON object"))
    verb.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        now, zone = datetime.now(UTC), ZoneInfo(settings.centre.timezone)
        asked = period(args, zone, now)
        if asked is None or not await known(store, settings, args.line, queue=args.queue):
            return USAGE
        judged = Period(asked[0] or midnight(zone, now), asked[1] or now, args.queue)
        if args.calls:
            if report_files.wanted(args):
                table = Table(heads(("call",)), _each(store, judged, args))
                return await report_files.written(args, table, zone)
            return await _calls(store, judged, args)
        trunks, lines = ([one.id for one in every] for every in (settings.trunk, settings.line))
        made = await kpi_report(store, judged, now, args.line, trunks, lines)
        if args.json:
            print(json.dumps(plain(made), ensure_ascii=False, default=datetime.isoformat))
        elif report_files.wanted(args):
            return await report_files.written(args, report_tables.kpi(made), zone)
        else:
            _table(made, zone)
        return 0

    return opened(args, work)


async def _calls(store: Store, period: Period, args: argparse.Namespace) -> int:
    found = [call async for (call,) in _each(store, period, args)]
    if args.json:
        print(json.dumps(found))
    else:
        print("".join(f"{call}\n" for call in found), end="")
    return 0


async def _each(store: Store, period: Period, args: argparse.Namespace) -> AsyncIterator[Sequence[object]]:
    found = await members(store, period, args.calls, args.line, most=PAGE)
    while found:
        for call in found:
            yield (call,)
        found = await members(store, period, args.calls, args.line, found[-1], PAGE)


def plain(made: KpiReport) -> dict[str, Any]:
    return {
        "since": made.period.since,
        "until": made.period.until,
        "line": made.line,
        "queue": made.period.queue,
        **{name: dict(getattr(made, name)) for name in ("counts", "outcomes", "by_line", "by_queue")},
        "figures": {
            figure.name: {
                "value": figure.value,
                "numerator": figure.numerator,
                "denominator": figure.denominator,
                "of": figure.of,
            }
            for figure in made.figures
        },
        "blind": [{"since": began, "until": ended} for began, ended in made.blind],
        "outages": [
            {"trunk": one.trunk, "since": one.began, "until": one.ended, "lines": list(one.lines)}
            for one in made.outages
        ],
    }


def _table(made: KpiReport, zone: ZoneInfo) -> None:
    since, until = (at.astimezone(zone).strftime("%Y-%m-%d %H:%M") for at in (made.period.since, made.period.until))
    print(f"{since} – {until}  {made.line} {made.period.queue}".rstrip())
    for figure in made.figures:
        value = "-" if figure.value is None else f"{figure.value:.4f}"
        print(f"{figure.name:24} {value:>10}  = {figure.numerator:g} / {figure.denominator:g}  ({figure.of})")
    for name, count in made.counts.items():
        print(f"{name:24} {count:>10}")
    for name, count in made.outcomes.items():
        print(f"{'outcome ' + name:24} {count:>10}")
    for name, count in made.by_queue.items():
        print(f"{'queue ' + (name or '-'):24} {count:>10}")
    for began, ended in made.blind:
        print(
            _("no record from {began} to {ended}: figures of that time are incomplete", began=began, ended=ended or "?")
        )
    for one in made.outages:
        said = [at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else "?" for at in (one.began, one.ended)]
        print(
            _(
                "trunk {trunk} did not answer from {began} to {ended}: who called by it then is in no figure ({lines})",
                trunk=one.trunk,
                began=said[0],
                ended=said[1],
                lines=", ".join(one.lines) or "?",
            )
        )
