"""Places offered while an address is typed, what lies at a point, and earlier tickets of what may be the same matter."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from bridge.case_state import CaseState
from bridge.delivery_state import DeliveryState
from bridge.forms import Body
from bridge.pasted_text import OneLine
from bridge.repeat import Reason

from .shapes import View


class PlaceOut(View):
    """One place that may be meant; '' and null: not known."""

    name: str
    type: str = Field(description="road, residential, school …: the gazetteer's own word")
    alias: str = Field(description="by which other name it was found")
    crossing: str = Field(description="the other road, where a crossing of two was asked for")
    district: str
    street: str
    community: str
    division: str = Field(description="12 digits of the finest of these, zeros at its end")
    grid_code: str
    lng: float | None
    lat: float | None
    crs: str
    accuracy: str = Field(description="A 0.5 m, B 1 m, C 10 m, D worse")
    source: str = Field(description="whose it is, to be shown with it")
    sample: bool = Field(description="made up or unchecked: good for a demo")
    score: float = Field(description="0 to 100")


class PlacesOut(BaseModel):
    places: list[PlaceOut]
    names: int = Field(description="of the gazetteer in use")


class SpotOut(View):
    """What lies at a point; '' where nothing is known."""

    grid_code: str
    sample: bool
    division: str
    area: list[str] = Field(description="district, street, community: as many as are known")
    lng: float = Field(description="the point in WGS-84, as maps are drawn")
    lat: float
    odd: str = Field(description="'', 'outside' the city, or 'swapped': longitude and latitude")


class OutlineOut(View):
    """Of a division, to be drawn: nothing is decided by it."""

    code: str
    name: str
    level: str = Field(description="district, street or community")
    sample: bool
    rings: list[list[float]] = Field(description="longitude, latitude, longitude … in WGS-84")


class DivisionOut(View):
    code: str = Field(description="6, 9 or 12 digits")
    level: str = Field(description="district, street or community")
    name: str
    parent: str


class MatterIn(Body):
    """What is known so far of the matter that is typed; in the header X-Hotline-Matter, as JSON."""

    code: str = Field(default="", pattern=r"^[0-9A-Za-z]{0,16}$")
    code_kind: str = Field(default="", pattern=r"^(event|part)?$")
    scheme: Annotated[str, OneLine] = Field(default="", max_length=40)
    part_id: str = Field(default="", pattern=r"^[0-9A-Za-z-]{0,24}$")
    address: Annotated[str, OneLine] = Field(default="", max_length=200)
    address_std: Annotated[str, OneLine] = Field(default="", max_length=200)
    grid_code: str = Field(default="", pattern=r"^([0-9]{14,15})?$")
    lng: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    crs: Annotated[str, OneLine] = Field(default="", max_length=20)
    accuracy: str = Field(default="", pattern=r"^[A-D]?$")


class RepeatOut(BaseModel):
    """An earlier ticket that may be of the same matter: enough to tell whether it is, nothing of whose it was."""

    id: str
    case_number: str
    state: DeliveryState
    case_state: CaseState | None
    filed_at: datetime
    kind: str
    code: str
    code_kind: str
    title: str = Field(description="'': withheld")
    address: str = Field(description="'': withheld")
    merged_into: str
    answered_directly: bool
    withheld: bool = Field(description="its citizen asked for confidence: neither title nor address")
    own: bool = Field(description="filed by who asks")
    score: float
    reasons: list[Reason] = Field(description="the heaviest first")
    metres: float | None = Field(description="between the two, where both lie somewhere")
