"""The door under a real Asterisk with the rendered dialplan: the caller is led on whatever the door does (T8, T9)."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from hotline.demo.phones import Call
from hotline.demo.sound import tone
from hotline.demo.stage import Table
from tests.config.alone import NOTICE_S, Alone, alone

from .door import Door

pytestmark = pytest.mark.live

CALLER = tone(440)
MENU = "12319001"


def lines(table: Table) -> None:
    table["line"].append(
        {"id": "menu", "name": "按键", "numbers": [MENU], "queue": "mandarin", "menu": {"2": "minnan"}}
    )


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with alone(tmp_path_factory.mktemp("door"), lines) as one:
        yield one


@pytest.fixture
def door(here: Alone) -> Iterator[Door]:
    with Door(here.settings.ports.agi) as one:
        yield one


@asynccontextmanager
async def calling(here: Alone, caller: str, number: str = "12319") -> AsyncIterator[Call]:
    """A caller who is answered; afterwards no channel may be left."""
    async with here.rack("telecom") as telecom:
        call = await telecom.dial(number, caller=caller, sound=CALLER)
        assert await call.until_answered(5)
        yield call
        call.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"), 5)


async def told(here: Alone, caller: str, event: str, seconds: float = 20.0) -> None:
    await here.until(lambda: event in [kind for kind, _extra in here.said(caller)], seconds)


def notices(here: Alone, caller: str) -> list[str]:
    return [extra for kind, extra in here.said(caller) if kind == "NOTICE"]


async def test_a_citizen_is_greeted_by_the_journey_and_queued(here: Alone, door: Door) -> None:
    """One command: the notice is told and heard, then the queue; Asterisk complains of nothing."""
    async with calling(here, "13806030001") as call:
        assert await call.until_heard(3.0, 6)
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"))
    assert notices(here, "13806030001") == ["welcome|journey"]
    tally = door.until(open=0, done=1)
    assert (tally["commands"], tally["silent_prompts"]) == (1, 0)
    assert here.complaints() == []


async def test_a_key_leads_to_its_queue(here: Alone, door: Door) -> None:
    """The menu hears the caller's key."""
    async with calling(here, "13806030002", MENU) as call:
        await told(here, "13806030002", "NOTICE")
        limit = asyncio.get_running_loop().time() + 30
        while "1 calls" not in here.cli("queue show minnan"):
            assert asyncio.get_running_loop().time() < limit, "no key was heard"
            await call.press("2")
            await asyncio.sleep(0.5)
    door.until(open=0, done=1)


async def test_a_caller_who_leaves_in_the_notice(here: Alone, door: Door) -> None:
    """The dialogue ends at once and nothing is left behind."""
    async with calling(here, "13806030004", MENU) as call:
        await told(here, "13806030004", "NOTICE")
        call.hang_up()
        door.until(open=0, hung_up=1)


@pytest.mark.parametrize("what", [signal.SIGSTOP, signal.SIGKILL])
async def test_the_last_notice_is_heard_to_its_end(here: Alone, door: Door, what: signal.Signals) -> None:
    """Whatever becomes of the daemon meanwhile: the journey is over before the notice begins."""
    caller = f"138060301{what:02}"
    async with calling(here, caller):
        await told(here, caller, "NOTICE")
        assert door.until(open=0, done=1)["commands"] == 1
        door.process.send_signal(what)
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 20)
    assert notices(here, caller) == ["welcome|journey"]
    rows = [row for row in here.rows() if row[3] == caller]
    began = next(float(row[1]) for row in rows if row[18] == "NOTICE")
    queued = next(float(row[1]) for row in rows if row[0] == "APP_START")
    assert queued - began > NOTICE_S - 0.2
    door.process.send_signal(signal.SIGCONT)


async def test_frozen_in_the_notice(here: Alone, door: Door) -> None:
    """SIGSTOP while a notice plays that has a menu behind it: it is heard once, and the caller is queued when the deadline has passed."""
    async with calling(here, "13806030005", MENU):
        await told(here, "13806030005", "NOTICE")
        door.process.send_signal(signal.SIGSTOP)
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 20)
    assert notices(here, "13806030005") == ["welcome|journey"]
    door.process.send_signal(signal.SIGCONT)
    door.until(open=0)


async def test_frozen_before_the_call(here: Alone, door: Door) -> None:
    """The kernel still takes the connection: the dialplan greets and queues, and thawing disturbs nobody."""
    door.process.send_signal(signal.SIGSTOP)
    async with calling(here, "13806030006"):
        await told(here, "13806030006", "NOTICE")
        door.process.send_signal(signal.SIGCONT)
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 20)
    assert notices(here, "13806030006") == ["welcome|dialplan"]
    door.until(open=0)


async def test_killed_in_the_notice(here: Alone, door: Door) -> None:
    """kill -9 before the menu: the caller is queued at once, told apart from one who was never greeted."""
    async with calling(here, "13806030007", MENU):
        await told(here, "13806030007", "NOTICE")
        door.process.kill()
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 20)
    assert notices(here, "13806030007") == ["welcome|journey"]


@pytest.mark.parametrize(
    ("said", "close"),
    [(b"", True), (b"EXEC MSet HOTLINE_QU", True), (b"hello\n", False)],
    ids=["early close", "half a line, then close", "garbage, then silence"],
)
async def test_a_door_gone_mad(here: Alone, said: bytes, close: bool) -> None:
    """Whatever a broken daemon sends, the dialplan greets and queues within its deadline.

    But for half a line on a connection that stays open, which no deadline of Asterisk's ends (run_agi spins in
    fgets): that is why the door gives each command to the kernel in one piece, or closes.
    """

    async def mad(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\n\n")
            writer.write(said)
            if not close:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    caller = f"1380603{len(said):04}"
    server = await asyncio.start_server(mad, "127.0.0.1", here.settings.ports.agi)
    try:
        async with calling(here, caller):
            await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 30)
    finally:
        server.close()
    assert notices(here, caller) == ["welcome|dialplan"]


async def test_no_door_at_all(here: Alone) -> None:
    """Refused: the dialplan greets at once."""
    async with calling(here, "13806030009"):
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 20)
    assert notices(here, "13806030009") == ["welcome|dialplan"]
