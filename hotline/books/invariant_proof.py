"""Proves the ledger's invariant while the daemon runs: once a minute, over what is new; what breaks it is told once.

``app.py`` starts it. The other witnesses are held against the ledger by ``witness_comparison.py`` all the time; this is the
ledger's own word (``ledger/verify.py``). How far was proved is kept in a file, so that a daemon that was away for a
night begins where it had ended. While rows wait for the ledger the mark stands still: calls of an hour ago come then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from hotline.parts import OneTask
from ledger.errors import WRONG_OR_AWAY
from ledger.invariant.rule import Breach
from recordings.durable import write_new_durable

log = structlog.get_logger("proving")

FIRST_SECONDS, EVERY_SECONDS = 10.0, 60.0
"""Soon after the start: what an earlier life left broken is said at once."""
AGAIN = timedelta(minutes=5)
"""So much is proved again: what the wire alone saw is written a minute late."""
FIRST, FURTHEST = timedelta(days=1), timedelta(days=31)
REMEMBERED = 10_000
MOST = 200
"""Breaches named of a rule; the rest stands in ``hotline verify``."""


@dataclass(frozen=True, slots=True)
class InvariantBroken:
    """Found for the first time, and told by no other alarm."""

    at: datetime
    breaches: Sequence[Breach]


class Proving:
    """
    :param prove: every breach of what is new from a moment on; raises ``LedgerUnavailable``.
    :param current: the ledger has all that Asterisk wrote.
    """

    def __init__(
        self, prove: Callable[[datetime, datetime], Awaitable[Sequence[Breach]]], current: Callable[[], bool],
        mark: Path, publish: Callable[[object], None], now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:  # fmt: skip
        self._prove, self._current, self._mark, self._publish, self._now = prove, current, mark, publish, now
        self._until: datetime | None = None
        self._told: dict[tuple[str, str], None] = {}
        self._task = OneTask("proving", self._run)

    def start(self) -> None:
        self._task.start()

    async def stop(self) -> None:
        await self._task.stop()

    async def look(self) -> None:
        """One minute's work."""
        current, now = self._current(), self._now()
        if self._until is None:
            self._until = await asyncio.to_thread(self._read, now)
        found = await self._prove(now, self._until - AGAIN)
        new = [one for one in found if not one.alarm and (one.rule, one.subject) not in self._told]
        for one in new:
            self._told[one.rule, one.subject] = None
            log.error("the invariant is broken", rule=one.rule, subject=one.subject, said=one.said)
        while len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        if new:
            self._publish(InvariantBroken(now, new))
        if current:
            self._until = now
            await asyncio.to_thread(write_new_durable, self._mark, now.isoformat().encode(), mode=0o600)

    def _read(self, now: datetime) -> datetime:
        try:
            said = datetime.fromisoformat(self._mark.read_text("ascii"))
            return min(max(said, now - FURTHEST), now)
        except FileNotFoundError:
            return now - FIRST
        except (OSError, ValueError, TypeError) as fault:
            log.warning("how far was proved is not known: a day is proved again", fault=str(fault))
            return now - FIRST

    async def _run(self) -> None:
        pause = FIRST_SECONDS
        while True:
            await asyncio.sleep(pause)
            pause = EVERY_SECONDS
            try:
                await self.look()
            except WRONG_OR_AWAY as fault:
                log.warning("the invariant cannot be proved now", fault=str(fault))
            except Exception:  # loop top: the next look begins where this one did
                log.exception("the invariant could not be proved")
