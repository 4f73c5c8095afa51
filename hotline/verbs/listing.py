"""Rows of a list as the verbs print them: one a line in words, or all of them as one JSON array."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Row = dict[str, Any]


def show(rows: Sequence[Row], words: Callable[[Row], Iterable[str]], *, as_json: bool) -> int:
    """The verb's exit status; empty words are left out."""
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return 0
    for row in rows:
        print("  ".join(word for word in words(row) if word))
    return 0
