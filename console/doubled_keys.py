"""JSON bodies in which a key stands twice: they say two things, and one reader believes the first, another the last. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping


class _Twice(Exception):
    pass


def key_twice(headers: Mapping[bytes, bytes], body: bytes) -> str:
    """The first key that stands twice in an object of a JSON body; '' none, or it is no JSON (others say so)."""
    if b"json" not in headers.get(b"content-type", b"").lower() or body.count(b":") < 2:
        return ""
    try:
        json.loads(body, object_pairs_hook=_once)
    except _Twice as found:
        return str(found)
    except (ValueError, RecursionError):
        return ""
    return ""


def _once(pairs: list[tuple[str, object]]) -> None:
    seen: set[str] = set()
    for name, _value in pairs:
        if name in seen:
            raise _Twice(name[:60].encode("ascii", "backslashreplace").decode())
        seen.add(name)
