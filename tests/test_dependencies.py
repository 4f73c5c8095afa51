"""What is imported is declared in pyproject.toml: in the extra ``dev`` what only tests and benches need, in ``voice`` what makes prompts anew."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions

import pytest

from tests.test_maps import ROOMS, TREE

PROJECT = tomllib.loads((TREE / "pyproject.toml").read_text("utf-8"))["project"]
ONLY_BENCH = {"hotline/bench/fold.py": "cacofonisk"}
"""Held against ours there; nobody who runs the hotline needs it."""
NOT_IMPORTED = {
    "aiosqlite": "SQLAlchemy's, for sqlite+aiosqlite",
    "httptools": "uvicorn's parser",
    "audioop-lts": "pydub's, from Python 3.13 on",
}


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


NEEDED = {name_of(one) for one in PROJECT["dependencies"]}
EXTRAS = {extra: {name_of(one) for one in of} for extra, of in PROJECT["optional-dependencies"].items()}


def imported(room: str) -> Iterator[tuple[str, str]]:
    """(file, top module of somebody else's)."""
    for file in sorted((TREE / room).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                modules = [node.module]
            else:
                continue
            for top in {module.partition(".")[0] for module in modules} - sys.stdlib_module_names:
                if top not in ROOMS and top != "tests":
                    yield str(file.relative_to(TREE)), top


@pytest.fixture(scope="module")
def distributions() -> dict[str, set[str]]:
    """Module → what brings it; of the extra ``voice``, which is not installed, by its name."""
    found = {module: {name_of(one) for one in of} for module, of in packages_distributions().items()}
    for one in EXTRAS["voice"]:
        found.setdefault(one.replace("-", "_"), {one})
    return found


@pytest.mark.parametrize("room", [*ROOMS, "tests"])
def test_what_is_imported_is_declared(room: str, distributions: dict[str, set[str]]) -> None:
    wrong = []
    for file, module in imported(room):
        may = NEEDED | (EXTRAS["dev"] if room == "tests" or file in ONLY_BENCH else set())
        may |= EXTRAS["voice"] if file == "ivr/voice.py" else set()
        if not distributions.get(module, {module}) & may:
            wrong.append(f"{file}: {module}")
    assert wrong == []


def test_what_is_declared_is_imported(distributions: dict[str, set[str]]) -> None:
    used = {one for room in ROOMS for _file, module in imported(room) for one in distributions.get(module, ())}
    assert NEEDED - used == set(NOT_IMPORTED)
