"""On which line of ``hotline.toml`` a table or an entry of one begins: what a page says to whoever wants to change it. Pure."""

from __future__ import annotations

import re

_TABLE = re.compile(r"\s*\[\[\s*([A-Za-z0-9_.-]+)\s*\]\]|\s*\[\s*([A-Za-z0-9_.-]+)\s*\]")
_ENTRY = re.compile(r"\s*\"?([A-Za-z0-9_*#-]+)\"?\s*=")
_LONG = re.compile(r'"""|\'\'\'')


def setting_lines(text: str) -> dict[str, int]:
    """``line[0]`` the first ``[[line]]``, ``prompts`` its table, ``prompts.welcome`` an entry of it → its line, from 1 on."""
    found: dict[str, int] = {}
    many: dict[str, int] = {}
    table, inside = "", False
    for number, line in enumerate(text.splitlines(), 1):
        if not inside:
            if head := _TABLE.match(line):
                table = head[1] or head[2]
                if head[1]:
                    many[table] = many.get(table, -1) + 1
                    table = f"{table}[{many[table]}]"
                found.setdefault(table, number)
            elif entry := _ENTRY.match(line):
                found.setdefault(f"{table}.{entry[1]}" if table else entry[1], number)
        if len(_LONG.findall(line)) % 2:
            inside = not inside
    return found
