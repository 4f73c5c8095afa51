"""Accounts, sessions and the audit log in memory, as the ledger keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ledger.accounts import Account
from ledger.auditlog import Entry
from ledger.sessions import Session


@dataclass
class MemoryAccounts:
    rows: dict[str, Account] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)

    async def get(self, account: str) -> Account | None:
        return self.rows.get(account)

    async def every(self) -> Sequence[Account]:
        return [self.rows[key] for key in sorted(self.rows)]

    async def put(
        self, account: str, name: str, role: str, at: datetime, *, locked: bool, password_hash: str | None
    ) -> bool:
        before = self.rows.get(account)
        kept = password_hash if password_hash is not None else before.password_hash if before else ""
        self.rows[account] = Account(account, name, role, kept, locked, at, None)
        self.failures.pop(account, None)
        return before is None

    async def hashed(self, account: str, password_hash: str, at: datetime | None = None) -> None:
        row = self.rows[account]
        self.rows[account] = replace(row, password_hash=password_hash, changed_at=at or row.changed_at)

    async def failed(self, account: str, at: datetime, tries: int, rest_seconds: int) -> bool:
        if account not in self.rows:
            return False
        self.failures[account] = self.failures.get(account, 0) + 1
        if self.failures[account] < tries:
            return False
        self.failures[account] = 0
        self.rows[account] = replace(self.rows[account], locked_until=at + timedelta(seconds=rest_seconds))
        return True

    async def succeeded(self, account: str) -> None:
        self.failures[account] = 0
        self.rows[account] = replace(self.rows[account], locked_until=None)


@dataclass
class MemorySessions:
    accounts: MemoryAccounts
    rows: dict[str, Session] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)

    async def open(
        self, ident: str, secret_sha256: str, account: str, at: datetime, expires_at: datetime,
        *, address: str, browser: str,
    ) -> None:  # fmt: skip
        self.rows[ident] = Session(ident, account, "", "", at, at, expires_at, address, browser, "", False)
        self.secrets[secret_sha256] = ident

    async def find(self, secret_sha256: str, now: datetime) -> Session | None:
        return await self.get(self.secrets.get(secret_sha256, ""), now)

    async def get(self, ident: str, now: datetime) -> Session | None:
        return next((row for row in await self.live(now) if row.id == ident), None)

    async def live(self, now: datetime, account: str = "") -> Sequence[Session]:
        return [
            replace(row, name=self.accounts.rows[row.account].name, role=self.accounts.rows[row.account].role)
            for row in reversed(self.rows.values())
            if row.id not in self.ended
            and row.expires_at > now
            and not self.accounts.rows[row.account].locked
            and account in ("", row.account)
        ]

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
