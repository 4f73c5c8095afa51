"""What travels to a case store: messages, in order within a stream, streams beside one another. Frozen values.

A stream is one citizen's matter: everything said about it, from the ticket that files it on. Its name is the key of
that ticket (``CALL/1``), so that a ledger put back from a backup names the same matter alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NewType

from .ticket import Ticket

MessageId = NewType("MessageId", str)
"""Of the same form as ``TicketId``; the message that files a ticket has the ticket's id."""


class MessageKind(StrEnum):
    FILE = "file"  # 立案
    SUPPLEMENT = "supplement"  # 补充
    URGE = "urge"  # 催办
    PLUS_ONE = "plus_one"  # 并案附议: another citizen, the same matter
    REPLY = "reply"  # 回复: what the citizen answered to the result
    RETURN = "return"  # 退回: back to the store, with what it asked for
    WITHDRAW = "withdraw"  # 撤回: the citizen wants it no more
    REOPEN = "reopen"  # 重办: opened again, to supervision
    MERGE = "merge"  # 并单: goes on within another case
    UNMERGE = "unmerge"  # 撤销并单


@dataclass(frozen=True, slots=True)
class KindRule:
    opens: bool
    """True: it begins its stream, with nothing before it; False: a stream that was begun is needed."""
    needs: tuple[str, ...] = ()
    """What its payload must say."""


KINDS: dict[MessageKind, KindRule] = {
    MessageKind.FILE: KindRule(opens=True),
    MessageKind.SUPPLEMENT: KindRule(opens=False, needs=("text",)),
    MessageKind.URGE: KindRule(opens=False),
    MessageKind.PLUS_ONE: KindRule(opens=False, needs=("text",)),
    MessageKind.REPLY: KindRule(opens=False, needs=("answer",)),
    MessageKind.RETURN: KindRule(opens=False, needs=("reason",)),
    MessageKind.WITHDRAW: KindRule(opens=False, needs=("reason",)),
    MessageKind.REOPEN: KindRule(opens=False, needs=("reason",)),
    MessageKind.MERGE: KindRule(opens=False, needs=("into",)),
    MessageKind.UNMERGE: KindRule(opens=False),
}


FREE_WORDS = frozenset({"text", "reason"})
"""What of a payload a person wrote: who the citizen is may stand in it."""


@dataclass(frozen=True, slots=True)
class Message:
    id: MessageId
    stream: str
    kind: MessageKind
    key: str
    """Idempotency key: a store does what it asks for once per key. At most 200 letters."""
    ticket: Ticket
    """The ticket that filed the matter: what FILE delivers, what the others are about."""
    payload: Mapping[str, Any] = field(default_factory=dict)
    """What its kind adds: JSON types. FILE adds nothing."""


def key_of(stream: str, kind: MessageKind, name: str = "") -> str:
    """``name`` tells the second urging of a matter from the first: the call it came by, say. FILE has the stream's own."""
    return stream if kind is MessageKind.FILE else f"{stream}/{kind}/{name}" if name else f"{stream}/{kind}"


def filing(ticket: Ticket) -> Message:
    """The message that files ``ticket``."""
    return Message(MessageId(ticket.id), ticket.key, MessageKind.FILE, ticket.key, ticket)


def lacking(kind: MessageKind, payload: Mapping[str, Any]) -> tuple[str, ...]:
    """What a payload of this kind does not say and must."""
    return tuple(name for name in KINDS[kind].needs if not payload.get(name))
