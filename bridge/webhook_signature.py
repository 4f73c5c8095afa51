"""Standard Webhooks signatures: made, and checked with keys that are rotated and moments that are not replayed. Pure.

Signed is ``ID.SECONDS.BODY``, the raw bytes, by HMAC-SHA256; a header may hold several signatures (``v1,… v1,…``), one a
key, so that a key can be changed without a gap. Both ways: what we send (``drivers/webhook.py``) and what is called back.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
WINDOW_SECONDS = 300
"""What is older or newer by our clock is refused."""
KEY_LEAST = 16
_ID_MOST, _HEADER_MOST = 200, 4000


class Refusal(StrEnum):
    MISSING = "missing"
    """A header is missing or is no such thing."""
    STALE = "stale"
    """Signed too long ago, or in the future: a clock is wrong, or it is a replay."""
    WRONG = "wrong"
    """No key made any of the signatures."""


def key_of(secret: str) -> bytes:
    """The key that a secret's file holds: ``whsec_`` and base64, or the word itself. Raises ValueError."""
    if not secret.startswith(PREFIX):
        key = secret.encode()
    else:
        try:
            key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            raise ValueError("after whsec_ base64 is wanted") from None
    if len(key) < KEY_LEAST:
        raise ValueError(f"at least {KEY_LEAST} bytes are wanted")
    return key


def signed(keys: Sequence[bytes], ident: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers. ``keys``: the newest first; ``at``: aware."""
    seconds = str(int(at.timestamp()))
    made = " ".join(f"v1,{_signature(key, ident, seconds, body)}" for key in keys)
    return {ID: ident, TIMESTAMP: seconds, SIGNATURE: made}


def refusal(keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, now: datetime) -> Refusal | None:
    """Why it is not believed; None: one of ``keys`` signed it, just now. ``headers``: names in small letters."""
    ident, seconds, given = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (0 < len(ident) <= _ID_MOST and len(given) <= _HEADER_MOST and given):
        return Refusal.MISSING
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) <= 12):
        return Refusal.MISSING
    if abs(now.timestamp() - int(seconds)) > WINDOW_SECONDS:
        return Refusal.STALE
    wanted = [_signature(key, ident, seconds, body) for key in keys]
    words = [word.removeprefix("v1,") for word in given.split(" ") if word.startswith("v1,")]
    good = False
    for mine in wanted:
        for theirs in words:  # all of them, whichever fits
            good |= hmac.compare_digest(mine.encode(), theirs.encode("utf-8", "surrogateescape"))
    return None if good else Refusal.WRONG


def _signature(key: bytes, ident: str, seconds: str, body: bytes) -> str:
    content = f"{ident}.{seconds}.".encode("utf-8", "surrogateescape") + body
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


@dataclass(slots=True)
class SeenIds:
    """Ids of what was taken within the window: the same again is answered and does nothing. One a second for an hour fits."""

    most: int = 10_000
    _seen: dict[str, float] = field(default_factory=dict)

    def known(self, ident: str, now: datetime) -> bool:
        self._forget(now.timestamp())
        return ident in self._seen

    def add(self, ident: str, now: datetime) -> None:
        """Once it was taken: what failed may come again under its id."""
        self._seen[ident] = now.timestamp()

    def _forget(self, now: float) -> None:
        for ident, at in list(self._seen.items()):  # in the order of their coming
            if now - at <= 2 * WINDOW_SECONDS and len(self._seen) <= self.most:
                break
            del self._seen[ident]
