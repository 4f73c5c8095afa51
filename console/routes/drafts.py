"""Half-written tickets, kept at every keystroke: a reload or a crash of the browser loses nothing.

Each is of one call and one person. A call need not be known yet: the form is open while the
phone still rings.
"""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import APIRouter

from bridge.errors import Problem
from config.language import say as _
from console.access import Right
from console.authorization import Who, needs
from console.call_ownership import is_theirs
from console.contract.desk import DraftIn, DraftOut
from console.contract.rest import CallPath, DoneOut
from console.error_answers import Failed, invalid
from console.ledger_ports import Books
from console.services import Library, Plugged, Services
from cti.ids import CallId
from ledger.drafts import Draft

router = APIRouter(prefix="/api", tags=["desk"])

MOST_BYTES = 16 * 1024
STRANGE_MOST = 30
"""Unfinished drafts of one person, beyond which none is begun for a call that is not known as theirs."""
Author = Annotated[Who, needs(Right.FILE)]


@router.get("/calls/{call}/draft")
async def get_draft(call: CallPath, plugs: Plugged, books: Library, who: Author) -> DraftOut:
    """Every call's form begins by asking: that there is none yet is no failure, but version 0."""
    draft = await books.drafts.get(call, who.account)
    if draft is None:
        return DraftOut(call=call, agent=who.account, version=0, at=plugs.clock(), fields={})
    return shaped(draft)


@router.put("/calls/{call}/draft")
async def put_draft(call: CallPath, body: DraftIn, plugs: Plugged, books: Library, who: Author) -> DraftOut:
    """An older version than stands is refused (409 names the standing one: get it); the same again is no conflict."""
    fields = _checked(body.fields)
    await _room(plugs, books, who, call)
    now = plugs.clock()
    standing = await books.drafts.write(call, who.account, body.version, now, fields)
    if standing is not None:
        message = _("a newer draft stands (version {version})", version=standing.version)
        raise Failed(409, message, error="older", problems=[Problem("version", message, (str(standing.version),))])
    return DraftOut(call=call, agent=who.account, version=body.version, at=now, fields=fields)


@router.delete("/calls/{call}/draft")
async def drop_draft(call: CallPath, books: Library, who: Author) -> DoneOut:
    """``done`` false: there was none."""
    return DoneOut(done=await books.drafts.drop(call, who.account))


@router.get("/my/drafts")
async def my_drafts(books: Library, who: Author) -> list[DraftOut]:
    """Unfinished ones, newest first."""
    return [shaped(draft) for draft in await books.drafts.of_agent(who.account)]


async def _room(plugs: Services, books: Books, who: Who, call: str) -> None:
    """Of an own call always; of calls that nobody knows (yet), or that are others', only so many at once."""
    row = await plugs.calls.get(CallId(call))
    if row is not None and (who.may(Right.CALLS_ALL) or await is_theirs(plugs, books, who, row)):
        return
    standing = await books.drafts.of_agent(who.account)
    if len(standing) >= STRANGE_MOST and call not in {draft.call for draft in standing}:
        message = _("{count} drafts are unfinished: file or drop some first", count=len(standing))
        raise Failed(429, message)


def shaped(draft: Draft) -> DraftOut:
    return DraftOut(
        call=draft.call, agent=draft.agent, version=draft.version, at=draft.at, fields=dict(draft.fields)
    )  # fmt: skip


def _checked(fields: dict[str, Any]) -> dict[str, Any]:
    """As they can be stored: half a surrogate pair, which nobody sees and a cut text may end with, is dropped."""
    try:
        text = json.dumps(fields, ensure_ascii=False, allow_nan=False).encode(errors="ignore")
    except (ValueError, RecursionError):  # NaN, or nested without end
        raise invalid([Problem("fields", _("this is not JSON: {fault}", fault="fields"))]) from None
    if len(text) > MOST_BYTES:
        raise Failed(
            413,
            _("at most {most} bytes", most=MOST_BYTES),
            problems=[Problem("fields", _("at most {most} bytes", most=MOST_BYTES))],
        )
    stored: dict[str, Any] = json.loads(text)
    return stored
