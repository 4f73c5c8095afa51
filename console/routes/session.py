"""The own session: sign in and out, lock and unlock, seat, phone, password; and those of others.

A request of a person carries ``X-Hotline``: it moves ``seen_at`` and so keeps the screen open.
A page that polls leaves it away; a page whose person only reads asks ``GET /api/session`` with it.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from accounts.cookie import address_of, give, take_back
from accounts.session import Session
from config.language import say as _
from console import seat_sign_in
from console.access import Right
from console.accounts import not_mine
from console.authorization import Asking, Signed, Who, demand, needs, refused, who_of
from console.contract.access import (
    BeforeOut,
    LockIn,
    MeOut,
    PasswordIn,
    PhoneOut,
    ProofIn,
    ProofOut,
    SessionOut,
    SignedOut,
    SignIn,
    TakeSeatIn,
    UnlockIn,
    WaysOut,
)
from console.contract.rest import DoneOut
from console.error_answers import Failed, not_found
from console.proof import must_have_proved
from console.services import Plugged, Services, within
from cti.ids import SeatId

router = APIRouter(prefix="/api", tags=["session"])

SOCKET = "/sip"
SESSIONS_MOST = 20
"""Of one account, a screen on each wall included: the newest stay. Each is a row, and is listed and looked at."""
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


async def signed_in(
    plugs: Services, account: str, how: str, request: Request, response: Response, before: str = ""
) -> MeOut:
    """The session of somebody who has proved who they are; one in the same browser before it is over.

    ``before``: that one's id, where the request itself did not bring its cookie.
    """
    browser = request.headers.get("user-agent", "")
    secret, row = await plugs.sessions.open(account, _address(request), browser, how)
    if seat := next((one.seat for one in plugs.desk.seats() if one.agent == account), ""):
        await plugs.sessions.sit(row.id, seat)  # an earlier session ran out while they sat there, in a call perhaps
        row = await _again(plugs, row)
    former: Session | None = getattr(request.state, "session", None)
    if former is None and before:
        former = await plugs.sessions.get(before)
    if former is not None:  # only now: the same person's seat has gone over to the new one
        await seat_sign_in.end(plugs, former, former.account, "signed_out")
    for old in (await plugs.sessions.live(account))[SESSIONS_MOST:]:
        await seat_sign_in.end(plugs, old, account, "revoked")
    detail = {"session": row.id, "address": row.address, "how": how}
    await plugs.audit.append(plugs.clock(), account, "signed_in", detail=detail)
    give(response, secret, plugs.sessions.rules.session_hours * 3600)
    return await _me_and_before(plugs, row)


@router.get("/session")
async def me(plugs: Plugged, row: Signed) -> MeOut:
    return await _me_and_before(plugs, row)


@router.delete("/session")
async def sign_out(plugs: Plugged, row: Signed, request: Request, response: Response) -> SignedOut:
    """The seat is left too; who talks leaves it when the call is over (``detail`` after_call)."""
    detail = await seat_sign_in.end(plugs, row, row.account, "signed_out")
    take_back(response)
    there = plugs.oidc.leave_at(origin_of(plugs, request) + "/") if plugs.oidc and row.how == "oidc" else ""
    return SignedOut(detail=detail, leave_at=there)


@router.post("/session/lock")
async def lock(plugs: Plugged, row: Signed, body: LockIn | None = None) -> DoneOut:
    """The screen of whoever walked away; calls, phone and stream go on. By idleness: no further call rings at an empty chair."""
    await plugs.sessions.lock(row.id)
    if body is not None and body.idle:
        await seat_sign_in.rest(plugs, row)
    return DoneOut()


@router.post("/session/unlock")
async def unlock(body: UnlockIn, plugs: Plugged, row: Signed, request: Request) -> MeOut:
    await proved(plugs, row.account, row.id, body.password, request, "password")
    await plugs.sessions.unlock(row.id)
    return _me(plugs, await _again(plugs, row))


@router.post("/session/proof")
async def prove(body: ProofIn, plugs: Plugged, row: Signed, request: Request) -> ProofOut:
    """What changes others' rights is open to this session for some minutes; locking the screen ends that."""
    await proved(plugs, row.account, row.id, body.password, request, "password")
    return ProofOut(until=plugs.sessions.prove(row.id))


async def proved(plugs: Services, account: str, session: str, password: str, request: Request, field: str) -> None:
    """Raise 422 at ``field`` unless it is this account's password; 429 after too many wrong ones."""
    try:
        await plugs.accounts.prove(account, password, _address(request), session)
    except Failed as wrong:
        raise not_mine(wrong, field) from None


@router.post("/session/seat")
async def take_seat(body: TakeSeatIn, plugs: Plugged, row: Signed, who: Annotated[Who, needs(Right.SEAT)]) -> MeOut:
    """签入. At the own seat again (a reloaded page, a second tab) it is agreed to."""
    within(plugs.acts, f"seat {row.account}")
    await seat_sign_in.take(plugs, row, body.seat, ready=body.ready)
    return _me(plugs, await _again(plugs, row))


@router.delete("/session/seat")
async def leave_seat(plugs: Plugged, row: Signed) -> MeOut:
    """签出; in a call: after it, and till then the seat is still told."""
    await seat_sign_in.leave(plugs, row)
    return _me(plugs, await _again(plugs, row))


@router.post("/session/phone")
async def phone(plugs: Plugged, row: Signed, who: Annotated[Who, needs(Right.SEAT)]) -> PhoneOut:
    """A key for the page's own telephone, made anew each time; 429 when this session asks for one after the other."""
    seat = _browser_seat(plugs, who)
    if plugs.phones is None:
        raise Failed(503, _("there are no browser phones: see [edge] in hotline.toml"))
    within(plugs.phone_keys, row.id)
    key = await plugs.phones.issue(seat, row.id)
    return PhoneOut(
        user=key.user, password=key.password, uri=key.uri, socket=SOCKET, register_seconds=key.register_seconds
    )


@router.post("/session/password")
async def change_password(body: PasswordIn, plugs: Plugged, row: Signed, request: Request) -> DoneOut:
    """Every other session of the account ends."""
    await plugs.accounts.change_own(row.account, body.old, body.new, _address(request), row.id)
    await seat_sign_in.end_all(plugs, row.account, row.account, "revoked", keep=row.id)
    return DoneOut()


@router.get("/sessions")
async def list_sessions(plugs: Plugged, who: Asking) -> list[SessionOut]:
    """All, newest first, for whoever may end them; else one's own."""
    rows = await plugs.sessions.live("" if who.may(Right.SESSIONS_ALL) else who.account)
    return [_shown(plugs, one, who) for one in rows]


@router.delete("/sessions/{session}")
async def revoke(session: _SessionId, plugs: Plugged, who: Asking) -> DoneOut:
    """It is over at the next byte it sends; its stream is closed now. Any but the own one wants the own password again (428)."""
    row = await plugs.sessions.get(session)
    if row is None or row.account != who.account:
        demand(who, Right.SESSIONS_ALL)  # asked first: others' session ids are not told either
    if row is None:
        raise not_found("session", session)
    if row.id != who.session:
        must_have_proved(plugs, who)
    return DoneOut(detail=await seat_sign_in.end(plugs, row, who.account, "revoked"))


@router.get("/gate/sip", status_code=204)
async def sip_gate(plugs: Plugged, row: Signed, who: Annotated[Who, needs(Right.SEAT)]) -> Response:
    """Asked by the edge before it lets a browser's telephone through to Asterisk; the guard checked the Origin.

    Whose phone it is goes along, so that it can be cut off when that session or its seat is over.
    """
    seat = _browser_seat(plugs, who)
    return Response(status_code=204, headers={"X-Hotline-Seat": str(seat), "X-Hotline-Session": row.id})


def origin_of(plugs: Services, request: Request) -> str:
    """The name the browser knows us by, if it is one of ours: a provider must send it back there."""
    named = f"https://{request.headers.get('host', '')}"
    return named if named in plugs.origins else min(plugs.origins)


def _browser_seat(plugs: Services, who: Who) -> SeatId:
    if not who.seat:
        raise refused(_("take a seat first"))
    if not _browser_phone(plugs, who.seat):
        raise refused(_("seat {seat} has a desk phone", seat=who.seat))
    return who.seat


def _me(plugs: Services, row: Session) -> MeOut:
    who = who_of(row, seat_sign_in.seat_of(plugs.desk, row))
    return MeOut(
        account=row.account, name=row.name, role=row.role, rights=sorted(who.rights), seat=who.seat or None,
        device=_device(plugs, who.seat) if who.seat else "", browser_phone=_browser_phone(plugs, who.seat), locked=row.locked,
        idle_lock_seconds=plugs.sessions.rules.idle_lock_seconds, expires_at=row.expires_at,
        centre=plugs.centre.name, number=plugs.centre.number, pause_reasons=list(plugs.pause_reasons), outbound_notice=plugs.outbound_notice,
        wrap_up_seconds=plugs.wrap_up_seconds, demo=plugs.demo,
        must_change=row.must_change and row.how == "password",
    )  # fmt: skip


async def _me_and_before(plugs: Services, row: Session) -> MeOut:
    """With what the account went through since its former sign-in, so that its person notices what was not theirs."""
    earlier, account = await plugs.sessions.before(row), await plugs.accounts.get(row.account)
    if earlier is None or account is None:
        return _me(plugs, row)
    changed = account.changed_at if earlier.made_at < account.changed_at else None
    told = BeforeOut(at=earlier.made_at, address=earlier.address, changed_at=changed)
    return _me(plugs, row).model_copy(update={"before": told})


async def _again(plugs: Services, row: Session) -> Session:
    fresh = await plugs.sessions.get(row.id)
    if fresh is None:  # revoked while this was asked
        raise Failed(401, _("sign in first"))
    return fresh


def _shown(plugs: Services, row: Session, who: Who) -> SessionOut:
    return SessionOut(
        id=row.id, account=row.account, name=row.name, role=row.role, seat=seat_sign_in.seat_of(plugs.desk, row) or None,
        made_at=row.made_at, seen_at=row.seen_at, expires_at=row.expires_at, address=row.address,
        browser=row.browser, current=row.id == who.session,
    )  # fmt: skip


def _device(plugs: Services, seat: str) -> str:
    return next((one.device for one in plugs.desk.seats() if one.seat == seat), "")


def _browser_phone(plugs: Services, seat: str) -> bool:
    row = next((one for one in plugs.desk.seats() if one.seat == seat), None)
    return row is not None and "browser" in (row.device, row.other_device)


def _address(request: Request) -> str:
    return address_of(dict(request.headers.raw), request.client.host if request.client else "")
