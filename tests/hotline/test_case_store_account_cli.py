"""``hotline case-account`` against a running case store: made, listed, changed, locked; refusals in words, no password in an argument."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from casestore.states import STAFF
from config import language
from hotline import cli
from hotline.verbs import case_store_account
from hotline.verbs.rest_client import REFUSED, UNREACHABLE
from tests.casestore.running import Installation, installation
from tests.casestore.staff_kit import PASSWORD, UNIT


def hotline(made: Installation, *words: str, typed: str = "", monkeypatch: pytest.MonkeyPatch) -> int:
    config = made.places.var / "hotline.toml"
    config.write_text(tomli_w.dumps(made.table), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return cli.main(["case-account", *words, "--config", str(config), "--var", str(made.places.var)])


async def test_an_account_is_made_changed_and_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = installation(tmp_path)
    made.table["centre"]["language"] = "en"
    monkeypatch.setattr(language, "_language", "en")

    async def do(*words: str, typed: str = "") -> tuple[int, str, str]:
        status = await asyncio.to_thread(hotline, made, *words, typed=typed, monkeypatch=monkeypatch)
        said = capsys.readouterr()
        return status, said.out, said.err

    assert (await do("list"))[0] == UNREACHABLE
    async with made.running():
        add = ("add", "smcg", "思明城管", "unit_office")
        assert (await do(*add, typed=f"{PASSWORD}\n"))[0] == REFUSED  # no unit
        poor = await do(*add, "--unit", UNIT, typed="12345678\n")
        assert (poor[0], "password: at least" in poor[2]) == (REFUSED, True)
        assert (await do(*add, "--unit", UNIT, typed=f"{PASSWORD}\n"))[0] == 0
        assert (await do(*add, "--unit", UNIT, typed=f"{PASSWORD}\n"))[0] == REFUSED  # there is one
        assert (await do("role", "smcg", "judge"))[0] == 0
        assert (await do("lock", "smcg"))[0] == 0
        rows: list[dict[str, Any]] = json.loads((await do("list", "--json"))[1])
        assert [(row["account"], row["role"], row["unit"], row["locked"], row["must_change"]) for row in rows] == [
            ("smcg", "judge", "", True, True)
        ]
        assert (await do("unlock", "nobody"))[0] == REFUSED
        assert "locked" in (await do("list"))[1]


def test_the_roles_are_the_case_stores() -> None:
    assert tuple(str(role) for role in STAFF) == case_store_account.ROLES
