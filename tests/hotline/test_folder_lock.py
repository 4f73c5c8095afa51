"""One daemon a folder, and what it says of itself from its first moment on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.file_places import Places
from hotline.programs import folder_lock
from hotline.programs.folder_lock import FolderLock
from hotline.start_check import StartError


async def test_it_says_that_it_starts_before_it_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants to tell it something waits for it, and is not told that nobody runs."""
    monkeypatch.setattr("hotline.programs.process_table.words", lambda _pid: ("hotline", "run"))
    places = Places(tmp_path)
    places.make()
    assert folder_lock.running(places) is None
    lock = FolderLock(places)
    lock.start()
    for state in ("starting", "ready", "ending"):
        if state != "starting":
            folder_lock.say_state(places, state)
        found = folder_lock.running(places)
        assert found is not None
        assert (found.pid, found.state) == (os.getpid(), state)
    with pytest.raises(StartError, match=str(tmp_path)):
        FolderLock(places).start()
    await lock.stop()
    FolderLock(places).start()
