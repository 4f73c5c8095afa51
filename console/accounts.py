"""Accounts behind the door: proving a password, changing one, making and locking accounts, and what wants two persons.

Used by the session and account routes. How often a password may be wrong is ``accounts.proving``'s; the rule's numbers are ``[access]``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.passwords import normal
from accounts.proving import GivenPasswordOver, MustWait, NotProved, Proving
from bridge.errors import Problem
from config.language import say as _
from config.sections.access import Access
from ledger.account_changes_to_confirm import AccountChange
from ledger.accounts import Account

from .access import RIGHTS, TRUSTED, Right, Role
from .authorization import TOKEN_ACTOR
from .contract.access import AccountIn
from .error_answers import Failed, invalid, not_found
from .ports import AccountBook, Audit, ChangeBook
from .published_events import AccountGuessed

WAITS = timedelta(hours=24)
"""How long a change waits for its second person."""
_ASKED = {"name", "role", "locked", "unbind"}


@dataclass(frozen=True, slots=True)
class Done:
    account: Account
    ends: str
    """Why its sessions must end; '' they need not."""
    by: str


class Accounts:
    def __init__(
        self, book: AccountBook, changes: ChangeBook, audit: Audit, rules: Access, clock: Callable[[], datetime],
        settled: Mapping[str, tuple[str, str]],
    ) -> None:  # fmt: skip
        """``settled``: agents of the settings, id → (name, role); those stand in hotline.toml and nowhere else."""
        self._book, self._changes, self._audit, self._clock = book, changes, audit, clock
        self._rules, self._settled = rules, settled
        self.listeners: list[Callable[[AccountGuessed], None]] = []
        self._proving = Proving(book, audit, rules, clock, self._tell_guessed)
        self._passwords = self._proving.passwords

    async def every(self) -> Sequence[Account]:
        return await self._book.every()

    async def get(self, account: str) -> Account | None:
        return await self._book.get(account)

    async def bound(self, account: str, subject: str) -> bool:
        """False: this account is another person of the identity provider."""
        return await self._book.bound(account, subject)

    # -- proving ------------------------------------------------------------------------

    async def prove(self, account: str, plain: str, address: str, session: str = "") -> Account:
        """The account, when this is its password. Raises 401, or 429 while this pair must wait.

        ``session``: of somebody who is in already; then it is counted there and nowhere else.
        """
        try:
            return await self._proving.prove(account, plain, address, session)
        except GivenPasswordOver:
            message = _("this password was given to you and never changed in time: ask an operator for another")
            raise Failed(401, message, error="password_over") from None
        except NotProved:
            raise Failed(401, _("account or password is wrong"), error="wrong_password") from None
        except MustWait as wait:
            raise _wait(wait.seconds) from None

    def _tell_guessed(self, account: str, failures: int) -> None:
        for tell in self.listeners:
            tell(AccountGuessed(account, failures))

    # -- changing -------------------------------------------------------------------------

    async def change_own(self, account: str, old: str, new: str, address: str, session: str) -> None:
        """Raises 422 when ``new`` is poor or ``old`` is wrong, 429 after too many wrong ones."""
        try:
            await self.prove(account, old, address, session)
        except Failed as wrong:
            raise not_mine(wrong, "old") from None
        if normal(old) == normal(new):
            raise invalid([Problem("new", _("this is the old one"))])
        await self._good(account, new, "new")
        await self._book.hashed(account, await self._passwords.made(new), self._clock())
        await self._audit.append(self._clock(), account, "password_changed", detail={"by": account})

    async def put(self, by: str, account: str, wanted: AccountIn) -> Done | AccountChange:
        """Make one, or change what is given of a standing one. What gives a trusted role, or a way into an account that has
        one, waits for a second person as long as there is one: then nothing is changed yet, and the waiting change is given."""
        standing = await self._book.get(account)
        name, role, locked = self._whole(standing, wanted)
        self._may_be(account, name, role)
        if standing is not None and by == account and (role != standing.role or locked):
            field = "locked" if locked else "role"
            raise invalid([Problem(field, _("nobody changes their own rights: another operator does"))])
        hashed = ""
        if wanted.password is not None:
            await self._good(account, wanted.password, "password", by)
            hashed = await self._passwords.made(wanted.password, f"by {by}")
        must = (
            wanted.must_change
            if by == TOKEN_ACTOR and wanted.must_change is not None
            else by not in (account, TOKEN_ACTOR)
        )
        given = wanted.model_dump(include=_ASKED, exclude_none=True) | {"must_change": must}
        if by == account or not gives_trust(standing, role, locked=locked, password=bool(hashed), unbind=wanted.unbind):
            return await self._apply(account, given, hashed, {"by": by})
        # at the machine alone: of two operators each would else be nobody's second person for the other's account
        if by == TOKEN_ACTOR and not await self._second_persons(by, account):
            return await self._apply(account, given, hashed, {"by": by, "alone": "true"})
        at = self._clock()
        change = await self._changes.ask(account, given, hashed, by, at, at + WAITS)
        detail = {"account": account, "change": str(change.id)} | _told(given, hashed)
        await self._audit.append(at, by, "account_change_asked", detail=detail)
        return change

    async def waiting(self) -> Sequence[AccountChange]:
        """Changes that a second person has to confirm; those whose time is over are settled, and audited, by the way."""
        now, rows = self._clock(), []
        for change in await self._changes.waiting():
            if now < change.expires_at:
                rows.append(change)
            elif await self._changes.settle(change.id, now, "", "expired"):
                await self._answered(change, change.asked_by, "expired")
        return rows

    async def confirm(self, by: str, ident: int) -> Done:
        """``by``: whoever proved to be that account. Raises 403 for who asked, or whose account it is; 404; 409."""
        change = await self._waiting_one(ident)
        if by in (change.asked_by, change.account):
            raise Failed(403, _("another person confirms this than who asked for it, and than whose account it is"))
        who = await self._book.get(by)
        if who is None or who.locked or Right.ACCOUNTS not in RIGHTS[Role(who.role)]:
            raise Failed(403, _("your role may not do this"))
        asker = await self._book.get(change.asked_by)
        if change.asked_by != TOKEN_ACTOR and (
            asker is None or asker.locked or Right.ACCOUNTS not in RIGHTS[Role(asker.role)]
        ):
            raise Failed(409, _("who asked for this may no longer do so: decline it"), error="asker_gone")
        standing = await self._book.get(change.account)
        name, role, _locked = self._whole(standing, AccountIn.model_validate(_fields(change)))
        self._may_be(change.account, name, role)  # the settings may be others by now
        if not await self._changes.settle(ident, self._clock(), by, "confirmed"):
            raise _no_change(ident)
        parts = {"by": change.asked_by, "confirmed_by": by, "change": str(ident)}
        return await self._apply(change.account, dict(change.wanted), change.password_hash, parts)

    async def decline(self, by: str, ident: int) -> None:
        """Nothing comes of it; whoever asked for it withdraws it so. Raises 404."""
        change = await self._waiting_one(ident)
        how = "withdrawn" if by == change.asked_by else "declined"
        if not await self._changes.settle(ident, self._clock(), by, how):
            raise _no_change(ident)
        await self._answered(change, by, how)

    async def _waiting_one(self, ident: int) -> AccountChange:
        found = next((change for change in await self.waiting() if change.id == ident), None)
        if found is None:
            raise _no_change(ident)
        return found

    async def _answered(self, change: AccountChange, by: str, how: str) -> None:
        detail = {"account": change.account, "change": str(change.id), "asked_by": change.asked_by}
        await self._audit.append(self._clock(), by, f"account_change_{how}", detail=detail)

    async def _second_persons(self, by: str, account: str) -> list[str]:
        """Who could confirm: somebody else with the right and a password of their own choice."""
        return [
            row.account
            for row in await self._book.every()
            if row.account not in (by, account)
            and Right.ACCOUNTS in RIGHTS[Role(row.role)]
            and row.has_password
            and not row.locked
            and not row.must_change
        ]

    async def _apply(self, account: str, given: Mapping[str, Any], hashed: str, parts: Mapping[str, str]) -> Done:
        """``parts``: who took part, for the audit log; ``by`` acts."""
        standing = await self._book.get(account)
        wanted = AccountIn.model_validate({name: value for name, value in given.items() if name != "must_change"})
        name, role, locked = self._whole(standing, wanted)
        at, must = self._clock(), bool(given.get("must_change"))
        await self._book.put(account, name, role, at, locked=locked, password_hash=hashed or None, must_change=must)
        if wanted.unbind:
            await self._book.unbind(account)
        changed = {
            "role": "" if standing and standing.role == role else role,
            "locked": "" if (standing.locked if standing else False) == locked else str(locked).lower(),
            "password": "changed" if hashed else "",
            "unbound": "true" if wanted.unbind else "",
        }
        more = {name: value for name, value in parts.items() if name != "by"}
        detail = {"account": account} | {name: value for name, value in changed.items() if value} | more
        await self._audit.append(at, parts["by"], "account_changed" if standing else "account_made", detail=detail)
        row = await self._book.get(account)
        assert row is not None  # nothing deletes accounts: tickets and the audit log name them
        ends = bool(standing) and any(changed.values()) and changed["locked"] != "false"
        return Done(row, "revoked" if ends else "", parts.get("confirmed_by") or parts["by"])

    async def rights_change(self, account: str, wanted: AccountIn) -> bool:
        """Does this change who may do what, so that the password is wanted again?"""
        standing = await self._book.get(account)
        if standing is None or wanted.password is not None or wanted.unbind:
            return True
        return wanted.role not in (None, standing.role) or wanted.locked not in (None, standing.locked)

    def _whole(self, standing: Account | None, wanted: AccountIn) -> tuple[str, str, bool]:
        """What is absent stays; raises 422 when a new one lacks something."""
        name = wanted.name if wanted.name is not None else standing.name if standing else None
        role = wanted.role if wanted.role is not None else standing.role if standing else None
        missing = [field for field, value in (("name", name), ("role", role)) if value is None]
        if name is None or role is None:
            raise invalid([Problem(field, _("a new account wants it")) for field in missing])
        locked = wanted.locked if wanted.locked is not None else bool(standing and standing.locked)
        return name, role, locked

    async def _good(self, account: str, plain: str, field: str, by: str = "") -> None:
        """Raises 422 for a poor one, and for one of the last; a program of this machine may give the standing one again."""
        if wrong := await self._passwords.wrong(account, plain, self._rules.password_least, f"new {account}"):
            raise invalid([Problem(field, wrong)])
        for former in (await self._book.former(account))[by == TOKEN_ACTOR :]:
            if await self._passwords.proved(former, plain, f"former {account}"):
                raise invalid([Problem(field, _("it was this account's password before: take another"))])

    def _may_be(self, account: str, given_name: str, given_role: str) -> None:
        if account.casefold() == TOKEN_ACTOR:
            raise invalid([Problem("account", _("this name is the installation's own"))])
        name, role = self._settled.get(account, (given_name, given_role))
        problems = [
            Problem(field, _("it stands in hotline.toml: change it there, then restart"), (settled,))
            for field, settled, given in (("name", name, given_name), ("role", role, given_role))
            if settled != given
        ]
        if problems:
            raise invalid(problems)


def gives_trust(standing: Account | None, role: str, *, locked: bool, password: bool, unbind: bool) -> bool:
    """Would this change give somebody a role over others, or a way into an account that has one? Taking away never does."""
    if role not in TRUSTED:
        return False
    if standing is None or standing.role != role:
        return True  # of a locked one too: it may be opened later
    if locked and not (password or unbind):
        return False
    return password or unbind or (standing.locked and not locked)


def _fields(change: AccountChange) -> dict[str, Any]:
    return {name: value for name, value in change.wanted.items() if name in _ASKED}


def _told(given: Mapping[str, Any], hashed: str) -> dict[str, str]:
    """For the audit log: what was asked for."""
    told = {
        name: str(given[name]).lower() if name != "name" else str(given[name])
        for name in _ASKED
        if given.get(name) is not None
    }
    return told | ({"password": "changed"} if hashed else {})


def _no_change(ident: int) -> Failed:
    return not_found("change", str(ident))


def _wait(seconds: int) -> Failed:
    message = _("too many wrong passwords: wait {seconds} seconds", seconds=seconds)
    return Failed(429, message, headers={"Retry-After": str(seconds)})


def not_mine(wrong: Failed, field: str) -> Failed:
    """A wrong password of somebody who is signed in: not a 401, which would say that they are not."""
    if wrong.status != 401:
        return wrong
    return Failed(
        422, _("the password is wrong"), error="wrong_password", problems=[Problem(field, _("the password is wrong"))]
    )
