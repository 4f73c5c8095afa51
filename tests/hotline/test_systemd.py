"""The units that are shipped: each program a user of its own, shut in, and taken by systemd as they are written."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[2] / "hotline" / "data" / "systemd"
UNITS = ("hotline.service", "hotline-asterisk.service")
PUBLIC = ("/etc/hotline", "/srv/hotline-edge")
"""Settings hold no secret; pages are everybody's."""
SHUT_IN = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
    "CapabilityBoundingSet": "", "RestrictNamespaces": "yes", "RestrictSUIDSGID": "yes", "SystemCallFilter": "@system-service",
}  # fmt: skip


def told(unit: str) -> dict[str, str]:
    """Each word of the unit; none of ours stands twice."""
    rows = re.findall(r"^(\w+)=(.*)$", (HERE / unit).read_text("utf-8"), re.MULTILINE)
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def test_each_program_is_a_user_of_its_own() -> None:
    """The users that the units name are made, and what they share is a group, never a user."""
    users = [told(unit)["User"] for unit in UNITS]
    assert len(set(users)) == len(UNITS)
    made = (HERE / "sysusers.conf").read_text("utf-8")
    for user in users:
        assert re.search(rf"^u {user} - ", made, re.MULTILINE)
        assert f"m {user} hotline-calls" in made
    shared = re.findall(r"^d (\S+) (\d+) (\S+) (\S+)$", (HERE / "tmpfiles.conf").read_text("utf-8"), re.MULTILINE)
    assert {mode[-1] for path, mode, _user, _group in shared if path not in PUBLIC} == {"0"}, "nothing for all others"


@pytest.mark.parametrize("unit", UNITS)
def test_each_program_is_shut_in(unit: str) -> None:
    words = told(unit)
    assert SHUT_IN.items() <= words.items()
    assert words["User"] != "root"


def test_a_dying_daemon_leaves_calls_alone() -> None:
    """What operating.md promises of the unit."""
    words = told("hotline.service")
    assert (words["KillMode"], words["Restart"], words["RestartPreventExitStatus"]) == ("process", "always", "2")
    assert told("hotline-asterisk.service")["InaccessiblePaths"] == "-/var/lib/hotline"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_it(unit: str, tmp_path: Path) -> None:
    """As written, but for the programs, which are installed elsewhere than on this machine."""
    for each in UNITS:
        text = re.sub(
            r"^(Exec\w+)=(?!/bin/kill)\S+", r"\1=/bin/true", (HERE / each).read_text("utf-8"), flags=re.MULTILINE
        )
        (tmp_path / each).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if unit in line]
    assert ours == [], done.stderr
    assert done.returncode == 0 or "nginx.service" in done.stderr, done.stderr
