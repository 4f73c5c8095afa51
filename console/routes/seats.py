"""Seats: who sits where, log in and out, ready, pauses, wrap-up."""

from __future__ import annotations

from fastapi import APIRouter

from console.answers import done_or_fail, not_found
from console.contract import DoneOut, LoginIn, PauseIn, SeatOut, SeatPath
from console.plugs import Plugged
from cti.ids import SeatId

router = APIRouter(prefix="/api/seats", tags=["seats"])


@router.get("")
async def list_seats(plugs: Plugged) -> list[SeatOut]:
    return [SeatOut.model_validate(row) for row in plugs.desk.seats()]


@router.get("/{seat}")
async def get_seat(seat: SeatPath, plugs: Plugged) -> SeatOut:
    for row in plugs.desk.seats():
        if row.seat == seat:
            return SeatOut.model_validate(row)
    raise not_found("seat", seat)


@router.post("/{seat}/login")
async def login(seat: SeatPath, body: LoginIn, plugs: Plugged) -> DoneOut:
    done_or_fail(await plugs.desk.login(SeatId(seat), body.agent))
    return DoneOut()


@router.post("/{seat}/logout")
async def logout(seat: SeatPath, plugs: Plugged) -> DoneOut:
    done_or_fail(await plugs.desk.logout(SeatId(seat)))
    return DoneOut()


@router.post("/{seat}/ready")
async def ready(seat: SeatPath, plugs: Plugged) -> DoneOut:
    """End a pause or the wrap-up."""
    done_or_fail(await plugs.desk.ready(SeatId(seat)))
    return DoneOut()


@router.post("/{seat}/pause")
async def pause(seat: SeatPath, body: PauseIn, plugs: Plugged) -> DoneOut:
    """From the next moment without a call, when the seat is talking."""
    done_or_fail(await plugs.desk.pause(SeatId(seat), body.reason))
    return DoneOut()


@router.post("/{seat}/end-wrap-up")
async def end_wrap_up(seat: SeatPath, plugs: Plugged) -> DoneOut:
    done_or_fail(await plugs.desk.end_wrap_up(SeatId(seat)))
    return DoneOut()
