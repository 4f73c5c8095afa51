"""Part and event codes searched as typed, and the words a ticket may use."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from bridge.choices import LISTS
from console.contract.rest import ChoiceOut, CodeOut
from console.door import Asking
from console.plugs import Plugged

router = APIRouter(prefix="/api", tags=["codes"])


@router.get("/codes")
async def search_codes(
    plugs: Plugged,
    _who: Asking,
    q: Annotated[str, Query(max_length=40, description="code, name, pinyin or initials; '': all")] = "",
    kind: Annotated[str, Query(pattern="^(event|part)?$")] = "",
    most: Annotated[int, Query(ge=1, le=1000)] = 20,
) -> list[CodeOut]:
    """Best first."""
    return [CodeOut.model_validate(code) for code in plugs.intake.catalogue.search(q, kind, most)]


@router.get("/choices")
async def list_choices(plugs: Plugged, _who: Asking) -> dict[str, list[ChoiceOut]]:
    """Appeal kinds, work types, urgencies, channels, refusal codes…"""
    choices = plugs.intake.choices
    return {name: [ChoiceOut.model_validate(choice) for choice in choices.of(name)] for name in LISTS}
