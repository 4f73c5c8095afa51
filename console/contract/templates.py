"""What agents say to citizens, and first words of a ticket's content."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bridge.forms import Body
from bridge.pasted_text import Lines, OneLine

from .shapes import View, Word

CodeText = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{0,16}$")]


class TemplateIn(Body):
    """POST /api/templates, PUT /api/templates/{template}."""

    kind: Literal["spoken", "content"]
    title: Word
    text: Annotated[
        str,
        Lines,
        Field(min_length=1, max_length=1000, description="of content: {地点} stands for the ticket's address"),
    ]
    scheme: Annotated[str, OneLine, Field(max_length=40)] = ""
    code_kind: Literal["", "event", "part"] = ""
    code: CodeText = ""
    code_name: Annotated[str, OneLine, Field(max_length=60)] = ""
    retired: bool = Field(default=False, description="offered no more; kept")


class TemplateOut(View):
    id: str
    kind: str = Field(description="spoken: said to the citizen | content: first words of a ticket's content")
    title: str
    text: str
    scheme: str
    code_kind: str
    code: str
    code_name: str = Field(description="of content: the code it is offered for; '' whatever the code")
    sample: bool = Field(description="came with the program; nobody here has looked at it yet")
    retired: bool
    changed_at: datetime | None
    changed_by: str
