"""Many consoles in one process: real WebSockets, each says what a page says, and notes when a pop was there.

websockets' own sans-I/O client on an asyncio transport: the moment is taken when the bytes have
left the kernel, before they are parsed. Reads one JSON object from its standard input, prints
``ready`` when every console has its snapshot; each further line begins (``mark``) or ends
(``read``) a time that is measured. Run by ``run.py`` as a program.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import uuid
from datetime import datetime
from functools import partial
from typing import Any

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

PHONE_SECONDS = 5.0
_PHONE = {"t": "phone", "registered": True, "audio": True, "microphone": True, "visible": True, "leg": False}


class Counts:
    def __init__(self) -> None:
        self.messages = self.octets = self.snapshots = self.byes = self.gaps = self.late = 0
        self.pops: list[float] = []
        self.calls: set[str] = set()

    def plain(self) -> dict[str, Any]:
        return {**vars(self), "calls": sorted(self.calls)}


class Page(asyncio.Protocol):
    """One console. ``shared`` holds the counts of all."""

    counts = Counts()

    def __init__(self, url: str, headers: dict[str, str], greeted: asyncio.Event, *, speaks: bool) -> None:
        self._greeted, self._headers, self._speaks = greeted, headers, speaks
        self._instance = str(uuid.uuid4())
        self._seq = -1
        self._seen: set[str] = set()
        self._http: Any = ClientProtocol(parse_uri(url), max_size=None)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        request = self._http.connect()
        request.headers.update(self._headers)
        self._http.send_request(request)
        self._flush()

    def data_received(self, data: bytes) -> None:
        at = time.time()
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

    def connection_lost(self, exc: Exception | None) -> None:
        self.counts.byes += 1

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
        if not self._transport.is_closing():
            self._say(_PHONE)
            self._flush()
            asyncio.get_running_loop().call_later(PHONE_SECONDS, self._speak)

    def _say(self, what: dict[str, Any]) -> None:
        self._http.send_text(json.dumps(what).encode())

    def _flush(self) -> None:
        for piece in self._http.data_to_send():
            if piece:
                self._transport.write(piece)


def time_of(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


async def _run(told: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    for cookie, speaks in told["sessions"]:
        greeted = asyncio.Event()
        headers = {"Cookie": cookie, "Origin": told["origin"]}
        url = f"ws://{told['host']}:{told['port']}/stream"
        made = partial(Page, url, headers, greeted, speaks=speaks)
        await loop.create_connection(made, told["host"], told["port"])
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
