"""Coroutine tests run in a loop of their own, with a bound; the longest files begin first; long tests are sampled; examples follow the run's seed, none is timed."""

from __future__ import annotations

import asyncio
import inspect
import os
import threading
from collections.abc import Generator
from typing import Any

import hypothesis
import pytest

from tests import sampling

# a busy machine's clock proves nothing: the bound below is against what hangs
hypothesis.settings.register_profile(
    "hotline", deadline=None, print_blob=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("hotline")

BOUND_SECONDS = 60.0
END_SECONDS = 5.0
"""A connection's thread ends so long, at most, after its connection was closed."""
DEAR = ("live", "fault", "browser", "postgres", "slow")
"""Of what is marked so a short run takes one in five."""
LONGEST = (
    "test_surge.py", "test_first_day.py", "test_self_service.py", "test_full_disk.py", "test_ledger_away.py", "test_demo_run.py",
    "test_waiting.py", "test_endings_told.py", "test_recorded.py", "test_call_back.py", "test_restored.py", "test_nuisance.py",
    "test_seat_ends.py", "test_hostile.py", "test_field_callers.py", "test_watching.py", "test_daemon_gone.py",
    "test_broken_on_purpose.py", "test_orderly_end.py", "test_start.py", "test_reload.py", "test_revocation.py",
)  # fmt: skip
"""A worker that begins a long file last keeps all others waiting."""


def pytest_configure(config: pytest.Config) -> None:
    sampling.seed()  # before the workers are begun: they inherit it
    if config.getoption("--hypothesis-seed", None) is None:
        config.option.hypothesis_seed = str(sampling.seed())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    all_of_it = f"{sampling.LONG}=1 " if sampling.long_run() else ""
    terminalreporter.write_line(f"the same again: {all_of_it}{sampling.SEED}={sampling.seed()}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not sampling.long_run() and "long" not in config.option.markexpr:
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("long")])
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    if sampling.short_run():
        _sample(config, items)
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))


def _sample(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What costs seconds is sampled file by file, what costs minutes all together."""
    dear: dict[str, list[str]] = {}
    minutes: list[str] = []
    for item in items:
        if any(item.get_closest_marker(name) for name in DEAR):
            bound = item.get_closest_marker("bound")
            long = bound is not None and bound.args[0] > sampling.MINUTES
            into = minutes if long else dear.setdefault(item.nodeid.partition("::")[0], [])
            into.append(item.nodeid)
    always = {item.nodeid for item in items if item.get_closest_marker("always")}
    out = sampling.left_out(dear, always) | sampling.left_out({"minutes": minutes}, always, sampling.MINUTES_PART)
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in out])
    items[:] = [item for item in items if item.nodeid not in out]


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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """A verb that is run in this process and closes its files to others closes none of the next test's."""
    mask = os.umask(0o022)
    os.umask(mask)
    result = yield
    os.umask(mask)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Generator[None, object, object]:
    """A test leaves no connection to a SQLite ledger behind."""
    before = _database_threads()
    result = yield
    if left := [thread for thread in _database_threads() - before if _goes_on(thread)]:
        pytest.fail(f"a connection to a SQLite ledger was left open: {', '.join(thread.name for thread in left)}")
    return result


def _database_threads() -> set[threading.Thread]:
    """aiosqlite's, one a connection. One that is left answers, some day, a loop that is gone: in whatever test runs then."""
    return {thread for thread in threading.enumerate() if "_connection_worker_thread" in thread.name}


def _goes_on(thread: threading.Thread) -> bool:
    thread.join(END_SECONDS)
    return thread.is_alive()
