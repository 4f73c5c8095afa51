"""The driver of the case store, the courier to it and the hearing from it, as one part. Called by ``hotline/app.py``."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from config.secrets import CASESTORE_CALLBACK
from config.settings import Settings

from .case_callbacks import CaseCallbacks
from .case_store_choice import Chosen, chosen, signing_keys
from .case_updates import Hearing
from .courier import Courier
from .delivery_retry import RetryRule
from .events import CallDisposed, TicketFiled
from .ports import CaseBook, Outbox

FILED = (TicketFiled, CallDisposed)
"""What a call was about is written down."""


class Delivery:
    """``await start()``, then ``await stop()``. A case store that does not answer only grows a backlog."""

    def __init__(
        self, store: Chosen, courier: Courier, hearing: Hearing, callbacks: CaseCallbacks | None
    ) -> None:  # fmt: skip
        """``callbacks``: None where the case store calls nothing back."""
        self._store, self.courier, self.hearing, self.callbacks = store, courier, hearing, callbacks

    async def start(self) -> None:
        self.courier.start()
        self.hearing.start()

    async def stop(self) -> None:
        await self.hearing.stop()
        await self.courier.stop()
        await self._store.driver.close()


def build(
    settings: Settings, secrets: Mapping[str, str], outbox: Outbox, cases: CaseBook, publish: Callable[[object], None]
) -> Delivery:
    """``secrets``: among them what the chosen case store knows the daemon by. Raises ``config.files.FileRefused``."""
    store = chosen(settings, secrets)
    way = settings.outbox
    rule = RetryRule(way.retry_first_seconds, way.retry_most_seconds, way.poison_after)
    courier = Courier(
        outbox, store.driver, rule, publish, random.random, deadline=store.seconds, per_second=way.per_second
    )
    hearing = Hearing(
        store.name, store.driver, cases, rule, publish, random.random, deadline=store.seconds, back=courier.store_heard
    )
    callbacks = None
    if settings.casestore.driver == "webhook":
        callbacks = CaseCallbacks(signing_keys(secrets, CASESTORE_CALLBACK), hearing.take)
    return Delivery(store, courier, hearing, callbacks)
