"""Each room's ``__init__`` is its map: every module and folder is named in it, and nothing that is not there. A file that a document or
a docstring names is there, too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
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


FILE = re.compile(r"(`{1,2})([\w.-]+(?:/[\w.-]+)*\.(?:py|ts|vue|css))(?:::\w+)?\1")
NAMES_OTHERS = {"docs/decisions/0058-names-that-strangers-guess.md", "tests/test_maps.py", "tests/test_matching.py"}
"""Names as they were, beside those of today; examples."""


def named_files(text: str) -> set[str]:
    """``room/file.py`` and ``file.py`` in backticks."""
    return {name for _quote, name in FILE.findall(text)}


def texts() -> Iterator[tuple[str, str]]:
    """Path → text of every document and source."""
    for folder in (*ROOMS, "tests", "docs", "web/src"):
        for file in sorted((TREE / folder).rglob("*")):
            if file.suffix in (".py", ".md", ".ts", ".vue", ".css"):
                yield str(file.relative_to(TREE)), file.read_text("utf-8")
    for file in TREE.glob("*.md"):
        yield file.name, file.read_text("utf-8")


def test_files_that_are_named_are_there() -> None:
    """By a path from the root or from a folder on the way; a bare name in a room's source is a file of that room, of its tests or of the root's."""
    documents = list(texts())
    parts = [path.split("/") for path, _text in documents]
    everywhere = {"/".join(path[n:]) for path in parts for n in range(len(path))}
    of_rooms: dict[str, set[str]] = {}
    for first, *_rest, last in ((path[0], *path) for path in parts):
        of_rooms.setdefault(first, set()).add(last)
    names = set().union(*of_rooms.values())
    wrong = []
    for path, text in documents:
        room = path.split("/")[0]
        near = of_rooms[room] | of_rooms["tests"] if room in ROOMS else names
        for name in named_files(text) if path not in NAMES_OTHERS else ():
            if name not in (everywhere if "/" in name else near):
                wrong.append(f"{path}: {name}")
    assert wrong == []


def test_what_is_a_file_s_name_in_a_text() -> None:
    assert named_files("see ``cti/fold.py`` and `a.ts`, `test_fold.py::test_it`; not fold.py") == {
        "cti/fold.py", "a.ts", "test_fold.py",
    }  # fmt: skip


def test_the_root_stays_a_list_one_can_read_aloud() -> None:
    """What else the daemon is to do goes into a wing, whose ``build`` is one line more here."""
    assert len(list((TREE / "hotline").glob("*.py"))) <= 15
    assert len((TREE / "hotline/app.py").read_text("utf-8").splitlines()) < 150
