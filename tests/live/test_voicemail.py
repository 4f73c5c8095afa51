"""Callers whom nobody answers leave a message: closed, or waited long enough; the daemon alive or dead."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call
from hotline.lab.sound import SILENCE
from ivr.prompts import SHIPPED, seconds_of
from tests import brief

from .site import CLOSED, TINY, Site, SiteTelephones, eventually, usual
from .tones import tone_over

pytestmark = pytest.mark.live

THANKS_SECONDS = seconds_of(SHIPPED / "voicemail_thanks.wav")
BEEP = 950


def with_messages(table: Table) -> None:
    usual(table)
    for line in table["line"]:
        line["voicemail"] = line["id"] in ("night", "tiny")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    here = Site(tmp_path_factory.mktemp("site"), with_messages)
    brief.cut(here.places.prompts, ("voicemail_closed", "voicemail_nobody"), 2.0)
    with here:
        yield here


async def owed(floor: SiteTelephones, call: str) -> dict[str, object]:
    """The call-back of this call."""
    reply = await floor.client.get("/api/callbacks", params={"state": "owed"})
    reply.raise_for_status()
    return next(row for row in reply.json() if row["call"] == call)


async def heard_beep(call: Call, since: float) -> None:
    """The tone came, and it is over: from then on he speaks."""
    await tone_over(call, BEEP, 0.4, since, 30)


async def test_a_message_left_while_closed_is_a_call_back_that_can_be_heard(site: Site) -> None:
    """Asked, a tone, he speaks and stops; never three seconds and a bit without a sound but of his own; an agent hears it."""
    async with SiteTelephones(site, 1) as floor:
        call = await floor.dial(CLOSED, caller="13805922001")
        assert await call.until_answered(5)
        assert call.answered is not None
        await heard_beep(call, call.answered)
        spoke_until = time.time() + 3
        await asyncio.sleep(3)
        call.speak((SILENCE,))
        await call.until_ended(30)
        assert call.by == "far"
        assert call.ended is not None
        assert call.ended - spoke_until < 3.0 + THANKS_SECONDS + 2.0, "he was not let go when he had ended"
        assert call.ear.loud_seconds(since=spoke_until) > THANKS_SECONDS / 2, "not thanked"
        await eventually(lambda: site.settle(1) == [], 40)
        ident = next(row.call for row in site.ledger() if row.caller == "13805922001")
        task = await owed(floor, ident)
        assert (task["kind"], task["reason"]) == ("voicemail", "closed")
        assert task["voicemail_seconds"] == pytest.approx(3, abs=1.5)
        assert isinstance(task["voicemail_from"], float)
        assert task["voicemail_from"] == pytest.approx(spoke_until - 3 - call.answered, abs=1.5)


async def test_a_message_left_with_the_daemon_dead_is_kept(site: Site) -> None:
    """Nobody came within the queue's time, the daemon was killed meanwhile: the message is asked for, recorded and owed all the same."""
    async with SiteTelephones(site, 0) as floor:
        call = await floor.dial(TINY, caller="13805922002")
        shy = await floor.dial(TINY, caller="13805922003")
        shy.speak((SILENCE,))  # he says nothing at all
        assert await call.until_answered(5)
        site.kill()
        assert call.answered is not None
        await heard_beep(call, call.answered)
        await asyncio.sleep(4.5)  # longer than a message has to be that ends by hanging up
        call.hang_up()
        await shy.until_ended(20)
        await asyncio.to_thread(site.start)
        await eventually(lambda: site.settle(1) == [], 40)
        calls = {row.caller: row.call for row in site.ledger()}
        left, none = [await owed(floor, calls[caller]) for caller in ("13805922002", "13805922003")]
        assert (left["kind"], left["reason"]) == ("voicemail", "timeout")
        assert left["voicemail_seconds"] == pytest.approx(4.5, abs=1.5)
        assert (none["kind"], none["voicemail_seconds"]) == ("missed", None)
