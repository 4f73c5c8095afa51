"""A session as it is read, and what it is kept in. Made by ``sessions.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    """What people may see; it opens nothing."""
    account: str
    name: str
    role: str
    """The account's, now: a changed role counts at the next request."""
    made_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    browser: str
    seat: str
    """Where it took a seat; whether its account still sits there, the desk knows."""
    locked: bool
    how: str = "password"
    """password, oidc."""
    must_change: bool = False
    """The account's password is somebody else's choice."""


class SessionBook(Protocol):
    """The console's is ``ledger.sessions.SessionShelf``; its docstrings say what each method promises."""

    async def open(
        self, ident: str, secret_sha256: str, account: str, at: datetime, expires_at: datetime,
        *, address: str, browser: str, how: str = "password",
    ) -> None: ...  # fmt: skip
    async def find(self, secret_sha256: str, now: datetime) -> Session | None: ...
    async def get(self, ident: str, now: datetime) -> Session | None: ...
    async def live(self, now: datetime, account: str = "") -> Sequence[Session]: ...
    async def before(self, account: str, at: datetime) -> Session | None: ...
    async def unended(self, account: str) -> Sequence[Session]: ...
    async def overdue(self, now: datetime) -> Sequence[Session]: ...
    async def seen(self, ident: str, at: datetime) -> None: ...
    async def lock(self, ident: str, locked: bool) -> None: ...
    async def sit(self, ident: str, seat: str) -> None: ...
    async def end(self, ident: str, at: datetime, why: str) -> bool: ...
