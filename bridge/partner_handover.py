"""A call handed over to a partner (12345, 110): how it ends, the papers that go along, what the partner is told. Pure.

The work order goes first: a notification in the transaction that asks for the hand-over, and the headers of the call
(``config/render/partner_handover.py``). Whoever asked for secrecy is not named in either.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from .notifications.rules import Channel, Kind, Notification
from .ticket import Ticket

ENCODED_MOST = 600
"""Bytes of a summary in a header: some 66 Chinese characters."""
SUMMARY_MOST = 200
"""Characters of a summary, as it is kept."""


class HandoverEnd(StrEnum):
    """How a hand-over ended. All but ``ACCEPTED``: the citizen is ours again, or has gone."""

    ACCEPTED = "accepted"  # 已受理: citizen and partner talk, the agent has left
    REFUSED = "refused"  # the partner said no to the agent, who says why
    NOT_TAKEN = "not_taken"  # the partner had answered, and the agent is back with the citizen
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"  # by the partner's telephone
    WRONG_NUMBER = "wrong_number"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"  # the agent let go while it rang
    CALLER_LEFT = "caller_left"
    FAILED = "failed"  # the telephone did not begin it
    UNKNOWN = "unknown"  # the call is over, and nobody knows


@dataclass(frozen=True, slots=True)
class Asked:
    """A hand-over as it is asked for."""

    id: str
    call: str
    partner: str
    seat: str
    agent: str
    at: datetime
    number: str
    """The citizen's; '' not to be told."""
    summary: str
    ticket: Ticket | None = None
    case_number: str = ""

    @property
    def work_order(self) -> str:
        """Our number of the matter: the case's, the ticket's, else the hand-over's own."""
        return self.case_number or (self.ticket.id if self.ticket is not None else self.id)


def cleaned(text: str, most: int = SUMMARY_MOST) -> str:
    """One line without what nobody can see; what a citizen or a page wrote."""
    seen = (
        " " if unicodedata.category(one) in ("Cc", "Zl", "Zp") else one for one in unicodedata.normalize("NFC", text)
    )
    kept = "".join(one for one in seen if unicodedata.category(one) not in ("Cf", "Cs", "Co", "Cn"))
    return " ".join(kept.split())[:most].rstrip()


def encoded(text: str, most: int = ENCODED_MOST) -> str:
    """Percent-encoded UTF-8, whole characters of it, at most ``most`` bytes long: it fits into a header and breaks none."""
    found, length = [], 0
    for letter in cleaned(text):
        one = quote(letter, safe="")
        if length + len(one) > most:
            break
        found.append(one)
        length += len(one)
    return "".join(found)


def summary_of(ticket: Ticket | None) -> str:
    """What is said of a matter where the agent says nothing: title and address."""
    if ticket is None:
        return ""
    where = ticket.place.address_std or ticket.place.address_text
    return cleaned(f"{ticket.title}；{where}" if where else ticket.title)


def told_number(number: str, ticket: Ticket | None) -> str:
    """The citizen's number, as far as the partner may know it."""
    secret = ticket is not None and (ticket.anonymous or ticket.confidential)
    kept = "".join(letter for letter in number if letter in "0123456789+*#")
    return "" if secret else kept[:32]


def order(asked: Asked) -> Notification:
    """The work order, as the partner's endpoint gets it: once, whatever happens; a repeat has the same id."""
    said: dict[str, Any] = {
        "type": "handover.asked", "handover": asked.id, "work_order": asked.work_order, "at": asked.at.isoformat(),
        "number": asked.number, "summary": asked.summary, "ticket": None,
    }  # fmt: skip
    if (ticket := asked.ticket) is not None:
        place = ticket.place
        said["ticket"] = {
            "id": ticket.id, "case_number": asked.case_number, "kind": ticket.kind, "urgency": ticket.urgency,
            "title": ticket.title, "content": ticket.content, "address": place.address_std or place.address_text,
            "lng": place.lng, "lat": place.lat, "crs": place.crs,
            "name": "" if ticket.anonymous or ticket.confidential else ticket.person.name,
        }  # fmt: skip
    return _message(asked.id, asked.partner, Kind.HANDOVER, said, ticket.id if ticket is not None else "")


def withdrawal(handover: str, partner: str, ticket: str, how: str, at: datetime) -> Notification:
    """What was told before is not the partner's: the citizen is ours again."""
    said = {"type": "handover.withdrawn", "handover": handover, "why": how, "at": at.isoformat()}
    return _message(handover, partner, Kind.WITHDRAWN, said, ticket)


def message_key(handover: str, kind: Kind) -> str:
    """Of what a partner is told: once each."""
    return f"handover/{handover}/{kind}"


def _message(handover: str, partner: str, kind: Kind, said: dict[str, Any], ticket: str) -> Notification:
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return Notification(message_key(handover, kind), Channel.HANDOVER, partner, ticket, kind, body)
