"""Prompts as operators' programs save them: heard at the caller's ear, or not written down as heard (kind J)."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Iterator

import httpx
import numpy as np
import pytest

from ivr.sound_file import with_header

from .site import Site, SiteTelephones, eventually

pytestmark = pytest.mark.live

PIPE, ODD = 550, 660
SECONDS = 3


def wav(hertz: int, chunk: bytes = b"", *, endless: bool = False) -> bytes:
    """A tone, with a further chunk before the data or the sizes of a header written into a pipe."""
    samples = (6000 * np.sin(2 * np.pi * hertz * np.arange(8000 * SECONDS) / 8000)).astype("<i2").tobytes()
    size = 0xFFFFFFFF if endless else len(samples)
    fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    body = fmt + chunk + b"data" + struct.pack("<I", size) + samples
    return b"RIFF" + struct.pack("<I", size if endless else 4 + len(body)) + b"WAVE" + body


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """12319 has a notice that was written into a pipe, 12345 one with a list of odd length before its data."""
    here = Site(tmp_path_factory.mktemp("site"))
    prompts = here.places.prompts
    (prompts / "welcome.wav").unlink()
    (prompts / "Welcome.WAV").write_bytes(wav(PIPE, endless=True))
    (prompts / "partner.wav").write_bytes(wav(ODD, b"LIST" + struct.pack("<I", 15) + b"INFOIART\3\0\0\0abc\0"))
    (prompts / "busy.wav").write_bytes(b"not a sound")
    with here:
        yield here


@pytest.mark.parametrize(("number", "hertz"), [("12319", PIPE), ("1231912345", ODD)])
async def test_a_notice_with_an_odd_header_is_heard_whole(site: Site, number: str, hertz: int) -> None:
    """At the caller's ear, before the queue."""
    async with SiteTelephones(site, 1) as floor:
        call = await floor.dial(number, trunk="unicom", caller="13805993001")
        assert await call.until_answered()
        seat = await floor.seat_call(call.caller)
        assert call.answered is not None
        assert seat.began - call.answered > SECONDS - 0.5
        heard = call.ear.tone_level(hertz, since=call.answered, until=call.answered + SECONDS - 0.5)
        assert heard > 0.9
        await asyncio.sleep(1)
        call.hang_up()
        await seat.until_ended(5)
    await eventually(lambda: faults(site, number) == [[]], 30)


async def test_a_notice_that_was_not_played_is_no_proof(site: Site) -> None:
    """Its file is gone under a running Asterisk: the call goes on, an alarm says so, the recording has no proof."""
    played = site.places.sounds / "hotline" / "welcome.wav"
    kept = played.read_bytes()
    played.unlink()
    try:
        async with SiteTelephones(site, 1) as floor:
            call = await floor.dial(caller="13805993003")
            seat = await floor.seat_call(call.caller)
            await asyncio.sleep(1)
            call.hang_up()
            await seat.until_ended(5)
            await eventually(lambda: alarms(site, "welcome"), 15)
    finally:
        played.write_bytes(kept)
    (row,) = [row for row in calls(site) if row["caller"] == "13805993003"]
    assert row["notice_prompt"] == ""
    await eventually(lambda: any("no_notice" in breach for breach in site.verify()), 30)


async def test_a_notice_that_had_no_time_to_be_heard_is_no_proof(site: Site) -> None:
    """Asterisk played something else under its name: it says so itself, but the queue began too early."""
    played = site.places.sounds / "hotline" / "partner.wav"
    kept = played.read_bytes()
    played.write_bytes(with_header(bytes(2000)))
    try:
        async with SiteTelephones(site, 1) as floor:
            call = await floor.dial("1231912345", trunk="unicom", caller="13805993004")
            seat = await floor.seat_call(call.caller)
            await asyncio.sleep(1)
            call.hang_up()
            await seat.until_ended(5)
    finally:
        played.write_bytes(kept)
    await eventually(lambda: ["no_notice"] in faults(site, "1231912345"), 30)


async def test_check_names_what_is_not_used(site: Site) -> None:
    """What the start read, with the reason."""
    done = site.command("check", "--json")
    assert "busy.wav" in done.stdout.decode()
    assert "partner.wav" not in done.stdout.decode()


def calls(site: Site) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(site.hotline("report", "calls", "--json"))
    return found


def faults(site: Site, number: str) -> list[list[str]]:
    """Of each shelved recording of calls to this number."""
    rows = [row for row in calls(site) if row["dialled"] == number]
    return [list(item["faults"]) for row in rows for item in row["recordings"] if item["state"] == "shelved"]  # type: ignore[attr-defined]


def alarms(site: Site, subject: str) -> bool:
    headers = {"Authorization": f"Bearer {site.secret('api-token')}"}
    rows = httpx.get(f"{site.url}/api/alarms", headers=headers, timeout=5).json()
    return any(row["kind"] == "prompt" and row["subject"] == subject for row in rows)
