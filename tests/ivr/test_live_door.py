"""The door under a real Asterisk with the rendered dialplan: the caller is led on whatever the door does (T8, T9).

A line without an advice does not ask the daemon at all; ``ASKING`` is one whose journey does, before
its notice. That both go the way the walker says is in ``test_live_walks.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call
from hotline.lab.sound import tone
from tests.config.alone import NOTICE_S, Alone, alone

from .fastagi_process import Door

pytestmark = pytest.mark.live

CALLER = tone(440)
MENU, ASKING = "12319001", "12319002"
SECONDS = 3
"""The deadline of the advice."""


def lines(table: Table) -> None:
    table["journey"] = {
        "asking": {
            "wait": {"kind": "advice", "ask": "wait", "seconds": SECONDS, "answers": {"long": "other"}, "otherwise": "notice"},
            "notice": {"kind": "notice", "next": "people"},
            "people": {"kind": "queue"},
            "other": {"kind": "notice", "next": "minnan"},
            "minnan": {"kind": "queue", "queue": "minnan"},
        }
    }  # fmt: skip
    table["line"] += [
        {"id": "menu", "name": "按键", "numbers": [MENU], "queue": "mandarin", "menu": {"2": "minnan"}},
        {"id": "asking", "name": "询问", "numbers": [ASKING], "queue": "mandarin", "journey": "asking"},
    ]


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


async def asking(here: Alone) -> None:
    """Until a caller is in the advice: Asterisk has asked, and waits."""
    await here.until(lambda: "!AGI!" in here.cli("core show channels concise"), 5)


def steps(here: Alone, caller: str) -> list[str]:
    return [extra for kind, extra in here.said(caller) if kind == "STEP"]


def notices(here: Alone, caller: str) -> list[str]:
    return [extra for kind, extra in here.said(caller) if kind == "NOTICE"]


async def test_a_citizen_is_greeted_and_queued(here: Alone, door: Door) -> None:
    """The notice is told and heard, then the queue, and the daemon is not asked at all; Asterisk complains of nothing."""
    async with calling(here, "13806030001") as call:
        assert await call.until_heard(3.0, 6)
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"))
    assert notices(here, "13806030001") == ["welcome|dialplan"]
    assert door.counts()["connections"] == 0
    assert here.complaints() == []


@pytest.mark.parametrize("what", ["alive", "dead"])
async def test_a_key_leads_to_its_queue(here: Alone, what: str) -> None:
    """The menu hears the caller's key, with the daemon and without; it asks the daemon nothing."""
    caller = f"1380603020{what == 'dead':d}"
    with Door(here.settings.ports.agi) if what == "alive" else contextlib.nullcontext() as door:
        async with calling(here, caller, MENU) as call:
            await told(here, caller, "NOTICE")
            limit = asyncio.get_running_loop().time() + 30
            while "1 calls" not in here.cli("queue show minnan"):
                assert asyncio.get_running_loop().time() < limit, "no key was heard"
                await call.press("2")
                await asyncio.sleep(0.5)
        assert door is None or door.counts()["connections"] == 0


async def test_an_advice_is_one_question(here: Alone, door: Door) -> None:
    """One connection, one command, and the caller goes where the answer leads."""
    async with calling(here, "13806030003", ASKING):
        await here.until(lambda: "1 calls" in here.cli("queue show minnan"))
    counts = door.until(open=0, done=1)
    assert (counts["connections"], counts["questions"], counts["commands"]) == (1, 1, 1)
    assert steps(here, "13806030003") == ["wait|long"]
    assert here.complaints() == []


async def test_a_caller_who_leaves_while_the_daemon_thinks(here: Alone, door: Door) -> None:
    """The conversation ends and nothing is left behind."""
    door.process.send_signal(signal.SIGSTOP)
    async with calling(here, "13806030004", ASKING) as call:
        await asking(here)
        call.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))
    door.process.send_signal(signal.SIGCONT)
    door.until(open=0, hung_up=1)


async def test_frozen_when_it_is_asked(here: Alone, door: Door) -> None:
    """The kernel still takes the connection: music, and at the deadline the caller goes the way without an advice, once.

    Thawing disturbs nobody.
    """
    door.process.send_signal(signal.SIGSTOP)
    async with calling(here, "13806030006", ASKING) as call:
        assert await call.until_heard(1.0, 2.9)
        await told(here, "13806030006", "NOTICE")
        door.process.send_signal(signal.SIGCONT)
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 20)
    assert notices(here, "13806030006") == ["welcome|dialplan"]
    assert steps(here, "13806030006") == ["wait|otherwise"]
    rows = [row for row in here.rows() if row[3] == "13806030006"]
    began = next(float(row[1]) for row in rows if row[0] == "ANSWER")
    step = next(float(row[1]) for row in rows if row[18] == "STEP")
    assert step - began > SECONDS - 0.2
    door.until(open=0)


async def test_killed_while_it_is_asked(here: Alone, door: Door) -> None:
    """kill -9 between question and answer: the caller goes on at once."""
    door.process.send_signal(signal.SIGSTOP)
    async with calling(here, "13806030007", ASKING):
        await asking(here)
        door.process.kill()
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 20)
    assert steps(here, "13806030007") == ["wait|otherwise"]
    assert notices(here, "13806030007") == ["welcome|dialplan"]


@pytest.mark.parametrize("what", [signal.SIGSTOP, signal.SIGKILL])
async def test_the_notice_is_heard_to_its_end(here: Alone, door: Door, what: signal.Signals) -> None:
    """Whatever becomes of the daemon meanwhile: it has no part in it."""
    caller = f"138060301{what:02}"
    async with calling(here, caller, ASKING):
        await told(here, caller, "NOTICE")
        assert door.until(open=0, done=1)["commands"] == 1
        door.process.send_signal(what)
        await here.until(lambda: "1 calls" in here.cli("queue show minnan"), 20)
    assert notices(here, caller) == ["welcome|dialplan"]
    rows = [row for row in here.rows() if row[3] == caller]
    began = next(float(row[1]) for row in rows if row[18] == "NOTICE")
    queued = next(float(row[1]) for row in rows if row[0] == "APP_START")
    assert queued - began > NOTICE_S - 0.2
    door.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize(
    ("said", "close"),
    [(b"", True), (b"SET VARIABLE HOTLI", True), (b"hello\n", False)],
    ids=["early close", "half a line, then close", "garbage, then silence"],
)
async def test_a_door_gone_mad(here: Alone, said: bytes, close: bool) -> None:
    """Whatever a broken daemon sends, the caller is led on within the deadline.

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
        async with calling(here, caller, ASKING):
            await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 30)
    finally:
        server.close()
    assert steps(here, caller) == ["wait|otherwise"]
    assert notices(here, caller) == ["welcome|dialplan"]


async def test_no_door_at_all(here: Alone) -> None:
    """Refused: the caller goes on at once."""
    async with calling(here, "13806030009", ASKING):
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 20)
    assert notices(here, "13806030009") == ["welcome|dialplan"]


@pytest.mark.parametrize("what", ["renamed", "another kind"])
async def test_a_reload_takes_away_where_the_caller_is(here: Alone, what: str) -> None:
    """The step is called otherwise in the new settings, or is something else: he gets a person of the line all the same."""
    file = here.places.asterisk_etc / "extensions.conf"
    before = file.read_text("utf-8")
    after = before.replace("notice_notice,1", "notice_renamed,1" if what == "renamed" else "queue_notice,1")
    assert after != before
    caller = f"138060304{len(what):02}"
    try:
        async with calling(here, caller, ASKING):
            await told(here, caller, "NOTICE")
            file.write_text(after, "utf-8")
            here.cli("dialplan reload")
            await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 30)
    finally:
        file.write_text(before, "utf-8")
        here.cli("dialplan reload")
