"""hotline check: one line each, with the cure."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.places import Places
from config.read import parse
from config.render import edge as rendered
from hotline import certificate, check, cli, edge, edge_check, port_owners
from hotline.check import Finding, State
from hotline.demo import ports
from hotline.demo.stage import derive, shipped

CONFIG = Path(__file__).resolve().parents[2] / "hotline.toml"


def of(found: list[Finding], name: str) -> list[Finding]:
    return [one for one in found if one.name == name]


def test_a_taken_port_names_its_owner(tmp_path: Path) -> None:
    """Somebody else's port is a failure with the program that holds it; a free one is not."""
    block = ports.find()
    settings = parse(derive(shipped(), block.base))
    places = Places(tmp_path)
    assert [one.state for one in of(check.everything(settings, places, CONFIG), "ports")] == [State.OK]
    with socket.create_server(("127.0.0.1", settings.ports.agi)):
        (taken,) = of(check.everything(settings, places, CONFIG), "ports")
    block.free()
    assert taken.state is State.FAIL
    assert str(settings.ports.agi) in taken.message
    assert "python" in taken.message or "pytest" in taken.message
    assert "ports.agi" in taken.cure


def test_of_several_that_hold_a_port_ours_is_named(tmp_path: Path) -> None:
    """A server's workers share its socket and may not say whose they are."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port, kind = listening.getsockname()[1], socket.SOCK_STREAM
        words = [sys.executable, "-c", "input()", str(tmp_path / "edge")]
        with subprocess.Popen(words, pass_fds=[listening.fileno()], stdin=subprocess.PIPE) as other:
            ours = port_owners.owner(port, kind, tmp_path)
            theirs = port_owners.owner(port, kind, tmp_path / "elsewhere")
            other.communicate(b"\n")
    assert ours is not None
    assert ours.pid == other.pid
    assert theirs is not None
    assert not theirs.serves(tmp_path / "elsewhere")


def test_what_is_ours_is_not_in_the_way(tmp_path: Path) -> None:
    """The daemon and the Asterisk of this VAR may hold the ports; another VAR's may not."""
    asterisk = port_owners.Owner(1, ("ld.so", "asterisk", "-C", f"{tmp_path}/asterisk/etc/asterisk.conf"), None)
    daemon = port_owners.Owner(2, ("python", "/x/.venv/bin/hotline", "run", "--var", "v"), tmp_path)
    plain = port_owners.Owner(3, ("python", "-m", "hotline.cli", "run"), tmp_path)
    assert asterisk.serves(tmp_path)
    assert daemon.serves(tmp_path / "v")
    assert plain.serves(tmp_path / "var")
    title = f"nginx: master process /usr/sbin/nginx -p {tmp_path}/edge/ -c {tmp_path}/edge/nginx.conf"
    assert port_owners.Owner(4, (title,), None).serves(tmp_path)
    assert not daemon.serves(tmp_path / "other")
    assert not asterisk.serves(tmp_path / "other")


def test_the_edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """nginx, its port, its certificate and the pages: a line each, what is missing with its cure."""
    block = ports.find()
    settings, places = parse(derive(shipped(), block.base)), Places(tmp_path)
    places.make()
    monkeypatch.setattr(edge, "PAGES", tmp_path / "dist")
    monkeypatch.setenv("HOTLINE_NGINX", str(tmp_path / "none"))
    with socket.create_server(("127.0.0.1", settings.edge.port)):
        missing, taken, made, unbuilt = edge_check.look(settings, places)
    assert [one.state for one in (missing, taken, made, unbuilt)] == [State.FAIL, State.FAIL, State.OK, State.WARN]
    assert "nginx-light" in missing.cure
    assert "edge.port" in taken.cure
    assert "make web" in unbuilt.cure
    given = rendered.files(settings, places.edge, edge.PAGES)
    certificate.keep(given.certificate, given.key, settings.edge.names, datetime.now(UTC) - timedelta(days=500))
    (_missing, _free, old, _unbuilt) = edge_check.look(settings, places)
    assert (old.name, old.state) == ("certificate", State.FAIL)
    given.key.write_text("no key")
    assert [one.state for one in edge_check.look(settings, places)][2] is State.FAIL
    block.free()


def test_the_edge_of_somebody_else(tmp_path: Path) -> None:
    """In external mode only that somebody listens there is asked."""
    block = ports.find()
    table = derive(shipped(), block.base)
    table["edge"]["mode"] = "external"
    settings = parse(table)
    (silent, *_pages) = edge_check.look(settings, Places(tmp_path))
    with socket.create_server(("127.0.0.1", settings.edge.port)):
        (there, *_pages) = edge_check.look(settings, Places(tmp_path))
    block.free()
    assert (silent.state, there.state) == (State.WARN, State.OK)


def test_a_silent_prompt_and_a_small_disk(tmp_path: Path) -> None:
    """A text without a sound, and less room than the settings ask for, are failures with their cure."""
    table = shipped()
    table["prompts"]["newcomer"] = "新的一句话。"
    table["recording"]["min_free_mb"] = 10**9
    found = check.everything(parse(table), Places(tmp_path), CONFIG)
    (prompt,) = of(found, "prompts")
    (disk,) = of(found, "disk")
    assert (prompt.state, disk.state) == (State.FAIL, State.FAIL)
    assert "newcomer" in prompt.message
    assert "hotline prompts build" in prompt.cure


def test_external_mode_asks_for_the_other_asterisk(tmp_path: Path) -> None:
    """What can not be reached or read there is said."""
    table = derive(shipped(), 31000)
    table["asterisk"] |= {"mode": "external", "log_dir": str(tmp_path), "spool_dir": str(tmp_path / "none")}
    found = of(check.everything(parse(table), Places(tmp_path), CONFIG), "asterisk")
    assert [one.state for one in found] == [State.FAIL, State.FAIL]
    assert "31001" in found[0].message
    assert "spool_dir" in found[1].message


def test_wrong_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every wrong entry is a finding; the status is 2; --json says the same to a program."""
    bad = tmp_path / "hotline.toml"
    bad.write_text(
        CONFIG.read_text(encoding="utf-8").replace("sip = 5060", "sip = 70000").replace("[outbox]", "[outbux]")
    )
    assert cli.main(["check", "--config", str(bad), "--var", str(tmp_path), "--json"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert {one["state"] for one in told} == {"fail"}
    assert any("ports.sip" in one["message"] for one in told)
    assert any("outbox" in one["message"] for one in told)
