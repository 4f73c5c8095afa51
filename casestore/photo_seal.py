"""Photos sealed as they lie in the database: AES-256-GCM under a key of each photo's own, derived from the installation's secret. Pure.

``HSP1 | salt (32) | nonce (12) | ciphertext and tag``. A photo opens only as the one it was sealed as: of that case, by that hash.
The secret may be changed: the one before opens what it sealed while its file stands there (``-former``).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MARK = b"HSP1"
_SALT, _NONCE = 32, 12


class SealBroken(Exception):
    """It was altered, is another photo, or none of the secrets sealed it."""


@dataclass(frozen=True, slots=True, repr=False)
class PhotoSeal:
    """``words``: the secrets that may have sealed, the newest first; by that one is sealed."""

    words: Sequence[str]

    def seal(self, number: str, sha256: str, body: bytes) -> bytes:
        salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
        return MARK + salt + nonce + AESGCM(_key(self.words[0], salt)).encrypt(nonce, body, _named(number, sha256))

    def opened(self, number: str, sha256: str, sealed: bytes) -> bytes:
        """Raises ``SealBroken``."""
        start = len(MARK) + _SALT
        salt, nonce, rest = sealed[len(MARK) : start], sealed[start : start + _NONCE], sealed[start + _NONCE :]
        if sealed.startswith(MARK) and len(nonce) == _NONCE:
            for word in self.words:
                try:
                    return AESGCM(_key(word, salt)).decrypt(nonce, rest, _named(number, sha256))
                except InvalidTag:
                    continue
        raise SealBroken(sha256)


def _key(word: str, salt: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt, b"hotline case photo").derive(word.encode())


def _named(number: str, sha256: str) -> bytes:
    return f"{number}/{sha256}".encode()
