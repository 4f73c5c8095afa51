"""Part and event codes searched as typed, and the words a ticket may use."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from bridge.ticket_choices import LISTS
from console.access import Right
from console.authorization import Who, open_to
from console.contract.rest import ChoiceOut, CodeOut
from console.services import Plugged
from console.words_in_headers import Search

router = APIRouter(prefix="/api", tags=["codes"])

Reader = Annotated[Who, open_to(Right.HAND_IN, Right.TICKETS_ALL)]


@router.get("/codes")
async def search_codes(
    plugs: Plugged,
    _who: Reader,
    wanted: Search,
    kind: Annotated[str, Query(pattern="^(event|part)?$")] = "",
    most: Annotated[int, Query(ge=1, le=1000)] = 20,
) -> list[CodeOut]:
    """Best first."""
    return [CodeOut.model_validate(code) for code in plugs.intake.catalogue.search(wanted, kind, most)]


@router.get("/choices")
async def list_choices(plugs: Plugged, _who: Reader) -> dict[str, list[ChoiceOut]]:
    """Appeal kinds, work types, urgencies, channels, refusal codes…"""
    choices = plugs.intake.choices
    return {name: [ChoiceOut.model_validate(choice) for choice in choices.of(name)] for name in LISTS}
