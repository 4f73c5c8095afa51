"""What a task falls over is said at once; whoever ends well or is cut off is silent."""

from __future__ import annotations

import asyncio

import pytest
import structlog

from cti import background_task


async def test_what_it_falls_over_is_said_before_anybody_stops_it() -> None:
    async def falls() -> None:
        raise OSError("gone")

    with structlog.testing.capture_logs() as logs:
        task = background_task.begin(falls(), "reader")
        await asyncio.wait([task])
        await asyncio.sleep(0)
    assert [(one["task"], one["log_level"], str(one["exc_info"])) for one in logs] == [("reader", "error", "gone")]
    with pytest.raises(OSError, match="gone"):
        await task  # whoever does wait hears it all the same


async def test_who_ends_or_is_cut_off_is_silent() -> None:
    with structlog.testing.capture_logs() as logs:
        done = background_task.begin(asyncio.sleep(0), "done")
        waits = background_task.begin(asyncio.sleep(60), "waits")
        await done
        waits.cancel()
        await asyncio.gather(waits, return_exceptions=True)
        await asyncio.sleep(0)
    assert logs == []
