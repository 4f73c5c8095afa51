"""Keys of browser phones, on a real Asterisk behind a real nginx: what registers, what does not, and that no call comes of it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from config.sections.seats import Device
from console.error_answers import Failed
from cti import events as ev
from cti.asterisk_connection import Switchboard
from cti.cel_reader import Book, Mark
from cti.commands import Outcome, Result, SetPhoneKey
from cti.ids import SeatId
from hotline.lab.hotline_instance import Table
from hotline.numbering_plan import plan_of
from hotline.programs import edge
from hotline.programs.browser_phone_keys import Key, PhoneKeys
from hotline.programs.edge import EmbeddedEdge
from hotline.programs.phone_proxy_control import PhoneProxyControl
from tests.config.alone import Alone, alone
from tests.live.wsphone import Phone

BROWSER, OTHER = SeatId("8001"), SeatId("8002")


def browsers(table: Table) -> None:
    for seat in table["seat"][:4]:
        seat["device"] = "browser"
    table["asterisk"]["bind"] = "127.0.0.1"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    if edge.program() is None:
        pytest.skip("no nginx on this machine: .ci/prepare")
    with alone(tmp_path_factory.mktemp("keys"), browsers) as one:
        yield one


class Running:
    def __init__(self, here: Alone) -> None:
        self.here, self.heard = here, list[ev.Event]()
        self.board = Switchboard(
            plan_of(here.settings), self.heard.append, host="127.0.0.1", port=here.settings.ports.ami,
            events_secret=here.secrets["ami-events"], actions_secret=here.secrets["ami-actions"],
        )  # fmt: skip
        self.keys = PhoneKeys(here.settings, self.board.perform)

    @asynccontextmanager
    async def phone(self, seat: str) -> AsyncIterator[Phone]:
        trusted = ssl.create_default_context(cafile=self.here.places.edge / "certificate.pem")
        url = f"wss://127.0.0.1:{self.here.settings.edge.port}/sip"
        cookie = {"Cookie": f"seat={seat}"}
        sip = [Subprotocol("sip")]
        async with connect(url, ssl=trusted, subprotocols=sip, close_timeout=0.2, additional_headers=cookie) as socket:
            yield Phone(socket, seat)

    async def register(self, seat: str, key: str) -> int:
        async with self.phone(seat) as phone:
            return await phone.register(key)


async def _gate(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A daemon that lets every phone through, as that of the seat in its cookie."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            seat = (await reader.readuntil(b"\r\n\r\n")).partition(b"seat=")[2][:4]
            writer.write(
                b"HTTP/1.1 204 No Content\r\nX-Hotline-Seat: %b\r\nX-Hotline-Session: s%b\r\n\r\n" % (seat, seat)
            )
    writer.close()


@asynccontextmanager
async def running(here: Alone) -> AsyncIterator[Running]:
    """The board live and the edge up before the Asterisk of this module."""
    made = Running(here)
    nginx = edge.program()
    assert nginx is not None
    program = EmbeddedEdge(here.settings, here.places, nginx)
    sockets = PhoneProxyControl(here.settings, here.places, here.secrets["phone-proxy"])
    gate = await asyncio.start_server(_gate, "127.0.0.1", here.settings.ports.api)
    made.board.start()
    try:
        await sockets.start()
        await program.start()
        await here.until(lambda: made.board.live and made.board.actions.up)
        yield made
    finally:
        await program.stop()
        await sockets.stop()
        await made.board.stop()
        gate.close()


@pytest.mark.live
async def test_a_key_lives_until_the_next(here: Alone) -> None:
    """Without a key nobody registers; with the newest one its phone does, with an older one it does not."""
    async with running(here) as one:
        assert await one.register(BROWSER, "0" * 32) not in (200, 401)
        first = await one.keys.issue(BROWSER, "s1")
        assert (first.user, first.uri) == ("8001", "sip:8001@hotline")
        assert await one.register(BROWSER, first.password) == 200
        second = await one.keys.issue(BROWSER, "s1")
        assert await one.register(BROWSER, first.password) == 401
        assert await one.register(BROWSER, second.password) == 200
        assert await one.register(OTHER, second.password) not in (200, 401)
        await one.keys.revoke(BROWSER, one.keys.issued(BROWSER))
        assert await one.register(BROWSER, second.password) == 401
        desk = here.secrets["sip-8005"]
        async with here.rack("desk") as rack:
            from hotline.lab.phones import refusing

            await rack.register("8005", desk, refusing())  # desk phones keep theirs


@pytest.mark.live
async def test_a_seat_has_one_phone(here: Alone) -> None:
    """A page's phone is cut when the next one of the same seat comes, and its contact goes with it."""
    async with running(here) as one:
        key = await one.keys.issue(BROWSER, "s1")
        async with one.phone(BROWSER) as first:
            assert await first.register(key.password) == 200
            async with one.phone(BROWSER) as second:
                assert await second.register(key.password) == 200
                with pytest.raises(ConnectionClosed):
                    await first.register(key.password)
                await here.until(lambda: here.cli("pjsip show contacts").count(" 8001/") == 1)


@pytest.mark.live
async def test_media_is_offered_where_the_browser_can_reach_it(here: Alone) -> None:
    """A browser is a seat, whatever address nginx speaks from; Asterisk offers sound at asterisk.bind and nowhere else."""
    async with running(here) as one:
        key = await one.keys.issue(BROWSER, "s1")
        async with one.phone(BROWSER) as phone:
            assert await phone.register(key.password) == 200
            answer = await phone.invite("*43", key.password)
        assert answer.startswith("SIP/2.0 200"), answer
        assert f"c=IN IP4 {here.settings.asterisk.bind}" in answer
        assert "UDP/TLS/RTP/SAVPF 8" in answer
        here.cli("channel request hangup all")
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))


@pytest.mark.live
async def test_a_key_is_no_call(here: Alone) -> None:
    """Neither the board nor the book knows of a call; the key is in no log."""
    async with running(here) as one:
        before = len(one.heard)
        key = await one.keys.issue(OTHER, "s2")
        assert await one.register(OTHER, key.password) == 200
        await here.until(
            lambda: any("Local/8002@phone-key" in row[9] and row[0] == "LINKEDID_END" for row in here.rows())
        )
        arrived = [event for event in one.heard[before:] if isinstance(event, ev.CallArrived)]
        assert arrived == []
    book = Book(plan_of(here.settings), here.places.cel, here.places.queue_log, Mark())
    batch = book.read()
    assert batch is not None
    assert not [e for e in batch.events if isinstance(e, ev.CallArrived) and "phone-key" in str(e)]
    assert not [e for e in batch.events if isinstance(e, ev.LegBegan) and not e.endpoint]
    for log in here.places.asterisk_log.rglob("*"):
        assert not log.is_file() or key.password not in log.read_text(encoding="utf-8", errors="replace"), log
    assert [line for line in here.complaints() if "phone-key" in line] == []


@pytest.mark.live
async def test_a_key_survives_a_restart_of_asterisk(here: Alone) -> None:
    """It stands in Asterisk's own database."""
    async with running(here) as one:
        key = await one.keys.issue(BROWSER, "s1")
        await asyncio.sleep(1.5)  # Asterisk commits its database once a second
        program = here.program()
        await program.start()
        old = program.pid
        await program.restart("a test asks for it")
        await here.until(lambda: program.pid not in (None, old), 30)
        await program.leave()
        assert await one.register(BROWSER, key.password) == 200


async def test_what_is_refused() -> None:
    """A seat that is none, a desk phone, and a telephone that does not answer; revoking never fails."""
    from config.read import parse
    from hotline.lab.hotline_instance import derive, shipped

    settings = parse(derive(shipped(), 31000, browsers))
    asked: list[SetPhoneKey] = []

    async def lost(command: object) -> Outcome:
        assert isinstance(command, SetPhoneKey)
        asked.append(command)
        return Outcome(command, Result.LOST, "no link")

    keys = PhoneKeys(settings, lost)
    desk = next(seat.id for seat in settings.seat if seat.device is Device.DESK)
    for seat, status in ((SeatId("9999"), 404), (SeatId(desk), 409), (BROWSER, 503)):
        with pytest.raises(Failed) as refused:
            await keys.issue(seat, "s1")
        assert refused.value.status == status
    assert not await keys.revoke(BROWSER, keys.issued(BROWSER))
    assert await keys.revoke(BROWSER, 0), "a newer key was issued meanwhile: it is not the one that was meant"
    assert await keys.revoke(SeatId(desk), 0)
    assert [command.seat for command in asked] == [BROWSER, BROWSER]
    assert asked[0].key not in repr(Key("8001", asked[0].key, ""))
