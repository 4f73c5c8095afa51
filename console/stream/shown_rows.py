"""The house's rows as the rows of a picture: shaped, and as each kind of view may see them (``visibility.py``). Pure."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from cti.ids import CallId

from .. import visibility
from ..access import Right
from ..authorization import Who
from ..contract.rest import LineOut, QueueOut, SeatOut, TrunkOut
from ..contract.stream import AlarmOut, FiguresOut
from ..contract.switches import SwitchOut
from ..live_state import Kind, Row, View
from ..ports import Live

_SHAPES: Mapping[Kind, type[BaseModel]] = {
    "seats": SeatOut, "queues": QueueOut, "lines": LineOut, "trunks": TrunkOut, "figures": FiguresOut, "alarms": AlarmOut,
    "switches": SwitchOut,
}  # fmt: skip


class Rows:
    """``look`` for a ``Picture``."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def look(self, kind: Kind, ident: str) -> Row | None:
        if kind == "calls":
            return self._call(CallId(ident))
        found = self._live.row(kind, ident)
        if found is None:
            return None
        return Row(found if isinstance(found, BaseModel) else _SHAPES[kind].model_validate(found, from_attributes=True))

    def _call(self, call: CallId) -> Row | None:
        found = self._live.call(call)
        if found is None:
            return None
        own, others, masked = visibility.on_screens(found)
        return Row(own, masked, self._live.seats_in(call), others, visibility.only_asked(own))


def view_of(who: Who, seat: str) -> View:
    """What this person's console may see. Own calls live, and a live own call shows its number."""
    if who.locked:  # whoever walked away: the own seat, so that its phone can be answered, and no number
        return View(False, False, False, seat)
    everything = visibility.sees_all_calls(who)
    numbers = visibility.sees_all_numbers(who) or not everything
    return View(everything, who.may(Right.ALARMS), numbers, seat if who.may(Right.SEAT) else "")
