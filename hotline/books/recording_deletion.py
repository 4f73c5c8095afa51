"""Recordings whose time is over are lost, key first: driven by ``nightly_retention.py``, by night and by hand.

The ledger gives a recording up (``ledger/recording_terms.py``: with its terms, and every hold, in that transaction), then its key
is shredded and its files go, from whatever storage there is, and its row gets the certificate. Killed in between, or with the storage away, what was
given up and has no certificate is finished by the next run. One audit row a page has the number and the hash of its certificates.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from config.language import say as _
from ledger.audit_log import AuditLog
from ledger.recording_terms import BATCH, Counted, Place, RecordingTerms, Unproved
from recordings import layout
from recordings.errors import RecordingError
from recordings.ids import RecordingId
from recordings.shelf import Shelf
from recordings.vault import Keys

ACTION = "recordings_deleted"
REST_SECONDS = 0.2


class NotDeleted(RuntimeError):
    """Of a run that could not do all; the message says why, for a person."""


class RecordingDeletion:
    def __init__(
        self, terms: RecordingTerms, shelf: Shelf, keys: Keys, audit: AuditLog,
        rest: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._terms, self._shelf, self._keys, self._audit, self._rest = terms, shelf, keys, audit, rest

    async def count(self, now: datetime) -> Counted:
        """What a run would delete; nothing is changed."""
        return await self._terms.count(now)

    async def run(self, now: datetime, actor: str) -> Counted:
        """Decide, give up, delete, prove; how many are gone, and how many a hold keeps.

        Raises ``NotDeleted``; the ledger knows what was given up, and the next run finishes it.
        """
        gone = await self._finish(actor)  # of a run that was cut off
        while await self._terms.decide(now) == BATCH:
            await self._rest(REST_SECONDS)
        after: Place | None = None
        while (after := await self._terms.decide_open(now, after)) is not None:
            await self._rest(REST_SECONDS)
        held, after, at = 0, None, now
        if await self._terms.any_over(now) and not await asyncio.to_thread(self._mounted):
            raise NotDeleted(_("no recording is destroyed: nothing lies on the shelf. Cure: is its disk there?"))
        while True:
            page = await self._terms.give_up(now, actor, after, at=at)
            held += page.held
            gone += await self._finish(actor)
            if page.next is None:
                return Counted(gone, held)
            after, at = page.next, at + timedelta(microseconds=1)
            await self._rest(REST_SECONDS)

    def _mounted(self) -> bool:
        """An empty folder where a disk should be says of everything that it is gone already."""
        return next(self._shelf.storage.list(), None) is not None

    async def _finish(self, actor: str) -> int:
        """Whatever was given up; how many are gone now."""
        many = 0
        while some := await self._terms.unproved():
            certificates, faults = await asyncio.to_thread(self._delete, some)
            await self._terms.proved(certificates)
            many += len(certificates)
            for at in sorted({one.dropped_at for one in some if one.kept.id in certificates}):
                await self._note(at, actor)
            if faults:
                ident, fault = next(iter(faults.items()))
                raise NotDeleted(
                    _("{count} recordings were given up and cannot be deleted now ({ident}: {fault}): the next run does it",
                      count=len(faults), ident=ident, fault=fault)
                )  # fmt: skip
        return many

    async def _note(self, at: datetime, actor: str) -> None:
        """The chain holds what the rows say: a certificate that is changed later fits no hash any more."""
        texts = await self._terms.certificates(at)
        whole = hashlib.sha256("\n".join(texts).encode()).hexdigest()
        detail = {"recordings": str(len(texts)), "dropped_at": at.isoformat(), "certificates_sha256": whole}
        await self._audit.append(at, actor, ACTION, detail=detail)

    def _delete(self, some: Sequence[Unproved]) -> tuple[dict[RecordingId, str], dict[str, str]]:
        """Certificates of those that are gone, and why others are not. In a thread."""
        done: dict[RecordingId, str] = {}
        faults: dict[str, str] = {}
        for one in some:
            try:
                done[one.kept.id] = self._lose(one)
            except (RecordingError, OSError) as fault:
                faults[str(one.kept.id)] = str(fault)
        return done, faults

    def _lose(self, one: Unproved) -> str:
        """The key first: from that moment on nobody can hear it, wherever a copy of its file lies."""
        kept, storage = one.kept, self._shelf.storage
        key = self._keys.shred(kept.path) if kept.sealed else None
        names = [layout.facts_of(kept.path), kept.path, layout.peaks_of(kept.path), *self._shelf.rivals(kept.path)]
        files = [name for name in names if storage.delete(name)]
        told = {
            "recording": str(kept.id), "at": one.dropped_at.isoformat(), "by": one.by, "rule": one.why,
            "key": "none" if key is None else "destroyed" if key else "gone before", "files": files,
            "plain_sha256": kept.plain_sha256, "stored_sha256": kept.stored_sha256, "stored_bytes": kept.stored_bytes,
        }  # fmt: skip
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
