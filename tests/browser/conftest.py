"""One town for all browser tests of a worker, and its loop under every one of them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from .kit import House, Town

BOUND_SECONDS = 75.0


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with Town(tmp_path_factory.mktemp("town")) as here:
        yield here


@pytest.fixture
def house(town: Town) -> House:
    return House(town)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test with a house runs on the town's loop, where the browsers live."""
    if "house" not in pyfuncitem.funcargs or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    values: dict[str, Any] = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    marker = pyfuncitem.get_closest_marker("bound")
    bound = marker.args[0] if marker else BOUND_SECONDS

    async def bounded() -> None:
        async with asyncio.timeout(bound):
            await pyfuncitem.obj(**values)

    values["house"].town.run(bounded())
    return True
