"""The shipped gazetteer as a first start compiles it: once a process, then copied. Compiling it takes a second of a core."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from bridge.gazetteer.compiled import Gazetteers


@cache
def compiled() -> Path:
    folder = tempfile.mkdtemp(prefix="hotline-gazetteer-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Gazetteers(Path(folder)).shipped().folder


def lay(root: Path) -> None:
    """``root``: ``Places.gazetteer``. What lies there already stays."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (root / compiled().name).exists():
        shutil.copytree(compiled(), root / compiled().name)
