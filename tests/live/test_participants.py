"""Who is in a call, as real Asterisk has it and the agents' pages are told it: consulted, swapped, joined, dropped, not reached."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from hotline.lab.phones import answering, refusing
from hotline.lab.sound import tone

from .site import Site, SiteTelephones, eventually
from .test_endings_told import everywhere
from .test_stream import Console
from .test_verbs import CITIZEN, ONE, TWO, far_call, hear, seats, talking

pytestmark = pytest.mark.live
SOON = 1.5
"""Seconds from a telephone's answer to the page, on a busy machine."""


def parties(row: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [(one["seat"] or one["number"], one["role"], one["state"], one["by"]) for one in row["participants"]]


async def until_parties(console: Console, *wanted: tuple[str, str, str, str], seconds: float = 15.0) -> dict[str, Any]:
    """The first row of the own call with exactly these parties."""
    seen: list[Any] = []
    try:
        async with asyncio.timeout(seconds):
            while True:
                for row in (await console.until("delta", seconds))["calls"]:
                    seen.append(parties(row))
                    if parties(row) == list(wanted):
                        return dict(row)
    except TimeoutError:
        raise AssertionError(f"never {wanted}; but {seen[-6:]}") from None


async def test_a_consultation_from_its_first_ring_to_three_together(site: Site) -> None:
    """Each state is told to both pages; who is asked sees the citizen's number masked until they hear the citizen."""
    number, hidden = "13805926001", "138****6001"
    async with Console(site, "1001") as asking, Console(site, "1002") as asked, SiteTelephones(site) as floor:
        await seats(floor)
        floor.desk.take("8002", answering(1.5, None, tone(TWO)))
        await asking.open()
        await asked.open()
        await asked.until("snapshot")
        call, seat = await talking(floor, number)
        await until_parties(asking, (number, "citizen", "talking", ""), ("8001", "agent", "talking", ""))

        begun = time.monotonic()
        await floor.rest.verb("8001", "transfer", kind="attended", to="8002")
        await eventually(lambda: bool(floor.desk.calls_to("8002")), 10)
        assert time.monotonic() - begun < SOON, "the citizen hears music meanwhile"
        ringing = (
            (number, "citizen", "held", ""), ("8001", "agent", "waiting", ""), ("8002", "consulted", "ringing", "8001"),
        )  # fmt: skip
        await until_parties(asking, *ringing)
        pop = await asked.until("pop", seat="8002")
        assert (pop["party"]["number"], pop["call"]["caller"]) == (hidden, hidden)
        # a moment after the pop at the latest: it begins to ring before Asterisk says who shares a bridge with the caller
        if ("8002", "consulted", "ringing", "8001") not in parties(pop["call"]):
            await until_parties(asked, (hidden, *ringing[0][1:]), *ringing[1:])
        row = await until_parties(
            asking, (number, "citizen", "held", ""), ("8001", "agent", "talking", ""), ("8002", "consulted", "talking", "8001"),
        )  # fmt: skip
        assert [one["result"] for one in asking.told if one["t"] == "dialled"] == ["answered"]
        assert [one["group"] for one in row["participants"]] == [0, 1, 1]
        assert row["participants"][2]["name"] == "林志强"
        masked = await until_parties(
            asked, (hidden, "citizen", "held", ""), ("8001", "agent", "talking", ""), ("8002", "consulted", "talking", "8001"),
        )  # fmt: skip
        assert masked["caller"] == hidden

        other = await far_call(floor.desk.calls, seat)
        await floor.rest.verb("8001", "transfer/swap")
        await hear((call, {ONE}), (seat, {CITIZEN}))
        await until_parties(
            asking, (number, "citizen", "talking", ""), ("8001", "agent", "talking", ""), ("8002", "consulted", "held", "8001"),
        )  # fmt: skip
        await floor.rest.verb("8001", "transfer/swap")
        await hear((seat, {TWO}), (other, {ONE}))
        await floor.rest.verb("8001", "transfer/conference")
        await hear((call, {ONE, TWO}), (seat, {CITIZEN, TWO}))
        three = (
            (number, "citizen", "talking", ""),
            ("8001", "agent", "talking", ""),
            ("8002", "consulted", "talking", "8001"),
        )
        row = await until_parties(asking, *three)
        while len({one["group"] for one in row["participants"]}) > 1:
            row = await until_parties(asking, *three)
        await until_parties(asked, *three)

        # a page that is loaded anew is shown the same
        await asking.open("page-0002")
        assert [parties(one) for one in (await asking.until("snapshot"))["calls"]] == [list(three)]
        await floor.rest.verb("8001", "drop", leg=row["participants"][2]["leg"])
        await other.until_ended(5)
        await hear((call, {ONE}), (seat, {CITIZEN}))
        call.hang_up()
        await seat.until_ended(5)


@pytest.mark.parametrize(("code", "result"), [(486, "busy"), (404, "wrong_number"), (603, "declined")])
async def test_a_number_that_cannot_be_reached_is_told_at_once(site: Site, code: int, result: str) -> None:
    """Of a consultation, which gives the citizen back, and of a call of the seat's own."""
    async with Console(site, "1001") as agent, SiteTelephones(site) as floor:
        await seats(floor, two=False)
        await everywhere(floor, "110", refusing(code))
        await agent.open()
        call, seat = await talking(floor, f"1380592611{code % 10}")
        begun = time.monotonic()
        await floor.rest.verb("8001", "transfer", kind="attended", to="110")
        told = await agent.until("dialled", 10)
        assert (told["way"], told["to"], told["result"]) == ("consult", "110", result)
        assert time.monotonic() - begun < 2 * SOON + 1
        await hear((call, {ONE}), (seat, {CITIZEN}))
        row = await floor.rest.live_calls()
        failed = row[0]["participants"][-1]
        assert (failed["state"], failed["reason"], failed["number"]) == ("failed", result, "110")
        call.hang_up()
        await seat.until_ended(5)
        await floor.until_state("8001", "ready", 10)
        await floor.rest.verb("8001", "dial", number="110")
        told = await agent.until("dialled", 10)
        assert (told["way"], told["to"], told["result"]) == ("call", "110", result)


async def test_who_gave_a_citizen_away_hears_what_came_of_it(site: Site) -> None:
    """Not answered: the citizen waits again. Answered: that, too. No colleague's telephone makes a miss."""
    async with Console(site, "1001") as agent, SiteTelephones(site) as floor:
        await seats(floor)
        floor.desk.take("8002", refusing(486))
        await agent.open()
        call, seat = await talking(floor, "13805926121")
        await asyncio.sleep(1.2)
        await floor.rest.verb("8001", "transfer", kind="blind", to="8002")
        told = await agent.until("dialled", 10)
        assert (told["way"], told["to"], told["result"]) == ("transfer", "8002", "busy")
        assert await floor.state("8002") == "paused"
        floor.desk.take("8002", answering(0.2, None, tone(TWO)))
        await seat.until_ended(5)
        await eventually(lambda: any(one is not seat and one.up for one in floor.desk.calls_to("8001")), 20)
        await asyncio.sleep(1.2)
        await floor.rest.verb("8001", "transfer", kind="blind", to="8002")
        assert (await agent.until("dialled", 10))["result"] == "answered"
        await hear((call, {TWO}))
        await asyncio.sleep(1.2)
        call.hang_up()


async def test_a_seat_that_asks_for_help_stands_first_until_somebody_comes(site: Site) -> None:
    async with Console(site, "2001") as chief, SiteTelephones(site) as floor:
        await seats(floor, two=False)
        await chief.open()
        call, seat = await talking(floor, "13805926131")
        await floor.rest.verb("8001", "help")
        row = await chief.until_row("seats", seat="8001", state="talking")
        while row["help_since"] is None:
            row = await chief.until_row("seats", seat="8001")
        await floor.rest.delete("/api/seats/8001/help")
        while row["help_since"] is not None:
            row = await chief.until_row("seats", seat="8001")
        call.hang_up()
        await seat.until_ended(5)
        await floor.rest.verb("8001", "extend-wrap-up")
        row = await chief.until_row("seats", seat="8001", state="wrap_up")
        assert row["wrap_until"] is not None
        await floor.rest.verb("8001", "end-wrap-up")
