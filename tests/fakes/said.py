"""What a person says, as the headers of ``console.words_in_headers``."""

from __future__ import annotations

from urllib.parse import quote

from console.words_in_headers import HEADERS


def said(**words: str) -> dict[str, str]:
    return {HEADERS[name]: quote(text, safe="") for name, text in words.items()}
