"""Linphone, a second telephone that nobody here has written, as a seat's desk phone or as a citizen's. ``async with``.

Debian's package ``linphone-cli``: the softphone many offices have, without its window. Commands are typed, what it says is read;
it speaks a file of one pitch and writes what it hears into another, of the talk that goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import re
import shutil
import socket
from pathlib import Path

import numpy as np
import psutil
import soundfile

from .wav_tail import RATE, pitch_share

PROGRAM = shutil.which("linphonec") or ""
NETWORK = any(
    one.family == socket.AF_INET and not one.address.startswith("127.")
    for each in psutil.net_if_addrs().values()
    for one in each
)
"""It registers nowhere, not even at loopback, on a machine that has no other address."""
LONGEST_SECONDS = 120
"""It says nothing more after so long."""
READY_SECONDS = 15.0
_ENDS_SECONDS = 5.0
_CODE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Linphone:
    """One telephone. ``said`` is all it told, line by line.

    :param base: ports from here on are its own: SIP, and two hundred for sound.
    :param account: its user's name at ``registrar`` (host:port), or its own number where there is none.
    """

    def __init__(
        self, folder: Path, host: str, base: int, account: str, pitch: int, registrar: str = "", secret: str = ""
    ) -> None:
        self.folder, self.host, self.base, self.account, self.pitch = folder, host, base, account, pitch
        self.registrar, self.secret = registrar, secret
        self.said: list[str] = []
        self._numbers = itertools.count()
        self._heard: Path | None = None
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Linphone:
        # it makes no folder of its own for its data
        (self.folder / ".local" / "share" / "linphone").mkdir(parents=True)
        at = np.arange(RATE * LONGEST_SECONDS) / RATE
        soundfile.write(self.folder / "voice.wav", 0.4 * np.sin(2 * np.pi * self.pitch * at), RATE, subtype="PCM_16")
        (self.folder / "linphonerc").write_text(self._settings(), encoding="utf-8")
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM, *(["-a"] if self.registrar else []), "-c", str(self.folder / "linphonerc"),
            "-l", str(self.folder / "linphone.log"), "-d", "6",
            env=os.environ | {"HOME": str(self.folder)},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        assert self._process.stdout is not None
        self._reader = asyncio.create_task(self._hear(self._process.stdout))
        try:
            self.say("soundcard use files")
            await self.until("instead of soundcard", READY_SECONDS)
            self.say(f"play {self.folder / 'voice.wav'}")
            self._record()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(OSError):
                assert process.stdin is not None
                process.stdin.write(b"quit\n")
                await process.stdin.drain()
            try:
                await asyncio.wait_for(process.wait(), _ENDS_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])

    def _settings(self) -> str:
        # what its network is, it would look for by itself, and find the machine's other addresses
        rows = [
            "[sip]", f"sip_port={self.base}", "sip_tcp_port=0", "sip_tls_port=0", f"bind_address={self.host}",
            "use_ipv6=0", "ipv6_migration_done=1", "guess_hostname=0",
            f"contact=sip:{self.account}@{self.host}", f"default_proxy={0 if self.registrar else -1}",
            # left alone, it dials and registers only once it has seen a network, which it looks for seldom
            f"auto_net_state_mon={int(bool(self.registrar))}",
            "media_encryption=none",
            "[rtp]", f"audio_rtp_port={self.base + 10}-{self.base + 210}", f"bind_address={self.host}",
        ]  # fmt: skip
        if self.registrar:
            rows += [
                "[proxy_0]", f"reg_proxy=<sip:{self.registrar}>", f"reg_identity=sip:{self.account}@{self.registrar}",
                "reg_expires=120", "reg_sendregister=1",
                "[auth_info_0]", f"username={self.account}", f"passwd={self.secret}", "realm=*",
            ]  # fmt: skip
        return "\n".join(rows) + "\n"

    def say(self, command: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{command}\n".encode())

    def dial(self, address: str) -> None:
        self._record()
        self.say(f"call {address}")

    def _record(self) -> None:
        """The next talk's sound goes into a file of its own: a talk's end closes it."""
        self._heard = self.folder / f"heard-{next(self._numbers)}.wav"
        self.say(f"record {self._heard}")

    async def until(self, words: str, seconds: float = 15.0) -> str:
        """The newest line that holds these words, once there is one."""
        async with asyncio.timeout(seconds):
            while not (found := [line for line in self.said if words in line]):
                await asyncio.sleep(0.05)
        return found[-1]

    async def _hear(self, out: asyncio.StreamReader) -> None:
        async for line in out:
            self.said.append(_CODE.sub("", line.decode(errors="replace")).strip())

    def hears(self, hertz: int) -> float:
        """This pitch's share of all it has heard in its last second, 0 to 1."""
        return pitch_share(self._heard, hertz) if self._heard is not None and self._heard.exists() else 0.0
