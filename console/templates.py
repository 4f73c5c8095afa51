"""Templates as they are offered: the centre's own over the samples, read from the ledger once and again after each change.

Asked with every key an agent types: no query each time. A second daemon's change is seen after ``FRESH_SECONDS``.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bridge.templates import Template, samples, standing

FRESH_SECONDS = 60.0


class TemplateBook(Protocol):
    """``ledger.templates.TemplateBook``."""

    async def all(self) -> Sequence[Template]: ...
    async def put(self, said: Template, at: datetime, by: str) -> Template: ...


class Templates:
    def __init__(self, book: TemplateBook) -> None:
        self._book = book
        self._own: Sequence[Template] = ()
        self._read_at = -FRESH_SECONDS

    async def offered(self) -> list[Template]:
        return standing(await self._rows())

    async def every(self) -> list[Template]:
        """Retired ones too, for who keeps them."""
        own = await self._rows()
        known = {one.id for one in own}
        return [*own, *(one for one in samples() if one.id not in known)]

    async def put(self, said: Template, at: datetime, by: str) -> Template:
        kept = await self._book.put(said, at, by)
        self._read_at = -FRESH_SECONDS
        return kept

    async def _rows(self) -> Sequence[Template]:
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            self._own = await self._book.all()
            self._read_at = time.monotonic()
        return self._own
