"""How nginx's configuration is written: blocks, words, kinds of files. Used by ``edge.py`` alone."""

from __future__ import annotations

from pathlib import Path

TYPES = (
    "types {",
    *(
        f"  {kind} {endings};"
        for kind, endings in (
            ("text/html", "html"),
            ("text/css", "css"),
            ("text/plain", "txt"),
            ("application/javascript", "js mjs"),
            ("application/json", "json map"),
            ("application/manifest+json", "webmanifest"),
            ("application/wasm", "wasm"),
            ("image/svg+xml", "svg"),
            ("image/png", "png"),
            ("image/jpeg", "jpg jpeg"),
            ("image/webp", "webp"),
            ("image/x-icon", "ico"),
            ("font/woff2", "woff2"),
            ("font/woff", "woff"),
            ("audio/wav", "wav"),
            ("audio/mpeg", "mp3"),
            ("audio/ogg", "ogg opus"),
        )
    ),
    "}",
    "default_type application/octet-stream;",
    "charset utf-8;",
    "charset_types text/css text/plain application/javascript application/json image/svg+xml;",
)


def text(said: str) -> str:
    """A JSON text as one word of nginx's."""
    return "'" + said.replace("'", "\\u0027").replace("$", "\\u0024") + "'"


def path(where: Path) -> str:
    """A path as one word of nginx's; raises ValueError for what its syntax would read as more."""
    written = str(where)
    if any(letter in written for letter in '\r\n\0"\\$;{}'):
        raise ValueError(f"nginx can not be given the path {written!r}")
    return f'"{written}"'


def block(head: str, *lines: str) -> str:
    inner = "\n".join(f"  {row}" for line in lines for row in line.splitlines())
    return f"{head} {{\n{inner}\n}}"
