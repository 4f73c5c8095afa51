"""What a caller has gone through before somebody answers him: what he heard and pressed, with its moment, as far as it is written. Reads only.

Asked by the console at the screen pop: who has waited twenty minutes, was told two, and asked how far his case is, is greeted otherwise than
one who comes straight. Each part is a few rows found by their call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from cti.ids import CallId

from . import tables as t

NOTICE, QUEUE, TOLD, OFFERED, KEPT, UP = "notice", "queue", "told", "offered", "kept", "up"
"""Heard the notice; came to a queue; was told his place; was offered a call-back; pressed the key that keeps his place; it came up.
What he did by keys alone goes by its service: ``progress``, ``mass_event``."""
KEY, KEYS = "key", tuple("0123456789*#")
"""Pressed this key at a menu; its other ways are none of the caller's doing."""


@dataclass(frozen=True, slots=True)
class Passed:
    at: datetime
    what: str
    queue: str = ""
    place: int = 0
    """1: the next; 0: none was told."""
    minutes: int | None = None
    """Told him to be waited; None: no time was told."""
    result: str = ""
    """Of what he did by keys: told, wrong, refused, silent, unanswered; offered, joined; the key itself."""


def of_call(db: sa.Connection, call: CallId) -> list[Passed]:
    """In the order in which it happened; nothing of a call that the ledger does not have (yet)."""
    c, v, p, o, s = t.calls.c, t.queue_visits.c, t.wait_promises.c, t.callback_offers.c, t.self_services.c
    heard = db.execute(sa.select(c.notice_at).where(c.call_id == call, c.notice_at.is_not(None)))
    found = [Passed(at, NOTICE) for (at,) in heard]
    keys = db.execute(sa.select(s.at, s.service, s.result).where(s.call_id == call))
    found += [Passed(at, service, result=result) for at, service, result in keys]
    j = t.journey_steps.c
    pressed = db.execute(sa.select(j.at, j.way).where(j.call_id == call, j.way.in_(KEYS)))
    found += [Passed(at, KEY, result=way) for at, way in pressed]
    visits = db.execute(sa.select(v.entered_at, v.queue).where(v.call_id == call))
    found += [Passed(at, QUEUE, queue) for at, queue in visits]
    promises = db.execute(sa.select(p.at, p.queue, p.place, p.minutes).where(p.call_id == call))
    found += [Passed(at, TOLD, queue, place, minutes) for at, queue, place, minutes in promises]
    offer = db.execute(sa.select(o.queue, o.place, o.offered_at, o.asked_at, o.up_at).where(o.call_id == call))
    for queue, place, *moments in offer:
        found += [Passed(at, what, queue, place) for at, what in zip(moments, (OFFERED, KEPT, UP), strict=True) if at]
    return sorted(found, key=lambda one: one.at)
