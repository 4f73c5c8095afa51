"""``hotline bench surge`` and ``hotline rehearse`` as an operator runs them, in short: real calls, and nobody lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hotline.programs import process_table

pytestmark = pytest.mark.live


def measured(*words: str) -> tuple[int, dict[str, Any], str]:
    done = subprocess.run(
        [sys.executable, "-m", "hotline.cli", *words, "--json"],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr[-4000:]
    return done.returncode, json.loads(done.stdout), done.stderr


@pytest.mark.bound(300)
def test_a_surge_is_lived_through_with_the_daemon_and_without() -> None:
    """The same callers twice; the ledger has them all, those of the dead daemon too, and agrees with the telephones."""
    words = ("--seats", "3", "--rate", "0.8", "--seconds", "10", "--talk", "4", "--patience", "20", "--seed", "3")
    status, account, said = measured("bench", "surge", *words)
    hotline, alone = (account["phases"][name] for name in ("hotline", "asterisk_alone"))
    assert hotline["callers"] == alone["callers"] > 3
    for phase in (hotline, alone):
        assert phase["answered"] + phase["gave_up"] == phase["callers"], phase
        assert phase["answered"] > 0
        assert (phase["lost"], phase["no_outcome"], phase["differences"]) == (0, 0, []), phase
    assert alone["load"]["daemon_percent"] == 0
    assert (account["lost"], account["clean"], status) == ([], True, 0), said


@pytest.mark.bound(300)
def test_a_storm_is_rehearsed_and_nobody_is_left_in_the_dark() -> None:
    """Twice what two seats bear: who waits over 20 s has heard his place and the offer, and each call-back taken is made or owed."""
    words = (
        "--seats",
        "2",
        "--rate",
        "0.3",
        "--minutes",
        "0.6",
        "--talk",
        "12",
        "--patience",
        "70",
        "--takes",
        "0.5",
        "--seed",
        "5",
    )
    status, account, said = measured("rehearse", "typhoon", *words)
    phase = account["phases"]["hotline"]
    assert account["mode"] == "typhoon"
    assert account["switched_seconds"] is not None
    assert phase["waited_long"] > 0
    assert phase["places"] > 0
    assert phase["offered"] > 0
    assert (phase["untold"], phase["unmade"], phase["no_outcome"], phase["lost"]) == (0, 0, 0, 0), phase
    assert phase["taken"] == phase["made"] + phase["owed"]
    assert (account["lost"], phase["differences"], status) == ([], [], 0), said


def test_a_mode_that_is_none_is_named_with_those_that_are() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hotline.cli", "rehearse", "flood"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert all(word in done.stderr for word in ("flood", "typhoon"))


@pytest.mark.bound(120)
def test_ended_by_sigterm_it_leaves_nothing_running(tmp_path: Path) -> None:
    """In the middle of a rehearsal: daemon, Asterisk, case store and nginx are gone, and its folder with them."""
    with subprocess.Popen(
        [sys.executable, "-m", "hotline.cli", "rehearse", "typhoon", "--seats", "2", "--minutes", "5"],
        env=os.environ | {"TMPDIR": str(tmp_path)}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as verb:  # fmt: skip
        assert verb.stderr is not None
        assert verb.stderr.readline(), "ended before its first phase"  # which is said once everything stands
        titles = [process_table.title(pid) for pid in process_table.running_at(tmp_path)]
        for part in ("asterisk.conf", "nginx: master", "nginx: worker"):
            assert any(part in title for title in titles), f"{part}: {titles}"
        verb.send_signal(signal.SIGTERM)
        verb.wait(60)
    assert [process_table.title(pid) for pid in process_table.running_at(tmp_path)] == []
    assert [each for each in tmp_path.iterdir() if each.name.startswith("hotline-surge")] == []
