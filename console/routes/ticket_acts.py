"""What is said of a ticket after it was filed: supplement, correction, urging, withdrawal, giving back, +1, merge; files; mass events.

Each is one transaction of the ledger and one message to the case store, named by the asker's key: the same again is the same.
"""

from __future__ import annotations

import hashlib
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Path, Request, Response

from accounts.file_scanner import ScannerAway
from bridge import attachment_kinds
from bridge.case_store_messages import MessageKind
from bridge.errors import Problem
from bridge.ports import AttachedFile, Overtaken, Push
from bridge.ticket import Ticket, TicketId, ticket_id
from bridge.ticket_acts import Act, Answer, Unfit
from config.language import say as _
from console import visibility
from console.access import Right
from console.authorization import Asking, Who, needs, refused
from console.call_ownership import their_call
from console.contract.rest import CallPath, TicketOut, TicketPath
from console.contract.tickets import (
    CorrectIn,
    FileOut,
    MassEventIn,
    MassEventOut,
    MergeIn,
    SayIn,
    TiedOut,
    TieIn,
    UrgeIn,
    WithdrawIn,
)
from console.error_answers import Failed, invalid, not_found
from console.ledger_ports import Books, NotKept, TicketCentre
from console.services import Library, Plugged, Services, TicketDesk, reading, within
from console.visibility import Sees, Whose
from console.words_in_headers import FileName
from cti.ids import CallId
from cti.numbers import home, mask
from ledger.mass_events import MassEvent

from .calls import Filer
from .pop import citizens_number, searched_number
from .ticket_search import beside, looked_up, on_the_line, seen_ticket, standing

log = structlog.get_logger("console")

router = APIRouter(prefix="/api", tags=["ticket centre"])

Key = Annotated[str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9_.:-]{8,64}$")]
_Sha = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
_Event = Annotated[str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{26}$")]
Chief = Annotated[Who, needs(Right.SUPERVISE)]
_CORRECTED = (
    "kind", "title", "content", "work_type", "urgency", "person", "subject", "place", "unit_suggested", "unit_confirmed",
    "units_helping", "accept_limit", "handle_limit", "related_cases", "knowledge",
)  # fmt: skip
"""By a correction. Merging has its own way, secrecy and consent are the citizen's, files are sent, the rest is for the record."""


@router.post("/tickets/{ticket}/supplement")
async def supplement(
    ticket: TicketPath, body: SayIn, plugs: Plugged, books: Library, desk: TicketDesk, who: Filer, key: Key
) -> TicketOut:
    """补充: what the citizen says beyond what was filed. With ``call``, the own one in hand, of another's ticket too."""
    push, mine = await _heard(plugs, books, who, ticket, body.call)
    return await _done(
        plugs,
        who,
        push,
        mine,
        await desk.matters.say(push, MessageKind.SUPPLEMENT, _act(who, key, body.call), {"text": body.text}),
    )


@router.post("/tickets/{ticket}/urge")
async def urge(
    ticket: TicketPath, body: UrgeIn, plugs: Plugged, books: Library, desk: TicketDesk, who: Filer, key: Key
) -> TicketOut:
    """催办: counted; of one call once, however often it is said: what is said then is a supplement."""
    push, mine = await _heard(plugs, books, who, ticket, body.call)
    return await _done(plugs, who, push, mine, await desk.matters.urge(push, body.text, _act(who, key, body.call)))


@router.post("/tickets/{ticket}/withdraw")
async def withdraw(
    ticket: TicketPath, body: WithdrawIn, plugs: Plugged, books: Library, desk: TicketDesk, who: Filer, key: Key
) -> TicketOut:
    """撤回: the citizen wants it no more, for a reason. Another's ticket: only for who calls from one of its numbers."""
    push, mine = await _heard(plugs, books, who, ticket, body.call)
    if not who.may(Right.TICKETS_ALL) and not await _by_its_citizen(plugs, books, push, body.call):
        push, mine = await _own(plugs, books, who, ticket)
    answer = await desk.matters.say(push, MessageKind.WITHDRAW, _act(who, key, body.call), {"reason": body.reason})
    return await _done(plugs, who, push, mine, answer)


@router.post("/tickets/{ticket}/plus-one")
async def plus_one(
    ticket: TicketPath, body: SayIn, plugs: Plugged, books: Library, desk: TicketDesk, who: Filer, key: Key
) -> TicketOut:
    """+1: another citizen says the same, and files no ticket of their own."""
    push, mine = await _heard(plugs, books, who, ticket, body.call)
    number = ""
    if body.call:
        row = await their_call(plugs, books, who, body.call, Right.TICKETS_ALL)
        number = mask(citizens_number(row))
    act = _act(who, body.call or key, body.call)
    more = {"number_masked": number} if number else {}
    return await _done(
        plugs, who, push, mine, await desk.matters.say(push, MessageKind.PLUS_ONE, act, {"text": body.text, **more})
    )


@router.post("/tickets/{ticket}/give-back")
async def give_back(
    ticket: TicketPath, body: SayIn, plugs: Plugged, books: Library, desk: TicketDesk, who: Filer, key: Key
) -> TicketOut:
    """Back to the case store, which had returned it, with what it asked for."""
    push, mine = await _own(plugs, books, who, ticket)
    answer = await desk.matters.say(push, MessageKind.RETURN, _act(who, key, body.call), {"reason": body.text})
    return await _done(plugs, who, push, mine, answer)


@router.post("/tickets/{ticket}/correct")
async def correct(
    ticket: TicketPath, body: CorrectIn, plugs: Plugged, books: Library, desk: TicketDesk, who: Filer, key: Key
) -> TicketOut:
    """更正: other words in the ticket; the version of before stays, and the case store is told."""
    push, mine = await _own(plugs, books, who, ticket)
    if visibility.ticket(who, push, mine=mine).withheld:
        raise refused(_("what is not shown to you cannot be corrected by you"))
    if locked := sorted(body.changes.keys() - set(_CORRECTED)):
        said = _("is not changed by a correction")
        raise invalid([Problem(f"changes.{name[:60]}", said, _CORRECTED) for name in locked])
    return await _done(
        plugs, who, push, mine, await desk.matters.correct(push, body.changes, _act(who, key)), "changes."
    )


@router.post("/tickets/{ticket}/merge")
async def merge(
    ticket: TicketPath, body: MergeIn, request: Request, plugs: Plugged, books: Library, desk: TicketDesk, who: Filer, key: Key
) -> TicketOut:  # fmt: skip
    """并单: it goes on within another case; number, query code and right to a reply stay its own. Can be undone."""
    push, mine = await _own(plugs, books, who, ticket)
    looked_up(request, who, plugs.clock())  # the answer says whether there is such a case
    target = await desk.matters.book.of_case(body.into)
    if target is not None and not who.may(Right.TICKETS_ALL):
        (stands,) = await standing(desk, [target])
        told = visibility.progress(who, stands, beside(who, target))
        if told is None or told.withheld:
            raise refused(_("the case it would go on within is not shown to you"))
    return await _done(plugs, who, push, mine, await desk.matters.merge(push, body.into, _act(who, key)))


@router.post("/tickets/{ticket}/unmerge")
async def unmerge(
    ticket: TicketPath, plugs: Plugged, books: Library, desk: TicketDesk, who: Filer, key: Key
) -> TicketOut:
    push, mine = await _own(plugs, books, who, ticket)
    return await _done(plugs, who, push, mine, await desk.matters.unmerge(push, _act(who, key)))


@router.post("/calls/{call}/tie")
async def tie(call: CallPath, body: TieIn, plugs: Plugged, books: Library, desk: TicketDesk, who: Filer) -> TiedOut:
    """This call is about that ticket's case: it urges it by itself, once a call."""
    await their_call(plugs, books, who, call, Right.TICKETS_ALL)
    push, mine = await _heard(plugs, books, who, body.ticket, call)
    tied = await desk.matters.tie(push, CallId(call), who.account)
    (stands,) = await standing(desk, [push])
    whose = Whose.LIVE if not who.may(Right.TICKETS_ALL) else visibility.whose_ticket(who, push, mine=mine)
    told = visibility.progress(who, stands, whose)
    if told is None:
        raise refused(_("this is not your ticket"))
    return TiedOut(urged=tied.urged, progress=told)


# -- files -----------------------------------------------------------------------------------


@router.post(
    "/attachments/{ticket}", status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)  # fmt: skip
async def attach(
    ticket: TicketPath, request: Request, plugs: Plugged, books: Library, desk: TicketDesk, who: Filer, name: FileName
) -> FileOut:
    """A file of the ticket, as the body; taken by what it holds: JPEG, PNG, WebP, PDF, MP4. The same again is the same."""
    push, mine = await _own(plugs, books, who, ticket)
    if who.session:
        within(plugs.acts, f"file {who.account}")
    data = await request.body()
    kind = attachment_kinds.kind_of(data)
    if kind is None:
        raise invalid(
            [
                Problem(
                    "file",
                    _("this is no JPEG, PNG, WebP, PDF or MP4 file, or a damaged one"),
                    tuple(attachment_kinds.TYPES),
                )
            ]
        )
    sha256 = hashlib.sha256(data).hexdigest()
    found = await desk.matters.book.file(push.ticket.id, sha256)
    if found is not None:
        return FileOut.model_validate(found)
    story = await desk.matters.book.story(push.ticket.id)
    if story is not None and len(story.files) >= attachment_kinds.MOST_FILES:
        raise Failed(409, _("a ticket has at most {most} files", most=attachment_kinds.MOST_FILES))
    if not plugs.files_sent.take(who.account, plugs.clock().date(), len(data)):
        raise Failed(
            429,
            _("you have sent as many files as one person may in a day: a supervisor or a colleague can send this one"),
        )
    await _scanned(plugs, desk, who, push.ticket, sha256, data)
    try:
        await desk.files.put(sha256, data)  # first the file, then that it is there
    except NotKept as fault:
        raise Failed(503, _("the file could not be kept now: {fault}", fault=str(fault))) from fault
    file = AttachedFile(sha256, attachment_kinds.named(name, kind), kind.type, len(data), plugs.clock(), who.account)
    await _done(plugs, who, push, mine, await desk.matters.attach(push, file, _act(who, sha256)))
    return FileOut.model_validate(file)


async def _scanned(plugs: Services, desk: TicketCentre, who: Who, ticket: Ticket, sha256: str, data: bytes) -> None:
    """Raises where the site's scanner finds something (audited), or is away."""
    if desk.scanner is None:
        return
    try:
        found = await desk.scanner.look(data)
    except ScannerAway as fault:
        log.warning("the virus scanner does not answer", fault=str(fault))
        raise Failed(503, _("files cannot be looked at for viruses now: try again in a few minutes")) from fault
    if found:
        detail = {"ticket": ticket.id, "file": sha256[:16], "found": found}
        await plugs.audit.append(plugs.clock(), who.account, "file_refused", call=ticket.call or "", detail=detail)
        raise invalid([Problem("file", _("the virus scanner found {found} in this file", found=found))])


@router.get(
    "/attachments/{ticket}/{sha256}", response_class=Response,
    responses={200: {"description": "the file, to be saved", "content": {"application/octet-stream": {}}}},
)  # fmt: skip
async def read_file(
    ticket: TicketPath, sha256: _Sha, plugs: Plugged, books: Library, desk: TicketDesk,
    who: Annotated[Who, needs(Right.FILE, Right.TICKETS_ALL, persons=True)],
) -> Response:  # fmt: skip
    """To be saved, never shown by the browser as a page; who reads what the citizen said reads it, and it is audited."""
    push, mine = await seen_ticket(plugs, books, who, ticket)
    whose, secret = visibility.whose_ticket(who, push, mine=mine), visibility.ticket_secrecy(push)
    if visibility.sees(who, visibility.Part.TICKET_CONTENT, whose, secret) is not Sees.WHOLE:
        raise refused(_("this ticket's content is not shown to you"))
    file = await desk.matters.book.file(push.ticket.id, sha256)
    data = await desk.files.get(sha256) if file is not None else None
    if file is None or data is None:
        raise not_found("file", sha256)
    reading(plugs, who)
    await plugs.audit.append(plugs.clock(), who.account, "file_read", call=push.ticket.call or "",
                             detail={"ticket": ticket, "file": sha256[:16]})  # fmt: skip
    headers = {
        "Content-Disposition": f'attachment; filename="{sha256[:16]}.{attachment_kinds.TYPES[file.type].ending}"',
        "Cache-Control": "no-store",
    }
    return Response(data, 200, headers, "application/octet-stream")


# -- mass events --------------------------------------------------------------------------------


@router.get("/mass-events")
async def mass_events(plugs: Plugged, desk: TicketDesk, who: Asking) -> list[MassEventOut]:
    """Those that are on: where, until when, and what callers are told."""
    return [MassEventOut.model_validate(one) for one in await desk.events.running(plugs.clock())]


@router.post("/mass-events", status_code=201)
async def open_event(body: MassEventIn, plugs: Plugged, desk: TicketDesk, who: Chief) -> MassEventOut:
    """群发事件: a case that many call about. The same ticket, title and end again is the same event."""
    now = plugs.clock()
    if body.ends_at <= now:
        raise invalid([Problem("ends_at", _("must be later than now"))])
    push = await plugs.intake.book.find(TicketId(body.ticket))
    if push is None:
        raise not_found("ticket", body.ticket)
    of_it = await desk.events.of_ticket(push.ticket.id)
    same = [one for one in of_it if (one.title, one.ends_at) == (body.title, body.ends_at) and one.closed_at is None]
    if same:
        return MassEventOut.model_validate(same[0])
    ident = ticket_id(now, plugs.intake.noise(10))
    event = MassEvent(
        ident, push.ticket.id, body.title, body.district, body.words, now, who.account, body.ends_at, None, "", push.case_number
    )  # fmt: skip
    await desk.events.open(event)
    await plugs.audit.append(now, who.account, "mass_event_opened", detail={"ticket": body.ticket, "event": ident})
    return MassEventOut.model_validate(event)


@router.delete("/mass-events/{event}")
async def close_event(event: _Event, plugs: Plugged, desk: TicketDesk, who: Chief) -> MassEventOut:
    """Over before its end."""
    now = plugs.clock()
    closed = await desk.events.close(event, who.account, now)
    if closed is None:
        raise not_found("event", event)
    await plugs.audit.append(now, who.account, "mass_event_closed", detail={"event": event})
    return MassEventOut.model_validate(closed)


# -- who may, and what is answered -----------------------------------------------------------------


async def _own(plugs: Services, books: Books, who: Who, ticket: str) -> tuple[Push, bool]:
    """A ticket they filed, of a call they had a part in, or any for who sees all."""
    return await seen_ticket(plugs, books, who, ticket)


async def _heard(plugs: Services, books: Books, who: Who, ticket: str, call: str | None) -> tuple[Push, bool]:
    """The same, or any ticket while they have a citizen on the line who speaks of it: in the own call ``call``."""
    if call is not None:
        row = await their_call(plugs, books, who, call, Right.TICKETS_ALL)
        push = await plugs.intake.book.find(TicketId(ticket))
        if push is not None and on_the_line(plugs, who, row):
            return push, False
    return await _own(plugs, books, who, ticket)


async def _by_its_citizen(plugs: Services, books: Books, push: Push, call: str | None) -> bool:
    """The call comes from, or was made to, a number that the ticket holds. Of an anonymous one nobody knows."""
    row = await plugs.calls.get(CallId(call)) if call else None
    number = searched_number(row, books) if row is not None else ""
    ticket, facts = push.ticket, push.ticket.facts
    if not number or ticket.anonymous:
        return False
    own = (*ticket.person.phones, *((facts.ani,) if facts else ()))
    return number in {home().read(one).national for one in own}


def _act(who: Who, key: str, call: str | None = None) -> Act:
    return Act(who.account, key, CallId(call) if call else None)


async def _done(plugs: Services, who: Who, push: Push, mine: bool, answer: Answer, prefix: str = "") -> TicketOut:
    """The ticket as it stands by now; or why nothing was said."""
    if answer is None:
        raise not_found("ticket", push.ticket.id)
    if isinstance(answer, Overtaken):
        raise Failed(409, _("somebody else changed this ticket meanwhile: look at it again"), error="overtaken")
    if isinstance(answer, Unfit):
        raise Failed(409, _UNFIT[answer](), error=str(answer))
    if isinstance(answer, tuple):
        raise invalid([Problem(f"{prefix}{one.field}", one.message, one.allowed) for one in answer])
    fresh = await plugs.intake.book.find(push.ticket.id)
    return visibility.ticket(who, fresh or push, mine=mine)


_UNFIT = {
    Unfit.OVER: lambda: _("the case is closed: nothing is added to it any more"),
    Unfit.DIRECT: lambda: _("it was answered on the spot: there is nothing to be done"),
    Unfit.NOT_RETURNED: lambda: _("the case store did not return this case"),
    Unfit.NO_SUCH_CASE: lambda: _("there is no such case here"),
    Unfit.NO_NUMBER: lambda: _("the case it would go on within has no number yet: try again in a moment"),
    Unfit.ITSELF: lambda: _("a case does not go on within itself"),
    Unfit.MERGED: lambda: _("it goes on within another case already: undo that first"),
    Unfit.NOT_MERGED: lambda: _("it goes on within no other case"),
}  # fmt: skip
