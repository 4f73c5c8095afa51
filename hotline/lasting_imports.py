"""``with lasting():`` round what imports much. Used by ``cli.py`` and ``run.py``."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting() -> Iterator[None]:
    """What is imported stays until the program ends: nobody looks for garbage in it, not even then.

    Half of a short command's time, and a third of what the daemon needs to be back.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
