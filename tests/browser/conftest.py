"""One town for all browser tests of a worker, and its loop under every one of them."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from .kit import BrowserHotline, SharedBrowsers

BOUND_SECONDS = 75.0


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedBrowsers]:
    with SharedBrowsers(tmp_path_factory.mktemp("town")) as here:
        yield here


@pytest.fixture
def hotline(shared: SharedBrowsers) -> BrowserHotline:
    return BrowserHotline(shared)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test with a house runs on the town's loop, where the browsers live."""
    if "hotline" not in pyfuncitem.funcargs or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    values: dict[str, Any] = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    marker = pyfuncitem.get_closest_marker("bound")
    bound = marker.args[0] if marker else BOUND_SECONDS

    async def bounded() -> None:
        async with asyncio.timeout(bound):
            await pyfuncitem.obj(**values)

    values["hotline"].shared.run(bounded())
    return True
