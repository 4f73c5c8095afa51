"""What a person reads is Chinese first: every message in the tree has its Chinese."""

from __future__ import annotations

import ast
import string
from functools import cache
from pathlib import Path

import pytest

from config import language

TREE = Path(__file__).resolve().parents[2]
ROOMS = ("config", "cti", "ivr", "agents", "recordings", "bridge", "ledger", "console", "casestore", "hotline")


@cache
def messages() -> dict[str, str]:
    """Each literal given to ``say`` (by whatever name it is imported) → the file it stands in."""
    found: dict[str, str] = {}
    for room in ROOMS:
        for path in sorted((TREE / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            names = {
                alias.asname or alias.name
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("language")
                for alias in node.names
                if alias.name == "say"
            }
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Call)
                    and node.args
                    and isinstance(node.func, ast.Name)
                    and node.func.id in names
                ):
                    text = node.args[0]
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        found.setdefault(text.value, str(path.relative_to(TREE)))
    return found


def fields(text: str) -> set[str]:
    return {name for _text, name, _form, _conversion in string.Formatter().parse(text) if name}


def test_every_message_has_its_chinese() -> None:
    """No literal given to say() is without an entry in the Chinese catalogue."""
    known = language.catalogue("zh")
    missing = {text: path for text, path in messages().items() if text not in known}
    assert not missing


def test_translations_name_the_same_values() -> None:
    """A translation fills in exactly the values its message has."""
    used = messages()
    wrong = {m: t for m, t in language.catalogue("zh").items() if m in used and fields(m) != fields(t)}
    assert not wrong


def test_chinese_unless_english_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """use("en") says the message itself, use("zh") its translation, and an unknown one is said as it is."""
    monkeypatch.setattr(language, "_language", "zh")
    assert language.say("is missing") == "缺少"
    assert language.say("nobody ever wrote this {word}", word="x") == "nobody ever wrote this x"
    language.use("en")
    assert language.say("is missing") == "is missing"
