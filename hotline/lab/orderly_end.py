"""A verb that has started daemons and telephones of its own ends by SIGTERM as by Ctrl-C: nothing of it is left running."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def on_sigterm() -> None:
    """From here on SIGTERM raises KeyboardInterrupt, so that everything on the way out is left in order."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def run(work: Coroutine[Any, Any, T]) -> T:
    """``asyncio.run``; raises KeyboardInterrupt on SIGTERM, too."""
    on_sigterm()
    return asyncio.run(work)
