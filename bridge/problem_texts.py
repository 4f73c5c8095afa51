"""What this room and the REST door say about wrong fields, in the centre's language: pydantic's errors → ``Problem``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from config.language import say as _
from config.language import spoken

from .errors import Problem

MOST_PROBLEMS = 20
"""More are not told: an answer must not grow with what was sent."""


def say(key: str, **values: object) -> str:
    """The sentence ``key`` with its blanks filled."""
    return _(SENTENCES[key], **values)


SENTENCES = {
    "required": "must be given",
    "no_field": "no such field",
    "did_you_mean": "; did you mean {said}?",
    "string": "must be a string",
    "long": "at most {most} characters, {given} given",
    "form": "must have the form {form}",
    "list": "must be a list",
    "many": "at most {most} entries",
    "object": "must be an object",
    "flag": "must be true or false",
    "number": "must be a number",
    "whole": "must be a whole number",
    "least": "at least {ge}",
    "most": "at most {le}",
    "not_allowed": "{said!r} is not allowed",
    "moment": "must be a moment with a time zone, as 2026-01-31T08:30:00+08:00",
    "no_scheme": "no code table {said!r} is loaded",
    "no_code": "no code {said!r} in this table",
    "no_condition": "{said!r} is no filing condition of this code",
    "ambiguous": "{said!r} is an event and a part; say which",
    "not_said": "is nothing that can be changed in this message",
    "only_refused": "only for a refused call",
    "phone": "is no telephone number",
    "one_phone": "is not one telephone number: give one alone, as digits",
    "out_of_range": "must be between the years 1970 and 2199",
    "both": "longitude and latitude belong together",
}

_KINDS = {
    "missing": "required", "extra_forbidden": "no_field", "string_type": "string", "string_too_short": "required",
    "string_too_long": "long", "string_pattern_mismatch": "form", "bool_type": "flag", "int_type": "number", "int_parsing": "number",
    "float_type": "number", "float_parsing": "number", "finite_number": "number", "greater_than_equal": "least",
    "less_than_equal": "most", "list_type": "list", "too_long": "many", "model_type": "object", "dict_type": "object",
    "model_attributes_type": "object", "datetime_type": "moment", "timezone_aware": "moment", "datetime_parsing": "moment",
    "datetime_from_date_parsing": "moment", "string_unicode": "string", "invalid_key": "no_field",
}  # fmt: skip
"""Pydantic's kinds of error → our sentences; our own kinds are sentences; the rest are Pydantic's own in English, and one of ours elsewhere."""


def problems_of(errors: Sequence[Mapping[str, Any]], model: type[BaseModel] | None = None) -> tuple[Problem, ...]:
    """``errors``: of a ValidationError. ``model``: what was checked, for the field somebody may have meant."""
    return tuple(_problem(error, model) for error in errors[:MOST_PROBLEMS])


def _problem(error: Mapping[str, Any], model: type[BaseModel] | None) -> Problem:
    where = [part for part in error["loc"] if part not in ("body", "query", "path", "header", "[key]")]
    told = dict(error.get("ctx") or {})
    kind = _KINDS.get(error["type"], error["type"])
    allowed = tuple(told.get("allowed", ())) or ((str(told["expected"]),) if told.get("expected") else ())
    meant = told.get("meant", "")
    if kind == "no_field" and model is not None and where:
        allowed = _fields(model, where[:-1])
        meant = next(iter(get_close_matches(str(where[-1]), allowed, n=1)), "")
    if kind == "flag":
        allowed = ("true", "false")
    field = ".".join(str(part)[:60] or "''" for part in where)[:120] or "''"
    if kind not in SENTENCES:
        said = str(error["msg"])[:300] if spoken() == "en" else _("is not as it must be")
        return Problem(field, said, allowed)
    given = error.get("input")
    values = told | {"form": told.get("pattern"), "given": len(given) if isinstance(given, str) else ""}
    if "max_length" in told:
        values["most"] = told["max_length"]
    return Problem(field, say(kind, **values) + (say("did_you_mean", said=meant) if meant else ""), allowed)


def _fields(model: type[BaseModel], path: Sequence[object]) -> tuple[str, ...]:
    """Names of the fields of the model that stands under ``path``."""
    for part in path:
        field = model.model_fields.get(str(part))
        kinds = (field.annotation, *get_args(field.annotation)) if field else ()
        model = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), model)
    return tuple(model.model_fields)
