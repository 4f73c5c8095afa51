"""Numbers that do not fit together, and names nobody resolves, are said before the first caller finds out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config.file_places import Places
from config.read import parse
from hotline.lab.hotline_instance import shipped
from hotline.verbs.check_result import State
from hotline.verbs.line_settings_check import look


def found(table: dict[str, Any]) -> list[tuple[State, str]]:
    return [(one.state, one.message) for one in look(parse(table), Places(Path("/nonexistent")))]


def test_the_shipped_settings_fit() -> None:
    assert [state for state, _text in found(shipped())] == [State.OK]


def test_a_line_that_takes_fewer_than_may_wait() -> None:
    table = shipped()
    table["queue"][0]["max_waiting"] = 100
    told = found(table)
    assert [state for state, _text in told] == [State.WARN, State.WARN]
    assert all(word in told[0][1] for word in ("citizen", "60", "100"))


def test_a_trunk_whose_name_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address or a network is never asked for."""
    asked: list[str] = []

    def resolve(host: str, _port: object) -> list[object]:
        asked.append(host)
        raise OSError("Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    table = shipped()
    table["trunk"][0]["host"] = ["sip.carrier.invalid", "10.1.2.0/24"]
    told = found(table)
    assert [state for state, _text in told] == [State.WARN]
    assert "sip.carrier.invalid" in told[0][1]
    assert asked == ["sip.carrier.invalid"]
