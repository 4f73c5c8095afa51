"""Lists as files for a spreadsheet: a page of rows at a time from the ledger, each cell as its asker may see it.

Who exports what is in the audit log before the first row leaves. At most ``MOST`` rows: a file is for a person's desk; what is more
is asked for by day, or at the command line (``hotline report``).
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Query
from fastapi.responses import StreamingResponse

from config.language import say as _

from . import spreadsheet
from .spreadsheet import TYPES

MOST = 20_000
PAGE = 200
CHUNK = 1 << 16
PLAIN: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}, TYPES["xlsx"]: {}}}}
"""For OpenAPI: a file of rows that stand in no other answer."""
Form = Annotated[spreadsheet.Form, Query(description="a text for any program, or a workbook")]
T = TypeVar("T")


def answers(of: str) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: a file whose rows are of this shape, so that the tests of what is shown hold it like the list."""
    row = {"type": "string", "x-row": {"$ref": f"#/components/schemas/{of}"}}
    return {
        200: {
            "description": "a file for a spreadsheet",
            "content": {"text/csv": {"schema": row}, TYPES["xlsx"]: {"schema": row}},
        }
    }


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


async def bounded(rows: AsyncIterator[T]) -> AsyncIterator[T]:
    """As many as a file for a person's desk holds. Raises RowsLeft where there are more."""
    count = 0
    async for row in rows:
        if count == MOST:
            raise RowsLeft
        count += 1
        yield row


def file(
    form: spreadsheet.Form, name: str, heads: Sequence[str], rows: AsyncIterator[Sequence[object]], zone: ZoneInfo
) -> StreamingResponse:
    """``name``: of the file, plain letters. A file that does not hold all says so in its last row."""
    written = _csv(heads, rows, zone) if form == "csv" else _xlsx(heads, rows, zone)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return StreamingResponse(written, 200, headers, TYPES[form])


async def _csv(heads: Sequence[str], rows: AsyncIterator[Sequence[object]], zone: ZoneInfo) -> AsyncIterator[bytes]:
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
        spreadsheet.write(out, [_more()], zone)
    yield _taken(out)


async def _xlsx(heads: Sequence[str], rows: AsyncIterator[Sequence[object]], zone: ZoneInfo) -> AsyncIterator[bytes]:
    """Made on the disk: its table of contents is written last, and stands before what a reader wants first."""
    with tempfile.TemporaryFile() as out:
        book = spreadsheet.Workbook(out, heads, zone)
        try:
            async for row in rows:
                book.row(row)
        except RowsLeft:
            book.row([_more()])
        await asyncio.to_thread(book.close)
        out.seek(0)
        while chunk := out.read(CHUNK):
            yield chunk


def _more() -> str:
    return _("there are more than {most} rows: ask for fewer days", most=MOST)


def _taken(out: io.StringIO) -> bytes:
    said = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return said
