"""Coroutine tests run in a loop of their own, with a bound; the longest files begin first."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest

BOUND_SECONDS = 60.0
LONGEST = (
    "test_watching.py", "test_recorded.py", "test_daemon_gone.py", "test_wire.py", "test_broken_on_purpose.py",
    "test_unanswered.py", "test_answered.py", "test_live_door.py", "test_verbs.py", "test_desk.py",
)  # fmt: skip
"""A worker that begins a long file last keeps all others waiting."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))


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
