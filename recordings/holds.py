"""Who forbade that something is deleted: a hold outranks every term. Pure; the rows are ``ledger/holds.py``'s.

A hold names a call, a case or a number; it holds every recording of that call, of the calls that
the case's tickets were filed from, or of all calls of that number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Subject(StrEnum):
    CALL = "call"
    CASE = "case"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Hold:
    """``until`` None: until somebody lifts it; ``lifted_by`` '' while nobody did."""

    id: int
    kind: Subject
    subject: str
    by: str
    why: str
    since: datetime
    until: datetime | None = None
    lifted_by: str = ""

    def stands(self, now: datetime) -> bool:
        return self.since <= now and (self.until is None or now < self.until)
