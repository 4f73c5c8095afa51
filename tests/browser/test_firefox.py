"""A seat in Firefox: signed in, registered, rung, talked both ways, held, a ticket filed, hung up. Nothing in its console."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import firefox
from .firefox import Firefox
from .kit import BrowserHotline, heard, origin, unheard
from .people import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.always,
    pytest.mark.skipif(
        not (firefox.PROGRAM and firefox.SPEAKER), reason="no Firefox here: apt-get install firefox-esr pulseaudio"
    ),
]


@pytest.mark.bound(180)
async def test_a_seat_in_firefox(hotline: BrowserHotline, tmp_path: Path) -> None:
    async with hotline, Firefox(tmp_path) as anna:
        await anna.go(f"{origin(hotline.site)}/")
        await anna.fill("login-account", "1001")
        await anna.fill("login-password", PASSWORD)
        await anna.press("login-submit")
        await anna.fill("seat-choice", "8001")
        await anna.press("take-seat")
        await anna.shows("phone", "data-registered", "true")
        await anna.press("test-passed")
        # on a busy machine its loudspeaker takes a moment: until then the page says so, and its phone takes no calls
        await anna.until("!document.querySelector('[data-testid=phone-trouble]')")
        await anna.press("go-ready")
        await anna.shows("presence", "data-state", "ready")
        call = await hotline.citizen("13805927101")
        await anna.press("answer")
        await anna.shows("presence", "data-state", "talking")
        await heard(call, firefox.PITCH)
        await anna.until("Number(document.querySelector('[data-testid=level-in]')?.dataset.level) > 0.1")
        await anna.press("hold")
        await anna.shows("presence", "data-state", "holding")
        await unheard(call, firefox.PITCH)
        await anna.press("resume")
        await anna.shows("presence", "data-state", "talking")
        await heard(call, firefox.PITCH)
        await anna.press("hang-up")
        await call.until_ended(10)
        await anna.shows("presence", "data-state", "wrap_up")
        assert [line for line in anna.said if line.startswith("error")] == []
