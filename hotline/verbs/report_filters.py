"""Names that filter a report: one that neither the settings nor the ledger know is refused, with those there are.

A line or seat that was taken out of the settings has its calls still, and may be asked for.
"""

from __future__ import annotations

import sys

from config.language import say as _
from config.settings import Settings
from ledger.call_list import Filter
from ledger.history import History
from ledger.store import Store


async def known(store: Store, settings: Settings, line: str = "", seat: str = "") -> bool:
    """False: it was said which is unknown. '' is no filter."""
    lines, seats = [one.id for one in settings.line], [one.id for one in settings.seat]
    found = True
    if line and line not in lines and not await History(store).past(Filter(line=line, most=1)):
        print(_("there is no line {name}; possible: {known}", name=line, known=", ".join(lines)), file=sys.stderr)
        found = False
    if seat and seat not in seats and not await History(store).past(Filter(seat=seat, most=1)):
        print(_("there is no seat {name}; possible: {known}", name=seat, known=", ".join(seats)), file=sys.stderr)
        found = False
    return found
