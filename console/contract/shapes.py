"""What all shapes are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

CallIdText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
AgentText = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,20}$")]
SeatText = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,20}$")]
Dialled = Annotated[str, StringConstraints(pattern=r"^[0-9*#+]{1,32}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]+$")]


class Body(BaseModel):
    """What a client sends: an unknown field is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class View(BaseModel):
    """What a client gets; made from any value with these attributes."""

    model_config = ConfigDict(from_attributes=True)
