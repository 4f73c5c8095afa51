"""Each room's ``__init__`` is its map: every module and folder is named in it, and nothing that is not there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[1]
ROOMS = (
    "accounts",
    "agents",
    "bridge",
    "casestore",
    "config",
    "console",
    "cti",
    "hotline",
    "ivr",
    "ledger",
    "recordings",
)
NAMED = re.compile(r"``([a-z_0-9]+)(?:\.py|/)?``")


@pytest.mark.parametrize("room", ROOMS)
def test_the_map_of_a_room_is_whole(room: str) -> None:
    folder = TREE / room
    text = ast.get_docstring(ast.parse((folder / "__init__.py").read_text("utf-8"))) or ""
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__", "__main__"}
    folders = {file.name for file in folder.iterdir() if file.is_dir() and file.name not in ("__pycache__", "locale")}
    assert (modules | folders) - set(NAMED.findall(text)) == set(), "not on the map"
    written = set(re.findall(r"``([a-z_0-9]+)(?:\.py|/)``", text))
    assert written - modules - folders == set(), "on the map, and not there"
