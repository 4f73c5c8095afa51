"""The AMI door's guards, each against a scripted peer on real loopback TCP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from cti import ami_decoder, link
from cti.errors import LinkLost, NoAnswer, Refused
from cti.link import Link
from tests.fakes.ami import FakeAmi, answer
from tests.waiting import until


class Rig:
    def __init__(self, server: FakeAmi) -> None:
        self.server = server
        self.events: list[bytes] = []
        self.ups = 0
        self.downs: list[str] = []
        self.link = Link(
            "test", host="127.0.0.1", port=server.port, user="u", secret="s", events=True,
            on_event=self.hear, on_up=self._up, on_down=self.downs.append,
        )  # fmt: skip
        self.bad_listener = False

    def hear(self, message: bytes) -> None:
        self.events.append(message)
        if self.bad_listener:
            raise RuntimeError("a listener's fault")

    def _up(self) -> None:
        self.ups += 1


@contextlib.asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    server = FakeAmi()
    await server.start()
    made = Rig(server)
    task = asyncio.create_task(made.link.run())
    await until(lambda: made.link.up)
    try:
        yield made
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await server.stop()


async def test_a_name_cut_in_the_middle_of_a_character_arrives_whole() -> None:
    """王小明 sent in two TCP pieces, cut inside 小, is heard as 王小明."""
    async with rig() as r:
        data = "Event: Newchannel\r\nCallerIDName: 王小明\r\n\r\n".encode()
        cut = data.index("小".encode()) + 1
        r.server.send(data[:cut])
        await asyncio.sleep(0.02)  # two pieces on the wire, not one
        r.server.send(data[cut:])
        await until(lambda: r.events)
        assert ami_decoder.text(ami_decoder.headers(r.events[0])[b"CallerIDName"]) == "王小明"


async def test_a_listener_that_raises_costs_no_event() -> None:
    """The event after the one whose listener failed is heard, on the same connection."""
    async with rig() as r:
        r.bad_listener = True
        r.server.send(b"Event: A\r\n\r\nEvent: B\r\n\r\n")
        await until(lambda: len(r.events) == 2)
        assert r.server.connections == 1


async def test_an_unanswered_action_is_lost_with_the_connection_and_never_sent_again() -> None:
    """A cut connection ends the question; the next connection does not replay it."""
    async with rig() as r:
        asked = asyncio.create_task(r.link.ask({"Action": "Originate"}, deadline=5))
        await until(lambda: r.server.named("Originate"))
        r.server.cut()
        with pytest.raises(LinkLost):
            await asked
        await until(lambda: r.ups >= 2)
        await r.link.ask({"Action": "Ping"}, deadline=2)
        assert len(r.server.named("Originate")) == 1


async def test_an_action_without_an_answer_meets_its_deadline() -> None:
    """Silence is an outcome."""
    async with rig() as r:
        with pytest.raises(NoAnswer):
            await r.link.ask({"Action": "Silence"}, deadline=0.05)


async def test_an_error_answer_is_a_refusal_with_asterisks_words() -> None:
    """The message of an error response reaches who asked."""
    async with rig() as r:
        r.server.script = lambda a, w: (
            a["Action"] == "Bad" and (w.write(answer(a, "Error", Message="No such queue")) or True)  # type: ignore[func-returns-value]
        )
        with pytest.raises(Refused, match="No such queue"):
            await r.link.ask({"Action": "Bad"}, deadline=2)


async def test_a_silent_peer_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A half-open connection (no end, no answer) is found by the pulse and replaced."""
    monkeypatch.setattr(link, "PULSE_SECONDS", 0.05)
    monkeypatch.setattr(link, "PULSE_DEADLINE", 0.05)
    monkeypatch.setattr(link, "LOGIN_DEADLINE", 0.3)  # a login may still meet the silence
    async with rig() as r:
        r.server.deaf = True
        await until(lambda: r.downs)
        assert r.downs[0] == "peer does not answer"
        r.server.deaf = False
        await until(lambda: r.ups >= 2)


async def test_a_refused_pulse_ends_the_connection_and_not_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    """An Asterisk that shuts down answers each action with an error: the next one is found, however long that takes."""
    monkeypatch.setattr(link, "PULSE_SECONDS", 0.05)
    async with rig() as r:
        r.server.script = lambda a, w: (
            a["Action"] == "Ping" and (w.write(answer(a, "Error", Message="Asterisk is shutting down")) or True)  # type: ignore[func-returns-value]
        )
        await until(lambda: r.downs)
        assert r.downs[0] == "Asterisk is shutting down"
        r.server.script = lambda _action, _writer: False
        await until(lambda: r.ups >= 2)


async def test_a_list_is_handed_over_in_its_place_in_the_stream() -> None:
    """on_done runs before the event that follows the list is heard."""
    async with rig() as r:
        order: list[str] = []

        def script(a: dict[str, str], w: asyncio.StreamWriter) -> bool:
            if a["Action"] != "List":
                return False
            ident = a["ActionID"]
            w.write(
                answer(a, "Success", EventList="start")
                + f"Event: Item\r\nActionID: {ident}\r\nName: one\r\n\r\n".encode()
                + f"Event: ListComplete\r\nActionID: {ident}\r\nEventList: Complete\r\n\r\n".encode()
                + b"Event: After\r\n\r\n"
            )
            return True

        r.server.script = script
        parts = await r.link.ask(
            {"Action": "List"},
            deadline=2,
            on_done=lambda p: order.append(f"list of {len(p)}, {len(r.events)} events before"),
        )
        await until(lambda: r.events)
        assert [p.get(b"Name") for p in parts] == [None, b"one", None]
        assert order == ["list of 3, 0 events before"]


@pytest.mark.parametrize("value", ["a\r\nAction: Originate", "a\nb", "a\0b", "x" * 901])
async def test_no_value_can_smuggle_a_header(value: str) -> None:
    """Line ends, NUL and overlong values are refused before anything is written."""
    async with rig() as r:
        with pytest.raises(ValueError, match="not sendable"):
            await r.link.ask({"Action": "Setvar", "Value": value}, deadline=1)
        assert not r.server.named("Setvar")


async def test_a_refused_login_is_said_and_not_hammered() -> None:
    """A wrong secret is tried again slowly."""
    server = FakeAmi()
    await server.start()
    server.refuse_login = True
    made = Rig(server)
    task = asyncio.create_task(made.link.run())
    await until(lambda: server.named("Login"))
    await asyncio.sleep(0.3)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await server.stop()
    assert server.connections == 1
    assert not made.link.up


async def test_asking_while_down_is_a_loss_at_once() -> None:
    """No connection, no waiting."""
    made = Link("x", host="127.0.0.1", port=1, user="u", secret="s", events=False, on_event=lambda _m: None)
    with pytest.raises(LinkLost):
        await made.ask({"Action": "Ping"}, deadline=1)
