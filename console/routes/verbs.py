"""What a seat does with a call: transfer, consult, conference, hold, hang up, call, dial."""

from __future__ import annotations

from fastapi import APIRouter

from console.answers import done_or_fail
from console.contract import CallSeatIn, DialIn, DoneOut, SeatPath, TransferIn
from console.plugs import Plugged
from cti.ids import SeatId

router = APIRouter(prefix="/api/seats/{seat}", tags=["telephone"])


@router.post("/transfer")
async def transfer(seat: SeatPath, body: TransferIn, plugs: Plugged) -> DoneOut:
    """``blind``: give the caller away. ``attended``: consult first; complete, cancel or conference ends it."""
    if body.kind == "attended":
        done_or_fail(await plugs.desk.attended_transfer(SeatId(seat), body.to))
    else:
        done_or_fail(await plugs.desk.blind_transfer(SeatId(seat), body.to))
    return DoneOut()


@router.post("/transfer/complete")
async def complete(seat: SeatPath, plugs: Plugged) -> DoneOut:
    done_or_fail(await plugs.desk.complete(SeatId(seat)))
    return DoneOut()


@router.post("/transfer/cancel")
async def cancel(seat: SeatPath, plugs: Plugged) -> DoneOut:
    """Back to the caller."""
    done_or_fail(await plugs.desk.cancel(SeatId(seat)))
    return DoneOut()


@router.post("/transfer/conference")
async def conference(seat: SeatPath, plugs: Plugged) -> DoneOut:
    """Join all three."""
    done_or_fail(await plugs.desk.conference(SeatId(seat)))
    return DoneOut()


@router.post("/hold")
async def hold(seat: SeatPath, plugs: Plugged) -> DoneOut:
    done_or_fail(await plugs.desk.hold(SeatId(seat)))
    return DoneOut()


@router.post("/resume")
async def resume(seat: SeatPath, plugs: Plugged) -> DoneOut:
    done_or_fail(await plugs.desk.resume(SeatId(seat)))
    return DoneOut()


@router.post("/hang-up")
async def hang_up(seat: SeatPath, plugs: Plugged) -> DoneOut:
    done_or_fail(await plugs.desk.hang_up(SeatId(seat)))
    return DoneOut()


@router.post("/call")
async def call_seat(seat: SeatPath, body: CallSeatIn, plugs: Plugged) -> DoneOut:
    """Ring this seat's phone, then the other seat's."""
    done_or_fail(await plugs.desk.call_seat(SeatId(seat), body.to))
    return DoneOut()


@router.post("/dial")
async def dial_out(seat: SeatPath, body: DialIn, plugs: Plugged) -> DoneOut:
    """Ring this seat's phone, then dial through the trunks; only numbers that ``limits.outbound`` allows."""
    done_or_fail(await plugs.desk.dial_out(SeatId(seat), body.number))
    return DoneOut()
