"""Which notifications come of a case: the receipt and the progress by text message, the state to the partner. Pure.

Each has a key, so that it is made once whatever is heard twice. A text message goes to a mobile number alone, never to whoever asked
to stay anonymous, never to who said they want none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bridge.case_state import CaseState
from bridge.citizen_replies import numbers
from bridge.ticket import Ticket
from cti.numbers import NumberKind, home

NO_SMS = "no_sms"
"""In ``Ticket.consent``: the citizen wants no text messages."""
TITLE_MOST = 30


class Channel(StrEnum):
    SMS = "sms"
    PARTNER = "partner"
    HANDOVER = "handover"  # the same door to the same partners; not every one of them is told states


class Kind(StrEnum):
    RECEIPT = "receipt"  # 受理回执
    PROGRESS = "progress"  # 进度告知
    STATUS = "status"  # 状态回传, to a partner
    HANDOVER = "handover"  # 移交工单, before its desk is dialled
    WITHDRAWN = "withdrawn"  # 移交撤回


@dataclass(frozen=True, slots=True)
class Notification:
    key: str
    channel: Channel
    target: str
    """The number, national; the partner's system."""
    ticket: str
    """'' of none."""
    kind: Kind
    body: str
    """The text; for a partner the JSON object that is signed."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a case is now. ``sequence`` 0: its receipt."""

    ticket: Ticket
    number: str
    query_code: str
    state: CaseState
    sequence: int
    at: datetime
    unit: str = ""
    linked: Mapping[str, str] = field(default_factory=dict)
    """Partner → its number of this matter, where the ticket itself does not say it."""
    again: str = ""
    """Of what moved the case further without an event of the store: a word for it, so that its key is its own."""

    @property
    def step(self) -> str:
        return f"{self.sequence}/{self.again}" if self.again else str(self.sequence)


@dataclass(frozen=True, slots=True)
class Rules:
    """Of the settings. Nothing is configured: nothing is said."""

    sms: bool = False
    receipt: str = ""
    progress: Mapping[CaseState, str] = field(default_factory=dict)
    """State → text; of others no message."""
    link: str = ""
    partners: frozenset[str] = frozenset()
    """Systems that are told the state of what came from them: the first words of ``Ticket.external_ids``."""

    def of(self, known: Known) -> Sequence[Notification]:
        return [*self._texts(known), *self.echoes(known)]

    def again(self, known: Known, name: str) -> Notification | None:
        """The receipt once more; ``name``: the same again is the same message. None: nobody may be sent one."""
        number = recipient(known.ticket)
        if not self.sms or number is None or not self.receipt:
            return None
        key = f"sms/{known.ticket.key}/receipt/{name}"
        return Notification(key, Channel.SMS, number, known.ticket.id, Kind.RECEIPT, self._text(self.receipt, known))

    def _texts(self, known: Known) -> Sequence[Notification]:
        number = recipient(known.ticket)
        if not self.sms or number is None:
            return []
        if known.sequence == 0:
            kind, text = Kind.RECEIPT, self.receipt
        else:
            kind, text = Kind.PROGRESS, self.progress.get(known.state, "")
        if not text:
            return []
        key = f"sms/{known.ticket.key}/{kind}/{known.step}"
        return [Notification(key, Channel.SMS, number, known.ticket.id, kind, self._text(text, known))]

    def _text(self, text: str, known: Known) -> str:
        """What a citizen wrote goes in as it is, cut; nothing in it is read as a place for another value."""
        values = {
            "title": known.ticket.title[:TITLE_MOST], "number": known.number, "code": known.query_code,
            "link": self.link.replace("{number}", known.number),
        }  # fmt: skip
        return filled(text, values)

    def echoes(self, known: Known) -> Sequence[Notification]:
        found = []
        for system, theirs in {**known.linked, **dict(known.ticket.external_ids)}.items():
            if system not in self.partners:
                continue
            said: dict[str, Any] = {
                "type": "case.state", "their_number": theirs, "case_number": known.number, "state": str(known.state),
                "sequence": known.sequence, "at": known.at.isoformat(), "unit": known.unit,
                "ticket": known.ticket.id,
            }  # fmt: skip
            body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
            key = f"partner/{system}/{known.ticket.key}/{known.step}"
            found.append(Notification(key[:200], Channel.PARTNER, system, known.ticket.id, Kind.STATUS, body))
        return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """``{name}`` once each, from left to right; what a value says is never looked at."""
    found, rest = [], text
    while rest:
        before, brace, after = rest.partition("{")
        name, close, tail = after.partition("}")
        if not brace or not close or name not in values:
            found.append(before + brace)
            rest = after if brace else ""
            continue
        found += [before, values[name]]
        rest = tail
    return "".join(found)


def recipient(ticket: Ticket) -> str | None:
    """The citizen's first mobile number, national; None: no text message is sent."""
    if ticket.anonymous or ticket.answered_directly or NO_SMS in ticket.consent:
        return None
    read = home().read
    mobiles = (read(one) for one in numbers(ticket))
    return next((one.national for one in mobiles if one.kind is NumberKind.MOBILE), None)
