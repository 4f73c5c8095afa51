"""The mark of a citizen's call that is over and has no outcome yet: by it those few are found among all calls of the ledger.

A call marked may have its outcome by now (both were written at the same moment); one that is not marked has it. Whoever looks for
them asks for the outcome, too. Inside transactions of the scribe (``mark``) and of whoever writes an outcome (``settled``).
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from cti.events import Direction

from . import tables as t
from .chunks import chunks

_C, _O = t.calls.c, t.outcomes.c


def mark(db: sa.Connection, closed: Collection[str]) -> None:
    """These calls have just been closed, and the ledger has written the outcomes that it concludes by itself."""
    without = ~sa.exists().where(_O.call_id == _C.call_id)
    for ids in chunks(closed):
        ours = (_C.call_id.in_(ids), _C.direction == Direction.INBOUND.value, _C.state == "closed")
        db.execute(sa.update(t.calls).where(*ours, without).values(pending=True))


def settled(call: str) -> sa.Update:
    """It has its outcome now."""
    return sa.update(t.calls).where(_C.call_id == call, _C.pending.is_(True)).values(pending=False)
