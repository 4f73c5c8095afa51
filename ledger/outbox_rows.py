"""A message put into the outbox inside whoever's transaction: one place in its stream, once a key. Used by ``outbox.py`` and ``replies.py``."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bridge import ticket_json
from bridge.case_store_messages import KINDS, Message, MessageId, MessageKind, key_of, lacking
from bridge.delivery_state import DeliveryState
from bridge.ticket import ticket_id

from . import tables as t

_O, _T = t.outbox.c, t.tickets.c


class NotInOrder(ValueError):
    """A message that its stream has no place for: one that begins it is not the first, or another one is."""


def add(db: sa.Connection, message: Message, due_at: datetime) -> bool:
    """Due at once. False: the key is there already, and nothing was written. Raises ``NotInOrder``, and ValueError when its
    payload lacks something."""
    if missing := lacking(message.kind, message.payload):
        raise ValueError(f"a message of kind {message.kind} must say {', '.join(missing)}")
    # one writer of a matter at a time: each message gets a place of its own (SQLite has one writer anyway)
    db.execute(sa.select(_T.ticket_id).where(_T.ticket_id == message.ticket.id).with_for_update())
    if db.scalar(sa.select(_O.message_id).where(_O.key == message.key)) is not None:
        return False
    last = db.scalar(sa.select(sa.func.max(_O.turn)).where(_O.stream == message.stream))
    if KINDS[message.kind].opens is not (last is None):
        raise NotInOrder(f"{message.kind} is message {(last or 0) + 1} of {message.stream}")
    values = {
        "message_id": message.id, "stream": message.stream, "turn": (last or 0) + 1, "kind": str(message.kind),
        "key": message.key, "ticket_id": message.ticket.id, "made_at": due_at, "state": str(DeliveryState.WAITING),
        "next_try": due_at,
        "payload": json.dumps(dict(message.payload), ensure_ascii=False, separators=(",", ":")),
    }  # fmt: skip
    db.execute(sa.insert(t.outbox).values(values))
    return True


def say(db: sa.Connection, ticket: str, kind: MessageKind, name: str, payload: Mapping[str, Any], at: datetime) -> bool:
    """A further message of the matter that this ticket filed; ``name``: the same again is the same message."""
    filed = ticket_json.load(db.execute(sa.select(_T.body).where(_T.ticket_id == ticket)).scalar_one())
    ident = MessageId(ticket_id(at, secrets.token_bytes(10)))
    return add(db, Message(ident, filed.key, kind, key_of(filed.key, kind, name), filed, payload), at)
