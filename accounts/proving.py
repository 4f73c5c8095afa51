"""A password proved: one try after the other, counted by account and address, the same sentence whoever does not exist.

Whoever fails hears the same after about the same time, whether the account exists, is locked, has no password or another one.
Failures are counted by account and address together: a stranger's wrong passwords keep nobody else out, at no other address and at
no other account behind the same one; whoever is in already proves the password as their session, which no failure at the log-in
page touches. Used by ``console/accounts.py`` and ``casestore/staff.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from config.sections.access import Access

from .audit_row_limit import Pace
from .password_attempts import Pair, PasswordAttempts, place
from .passwords import Passwords
from .thread_lanes import Full

_TOGETHER = 3
"""Tries of one pair under way at once; more are sent away."""
_ROWS_EACH, _ROWS_ALL = 20, 120
"""Failures written into the audit log a minute: of one address, and of all."""


class HasPassword(Protocol):
    """An account as it is kept."""

    @property
    def account(self) -> str: ...
    @property
    def password_hash(self) -> str: ...
    @property
    def locked(self) -> bool: ...
    @property
    def must_change(self) -> bool: ...
    @property
    def changed_at(self) -> datetime: ...


A = TypeVar("A", bound=HasPassword)
A_co = TypeVar("A_co", bound=HasPassword, covariant=True)


class KeptAccounts(Protocol[A_co]):
    async def get(self, account: str) -> A_co | None: ...
    async def hashed(self, account: str, password_hash: str, at: datetime | None = None) -> None: ...


class KeptAudit(Protocol):
    async def append(self, at: datetime, actor: str, action: str, *, detail: dict[str, str]) -> Any: ...


class NotProved(Exception):
    """Account or password is wrong."""


class GivenPasswordOver(NotProved):
    """It is right, was somebody else's choice, and was never changed in time."""


class MustWait(Exception):
    def __init__(self, seconds: int) -> None:
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


class _Turn:
    """One try after the other, and how many wait for theirs."""

    def __init__(self) -> None:
        self.waiting = 0
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> None:
        self.waiting += 1
        try:
            await self._lock.acquire()
        except asyncio.CancelledError:
            self.waiting -= 1
            raise

    async def __aexit__(self, *_error: object) -> None:
        self.waiting -= 1
        self._lock.release()


class Proving(Generic[A]):
    def __init__(
        self, book: KeptAccounts[A], audit: KeptAudit, rules: Access, clock: Callable[[], datetime],
        guessed: Callable[[str, int], None] = lambda _account, _failures: None,
    ) -> None:  # fmt: skip
        """``guessed``: told of an account that exists, each ``rules.guesses_alarm`` failures since its person last got in."""
        self._book, self._audit, self._rules, self._clock, self._guessed = book, audit, rules, clock, guessed
        self.passwords = Passwords()
        self._given = timedelta(days=rules.given_password_days)
        self._known = PasswordAttempts(rules.tries, rules.rest_seconds)
        self._strangers = PasswordAttempts(rules.tries, rules.rest_seconds)  # apart: made-up names push out no real one
        self._guesses: dict[str, int] = {}
        """Account → failures from anywhere since somebody got in; of accounts that exist alone."""
        self._pace = Pace(_ROWS_EACH, _ROWS_ALL)
        self._one_by_one: WeakValueDictionary[Pair, _Turn] = WeakValueDictionary()

    async def prove(self, account: str, plain: str, address: str, session: str = "") -> A:
        """The account, when this is its password. Raises ``NotProved``, or ``MustWait`` while this pair must.

        ``session``: of somebody who is in already; then it is counted there and nowhere else.
        """
        lane = f"session {session}" if session else place(address)
        pair = (account, lane)
        turn = self._one_by_one.setdefault(pair, _Turn())
        if turn.waiting >= _TOGETHER:
            raise MustWait(1)
        async with turn:  # or guesses sent together would all be judged before the first is counted
            row = await self._book.get(account)
            counted = self._known if row is not None else self._strangers
            if seconds := counted.wait(pair, self._clock()):
                raise MustWait(seconds)
            try:
                hashed = row.password_hash if row else ""
                right = await self.passwords.proved(hashed, plain, lane)
            except Full:
                raise MustWait(2) from None
            if row is not None and right:
                row = await self._book.get(account)  # while this password was hashed, it may have been taken away
                right = row is not None and row.password_hash == hashed
            if row is not None and right and not row.locked:
                counted.succeeded(pair)
                self._guesses.pop(account, None)
                if row.must_change and not session and self._clock() - row.changed_at >= self._given:
                    await self._audit.append(self._clock(), account, "given_password_over", detail={"address": address})
                    raise GivenPasswordOver
                if self.passwords.stale(row.password_hash):
                    with contextlib.suppress(Full):  # another day
                        await self._book.hashed(account, await self.passwords.made(plain, lane))
                return row
            await self._failed(counted, pair, address, known=row is not None)
            raise NotProved

    async def _failed(self, counted: PasswordAttempts, pair: Pair, address: str, *, known: bool) -> None:
        """Counted and audited alike for those that exist and those that do not."""
        now, account = self._clock(), pair[0]
        count = counted.failed(pair, now)
        detail = {"address": address, "in_a_row": str(count)}
        if self._pace.may(place(address), now):
            await self._audit.append(now, account, "sign_in_failed", detail=detail | self._pace.left_out())
        if count == self._rules.tries and self._pace.may(f"rests {place(address)}", now):
            await self._audit.append(now, account, "account_rests", detail={"address": address})
        if known:
            self._guesses[account] = self._guesses.get(account, 0) + 1
            if self._guesses[account] % self._rules.guesses_alarm == 0:
                guesses = {"failures": str(self._guesses[account]), "address": address}
                await self._audit.append(now, account, "account_guessed", detail=guesses)
                self._guessed(account, self._guesses[account])
