"""Reports as files: the figures of any period, what callers were told and thought, and who was turned away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from bridge.errors import Problem
from config.language import say as _
from console import day_bounds, exports, visibility
from console.access import Right
from console.authorization import Who, needs, refused
from console.error_answers import Failed, invalid
from console.report_names import ReportName
from console.services import Library, Plugged, reading
from console.time_parameters import utc

router = APIRouter(prefix="/api/reports", tags=["reports"])

_Line = Annotated[str, Query(pattern=r"^[0-9A-Za-z_]{0,40}$", description="of kpi alone")]


@router.get(
    "/{report}",
    response_class=Response,
    responses=exports.PLAIN,
)
async def report_file(
    plugs: Plugged,
    books: Library,
    who: Annotated[Who, needs(Right.WALL)],
    report: ReportName,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    line: _Line = "",
    form: exports.Form = "csv",
) -> Response:
    """One report of a period, without bounds of today; audited before the first row leaves."""
    if report == "turned-away" and not who.may(Right.CALLS_ALL):
        raise refused(_("your role may not see who was turned away"))
    first, last = day_bounds.today(plugs.clock(), books.centre.zone)
    begin, end = utc("since", since) or first, utc("until", until) or last
    if begin >= end:
        raise invalid([Problem("since", _("the period ends before it begins"))])
    if line and (line not in books.centre.lines or report != "kpi"):
        allowed = tuple(books.centre.lines) if report == "kpi" else ()
        raise invalid([Problem("line", _("there is no {field} {said}", field="line", said=line), allowed)])
    if books.reports is None:
        raise Failed(503, _("the ledger cannot be reached now; nothing was written, try again"))
    detail = {"report": report, "since": begin.isoformat(), "until": end.isoformat()} | ({"line": line} if line else {})
    reading(plugs, who)
    await plugs.audit.append(plugs.clock(), who.account, "report_exported", detail=detail)
    table = await books.reports.table(
        report, begin, end, line, masked=not visibility.sees_all_numbers(who), agents=who.may(Right.CALLS_ALL)
    )
    return exports.file(form, report, table.heads, exports.bounded(table.rows), books.centre.zone)
