"""What is switched or decided by hand while the hotline runs: modes, switches by telephone, nuisance callers."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    Field,
)

from ..names import Name
from .values import Plain, Section


class ModeLine(Section):
    """What a mode changes on one line. What is left out stays as it is."""

    notice: Name | None = None
    """The prompt in place of the line's notice; None: the mode's own."""
    journey: Name | None = None
    """One of ``[journey]``, in place of the line's."""
    queue: Name | None = None
    """In place of the line's queue."""
    priority: Annotated[int, Field(ge=0, le=9)] | None = None
    """Its callers wait before those of a lower one who came since, whatever line they came by; nobody who waits already is overtaken."""


class SituationMode(Section):
    """What one switch changes at once while it is on: a typhoon, a water main that burst (decision 0048)."""

    id: Name
    name: Plain
    notice: Name | None = None
    """The prompt in place of every line's notice; it must say, as that does, that the call is recorded."""
    waiting: Name | None = None
    """The prompt that each caller who waits already hears once, when the mode is switched on."""
    districts: dict[Name, Name] = {}
    """District → the prompt said after the notice, when the mode is switched on for that district."""
    words_seconds: Annotated[int, Field(ge=20, le=600)] | None = None
    """In place of each queue's, a queue's that says none too: so often one who waits hears his place."""
    call_back_seconds: Annotated[int, Field(ge=10, le=3600)] | None = None
    """In place of each queue's, a queue's that offers none too: who has waited so long may be called back at his place."""
    reserve: bool = False
    """Agents serve the queues of their ``reserve`` too."""
    line: dict[Name, ModeLine] = {}
    """Line → what changes there. The other lines change by ``notice`` and ``districts`` alone."""


class Switches(Section):
    """Opening, closing and modes by a seat's telephone, with a PIN (VAR/secrets/switch-pin)."""

    number: Annotated[str, Field(pattern=r"^\*[0-9]{2,6}$")] | None = None
    """What a seat dials, e.g. ``*70``. None: not by telephone."""
    tries: Annotated[int, Field(ge=1, le=10)] = 3
    """Wrong PINs of one seat, then it is not asked for one for ``rest_minutes``."""
    rest_minutes: Annotated[int, Field(ge=1, le=1440)] = 10


class Nuisance(Section):
    """What a supervisor may decide about a number of nuisance calls (decision 0050). Without this section: nothing."""

    queue: Name | None = None
    """Where callers of the grade ``queue`` wait. None: there is no such grade."""
    never_queues: Annotated[tuple[Name, ...], Field(max_length=20)] = ()
    """Whoever is led to one of these is held back by no grade; the key 0 of the message leads to the first."""
    quota_minutes: Annotated[int, Field(ge=1, le=240)] = 10
    """The grade ``quota``: talk a day."""
    most_days: Annotated[int, Field(ge=1, le=365)] = 90
    """No decision holds longer."""
    danger_codes: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[0-9A-Za-z]{1,16}$")], ...], Field(max_length=100)
    ] = ("04",)
    """Event codes that begin so are danger: whoever reported one is held back by no grade. 04 of CJ/T 214: sudden events."""
    danger_days: Annotated[int, Field(ge=1, le=3660)] = 90
    """So long after a report of danger nothing may be decided about its number."""
    appeal_hours: Annotated[int, Field(ge=1, le=720)] = 24
    """An appeal is decided within so many hours."""
