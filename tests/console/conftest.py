"""A REST door around a fake hotline, asked in process."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
import structlog

from tests.fakes.hotline import TOKEN, FakeHotline, door, services

Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
def fake() -> FakeHotline:
    return FakeHotline()


@pytest.fixture
def client(fake: FakeHotline) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(door(services(fake)), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.AsyncClient(transport=transport, base_url="http://hotline", headers=headers)


@pytest.fixture(autouse=True, scope="session")
def plain_log() -> None:
    """The default renderer spends seconds on drawing the locals of a traceback."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])
