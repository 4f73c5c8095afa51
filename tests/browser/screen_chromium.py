"""Chromium with a window on a screen that nobody sees (Xvfb), left alone at times: what a tab in the background really does.

Playwright tells every page that it has the focus and switches off what slows a hidden one down. So Chromium is started
here, with neither, and Playwright joins it and leaves again; between, the tab is hidden, and asked over the browser's own
protocol alone. ``async with``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, Playwright
from websockets.asyncio.client import connect

from tests.live.site import eventually
from tests.ports import free_port

from . import chrome

XVFB = shutil.which("Xvfb") or ""
GRACE_SECONDS = 10
"""A tab that is hidden so long wakes once a minute (Chromium's own: five minutes)."""


class ScreenChromium:
    def __init__(self, playwright: Playwright, folder: Path, microphone: Path) -> None:
        self._playwright, self._folder, self._microphone = playwright, folder, microphone
        self._port = free_port()
        self._browser: Browser | None = None
        self._tab = ""

    async def __aenter__(self) -> ScreenChromium:
        self._stack = contextlib.ExitStack()
        try:
            display = await asyncio.to_thread(self._screen)
            self.program = subprocess.Popen(
                (chrome.PROGRAM, *chrome.FLAGS, f"--use-file-for-fake-audio-capture={self._microphone}",
                 f"--remote-debugging-port={self._port}", f"--user-data-dir={self._folder}", "--ignore-certificate-errors",
                 f"--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/{GRACE_SECONDS}", "--lang=zh-CN", "about:blank"),
                env={**os.environ, "DISPLAY": f":{display}"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            self._stack.callback(self.kill)

            async def listens() -> None:
                await self._asked("GET", "version")

            await eventually(listens, 30)
        except BaseException:
            self._stack.close()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        try:
            await self.leave()
        finally:
            self._stack.close()

    def _screen(self) -> str:
        """Its number, as Xvfb found it free."""
        ours, its = os.pipe()
        with os.fdopen(ours) as told:
            words = (XVFB, "-displayfd", str(its), "-screen", "0", "1366x768x24", "-nolisten", "tcp")
            program = subprocess.Popen(words, pass_fds=[its], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            os.close(its)
            self._stack.callback(_end, program)
            return told.readline().strip()

    def kill(self) -> None:
        """As a machine loses power: nothing of the page is asked or flushed."""
        if self.program.poll() is None:
            self.program.kill()
        self.program.wait()

    async def join(self) -> BrowserContext:
        """The person at the screen; what tabs there are is in ``pages``. The tab that was hidden is in front again."""
        if self._tab:
            await self._asked("GET", f"activate/{self._tab}")
        self._browser = await self._playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self._port}")
        (context,) = self._browser.contexts
        context.set_default_timeout(15_000)
        return context

    async def leave(self) -> None:
        if self._browser is not None:
            browser, self._browser = self._browser, None
            await browser.close()  # of one that was joined: its connection alone

    async def hide(self, url: str) -> None:
        """Another tab before the one at this address, and nobody who holds it awake."""
        await self.leave()
        self._tab = await self._at(url)
        await self._asked("PUT", "new?about:blank")

        async def hidden() -> None:
            assert await self.evaluate("document.visibilityState") == "hidden"

        await eventually(hidden, 10)

    async def _at(self, url: str) -> str:
        tabs: list[dict[str, str]] = await self._asked("GET", "list")
        return next(one["id"] for one in tabs if one["type"] == "page" and one["url"].startswith(url))

    async def evaluate(self, words: str, at: str = "") -> Any:
        """In the hidden tab, or in another one at this address; it stays hidden."""
        tab = await self._at(at) if at else self._tab
        async with connect(f"ws://127.0.0.1:{self._port}/devtools/page/{tab}", max_size=None) as socket:
            asked = {"id": 1, "method": "Runtime.evaluate", "params": {"expression": words, "returnByValue": True}}
            await socket.send(json.dumps(asked))
            while (said := json.loads(await socket.recv())).get("id") != 1:
                pass
        return said["result"]["result"].get("value")

    async def _asked(self, method: str, path: str) -> Any:
        """Answers that are no JSON are called JSON all the same, so only what is looked at is read."""
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.request(method, f"http://127.0.0.1:{self._port}/json/{path}")
        return answer.json() if path == "list" else None


def _end(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    program.wait()
