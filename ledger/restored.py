"""What must not live on when an older ledger is put back: it would be taken for the present. Used by ``hotline restore``."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bridge.delivery_state import DeliveryState

from . import tables as t
from .store import Store

_L, _S, _X = t.seat_log.c, t.sessions.c, t.outbox.c
_P, _C = t.programs.c, t.account_changes.c


async def settle(store: Store, backup_at: datetime, now: datetime) -> None:
    """One transaction.

    * Who sat where then does not sit there now: seats begin empty, and their time ends with the backup.
    * A session may have been revoked since: nobody is signed in.
    * A program's token may have been revoked since, a change of an account declined: none is good, none waits.
    * A waiting message may have been delivered since: the case store is asked for each before it is sent.
    * What became of cases since is heard again, from the beginning.
    """
    async with store.writing() as db:
        await db.execute(sa.update(t.seat_log).where(_L.until.is_(None), _L.since <= backup_at).values(until=backup_at))
        await db.execute(sa.update(t.seat_log).where(_L.until.is_(None)).values(until=_L.since))
        await db.execute(sa.delete(t.seat_memory))
        ended = {"ended_at": now, "ended_why": "revoked"}
        await db.execute(sa.update(t.sessions).where(_S.ended_at.is_(None)).values(ended))
        revoked = {"revoked_at": now, "revoked_by": "restore"}
        await db.execute(sa.update(t.programs).where(_P.revoked_at.is_(None)).values(revoked))
        settled = {"settled_at": now, "settled_how": "expired", "password_hash": ""}
        await db.execute(sa.update(t.account_changes).where(_C.settled_at.is_(None)).values(settled))
        await db.execute(
            sa.update(t.outbox).where(t.undelivered, _X.state == str(DeliveryState.WAITING)).values(ever_sent=True)
        )
        await db.execute(sa.delete(t.case_marks))
