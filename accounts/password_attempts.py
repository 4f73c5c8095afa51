"""How often a password was tried in vain, for each pair of what is tried and where from. Pure, in memory.

A pair is an account and an address (signing in), or a session alone (its person unlocks the screen):
a stranger's failures are his own pair's, so they keep nobody else out, and a house behind one address
has a share for each account. The delay grows with each failure; a restart forgets them all, which costs
a guesser nothing he could bring about.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

KEYS = 10_000
"""The oldest are forgotten: somebody who makes up names by the million shall not fill the memory."""
FORGET = timedelta(days=1)
"""Failures in a row, with less than that between two."""

Pair = tuple[str, str]


def place(address: str) -> str:
    """An address as it is counted: of IPv6 its /64, since one machine has all of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped) if found.ipv4_mapped else f"{IPv6Address(int(found) >> 64 << 64)}/64"
    return address


class PasswordAttempts:
    def __init__(self, free: int, most_seconds: float, keys: int = KEYS) -> None:
        """``free`` failures cost no time; each further one twice the last's, up to ``most_seconds``."""
        self._free, self._most, self._keys = free, most_seconds, keys
        self._seen: OrderedDict[Pair, tuple[int, datetime]] = OrderedDict()
        """Pair → failures in a row, and when the last was."""

    def wait(self, pair: Pair, now: datetime) -> int:
        """Whole seconds until this pair may try again; 0: now."""
        count, last = self._seen.get(pair, (0, now))
        return max(0, math.ceil((last + self._delay(count) - now).total_seconds()))

    def failed(self, pair: Pair, now: datetime) -> int:
        """One more; how many in a row that makes."""
        count, last = self._seen.pop(pair, (0, now))
        count = count + 1 if now - last < FORGET else 1
        self._seen[pair] = (count, now)
        while len(self._seen) > self._keys:
            self._seen.popitem(last=False)
        return count

    def succeeded(self, pair: Pair) -> None:
        self._seen.pop(pair, None)

    def _delay(self, count: int) -> timedelta:
        beyond = count - self._free
        return timedelta(seconds=min(self._most, 5.0 * 2.0 ** min(beyond, 30)) if beyond >= 0 else 0.0)
