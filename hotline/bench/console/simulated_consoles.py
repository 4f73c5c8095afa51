"""Many consoles in one process: real WebSockets, each says what a page says, and notes when a pop was there.

websockets' own sans-I/O client on a plain socket: the moment is the kernel's own stamp of the bytes'
arrival, not when this one program, which stands for hundreds of browsers, comes round to read them.
Reads one JSON object from its standard input, prints
``ready`` when every console has its snapshot; each further line begins (``mark``) or ends
(``read``) a time that is measured. Run by ``run.py`` as a program.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
import time
import uuid
from datetime import datetime
from typing import Any

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

_STAMPED = 35
"""SO_TIMESTAMPNS, and the kind of message that carries it (Linux, asm-generic/socket.h)."""
_MOMENT = struct.Struct("@ll")
PHONE_SECONDS = 5.0
_PHONE = {"t": "phone", "registered": True, "audio": True, "microphone": True, "visible": True, "leg": False}


class Counts:
    def __init__(self) -> None:
        self.messages = self.octets = self.snapshots = self.byes = self.gaps = self.late = 0
        self.pops: list[float] = []
        self.calls: set[str] = set()

    def plain(self) -> dict[str, Any]:
        return {**vars(self), "calls": sorted(self.calls)}


class Page:
    """One console. ``counts`` holds those of all."""

    counts = Counts()

    def __init__(self, url: str, headers: dict[str, str], greeted: asyncio.Event, *, speaks: bool) -> None:
        self._greeted, self._headers, self._speaks = greeted, headers, speaks
        self._instance = str(uuid.uuid4())
        self._seq = -1
        self._seen: set[str] = set()
        self._http: Any = ClientProtocol(parse_uri(url), max_size=None)

    async def connect(self, host: str, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, _STAMPED, 1)
        await loop.sock_connect(self._socket, (host, port))
        loop.add_reader(self._socket, self._readable)
        request = self._http.connect()
        request.headers.update(self._headers)
        self._http.send_request(request)
        self._flush()

    def _readable(self) -> None:
        try:
            data, beside, _flags, _from = self._socket.recvmsg(1 << 18, socket.CMSG_SPACE(_MOMENT.size))
        except ConnectionError:
            data, beside = b"", []
        if not data:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self.counts.byes += 1
            return
        stamps = [_MOMENT.unpack(stamp) for _level, kind, stamp in beside if kind == _STAMPED]
        at = stamps[-1][0] + stamps[-1][1] / 1e9
        self._http.receive_data(data)
        for event in self._http.events_received():
            if not isinstance(event, Frame):  # the answer to the handshake
                if self._http.handshake_exc is not None:
                    raise self._http.handshake_exc
                self._say({"t": "hello", "instance": self._instance})
                if self._speaks:
                    self._speak()
            elif event.opcode is Opcode.TEXT:
                self._hear(bytes(event.data), at)
        self._flush()

    def _hear(self, said: bytes, at: float) -> None:
        self.counts.messages += 1
        self.counts.octets += len(said)
        if said.startswith(b'{"t":"delta","seq":'):
            seq = int(said[19 : said.index(b",", 19)])
            self.counts.gaps += seq != self._seq + 1
            self._seq = seq
            if self._speaks and b'"calls":[{' in said:  # the own call, before its pop?
                self._seen.update(call["call"] for call in json.loads(said)["calls"] if call["state"] == "ringing")
        elif said.startswith(b'{"t":"pop"'):
            pop = json.loads(said)
            call = pop["call"]["call"]
            self.counts.pops.append(at - time_of(pop["at"]))
            self.counts.late += call in self._seen
            self.counts.calls.add(call)
        elif said.startswith(b'{"t":"snapshot"'):
            self._seq = int(json.loads(said)["seq"])
            self.counts.snapshots += 1
            self._greeted.set()
        elif said.startswith(b'{"t":"ping"'):
            self._say({"t": "pong", "n": json.loads(said)["n"]})

    def _speak(self) -> None:
        if self._socket.fileno() != -1:
            self._say(_PHONE)
            self._flush()
            asyncio.get_running_loop().call_later(PHONE_SECONDS, self._speak)

    def _say(self, what: dict[str, Any]) -> None:
        self._http.send_text(json.dumps(what).encode())

    def _flush(self) -> None:
        whole = b"".join(self._http.data_to_send())
        if whole and self._socket.send(whole) != len(whole):
            raise BlockingIOError("a few bytes a second, and no room for them")


def time_of(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


async def _run(told: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    for cookie, speaks in told["sessions"]:
        greeted = asyncio.Event()
        headers = {"Cookie": cookie, "Origin": told["origin"]}
        url = f"ws://{told['host']}:{told['port']}/stream"
        await Page(url, headers, greeted, speaks=speaks).connect(told["host"], told["port"])
        async with asyncio.timeout(20.0):
            await greeted.wait()
    print("ready", flush=True)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().strip():
        if line == "mark":
            Page.counts = Counts()
        print(json.dumps(Page.counts.plain() | {"cpu": time.process_time()}), flush=True)


if __name__ == "__main__":
    asyncio.run(_run(json.loads(sys.stdin.readline())))
