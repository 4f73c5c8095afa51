"""``hotline demo`` itself, as a newcomer runs it: a few calls, one account, nothing lost, nothing left running."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

CALLS = 10
"""As few as have every kind of citizen among them."""


@pytest.mark.bound(240)
def test_one_measured_run_loses_nothing(tmp_path: Path) -> None:
    """Status 0 and one JSON object on standard output, which says the same."""
    words = ["demo", "--calls", str(CALLS), "--exit", "--json", "--seed", "7", "--var", str(tmp_path / "var")]
    done = subprocess.run(
        [sys.executable, "-m", "hotline.cli", *words], capture_output=True, text=True, timeout=230, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-4000:]}"
    account = json.loads(done.stdout)
    assert (account["lost"], account["verify"]) == ([], [])
    assert account["offered"] == CALLS
    assert account["answered"] >= CALLS * 0.4
    assert account["recordings"] == account["recordings_ok"]
    assert account["tickets"] == account["cases"]
    assert account["callbacks"] >= account["notes"] >= 1
    assert account["surveys"] >= 1
    assert account["self_service"] == 1
    assert left(tmp_path) == [], "still running"


def left(folder: Path) -> list[str]:
    """Programs whose command line names the folder."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(folder) in line and "pytest" not in line:
                found.append(line)
    return found
