"""Every setting does something: each field is read somewhere outside its own file, or is named here with why not."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from config import retired
from config.read import parse, read, remarks
from config.settings import Settings

TREE = Path(__file__).resolve().parents[2]
ROOMS = ("config", "accounts", "cti", "ivr", "agents", "recordings", "bridge", "ledger", "console", "hotline")
NOT_IN_FORCE: dict[str, str] = {}
"""Field → why nothing reads it yet, as it is told where it stands."""


def models(kind: type[BaseModel] = Settings) -> dict[str, type[BaseModel]]:
    found = {kind.__name__: kind}
    for field in kind.model_fields.values():
        for one in parts(field.annotation):
            if isinstance(one, type) and issubclass(one, BaseModel) and one.__name__ not in found:
                found |= models(one)
    return found


def parts(annotation: Any) -> list[Any]:
    if get_origin(annotation) in (Union, UnionType, tuple, list, dict):
        return [part for one in get_args(annotation) for part in parts(one)]
    return [annotation]


def attributes() -> set[str]:
    """Every name that is read off something, anywhere but where the settings are declared."""
    found: set[str] = set()
    declared = {TREE / "config" / "settings.py", *(TREE / "config" / "sections").glob("*.py")}
    for room in ROOMS:
        for path in (TREE / room).rglob("*.py"):
            if path not in declared:
                tree = ast.parse(path.read_text(encoding="utf-8"))
                found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return found


@pytest.fixture(scope="module")
def used() -> set[str]:
    return attributes()


@pytest.mark.parametrize("name", sorted(models()))
def test_every_field_is_read_somewhere(name: str, used: set[str]) -> None:
    fields = {f"{name}.{field}": field for field in models()[name].model_fields}
    unread = {full for full, field in fields.items() if field not in used}
    assert unread - NOT_IN_FORCE.keys() == set()


def test_a_setting_that_went_is_read_for_one_version_and_told_of(tmp_path: Path) -> None:
    """A file of the version before starts as it is; which line to strike out is said; a wrong one beside it is still refused."""
    shipped = (TREE / "hotline.toml").read_text(encoding="utf-8")
    assert remarks(TREE / "hotline.toml") == []
    for (section, field), version in retired.RETIRED.items():
        own = tmp_path / "hotline.toml"
        own.write_text(shipped.replace(f"[{section}]", f'[{section}]\n{field} = "350200"'), encoding="utf-8")
        assert read(own) == read(TREE / "hotline.toml")
        (told,) = remarks(own)
        assert f"{section}.{field}" in told
        assert version in told
        model = next(one for name, one in Settings.model_fields.items() if name == section).annotation
        assert field not in model.model_fields  # type: ignore[union-attr]


def test_a_retired_setting_leaves_the_rest_as_it_is() -> None:
    raw = tomllib.loads((TREE / "hotline.toml").read_text(encoding="utf-8"))
    raw["centre"]["city_code"] = "350200"
    parse(raw)
    assert raw["centre"]["city_code"] == "350200", "whoever gave the table keeps it"
