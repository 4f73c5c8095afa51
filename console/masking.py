"""Citizens' numbers as people without the right ``numbers`` see them. Pure.

The middle goes, the ends stay, so that two calls of one number still look alike to whoever
must compare them: ``138****0001``. Used by every route and by the stream, on shapes that
are about to leave; nothing masked is ever stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel

from .access import Right
from .contract.rest import CallOut, TicketOut
from .door import Who
from .ports import CallRow

M = TypeVar("M", bound=BaseModel)

SHORT = 6
"""Numbers up to so many digits are services (12345, 110) and internal extensions: nobody's secret."""
_NUMBERED = ("caller", "caller_name", "origin")
"""Of a call: whose number it is. ``caller_name`` is what the network calls them: often the number again."""


def number(plain: str) -> str:
    """``13800000001`` → ``138****0001``; the sign and the service codes stay."""
    if len(plain) <= SHORT:
        return plain
    head, tail = (3, 4) if len(plain) >= 9 else (2, 2)
    return f"{plain[:head]}{'*' * max(len(plain) - head - tail, 2)}{plain[-tail:]}"


def sees_number(who: Who, row: CallRow) -> bool:
    """Everywhere with the right; else of the own call until it is settled: it lives, or wants its outcome."""
    return who.may(Right.NUMBERS) or (who.owns(row) and _unsettled(row))


def _unsettled(row: CallRow) -> bool:
    """Only a citizen's call is given an outcome."""
    return row.ended_at is None or (row.direction == "inbound" and not row.outcome)


def masked(shown: M) -> M:
    """A call's shape with its citizen's number masked (``dialled`` too when we dialled it)."""
    fields = [name for name in _NUMBERED if name in type(shown).model_fields]
    if getattr(shown, "direction", "") == "outbound":
        fields.append("dialled")
    return shown.model_copy(update={name: number(getattr(shown, name)) for name in fields})


def shown(who: Who, row: CallRow, shape: M) -> M:
    """``shape`` made of ``row``, as this person may see it."""
    return shape if sees_number(who, row) else masked(shape)


def visible(who: Who, rows: Iterable[CallRow]) -> list[CallOut]:
    """Of these calls those this person may see at all, as they may see them."""
    seen = [row for row in rows if who.may(Right.CALLS_ALL) or who.owns(row)]
    return [shown(who, row, CallOut.model_validate(row)) for row in seen]


def ticket(who: Who, shape: TicketOut) -> TicketOut:
    return shape if who.may(Right.NUMBERS) else masked_ticket(shape)


def masked_ticket(shape: TicketOut) -> TicketOut:
    """What was filed, without the numbers in it: the caller's and those the citizen left."""
    body: dict[str, Any] = dict(shape.ticket)
    if isinstance(person := body.get("person"), dict):
        body["person"] = {**person, "phones": [number(one) for one in person.get("phones") or ()]}
    if isinstance(facts := body.get("facts"), dict):
        # who called, and who was called: of an outbound call the latter is the citizen
        body["facts"] = {**facts, **{word: number(str(facts.get(word) or "")) for word in ("ani", "dnis")}}
    return shape.model_copy(update={"ticket": body})
