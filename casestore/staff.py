"""The case store's own staff: who signs in here and as what. By the rules of ``accounts``, kept by ``staff_records.py``.

Accounts are made at the machine alone, over the native API (``hotline case-account``); nobody changes another's in a browser.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from accounts.passwords import normal
from accounts.proving import GivenPasswordOver, MustWait, NotProved, Proving
from accounts.session import Session
from accounts.sessions import Sessions
from accounts.thread_lanes import Full
from config.language import say as _
from config.sections.access import Access

from .contract import FieldOut
from .database import Database
from .staff_contract import StaffIn, StaffOut
from .staff_records import StaffAccount, StaffAccounts, StaffAudit, StaffSessions
from .states import UNIT_ROLES

IDLE_SECONDS = 4 * 3600
"""After which a browser must sign in again: a worker's telephone has a lock of its own, and is put away between two places."""
SESSIONS_MOST = 10
MACHINE = "operator"
"""Who acts at the machine."""


class StaffRefused(Exception):
    def __init__(self, status: int, error: str, message: str, field: str = "", wait: int = 0) -> None:
        """``wait``: seconds until it may be tried again."""
        super().__init__(message)
        self.status, self.error, self.message, self.wait = status, error, message, wait
        self.fields = [FieldOut(field=field, message=message)] if field else []


class Staff:
    def __init__(self, database: Database, rules: Access, clock: Callable[[], datetime]) -> None:
        rules = rules.model_copy(update={"idle_lock_seconds": IDLE_SECONDS})
        self._rules, self._clock = rules, clock
        self._book, self.audit = StaffAccounts(database), StaffAudit(database)
        self._proving = Proving(self._book, self.audit, rules, clock)
        self.sessions = Sessions(StaffSessions(database), rules, clock)

    @property
    def session_seconds(self) -> int:
        return self._rules.session_hours * 3600

    async def every(self) -> list[StaffOut]:
        return [_out(row) for row in await self._book.every()]

    async def workers_of(self, unit: str, role: str) -> list[StaffOut]:
        """Accounts of this role in one unit that may sign in."""
        return [
            _out(row) for row in await self._book.every() if (row.unit, row.role) == (unit, role) and not row.locked
        ]

    async def get(self, account: str) -> StaffAccount | None:
        return await self._book.get(account)

    # -- at the machine -------------------------------------------------------------------

    async def put(self, wanted: StaffIn) -> StaffOut:
        """Make one, or change what is given of a standing one; its sessions end when its rights change."""
        standing = await self._book.get(wanted.account)
        name = wanted.name if wanted.name is not None else standing.name if standing else ""
        role = str(wanted.role) if wanted.role is not None else standing.role if standing else ""
        unit = wanted.unit if wanted.unit is not None else standing.unit if standing else ""
        locked = wanted.locked if wanted.locked is not None else bool(standing and standing.locked)
        for field, value in (("name", name), ("role", role)):
            if not value:
                raise StaffRefused(422, "invalid", _("a new account wants it"), field)
        if standing is None and wanted.password is None:
            raise StaffRefused(422, "invalid", _("a new account wants it"), "password")
        if (role in UNIT_ROLES) != bool(unit):
            message = (
                _("wants the unit it is of") if role in UNIT_ROLES else _("only a unit's office and workers have one")
            )
            raise StaffRefused(422, "invalid", message, "unit")
        hashed = None
        if wanted.password is not None:
            await self._good(wanted.account, wanted.password, "password")
            hashed = await self._proving.passwords.made(wanted.password)
        now = self._clock()
        new = await self._book.put(
            wanted.account, name, role, unit, now, locked=locked, password_hash=hashed, must_change=wanted.must_change
        )
        changed = {"role": role, "unit": unit, "locked": str(locked).lower()}
        detail = {"account": wanted.account} | changed | ({"password": "changed"} if hashed else {})
        await self.audit.append(now, MACHINE, "account_made" if new else "account_changed", detail=detail)
        if standing is not None and (hashed or (role, unit, locked) != (standing.role, standing.unit, standing.locked)):
            await self._end_all(wanted.account, "revoked")
        row = await self._book.get(wanted.account)
        assert row is not None
        return _out(row)

    # -- in a browser ---------------------------------------------------------------------

    async def sign_in(
        self, account: str, password: str, address: str, browser: str, former: Session | None
    ) -> tuple[str, Session]:
        """The cookie's secret and the session. Raises ``StaffRefused`` 401, 429."""
        row = await self._proved(account, password, address)
        secret, session = await self.sessions.open(row.account, address, browser)
        if former is not None:
            await self.sessions.end(former, "signed_out")
        for old in (await self.sessions.live(row.account))[SESSIONS_MOST:]:
            await self.sessions.end(old, "revoked")
        await self.audit.append(
            self._clock(), row.account, "signed_in", detail={"session": session.id, "address": address}
        )
        return secret, session

    async def find(self, secret: str) -> tuple[Session, StaffAccount] | None:
        """Whose cookie this is; one that lay idle too long is over."""
        row = await self.sessions.find(secret, person=True) if secret else None
        if row is None:
            return None
        if row.locked:
            await self.sessions.end(row, "expired")
            return None
        account = await self._book.get(row.account)
        return None if account is None or account.locked else (row, account)

    async def sign_out(self, session: Session) -> None:
        await self.sessions.end(session, "signed_out")

    async def change_own(self, session: Session, old: str, new: str, address: str) -> None:
        """Every other session of the account ends. Raises ``StaffRefused`` 422, 429."""
        try:
            await self._proved(session.account, old, address, session.id)
        except StaffRefused as wrong:
            if wrong.status != 401:
                raise
            raise StaffRefused(422, "wrong_password", _("the password is wrong"), "old") from None
        if normal(old) == normal(new):
            raise StaffRefused(422, "invalid", _("this is the old one"), "new")
        await self._good(session.account, new, "new")
        await self._book.hashed(session.account, await self._proving.passwords.made(new), self._clock())
        await self.audit.append(self._clock(), session.account, "password_changed", detail={"by": session.account})
        await self._end_all(session.account, "revoked", keep=session.id)

    async def _proved(self, account: str, plain: str, address: str, session: str = "") -> StaffAccount:
        try:
            return await self._proving.prove(account, plain, address, session)
        except GivenPasswordOver:
            message = _("this password was given to you and never changed in time: ask an operator for another")
            raise StaffRefused(401, "password_over", message) from None
        except NotProved:
            raise StaffRefused(401, "wrong_password", _("account or password is wrong")) from None
        except MustWait as wait:
            message = _("too many wrong passwords: wait {seconds} seconds", seconds=wait.seconds)
            raise StaffRefused(429, "too_many", message, wait=wait.seconds) from None

    async def _good(self, account: str, plain: str, field: str) -> None:
        """Raises 422 for a poor one, and for one of the last."""
        passwords = self._proving.passwords
        try:
            if wrong := await passwords.wrong(account, plain, self._rules.password_least, f"new {account}"):
                raise StaffRefused(422, "invalid", wrong, field)
            for former in await self._book.former(account):
                if await passwords.proved(former, plain, f"former {account}"):
                    raise StaffRefused(422, "invalid", _("it was this account's password before: take another"), field)
        except Full:
            raise StaffRefused(
                429, "too_many", _("too many wrong passwords: wait {seconds} seconds", seconds=2), wait=2
            ) from None

    async def _end_all(self, account: str, why: str, keep: str = "") -> None:
        for row in await self.sessions.unended(account):
            if row.id != keep:
                await self.sessions.end(row, why)


def _out(row: StaffAccount) -> StaffOut:
    return StaffOut(account=row.account, name=row.name, role=row.role, unit=row.unit, locked=row.locked,
                    must_change=row.must_change, has_password=bool(row.password_hash))  # fmt: skip
