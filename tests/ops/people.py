"""What people do on the first day, as docs/operating.md asks: a telephone at seat 8005, and citizens who call over the carrier.

A program of its own, run within the test's machine by the release's own interpreter: people.py phone | call | hold.
Settings are what ``hotline init`` wrote and the document changed.
"""

import asyncio
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

from hotline.lab.media import RtpPorts
from hotline.lab.phones import Call, Rack, answering
from hotline.lab.sound import tone

SETTINGS, SECRETS = Path("/etc/hotline/hotline.toml"), Path("/var/lib/hotline/secrets")
PHONE, SEAT = ("10.0.0.21", 5060), "8005"
NUMBER, CALLER = "12319", "13806010001"
SEEN = Path("/tmp/people")
TALK_SECONDS = 6


def settings() -> dict[str, Any]:
    return tomllib.loads(SETTINGS.read_text("utf-8"))


def registrar() -> tuple[str, int]:
    told = settings()
    return told["asterisk"]["bind"], told["ports"]["sip"]


async def phone() -> None:
    """Registered, and answers each call until the machine ends; registers anew when a restored centre has other keys."""
    async with Rack("desk", PHONE, registrar(), ports=RtpPorts(20000, 20100)) as rack:
        secret = ""
        while True:
            now = (SECRETS / f"sip-{SEAT}").read_text("ascii").strip()
            if now != secret:
                await rack.register(SEAT, now, answering(0.5, None, tone(620)), seconds=20)
                secret = now
                (SEEN / "phone").touch()
            await asyncio.sleep(1)


async def carrier() -> Rack:
    told = next(one for one in settings()["trunk"] if one["id"] == "telecom")
    return Rack("telecom", (told["host"], told["port"]), registrar(), ports=RtpPorts(21000, 21100))


async def call() -> None:
    """A citizen hears the notice, is put through and talks."""
    async with await carrier() as rack:
        made = await rack.dial(NUMBER, caller=CALLER, sound=tone(440))
        assert await made.until_answered(20), f"not answered: {made.code}"
        await put_through(made)
        await asyncio.sleep(TALK_SECONDS)
        assert made.up, f"cut off by {made.by}"
        made.hang_up()
        await asyncio.sleep(1)


async def hold() -> None:
    """A citizen talks on until /tmp/people/hang-up is there; the seat must be heard before and after it."""
    async with await carrier() as rack:
        made = await rack.dial(NUMBER, caller="13806010002", sound=tone(440))
        assert await made.until_answered(20), f"not answered: {made.code}"
        await put_through(made)
        (SEEN / "talking").touch()
        while not (SEEN / "hang-up").exists():
            assert made.up, f"cut off by {made.by}"
            await asyncio.sleep(0.1)
        before = made.ear.loud_seconds()
        await asyncio.sleep(2)
        assert made.up, f"cut off by {made.by}"
        assert made.ear.loud_seconds() > before + 1, "the seat is heard no more"
        made.hang_up()
        await asyncio.sleep(1)


async def put_through(made: Call) -> None:
    """Until the seat's own tone is at the citizen's ear: prompts are speech."""
    for _ in range(600):
        if made.ear.tone_level(620, since=time.time() - 1) > 0.5:
            return
        assert made.ended is None, f"ended by {made.by}"
        await asyncio.sleep(0.1)
    raise AssertionError("never put through")


if __name__ == "__main__":
    SEEN.mkdir(exist_ok=True)
    asyncio.run({"phone": phone, "call": call, "hold": hold}[sys.argv[1]]())
