"""Whatever is written into the audit log is read there in words: each deed and each field of its detail is in the pages' catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
ROOMS = ("accounts", "agents", "bridge", "console", "hotline", "ledger", "recordings")
WORDS = (TREE / "web/src/admin/words.ts").read_text("utf-8")


def _in_catalogue(block: str) -> set[str]:
    """Keys of a block of the Chinese catalogue; the English one has the same (``web/src/catalogue.test.ts``)."""
    inside = WORDS.split(f"    {block}: {{", 1)[1].split("\n    }", 1)[0]
    return set(re.findall(r"(?:^|[\s,{])'?([a-z_]+)'?: '", inside))


def _named(tree: ast.Module) -> dict[str, object]:
    """The file's own constants: a deed may stand there under a name."""
    found: dict[str, object] = {}
    for one in tree.body:
        if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name) and isinstance(one.value, ast.Constant):
            found[one.targets[0].id] = one.value.value
    return found


def _written() -> Iterator[tuple[str, str, set[str]]]:
    """Where, which deed, and which fields: of every ``append(at, who, "deed", …, detail={…})``."""
    for room in ROOMS:
        for file in sorted((TREE / room).rglob("*.py")):
            tree = ast.parse(file.read_text("utf-8"))
            named = _named(tree)
            for node in ast.walk(tree):
                if not isinstance(node, ast.Call) or len(node.args) < 3 or not isinstance(node.func, ast.Attribute):
                    continue
                given = node.args[2]
                deed = given.value if isinstance(given, ast.Constant) else named.get(getattr(given, "id", ""))
                if node.func.attr != "append" or not isinstance(deed, str):
                    continue
                details = [one.value for one in node.keywords if one.arg == "detail"]
                fields = {
                    key.value
                    for one in details
                    if isinstance(one, ast.Dict)
                    for key in one.keys
                    if isinstance(key, ast.Constant)
                }
                yield f"{file.relative_to(TREE)}:{node.lineno}", deed, {str(field) for field in fields}


def test_every_deed_and_field_has_a_word() -> None:
    rows = list(_written())
    assert len(rows) > 20, "nothing is found: is it written in another way now?"
    actions, fields = _in_catalogue("actions"), _in_catalogue("details")
    assert {(where, deed) for where, deed, _ in rows if deed not in actions} == set()
    assert {(where, field) for where, _, found in rows for field in found - fields} == set()
