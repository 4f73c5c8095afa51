"""What the rigs of case stores behind HTTP have in common: a store of the test's own, a server before it, a driver that asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from bridge.case_store_messages import Message, filing
from bridge.ticket import Ticket

from .http_server import HttpServer, Reply, Request, serving


class HttpStore(Protocol):
    losing: int
    """So many answers more get lost."""

    async def answers(self, request: Request) -> Reply | None: ...


class HttpStoreRig:
    close: Callable[[], Awaitable[None]]

    def __init__(self, store: Any, server: HttpServer) -> None:
        self.store, self.server = store, server

    def refused(self, ticket: Ticket) -> Message:
        return filing(replace(ticket, title=""))

    def lose_answers(self, count: int) -> None:
        self.store.losing = count

    def away(self) -> AbstractAsyncContextManager[None]:
        return self.server.away()

    async def restart(self) -> None:
        async with self.server.away():
            pass


R = TypeVar("R", bound=HttpStoreRig)


@asynccontextmanager
async def rig_of(store: HttpStore, make: Callable[[Any, HttpServer], R]) -> AsyncIterator[R]:
    async with serving(store.answers) as server:
        made = make(store, server)
        try:
            yield made
        finally:
            await made.close()
