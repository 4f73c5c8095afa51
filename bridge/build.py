"""The driver of the case store, the courier to it and the hearing from it, as one part. Called by ``hotline/app.py``."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from config.secrets import CASESTORE
from config.settings import Settings

from .case_updates import Hearing
from .courier import Courier
from .delivery_retry import RetryRule
from .drivers.native import Native
from .events import CallDisposed, TicketFiled
from .ports import CaseBook, Outbox

STORE = "native"
"""Under which the mark of what was heard is kept."""

FILED = (TicketFiled, CallDisposed)
"""What a call was about is written down."""


class Delivery:
    """``await start()``, then ``await stop()``. A case store that does not answer only grows a backlog."""

    def __init__(self, driver: Native, courier: Courier, hearing: Hearing) -> None:
        self._driver, self.courier, self.hearing = driver, courier, hearing

    async def start(self) -> None:
        self.courier.start()
        self.hearing.start()

    async def stop(self) -> None:
        await self.hearing.stop()
        await self.courier.stop()
        await self._driver.close()


def build(
    settings: Settings, secrets: Mapping[str, str], outbox: Outbox, cases: CaseBook, publish: Callable[[object], None]
) -> Delivery:
    """``secrets``: among them what the case store that comes with us knows the daemon by."""
    driver = Native(f"http://127.0.0.1:{settings.ports.casestore}", secrets[CASESTORE])
    way = settings.outbox
    rule = RetryRule(way.retry_first_seconds, way.retry_most_seconds, way.poison_after)
    courier = Courier(outbox, driver, rule, publish, random.random)
    return Delivery(driver, courier, Hearing(STORE, driver, cases, rule, publish, random.random))
