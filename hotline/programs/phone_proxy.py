"""The program between nginx and Asterisk through which browsers' phones go, so that one of them can be cut off.

nginx asks the daemon at the handshake and then never again, and Asterisk hangs up no WebSocket of its own.
So each phone's socket passes here, and is known by the seat and the session nginx was told of:

- one socket a seat, the newest: an older one is cut before the new one reaches Asterisk;
- the daemon may cut the socket of a seat or of a session at any moment, and Asterisk then forgets the contact at once.

It knows nothing else, asks nobody, and like Asterisk and nginx it outlives the daemon (``phone_proxy_control.py`` runs it):
a telephone in a browser goes on while there is no daemon. Loopback only. Standard library only: it is small and lives long.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import hmac
import itertools
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

VERSION = 1
"""Of what the daemon and this program say to each other; another one is ended and started anew."""
SEAT, SESSION = "x-hotline-seat", "x-hotline-session"
"""Headers by which nginx says what the daemon's gate told it; whatever a browser sent by these names it replaces."""
SOCKETS, CUT = "/sockets", "/cut"
HEAD_MOST = 32 * 1024
HEAD_SECONDS = 10.0
BODY_MOST = 4 * 1024
PIECE = 64 * 1024
GOODBYE = b"\x88\x80\0\0\0\0"
"""A client's WebSocket frame that closes (RFC 6455, 5.5.1), masked with zeros."""


@dataclass(eq=False, slots=True)
class Phone:
    """One browser's phone, passed through."""

    number: int
    seat: str
    session: str
    browser: asyncio.StreamWriter
    asterisk: asyncio.StreamWriter | None = None

    def cut(self) -> None:
        self.browser.transport.abort()
        if self.asterisk is None:
            return
        if self.asterisk.transport.get_write_buffer_size() == 0 and not self.asterisk.is_closing():
            self.asterisk.write(GOODBYE)  # or Asterisk writes a warning down each time
            self.asterisk.close()
        else:
            self.asterisk.transport.abort()


class Refused(Exception):
    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Proxy:
    def __init__(self, asterisk: tuple[str, int], secret: str) -> None:
        self._asterisk, self._secret = asterisk, secret.encode()
        self._phones: dict[str, Phone] = {}
        self._numbers = itertools.count(1)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, whoever it is."""
        try:
            await self._served(reader, writer)
        except Refused as no:
            writer.write(f"HTTP/1.1 {no.status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            with contextlib.suppress(OSError):
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # it went away, was cut, or is none of ours
        finally:
            writer.close()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(HEAD_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        asked = lines[0].split(" ")
        if len(asked) != 3:
            raise Refused("400 Bad Request")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        if asked[1] in (SOCKETS, CUT):
            await self._told(asked[0], asked[1], headers, reader, writer)
            return
        seat, session = headers.get(SEAT, ""), headers.get(SESSION, "")
        if not seat or not session or headers.get("upgrade", "").lower() != "websocket":
            raise Refused("403 Forbidden")
        kept = [line for line in lines if line.partition(":")[0].strip().lower() not in (SEAT, SESSION)]
        await self._pass(Phone(next(self._numbers), seat, session, writer), "\r\n".join(kept), reader)

    # -- a phone ---------------------------------------------------------------------------

    async def _pass(self, phone: Phone, head: str, reader: asyncio.StreamReader) -> None:
        if (before := self._phones.get(phone.seat)) is not None:
            before.cut()
        self._phones[phone.seat] = phone
        try:
            try:
                back, phone.asterisk = await asyncio.open_connection(*self._asterisk, limit=PIECE)
            except OSError:
                raise Refused("503 Service Unavailable") from None
            try:
                if self._phones.get(phone.seat) is phone:  # else it was cut meanwhile
                    phone.asterisk.write(head.encode("latin-1"))
                    await _both_ways(reader, back, phone, phone.asterisk)
            finally:
                phone.cut()
        finally:
            if self._phones.get(phone.seat) is phone:
                del self._phones[phone.seat]

    # -- the daemon -------------------------------------------------------------------------

    async def _told(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """``GET /sockets``: who is here. ``POST /cut`` {seat?, session?}: those that are of both go now."""
        if not hmac.compare_digest(headers.get("authorization", "").encode(), b"Bearer " + self._secret):
            raise Refused("401 Unauthorized")
        cut: list[Phone] = []
        if (method, path) == ("POST", CUT):
            size = headers.get("content-length", "")
            if not size.isdigit() or int(size) > BODY_MOST:
                raise Refused("413 Content Too Large")
            async with asyncio.timeout(HEAD_SECONDS):
                body = await reader.readexactly(int(size))
            try:
                wanted = {str(key): str(value) for key, value in json.loads(body).items()}
            except (ValueError, AttributeError):
                raise Refused("400 Bad Request") from None
            if not wanted or wanted.keys() - {"seat", "session"}:
                raise Refused("400 Bad Request")
            cut = [
                phone for phone in self._phones.values()
                if wanted.get("seat", phone.seat) == phone.seat and wanted.get("session", phone.session) == phone.session
            ]  # fmt: skip
            for phone in cut:
                phone.cut()
                del self._phones[phone.seat]
        elif (method, path) != ("GET", SOCKETS):
            raise Refused("405 Method Not Allowed")
        told = {
            "version": VERSION, "pid": os.getpid(), "asterisk": self._asterisk[1], "cut": len(cut),
            "sockets": [{"seat": phone.seat, "session": phone.session} for phone in self._phones.values()],
        }  # fmt: skip
        text = json.dumps(told).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n")
        writer.write(f"Content-Length: {len(text)}\r\n\r\n".encode() + text)
        await writer.drain()


async def _both_ways(
    reader: asyncio.StreamReader, back: asyncio.StreamReader, phone: Phone, asterisk: asyncio.StreamWriter
) -> None:
    async with asyncio.TaskGroup() as both:
        both.create_task(_carry(reader, asterisk, phone))
        both.create_task(_carry(back, phone.browser, phone))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, phone: Phone) -> None:
    """One direction, until either side ends: then both are cut, since a WebSocket has no half."""
    try:
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    phone.cut()


async def run(listen: tuple[str, int], asterisk: tuple[str, int], secret: str) -> None:
    proxy = Proxy(asterisk, secret)
    server = await asyncio.start_server(proxy.serve, *listen, limit=HEAD_MOST, backlog=256)
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    await over.wait()
    server.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="hotline.programs.phone_proxy", description=__doc__)
    parser.add_argument("--listen", type=int, required=True, help="port on loopback that nginx passes phones to")
    parser.add_argument("--asterisk", type=int, required=True, help="port on loopback of Asterisk's WebSocket")
    parser.add_argument("--secret", type=Path, required=True, help="file with what the daemon proves itself by")
    args = parser.parse_args()
    asyncio.run(run(("127.0.0.1", args.listen), ("127.0.0.1", args.asterisk), args.secret.read_text("utf-8").strip()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
