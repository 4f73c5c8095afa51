"""The room as one part: the links to Asterisk with the live board, and the watch over its lines. Called by ``hotline/app.py``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from config.language import say as _
from config.settings import Settings

from . import events as ev
from .asterisk_connection import Switchboard
from .call import Call
from .ids import CallId
from .line_watch import LineWatch
from .numbering_plan import Plan


class Telephone:
    """``start``, then ``stop``. ``line_watch`` is a part of its own: it ends before calls are given their time of grace."""

    def __init__(self, switchboard: Switchboard, line_watch: LineWatch) -> None:
        self.switchboard, self.line_watch = switchboard, line_watch

    def start(self) -> None:
        """Begun when it returns; ``switchboard.live`` says when the board is true."""
        self.switchboard.start()

    def away(self) -> Sequence[str]:
        """What is not there now."""
        return [] if self.switchboard.live else [_("board: there is no link to Asterisk yet")]

    async def live(self, seconds: float) -> None:
        """Until the board is true, or so many seconds are over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.switchboard.live:  # noqa: ASYNC110 - the board is told, nobody else
                    await asyncio.sleep(0.02)

    async def stop(self) -> None:
        await self.switchboard.stop()


def build(
    settings: Settings, secrets: Mapping[str, str], plan: Plan, publish: Callable[[ev.Event], None],
    known: Callable[[CallId], Call | None],
) -> Telephone:  # fmt: skip
    """``publish`` and ``known``: as ``Switchboard`` wants them."""
    switchboard = Switchboard(
        plan, publish, host=settings.asterisk.ami_host, port=settings.ports.ami,
        events_secret=secrets["ami-events"], actions_secret=secrets["ami-actions"], known=known,
    )  # fmt: skip
    return Telephone(switchboard, LineWatch.of(settings, secrets["sip-probe"], publish))
