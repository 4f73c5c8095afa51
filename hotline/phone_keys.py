"""Keys of browser phones: one a log-in, known to Asterisk and to one page. Plugged into the door by ``hotline/app.py``.

A key is valid from the moment it is issued and dies when the next is; it is kept nowhere
but in Asterisk, where it survives a restart. Nothing here knows who may ask: the door does.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from config.language import say as _
from config.render.pjsip import REGISTER_SECONDS
from config.settings import Device, Settings
from console.answers import Failed, not_found
from cti.commands import Command, Outcome, Result, SetPhoneKey
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
        self._devices = {seat.id: seat.device for seat in settings.seat}
        self._perform = perform

    async def issue(self, seat: SeatId) -> Key:
        """A new key for this seat; raises ``Failed`` when there is no such phone or the telephone does not take it."""
        if seat not in self._devices:
            raise not_found("seat", seat)
        if self._devices[seat] is not Device.BROWSER:
            raise Failed(409, _("seat {seat} has a desk phone", seat=seat))
        key = secrets.token_hex(16)
        done = await self._perform(SetPhoneKey(seat, key))
        if done.result is not Result.DONE:
            log.warning("no new key", seat=seat, reason=done.reason)
            raise Failed(503, _("the telephone takes no new key now; try again in a moment"))
        return Key(seat, key, f"sip:{seat}@{DOMAIN}")

    async def revoke(self, seat: SeatId) -> None:
        """Put a key there that nobody knows. A registration or call that stands goes on to its own end."""
        if self._devices.get(seat) is not Device.BROWSER:
            return
        done = await self._perform(SetPhoneKey(seat, secrets.token_hex(16)))
        if done.result is not Result.DONE:
            log.warning("the old key stays", seat=seat, reason=done.reason)
