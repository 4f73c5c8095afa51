"""The reports as tables for a spreadsheet: heads in the chosen language, one row a thing counted. Used by ``hotline report`` and the console alike.

Calls have a report of their own (``hotline/verbs/report.py``, ``console/exported_rows.py``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.language import say as _
from config.settings import Settings
from console.report_names import ReportName
from console.spreadsheet import Table
from cti.numbers import mask
from hotline.verbs.period_arguments import midnight
from ledger.caller_figures import PromisedCallbacks, SelfServiceUse, promised_callbacks, self_service_use
from ledger.expected_wait import Kept, kept
from ledger.kpi import KpiReport, Period, kpi_report
from ledger.satisfaction import Satisfaction, satisfaction
from ledger.store import Store
from ledger.turned_away import MOST, TurnedAwayBook, TurnedAwayRow

from .report_columns import divided, figure, heads


class ReportTables:
    """Implements ``console.ledger_ports.Reports``."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._lines = [line.id for line in settings.line]

    async def table(
        self, name: ReportName, since: datetime | None, until: datetime | None, line: str = "", *,
        masked: bool = False, agents: bool = True,
    ) -> Table:  # fmt: skip
        """``line``: of ``kpi`` alone. ``masked``: no whole telephone number. ``agents``: what concerns one agent, too."""
        store, now = self._store, datetime.now(UTC)
        match name:
            case "kpi":
                return kpi(await self._kpi(since, until, now, line))
            case "turned-away":
                book = TurnedAwayBook(store, self._settings.centre.node)
                return turned_away(await book.since(since, until, MOST), masked=masked)
            case "waits":
                return waits(await kept(store, since, until))
            case "satisfaction":
                rows = await satisfaction(store, since, until)
                return liked(row for row in rows if agents or row.of != "agent")
            case "promises":
                return promises(await promised_callbacks(store, since, until, now))
            case "self-service":
                return self_service(await self_service_use(store, since, until))

    async def _kpi(self, since: datetime | None, until: datetime | None, now: datetime, line: str) -> KpiReport:
        judged = Period(since or midnight(ZoneInfo(self._settings.centre.timezone), now), until or now)
        trunks = [one.id for one in self._settings.trunk]
        return await kpi_report(self._store, judged, now, line, trunks, self._lines)


def kpi(made: KpiReport) -> Table:
    """Figures with what was divided by what, then counts; what makes them incomplete last."""
    names = ("figure", "subject", "value", "numerator", "denominator", "divided", "since", "until")
    spans = (made.period.since, made.period.until)
    rows: list[Sequence[object]] = [
        (figure(one.name), made.line, one.value, one.numerator, one.denominator, divided(one.of), *spans)
        for one in made.figures
    ]
    for counted in (made.counts, made.outcomes):
        rows += [(figure(key), made.line, count, None, None, "", *spans) for key, count in counted.items()]
    rows += [(figure("offered"), key, count, None, None, "", *spans) for key, count in made.by_line.items()]
    rows += [(_("no record"), "", None, None, None, "", began, ended) for began, ended in made.blind]
    rows += [
        (_("trunk did not answer"), one.trunk, None, None, None, " ".join(one.lines), one.began, one.ended)
        for one in made.outages
    ]
    return Table(heads(names), _every(rows))


def turned_away(found: Iterable[TurnedAwayRow], *, masked: bool) -> Table:
    names = ("minute", "source", "cause", "called", "calling", "detail", "count", "last_at", "call")
    rows = ({name: getattr(row, name) for name in names} for row in found)
    shown = (row | {"calling": mask(row["calling"])} if masked else row for row in rows)
    return Table(heads(names), _every([row[name] for name in names] for row in shown))


def waits(found: Iterable[Kept]) -> Table:
    return _of(Kept, found)


def liked(found: Iterable[Satisfaction]) -> Table:
    return _of(Satisfaction, found)


def promises(found: Iterable[PromisedCallbacks]) -> Table:
    return _of(PromisedCallbacks, found, "kept")


def self_service(found: Iterable[SelfServiceUse]) -> Table:
    """A row for each thing that came of it."""
    names = ("line", "service", "calls", "tries", "helped", "result", "count")
    rows = [
        (one.line, one.service, one.calls, one.tries, one.helped, _(name), count)
        for one in found
        for name, count in (one.results.items() or (("", None),))
    ]
    return Table(heads(names), _every(rows))


def _of(kind: type[Any], found: Iterable[Any], *more: str) -> Table:
    names = [*(one.name for one in fields(kind)), *more]
    return Table(heads(names), _every([getattr(row, name) for name in names] for row in found))


async def _every(rows: Iterable[Sequence[object]]) -> AsyncIterator[Sequence[object]]:
    for row in rows:
        yield row
