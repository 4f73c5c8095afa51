"""Repeat appeals (重复投诉): by what an earlier ticket of the same matter is found, how much each says, and why. Pure.

A ticket is found by its *traits* (the thing's own number, its address, its code in its cell, where it lies), which the ledger
keeps in an index, and by the citizen's number. What was found is weighed: each reason counts, of place only the best.
A reason that half the city shares (the same code, the same cell) is none by itself.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .gazetteer.coordinates import CoordinateFault, Crs, Point, convert, metres, point
from .ticket import Place, Subject, Ticket

DAYS = 30
"""So old an appeal may be to be a repeat."""
NEAR_METRES = 100.0
LEAST = 30.0
"""Points from which an earlier ticket is shown."""
_SLOT = 0.002
"""Degrees: wider than NEAR_METRES up to 60° north, so that the eight slots around hold all that is near."""
_ADDRESS_LEAST = 4
"""Characters: a shorter address names no place."""
VALUE_MOST = 120


class TraitKind(StrEnum):
    OBJECT = "object"
    ADDRESS = "address"
    CELL = "cell"
    """With the code: there are many matters in a cell."""
    SLOT = "slot"


class Reason(StrEnum):
    """Told to the agent beside what was found; words of the contract."""

    OBJECT = "object"
    CALLER = "caller"
    ADDRESS = "address"
    NEAR = "near"
    CELL = "cell"
    CODE = "code"


WEIGHTS = {
    Reason.OBJECT: 60.0, Reason.ADDRESS: 35.0, Reason.NEAR: 35.0, Reason.CALLER: 30.0, Reason.CODE: 25.0, Reason.CELL: 15.0,
}  # fmt: skip
_OF_PLACE = (Reason.ADDRESS, Reason.NEAR, Reason.CELL)


@dataclass(frozen=True, slots=True)
class Trait:
    kind: TraitKind
    value: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What is known of a matter while it is typed, or of a ticket that was filed."""

    caller: str = ""
    """National; '' nobody's."""
    part_id: str = ""
    code: str = ""
    code_kind: str = ""
    scheme: str = ""
    addresses: tuple[str, ...] = ()
    grid_code: str = ""
    at: Point | None = None
    """Only where it is better known than within a kilometre."""

    @property
    def empty(self) -> bool:
        return not self.caller and not traits(self)


@dataclass(frozen=True, slots=True)
class Weighed:
    score: float
    reasons: tuple[Reason, ...]
    """The heaviest first."""
    metres: float | None
    """Between the two, where both are known to be somewhere."""


def matter_of(subject: Subject | None, place: Place, caller: str = "") -> Matter:
    return Matter(
        caller, subject.part_id if subject else "", subject.code if subject else "", subject.kind if subject else "",
        subject.scheme if subject else "", (place.address_std, place.address_text), place.grid_code, _point(place),
    )  # fmt: skip


def traits_of(ticket: Ticket) -> frozenset[Trait]:
    """By which a later appeal finds this ticket; whose it is is not among them."""
    return traits(matter_of(ticket.subject, ticket.place))


def traits(matter: Matter) -> frozenset[Trait]:
    found = {(TraitKind.ADDRESS, address_key(one)) for one in matter.addresses}
    found = {(kind, value) for kind, value in found if len(value) >= _ADDRESS_LEAST}
    if matter.part_id:
        found.add((TraitKind.OBJECT, matter.part_id.casefold()))
    if matter.grid_code and matter.code:
        found.add((TraitKind.CELL, f"{matter.grid_code} {matter.code_kind} {matter.code}"))
    if matter.at is not None:
        found.add((TraitKind.SLOT, _slot(*_slots(matter.at))))
    return frozenset(Trait(kind, value[:VALUE_MOST]) for kind, value in found)


def looked_for(matter: Matter) -> frozenset[Trait]:
    """The traits of tickets that may be the same: its own, and the slots around."""
    found = traits(matter)
    if matter.at is None:
        return found
    column, row = _slots(matter.at)
    around = (Trait(TraitKind.SLOT, _slot(column + x, row + y)) for x in (-1, 0, 1) for y in (-1, 0, 1))
    return found | frozenset(around)


def weigh(asked: Matter, found: Matter, *, same_caller: bool) -> Weighed:
    """How likely ``found`` is the matter that is asked about."""
    reasons: dict[Reason, float] = {}
    far = metres(asked.at, found.at) if asked.at is not None and found.at is not None else None
    if asked.part_id and asked.part_id.casefold() == found.part_id.casefold():
        reasons[Reason.OBJECT] = WEIGHTS[Reason.OBJECT]
    if same_caller:
        reasons[Reason.CALLER] = WEIGHTS[Reason.CALLER]
    if _addresses(asked) & _addresses(found):
        reasons[Reason.ADDRESS] = WEIGHTS[Reason.ADDRESS]
    if far is not None and far <= NEAR_METRES:
        reasons[Reason.NEAR] = WEIGHTS[Reason.NEAR] * (1 - far / (2 * NEAR_METRES))
    if asked.grid_code and asked.grid_code == found.grid_code:
        reasons[Reason.CELL] = WEIGHTS[Reason.CELL]
    if asked.code and (asked.code, asked.code_kind, asked.scheme) == (found.code, found.code_kind, found.scheme):
        reasons[Reason.CODE] = WEIGHTS[Reason.CODE]
    score = _summed(reasons)
    ordered = sorted(reasons, key=lambda one: (-reasons[one], list(Reason).index(one)))
    return Weighed(round(score, 1), tuple(ordered), None if far is None else round(far, 1))


def points(reasons: Iterable[Reason]) -> float:
    """What these reasons weigh at most: the same however near it is."""
    return _summed({one: WEIGHTS[one] for one in reasons})


def _summed(weights: Mapping[Reason, float]) -> float:
    place = [weights[one] for one in _OF_PLACE if one in weights]
    return sum(weight for one, weight in weights.items() if one not in _OF_PLACE) + max(place, default=0.0)


def address_key(said: str) -> str:
    """As addresses are compared: letters, digits and signs alone."""
    plain = unicodedata.normalize("NFKC", said).casefold()
    return "".join(sign for sign in plain if sign.isalnum())[:VALUE_MOST]


def _addresses(matter: Matter) -> set[str]:
    return {value for one in matter.addresses if len(value := address_key(one)) >= _ADDRESS_LEAST}


def _point(place: Place) -> Point | None:
    if place.lng is None or place.lat is None or place.accuracy == "D":
        return None
    try:
        return point(place.lng, place.lat, place.crs)
    except CoordinateFault:
        return None


def _slots(at: Point) -> tuple[int, int]:
    here = convert(at, Crs.WGS84)
    return math.floor(here.lng / _SLOT), math.floor(here.lat / _SLOT)


def _slot(column: int, row: int) -> str:
    return f"{column} {row}"


def best(found: Iterable[tuple[str, Weighed]], most: int) -> Sequence[tuple[str, Weighed]]:
    """Those that count, the likeliest first, of equal ones the newest: ids sort by time."""
    shown = [(ticket, weighed) for ticket, weighed in found if weighed.score >= LEAST]
    shown.sort(key=lambda row: row[0], reverse=True)
    shown.sort(key=lambda row: -row[1].score)
    return shown[:most]
