"""The start: ``ready`` when everything really listens; what cannot be is one sentence with field and cure, status 3, nothing left."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.live.site import Site

pytestmark = pytest.mark.fault


def command(site: Site) -> list[str]:
    return [sys.executable, "-m", "hotline.cli", "run", "--config", str(site.config), "--var", str(site.places.var)]


def fails(site: Site, seconds: float = 60) -> str:
    """Start it; what it said when it ended with status 3, in one breath and with nothing left running."""
    done = subprocess.run(command(site), capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 3, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert "Traceback" not in done.stdout
    assert "ready" not in done.stdout
    assert site.running() == []
    said = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    return "\n".join(said)


@pytest.mark.bound(300)
def test_each_taken_port_is_named_with_its_field_and_owner(idle: Site) -> None:
    """SIP (UDP and TCP), Asterisk's HTTP, AMI, FastAGI, REST and the edge, one after the other, by a program that is not ours."""
    ports = idle.settings["ports"]
    wanted = {f"ports.{name}": ports[name] for name in ("sip", "http", "ami", "agi", "api")}
    taken = [(field, port, socket.SOCK_STREAM) for field, port in wanted.items()]
    taken += [
        ("ports.sip", ports["sip"], socket.SOCK_DGRAM),
        ("edge.port", idle.settings["edge"]["port"], socket.SOCK_STREAM),
    ]
    for field, port, kind in taken:
        with socket.socket(socket.AF_INET, kind) as other:
            if kind is socket.SOCK_STREAM:  # the start before may have left it in TIME_WAIT
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", port))
            if kind is socket.SOCK_STREAM:
                other.listen()
            said = fails(idle)
        assert field in said, said
        assert str(port) in said
        assert str(os.getpid()) in said, "whose it is can be seen"


@pytest.mark.bound(120)
def test_an_address_of_another_machine_is_told_as_that(idle: Site) -> None:
    """asterisk.bind and edge.bind that this machine has not: not 'taken'."""
    for section, field in (("asterisk", "asterisk.bind"), ("edge", "edge.bind")):
        kept = dict(idle.settings[section])
        idle.settings[section]["bind"] = "203.0.113.9"
        idle.write_settings()
        said = fails(idle)
        assert "203.0.113.9" in said
        assert field in said
        idle.settings[section] = kept


def _choices(site: Site) -> None:
    (site.places.var / "choices.toml").write_bytes(b"\xff\xfe\x00 not a table")


def _codes(site: Site) -> None:
    (site.places.var / "codes.csv").write_bytes("代码,名称\n0101,井盖\n".encode("gbk"))


def _url(site: Site) -> None:
    site.settings["ledger"] = {"url": "mysql://u:geheim@h/x"}


@pytest.mark.bound(120)
@pytest.mark.parametrize(
    ("spoil", "word"),
    [(_choices, "choices.toml"), (_codes, "codes.csv"), (_url, "ledger.url")],
    ids=["choices", "codes", "url"],
)
def test_a_file_nobody_can_read_is_named(idle: Site, spoil: Callable[[Site], None], word: str) -> None:
    """An operator's file, or a database no driver knows: status 2 or 3 with its name, and no Asterisk was begun."""
    spoil(idle)
    idle.write_settings()
    done = subprocess.run(command(idle), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in (2, 3), done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert idle.running() == []
    assert not (idle.places.asterisk_log / "messages").exists()


@pytest.mark.bound(120)
def test_a_failing_start_leaves_what_it_found_and_says_one_sentence(idle: Site) -> None:
    """Asterisk of a killed daemon carries on; the start that failed took it down in no way."""
    idle.start()
    asterisk = idle.asterisk_pid()
    idle.kill()
    _choices(idle)
    done = subprocess.run(command(idle), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "choices.toml" in done.stderr
    assert idle.asterisk_pid() == asterisk
    (idle.places.var / "choices.toml").unlink()
    idle.start()
    assert idle.asterisk_pid() == asterisk


@pytest.mark.bound(120)
def test_ready_is_one_word_in_every_language_and_systemd_is_told(idle: Site, tmp_path: Path) -> None:
    """``ready`` on stdout alone; READY=1 and STOPPING=1 on NOTIFY_SOCKET."""
    where = Path("/tmp") / f"notify-{os.getpid()}"
    with ExitStack() as stack:
        heard = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        heard.bind(str(where))
        stack.callback(where.unlink)
        heard.settimeout(30)
        daemon = subprocess.Popen(
            command(idle), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env={**os.environ, "NOTIFY_SOCKET": str(where)}, start_new_session=True,
        )  # fmt: skip
        assert daemon.stdout is not None
        try:
            assert daemon.stdout.readline() == "ready\n"
            assert b"READY=1" in heard.recv(4096)
            for port in idle.settings["ports"]["http"], idle.settings["ports"]["api"], idle.settings["edge"]["port"]:
                socket.create_connection(("127.0.0.1", port), 2).close()
        finally:
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(15) == 0
        assert b"STOPPING=1" in heard.recv(4096)
        assert daemon.stdout.read() == ""


@pytest.mark.bound(90)
def test_sip_elsewhere_is_named_and_a_vital_and_an_alarm(idle: Site) -> None:
    """An adopted Asterisk listens where the settings do not say: ready names it, vital and alarm ``sip`` stand."""
    idle.start()
    idle.kill()
    asterisk = idle.asterisk_pid()
    idle.settings["ports"]["sip"] = idle.fixed.base + 14
    idle.write_settings()
    idle.start()
    assert idle.asterisk_pid() == asterisk, "adopted, although it listens elsewhere"
    until = time.monotonic() + 15
    while "ports.sip" not in (
        said := idle.log.read_text().rpartition("ready\n")[2]
    ):  # written a moment after it serves
        assert time.monotonic() < until, said
        time.sleep(0.1)
    token = {"Authorization": f"Bearer {idle.secret('api-token')}"}
    limit = time.monotonic() + 15
    while True:
        alarms = httpx.get(f"{idle.url}/api/alarms", headers=token).json()
        if any(row["kind"] == "sip" and not row["cleared_at"] for row in alarms):
            break
        assert time.monotonic() < limit, alarms
        time.sleep(0.3)
    vitals = {one["name"]: one for one in httpx.get(f"{idle.url}/api/health", headers=token).json()["vitals"]}
    assert not vitals["sip"]["ok"]
    assert "ports.sip" in vitals["sip"]["said"]


@pytest.mark.skipif(shutil.which("unshare") is None or os.getuid() != 0, reason="needs a network namespace of its own")
@pytest.mark.bound(90)
def test_a_machine_without_a_network_comes_up(idle: Site) -> None:
    """Only the loopback interface, no route: Asterisk complains about its entity id before each answer; ready all the same."""
    script = f"ip link set lo up && exec {' '.join(command(idle))}"
    daemon = subprocess.Popen(
        ["unshare", "-n", "sh", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert daemon.stdout is not None
    try:
        assert daemon.stdout.readline() == "ready\n"
    finally:
        began = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        _out, said = daemon.communicate(timeout=60)
    assert daemon.returncode == 0
    assert time.monotonic() - began < 8, "nobody talked: no grace was needed"
    assert re.search("no answer", said) is None
    assert idle.running() == []
