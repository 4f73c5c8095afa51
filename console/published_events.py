"""What happened at the door: past tense, on the house bus. Made by ``accounts.py`` and ``bulk_reads.py``; of sessions:
``accounts.events``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountGuessed:
    """Somebody tries passwords: so many failures since its person last got in, wherever they came from."""

    account: str
    failures: int


@dataclass(frozen=True, slots=True)
class ReadInBulk:
    """Somebody goes through lists of others' calls, tickets or call-backs row after row."""

    account: str
    what: str
    rows: int
    """Today."""


@dataclass(frozen=True, slots=True)
class SwitchMoved:
    """A line was opened or closed out of turn, a mode switched, or the end of one has come: in force by now."""

    kind: str
    target: str


Event = AccountGuessed | ReadInBulk | SwitchMoved
