"""The house as its settings make it, for operators: what can be changed at run time has pages of its own, the rest its line in a file."""

from __future__ import annotations

from fastapi import APIRouter

from console.access import Right
from console.authorization import needs
from console.contract.access import SettingOut
from console.services import Plugged

router = APIRouter(tags=["accounts"])


@router.get("/api/settings", dependencies=[needs(Right.ACCOUNTS)])
async def settings(plugs: Plugged) -> list[SettingOut]:
    """Lines, queues, seats, the phone book, refusal codes and prompts as they are in force."""
    return [SettingOut.model_validate(row) for row in plugs.settings]
