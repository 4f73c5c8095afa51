"""The disk is full while citizens call (Q1): what only the wire saw is in the ledger all the same, and verify names it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline.lab.hotline_instance import Telephones
from hotline.lab.phones import Call, answering
from ledger.differences import DifferenceBook
from ledger.store import Store
from tests.faults.test_forged import alarms
from tests.live.site import SEAT_TONE, Site, SiteTelephones, eventually
from tests.sampling import sampled

pytestmark = pytest.mark.fault

CALLERS = 24
FULL_FROM, FULL_SECONDS = 4, 20
TALKED_S = 2.5
"""Whoever was with a seat for so long was answered, by every witness."""


class SmallSite(Site):
    """Its telephones write their diary beside the full disk."""

    def telephones(self, *, keep: bool = True) -> Telephones:
        phones = super().telephones(keep=keep)
        for rack in (*phones.trunks.values(), phones.desk):
            rack.log = self.places.var.parent / "phones.jsonl"
        return phones


def mounted(folder: Path, size: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("file systems may not be mounted here: only root may")


@pytest.fixture(params=sampled(["everything", "only Asterisk's record"], 1))
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[SmallSite, Path]]:
    """A site, and the small file system it, or only CEL, lies on."""
    var = tmp_path / "var"
    folder, size = (var, "96m") if request.param == "everything" else (var / "asterisk" / "log" / "cel-custom", "64k")
    mounted(folder, size)
    site = SmallSite(var)
    site.provoked += ["No space left on device"]
    try:
        site.start()
        yield site, folder
    finally:
        print(site.tail(60))
        (folder / "full").unlink(missing_ok=True)
        try:
            site.close_all()
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> None:
    with (folder / "full").open("wb", buffering=0) as file:
        piece = 1 << 20
        while piece:
            try:
                file.write(b"\0" * piece)
            except OSError:
                piece //= 16


async def caller(floor: SiteTelephones, number: int) -> Call:
    """Waits at most eight seconds; talks for four."""
    call = await floor.dial(caller=f"138001200{number:02}", trunk=("telecom", "unicom")[number % 2])
    for _ in range(80):
        await asyncio.sleep(0.1)
        if any(one.caller == call.caller and one.answered is not None for one in floor.desk.calls):
            await asyncio.sleep(4)
            break
    call.hang_up()
    return call


def verified(site: Site) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(site.command("verify", "--json").stdout)["details"]
    return found


async def stands(floor: SiteTelephones) -> int | None:
    """The alarm that the ledger takes nothing, while it stands; None when none does."""
    return next((row["id"] for row in await alarms(floor, "ledger") if row["cleared_at"] is None), None)


@pytest.mark.bound(400)
async def test_nobody_is_lost_by_a_full_disk(small: tuple[SmallSite, Path]) -> None:
    """30 s of callers, 20 s of them without room, kill -9: each stands in the ledger once and ended; verify names them."""
    site, folder = small
    async with SiteTelephones(site, 2, answering(0.3, None, SEAT_TONE)) as floor:
        calls, told = [], None
        for number in range(CALLERS):
            calls.append(asyncio.create_task(caller(floor, number)))
            await asyncio.sleep(1)
            if number == FULL_FROM:
                fill(folder)
            if number == FULL_FROM + FULL_SECONDS - 8 and folder == site.places.var:
                await eventually(lambda: stands(floor), 10)
                told = await stands(floor)
            if number == FULL_FROM + FULL_SECONDS - 1:
                assert folder != site.places.var or await stands(floor) == told, (
                    "told once, for as long as there is no room"
                )
                (folder / "full").unlink()
        await asyncio.sleep(3)
        site.kill()
        talked: dict[Any, Any] = {}
        await asyncio.gather(*calls)
        for one in floor.desk.calls:
            if not one.outgoing and one.answered is not None:
                talked[one.caller] = talked.get(one.caller, 0.0) + (one.ended or one.answered) - one.answered
        await asyncio.to_thread(site.start)
        callers = {f"138001200{number:02}" for number in range(CALLERS)}

        def all_there() -> bool:
            rows = [row for row in site.ledger() if row.direction == "inbound"]
            ended = sorted(row.caller for row in rows if row.ended is not None)
            assert ended == sorted(callers), (sorted(callers - set(ended)), ended)
            return True

        await eventually(lambda: asyncio.to_thread(all_there), 110)
        assert await alarms(floor, "witnesses")

    def told_right() -> bool:
        for number, row in {row.caller: row for row in site.ledger() if row.direction == "inbound"}.items():
            if talked.get(number, 0.0) >= TALKED_S:
                assert row.answered is not None, (number, row)
            elif number not in talked:
                assert row.answered is None, (number, row)
                assert row.outcome in {"missed", "lost"}, (number, row)
        return True

    # the end of a call may be in the book and its talk not: that is written from the wire a minute after it
    await eventually(lambda: asyncio.to_thread(told_right), 90)
    named = verified(site)
    assert {"call_not_in_book"} <= {one["rule"] for one in named}
    rules = {
        "call_not_in_book",
        "end_not_in_book",
        "book_gap",
        "rows_refused",
        "recording_missing",
        "recording_without_call",
    }
    assert {one["rule"] for one in named} <= rules, named
    await accept(
        site, [one["subject"] for one in named if one["rule"] != "recording_missing"]
    )  # excused with its call's
    assert verified(site) == []


async def accept(site: Site, keys: list[str]) -> None:
    """The first as an operator does it, which costs seconds, and what the ledger has not yet; the others in its book."""
    store = Store(f"sqlite+aiosqlite:///{site.places.ledger}")
    book = DifferenceBook(store, site.settings["centre"]["node"])
    for place, key in enumerate(dict.fromkeys(keys)):
        if place and await book.accept(key, "tester", "the disk was full", datetime.now(UTC)):
            continue
        done = await asyncio.to_thread(site.command, "verify", "--accept", key, "--reason", "the disk was full")
        assert done.returncode == 0, done
    await store.close()
