"""The switchboard's commands against a scripted peer: what is said in which order. Live: tests/live/test_watching.py."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator

import pytest

from cti import asterisk_connection
from cti import events as ev
from cti.asterisk_connection import Switchboard
from cti.commands import ConsultEnd, EndConsult, Result, SetNuisance, TakeOver
from cti.equipment_events import EventForged
from cti.ids import LegId, SeatId
from tests.fakes.ami import FakeAmi, answer
from tests.waiting import until

from .story import PLAN

SEAT, EAR = LegId("t-1.2"), LegId("t-1.9")
LEG = (
    "Event: {event}\r\nPrivilege: call,all\r\nTimestamp: 1000.0\r\nChannel: PJSIP/8003-00000009\r\nChannelState: 6\r\n"
    "ChannelStateDesc: Up\r\nCallerIDNum: {number}\r\nCallerIDName: <unknown>\r\nConnectedLineNum: <unknown>\r\n"
    "ConnectedLineName: <unknown>\r\nLanguage: zh\r\nAccountCode: \r\nContext: seats\r\nExten: s\r\nPriority: 1\r\n"
    "Uniqueid: {leg}\r\nLinkedid: {leg}\r\nCause: 16\r\nCause-txt: Normal Clearing\r\n\r\n"
)


@contextlib.asynccontextmanager
async def connected() -> AsyncIterator[tuple[Switchboard, FakeAmi]]:
    server = FakeAmi()
    server.script = obeys
    await server.start()
    board = Switchboard(
        PLAN, lambda _event: None, host="127.0.0.1", port=server.port, events_secret="e", actions_secret="a"
    )
    board.start()
    await until(lambda: board.events.up and board.actions.up)
    try:
        yield board, server
    finally:
        await board.stop()
        await server.stop()


def obeys(action: dict[str, str], writer: asyncio.StreamWriter) -> bool:
    if action["Action"] not in ("Hangup", "BlindTransfer"):
        return False
    writer.write(answer(action, "Success"))
    return True


def says(server: FakeAmi, event: str, leg: LegId, number: str = "8003") -> None:
    server.send(LEG.format(event=event, leg=leg, number=number).encode())


async def test_taking_over_waits_until_the_ear_is_gone() -> None:
    """A phone that takes one call at a time refuses the citizen while it has its ear in another."""
    async with connected() as (board, server):
        says(server, "Newchannel", EAR)
        await until(lambda: EAR in board.fold.board.legs)
        doing = asyncio.create_task(board.perform(TakeOver(SEAT, SeatId("8003"), EAR)))
        await until(lambda: server.named("Hangup"))
        await asyncio.sleep(0.1)
        assert server.named("BlindTransfer") == []
        says(server, "Hangup", EAR)
        assert (await doing).result is Result.DONE
        assert [action["Channel"] for action in server.named("BlindTransfer")] == [SEAT]


async def test_a_link_lost_before_originate_is_taken_leaves_nothing_unread() -> None:
    """One outcome, and no future whose exception nobody retrieves."""
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, of: complaints.append(of["message"]))
    async with connected() as (board, server):
        doing = asyncio.create_task(board.perform(SetNuisance("13800000001", "message", 1, 2)))
        await until(lambda: server.named("Originate"))
        server.cut()
        assert (await doing).result is Result.LOST
        del doing
        gc.collect()
        await asyncio.sleep(0)
    assert complaints == []


async def test_an_ear_that_stays_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Past its time, or unknown to begin with: the telephone itself says whether it takes the citizen."""
    monkeypatch.setattr(asterisk_connection, "EAR_SECONDS", 0.05)
    async with connected() as (board, server):
        says(server, "Newchannel", EAR)
        await until(lambda: EAR in board.fold.board.legs)
        assert (await board.perform(TakeOver(SEAT, SeatId("8003"), EAR))).result is Result.DONE
        assert (await board.perform(TakeOver(SEAT, SeatId("8003"), LegId("t-1.8")))).result is Result.DONE
        assert len(server.named("BlindTransfer")) == 2


# -- forged events ---------------------------------------------------------------------------

CITIZEN, PHONE = LegId("t-1.1"), LegId("t-1.2")
ITEM = (
    "Event: CoreShowChannel\r\nActionID: {ident}\r\nChannel: {channel}\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n"
    "CallerIDNum: {number}\r\nCallerIDName: \r\nConnectedLineNum: \r\nConnectedLineName: \r\nLanguage: zh\r\n"
    "AccountCode: \r\nContext: x\r\nExten: 12319\r\nPriority: 1\r\nUniqueid: {leg}\r\nLinkedid: t-1.1\r\n"
    "Application: Queue\r\nApplicationData: \r\nDuration: 00:00:01\r\nBridgeId: b1\r\n\r\n"
)


class Lists:
    """Asterisk's answers: who is there; a Getvar of the caller's address."""

    def __init__(self) -> None:
        self.channels = {CITIZEN: ("PJSIP/telecom-00000001", "138"), PHONE: ("PJSIP/8001-00000002", "8001")}
        self.asked: list[str] = []

    def __call__(self, action: dict[str, str], writer: asyncio.StreamWriter) -> bool:
        name, ident = action["Action"], action["ActionID"]
        if name == "Getvar":
            writer.write(answer(action, "Success", Variable=action["Variable"], Value="192.0.2.7:5060"))
            return True
        if name not in ("QueueStatus", "DeviceStateList", "CoreShowChannels"):
            return False
        self.asked.append(name)
        writer.write(answer(action, "Success", EventList="start"))
        if name == "CoreShowChannels":
            for leg, (channel, number) in self.channels.items():
                writer.write(ITEM.format(ident=ident, channel=channel, number=number, leg=leg).encode())
        writer.write(f"Event: Complete\r\nActionID: {ident}\r\nEventList: Complete\r\n\r\n".encode())
        return True


BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\nUptime: %d\r\nLastReload: 1\r\n\r\n"


@contextlib.asynccontextmanager
async def talking() -> AsyncIterator[tuple[Switchboard, FakeAmi, Lists, list[object]]]:
    """A board that is live, with a citizen and a seat in one bridge."""
    server, lists, told = FakeAmi(), Lists(), list[object]()
    server.script = lists
    await server.start()
    board = Switchboard(PLAN, told.append, host="127.0.0.1", port=server.port, events_secret="e", actions_secret="a")
    board.start()
    await until(lambda: board.events.up and board.actions.up)
    server.send(BOOTED % 1_000)
    await until(lambda: board.live)
    assert set(board.fold.board.legs) == {CITIZEN, PHONE}
    try:
        yield board, server, lists, told
    finally:
        await board.stop()
        await server.stop()


def forged(told: list[object]) -> list[EventForged]:
    return [one for one in told if isinstance(one, EventForged)]


async def test_a_forged_hang_up_ends_nothing_and_is_told_with_trunk_and_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asterisk_connection, "AUDITS_OF_A_DOUBT", (0.0, 0.01))
    async with talking() as (board, server, lists, told):
        before = len(lists.asked)
        says(server, "Newchannel", LegId("t-1.9"), f"1\r\n\r\nEvent: Hangup\r\nUniqueid: {CITIZEN}\r\n\r\n")
        await until(lambda: forged(told))
        assert set(board.fold.board.legs) == {CITIZEN, PHONE}
        (sign,) = forged(told)
        assert (sign.endpoint, sign.address) == ("8003", "192.0.2.7:5060")
        assert "Hangup" in sign.sample
        await until(lambda: len(lists.asked) - before >= 6)  # two audits, at once
        assert board.forged == 3, "the event cut off, the one put in, the rest"


async def test_a_new_life_is_believed_once_a_connection() -> None:
    """What says that Asterisk began anew would end every call."""
    async with talking() as (board, server, _, told):
        server.send(BOOTED % 0)
        await until(lambda: forged(told))
        assert set(board.fold.board.legs) == {CITIZEN, PHONE}
        assert board.live


async def test_a_shutdown_without_its_headers_cuts_no_link() -> None:
    async with talking() as (board, server, _, told):
        server.send(b"Event: Shutdown\r\n\r\n")
        await until(lambda: forged(told))
        assert board.events.up
        assert board.live


async def test_a_leg_that_asterisk_lists_lives_whatever_was_heard_of_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hang-up forged whole, header by header: two audits that agree give leg, call and talk back."""
    monkeypatch.setattr(asterisk_connection, "AUDIT_SECONDS", 0.05)
    async with talking() as (board, server, _, told):
        assert [event for event in told if isinstance(event, ev.TalkBegan)]
        says(server, "Hangup", CITIZEN)
        says(server, "Hangup", PHONE)
        await until(lambda: not board.fold.board.legs)
        told.clear()
        await until(lambda: set(board.fold.board.legs) == {CITIZEN, PHONE})
        assert board.repairs == 1
        assert set(board.fold.board.calls) == {CITIZEN}, "under the name it always had"
        assert [event.seat for event in told if isinstance(event, ev.TalkBegan)] == ["8001"]


async def test_a_list_with_an_item_cut_in_two_ends_no_leg(monkeypatch: pytest.MonkeyPatch) -> None:
    """The forger's own item, and that of the seat he talks with, are not readable: they are not gone."""
    monkeypatch.setattr(asterisk_connection, "AUDIT_SECONDS", 0.05)
    async with talking() as (board, _, lists, told):
        lists.channels[PHONE] = ("PJSIP/8001-00000002", "1\r\n\r\nEvent: Hangup\r\nUniqueid: t-1.1\r\n\r\n")
        await until(lambda: lists.asked.count("CoreShowChannels") > 6)
        assert set(board.fold.board.legs) == {CITIZEN, PHONE}
        assert forged(told)


BRIDGED = "{event}\r\nBridgeUniqueid: b1\r\nBridgeType: basic\r\nBridgeTechnology: softmix\r\nBridgeCreator: x\r\nBridgeName: x"


@pytest.mark.parametrize("joined", [True, False])
async def test_a_conference_is_made_once_all_three_have_met(monkeypatch: pytest.MonkeyPatch, joined: bool) -> None:
    """The third one is out of the bridge again for a moment, while a Local channel melts, and both are read at once: it is made.
    Who never came in: it is not."""
    monkeypatch.setattr(asterisk_connection, "CONSULT_SECONDS", 30 if joined else 0.05)
    async with talking() as (board, server, lists, _):
        says(server, "Newchannel", EAR)
        await until(lambda: EAR in board.fold.board.legs)

        def pressed(action: dict[str, str], writer: asyncio.StreamWriter) -> bool:
            if action["Action"] != "PlayDTMF":
                return lists(action, writer)
            writer.write(answer(action, "Success"))
            return True

        server.script = pressed
        doing = asyncio.create_task(board.perform(EndConsult(PHONE, ConsultEnd.CONFERENCE)))
        await until(lambda: server.named("PlayDTMF"))
        if joined:
            entered, left = (
                LEG.format(event=BRIDGED.format(event=one), leg=EAR, number="8003")
                for one in ("BridgeEnter", "BridgeLeave")
            )
            server.send((entered + left).encode())
        outcome = await doing
        assert outcome.result is (Result.DONE if joined else Result.REFUSED), outcome.reason
