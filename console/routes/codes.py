"""Part and event codes searched as typed, and the words a ticket may use."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from bridge.catalogue import Catalogue, Code
from bridge.catalogues.filing_conditions import chosen
from bridge.ticket_choices import LISTS
from console.access import Right
from console.authorization import Who, open_to
from console.contract.rest import ChoiceOut, CodeOut, ConditionOut, UnitOut
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
    district: Annotated[str, Query(max_length=40, description="of the matter: then the unit there is named")] = "",
    street: Annotated[str, Query(max_length=40)] = "",
) -> list[CodeOut]:
    """Best first, each with its filing conditions, their limits and who is responsible."""
    catalogue, area = plugs.intake.catalogue, tuple(name for name in (district, street) if name)
    today = plugs.intake.clock().date()
    return [_told(catalogue, code, area, today) for code in catalogue.search(wanted, kind, most)]


def _told(catalogue: Catalogue, code: Code, area: tuple[str, ...], on: date) -> CodeOut:
    conditions, unit = catalogue.conditions(code), catalogue.unit(code, area, on)
    first = chosen(conditions)
    shown = [
        ConditionOut(
            text=one.text, close=one.close, value=one.limit.value, unit=str(one.limit.unit), stage=one.stage,
            sample=one.sample, chosen=one is first,
        )
        for one in conditions
    ]  # fmt: skip
    responsible = UnitOut(
        primary=unit.primary, secondary=list(unit.secondary), rule=unit.rule, confidence=str(unit.confidence),
        sample=unit.sample,
    ) if unit else None  # fmt: skip
    return CodeOut.model_validate(code).model_copy(update={"conditions": shown, "responsible": responsible})


@router.get("/choices")
async def list_choices(plugs: Plugged, _who: Reader) -> dict[str, list[ChoiceOut]]:
    """Appeal kinds, work types, urgencies, channels, refusal codes…"""
    choices = plugs.intake.choices
    return {name: [ChoiceOut.model_validate(choice) for choice in choices.of(name)] for name in LISTS}
