"""Reads ``hotline.toml``: the file → ``Settings``, or everything that is wrong with it at once.

Called by every command. The shape is checked by the models of ``settings``, what one
entry says of another by ``references``. Messages are in the language the file asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from . import language, national_number_plan, references, retired
from .files import FileRefused, read_toml
from .journey.steps import KINDS
from .language import say as _
from .problems import Problem, SettingsError, likely
from .settings import Settings

__all__ = ["Problem", "SettingsError", "parse", "read", "remarks"]


def read(path: Path) -> Settings:
    """The settings of the file at ``path``.

    Raises SettingsError when the file is missing, is no TOML, or has any wrong entry.
    """
    try:
        raw, _remark = read_toml(path)
    except FileRefused as fault:
        field = f"{path} {fault.where}".strip()
        message = f"{fault.message} · {fault.cure}" if fault.cure else fault.message
        raise SettingsError(path, [Problem(field, message)]) from None
    return parse(raw, path)


def remarks(path: Path) -> list[str]:
    """What an operator should know of a file that can be read: how it was saved, and settings that do nothing any more."""
    raw, remark = read_toml(path)
    return [*([remark] if remark else []), *retired.remarks(raw)]


def parse(raw: dict[str, Any], path: Path = Path("hotline.toml")) -> Settings:
    """The settings in ``raw``, as tomllib gives them; ``path`` is only named in the error."""
    centre = raw.get("centre")
    if isinstance(centre, dict) and centre.get("language") in ("zh", "en"):
        language.use(centre["language"])
    raw = retired.without(raw)
    settings, problems = None, references.check(raw)
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as fault:
        problems = [*(_problem(raw, detail) for detail in fault.errors() if detail["loc"]), *problems]
    if problems or settings is None:
        raise SettingsError(path, problems)
    national_number_plan.use(settings.centre.area_code)
    return settings


def _problem(raw: dict[str, Any], detail: ErrorDetails) -> Problem:
    """One error of pydantic in our words."""
    kind, loc, context = detail["type"], detail["loc"], detail.get("ctx", {})
    value: object = detail["input"]
    allowed: tuple[str, ...] = ()
    hint = ""
    if kind == "missing":
        message, value = _("is missing"), None
    elif kind == "extra_forbidden":
        allowed = _fields_at(loc[:-1])
        message, hint = _("there is no such setting"), likely(loc[-1], allowed)
    elif kind == "union_tag_not_found":
        message, value, allowed = _("has no kind: what does it do?"), None, tuple(KINDS)
    elif kind == "union_tag_invalid":
        value, allowed = context["tag"], tuple(KINDS)
        loc, message, hint = (*loc, "kind", "kind"), _("is not one of the possible values"), likely(value, allowed)
    elif kind == "too_short":
        message, value = _("at least one is needed"), None
    elif kind in ("literal_error", "enum"):
        allowed = tuple(part.strip("' ") for part in str(context["expected"]).replace(" or ", ", ").split(","))
        message, hint = _("is not one of the possible values"), likely(value, allowed)
    elif kind == "string_pattern_mismatch":
        message = _("does not have the form {pattern}", pattern=context["pattern"])
    elif kind in ("greater_than_equal", "greater_than"):
        message = _("must be at least {least}", least=context.get("ge", context.get("gt")))
    elif kind == "less_than_equal":
        message = _("must be at most {most}", most=context["le"])
    elif kind == "less_than":
        message = _("must be below {bound}", bound=context["lt"])
    elif kind in ("string_too_short", "too_short"):
        message = (
            _("must not be empty")
            if context["min_length"] == 1
            else _("is too short: {least} at least", least=context["min_length"])
        )
    elif kind in ("string_too_long", "too_long"):
        message = _("is too long: {most} at most", most=context["max_length"])
    elif kind == "finite_number":
        message = _("must be {type}", type=_("float"))
    elif kind == "int_from_float":
        message = _("must be {type}", type=_("int"))
    elif kind.endswith(("_type", "_parsing")):
        message = _("must be {type}", type=_(kind.removesuffix("_type").removesuffix("_parsing")))
    else:
        message = detail["msg"]
    return Problem(where(raw, loc), message, _plain(value), allowed, hint)


def where(raw: object, loc: Sequence[int | str]) -> str:
    """``('line', 1, 'queue')`` → ``line.partner.queue``: an entry of a list is called by its id when it has one."""
    parts: list[str] = []
    if loc[:1] == ("journey",):  # journey, its name, the step's name, its kind, which pydantic names as well
        loc = (*loc[:3], *loc[4:])
    for step in loc:
        if isinstance(raw, Mapping):
            raw = raw.get(step)
            if step != "[key]":
                parts.append(str(step))
        elif isinstance(raw, Sequence) and not isinstance(raw, str) and isinstance(step, int) and step < len(raw):
            raw = raw[step]
            ident = raw.get("id") if isinstance(raw, Mapping) else None
            parts.append(str(ident) if ident else str(step + 1))
        elif step != "[key]":
            parts.append(str(step))
    return ".".join(parts)


def _plain(value: object) -> object:
    """Sections and lists are not shown back: the field says which one."""
    return None if isinstance(value, dict | list) else value


def _fields_at(loc: Sequence[int | str]) -> tuple[str, ...]:
    """The settings there are in the section at ``loc``."""
    model: Any = Settings
    if loc[:1] == ("journey",) and len(loc) == 4:  # journey, its name, the step's name, the step's kind
        model, loc = KINDS.get(str(loc[3])), ()
    for step in loc:
        if isinstance(step, str) and isinstance(model, type) and issubclass(model, BaseModel):
            model = _model_in(model.model_fields[step].annotation)
    return tuple(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else ()


def _model_in(annotation: Any) -> Any:
    if get_origin(annotation) in (tuple, Union, UnionType):
        return next((arg for arg in get_args(annotation) if isinstance(arg, type) and arg is not type(None)), None)
    return annotation
