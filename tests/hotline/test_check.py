"""hotline check: one line each, with the cure."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from casestore import migrate
from config.file_places import Places
from config.read import parse
from config.render import edge as rendered
from hotline import cli
from hotline.lab import ports
from hotline.lab.hotline_instance import derive, shipped
from hotline.programs import case_store, certificate, edge, edge_check, port_owners
from hotline.verbs import check
from hotline.verbs.callback_check import look
from hotline.verbs.check_result import Finding, State

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


@pytest.mark.parametrize(
    ("today", "own", "year"),
    [
        (date(2026, 10, 31), (), None),
        (date(2026, 11, 1), (), 2027),
        (date(2026, 12, 31), (), 2027),
        (date(2026, 11, 28), (date(2027, 10, 1),), None),
        (date(2026, 11, 28), (date(2027, 1, 1),), 2027),
        (date(2027, 3, 1), (), 2027),
        (date(2027, 11, 1), (), 2027),
        (date(2027, 11, 1), (date(2027, 10, 1),), 2028),
        (date(2025, 12, 1), (), None),
    ],
)
def test_a_year_whose_holidays_nobody_told_is_warned_of(today: date, own: tuple[date, ...], year: int | None) -> None:
    """From November on, with the cure; a warning, no failure (kind K). One day of the operator's own tells no year."""
    table = shipped()
    table["calendar"] = {"holidays": list(own)}
    found = list(check.calendar_of(parse(table), today))
    assert [one.state for one in found] == ([State.WARN] if year else [])
    assert all(str(year) in one.message and "[calendar]" in one.cure for one in found)


def test_a_line_whose_callers_are_not_told_is_warned_of(tmp_path: Path) -> None:
    """Before the first recording without proof, and not where nothing is recorded; so is a text for whom a seat calls."""
    table = shipped()
    assert of(check.everything(parse(table), Places(tmp_path), CONFIG), "notices") == []
    table["prompts"] |= {"welcome": "您好。", "outbound": "您好。"}
    citizens, called = of(check.everything(parse(table), Places(tmp_path), CONFIG), "notices")
    assert (citizens.state, "citizen" in citizens.message, "[prompts]" in citizens.cure) == (State.WARN, True, True)
    assert (called.state, "prompts.outbound" in called.message) == (State.WARN, True)
    table["recording"] = {"enabled": False}
    assert of(check.everything(parse(table), Places(tmp_path), CONFIG), "notices") == []


def test_the_case_store(tmp_path: Path) -> None:
    """Its old name is warned of; a file that is none, or a newer program's, fails; nothing is made by looking."""
    table = shipped()
    table["centre"]["language"] = "en"
    table["casestore"]["driver"] = "embedded"
    places = Places(tmp_path)
    (named, absent) = case_store.look(parse(table), places)
    assert (named.state, named.cure) == (State.WARN, 'Cure: write driver = "native"')
    assert absent.state is State.OK
    assert not places.casestore.exists()
    table["casestore"]["driver"] = "native"
    settings = parse(table)
    migrate.upgrade(case_store.url_of(settings, places))
    (whole,) = case_store.look(settings, places)
    assert (whole.state, migrate.head() in whole.message) == (State.OK, True)
    with closing(sqlite3.connect(places.casestore)) as db, db:
        db.execute(f"UPDATE {migrate.VERSION_TABLE} SET version_num = '9999'")
    (newer,) = case_store.look(settings, places)
    assert (newer.state, "9999" in newer.message) == (State.FAIL, True)
    places.casestore.write_bytes(b"no database at all " * 500)
    (damaged,) = case_store.look(settings, places)
    assert damaged.state is State.FAIL
    assert "casestore.url" in damaged.cure
    assert "casestore" in {one.name for one in check.everything(settings, places, CONFIG)}


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
    cases = ("python", "-m", "casestore", f"{tmp_path}/run/casestore.json")
    assert port_owners.Owner(5, cases, None).serves(tmp_path)
    assert not port_owners.Owner(5, cases, None).serves(tmp_path / "other")
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


@pytest.mark.parametrize(
    ("outbound", "state", "kinds"),
    [
        (["^1[3-9][0-9]{9}$", "^0[1-9][0-9]{9,10}$"], State.OK, ()),
        (["^1[3-9][0-9]{9}$", "^0592[2-9][0-9]{6}$"], State.WARN, ("fixed lines of other areas", "numbers abroad")),
        (["^01[3-9][0-9]{9}$", "^[2-9][0-9]{6}$"], State.WARN, ("mobiles", "fixed lines of this area")),
    ],
)
def test_who_is_promised_a_call_can_be_called(outbound: list[str], state: State, kinds: tuple[str, ...]) -> None:
    """Field case A9: said before a citizen of another town waits for a call that no seat may make."""
    table = shipped()
    assert [one.state for one in look(parse(table), Places(Path("var")))] == [State.OK]
    table["centre"]["language"], table["limits"]["outbound"] = "en", outbound
    (found,) = look(parse(table), Places(Path("var")))
    assert found.state is state
    assert all(kind in found.message for kind in kinds)


def test_the_recordings_master_key(tmp_path: Path) -> None:
    """Not made by looking; missing, readable by others and left behind are told with their cure."""
    places, name = Places(tmp_path / "var"), "recording key"
    file = tmp_path / "volume-master"

    def said(master_key: str) -> tuple[State, str]:
        how = shipped_settings.recording.model_copy(update={"master_key": master_key})
        (one,) = of(list(check._master_key(shipped_settings.model_copy(update={"recording": how}), places)), name)
        return one.state, one.message

    shipped_settings = parse(shipped())
    assert said("")[0] is State.OK
    assert not places.secrets.exists()
    assert said(str(file))[0] is State.FAIL
    file.write_text("ab" * 32)
    file.chmod(0o644)
    assert said(str(file))[0] is State.WARN
    file.chmod(0o600)
    state, message = said(str(file))
    assert (state, "ab" * 32 in message) == (State.OK, False)
    places.secrets.mkdir(parents=True)
    (places.secrets / "recording-master").write_text("cd" * 32)
    assert said(str(file))[0] is State.WARN
