"""What the case store knows that the ledger does not: for ``hotline restore`` and ``hotline verify``.

Both databases are read in batches, so that a case store of years costs time and no memory.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ledger.missing_cases import adopt, compare, delivered
from ledger.store import Store

from . import case_reader

NAMED = 1000


@dataclass(slots=True)
class Difference:
    lacking: list[str] = field(default_factory=list)
    """Cases whose tickets the ledger does not have, at most ``NAMED``."""
    twice: list[tuple[str, str]] = field(default_factory=list)
    """(case, the case the ledger has for the same matter)."""
    untaken: list[tuple[str, str]] = field(default_factory=list)
    """(case, the key of a message of it that was delivered, and that the case store does not have)."""


async def difference(store: Store, url: str, most: int = NAMED) -> Difference:
    """``url``: the case store's database. Raises ``SQLAlchemyError`` when the case store cannot be read."""
    found = Difference()
    for cases in case_reader.known(url):
        told = await compare(store, cases)
        found.lacking += told.lacking
        found.twice += told.twice
        said = await delivered(store, cases)
        lost = await asyncio.to_thread(case_reader.untaken, url, list(said))
        found.untaken += sorted((said[key], key) for key in lost)
        if len(found.lacking) >= most:
            break
    del found.lacking[most:], found.twice[most:], found.untaken[most:]
    return found


async def take_back(store: Store, url: str) -> int:
    """The tickets of all cases the ledger lacks are written into it; how many."""
    done = 0
    for cases in case_reader.known(url):
        lacking = (await compare(store, cases)).lacking
        if lacking:
            done += await adopt(store, case_reader.whole(url, lacking))
    return done
