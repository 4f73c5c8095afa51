"""baresip, a telephone that nobody here has written, as a seat's desk phone or as a citizen. ``async with``.

Debian's package ``baresip-core``. It is told what to do over its own control port (netstrings of JSON), says what
happens there, speaks with a pitch of its own, and writes what it hears into WAV files.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from .wav_tail import RATE, pitch_share

PROGRAM = shutil.which("baresip") or ""
_MODULES = "/usr/lib/baresip/modules"
READY_SECONDS = 10.0
LONGEST_SECONDS = 120
"""It says nothing more after so long."""


class Baresip:
    """One telephone. ``events`` are baresip's own words, in order: {"type": "CALL_ESTABLISHED", …}.

    :param base: ports from here on are its own: SIP, control, and two hundred for sound.
    """

    def __init__(self, folder: Path, host: str, base: int, account: str, pitch: int) -> None:
        self.folder, self.host, self.account, self.pitch = folder, host, account, pitch
        self.sip, self._control, self._media = base, base + 2, base + 10  # + 1: SIP over TLS
        self.events: list[dict[str, Any]] = []
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Baresip:
        self.folder.mkdir(parents=True, exist_ok=True)
        voice = self.folder / "voice.wav"
        at = np.arange(RATE * LONGEST_SECONDS) / RATE
        soundfile.write(voice, 0.4 * np.sin(2 * np.pi * self.pitch * at), RATE, subtype="PCM_16")
        (self.folder / "config").write_text(
            f"sip_listen {self.host}:{self.sip}\nnet_interface {self.host}\nmodule_path {_MODULES}\n"
            f"rtp_ports {self._media}-{self._media + 200}\nrtp_stats no\njitter_buffer_delay 2-10\n"
            f"audio_source aufile,{voice}\naudio_player aubridge,ear\naudio_alert aubridge,bell\n"
            "ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n"
            f"module g711.so\nmodule aufile.so\nmodule aubridge.so\nmodule sndfile.so\nsnd_path {self.folder}\n"
            "module_tmp account.so\n"
            "module_app menu.so\nmodule_app ctrl_tcp.so\n"
            f"ctrl_tcp_listen 127.0.0.1:{self._control}\n"
        )
        (self.folder / "accounts").write_text(self.account + "\n")
        (self.folder / "contacts").write_text("")
        log = (self.folder / "baresip.log").open("wb")
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM, "-4", "-f", str(self.folder), "-s", stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
        )
        log.close()
        try:
            async with asyncio.timeout(READY_SECONDS):
                reader, self._writer = await self._connected()
            self._reader = asyncio.create_task(self._hear(reader))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            if self._writer is not None:
                with contextlib.suppress(OSError):
                    self.say("quit")
                    await self._writer.drain()
            try:
                await asyncio.wait_for(process.wait(), 5)
            except TimeoutError:
                process.kill()
                await process.wait()
        if self._reader is not None:
            self._reader.cancel()
        if self._writer is not None:
            self._writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            try:
                return await asyncio.open_connection("127.0.0.1", self._control)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)

    def say(self, command: str, params: str = "") -> None:
        assert self._writer is not None
        told = json.dumps({"command": command, "params": params, "token": command}).encode()
        self._writer.write(b"%d:%s," % (len(told), told))

    def unplug(self) -> None:
        """The power is gone: nobody is told."""
        assert self._process is not None
        self._process.kill()

    async def until(self, kind: str, seconds: float = 15.0) -> dict[str, Any]:
        """The newest event of this type, once there is one."""
        async with asyncio.timeout(seconds):
            while not (found := [event for event in self.events if event.get("type") == kind]):
                await asyncio.sleep(0.05)
        return found[-1]

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                length = int((await reader.readuntil(b":"))[:-1])
                self.events.append(json.loads((await reader.readexactly(length + 1))[:-1]))

    def hears(self, hertz: int) -> float:
        """This pitch's share of all it has heard in its last second, 0 to 1."""
        files = sorted(self.folder.glob("dump-*-dec.wav"), key=lambda file: file.stat().st_mtime_ns)
        return pitch_share(files[-1], hertz) if files else 0.0
