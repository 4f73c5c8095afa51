"""The programs beside the daemon as one part: found or started, left or ended, each with the time of grace it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from functools import partial

from config import secrets as secret_files
from config.file_places import Places
from config.language import say as _
from config.sections.seats import Device
from config.sections.telephone import Mode
from config.settings import Settings
from console.ports import Vital
from cti.asterisk_connection import Switchboard
from cti.commands import HangUpAll
from cti.fold import CUT

from . import asterisk_found, case_store
from . import edge as nginx
from .asterisk_watch import AsteriskWatch
from .child_program import ChildProgram
from .edge import EmbeddedEdge
from .embedded_asterisk import EmbeddedAsterisk
from .phone_proxy_control import PhoneProxyControl


class Programs:
    """Asterisk, nginx, the phone proxy and the case store. ``start``, then ``stop``, which is right at any moment of a start.

    nginx is made first and begun last (``open_edge``), the proxy is begun before Asterisk: both are ended after it, so
    that the calls of browser phones have its time of grace too. The case store is ended after the courier.
    """

    def __init__(self, settings: Settings, places: Places) -> None:
        self._settings, self._places = settings, places
        self._stack = AsyncExitStack()
        self._edge: EmbeddedEdge | None = None
        self._asterisk: EmbeddedAsterisk | None = None
        self._watch: AsteriskWatch | None = None
        self.phones: PhoneProxyControl | None = None
        self.cases: case_store.CaseStoreProgram | None = None
        self._leave = self._keep_adopted = False

    async def start(self) -> None:
        """Asterisk answers when it returns. The case store is begun and not waited for: tickets wait. Raises OSError, RuntimeError."""
        self._edge = self._make_edge()
        if (phones := self._make_phones()) is not None:
            self.phones = phones
            self._ends(phones, phones.stop)
            await phones.start()
        if (cases := case_store.program_of(self._settings, self._places)) is not None:
            self.cases = cases
            self._ends(cases, cases.stop)
            await cases.start()
        if (asterisk := self._make_asterisk(secret_files.Secrets(self._places.secrets))) is not None:
            self._asterisk = asterisk
            self._ends(asterisk, partial(asterisk.stop, 0.0))
            await asterisk.start()

    async def stop(self) -> None:
        """In reverse order; ``ending`` said which are left running."""
        await self._stack.aclose()

    async def kill(self) -> None:
        """The end took too long: at least nothing is left running."""
        for one in (self._asterisk, self.phones, self.cases, self._edge):
            if one is not None and not self._left(one.adopted):
                await one.kill()

    def ending(self, *, leave: bool, keep_adopted: bool) -> None:
        """Said before ``stop``. ``leave``: all run on, with all calls; ``keep_adopted``: those that ran before us do."""
        self._leave, self._keep_adopted = leave, keep_adopted

    def telephone_stood_since(self) -> float | None:
        """Until we started it nobody could telephone, from this moment on; None: it ran all the time, or is not ours."""
        return self._asterisk.last_alive if self._asterisk is not None else None

    def ends_telephone(self) -> bool:
        """Whether ``stop`` ends it, as ``ending`` said."""
        return self._asterisk is not None and not self._left(self._asterisk.adopted)

    async def open_edge(self) -> None:
        """Browsers get in."""
        if self._edge is not None:
            await self._edge.start()

    def watched(self, up: Callable[[], bool]) -> AsteriskWatch | None:
        """The part that looks after our Asterisk. ``up``: whether the daemon's link to it stands."""
        self._watch = AsteriskWatch(self._asterisk, up) if self._asterisk is not None else None
        return self._watch

    async def settled(self, seconds: float) -> None:
        """What is wrong with Asterisk's sockets is known; the case store takes tickets, or so many seconds are over."""
        if self._watch is not None:
            await self._watch.look()
        if self.cases is not None:
            await self.cases.settled(seconds)

    async def end_calls(self, switchboard: Switchboard) -> None:
        """With everything still there: who waits may be answered. Then whoever is left is cut, and booked so."""
        if self._asterisk is not None and not self._leave:
            await self._asterisk.drain(float(self._settings.limits.end_grace_seconds))
            await self._asterisk.stop(0.0, lambda: switchboard.perform(HangUpAll(CUT)))

    async def find(self) -> None:
        """Told to end before a start had adopted what an earlier daemon left running: that is to end too."""
        if self._edge is None:
            self._edge = self._make_edge()
        if self._edge is not None and self._edge.pid is None:
            self._edge.find()
        if self.phones is None and (phones := self._make_phones()) is not None and await phones.find():
            self._stack.push_async_callback(phones.stop)
        if self.cases is None and (cases := case_store.program_of(self._settings, self._places)) is not None:
            self._stack.push_async_callback(cases.stop if await cases.find() else cases.leave)
        if self._asterisk is None and (asterisk := self._make_asterisk({})) is not None:
            asterisk.find()
            self._stack.push_async_callback(asterisk.stop, 0.0)

    def vitals(self) -> Sequence[Vital]:
        found = []
        if self._watch is not None:
            found += [
                Vital("sip", not self._watch.sip, self._watch.sip),
                Vital("asterisk", not self._watch.deaf, self._watch.deaf),
            ]
        if self._edge is not None:
            up = self._edge.pid is not None
            found.append(Vital("edge", up, "" if up else _("nginx does not run")))
        if self.cases is not None:
            found.append(Vital("casestore", not self.cases.away, self.cases.away))
        return found

    def away(self) -> Sequence[str]:
        """What is not there now, each with why."""
        return [f"{vital.name}: {vital.said}" for vital in self.vitals() if not vital.ok]

    # -- within ----------------------------------------------------------------------------

    def _left(self, adopted: bool) -> bool:
        return self._leave or (adopted and self._keep_adopted)

    def _ends(self, one: ChildProgram, stop: Callable[[], Awaitable[None]]) -> None:
        """Said before it is started: a stop may come while it starts."""

        async def end() -> None:
            await (one.leave() if self._left(one.adopted) else stop())

        self._stack.push_async_callback(end)

    def _make_edge(self) -> EmbeddedEdge | None:
        program = nginx.program() if self._settings.edge.mode is Mode.EMBEDDED else None
        if program is None:
            return None
        edge = EmbeddedEdge(self._settings, self._places, program)
        self._ends(edge, edge.stop)
        return edge

    def _make_asterisk(self, secrets: Mapping[str, str]) -> EmbeddedAsterisk | None:
        found = asterisk_found.find() if self._settings.asterisk.mode is Mode.EMBEDDED else None
        return EmbeddedAsterisk(self._settings, self._places, secrets, found[0]) if found is not None else None

    def _make_phones(self) -> PhoneProxyControl | None:
        secret = self._places.secrets / secret_files.PHONE_PROXY
        if not secret.exists() or not any(seat.has(Device.BROWSER) for seat in self._settings.seat):
            return None
        return PhoneProxyControl(self._settings, self._places, secret_files.value(secret))


def build(settings: Settings, places: Places) -> Programs:
    return Programs(settings, places)
