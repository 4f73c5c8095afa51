"""Passwords: hashed (argon2id, in a thread), proved, and refused when they are poor ones.

Called by ``accounts.py`` alone. Keeps nothing; a plain password never leaves a call's frame.
"""

from __future__ import annotations

import asyncio
from itertools import pairwise

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from config.language import say as _

from .commonest import COMMONEST

_PASSES, _KIBIBYTES, _LANES = 2, 19 * 1024, 1
"""OWASP's least for argon2id: 19 MiB, two passes. A seat machine's log-in takes tens of milliseconds."""
_AT_ONCE = 2
"""Hashes under way together: a storm of log-ins may not take the daemon's memory or all its threads."""
_DISTINCT_LEAST = 5
_BESIDE_ACCOUNT = 6
"""Characters that must remain when the account's id is taken out."""


class Passwords:
    def __init__(self) -> None:
        self._hasher = PasswordHasher(_PASSES, _KIBIBYTES, _LANES, type=Type.ID)
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._decoy = ""

    async def made(self, plain: str) -> str:
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, plain)

    async def proved(self, hashed: str, plain: str) -> bool:
        """Takes as long when there is no hash ('') as when there is one."""
        async with self._turns:
            if not self._decoy:
                self._decoy = await asyncio.to_thread(self._hasher.hash, "nobody has this one")
            right = await asyncio.to_thread(self._fits, hashed or self._decoy, plain)
        return right and bool(hashed)

    def stale(self, hashed: str) -> bool:
        """Made with other parameters than today's: to be made again while the plain one is at hand."""
        return self._hasher.check_needs_rehash(hashed)

    def _fits(self, hashed: str, plain: str) -> bool:
        try:
            return self._hasher.verify(hashed, plain)
        except (VerificationError, InvalidHashError):
            return False


def fault(account: str, plain: str, least: int) -> str:
    """What is wrong with a new password, as a sentence; '' nothing."""
    folded = plain.casefold()
    if len(plain) < least:
        return _("at least {least} characters", least=least)
    if len(folded.replace(account.casefold(), "")) < _BESIDE_ACCOUNT:
        return _("the account's own name stands in it")
    if folded in COMMONEST or folded.strip("0123456789!@#.") in COMMONEST:
        return _("it is one of the most common passwords")
    if len(set(folded)) < _DISTINCT_LEAST or _run(folded):
        return _("it is one character over and over, or a simple row")
    return ""


def _run(folded: str) -> bool:
    """All of it steps on by one, up or down: 0123456789, zyxwvutsrq."""
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps <= {1, -9} or steps <= {-1, 9}
