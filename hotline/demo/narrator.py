"""What the demo prints while it happens: one line an event, in the centre's language.

Numbers are masked as everywhere a person might look over a shoulder.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TextIO

from config.language import say
from cti.numbers import mask
from hotline.lab.phones import Call

from .citizens import End
from .scenario import Citizen, Intent

LINES = {
    "dials": "{clock}  {who} dials {number} ({trunk}): {intent}",
    "ringing": "{clock}    seat {seat} rings: {who}",
    "talking": "{clock}    seat {seat} talks to {who}",
    "ended": "{clock}    seat {seat} is done with {who} after {seconds} s",
    "ticket": "{clock}    seat {seat} filed a ticket for {who}",
    "direct": "{clock}    seat {seat} answered {who} on the spot",
    "refused": "{clock}    seat {seat} refused {who}, with a code",
    "nuisance": "{clock}    seat {seat} marked {who} as a nuisance call",
    "case": "{clock}    case {number}: {word}",
    "told": "{clock}    {seat} told the result of case {number}: {answer}",
    "gone": "{clock}  {who} is gone: {end}",
}
INTENTS = {
    Intent.TALK: "wants to talk to somebody",
    Intent.MENU: "will press a key",
    Intent.LEAVES_NOTICE: "will hang up in the notice",
    Intent.LEAVES_QUEUE: "will not wait long",
    Intent.AFTER_HOURS: "calls outside opening hours",
}
ENDS: dict[str, str] = {
    "us": "hung up",
    "far": "we hung up",
    "refused": "turned away with {code}",
    "cancelled": "hung up before an answer",
    "silent": "nothing answered",
}


class Narrator:
    def __init__(self, out: TextIO, trunks: Mapping[str, str]) -> None:
        self._out, self._trunks = out, trunks

    def title(self, text: str) -> None:
        print(text, file=self._out, flush=True)

    def dials(self, citizen: Citizen) -> None:
        self._line(
            "dials", who=_who(citizen.name, citizen.caller), number=citizen.dialled,
            trunk=self._trunks.get(citizen.trunk, citizen.trunk), intent=say(INTENTS[citizen.intent]),
        )  # fmt: skip

    def seat(self, what: str, call: Call) -> None:
        """What a robot reports of its call."""
        seconds = round((call.ended or time.time()) - (call.answered or call.began))
        self._line(what, seat=call.dialled, who=_who(call.name, call.caller), seconds=seconds)

    def case(self, told: Mapping[str, object]) -> None:
        """What a clerk or a unit did, as the case store answered."""
        self._line("case", number=told["number"], word=told["state_word"])

    def told(self, seat: str, number: str, answer: str) -> None:
        self._line("told", seat=seat, number=number, answer=answer)

    def gone(self, citizen: Citizen, end: End) -> None:
        self._line("gone", who=_who(citizen.name, citizen.caller), end=say(ENDS[end.by], code=end.code))

    def _line(self, what: str, **values: object) -> None:
        self.title(say(LINES[what], clock=time.strftime("%H:%M:%S"), **values))


def _who(name: str, number: str) -> str:
    return f"{name} {mask(number)}".strip()
