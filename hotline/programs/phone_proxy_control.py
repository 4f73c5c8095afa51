"""Runs ``phone_proxy.py`` and tells it whom to cut off. Built and driven by ``hotline/app.py``.

Like Asterisk and nginx the proxy lives in a session of its own and outlives the daemon: whoever answers on its port
with our secret is adopted, unless it passes phones to another Asterisk or speaks another version: that one is ended first.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import structlog

from config.file_places import Places
from config.language import say as _
from config.secrets import PHONE_PROXY
from config.settings import Settings
from hotline.programs.child_program import ChildProgram, DoesNotStart
from hotline.programs.phone_proxy import CUT, SOCKETS, VERSION
from hotline.programs.process_table import alive

log = structlog.get_logger("phones")

SAID = "phones.log"
START_SECONDS = 10.0
ASK_SECONDS = 3.0
ANSWER_MOST = 1024 * 1024


class Unanswered(Exception):
    """The proxy is not there, or does not know us."""


class PhoneProxyControl(ChildProgram):
    """The sockets of browsers' phones."""

    what = "phone proxy"

    def __init__(self, settings: Settings, places: Places, secret: str) -> None:
        super().__init__(log)
        self._port, self._asterisk, self._secret = settings.ports.phones, settings.ports.http, secret
        self._places = Places(places.var.absolute())

    async def start(self) -> bool:
        """Up and listening; True when one was running and was adopted. Raises DoesNotStart."""
        self.adopted = await self.find()
        if not self.adopted:
            await self._spawn()
        self._keep(self._watch())
        return self.adopted

    async def sockets(self) -> list[tuple[str, str]]:
        """Seat and session of each; raises ``Unanswered``."""
        told = await self._ask("GET", SOCKETS)
        return [(str(one["seat"]), str(one["session"])) for one in told["sockets"]]

    async def cut(self, *, seat: str = "", session: str = "") -> int:
        """Of this seat, of this session, or of both: how many there were; raises ``Unanswered``."""
        wanted = {name: value for name, value in (("seat", seat), ("session", session)) if value}
        return int((await self._ask("POST", CUT, wanted))["cut"])

    # -- its life ---------------------------------------------------------------------------

    async def find(self) -> bool:
        """Whether one of an earlier daemon runs, which is ours from now on."""
        try:
            told = await self._ask("GET", SOCKETS)
        except Unanswered:
            return False
        pid = int(told["pid"])
        if told["version"] != VERSION or told["asterisk"] != self._asterisk:
            log.info(
                "ended: it is another one's",
                what="phone proxy",
                pid=pid,
                version=told["version"],
                asterisk=told["asterisk"],
            )
            await self._end(pid)
            return False
        self._pid = pid
        log.info("adopted", what="phone proxy", pid=pid, sockets=len(told["sockets"]))
        return True

    def _prepare(self) -> None:
        """All it reads is its secret, which stays."""

    async def _spawn(self) -> None:
        self._child = child = self._launch()
        limit = time.monotonic() + START_SECONDS
        while child.poll() is None and time.monotonic() < limit:
            try:
                told = await self._ask("GET", SOCKETS)
            except Unanswered:
                await asyncio.sleep(0.02)
                continue
            if told["pid"] == child.pid:
                self._pid = child.pid
                log.info("started", what="phone proxy", pid=child.pid, port=self._port)
                return
            break  # somebody else answers there
        if alive(child.pid):
            await self._end(child.pid)
        child.wait()
        cure = _("Cure: free the port, or choose another ports.phones")
        raise DoesNotStart(
            _("the way of browser phones does not come up on port {port}", port=self._port) + ". " + cure
        )

    def _launch(self) -> subprocess.Popen[bytes]:
        command = [
            sys.executable, "-m", "hotline.programs.phone_proxy", "--listen", str(self._port), "--asterisk", str(self._asterisk),
            "--secret", str(self._places.secrets / PHONE_PROXY),
        ]  # fmt: skip
        home = Path(__file__).resolve().parents[2]
        with open(self._places.run / SAID, "ab") as said:
            return subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True, cwd=home
            )

    # -- asking -----------------------------------------------------------------------------

    async def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        text = json.dumps(body).encode() if body is not None else b""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: phones\r\nAuthorization: Bearer {self._secret}\r\n"
            f"Content-Length: {len(text)}\r\nConnection: close\r\n\r\n"
        )
        try:
            async with asyncio.timeout(ASK_SECONDS):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=ANSWER_MOST)
                try:
                    writer.write(head.encode() + text)
                    status, _headers, answer = (await reader.read()).partition(b"\r\n\r\n")
                finally:
                    writer.close()
            if b" 200 " not in status.split(b"\r\n")[0]:
                raise Unanswered(status.split(b"\r\n")[0].decode("latin-1"))
            told = json.loads(answer)
        except (OSError, TimeoutError, ValueError) as fault:
            raise Unanswered(f"{type(fault).__name__}: {fault}") from fault
        if not isinstance(told, dict) or "sockets" not in told:
            raise Unanswered("no answer of ours")
        return told
