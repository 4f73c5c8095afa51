"""A case store for tests: inside the test's own process, spoken to over HTTP without a socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from accounts.file_scanner import scanner_of
from bridge.drivers.native import Native
from casestore.api import Behind, make_app
from casestore.conf import Work
from casestore.database import Database
from casestore.pages.app import Pages, beside, make_pages
from casestore.photo_seal import PhotoSeal
from casestore.progress_query import Inquiries
from casestore.staff import Staff
from casestore.store import Store
from config.sections.access import Access

SECRET = "0123456789abcdef0123456789abcdef"
URL = "http://casestore"
ORIGIN = "https://localhost:8443"
SEAL = PhotoSeal(["fedcba9876543210fedcba9876543210"])


class Clock:
    """Stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Cases:
    url: str
    database: Database
    store: Store
    way: httpx.ASGITransport
    client: httpx.AsyncClient
    driver: Native
    clock: Clock

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {SECRET}"}

    async def numbers(self) -> list[str]:
        return [case.number for case in (await self.store.page("", 500)).cases]

    async def keys(self) -> list[str]:
        return [case.key for case in (await self.store.page("", 500)).cases]


@asynccontextmanager
async def cases_at(
    place: Path | str, now: datetime | None = None, *, opened: bool = True, scanner: str = ""
) -> AsyncIterator[Cases]:  # fmt: skip
    """``place``: a file, or a url; ``scanner``: where photos are looked at."""
    url = place if isinstance(place, str) else f"sqlite:///{place}"
    clock = Clock(now or datetime.now(UTC))
    database = Database(url)
    store = Store(database, "Asia/Shanghai", Work().time("Asia/Shanghai"))
    inquiries = Inquiries(database, SECRET, lambda: clock.now.timestamp(), store.work)
    staff = Staff(database, Access(), clock)
    native = make_app(Behind(database, store, inquiries, clock, staff, "told"), SECRET)
    pages = Pages(
        database, store, inquiries, staff, clock, frozenset({ORIGIN}), "Asia/Shanghai", SEAL, scanner_of(scanner)
    )  # fmt: skip
    app = beside(native, make_pages(pages))
    way = httpx.ASGITransport(app)
    client = httpx.AsyncClient(transport=way, base_url=URL)
    try:
        if opened:
            await database.open()
        yield Cases(url, database, store, way, client, Native(URL, SECRET, client), clock)
    finally:
        await client.aclose()
        database.close()
