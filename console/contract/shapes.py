"""What all shapes are made of."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from bridge.pasted_text import Lines, OneLine
from cti.numbers import home

CallIdText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
AgentText = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,20}$")]
SeatText = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,20}$")]


def _one_number(typed: str) -> str:
    """Digits and signs of a telephone's keys alone: of anything else the number that is in it. Nothing else reaches the desk."""
    plain = typed.strip()
    if _KEYS.fullmatch(plain):
        return plain
    number = home().to_dial(plain)
    if number is None or len(number.national) > MOST_KEYS:
        raise PydanticCustomError("one_phone", "is not one telephone number")
    return number.national


MOST_KEYS = 32
_KEYS = re.compile(rf"[0-9*#+]{{1,{MOST_KEYS}}}")
Dialled = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_one_number)]
"""A telephone number or seat in whatever way somebody typed or pasted it."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]


Word = Annotated[str, OneLine, StringConstraints(min_length=1, max_length=60)]
Sentence = Annotated[str, Lines, StringConstraints(min_length=1, max_length=500)]
Note = Annotated[str, Lines, StringConstraints(max_length=500)]


class View(BaseModel):
    """What a client gets; made from any value with these attributes."""

    model_config = ConfigDict(from_attributes=True)
