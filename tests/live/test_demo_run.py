"""``hotline demo`` itself, as a newcomer runs it: a few calls, one account, nothing lost, nothing left running."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
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


@pytest.mark.long
@pytest.mark.bound(240)
def test_a_killed_daemon_is_started_again(tmp_path: Path) -> None:
    """As whoever watches is told to try: it is said in a line, without a traceback, and the robots go on."""
    told = tmp_path / "told"
    words = ["demo", "--seed", "7", "--var", str(tmp_path / "var")]
    with told.open("wb") as out:
        demo = subprocess.Popen([sys.executable, "-m", "hotline.cli", *words], stdout=out, stderr=subprocess.STDOUT)

        def says(word: str, times: int = 1, seconds: float = 90.0) -> None:
            limit = time.monotonic() + seconds
            while told.read_text("utf-8").count(word) < times:
                assert demo.poll() is None, told.read_text("utf-8")[-3000:]
                assert time.monotonic() < limit, told.read_text("utf-8")[-3000:]
                time.sleep(0.2)

        try:
            says("自动座席已就绪")
            (daemon,) = [pid for pid, line in running(tmp_path) if " run --config " in line]
            os.kill(daemon, signal.SIGKILL)
            says("守护进程已退出")
            says("守护进程已恢复")
            assert [pid for pid, line in running(tmp_path) if " run --config " in line] != [daemon]
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)
    assert "Traceback" not in told.read_text("utf-8")
    assert left(tmp_path) == [], "still running"


def left(folder: Path) -> list[str]:
    """Programs whose command line names the folder."""
    return [line for _pid, line in running(folder)]


def running(folder: Path) -> list[tuple[int, str]]:
    """The same, with their ids."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            # the folder's own name has "pytest" in it
            if str(folder) in line and "bin/pytest" not in line and "-m pytest" not in line:
                found.append((int(process.name), line))
    return found
