"""Case stores for the contract every driver keeps: each can be made to lose an answer, refuse, be away and move a case.

A new driver gets a class here and a line in ``RIGS``; ``test_driver_contract.py`` then tells what it does not keep.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import httpx
import sqlalchemy as sa

from bridge.case_state import CaseState
from bridge.case_store_messages import Message, filing
from bridge.drivers import CaseStore
from bridge.drivers.native import STATES, Native
from bridge.ticket import Ticket
from casestore import case_rows
from casestore.states import EventKind, State
from casestore.tables import cases
from tests.casestore import kit

from . import georeport_city, old_store, sql_store, webhook_store


class Rig(Protocol):
    """One driver with a real case store behind it."""

    driver: CaseStore
    states: tuple[CaseState, CaseState, CaseState]
    """What a case may be brought to here, one after the other, and heard so."""
    history: bool
    """False: the store only shows how its cases are now; what came in between is not heard."""

    async def keys(self) -> list[str]:
        """Of all cases, from the store's own table: the witness."""
        ...

    def refused(self, ticket: Ticket) -> Message:
        """A message this store calls wrong, in the stream of this ticket."""
        ...

    def lose_answers(self, count: int) -> None:
        """The next deliveries are taken, and their answers do not arrive."""
        ...

    def away(self) -> AbstractAsyncContextManager[None]:
        """Meanwhile the store answers nothing."""
        ...

    async def move(self, key: str, state: CaseState) -> None:
        """Somebody at the store brings the case a step further."""
        ...

    async def restart(self) -> None:
        """The store's program ends and begins again; the driver stays."""
        ...


class NativeRig:
    """The case store that comes with us, its program inside the test's process, over HTTP without a socket."""

    states = (CaseState.DISPATCHED, CaseState.HANDLED, CaseState.CLOSED)
    history = True

    def __init__(self, folder: Path) -> None:
        self._url = f"sqlite:///{folder / 'casestore.db'}"
        self._stack = AsyncExitStack()
        self._losing = 0
        self._client = httpx.AsyncClient(transport=self, base_url=kit.URL)  # type: ignore[arg-type]
        self.driver: CaseStore = Native(kit.URL, kit.SECRET, self._client)

    async def open(self) -> None:
        self._cases = await self._stack.enter_async_context(kit.cases_at(self._url))

    async def close(self) -> None:
        await self._stack.aclose()
        await self._client.aclose()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Between driver and store: where an answer is lost."""
        answer = await self._cases.way.handle_async_request(request)
        if request.method == "POST" and self._losing > 0:
            self._losing -= 1
            raise httpx.ReadError("the answer is lost")
        return answer

    async def __aenter__(self) -> NativeRig:
        return self

    async def __aexit__(self, *_: object) -> None:
        """As a transport."""

    async def aclose(self) -> None:
        """As a transport."""

    async def keys(self) -> list[str]:
        return await self._cases.keys()

    def refused(self, ticket: Ticket) -> Message:
        return filing(replace(ticket, title=""))

    def lose_answers(self, count: int) -> None:
        self._losing = count

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        await self._change(sa.text("ALTER TABLE cases RENAME TO gone"))
        try:
            yield
        finally:
            await self._change(sa.text("ALTER TABLE gone RENAME TO cases"))

    async def _change(self, statement: sa.Executable) -> None:
        await self._cases.database.write(lambda db: db.execute(statement))

    async def move(self, key: str, state: CaseState) -> None:
        """A row of the case's history, as a clerk's command writes it (those: ``tests/casestore/test_command_runner.py``)."""
        finer = State(next(name for name, means in STATES.items() if means is state))

        def moved(db: sa.Connection) -> None:
            number = db.execute(sa.select(cases.c.number).where(cases.c.key == key)).scalar_one()
            case_rows.add_event(db, number, EventKind.MOVED, finer, datetime.now(UTC))

        await self._cases.database.write(moved)

    async def restart(self) -> None:
        await self._stack.aclose()
        await self.open()


@asynccontextmanager
async def native(folder: Path) -> AsyncIterator[Rig]:
    rig = NativeRig(folder)
    await rig.open()
    try:
        yield rig
    finally:
        await rig.close()


RIGS: dict[str, Callable[[Path], AbstractAsyncContextManager[Rig]]] = {
    "native": native,
    "old": old_store.rig,
    "open311": georeport_city.rig,
    "sql": sql_store.rig,
    "webhook": webhook_store.rig,
}
"""Every driver of ``bridge/drivers/``, by its file's name."""


async def settled(done: Callable[[], Any], seconds: float = 20.0) -> None:
    """Until it is so."""
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.005)
