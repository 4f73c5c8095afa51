"""Keys of browser phones: one a log-in, known to Asterisk and to one page. Plugged into the door by ``hotline/app.py``.

A key is valid from the moment it is issued and dies when the next is, or when its seat or session
ends (``revocation.py``); it is kept nowhere but in Asterisk, where it survives a restart. Nothing here
knows who may ask: the door does.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import structlog

from config.language import say as _
from config.render.pjsip import REGISTER_SECONDS
from config.sections.seats import Device
from config.settings import Settings
from console.error_answers import Failed, not_found
from cti.commands import DROPPED_AT_ONCE, Command, DropPhoneKeys, Outcome, Result, SetPhoneKey
from cti.ids import SeatId

log = structlog.get_logger("phones")

DOMAIN = "hotline"


@dataclass(frozen=True, slots=True)
class Key:
    """``console.ports.PhoneKey``."""

    user: str
    password: str = field(repr=False)
    uri: str
    register_seconds: int = REGISTER_SECONDS


class PhoneKeys:
    """``console.ports.Phones``. :param perform: the switchboard's."""

    def __init__(self, settings: Settings, perform: Callable[[Command], Awaitable[Outcome]]) -> None:
        self._known = frozenset(seat.id for seat in settings.seat)
        self._perform = perform
        self.seats = frozenset(SeatId(seat.id) for seat in settings.seat if seat.has(Device.BROWSER))
        self._numbers = itertools.count(1)
        self._issued: dict[SeatId, tuple[int, str]] = {}
        """The newest key of each seat by its number, and the session it is for; of an earlier daemon's nothing is known."""
        self._locks: defaultdict[SeatId, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def issue(self, seat: SeatId, session: str) -> Key:
        """A new key for this seat; raises ``Failed`` when there is no such phone or the telephone does not take it."""
        if seat not in self._known:
            raise not_found("seat", seat)
        if seat not in self.seats:
            raise Failed(409, _("seat {seat} has a desk phone", seat=seat))
        key = secrets.token_hex(16)
        async with self._locks[seat]:
            self._issued[seat] = (
                next(self._numbers),
                session,
            )  # before it is valid: who ends it meanwhile means this one
            done = await self._perform(SetPhoneKey(seat, key))
        if done.result is not Result.DONE:
            log.warning("no new key", seat=seat, reason=done.reason)
            raise Failed(503, _("the telephone takes no new key now; try again in a moment"))
        return Key(seat, key, f"sip:{seat}@{DOMAIN}")

    def issued(self, seat: SeatId) -> int:
        """Number of this seat's newest key; 0: none of this daemon's."""
        return self._issued.get(seat, (0, ""))[0]

    def holder(self, seat: SeatId) -> str:
        """The session it is for; '': not known."""
        return self._issued.get(seat, (0, ""))[1]

    async def revoke(self, seat: SeatId, number: int) -> bool:
        """Put a key there that nobody knows, unless a newer one than ``number`` was issued; False: try again."""
        if seat not in self.seats:
            return True
        async with self._locks[seat]:
            if self.issued(seat) != number:
                return True
            done = await self._perform(SetPhoneKey(seat, secrets.token_hex(16)))
        if done.result is not Result.DONE:
            log.warning("the old key stays", seat=seat, reason=done.reason)
        return done.result is Result.DONE

    async def drop(self, wanted: Mapping[SeatId, int]) -> bool:
        """Revoke the keys of many seats at once, as ``revoke`` does each; False: try again."""
        left = sorted(self.seats & wanted.keys())
        for first in range(0, len(left), DROPPED_AT_ONCE):
            async with AsyncExitStack() as locks:
                some = left[first : first + DROPPED_AT_ONCE]
                for seat in some:
                    await locks.enter_async_context(self._locks[seat])
                some = [seat for seat in some if self.issued(seat) == wanted[seat]]
                if not some:
                    continue
                done = await self._perform(DropPhoneKeys(tuple(some), secrets.token_hex(16)))
            if done.result is not Result.DONE:
                log.warning("old keys stay", seats=some, reason=done.reason)
                return False
        return True
