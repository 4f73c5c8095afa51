"""The own session: sign in and out, lock and unlock, seat, phone, password; and those of others.

A request of a person carries ``X-Hotline``: it moves ``seen_at`` and so keeps the screen open.
A page that polls leaves it away; a page whose person only reads asks ``GET /api/session`` with it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from config.language import say as _
from console import seating
from console.access import Right
from console.accounts import not_mine
from console.answers import Failed, not_found
from console.contract.access import (
    MeOut,
    PasswordIn,
    PhoneOut,
    SessionOut,
    SignIn,
    TakeSeatIn,
    UnlockIn,
    WaysOut,
)
from console.contract.rest import DoneOut
from console.cookie import address_of, give, take_back
from console.door import Asking, Signed, Who, demand, needs, refused, who_of
from console.plugs import Plugged, Plugs
from console.ports import SessionRow
from cti.ids import SeatId

router = APIRouter(prefix="/api", tags=["session"])

SOCKET = "/sip"
_SessionId = Annotated[str, Path(pattern=r"^[0-9A-Za-z]{1,26}$")]


@router.get("/session/ways")
async def ways(plugs: Plugged) -> WaysOut:
    """How one may sign in here. Open."""
    return WaysOut(
        centre=plugs.centre.name,
        number=plugs.centre.number,
        oidc=plugs.oidc.name if plugs.oidc else "",
        demo=plugs.demo,
    )


@router.post("/session")
async def sign_in(body: SignIn, plugs: Plugged, request: Request, response: Response) -> MeOut:
    """Open. The same 401 for an unknown account, a locked one and a wrong password; 429 after too many."""
    proved = await plugs.accounts.prove(body.account, body.password, _address(request))
    return await signed_in(plugs, proved.account, "password", request, response)


async def signed_in(plugs: Plugs, account: str, how: str, request: Request, response: Response) -> MeOut:
    """The session of somebody who has proved who they are; one in the same browser before it is over."""
    browser = request.headers.get("user-agent", "")
    secret, row = await plugs.sessions.open(account, _address(request), browser)
    if seat := next((one.seat for one in plugs.desk.seats() if one.agent == account), ""):
        await plugs.sessions.sit(row.id, seat)  # an earlier session ran out while they sat there, in a call perhaps
        row = await _again(plugs, row)
    before: SessionRow | None = getattr(request.state, "session", None)
    if before is not None:  # only now: the same person's seat has gone over to the new one
        await seating.end(plugs, before, before.account, "signed_out")
    detail = {"session": row.id, "address": row.address, "how": how}
    await plugs.audit.append(plugs.clock(), account, "signed_in", detail=detail)
    give(response, secret, plugs.sessions.rules.session_hours * 3600)
    return _me(plugs, row)


@router.get("/session")
async def me(plugs: Plugged, row: Signed) -> MeOut:
    return _me(plugs, row)


@router.delete("/session")
async def sign_out(plugs: Plugged, row: Signed, response: Response) -> DoneOut:
    """The seat is left too; who talks leaves it when the call is over (``detail`` after_call)."""
    detail = await seating.end(plugs, row, row.account, "signed_out")
    take_back(response)
    return DoneOut(detail=detail)


@router.post("/session/lock")
async def lock(plugs: Plugged, row: Signed) -> DoneOut:
    """The screen of whoever walked away; calls, phone and stream go on."""
    await plugs.sessions.lock(row.id)
    return DoneOut()


@router.post("/session/unlock")
async def unlock(body: UnlockIn, plugs: Plugged, row: Signed, request: Request) -> MeOut:
    try:
        await plugs.accounts.prove(row.account, body.password, _address(request))
    except Failed as wrong:
        raise not_mine(wrong, "password") from None
    await plugs.sessions.unlock(row.id)
    return _me(plugs, await _again(plugs, row))


@router.post("/session/seat")
async def take_seat(body: TakeSeatIn, plugs: Plugged, row: Signed, who: Annotated[Who, needs(Right.SEAT)]) -> MeOut:
    """签入. At the own seat again (a reloaded page, a second tab) it is agreed to."""
    await seating.take(plugs, row, body.seat, ready=body.ready)
    return _me(plugs, await _again(plugs, row))


@router.delete("/session/seat")
async def leave_seat(plugs: Plugged, row: Signed) -> MeOut:
    """签出; in a call: after it, and till then the seat is still told."""
    await seating.leave(plugs, row)
    return _me(plugs, await _again(plugs, row))


@router.post("/session/phone")
async def phone(plugs: Plugged, row: Signed, who: Annotated[Who, needs(Right.SEAT)]) -> PhoneOut:
    """A key for the page's own telephone, made anew each time."""
    seat = _browser_seat(plugs, who)
    if plugs.phones is None:
        raise Failed(503, _("there are no browser phones: see [edge] in hotline.toml"))
    key = await plugs.phones.issue(seat)
    return PhoneOut(
        user=key.user, password=key.password, uri=key.uri, socket=SOCKET, register_seconds=key.register_seconds
    )


@router.post("/session/password")
async def change_password(body: PasswordIn, plugs: Plugged, row: Signed, request: Request) -> DoneOut:
    """Every other session of the account ends."""
    await plugs.accounts.change_own(row.account, body.old, body.new, _address(request))
    await seating.end_all(plugs, row.account, row.account, "revoked", keep=row.id)
    return DoneOut()


@router.get("/sessions")
async def list_sessions(plugs: Plugged, who: Asking) -> list[SessionOut]:
    """All, newest first, for whoever may end them; else one's own."""
    rows = await plugs.sessions.live("" if who.may(Right.SESSIONS_ALL) else who.account)
    return [_shown(plugs, one, who) for one in rows]


@router.delete("/sessions/{session}")
async def revoke(session: _SessionId, plugs: Plugged, who: Asking) -> DoneOut:
    """It is over at the next byte it sends; its stream is closed now."""
    row = await plugs.sessions.get(session)
    if row is None or row.account != who.account:
        demand(who, Right.SESSIONS_ALL)  # asked first: others' session ids are not told either
    if row is None:
        raise not_found("session", session)
    return DoneOut(detail=await seating.end(plugs, row, who.account, "revoked"))


@router.get("/gate/sip", status_code=204)
async def sip_gate(plugs: Plugged, row: Signed, who: Annotated[Who, needs(Right.SEAT)]) -> Response:
    """Asked by the edge before it lets a browser's telephone through to Asterisk; the guard checked the Origin."""
    _browser_seat(plugs, who)
    return Response(status_code=204)


def _browser_seat(plugs: Plugs, who: Who) -> SeatId:
    if not who.seat:
        raise refused(_("take a seat first"))
    if _device(plugs, who.seat) != "browser":
        raise refused(_("seat {seat} has a desk phone", seat=who.seat))
    return who.seat


def _me(plugs: Plugs, row: SessionRow) -> MeOut:
    who = who_of(row, seating.seat_of(plugs.desk, row))
    return MeOut(
        account=row.account, name=row.name, role=row.role, rights=sorted(who.rights), seat=who.seat or None,
        device=_device(plugs, who.seat) if who.seat else "", locked=row.locked,
        idle_lock_seconds=plugs.sessions.rules.idle_lock_seconds, expires_at=row.expires_at,
        centre=plugs.centre.name, number=plugs.centre.number, pause_reasons=list(plugs.pause_reasons),
        wrap_up_seconds=plugs.wrap_up_seconds, demo=plugs.demo,
    )  # fmt: skip


async def _again(plugs: Plugs, row: SessionRow) -> SessionRow:
    fresh = await plugs.sessions.get(row.id)
    if fresh is None:  # revoked while this was asked
        raise Failed(401, _("sign in first"))
    return fresh


def _shown(plugs: Plugs, row: SessionRow, who: Who) -> SessionOut:
    return SessionOut(
        id=row.id, account=row.account, name=row.name, role=row.role, seat=seating.seat_of(plugs.desk, row) or None,
        made_at=row.made_at, seen_at=row.seen_at, expires_at=row.expires_at, address=row.address,
        browser=row.browser, current=row.id == who.session,
    )  # fmt: skip


def _device(plugs: Plugs, seat: str) -> str:
    return next((one.device for one in plugs.desk.seats() if one.seat == seat), "")


def _address(request: Request) -> str:
    return address_of(dict(request.headers.raw), request.client.host if request.client else "")
