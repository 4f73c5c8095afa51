"""A REST door around a fake house, asked in process."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest
import structlog

from tests.fakes.house import TOKEN, House, door, plugs

Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def client(house: House) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(door(plugs(house)), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return httpx.AsyncClient(transport=transport, base_url="http://hotline", headers=headers)


@pytest.fixture(autouse=True, scope="session")
def plain_log() -> None:
    """The default renderer spends seconds on drawing the locals of a traceback."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])
