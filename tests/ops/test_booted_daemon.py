"""The daemon itself under systemd, by the unit of ``hotline init``: it starts, a caller is answered, it dies and is begun again, reloads and ends,
and the call stands through all but the last.

It is run by Debian's own Python, and its Asterisk is shown to the machine outside of people's homes, which the unit hides.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
import tomli_w

from hotline.lab.hotline_instance import derive, shipped
from hotline.programs import asterisk_found
from hotline.relaunch import LAUNCHER
from hotline.verbs import init

from .booted import Booted, possible

THEIRS = subprocess.run(["/usr/bin/python3", "--version"], capture_output=True, text=True, check=False).stdout.split()[
    -1:
]
NOT_HERE = possible() or (
    "" if THEIRS and THEIRS[0].startswith("3.11.") else "Debian's Python is another than the packages are for"
)
pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.skipif(bool(NOT_HERE), reason=NOT_HERE)]

TREE = Path(__file__).resolve().parents[2]
UNIT, PROGRAM, SETTINGS = "hotline.service", "/run/units/hotline", "/run/units/hotline.toml"
VAR = "/var/lib/hotline"
BASE = 21000
PYTHON = "/run/venv/bin/python"
"""An environment of Debian's own Python, without Debian's packages."""
AROUND = f"""#!/bin/sh
export PYTHONPATH={TREE}:{Path(structlog.__file__).parents[1]} HOTLINE_ASTERISK=/opt/asterisk PYTHONDONTWRITEBYTECODE=1
cd /
if [ "$1" = run ]; then exec >> {VAR}/said 2>&1; fi
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Booted]:
    monkeypatch.setenv(LAUNCHER, PROGRAM)
    found = asterisk_found.find()
    if found is None or found[0].root is None:
        pytest.skip("an Asterisk in a folder of its own is needed: hotline asterisk install")
    units = {
        UNIT: init.unit(Path(SETTINGS), Path(VAR), "hotline"),
        "hotline": f'{AROUND}exec {PYTHON} -m hotline.cli "$@"\n',
        "caller": f'{AROUND}exec {PYTHON} -m tests.ops.caller "$@"\n',
        "hotline.toml": tomli_w.dumps(derive(shipped(), BASE)),
    }
    with Booted(tmp_path / "machine", units, {found[0].root: "/opt/asterisk"}) as one:
        made = one.run("/usr/bin/python3", "-m", "venv", "--without-pip", "/run/venv")
        assert made.returncode == 0, made.stderr
        yield one


def pid(machine: Booted) -> int:
    return int(machine.show(UNIT, "MainPID"))


def said(caller: subprocess.Popen[str]) -> str:
    """Asked how the call is."""
    assert caller.stdin is not None
    assert caller.stdout is not None
    caller.stdin.write("\n")
    return caller.stdout.readline().strip()


def test_a_call_stands_through_a_death_and_a_reload(machine: Booted) -> None:
    started = machine.run("systemctl", "start", UNIT)
    assert started.returncode == 0, started.stderr + machine.run("tail", "-n", "30", f"{VAR}/said").stdout
    assert (machine.show(UNIT, "ActiveState"), machine.show(UNIT, "StatusText").split()[0]) == ("active", "ready")
    trunk = shipped()["trunk"][0]
    with machine.begin("/run/units/caller", trunk["host"], str(BASE + 5), str(BASE)) as caller:
        assert caller.stdout is not None
        assert caller.stderr is not None
        assert caller.stdout.readline().strip() == "answered", caller.stderr.read()
        first = pid(machine)
        machine.run("kill", "-9", str(first))
        machine.until(UNIT, "NRestarts", "1")
        machine.until(UNIT, "ActiveState", "active", 60)
        assert pid(machine) != first
        assert said(caller) == "up", "Asterisk outlives the daemon"
        second = pid(machine)
        reloaded = machine.run("systemctl", "reload", UNIT)
        assert reloaded.returncode == 0, reloaded.stderr
        machine.until(UNIT, "ActiveState", "active", 60)
        assert (pid(machine), machine.show(UNIT, "NRestarts"), said(caller)) == (second, "1", "up")
        assert caller.stdin is not None
        caller.stdin.close()
        heard = float(caller.stdout.readline())
        assert heard > 2, "the notice, and what is played to who waits"
    stopped = machine.run("systemctl", "stop", UNIT)
    assert stopped.returncode == 0, stopped.stderr
    assert (machine.show(UNIT, "ActiveState"), machine.show(UNIT, "Result")) == ("inactive", "success")
    left = machine.run("ps", "-u", "hotline", "-o", "args=").stdout
    assert left.strip() == "", "an end that is asked for ends all of it"
    at = ("--config", SETTINGS, "--var", VAR)
    told = machine.run("runuser", "-u", "hotline", "--", PROGRAM, "report", "calls", "--json", *at)
    (call,) = json.loads(told.stdout)
    assert (call["caller"], call["ended_by"], call["uncertain"]) == ("13800077001", "caller", False)
