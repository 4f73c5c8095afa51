"""Parts begin in order and end in reverse, also when a start fails or is cut off half-way."""

from __future__ import annotations

import asyncio

import pytest
import structlog

from hotline.parts import EachTurn, OneTask, Parts, woken


class Told:
    """A part that says what it is asked."""

    def __init__(self, name: str, said: list[str], *, fails: str = "", waits: asyncio.Event | None = None) -> None:
        self._name, self._said, self._fails, self._waits = name, said, fails, waits

    async def start(self) -> None:
        self._said.append(f"{self._name} starts")
        if self._waits is not None:
            await self._waits.wait()
        if self._fails == "start":
            raise OSError(self._name)

    async def stop(self) -> None:
        self._said.append(f"{self._name} stops")
        if self._fails == "stop":
            raise OSError(self._name)


class AtOnce(Told):
    def start(self) -> None:  # type: ignore[override]
        self._said.append(f"{self._name} starts")


async def test_in_order_and_in_reverse() -> None:
    said: list[str] = []
    parts = Parts()
    first = Told("first", said)
    assert await parts.begin(first) is first
    await parts.begin(AtOnce("second", said))
    parts.at_end(Told("between", said).stop)
    await parts.begin(Told("third", said))
    await parts.stop()
    assert said == [
        "first starts", "second starts", "third starts", "third stops", "between stops", "second stops", "first stops",
    ]  # fmt: skip
    await parts.stop()
    assert len(said) == 7


async def test_a_start_that_fails_is_ended_with_those_before_it() -> None:
    said: list[str] = []
    parts = Parts()
    await parts.begin(Told("first", said))
    with pytest.raises(OSError, match="second"):
        await parts.begin(Told("second", said, fails="start"))
    await parts.stop()
    assert said == ["first starts", "second starts", "second stops", "first stops"]


async def test_a_start_that_is_cut_off_is_ended_too() -> None:
    said: list[str] = []
    parts = Parts()
    begun = asyncio.ensure_future(parts.begin(Told("first", said, waits=asyncio.Event())))
    while not said:
        await asyncio.sleep(0)
    begun.cancel()
    await asyncio.gather(begun, return_exceptions=True)
    await parts.stop()
    assert said == ["first starts", "first stops"]


async def test_an_end_that_fails_keeps_no_other_from_its_own() -> None:
    said: list[str] = []
    parts = Parts()
    await parts.begin(Told("first", said))
    await parts.begin(Told("second", said, fails="stop"))
    with pytest.raises(OSError, match="second"):
        await parts.stop()
    assert said[-2:] == ["second stops", "first stops"]


async def test_one_task_runs_until_it_is_stopped() -> None:
    said: list[str] = []

    async def run() -> None:
        said.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            said.append("cut off")

    never = OneTask("never", run)
    await never.stop()
    assert said == []
    task = OneTask("task", run)
    task.start()
    while not said:
        await asyncio.sleep(0)
    await task.stop()
    assert said == ["begun", "cut off"]
    await task.stop()


async def test_one_task_that_fell_over_is_said_and_stopped_all_the_same() -> None:
    async def run() -> None:
        raise OSError("gone")

    task = OneTask("task", run)
    with structlog.testing.capture_logs() as logs:
        task.start()
        await asyncio.sleep(0)
        await task.stop()
    assert [(one["task"], one["log_level"]) for one in logs] == [("task", "error")]


async def test_a_turn_that_fails_is_said_and_the_next_one_is_made() -> None:
    turns, lost, done = 0, 0, asyncio.Event()

    async def look() -> None:
        nonlocal turns
        turns += 1
        if turns == 1:
            raise OSError("no such file")
        done.set()

    def was_lost() -> None:
        nonlocal lost
        lost += 1

    part = EachTurn("turns", look, 0.0, failed="nothing was read", lost=was_lost)
    with structlog.testing.capture_logs() as logs:
        part.start()
        async with asyncio.timeout(5):
            await done.wait()
        await part.stop()
    assert (turns >= 2, lost) == (True, 1)
    assert [one["event"] for one in logs] == ["nothing was read"]


async def test_who_waits_is_woken_or_goes_on_after_a_while() -> None:
    """Once for each time: what was set is not set any more; nothing set, and the time alone ends it."""
    wake = asyncio.Event()
    wake.set()
    async with asyncio.timeout(5):
        await woken(wake)
        assert not wake.is_set()
        await woken(wake, 0.01)
    assert not wake.is_set()
