"""Coroutine tests run in a loop of their own, with a bound."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

BOUND_SECONDS = 60.0


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an ``async def`` test to its end, or fail at the bound."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    values: dict[str, Any] = {name: pyfuncitem.funcargs[name] for name in names}
    marker = pyfuncitem.get_closest_marker("bound")
    bound = marker.args[0] if marker else BOUND_SECONDS

    async def bounded() -> None:
        async with asyncio.timeout(bound):
            await pyfuncitem.obj(**values)

    asyncio.run(bounded())
    return True
