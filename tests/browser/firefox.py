"""Firefox as a seat's browser, driven over WebDriver BiDi with nothing between: Debian's ``firefox-esr``. ``async with``.

Its microphone is Firefox's own fake device, a sine of ``PITCH``. Only what a seat needs is here; the pages' parts are named
by ``data-testid`` as in ``people.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import shutil
import socket
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox") or ""
PITCH = 1000
SPEAKER = shutil.which("pulseaudio") or ""
"""Plays into nothing; its own daemon, of this folder alone."""
START_SECONDS, PATIENCE = 40.0, 20.0
_PREFERENCES: dict[str, Any] = {
    "media.navigator.streams.fake": True,
    "media.navigator.audio.fake_frequency": PITCH,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.block-webaudio": False,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "intl.accept_languages": "zh-CN",
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "services.settings.server": "data:,#",
}
"""What a person would click away, and nothing that goes out of this machine by itself."""


class BidiError(Exception):
    """What Firefox refused, in its own words."""


class Firefox:
    """One browser with one tab. ``said``: errors and warnings of the page's console, in order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self._process: asyncio.subprocess.Process | None = None
        self._speaker: asyncio.subprocess.Process | None = None
        self._socket: ClientConnection | None = None
        self._hearing: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)
        self._tab = ""

    async def __aenter__(self) -> Firefox:
        profile = self.folder / "profile"
        profile.mkdir(parents=True)
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items())
        (profile / "user.js").write_text("\n".join(lines) + "\n", encoding="utf-8")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        sound = f"unix:{self.folder}/speaker"
        with (self.folder / "firefox.log").open("wb") as log:
            # without anything to play on, Firefox plays nothing at all
            self._speaker = await asyncio.create_subprocess_exec(
                SPEAKER, "-n", "--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no", "-L", "module-null-sink",
                "-L", f"module-native-protocol-unix auth-anonymous=1 socket={self.folder}/speaker",
                env=os.environ | {"XDG_RUNTIME_DIR": str(self.folder), "HOME": str(self.folder)}, stdout=log, stderr=log,
            )  # fmt: skip
            self._process = await asyncio.create_subprocess_exec(
                PROGRAM, "--headless", "--no-remote", "--profile", str(profile), f"--remote-debugging-port={port}",
                env=os.environ | {"PULSE_SERVER": sound}, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            async with asyncio.timeout(START_SECONDS):
                self._socket = await self._connected(f"ws://127.0.0.1:{port}/session")
            self._hearing = asyncio.create_task(self._hear(self._socket))
            await self.ask("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
            await self.ask("session.subscribe", events=["log.entryAdded"])
            self._tab = (await self.ask("browsingContext.create", type="tab"))["context"]
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._socket is not None:
            with contextlib.suppress(Exception):  # it may be gone already; its process is ended below
                await asyncio.wait_for(self.ask("browser.close"), 5)
            await self._socket.close()
        if self._hearing is not None:
            self._hearing.cancel()
        if self._process is not None and self._process.returncode is None:
            try:
                await asyncio.wait_for(self._process.wait(), 10)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        if self._speaker is not None and self._speaker.returncode is None:
            self._speaker.terminate()
            await self._speaker.wait()

    async def _connected(self, url: str) -> ClientConnection:
        while True:
            try:
                return await connect(url, max_size=1 << 24)
            except OSError:
                await asyncio.sleep(0.2)

    async def _hear(self, heard: ClientConnection) -> None:
        async for text in heard:
            told = json.loads(text)
            if (waiting := self._waiting.pop(told.get("id") or 0, None)) is not None:
                if told["type"] == "error":
                    waiting.set_exception(BidiError(f"{told['error']}: {told['message']}"))
                else:
                    waiting.set_result(told["result"])
            elif told.get("method") == "log.entryAdded" and told["params"]["level"] in ("error", "warn"):
                self.said.append(f"{told['params']['level']}: {told['params']['text']}")

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        assert self._socket is not None
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        try:
            async with asyncio.timeout(PATIENCE):
                answer: dict[str, Any] = await self._waiting[number]
        except TimeoutError:
            raise BidiError(f"{method}: no answer within {PATIENCE:g} s") from None
        return answer

    # -- the page --------------------------------------------------------------------

    async def go(self, url: str) -> None:
        await self.ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    async def value(self, expression: str) -> Any:
        """What this is in the page, if it is a plain value; as if a person had touched it."""
        told = await self.ask(
            "script.evaluate",
            expression=expression,
            target={"context": self._tab},
            awaitPromise=True,
            userActivation=True,
        )
        if told["type"] == "exception":
            raise BidiError(told["exceptionDetails"]["text"])
        return told["result"].get("value")

    async def until(self, expression: str, seconds: float = PATIENCE) -> None:
        """Wait until this is true in the page."""
        try:
            async with asyncio.timeout(seconds):
                while not await self.value(f"Boolean({expression})"):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            shown = await self.value("document.body.innerText.replace(/\\s+/g, ' ').slice(0, 1200)")
            raise AssertionError(f"never came true: {expression}\n{shown}\n{self.said}") from None

    async def press(self, part: str) -> None:
        await self.until(f"{_of(part)} && !{_of(part)}.disabled")
        await self.value(f"{_of(part)}.click()")

    async def fill(self, part: str, text: str) -> None:
        await self.until(_of(part))
        await self.value(
            f"(one => {{ one.focus(); one.value = {json.dumps(text)}; one.dispatchEvent(new Event('input', {{ bubbles: true }})) }})({_of(part)})"
        )

    async def shows(self, part: str, attribute: str, value: str, seconds: float = PATIENCE) -> None:
        await self.until(f"{_of(part)}?.getAttribute({json.dumps(attribute)}) === {json.dumps(value)}", seconds)


def _of(part: str) -> str:
    return f"document.querySelector('[data-testid=\"{part}\"]')"
