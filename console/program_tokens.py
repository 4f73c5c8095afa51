"""Programs with a name and a token of their own: made, recognised, counted, rotated, revoked. No HTTP here.

Used by the guard at every request that brings such a token, by the routes and by the command line through them. A token
is 256 random bits behind a prefix (so that the edge can tell it from the installation's own, and a search for leaked
secrets from anything else); it is told once, and only its SHA-256 is kept. All programs are kept in memory: the daemon is
the only one that changes them, so that a token is recognised without the ledger, and a flood of wrong ones costs it nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from accounts.audit_row_limit import Pace
from ledger.program_tokens import Program

from .access import SCOPES, Right, Scope
from .authorization import Who, who_of_program
from .ports import Audit, ProgramBook

log = structlog.get_logger("console")

PREFIX = "hlp_"
"""``config.render.edge`` knows it too: what begins so is let through, all else that is said as Authorization is not."""
WRITTEN_EVERY = timedelta(minutes=1)
"""Uses and refusals are written no oftener than that: each would be a write to the disk."""
REQUESTS_A_MINUTE = 600
"""Of one program."""
DAYS_MOST = 400
KEEP_HOURS_MOST = 7 * 24


@dataclass(frozen=True, slots=True)
class NotGood:
    """A token of ours that opens nothing any more."""

    name: str
    why: str
    """expired, revoked, rotated."""


@dataclass(slots=True)
class _Unwritten:
    used: int = 0
    used_at: datetime | None = None
    refused: int = 0
    written_at: datetime | None = None


@dataclass(slots=True)
class Counted:
    """Since the daemon's start."""

    used: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class Programs:
    def __init__(
        self, book: ProgramBook, audit: Audit, clock: Callable[[], datetime], absent: tuple[type[Exception], ...] = ()
    ) -> None:
        """``absent``: what the book raises when it is not there; a use that cannot be written then is written later."""
        self._book, self._audit, self._clock, self._absent = book, audit, clock, absent
        self._rows: dict[str, Program] | None = None
        self._changes = 0
        self._unwritten: dict[str, _Unwritten] = {}
        self._pace = Pace(REQUESTS_A_MINUTE, 1_000_000)
        self.counted = Counted()

    # -- at the door -------------------------------------------------------------------------

    async def find(self, token: str) -> Who | NotGood | None:
        """Whose token it is; None: nobody's. Raises what the book raises while it could not be read even once."""
        digest, now = _sha256(token), self._clock()
        for row in (await self._known()).values():
            if digest not in (row.token_sha256, row.former_sha256):
                continue
            if why := self._over(row, digest, now):
                return NotGood(row.name, why)
            return who_of_program(row.name, row.scopes, row.partner)
        return None

    def may_ask(self, name: str) -> bool:
        """False: it asked too often within a minute."""
        return self._pace.may(name, self._clock())

    async def used(self, name: str) -> None:
        self.counted.used[name] += 1
        one = self._unwritten.setdefault(name, _Unwritten())
        one.used, one.used_at = one.used + 1, self._clock()
        await self._write(name, one)

    async def refused(self, name: str) -> None:
        """One of its requests was: the token is over, or out of its scopes."""
        self.counted.refused[name] += 1
        one = self._unwritten.setdefault(name, _Unwritten())
        one.refused += 1
        await self._write(name, one)

    async def flush(self) -> None:
        """Write what was counted until now."""
        for name, one in list(self._unwritten.items()):
            await self._write(name, one, now=True)

    def known(self) -> Sequence[Program]:
        """Without the ledger: those read already."""
        return list((self._rows or {}).values())

    @staticmethod
    def _over(row: Program, digest: str, now: datetime) -> str:
        if row.revoked_at is not None:
            return "revoked"
        if digest != row.token_sha256 and (row.former_until is None or now >= row.former_until):
            return "rotated"
        return "expired" if now >= row.expires_at else ""

    # -- by a person ---------------------------------------------------------------------------

    async def every(self) -> Sequence[Program]:
        """With what was counted until now."""
        await self.flush()
        return list((await self._read()).values())

    async def make(
        self, by: str, name: str, scopes: Sequence[Scope], days: int, partner: str = ""
    ) -> tuple[str, Program] | None:
        """The token, shown this once; None: there is such a program already. ``partner``: as whom it files and speaks."""
        token, now = _token(), self._clock()
        words = sorted({str(scope) for scope in scopes})
        until = now + timedelta(days=days)
        if not await self._book.add(name, words, _sha256(token), now, by, until, partner):
            return None
        self._unwritten.pop(name, None)
        detail = {"program": name, "scopes": " ".join(words), "until": until.isoformat(timespec="minutes")}
        detail |= {"partner": partner} if partner else {}
        await self._audit.append(now, by, "program_made", detail=detail)
        return token, await self._again(name)

    async def rotate(
        self, by: str, name: str, days: int, keep_hours: int, partner: str | None = None
    ) -> tuple[str, Program] | None:
        """Another token; the one before is over after ``keep_hours``, 0: at once; ``partner``: None as it was. None: no such program."""
        token, now = _token(), self._clock()
        until = now + timedelta(days=days)
        keep = now + timedelta(hours=keep_hours) if keep_hours else None
        if not await self._book.rotate(name, _sha256(token), until, keep, partner):
            return None
        detail = {"program": name, "until": until.isoformat(timespec="minutes"), "former_hours": str(keep_hours)}
        detail |= {"partner": partner} if partner is not None else {}
        await self._audit.append(now, by, "program_rotated", detail=detail)
        return token, await self._again(name)

    async def revoke(self, by: str, name: str) -> bool:
        """False: there is no such program, or it was revoked before."""
        now = self._clock()
        done = await self._book.revoke(name, now, by)
        self._changed()
        if done:
            await self._audit.append(now, by, "program_revoked", detail={"program": name})
        return done

    async def scopes_of(self, name: str) -> frozenset[str]:
        row = (await self._known()).get(name)
        return frozenset(row.scopes) if row is not None else frozenset()

    # -- keeping -------------------------------------------------------------------------------

    async def _known(self) -> dict[str, Program]:
        return self._rows if self._rows is not None else await self._read()

    async def _read(self) -> dict[str, Program]:
        """What was known stays until the ledger has answered; an answer that a change has overtaken is not kept."""
        changes = self._changes
        rows = {row.name: row for row in await self._book.every()}
        if changes == self._changes:
            self._rows = rows
        return rows

    async def _again(self, name: str) -> Program:
        self._changed()
        return (await self._read())[name]

    def _changed(self) -> None:
        self._changes, self._rows = self._changes + 1, None

    async def _write(self, name: str, one: _Unwritten, *, now: bool = False) -> None:
        at = self._clock()
        if not now and one.written_at is not None and at - one.written_at < WRITTEN_EVERY:
            return
        used, refused = one.used, one.refused
        if not used and not refused:
            return
        one.used, one.refused, one.written_at = 0, 0, at
        try:
            await self._book.counted(name, used, one.used_at, refused)
        except self._absent as gone:
            one.used, one.refused = one.used + used, one.refused + refused
            log.warning("a program's use was not written", program=name, fault=str(gone))


def beyond(scopes: Sequence[Scope], rights: frozenset[Right]) -> list[Scope]:
    """Those that would give a program more than whoever gives them has."""
    return [scope for scope in scopes if not SCOPES[scope] <= rights]


def _token() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
