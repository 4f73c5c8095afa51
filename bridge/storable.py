"""What another program says, as any ledger can keep it: PostgreSQL takes no NUL, no database half a surrogate pair. Pure.

One such sign in a word would make the row fail each time it is heard, and everything behind it wait for ever.
"""

from __future__ import annotations

import re
from dataclasses import replace

from config.time_range import nearest

from .drivers import CaseEvent, Receipt
from .pasted_text import cleaned

_NEVER = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """Without what cannot be kept."""
    return _NEVER.sub("", text)


def is_storable(text: str) -> bool:
    return _NEVER.search(text) is None


def storable_event(event: CaseEvent) -> CaseEvent:
    """A moment that nobody can show becomes the nearest that can: what became of the case is told all the same. Words are
    shown to people, by pages and in a terminal: what turns text round or steers a terminal goes."""
    return replace(
        event, key=storable(event.key), case_number=storable(event.case_number), at=nearest(event.at),
        word=cleaned(event.word, lines=False), unit=cleaned(event.unit, lines=False), note=cleaned(event.note, lines=True),
        query_code=storable(event.query_code),
    )  # fmt: skip


def is_storable_receipt(receipt: Receipt) -> bool:
    return is_storable(receipt.case_number) and is_storable(receipt.query_code)
