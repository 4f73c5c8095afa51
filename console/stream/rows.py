"""The house's rows as the rows of a picture: shaped, and masked where they hold a citizen's number. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel

from cti.ids import CallId

from .. import masking
from ..access import Right
from ..contract.rest import CallOut, LineOut, QueueOut, SeatOut, TrunkOut
from ..contract.stream import AlarmOut, FiguresOut
from ..door import Who
from ..picture import Kind, Row, View
from ..ports import Live

_SHAPES: Mapping[Kind, type[BaseModel]] = {
    "seats": SeatOut, "queues": QueueOut, "lines": LineOut, "trunks": TrunkOut, "figures": FiguresOut, "alarms": AlarmOut,
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
        shown = CallOut.model_validate(found)
        return Row(shown, masking.masked(shown), self._live.seats_in(call))


def view_of(who: Who, seat: str) -> View:
    """What this person's console may see. Own calls live, and a live own call shows its number."""
    everything = who.may(Right.CALLS_ALL) or who.may(Right.WALL)
    return View(everything, who.may(Right.ALARMS), who.may(Right.NUMBERS) or not everything, seat)
