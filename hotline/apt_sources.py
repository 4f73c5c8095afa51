"""The machine's apt sources, read: which mirror of Debian it uses. Pure.

Knows deb822 files (``*.sources``) and one-line files (``*.list``). Called by
``asterisk_install.py``, so that nothing is fetched from a place the machine's
administrator did not choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


@dataclass(frozen=True, slots=True)
class Source:
    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]


def deb822(text: str) -> list[Source]:
    """The enabled ``deb`` entries of a ``.sources`` file."""
    found: list[Source] = []
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n[ \t]*(?:\n|$)", "\n".join(lines)):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1] in " \t" and name:
                fields[name] += " " + line.strip()
            elif ":" in line:
                name, _colon, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" in fields.get("types", "").split() and fields.get("enabled", "yes").lower() not in ("no", "false"):
            suites, components = fields.get("suites", "").split(), fields.get("components", "").split()
            found += [Source(uri, tuple(suites), tuple(components)) for uri in fields.get("uris", "").split()]
    return found


def one_line(text: str) -> list[Source]:
    """The ``deb`` lines of a ``.list`` file."""
    found: list[Source] = []
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        match = re.match(r"deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)\s*(.*)$", line)
        if match:
            found.append(Source(match[1], (match[2],), tuple(match[3].split())))
    return found


def mirror(sources: Iterable[Source], codename: str) -> str:
    """The mirror that carries Debian's own ``codename`` main; '' when there is none."""
    for source in sources:
        uri = source.uri.rstrip("/")
        plain = uri.startswith(("http://", "https://"))
        if plain and codename in source.suites and "main" in source.components and not uri.endswith("-security"):
            return uri
    return ""
