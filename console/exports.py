"""Lists as files for a spreadsheet: a page of rows at a time from the ledger, each cell as its asker may see it.

Who exports what is in the audit log before the first row leaves. At most ``MOST`` rows: a file is for a person's desk; what is more
is asked for by day, or at the command line (``hotline report``).
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from fastapi.responses import StreamingResponse

from config.language import say as _

from . import spreadsheet

MOST = 20_000
PAGE = 200
TYPE = "text/csv; charset=utf-8"
T = TypeVar("T")


def answers(of: str) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: a file whose rows are of this shape, so that the tests of what is shown hold it like the list."""
    row = {"type": "string", "x-row": {"$ref": f"#/components/schemas/{of}"}}
    return {200: {"description": "a file for a spreadsheet", "content": {"text/csv": {"schema": row}}}}


class RowsLeft(Exception):
    """There are more than ``MOST``."""


async def paged(first: Callable[[T | None], Awaitable[Sequence[T]]]) -> AsyncIterator[T]:
    """Every row; ``first`` gives the page of ``PAGE`` rows after a row, or the first one. Raises RowsLeft after ``MOST`` of more."""
    last, left = None, MOST
    while True:
        rows = await first(last)
        for row in rows[:left]:
            yield row
        if len(rows) > left:
            raise RowsLeft
        left -= len(rows)
        if len(rows) < PAGE:
            return
        last = rows[-1]


def csv(name: str, heads: Sequence[str], rows: AsyncIterator[Sequence[object]], zone: ZoneInfo) -> StreamingResponse:
    """``name``: of the file, plain letters. A file that does not hold all says so in its last row."""

    async def written() -> AsyncIterator[bytes]:
        out = io.StringIO()
        spreadsheet.begin(out)
        spreadsheet.write(out, heads, zone)
        count = 0
        try:
            async for row in rows:
                spreadsheet.write(out, row, zone)
                count += 1
                if count % PAGE == 0:
                    yield _taken(out)
        except RowsLeft:
            spreadsheet.write(out, [_("there are more than {most} rows: ask for fewer days", most=MOST)], zone)
        yield _taken(out)

    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(written(), 200, headers, TYPE)


def _taken(out: io.StringIO) -> bytes:
    said = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return said
