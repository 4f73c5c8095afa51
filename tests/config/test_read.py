"""hotline.toml is read whole, or refused with everything that is wrong with it."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from config import language
from config.problems import Problem
from config.read import SettingsError, parse, read

SHIPPED = Path(__file__).resolve().parents[2] / "hotline.toml"
Table = dict[str, Any]


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "use", lambda _language: None)
    monkeypatch.setattr(language, "_language", "en")


def problems(change: Callable[[Table], object]) -> dict[str, Problem]:
    table = copy.deepcopy(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))
    change(table)
    with pytest.raises(SettingsError) as caught:
        parse(table)
    return {problem.field: problem for problem in caught.value.problems}


def test_the_shipped_file_runs_as_it_is() -> None:
    """Nothing in it is wrong."""
    settings = read(SHIPPED)
    assert [line.id for line in settings.line] == ["citizen", "partner"]


def test_all_problems_at_once_with_what_was_meant() -> None:
    """Each names the field, the value, what is allowed and what was probably meant."""

    def change(table: Table) -> None:
        table["ports"]["amy"] = 1
        table["line"][0]["queue"] = "mandrin"
        table["seat"][0]["device"] = "browsr"
        table["centre"]["timezone"] = "Asia/Shanhai"
        del table["prompts"]["nobody"]

    found = problems(change)
    assert set(found) == {"ports.amy", "line.citizen.queue", "seat.8001.device", "centre.timezone", "prompts.nobody"}
    assert found["ports.amy"].hint == "ami"
    queue = found["line.citizen.queue"]
    assert (queue.value, queue.allowed, queue.hint) == ("mandrin", ("mandarin", "minnan", "emergency"), "mandarin")
    assert found["seat.8001.device"].hint == "browser"
    assert "'mandrin'" in str(queue)
    assert "did you mean mandarin?" in str(queue)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("ports.api", lambda t: t["ports"].update(api=t["ports"]["ami"])),
        ("ports.sip", lambda t: t["ports"].update(sip=40000)),
        ("ports.ami", lambda t: t["ports"].update(ami=10100)),
        ("ports.rtp_first", lambda t: t["ports"].update(rtp_first=32500)),
        ("line.partner.numbers", lambda t: t["line"][1].update(numbers=["12319"])),
        ("line.partner.hours", lambda t: t["line"][1].update(hours="Mon-Fri 9-5")),
        ("line.partner.notice", lambda t: t["line"][1].update(notice="nothing")),
        ("line.citizen.menu.1", lambda t: t["line"][0].update(menu={"1": "nowhere"})),
        ("trunk.unicom.host", lambda t: t["trunk"][1].update(host="127.0.0.2")),
        ("trunk.unicom.host", lambda t: t["trunk"][1].update(host="not a host")),
        ("trunk.probe.id", lambda t: t["trunk"][1].update(id="probe")),
        ("queue.general.id", lambda t: t["queue"].append({"id": "general", "name": "x"})),
        ("seat.8002.id", lambda t: t["seat"][0].update(id="8002")),
        ("agent.1001.skills.mandrin", lambda t: t["agent"][0].update(skills={"mandrin": 1})),
        ("limits.outbound.1", lambda t: t["limits"].update(outbound=["[0-9]+"])),
        ("limits.outbound.1", lambda t: t["limits"].update(outbound=["^[0-9$"])),
        ("seat.8001.id", lambda t: t["limits"].update(outbound=["^[0-9]{4}$"])),
        ("seat", lambda t: t.update(seat=[])),
        ("asterisk.log_dir", lambda t: t["asterisk"].update(mode="external", spool_dir="/x")),
        ("centre.name", lambda t: t["centre"].update(name="x\ny")),
        ("line.partner.partners.12319110", lambda t: t["line"][1].update(partners={"12319110": "${SHELL(id)}"})),
        ("agent.1001.name", lambda t: t["agent"][0].update(name="张\u202e三")),
        ("trunks", lambda t: t.update(trunks=[])),
        ("edge.port", lambda t: t["edge"].update(port=t["ports"]["api"])),
        ("edge.port", lambda t: t["edge"].update(port=10100)),
        ("edge.names", lambda t: t["edge"].update(names=[])),
        ("edge.names.1", lambda t: t["edge"].update(names=["a b"])),
        ("edge.key", lambda t: t["edge"].update(certificate=__file__)),
        ("edge.certificate", lambda t: t["edge"].update(certificate="/nowhere.pem", key=__file__)),
        ("edge.certificate", lambda t: t["edge"].update(certificate="hotline.toml", key=__file__)),
        ("trunk.telecom.host", lambda t: t["trunk"][0].update(host="127.0.0.1")),
    ],
)
def test_each_wrong_entry(field: str, change: Callable[[Table], object]) -> None:
    """One wrong entry is told by its field."""
    assert field in problems(change)


def test_the_file_itself(tmp_path: Path) -> None:
    """A missing file and one that is no TOML are told as such."""
    for text in (None, "a = ", "\xff"):
        path = tmp_path / "hotline.toml"
        if text is not None:
            path.write_bytes(text.encode("latin-1"))
        with pytest.raises(SettingsError) as caught:
            read(path)
        assert len(caught.value.problems) == 1
        assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("section", "name", "value", "type"),
    [
        ("ports", "sip", "17060", "int"),
        ("ports", "sip", True, "int"),
        ("recording", "enabled", "yes", "bool"),
        ("recording", "enabled", 1, "bool"),
        ("targets", "silent_share", "0.5", "float"),
        ("limits", "end_grace_seconds", 60.5, "int"),
    ],
)
def test_a_value_is_what_it_is_written_as(section: str, name: str, value: object, type: str) -> None:
    """A text that looks like a number, or like yes, is not guessed at."""
    found = problems(lambda table: table.setdefault(section, {}).__setitem__(name, value))
    assert found[f"{section}.{name}"].message == f"must be {type}"
    assert found[f"{section}.{name}"].value == value


def test_a_password_is_in_no_message() -> None:
    for url in ("postgresql://u:sec/ret@h/db", "postgres://u@h/db?password=secret"):
        found = problems(lambda table, url=url: table["ledger"].__setitem__("url", url))  # type: ignore[misc]
        assert "sec" not in str(found["ledger.url"]).replace("seconds", ""), str(found["ledger.url"])


def test_what_contradicts_itself_is_refused() -> None:
    """A day that is free and worked on; a seat that is the hot line's number; one rule for the world is one problem."""
    day = date(2026, 10, 1)
    found = problems(lambda table: table.__setitem__("calendar", {"holidays": [day], "workdays": [day]}))
    assert found["calendar.holidays"].value == day
    found = problems(lambda table: table["seat"][0].__setitem__("id", "12319"))
    assert "line.citizen" in found["seat.12319.id"].message
    assert set(problems(lambda table: table["limits"].__setitem__("outbound", [".*"]))) == {"limits.outbound.1"}
