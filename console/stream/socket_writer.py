"""The way to one console's socket, past everything that would wait or frame a message twice.

A frame that a server sends is not masked and (without compression) is the same for every
client: it is made once and its bytes go straight to each socket's transport. ``Speaking`` is
uvicorn's own WebSocket protocol and says in the scope where that transport is; the endpoint
takes it from there. What was written and not yet sent is counted, so that nobody is waited for.
"""

from __future__ import annotations

import struct
from typing import Any, Protocol, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

_EXTENSION = "hotline.wire"


class Wire(Protocol):
    """One socket, to be written to; nothing of it waits or raises."""

    @property
    def unsent(self) -> int:
        """Bytes that wait for the client."""
        ...

    def write(self, framed: bytes) -> None: ...

    def close(self, code: int) -> None:
        """Say so and end; what is unsent may still go out."""
        ...

    def abort(self) -> None:
        """At once; what is unsent is lost."""
        ...


def framed(message: bytes) -> bytes:
    """One text message as one WebSocket frame of a server."""
    size = len(message)
    if size < 126:
        return bytes((0x81, size)) + message
    if size < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, size) + message
    return struct.pack("!BBQ", 0x81, 127, size) + message


class Speaking(WebSocketsSansIOProtocol):
    """uvicorn's protocol; a ``Wire`` for the endpoint."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if getattr(self, "scope", None) is not None:  # the handshake was one
            extensions = cast(dict[str, Any], self.scope["extensions"])
            extensions[_EXTENSION] = self

    @property
    def unsent(self) -> int:
        return self.transport.get_write_buffer_size()

    def write(self, framed: bytes) -> None:
        if not self.close_sent and not self.disconnected and not self.transport.is_closing():
            self.transport.write(framed)

    def close(self, code: int) -> None:
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(self.close_timeout, self.transport.abort)

    def abort(self) -> None:
        if not self.disconnected:
            self.queue.put_nowait({"type": "websocket.disconnect", "code": 1006, "reason": ""})
            self.transport.abort()


def wire_of(scope: Any) -> Wire:
    """Raises KeyError under another server than ours."""
    return cast(Wire, scope["extensions"][_EXTENSION])
