"""Knowledge cards: what citizens who ask are told, version by version."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from bridge.forms import Body
from bridge.pasted_text import Lines, OneLine
from config.language import say as _

from .shapes import View, Word
from .templates import CodeText


def _day(said: object) -> object:
    if not isinstance(said, str):
        return said
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise ValueError(_("{text} is no day: want 2026-12-01", text=repr(said[:40]))) from None


Day = Annotated[date, BeforeValidator(_day)]


class CardIn(Body):
    """POST /api/knowledge, POST /api/knowledge/{card}/versions."""

    title: Word
    text: Annotated[str, Lines, Field(min_length=1, max_length=4000, description="the answer")]
    keywords: Annotated[
        str, OneLine, Field(max_length=200, description="what citizens call it, with blanks or 、 between")
    ] = ""
    checklist: Annotated[
        str, Lines, Field(max_length=2000, description="what who asks is told all at once, one a line")
    ] = ""
    scheme: Annotated[str, OneLine, Field(max_length=40)] = ""
    code_kind: Literal["", "event", "part"] = ""
    code: CodeText = ""
    code_name: Annotated[str, OneLine, Field(max_length=60)] = ""
    source: Annotated[str, OneLine, Field(max_length=200, description="the rule or the office it is taken from")] = ""
    valid_from: Day | None = Field(default=None, description="null: from today on")
    valid_until: Day | None = Field(default=None, description="its last day; null: until another version")
    retired: bool = Field(default=False, description="offered no more; its versions stay readable")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(_("valid_until is before valid_from"))
        return self


class CardVersionIn(CardIn):
    after: int = Field(ge=1, le=999, description="the newest version its writer saw")


class CardOut(View):
    id: str
    version: int
    key: str = Field(description="as tickets and dispositions cite it")
    title: str
    text: str
    keywords: str
    checklist: str = Field(description="one thing a line")
    scheme: str
    code_kind: str
    code: str
    code_name: str
    source: str
    valid_from: date
    valid_until: date | None
    retired: bool
    sample: bool = Field(description="came with the program; nobody here has looked at it yet")
    changed_at: datetime | None
    changed_by: str


class CardReadOut(View):
    """GET /api/calls/{call}/knowledge."""

    at: datetime
    card: str
    version: int
    title: str = Field(description="of that version")
    agent: str
