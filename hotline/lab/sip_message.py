"""SIP as text, no more of it than many cheap telephones need: what was said, and the proof that a seat registers with."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

T1, T2, GIVES_UP_SECONDS = 0.5, 4.0, 32.0
"""Seconds (RFC 3261, 17.1): what has no answer is said again after T1, then after twice as long each time, T2 at most but for an INVITE."""
_HEADER = re.compile(r"^([A-Za-z-]+)\s*:\s*(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Message:
    first: str
    headers: dict[str, str]
    via: list[str]
    body: str = ""

    @classmethod
    def of(cls, data: bytes) -> Message:
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        first, _, rest = head.partition("\r\n")
        found = [(name.lower(), value.strip()) for name, value in _HEADER.findall(rest)]
        return cls(first, dict(found), [value for name, value in found if name == "via"], body)

    @property
    def status(self) -> int:
        """0: it is a request."""
        word = self.first.split(" ")[1] if self.first.startswith("SIP/2.0 ") else ""
        return int(word) if word.isdecimal() else 0

    @property
    def whole(self) -> bool:
        """It has what every message of a call has (RFC 3261, 8.1.1)."""
        return (
            {"call-id", "from", "to"} <= self.headers.keys()
            and " " in self.headers.get("cseq", "")
            and bool(self.via)
            and " " in self.first
        )

    @property
    def method(self) -> str:
        """Of the request, or of that which is answered."""
        return self.headers["cseq"].split()[1]

    @property
    def target(self) -> str:
        """Where the next request of the dialog goes: the contact's URI, '' without one."""
        return self.headers.get("contact", "").partition("<")[2].partition(">")[0]

    @property
    def caller(self) -> str:
        """The user of From."""
        found = re.search(r"sips?:([^@;>]*)@", self.headers.get("from", ""))
        return found[1] if found else ""

    @property
    def audio(self) -> tuple[str, int] | None:
        """Host and port of the sound, of the SDP; None without one."""
        host, port = (
            re.search(r"^c=IN IP4 (\S+)", self.body, re.MULTILINE),
            re.search(r"^m=audio (\d+)", self.body, re.MULTILINE),
        )
        return (host[1], int(port[1])) if host and port and int(port[1]) else None


def digest_proof(challenge: str, user: str, password: str, uri: str) -> str:
    asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    one = _md5(f"{user}:{asked['realm']}:{password}")
    two = _md5(f"REGISTER:{uri}")
    reply = _md5(f"{one}:{asked['nonce']}:00000001:bench:auth:{two}")
    opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
    return (
        f'Authorization: Digest username="{user}", realm="{asked["realm"]}", nonce="{asked["nonce"]}", uri="{uri}", '
        f'response="{reply}", algorithm=MD5, cnonce="bench", qop=auth, nc=00000001{opaque}'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
