"""What pydantic finds wrong, in our words: field by field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from config.language import say as _

from .contract import FieldOut

_NOWHERE = ("body", "query", "path")
MOST = 20


def fields_of(found: Iterable[Any]) -> list[FieldOut]:
    """``found``: ``ValidationError.errors()``."""
    return [FieldOut(field=_field(one["loc"]), message=_message(one)) for one in list(found)[:MOST]]


def _field(loc: Iterable[int | str]) -> str:
    return ".".join(str(step) for step in loc if step not in _NOWHERE) or "body"


def _message(one: Any) -> str:
    limits = one.get("ctx", {})
    match one["type"]:
        case "missing":
            return _("is missing")
        case "extra_forbidden":
            return _("no such field")
        case "string_too_long":
            return _("has more than {most} letters", most=limits["max_length"])
        case "string_too_short":
            return _("must not be empty")
        case "literal_error" | "enum":
            return _("is not one of the possible values") + f": {limits['expected']}"
        case "timezone_aware":
            return _("must say its time zone")
        case "out_of_range":
            return _("must be between the years 1970 and 2199")
        case "greater_than_equal":
            return _("must be at least {least}", least=limits["ge"])
        case "less_than_equal":
            return _("must be at most {most}", most=limits["le"])
        case kind if kind.endswith(("_type", "_parsing")):
            return _(
                "must be {type}", type=kind.removesuffix("_type").removesuffix("_parsing").replace("_from_date", "")
            )
        case _:
            return str(one["msg"])
