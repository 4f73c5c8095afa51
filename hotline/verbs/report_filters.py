"""Names that filter a report: one that neither the settings nor the ledger know is refused, with those there are.

A line, queue or seat that was taken out of the settings has its calls still, and may be asked for.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from config.language import say as _
from config.settings import Settings
from ledger.call_list import Filter
from ledger.history import History
from ledger.kpi import Period, members
from ledger.store import Store

EVER = datetime(2000, 1, 1, tzinfo=UTC)


async def known(store: Store, settings: Settings, line: str = "", seat: str = "", queue: str = "") -> bool:
    """False: it was said which is unknown. '' is no filter."""
    lines, seats = [one.id for one in settings.line], [one.id for one in settings.seat]
    queues = [one.id for one in settings.queue]
    found = True
    if line and line not in lines and not await History(store).past(Filter(line=line, most=1)):
        print(_("there is no line {name}; possible: {known}", name=line, known=", ".join(lines)), file=sys.stderr)
        found = False
    if seat and seat not in seats and not await History(store).past(Filter(seat=seat, most=1)):
        print(_("there is no seat {name}; possible: {known}", name=seat, known=", ".join(seats)), file=sys.stderr)
        found = False
    if (
        queue
        and queue not in queues
        and not await members(store, Period(EVER, datetime.now(UTC), queue), "offered", most=1)
    ):
        print(_("there is no queue {name}; possible: {known}", name=queue, known=", ".join(queues)), file=sys.stderr)
        found = False
    return found
