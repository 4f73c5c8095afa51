"""The callers of the demo: each dials, listens, speaks and hangs up as its part says.

Most are phones of ``phones.py``; some are pyVoIP telephones (``cti.line_watch_phone``), which
block and therefore live in threads. What they lived through goes into the phones' log.
"""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cti.line_watch_phone import ProbePhone
from hotline.lab.phones import Call, EndedBy, Rack
from hotline.lab.sound import speech

from .scenario import Citizen, Intent

ANSWER_S = 20.0
MESSAGE_S = 17.0
"""Outside the hours: the prompt that asks for a message, the tone, and four seconds of message."""


@dataclass(frozen=True, slots=True)
class End:
    """Who ended a call (``phones.EndedBy``), and the SIP code of a refusal."""

    by: EndedBy
    code: int = 0


async def live(citizen: Citizen, rack: Rack, notice_seconds: float, *, silent: bool = False) -> End:
    """One citizen's whole call, and how it ended. ``silent``: until somebody tells the call to speak."""
    if citizen.plain_phone:
        return await asyncio.to_thread(_live_plainly, citizen, rack)
    call = await rack.dial(
        citizen.dialled, caller=citizen.caller, name=citizen.name, headers=dict(citizen.headers),
        sound=() if silent else speech(citizen.number),
    )  # fmt: skip
    try:
        with suppress(TimeoutError):
            if await call.until_answered(ANSWER_S):
                await _act(citizen, call, notice_seconds)
    finally:
        call.hang_up()
    return End(call.by, call.code)


async def _act(citizen: Citizen, call: Call, notice_seconds: float) -> None:
    if citizen.intent is Intent.LEAVES_NOTICE:
        await call.until_heard(1.5)
        return
    if citizen.intent is Intent.LEAVES_QUEUE:
        with suppress(TimeoutError):
            await call.until_ended(notice_seconds + 0.8)
        if not call.spoke:
            return  # nobody listens yet; to a person who does they say their matter
    if citizen.intent is Intent.MENU:
        with suppress(TimeoutError):
            await call.until_ended(notice_seconds + 1.5)  # the menu is spoken after the notice
        await call.press(citizen.digit)
    if citizen.intent is Intent.AFTER_HOURS:
        with suppress(TimeoutError):  # asked for a message, he leaves a short one and hangs up
            await call.until_ended(MESSAGE_S)
        return
    # who ends a talk is played by the seat's robot: it knows when the talk began
    with suppress(TimeoutError):
        await call.until_ended(citizen.patience)


def _live_plainly(citizen: Citizen, rack: Rack) -> End:
    """The same with pyVoIP, and its line into the log."""
    began, answered = time.time(), None
    refusal = 0
    with ProbePhone(rack.registrar, citizen.caller, "", my_ip=rack.host) as phone:
        try:
            call = phone.dial(citizen.dialled, speech(citizen.number))
        except (TimeoutError, OSError):
            _note(rack.log, citizen, rack, began, None, End("silent"))
            return End("silent")
        if call.until(lambda it: it.state.name == "ANSWERED", ANSWER_S):
            answered = time.time()
            patience = MESSAGE_S if citizen.intent is Intent.AFTER_HOURS else citizen.patience
            gone = call.until(lambda it: it.state.name == "ENDED", patience)
        else:
            gone, refusal = True, call.refusal
        call.end()
    end = End("refused" if refusal else "far" if gone else "us", refusal)
    _note(rack.log, citizen, rack, began, answered, end)
    return end


def _note(log: Path | None, who: Citizen, rack: Rack, began: float, answered: float | None, end: End) -> None:
    if log is None:
        return
    row = {
        "rack": rack.name, "role": "caller", "caller": who.caller, "name": who.name, "dialled": who.dialled,
        "began": began, "answered": answered, "ended": time.time(), "by": end.by, "code": end.code,
    }  # fmt: skip
    with log.open("a", encoding="utf-8") as out:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
