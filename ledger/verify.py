"""The invariant (D8), proved over the whole ledger: every call offered ends in exactly one outcome, and nothing is owed.

Called by ``hotline verify`` and each minute by the daemon (``hotline/books/invariant_proof.py``). Reads only. The rules are in ``invariant/``.

With ``since`` only what became judgeable from then on is judged: a call when it ended, what is owed when its time was
over. What that costs depends on what is new, not on what there is.
"""

from __future__ import annotations

from datetime import datetime

from . import audit_log
from .invariant import call_rules, debt_rules, matter_rules, record_rules
from .invariant.rule import RULES, Breach, Limits, Look
from .store import Store

RULES_ARE_IN = (call_rules, debt_rules, matter_rules, record_rules)
"""Read in, each puts its rules into ``RULES``, in this order."""


async def verify(
    store: Store, now: datetime, limits: Limits | None = None, most: int = 1000, audit: audit_log.Proof | None = None,
    since: datetime | None = None,
) -> list[Breach]:  # fmt: skip
    """Every breach of every rule, at most ``most`` of each; an empty list: nothing is lost and nothing owed.

    ``since``: of what is new from then on.
    """
    found: list[Breach] = []
    async with store.reading() as db:
        look = Look(db, now, limits or Limits(), most, audit or audit_log.Proof(), since)
        for one in RULES:
            found += [breach async for breach in one(look)]
    return found
