"""What a seat does with a call: transfer, consult, conference, hold, hang up, call, dial."""

from __future__ import annotations

from fastapi import APIRouter

from agents import commands
from console.authorization import OwnSeat
from console.contract.rest import CallSeatIn, DialIn, DoneOut, DropIn, KeysIn, TransferIn, TransferToQueueIn
from console.error_answers import done_or_fail
from console.services import Plugged
from cti.ids import LegId, QueueId, SeatId

router = APIRouter(prefix="/api/seats/{seat}", tags=["telephone"])


@router.post("/transfer")
async def transfer(seat: OwnSeat, body: TransferIn, plugs: Plugged) -> DoneOut:
    """``blind``: give the caller away. ``attended``: consult first; complete, cancel or conference ends it."""
    kind = commands.TransferAttended if body.kind == "attended" else commands.TransferBlind
    return done_or_fail(await plugs.desk.ask(kind(SeatId(seat), body.to)))


@router.post("/transfer/queue")
async def transfer_to_queue(seat: OwnSeat, body: TransferToQueueIn, plugs: Plugged) -> DoneOut:
    """The caller waits for somebody with another skill, before those who have not talked with anybody."""
    return done_or_fail(await plugs.desk.ask(commands.TransferToQueue(SeatId(seat), QueueId(body.queue))))


@router.post("/transfer/complete")
async def complete(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    return done_or_fail(await plugs.desk.ask(commands.ConsultComplete(SeatId(seat))))


@router.post("/transfer/cancel")
async def cancel(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    """Back to the caller."""
    return done_or_fail(await plugs.desk.ask(commands.ConsultCancel(SeatId(seat))))


@router.post("/transfer/conference")
async def conference(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    """Join all three."""
    return done_or_fail(await plugs.desk.ask(commands.Conference(SeatId(seat))))


@router.post("/transfer/swap")
async def swap(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    """To the caller while who is consulted waits, or back."""
    return done_or_fail(await plugs.desk.ask(commands.SwapConsult(SeatId(seat))))


@router.post("/drop")
async def drop(seat: OwnSeat, body: DropIn, plugs: Plugged) -> DoneOut:
    """End one party of the own call; the others go on."""
    return done_or_fail(await plugs.desk.ask(commands.DropParty(SeatId(seat), LegId(body.leg))))


@router.post("/keys")
async def keys(seat: OwnSeat, body: KeysIn, plugs: Plugged) -> DoneOut:
    """For a desk phone seen from its page: a softphone presses its own."""
    return done_or_fail(await plugs.desk.ask(commands.PressKeys(SeatId(seat), body.keys)))


@router.post("/hold")
async def hold(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    return done_or_fail(await plugs.desk.ask(commands.HoldCall(SeatId(seat))))


@router.post("/resume")
async def resume(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    return done_or_fail(await plugs.desk.ask(commands.ResumeCall(SeatId(seat))))


@router.post("/hang-up")
async def hang_up(seat: OwnSeat, plugs: Plugged) -> DoneOut:
    return done_or_fail(await plugs.desk.ask(commands.HangUpCall(SeatId(seat))))


@router.post("/call")
async def call_seat(seat: OwnSeat, body: CallSeatIn, plugs: Plugged) -> DoneOut:
    """Ring this seat's phone, then the other seat's."""
    return done_or_fail(await plugs.desk.ask(commands.CallSeat(SeatId(seat), SeatId(body.to))))


@router.post("/dial")
async def dial_out(seat: OwnSeat, body: DialIn, plugs: Plugged) -> DoneOut:
    """Ring this seat's phone, then dial through the trunks; only numbers that ``limits.outbound`` allows."""
    return done_or_fail(await plugs.desk.ask(commands.DialOut(SeatId(seat), body.number)))
