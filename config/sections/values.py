"""What every section is made of: how its values are read, and what a number, a name, an address looks like."""

from __future__ import annotations

import unicodedata
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from ..language import say as _

Extension = Annotated[str, Field(pattern=r"^[0-9]{2,20}$")]
Port = Annotated[int, Field(ge=1024, lt=32768)]
Seconds = Annotated[int, Field(ge=1, le=86400)]


def _seen(text: str) -> str:
    """What nobody can see turns round what stands beside it (U+202E), or makes two names look like one."""
    unseen = next((letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")), "")
    if unseen:
        code = f"U+{ord(unseen):04X}"
        raise PydanticCustomError(
            "unseen", _("holds a character that nobody can see ({code}): type it anew", code=code)
        )
    return text


Plain = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\r\n\x00;,|\"\\]+$"), AfterValidator(_seen)]
"""A person's or thing's name: no line ends, nothing Asterisk's files would read as syntax, nothing that nobody sees."""
Word = Annotated[str, Field(pattern=r"^[0-9A-Za-z_.:+*#-]{1,32}$")]
"""A name that goes through the dialplan into records: no character that means something there."""


def _scalars(annotation: Any) -> set[type]:
    """The plain types among what may stand there: ``int | None`` → int."""
    if get_origin(annotation) is Annotated:
        return _scalars(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return set().union(*map(_scalars, get_args(annotation)))
    if get_origin(annotation) is Literal:
        return {type(one) for one in get_args(annotation)}
    return {annotation} if isinstance(annotation, type) else set()


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _as_it_is_written(cls, value: Any, info: ValidationInfo) -> Any:
        """Numbers and yes or no are TOML's own, without quotes: "17060" and "yes" are texts, and a guess at them may be wrong."""
        allowed = _scalars(cls.model_fields[info.field_name or ""].annotation)
        if isinstance(value, bool) and bool not in allowed and allowed & {int, float}:
            raise PydanticCustomError("int_type", "a number")
        if isinstance(value, str) and allowed and allowed <= {int, float, bool, type(None)}:
            raise PydanticCustomError("bool_type" if bool in allowed else "float_type" if float in allowed else "int_type", "a number")  # fmt: skip
        if isinstance(value, int | float) and not isinstance(value, bool) and allowed == {bool}:
            raise PydanticCustomError("bool_type", "true or false")
        return value


WebAddress = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^(https://[^/@\s?#]+|http://(127\.0\.0\.1|\[::1\]|localhost)(:[0-9]+)?)(/[^@\s?#]*)?$",
    ),
]
"""https, or http on this machine; no key, no user and no question in it."""
Minutes = Annotated[int, Field(ge=0, le=40320)]
Days = Annotated[int, Field(ge=0, le=36525)]
Months = Annotated[int, Field(ge=0, le=600)]
"""0: for ever."""
