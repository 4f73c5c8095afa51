"""How a line of Asterisk's configuration is written; used by every renderer here.

Nothing from outside reaches a file but through ``Settings``, whose types already
refuse line ends and syntax; ``value`` refuses again, so that a mistake there cannot
become configuration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

HEAD = "; Made by hotline from hotline.toml. Do not edit: it is written anew at every start.\n"


def value(text: object) -> str:
    """One value as Asterisk's parser reads it back; raises ValueError for what it could not."""
    written = {True: "yes", False: "no"}.get(text, str(text)) if isinstance(text, bool) else str(text)
    if any(char in written for char in "\r\n\0"):
        raise ValueError(f"a line end in a configuration value: {written!r}")
    return written.replace(";", "\\;")


def section(name: str, entries: Mapping[str, object] | Iterable[tuple[str, object]]) -> str:
    """``[name]`` and its ``key = value`` lines (a pair may be repeated)."""
    pairs = entries.items() if isinstance(entries, Mapping) else entries
    return "\n".join([f"[{name}]", *(f"{key} = {value(item)}" for key, item in pairs)]) + "\n"


def file(*sections: str) -> str:
    return HEAD + "\n" + "\n".join(sections)
