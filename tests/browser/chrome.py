"""Chromium as the tests drive it: Debian's, headless, its microphone fed from a file, its ears open.

One browser process speaks with one voice, because Chromium takes its fake microphone from
the command line. Nothing of the product is changed for a test: ``ears.js`` is injected.
"""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np
from playwright.async_api import Browser, BrowserContext, Playwright, expect

expect.set_options(timeout=15_000)  # of a busy machine: what is waited for comes at once or not at all
PROGRAM = os.environ.get("HOTLINE_CHROMIUM", "/usr/bin/chromium")
EARS = Path(__file__).with_name("ears.js")
FLAGS = (
    "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--disable-gpu", "--disable-quic",
)  # fmt: skip
_RATE = 48_000


def voice(file: Path, hertz: float, *, seconds: int = 2, rate: int = _RATE) -> Path:
    """A WAV of one pitch in syllables: a steady tone is what a browser's noise suppression takes away."""
    at = np.arange(seconds * rate) / rate
    syllables = np.clip(np.sin(2 * np.pi * 3 * at) * 4 + 2, 0, 1)
    wave_form = (np.sin(2 * np.pi * hertz * at) * syllables * 12_000).astype("<i2")
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(wave_form.tobytes())
    return file


async def launch(playwright: Playwright, microphone: Path | None = None) -> Browser:
    """A browser of its own; without a microphone file it hums as Chromium's fake device does."""
    flags = [*FLAGS, *([f"--use-file-for-fake-audio-capture={microphone}"] if microphone else [])]
    return await playwright.chromium.launch(executable_path=PROGRAM, args=flags)


async def context(browser: Browser, *, width: int = 1366, height: int = 768, dark: bool = False) -> BrowserContext:
    """A person's own cookies and storage; the certificate is our own, so it is not checked."""
    made = await browser.new_context(
        ignore_https_errors=True, viewport={"width": width, "height": height}, locale="zh-CN",
        timezone_id="Asia/Shanghai", permissions=["microphone", "notifications"],
        color_scheme="dark" if dark else "light",
    )  # fmt: skip
    await made.add_init_script(path=EARS)
    made.set_default_timeout(15_000)
    return made
