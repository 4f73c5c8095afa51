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


def _written() -> Iterator[tuple[str, str, set[str]]]:
    """Where, which deed, and which fields: of every ``append(at, who, "deed", …, detail={…})``."""
    for room in ROOMS:
        for file in sorted((TREE / room).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or len(node.args) < 3 or not isinstance(node.func, ast.Attribute):
                    continue
                deed = node.args[2]
                if node.func.attr != "append" or not isinstance(deed, ast.Constant) or not isinstance(deed.value, str):
                    continue
                details = [one.value for one in node.keywords if one.arg == "detail"]
                fields = {
                    key.value
                    for one in details
                    if isinstance(one, ast.Dict)
                    for key in one.keys
                    if isinstance(key, ast.Constant)
                }
                yield f"{file.relative_to(TREE)}:{node.lineno}", deed.value, {str(field) for field in fields}


def test_every_deed_and_field_has_a_word() -> None:
    rows = list(_written())
    assert len(rows) > 20, "nothing is found: is it written in another way now?"
    actions, fields = _in_catalogue("actions"), _in_catalogue("details")
    assert {(where, deed) for where, deed, _ in rows if deed not in actions} == set()
    assert {(where, field) for where, _, found in rows for field in found - fields} == set()
