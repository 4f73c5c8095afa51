"""Seats: who sits where, log in and out, ready, pauses, wrap-up."""

from __future__ import annotations

from fastapi import APIRouter

from agents import commands
from agents.own_reasons import AgentId
from agents.seat_state import Then
from config.language import say as _
from config.sections.seats import Device
from console.access import Right
from console.authorization import Asking, OwnSeat, own_seat, refused
from console.contract.rest import AfterCallIn, DoneOut, LoginIn, PauseIn, SeatOut, SeatPath, UseDeviceIn
from console.error_answers import done_or_fail, not_found
from console.services import Plugged
from cti.ids import SeatId

router = APIRouter(prefix="/api/seats", tags=["seats"])


@router.get("")
async def list_seats(plugs: Plugged, _who: Asking) -> list[SeatOut]:
    return [SeatOut.model_validate(row) for row in plugs.desk.seats()]


@router.get("/{seat}")
async def get_seat(seat: SeatPath, plugs: Plugged, _who: Asking) -> SeatOut:
    for row in plugs.desk.seats():
        if row.seat == seat:
            return SeatOut.model_validate(row)
    raise not_found("seat", seat)


@router.post("/{seat}/login")
async def login(seat: SeatPath, body: LoginIn, plugs: Plugged, who: Asking) -> DoneOut:
    """Of the command line: a page takes its seat by ``/api/session/seat``, where it must prove that it can ring."""
    if not who.token:
        raise refused(_("take your seat by POST /api/session/seat"))
    return done_or_fail(await plugs.desk.ask(commands.LogIn(AgentId(body.agent), SeatId(seat), body.ready)))


@router.post("/{seat}/logout")
async def logout(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    return done_or_fail(await plugs.desk.ask(commands.LogOut(SeatId(seat))))


@router.post("/{seat}/ready")
async def ready(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    """End a pause or the wrap-up."""
    return done_or_fail(await plugs.desk.ask(commands.GoReady(SeatId(seat))))


@router.post("/{seat}/pause")
async def pause(seat: OwnSeat, body: PauseIn, plugs: Plugged) -> DoneOut:
    """While nothing rings or talks; else use ``after-call``."""
    return done_or_fail(await plugs.desk.ask(commands.Pause(SeatId(seat), body.reason)), plugs.pause_reasons)


@router.post("/{seat}/end-wrap-up")
async def end_wrap_up(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    return done_or_fail(await plugs.desk.ask(commands.EndWrapUp(SeatId(seat))))


@router.post("/{seat}/extend-wrap-up")
async def extend_wrap_up(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    """By the settings' step, up to their most."""
    return done_or_fail(await plugs.desk.ask(commands.ExtendWrapUp(SeatId(seat))))


@router.post("/{seat}/help")
async def ask_help(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    """求助班长: supervisors see this seat first until it is answered, taken back or the call is over."""
    return done_or_fail(await plugs.desk.ask(commands.AskHelp(SeatId(seat))))


@router.delete("/{seat}/help")
async def end_help(seat: SeatPath, plugs: Plugged, who: Asking) -> DoneOut:
    """By its agent, or by a supervisor who has seen to it."""
    if not who.may(Right.SUPERVISE):
        own_seat(who, seat)
    return done_or_fail(await plugs.desk.ask(commands.EndHelp(SeatId(seat))))


@router.post("/{seat}/device")
async def use_device(seat: OwnSeat, body: UseDeviceIn, plugs: Plugged) -> DoneOut:
    """Which of a seat's two devices rings from the next call on: refused in a call, and where that one does not answer."""
    return done_or_fail(await plugs.desk.ask(commands.UseDevice(SeatId(seat), Device(body.device))))


@router.post("/{seat}/after-call")
async def after_call(seat: OwnSeat, body: AfterCallIn, plugs: Plugged) -> DoneOut:
    """What shall be after this call and its wrap-up."""
    request = commands.AfterCall(SeatId(seat), Then(body.then), body.reason)
    return done_or_fail(await plugs.desk.ask(request), plugs.pause_reasons)
