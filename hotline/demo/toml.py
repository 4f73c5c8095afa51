"""Settings as TOML text: the few shapes ``hotline.toml`` is made of, written back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def dump(settings: Mapping[str, Any]) -> str:
    """Tables, lists of tables, and values of text, number, truth and lists of them."""
    parts: list[str] = []
    _table(settings, "", parts)
    return "\n".join(parts) + "\n"


def _table(table: Mapping[str, Any], path: str, parts: list[str]) -> None:
    for key, value in table.items():
        if not isinstance(value, Mapping) and not _tables(value):
            parts.append(f"{_key(key)} = {_value(value)}")
    for key, value in table.items():
        name = f"{path}.{_key(key)}" if path else _key(key)
        if isinstance(value, Mapping):
            parts.append(f"\n[{name}]")
            _table(value, name, parts)
        elif _tables(value):
            for item in value:
                parts.append(f"\n[[{name}]]")
                _table(item, name, parts)


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
