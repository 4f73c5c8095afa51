"""Sessions: made at sign-in, found by their cookie's secret, locked by idleness, ended. No HTTP here.

Used by the guard at every request and by the session routes. The secret is 256 random bits, only its
SHA-256 is kept. A session ends by its person, by a supervisor, or by time; whoever must know at
once (the stream) is in ``listeners``. Seats are ``console/seat_sign_in.py``'s.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from config.sections.access import Access

from .events import Event, SessionEnded, SessionLocked
from .session import Session, SessionBook

PROVED = timedelta(minutes=5)
"""Whoever gave their password again is taken at their word for so long."""
SEEN_EVERY = timedelta(seconds=20)
"""``seen_at`` moves no oftener than that: it is a write to the disk."""
GRACE = timedelta(seconds=60)
"""The page locks itself at the idle time; the daemon does so a little later, for pages that are gone."""

Tell = Callable[[Event], None]
"""At once, in the loop, and must not raise."""


class Sessions:
    def __init__(self, book: SessionBook, rules: Access, clock: Callable[[], datetime]) -> None:
        self._book, self.rules, self._clock = book, rules, clock
        self.listeners: list[Tell] = []
        self._proved: dict[str, datetime] = {}
        """Session → until when; in memory: after a restart the password is asked for again."""

    async def open(self, account: str, address: str, browser: str, how: str = "password") -> tuple[str, Session]:
        """The cookie's secret, shown this once, and the session."""
        secret, ident, now = secrets.token_urlsafe(32), secrets.token_hex(8), self._clock()
        until = now + timedelta(hours=self.rules.session_hours)
        await self._book.open(ident, _sha256(secret), account, now, until, address=address, browser=browser, how=how)
        row = await self._book.get(ident, now)
        assert row is not None
        return secret, row

    async def find(self, secret: str, *, person: bool = False) -> Session | None:
        """The live session of this secret; ``person``: somebody acted, it is not a page that polls."""
        now = self._clock()
        row = await self._book.find(_sha256(secret), now)
        if row is None or row.locked:
            return row
        if self._idle(row, now):
            await self.lock(row.id)
            return await self._book.get(row.id, now)
        if person and now - row.seen_at >= SEEN_EVERY:
            await self._book.seen(row.id, now)
        return row

    async def get(self, ident: str) -> Session | None:
        return await self._book.get(ident, self._clock())

    async def before(self, row: Session) -> Session | None:
        """The account's newest session that began before this one, over or not."""
        return await self._book.before(row.account, row.made_at)

    async def live(self, account: str = "") -> Sequence[Session]:
        return await self._book.live(self._clock(), account)

    async def unended(self, account: str) -> Sequence[Session]:
        """What is to end with the account's rights: a lock has already taken these out of ``live``."""
        return await self._book.unended(account)

    async def attended(self, account: str) -> Sequence[Session]:
        """Those of them somebody is at, as far as their pages tell."""
        now = self._clock()
        return [row for row in await self.live(account) if not (row.locked or self._idle(row, now))]

    def _idle(self, row: Session, now: datetime) -> bool:
        """Nobody acted for so long that the page, were it there, would have locked itself."""
        return now - row.seen_at >= timedelta(seconds=self.rules.idle_lock_seconds) + GRACE

    async def forsaken(self) -> Sequence[Session]:
        """Those whose page would have locked itself long since, were it there or honest."""
        now = self._clock()
        return [row for row in await self.live() if not row.locked and self._idle(row, now)]

    async def overdue(self) -> Sequence[Session]:
        return await self._book.overdue(self._clock())

    def prove(self, ident: str) -> datetime:
        """Its person gave the password again; until when that counts."""
        now = self._clock()
        self._proved = {known: until for known, until in self._proved.items() if until > now}
        self._proved[ident] = now + PROVED
        return self._proved[ident]

    def has_proved(self, ident: str) -> bool:
        until = self._proved.get(ident)
        return until is not None and self._clock() < until

    async def lock(self, ident: str) -> None:
        self._proved.pop(ident, None)
        await self._book.lock(ident, True)
        self._tell(SessionLocked(ident, locked=True))

    async def unlock(self, ident: str) -> None:
        await self._book.lock(ident, False)
        await self._book.seen(ident, self._clock())
        self._tell(SessionLocked(ident, locked=False))

    async def sit(self, ident: str, seat: str) -> None:
        await self._book.sit(ident, seat)

    async def end(self, row: Session, why: str) -> bool:
        """False: it had ended before, and whoever listens was told then."""
        self._proved.pop(row.id, None)
        if not await self._book.end(row.id, self._clock(), why):
            return False
        self._tell(SessionEnded(row.id, row.account, row.seat, why))
        return True

    def _tell(self, event: Event) -> None:
        for tell in self.listeners:
            tell(event)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
