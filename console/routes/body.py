"""A JSON object as it came, for what the bridge checks by itself, and its entry in OpenAPI."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel

from config.language import say as _
from console.error_answers import Failed


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


async def _object(request: Request) -> dict[str, object]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if not body:
        return {}
    if kind != "application/json":
        raise Failed(415, _("Content-Type: application/json is needed"))
    try:
        value = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Failed(400, _("this is not JSON: {fault}", fault=str(error)[:200])) from error
    if not isinstance(value, dict):
        raise Failed(422, _("a JSON object is needed"))
    return value


Raw = Annotated[dict[str, object], Depends(_object)]


def documented(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """``openapi_extra`` for a route that takes ``Raw`` of this shape."""
    schema = model.model_json_schema()
    inner = schema.pop("$defs", {})
    return {
        "requestBody": {
            "required": required,
            "content": {"application/json": {"schema": _inlined(schema, inner)}},
        }
    }


def _inlined(value: Any, inner: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            return _inlined(inner[value["$ref"].rpartition("/")[2]], inner)
        return {name: _inlined(one, inner) for name, one in value.items()}
    if isinstance(value, list):
        return [_inlined(one, inner) for one in value]
    return value
