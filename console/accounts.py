"""Accounts behind the door: proving a password, changing one, making and locking accounts.

Used by the session and account routes. Whoever fails to sign in hears the same sentence after
about the same time, whether the account exists, is locked, has no password or another one; and
whoever fails too often, by account or by address, waits. The rule's numbers are ``[access]``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from weakref import WeakValueDictionary

from bridge.errors import Problem
from config.language import say as _
from config.settings import Access

from .answers import Failed, invalid
from .attempts import Attempts
from .contract.access import AccountIn
from .door import TOKEN_ACTOR
from .passwords import Passwords, fault
from .ports import AccountBook, AccountRow, Audit

_ADDRESS_TRIES = 50
"""Failures of one address within its rest time: a whole centre may sit behind one."""
_NEVER = 365 * 86400.0


class Accounts:
    def __init__(
        self, book: AccountBook, audit: Audit, rules: Access, clock: Callable[[], datetime],
        settled: Mapping[str, tuple[str, str]],
    ) -> None:  # fmt: skip
        """``settled``: agents of the settings, id → (name, role); those stand in hotline.toml and nowhere else."""
        self._book, self._audit, self._rules, self._clock, self._settled = book, audit, rules, clock, settled
        self._passwords = Passwords()
        self._addresses = Attempts(_ADDRESS_TRIES, rules.rest_seconds, rules.rest_seconds)
        self._strangers = Attempts(rules.tries, rules.rest_seconds, _NEVER)
        self._one_by_one: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def every(self) -> Sequence[AccountRow]:
        return await self._book.every()

    async def get(self, account: str) -> AccountRow | None:
        return await self._book.get(account)

    # -- proving ------------------------------------------------------------------------

    async def prove(self, account: str, plain: str, address: str) -> AccountRow:
        """The account, when this is its password. Raises 401, or 429 while account or address rests."""
        turn = self._one_by_one.setdefault(account, asyncio.Lock())
        async with turn:  # or guesses sent together would all be judged before the first is counted
            row = await self._book.get(account)
            now = self._clock()
            if self._addresses.resting(address, now) or self._rests(row, account, now):
                raise Failed(
                    429, _("too many wrong passwords: wait {seconds} seconds", seconds=self._rules.rest_seconds)
                )
            right = await self._passwords.proved(row.password_hash if row else "", plain)
            if row is not None and right and not row.locked:
                await self._book.succeeded(account)
                if self._passwords.stale(row.password_hash):
                    await self._book.hashed(account, await self._passwords.made(plain))
                return row
            await self._failed(row, account, address, now)
            raise Failed(401, _("account or password is wrong"), error="wrong_password")

    def _rests(self, row: AccountRow | None, account: str, now: datetime) -> bool:
        if row is None:
            return self._strangers.resting(account, now)
        return row.locked_until is not None and now < row.locked_until

    async def _failed(self, row: AccountRow | None, account: str, address: str, now: datetime) -> None:
        """Counted and audited alike for those that exist and those that do not."""
        rests = await self._book.failed(account, now, self._rules.tries, self._rules.rest_seconds)
        if row is None:
            rests = self._strangers.failed(account, now)
        if self._addresses.failed(address, now):
            await self._audit.append(now, account, "address_rests", detail={"address": address})
        await self._audit.append(now, account, "sign_in_failed", detail={"address": address})
        if rests:
            await self._audit.append(now, account, "account_rests", detail={"address": address})

    # -- changing -------------------------------------------------------------------------

    async def change_own(self, account: str, old: str, new: str, address: str) -> None:
        """Raises 422 when ``new`` is poor or ``old`` is wrong, 429 after too many wrong ones."""
        self._good(account, new, "new")
        try:
            await self.prove(account, old, address)
        except Failed as wrong:
            raise not_mine(wrong, "old") from None
        if old == new:
            raise invalid([Problem("new", _("this is the old one"))])
        await self._book.hashed(account, await self._passwords.made(new), self._clock())
        await self._audit.append(self._clock(), account, "password_changed", detail={"by": account})

    async def put(self, by: str, account: str, wanted: AccountIn) -> tuple[AccountRow, str]:
        """Make or change one. Gives it, and why its sessions must end ('' they need not)."""
        standing = await self._book.get(account)
        self._may_be(account, wanted)
        if wanted.password is not None:
            self._good(account, wanted.password, "password")
        hashed = None if wanted.password is None else await self._passwords.made(wanted.password)
        at = self._clock()
        await self._book.put(account, wanted.name, wanted.role, at, locked=wanted.locked, password_hash=hashed)
        changed = {
            "role": "" if standing and standing.role == wanted.role else wanted.role,
            "locked": "" if (standing.locked if standing else False) == wanted.locked else str(wanted.locked).lower(),
            "password": "changed" if hashed else "",
        }
        detail = {"account": account} | {name: value for name, value in changed.items() if value}
        await self._audit.append(at, by, "account_changed" if standing else "account_made", detail=detail)
        row = await self._book.get(account)
        assert row is not None  # nothing deletes accounts: tickets and the audit log name them
        return row, "revoked" if standing and any(changed.values()) and changed["locked"] != "false" else ""

    def _good(self, account: str, plain: str, field: str) -> None:
        if wrong := fault(account, plain, self._rules.password_least):
            raise invalid([Problem(field, wrong)])

    def _may_be(self, account: str, wanted: AccountIn) -> None:
        if account.casefold() == TOKEN_ACTOR:
            raise invalid([Problem("account", _("this name is the installation's own"))])
        name, role = self._settled.get(account, (wanted.name, wanted.role))
        problems = [
            Problem(field, _("it stands in hotline.toml: change it there, then restart"), (settled,))
            for field, settled, given in (("name", name, wanted.name), ("role", role, wanted.role))
            if settled != given
        ]
        if problems:
            raise invalid(problems)


def not_mine(wrong: Failed, field: str) -> Failed:
    """A wrong password of somebody who is signed in: not a 401, which would say that they are not."""
    if wrong.status != 401:
        return wrong
    return Failed(
        422, _("the password is wrong"), error="wrong_password", problems=[Problem(field, _("the password is wrong"))]
    )
