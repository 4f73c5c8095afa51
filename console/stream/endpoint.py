"""``/stream``: one socket from its handshake to its end. Who asks was settled by the guard before it came here."""

from __future__ import annotations

from typing import cast

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from ..authorization import who_asks
from ..services import Services
from .socket_writer import wire_of


async def stream(socket: WebSocket) -> None:
    hub = cast(Services, socket.app.state.services).stream
    who = who_asks(socket)
    if hub is None:
        await socket.close()
        return
    await socket.accept()
    console = hub.enter(who, wire_of(socket.scope))
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            await hub.hear(console, message.get("text"))
    finally:
        await hub.left(console)


route = WebSocketRoute("/stream", stream)
