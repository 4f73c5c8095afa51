"""Citizens and seats of a surge: what they do at their telephones, and what they live through."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from hotline.lab.sip_message import Message
from hotline.lab.sound import SILENCE

from .ear import Ear
from .facts import Citizen, SeatCall
from .rtp_streams import Sound
from .sip_telephones import Dialog, Telephones

RING_SECONDS = 1.0
"""A seat's telephone rings so long before it is answered; a citizen's who is called back, too."""
REACTS_SECONDS = 1.0
"""Between what a citizen hears and the key he presses."""
QUIET_SECONDS = 40.0
"""When nobody calls or talks any more, a call-back that has not come by then does not come."""
CALLED_BACK_MORE_SECONDS = 10.0
"""A seat's talk lasts so much longer when it has a citizen called back: he must be dialled and come to his telephone."""


@dataclass(slots=True, eq=False)
class Part:
    """One citizen of the plan, and his call."""

    plan: dict[str, Any]
    fact: Citizen
    dialog: Dialog | None = None
    sound: Sound | None = None
    ear: Ear = field(default_factory=Ear)
    person: bool = False
    """A seat answered him."""
    keeps: bool = False
    """He has pressed for a call-back."""


class Callers:
    """One phase: every citizen of the plan dials at his moment and does what he would."""

    def __init__(self, carriers: list[Telephones], number: str, notice: float, talk_sound: tuple[bytes, ...]) -> None:
        self._carriers, self._number, self._notice, self._voice = carriers, number, notice, talk_sound
        self.parts: dict[str, Part] = {}
        self._ssrc = 1000

    def plan(self, rows: list[dict[str, Any]]) -> None:
        self.parts = {
            row["number"]: Part(row, Citizen(row["number"], deaf=self._carriers[0].rtp is None)) for row in rows
        }

    def stream(self, ear: Callable[[bytes, float], None] | None, sound: tuple[bytes, ...]) -> Sound:
        self._ssrc += 1
        return Sound(self._ssrc, sound, ear)

    async def run(self, linger: float) -> list[Citizen]:
        """Everybody dials; until all calls are over, and ``linger`` seconds more at most for those who are called back."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for part in sorted(self.parts.values(), key=lambda one: float(one.plan["at"])):
            await asyncio.sleep(max(0.0, began + float(part.plan["at"]) - loop.time()))
            self._dial(part)
        until, quiet = loop.time() + linger, loop.time()
        while loop.time() < until:
            left = [part for part in self.parts.values() if not self._done(part)]
            if any(not self._waits_for_his_telephone(part) for part in left):
                quiet = loop.time()
            if not left or loop.time() - quiet > QUIET_SECONDS:
                break
            await asyncio.sleep(0.2)
        return [self._fact(part) for part in self.parts.values()]

    @staticmethod
    def _done(part: Part) -> bool:
        fact = part.fact
        if fact.ended is None or any(one.answered is not None and one.ended is None for one in fact.seats):
            return False
        return not fact.took or fact.called_back_ended is not None

    @staticmethod
    def _waits_for_his_telephone(part: Part) -> bool:
        """He took a call-back and nothing else of him goes on."""
        fact = part.fact
        return fact.took and fact.ended is not None and all(one.answered is None or one.ended for one in fact.seats)

    def _fact(self, part: Part) -> Citizen:
        part.fact.heard = list(part.ear.heard)
        return part.fact

    def _dial(self, part: Part) -> None:
        part.fact.invited = time.time()
        carrier = self._carriers[0]
        part.dialog = carrier.call(self._number, part.plan["number"], partial(self._told, part, carrier))

    def _told(self, part: Part, carrier: Telephones, what: str, said: Message | None) -> None:
        fact, now = part.fact, time.time()
        match what:
            case "again":
                fact.again += 1
                fact.first_again = fact.first_again or now
            case "answered" if said is not None and part.dialog is not None:
                fact.answered = now
                part.sound = self.stream(partial(self._hears, part, carrier), (SILENCE,))
                carrier.listen(part.dialog, part.sound, said)
                asyncio.get_running_loop().call_later(
                    self._notice + float(part.plan["patience"]), self._gives_up, part, carrier
                )
            case "refused" if said is not None:
                fact.ended, fact.code = now, said.status
            case "silent":
                fact.ended, fact.silent = now, True
            case "ended":
                fact.ended = now

    def _gives_up(self, part: Part, carrier: Telephones) -> None:
        if part.dialog is not None and not part.dialog.over and not part.person and not part.keeps:
            part.fact.gave_up = True
            self._hangs_up(part, carrier)

    def _hangs_up(self, part: Part, carrier: Telephones) -> None:
        if part.dialog is not None and not part.dialog.over:
            part.fact.ended = time.time()
            carrier.hang_up(part.dialog)

    def _hears(self, part: Part, carrier: Telephones, frame: bytes, now: float) -> None:
        if part.person:
            return  # what he hears of a seat is its voice: the seat's telephone has noted when
        heard = part.ear.hear(frame, now)
        if not heard or not part.plan["takes"]:
            return
        match heard:
            case "callback_offer" if not part.keeps:
                part.keeps = True
                self._later(part, carrier, self._press, "1")
            case "callback_keys":
                self._later(part, carrier, self._press, "1")
            case "callback_thanks":
                part.fact.took = True
                self._later(part, carrier, self._leave, "")
            case "callback_stays":
                part.keeps = False

    def _later(self, part: Part, carrier: Telephones, what: Callable[[Part, Telephones, str], None], word: str) -> None:
        asyncio.get_running_loop().call_later(REACTS_SECONDS, what, part, carrier, word)

    def _press(self, part: Part, carrier: Telephones, digit: str) -> None:
        if (
            part.sound is not None
            and carrier.rtp is not None
            and part.dialog is not None
            and not part.dialog.over
            and not part.person
        ):
            part.fact.pressed = part.fact.pressed or time.time()
            _keep(asyncio.get_running_loop().create_task(carrier.rtp.press(part.sound, digit)))

    def _leave(self, part: Part, carrier: Telephones, _word: str) -> None:
        self._hangs_up(part, carrier)

    # -- telephones that ring ---------------------------------------------------------------

    def seat_rung(self, desk: Telephones, invite: Message) -> None:
        part = self.parts.get(invite.caller)
        talk = float(part.plan["talk"]) if part is not None else 1.0
        call = SeatCall(seat=invite.first.split(" ")[1].partition(":")[2].partition("@")[0], rang=time.time())
        if part is not None:
            part.fact.seats.append(call)
            if part.fact.took:
                talk += CALLED_BACK_MORE_SECONDS
        asyncio.get_running_loop().call_later(RING_SECONDS, self._seat_answers, desk, invite, part, call, talk)

    def _seat_answers(self, desk: Telephones, invite: Message, part: Part | None, call: SeatCall, talk: float) -> None:
        def told(what: str, _said: Message | None) -> None:
            if what == "ended":
                call.ended = time.time()

        sound = self.stream(None, self._voice) if desk.rtp is not None else None
        dialog = desk.pick_up(invite, told, sound)
        if dialog is None:
            return
        call.answered = time.time()
        if part is not None and part.fact.ended is None:
            part.person = True
        asyncio.get_running_loop().call_later(talk, self._seat_hangs_up, desk, dialog, call)

    @staticmethod
    def _seat_hangs_up(desk: Telephones, dialog: Dialog, call: SeatCall) -> None:
        if not dialog.over:
            call.ended = time.time()
            desk.hang_up(dialog)

    def citizen_rung(self, carrier: Telephones, invite: Message) -> None:
        """He is called back."""
        number = invite.first.split(" ")[1].partition(":")[2].partition("@")[0]
        part = self.parts.get(number)
        if part is not None:
            part.fact.called_back = part.fact.called_back or time.time()
        asyncio.get_running_loop().call_later(RING_SECONDS, self._citizen_answers, carrier, invite, part)

    def _citizen_answers(self, carrier: Telephones, invite: Message, part: Part | None) -> None:
        def told(what: str, _said: Message | None) -> None:
            if what == "ended" and part is not None:
                part.fact.called_back_ended = time.time()

        if carrier.pick_up(invite, told, self.stream(None, (SILENCE,))) is not None and part is not None:
            part.fact.called_back_answered = part.fact.called_back_answered or time.time()


_tasks: set[asyncio.Task[None]] = set()


def _keep(task: asyncio.Task[None]) -> None:
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)
