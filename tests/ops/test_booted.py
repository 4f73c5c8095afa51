"""The unit of ``hotline init`` under systemd itself: what it promises of a start, a death, a reload, an end, and what it shuts out.

The daemon's place is held by a program that tells systemd what the daemon tells it, by the daemon's own words, leaves a child behind as the
daemon leaves Asterisk, and writes down what it may and may not do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from hotline.relaunch import LAUNCHER
from hotline.verbs import init

from .booted import Booted, possible

pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(possible()), reason=possible())]
"""The program is Debian's own Python: the unit hides people's homes, where another may lie."""

TREE = Path(__file__).resolve().parents[2]
UNIT, STAND_IN, VAR = "hotline.service", "/run/units/stand-in", Path("/var/lib/hotline")
PROGRAM = f"""#!/usr/bin/python3
import json, os, signal, socket, subprocess, sys, time, traceback
sys.excepthook = lambda *fault: open({str(VAR / "fault")!r}, "a").write("".join(traceback.format_exception(*fault)))
sys.path[:0] = [{str(TREE)!r}, {str(Path(structlog.__file__).parents[1])!r}]
from hotline.programs import systemd_notify

systemd_notify.begin()
VAR = {str(VAR)!r}
def may(what):
    try:
        what()
    except OSError as fault:
        return fault.strerror
    return "yes"

def note(name, said):
    with open(f"{{VAR}}/{{name}}", "a") as file:
        file.write(json.dumps(said) + "\\n")

if os.path.exists(f"{{VAR}}/wrong"):
    sys.exit(2)
child = subprocess.Popen(["sleep", "1000"], start_new_session=True)
seen = {{
    "words": sys.argv[1:], "uid": os.getuid(), "umask": os.umask(0o077), "child": child.pid,
    "settings": may(lambda: open("/etc/hotline.new", "w")), "program": may(lambda: open("/usr/bin/new", "w")),
    "homes": may(lambda: os.listdir("/root")), "kernel": may(lambda: open("/proc/sys/kernel/hostname", "w")),
    "packets": may(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW)), "sip": may(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)),
    "var": may(lambda: open(f"{{VAR}}/written", "w")), "tmp": may(lambda: open("/tmp/written", "w")),
}}
signal.signal(signal.SIGHUP, lambda *_: note("hangups", 1))
def end(*_):
    systemd_notify.notify("STOPPING=1")
    child.kill()
    note("ended", 1)
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
time.sleep(1)
note("began", seen)
systemd_notify.notify("READY=1", "STATUS=ready")
while True:
    time.sleep(0.1)
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Booted]:
    monkeypatch.setenv(LAUNCHER, STAND_IN)
    text = init.unit(Path("/etc/hotline"), VAR, "hotline")
    with Booted(tmp_path / "machine", {UNIT: text, "stand-in": PROGRAM}) as one:
        yield one


def start(machine: Booted) -> None:
    begun = machine.run("systemctl", "start", UNIT)
    if begun.returncode != 0:
        known = [
            begun.stderr,
            machine.run("systemctl", "status", UNIT).stdout,
            machine.run("cat", str(VAR / "fault")).stdout,
        ]
        raise AssertionError("\n".join([*known, machine.log.read_text("utf-8", "replace")[-2000:]]))


def told(machine: Booted, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in machine.run("cat", str(VAR / name)).stdout.splitlines()]


def test_it_starts_when_it_is_ready_and_is_shut_in(machine: Booted) -> None:
    """``systemctl start`` returns when the daemon said that callers are served; systemd took every word of the unit."""
    start(machine)
    (seen,) = told(machine, "began")
    assert (machine.show(UNIT, "ActiveState"), machine.show(UNIT, "StatusText")) == ("active", "ready")
    assert seen["words"] == ["run", "--config", "/etc/hotline", "--var", str(VAR)]
    assert (seen["uid"] != 0, seen["umask"]) == (True, 0o077)
    assert [seen[name] for name in ("var", "tmp", "sip")] == ["yes"] * 3
    assert [seen[name] for name in ("settings", "program")] == ["Read-only file system"] * 2
    assert [name for name in ("homes", "kernel", "packets") if seen[name] == "yes"] == []
    words = (
        "ProtectSystem",
        "NoNewPrivileges",
        "PrivateDevices",
        "LockPersonality",
        "KillMode",
        "CapabilityBoundingSet",
    )
    assert [machine.show(UNIT, name) for name in words] == ["strict", "yes", "yes", "yes", "process", ""]


def test_a_death_leaves_what_carries_calls_and_is_made_up_for(machine: Booted) -> None:
    """KillMode, Restart and its pause: five seconds, as often as it takes."""
    start(machine)
    (first,) = told(machine, "began")
    machine.run("kill", "-9", machine.show(UNIT, "MainPID"))
    machine.until(UNIT, "NRestarts", "1")
    machine.until(UNIT, "ActiveState", "active")
    assert len(told(machine, "began")) == 2
    assert machine.run("kill", "-0", str(first["child"])).returncode == 0


def test_wrong_settings_are_not_tried_again(machine: Booted) -> None:
    machine.run("touch", str(VAR / "wrong"))
    machine.run("systemctl", "start", UNIT)
    machine.until(UNIT, "ActiveState", "failed")
    time.sleep(6)  # longer than RestartSec
    assert (machine.show(UNIT, "NRestarts"), machine.show(UNIT, "ExecMainStatus")) == ("0", "2")


def test_a_reload_and_an_end_reach_it(machine: Booted) -> None:
    start(machine)
    assert machine.run("systemctl", "reload", UNIT).returncode == 0
    assert machine.run("systemctl", "stop", UNIT).returncode == 0
    assert (told(machine, "hangups"), told(machine, "ended")) == ([1], [1])
    assert machine.show(UNIT, "Result") == "success"
