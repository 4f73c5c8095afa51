"""The app and its socket: FastAPI on uvicorn, inside the daemon's own loop, on loopback.

``make_app(plugs)`` is also what tests talk to. ``Server`` binds before it serves, so
that a taken port is an ``OSError`` for whoever starts it and never a ``SystemExit``; it
touches no signal, and after ``stop`` no task, socket or connection of it is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator
from typing import Any

import uvicorn
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from . import contract, error_answers, words_in_headers
from .guard import Guard
from .routes import (
    accounts,
    alarms,
    audit,
    callbacks,
    calls,
    case_events,
    codes,
    dead_letters,
    drafts,
    knowledge,
    live_state_and_health,
    mine,
    notices,
    nuisance,
    oidc,
    partner_handovers,
    partner_states,
    places,
    pop,
    program_tokens,
    recording,
    reports,
    seats,
    session,
    shown_settings,
    switches,
    templates,
    text_messages,
    ticket_acts,
    ticket_search,
    tickets,
    verbs,
    wall,
    watching,
)
from .services import Services
from .stream import endpoint
from .stream.socket_writer import Speaking
from .stream.stream_connection import FRAME_MOST

GRACE_SECONDS = 3
ACCEPTED_AT_ONCE = 1
"""New connections the loop takes in one pass. asyncio takes all that wait, one behind the other, and with each comes the
reading of its request: of four hundred handshakes at once whatever else is due (a pop) would wait for the last."""
WAITING_MOST = 1024
"""Connections the kernel keeps for us meanwhile."""


def make_app(plugs: Services) -> ASGIApp:
    """The whole REST door behind its guard."""
    return Guard(routes_of(plugs), plugs)


def routes_of(plugs: Services) -> FastAPI:
    """Without the guard: only for tests."""
    app = bare()
    app.state.services = plugs
    error_answers.install(app, plugs.absent, plugs.wrong)
    return app


def bare() -> FastAPI:
    """Every route with nothing behind it: what OpenAPI and the pages' types are made from."""
    app = _Documented(
        title="12319 hotline",
        version="1",
        summary="Calls, seats, tickets and the case store's backlog of a city-management hotline.",
        docs_url=None,  # its page would be fetched from the internet
        redoc_url=None,
        openapi_url="/api/openapi.json",
        dependencies=[
            Depends(HTTPBearer(auto_error=False)),  # documents it; the guard checks it
            Depends(words_in_headers.refuse_in_url),
        ],
        responses=error_answers.EVERYWHERE,
    )
    for part in (
        session,
        oidc,
        accounts,
        program_tokens,
        audit,
        alarms,
        notices,
        live_state_and_health,
        callbacks,
        calls,
        case_events,
        codes,
        dead_letters,
        shown_settings,
        seats,
        verbs,
        partner_handovers,
        partner_states,
        ticket_search,  # before ``tickets``: its path is none of a ticket
        ticket_acts,
        text_messages,
        tickets,
        watching,
        places,
        pop,
        drafts,
        mine,
        templates,
        knowledge,
        switches,
        nuisance,
        wall,
        reports,
        recording,
    ):
        app.include_router(part.router)
    app.include_router(accounts.changes)
    app.router.routes.append(endpoint.route)
    return app


class Monitoring:
    """The door for monitoring alone: two pages, by a program's token. No cookie passes: people sign in at the edge."""

    PATHS = frozenset({"/metrics", "/api/health"})

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] in self.PATHS:
            headers = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
            await self._app({**scope, "headers": headers}, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("", 404)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


class _Documented(FastAPI):
    """Its OpenAPI holds every shape of the contract, the stream's messages too."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            schemas = super().openapi().setdefault("components", {}).setdefault("schemas", {})
            for name, schema in contract.shapes_of_all().items():
                schemas.setdefault(name, schema)
        return super().openapi()


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are the daemon's business."""
        yield


class Server:
    """One listening door. ``start`` returns when it answers; ``stop`` when it is gone."""

    def __init__(self, app: ASGIApp, port: int, host: str = "127.0.0.1") -> None:
        self._address = (host, port)
        config = uvicorn.Config(
            app,
            ws=Speaking,
            ws_max_size=FRAME_MOST,
            ws_per_message_deflate=False,
            ws_ping_interval=None,
            loop="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            timeout_keep_alive=30,
            limit_concurrency=5000,
            h11_max_incomplete_event_size=32 * 1024,
            backlog=ACCEPTED_AT_ONCE,
        )
        self._server = _Quiet(config)
        self._task: asyncio.Task[Any] | None = None

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        # TCP by name: asyncio sets TCP_NODELAY only on sockets that say so, and a pop behind a delta would wait 40 ms
        family = socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(self._address)
            listening.setblocking(False)
        except OSError:
            listening.close()
            raise
        self._task = asyncio.get_running_loop().create_task(self._server.serve([listening]), name="rest")
        while not self._server.started:
            if self._task.done():
                await self._task
                raise OSError("the REST server ended while starting")
            await asyncio.sleep(0.005)
        listening.listen(WAITING_MOST)  # uvicorn's one number is both: what is taken at once, and what may wait

    async def stop(self) -> None:
        """Within the grace time; requests that take longer are cut off."""
        if self._task is None:
            return
        self._server.should_exit = True
        await asyncio.gather(self._task, return_exceptions=True)
        for connection in list(self._server.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        await asyncio.gather(*self._server.server_state.tasks, return_exceptions=True)
        self._task = None
