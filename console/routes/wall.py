"""The wallboard's day and what is behind each of its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from bridge.errors import Problem
from bridge.intake import Intake
from config.language import say as _
from console import day_bounds, visibility
from console.access import Right
from console.authorization import Who, needs
from console.contract.rest import CallOut, Most, TicketOut
from console.contract.stream import FiguresOut, TargetsOut
from console.contract.wall import BinOut, CountOut, DayOut, OutageOut, SatisfactionOut, SpanOut, WaitToldOut
from console.error_answers import invalid
from console.services import Library, Plugged
from ledger.wall import Counted, Counts

router = APIRouter(prefix="/api/wall", tags=["wall"])

Watcher = Annotated[Who, needs(Right.WALL)]
Figures = Annotated[Who, needs(Right.WALL, Right.SCREEN)]
"""Who may also be a screen that nobody sits at."""
_Name = Annotated[str, Query(pattern=r"^[0-9A-Za-z_]{0,40}$")]


@router.get("/day")
async def wall_day(plugs: Plugged, books: Library, who: Figures, day: date | None = None) -> DayOut:
    """A day of the centre's clock (today, unless another is asked for), and the curve a week before."""
    centre = books.centre
    day = day or plugs.clock().astimezone(centre.zone).date()
    since, until = day_bounds.bounds(day, centre.zone)
    told = await books.wall.day(since, until)
    targets = centre.targets
    return DayOut(
        day=day, since=since, until=until,
        figures=[
            figures("all", "", told.all),
            *_named("queue", centre.queues, told.by_queue),
            *_named("line", centre.lines, told.by_line),
        ],
        targets=TargetsOut(
            service_level_15s=targets.service_level_15s, connect_rate_24h=targets.connect_rate_24h,
            waiting_most=targets.waiting_most, wait_seconds_most=targets.wait_seconds_most,
        ),
        curve=[_bin(at, counts) for at, counts in told.curve],
        week_before=[_bin(at, counts) for at, counts in told.week_before],
        tickets_by_kind=[_kind(plugs.intake, one) for one in told.kinds],
        tickets_by_code=_codes(plugs.intake, told.codes),
        uncertain=[SpanOut(began_at=began, ended_at=ended, reason=reason) for began, ended, reason in told.blind],
        outages=[
            OutageOut(
                trunk=one.trunk, name=centre.trunks.get(one.trunk, one.trunk), lines=list(one.lines),
                began_at=one.began, ended_at=one.ended,
            )
            for one in told.outages
        ],
        waits_told=[WaitToldOut(**asdict(one)) for one in told.waits],
        satisfaction=[SatisfactionOut(**asdict(one)) for one in told.liked if one.of != "agent"],
    )  # fmt: skip


@router.get("/calls")
async def wall_calls(
    plugs: Plugged,
    books: Library,
    who: Annotated[Who, needs(Right.CALLS_ALL)],
    of: Annotated[str, Query(alias="set", max_length=40, description="a name of ledger.kpi.SETS: answered_15s …")],
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    line: _Name = "",
    queue: _Name = "",
    most: Most = 100,
) -> list[CallOut]:
    """The calls a figure counts, newest first; without bounds: today's."""
    if of not in books.wall.sets:
        raise invalid([Problem("set", _("there is no {field} {said}", field="set", said=of), tuple(books.wall.sets))])
    begin, end = day_bounds.period(since, until, plugs.clock(), books.centre.zone)
    rows = await books.wall.calls(begin, end, of, line, queue, most)
    await plugs.bulk.count(plugs.audit, plugs.clock(), who, "calls", rows)
    return visibility.on_wall(who, rows)


@router.get("/tickets")
async def wall_tickets(
    plugs: Plugged,
    books: Library,
    who: Annotated[Who, needs(Right.TICKETS_ALL)],
    kind: _Name = "",
    code: Annotated[
        str,
        Query(
            pattern=r"^((event|part)-)?[0-9A-Za-z]{0,16}(@[^@]{1,40}@[^@]{1,40})?$",
            description="digits, or a key of tickets_by_code",
        ),
    ] = "",
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    most: Most = 100,
) -> list[TicketOut]:
    """The tickets a count is made of, newest first; without bounds: today's."""
    begin, end = day_bounds.period(since, until, plugs.clock(), books.centre.zone)
    of_kind, _at, table = code.partition("@")
    code_kind, _dash, digits = of_kind.rpartition("-")
    scheme, _at, version = table.partition("@")
    pushes = await books.wall.tickets(begin, end, kind, digits, code_kind, most, scheme=scheme, version=version)
    await plugs.bulk.count(plugs.audit, plugs.clock(), who, "tickets", pushes)
    return [visibility.ticket(who, push, wall=True) for push in pushes]


def figures(of: Literal["all", "queue", "line"], key: str, counts: Counts | None) -> FiguresOut:
    """One row of figures; ``None``: nothing was counted."""
    if counts is None:
        return FiguresOut(
            of=of, id=key, offered=0, answered=0, abandoned=0, requests=0, answered_15s=0, service_level_15s=None,
            connect_rate_24h=None, wait_seconds_mean=None, talk_seconds_mean=None, uncertain=0,
        )  # fmt: skip
    return FiguresOut(
        of=of, id=key, offered=counts.offered, answered=counts.answered, abandoned=counts.abandoned,
        requests=counts.requests, answered_15s=counts.answered_15s, service_level_15s=counts.service_level_15s,
        connect_rate_24h=counts.connect_rate, wait_seconds_mean=counts.wait_seconds_mean,
        talk_seconds_mean=counts.talk_seconds_mean, uncertain=counts.uncertain,
    )  # fmt: skip


def _named(of: Literal["queue", "line"], names: Mapping[str, str], tallies: Mapping[str, Counts]) -> list[FiguresOut]:
    """Those of the settings, in their order, then what an older configuration left in the ledger."""
    known = [*names, *sorted(key for key in tallies if key and key not in names)]
    return [figures(of, key, tallies.get(key)) for key in known]


def _bin(at: AwareDatetime, counts: Counts) -> BinOut:
    return BinOut(
        at=at, offered=counts.offered, answered=counts.answered, unanswered=counts.unanswered,
        abandoned=counts.abandoned, service_level_15s=counts.service_level_15s,
    )  # fmt: skip


def _kind(intake: Intake, one: Counted) -> CountOut:
    choice = intake.choices.lists["appeal_kind"].get(one.kind)
    return CountOut(key=one.kind, name=choice.zh if choice else one.kind, count=one.count)


def _codes(intake: Intake, rows: Iterable[Counted]) -> list[CountOut]:
    """By scheme, version, kind and digits: the same digits are a hawker in one table and a road that caves in in another."""
    return [CountOut(key=_code_key(one), name=_code_name(intake, one), count=one.count) for one in rows]


def _code_key(one: Counted) -> str:
    digits = f"{one.kind}-{one.code}" if one.kind else one.code
    return f"{digits}@{one.scheme}@{one.version}" if one.scheme and one.version else digits


def _code_name(intake: Intake, one: Counted) -> str:
    row = intake.catalogue.get(one.scheme, one.version, one.code, one.kind)
    return row.name if row is not None else one.code
