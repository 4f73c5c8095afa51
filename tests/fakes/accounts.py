"""Accounts, sessions and the audit log in memory, as the ledger keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from accounts.session import Session
from ledger.account_changes_to_confirm import AccountChange
from ledger.accounts import Account
from ledger.audit_log import Entry
from ledger.program_tokens import Program


@dataclass
class MemoryAccounts:
    rows: dict[str, Account] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    before: dict[str, list[str]] = field(default_factory=dict)

    async def get(self, account: str) -> Account | None:
        return self.rows.get(account)

    async def every(self) -> Sequence[Account]:
        return [self.rows[key] for key in sorted(self.rows)]

    async def put(
        self, account: str, name: str, role: str, at: datetime, *, locked: bool, password_hash: str | None,
        must_change: bool = False,
    ) -> bool:  # fmt: skip
        before = self.rows.get(account)
        if password_hash is not None:
            self._remember(account)
        kept = password_hash if password_hash is not None else before.password_hash if before else ""
        self.rows[account] = Account(account, name, role, kept, locked, at, bool(password_hash) and must_change)
        return before is None

    async def former(self, account: str) -> Sequence[str]:
        row = self.rows.get(account)
        return [row.password_hash, *self.before.get(account, [])][:5] if row and row.password_hash else []

    def _remember(self, account: str) -> None:
        if (row := self.rows.get(account)) is not None and row.password_hash:
            self.before[account] = [row.password_hash, *self.before.get(account, [])]

    async def unbind(self, account: str) -> None:
        self.subjects.pop(account, None)

    async def bound(self, account: str, subject: str) -> bool:
        owners = [known for known, bound in self.subjects.items() if bound == subject]
        if owners:
            return owners == [account]
        return self.subjects.setdefault(account, subject) == subject

    async def hashed(self, account: str, password_hash: str, at: datetime | None = None) -> None:
        row = self.rows[account]
        if at is not None:
            self._remember(account)
        must = row.must_change and at is None
        self.rows[account] = replace(
            row, password_hash=password_hash, changed_at=at or row.changed_at, must_change=must
        )


@dataclass
class MemoryChanges:
    rows: dict[int, AccountChange] = field(default_factory=dict)
    settled: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Change → by whom and how."""

    async def ask(
        self, account: str, wanted: Mapping[str, Any], password_hash: str, by: str, at: datetime, expires_at: datetime
    ) -> AccountChange:
        for one in await self.waiting():
            if one.account == account:
                await self.settle(one.id, at, by, "replaced")
        ident = len(self.rows) + 1
        self.rows[ident] = AccountChange(ident, account, dict(wanted), password_hash, by, at, expires_at)
        return self.rows[ident]

    async def waiting(self) -> Sequence[AccountChange]:
        return [row for ident, row in self.rows.items() if ident not in self.settled]

    async def settle(self, ident: int, at: datetime, by: str, how: str) -> bool:
        if ident in self.settled:
            return False
        self.settled[ident] = (by, how)
        return True


@dataclass
class MemoryPrograms:
    rows: dict[str, Program] = field(default_factory=dict)

    async def every(self) -> Sequence[Program]:
        return [self.rows[name] for name in sorted(self.rows)]

    async def add(
        self,
        name: str,
        scopes: Sequence[str],
        token_sha256: str,
        at: datetime,
        by: str,
        expires_at: datetime,
        partner: str = "",
    ) -> bool:
        if name in self.rows and self.rows[name].revoked_at is None:
            return False
        self.rows[name] = Program(name, tuple(scopes), at, by, expires_at, token_sha256, partner=partner)
        return True

    async def rotate(
        self,
        name: str,
        token_sha256: str,
        expires_at: datetime,
        former_until: datetime | None,
        partner: str | None = None,
    ) -> bool:
        row = self.rows.get(name)
        if row is None or row.revoked_at is not None:
            return False
        former = row.token_sha256 if former_until is not None else ""
        self.rows[name] = replace(
            row,
            token_sha256=token_sha256,
            expires_at=expires_at,
            former_sha256=former,
            former_until=former_until,
            partner=row.partner if partner is None else partner,
        )
        return True

    async def revoke(self, name: str, at: datetime, by: str) -> bool:
        row = self.rows.get(name)
        if row is None or row.revoked_at is not None:
            return False
        self.rows[name] = replace(row, revoked_at=at, revoked_by=by)
        return True

    async def counted(self, name: str, used: int, used_at: datetime | None, refused: int) -> None:
        row = self.rows[name]
        self.rows[name] = replace(
            row, used=row.used + used, used_at=used_at or row.used_at, refused=row.refused + refused
        )


@dataclass
class MemorySessions:
    accounts: MemoryAccounts
    rows: dict[str, Session] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)

    async def open(
        self, ident: str, secret_sha256: str, account: str, at: datetime, expires_at: datetime,
        *, address: str, browser: str, how: str = "password",
    ) -> None:  # fmt: skip
        self.rows[ident] = Session(ident, account, "", "", at, at, expires_at, address, browser, "", False, how)
        self.secrets[secret_sha256] = ident

    async def find(self, secret_sha256: str, now: datetime) -> Session | None:
        return await self.get(self.secrets.get(secret_sha256, ""), now)

    async def get(self, ident: str, now: datetime) -> Session | None:
        return next((row for row in await self.live(now) if row.id == ident), None)

    async def live(self, now: datetime, account: str = "") -> Sequence[Session]:
        return [
            replace(
                row,
                name=self.accounts.rows[row.account].name,
                role=self.accounts.rows[row.account].role,
                must_change=self.accounts.rows[row.account].must_change,
            )
            for row in reversed(self.rows.values())
            if row.id not in self.ended
            and row.expires_at > now
            and not self.accounts.rows[row.account].locked
            and account in ("", row.account)
        ]

    async def before(self, account: str, at: datetime) -> Session | None:
        earlier = [row for row in self.rows.values() if row.account == account and row.made_at < at]
        return max(earlier, key=lambda row: row.made_at, default=None)

    async def unended(self, account: str) -> Sequence[Session]:
        return [row for row in self.rows.values() if row.id not in self.ended and row.account == account]

    async def overdue(self, now: datetime) -> Sequence[Session]:
        return [row for row in self.rows.values() if row.id not in self.ended and row.expires_at <= now]

    async def seen(self, ident: str, at: datetime) -> None:
        self.rows[ident] = replace(self.rows[ident], seen_at=at)

    async def lock(self, ident: str, locked: bool) -> None:
        self.rows[ident] = replace(self.rows[ident], locked=locked)

    async def sit(self, ident: str, seat: str) -> None:
        self.rows[ident] = replace(self.rows[ident], seat=seat)

    async def end(self, ident: str, at: datetime, why: str) -> bool:
        if ident in self.ended:
            return False
        self.ended[ident] = why
        return True


@dataclass
class MemoryAudit:
    entries: list[Entry] = field(default_factory=list)

    async def append(
        self, at: datetime, actor: str, action: str, *, call: str = "", detail: Mapping[str, str] | None = None
    ) -> int:
        seq = len(self.entries) + 1
        text = ",".join(f"{key}={value}" for key, value in sorted((detail or {}).items()))
        self.entries.append(Entry(seq, at, actor, action, call, text, ""))
        return seq

    async def page(
        self, most: int, before: int | None = None, *, actor: str = "", action: str = "", call: str = ""
    ) -> tuple[Sequence[Entry], bool]:
        wanted = [
            row for row in reversed(self.entries)
            if (before is None or row.seq < before) and actor in ("", row.actor) and action in ("", row.action)
        ]  # fmt: skip
        return wanted[:most], True

    @property
    def actions(self) -> list[str]:
        return [row.action for row in self.entries]
