"""GeoReport v2 answers in the format asked for: JSON as the standard's mapping has it, XML with its element names. Pure.

A character that XML forbids makes a whole answer unreadable, so that none is written in either format.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from xml.sax.saxutils import escape

from starlette.responses import Response

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
Value = Any


class Form(StrEnum):
    XML = "xml"
    JSON = "json"


KINDS = {Form.XML: "text/xml; charset=utf-8", Form.JSON: "application/json; charset=utf-8"}


def rows(form: Form, root: str, item: str, found: Sequence[Mapping[str, Value]], status: int = 200) -> Response:
    """A list; an empty one is ``[]`` and ``<root/>``."""
    if form is Form.JSON:
        return _answer(form, _json(list(found)), status)
    inner = "".join(_element(item, row) for row in found)
    return _answer(form, f"<{root}>{inner}</{root}>" if inner else f"<{root}/>", status)


def one(form: Form, root: str, found: Mapping[str, Value]) -> Response:
    """An object: discovery and the definition of a service."""
    return _answer(form, _json(found) if form is Form.JSON else _element(root, found), 200)


def refused(form: Form, status: int, *descriptions: str) -> Response:
    """A list of what is wrong, with the status as its code."""
    return rows(form, "errors", "error", [{"code": str(status), "description": one} for one in descriptions], status)


def clean(text: str) -> str:
    return FORBIDDEN.sub("", text)


_ITEMS = {"endpoints": "endpoint", "formats": "format", "attributes": "attribute", "values": "value"}
"""What stands in a list of this name."""


def _element(name: str, value: Value) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(key, inner) for key, inner in value.items() if inner is not None)}</{name}>"
    if isinstance(value, list | tuple):
        return f"<{name}>{''.join(_element(_ITEMS[name], inner) for inner in value)}</{name}>"
    if isinstance(value, bool):
        return f"<{name}>{'true' if value else 'false'}</{name}>"
    text = f"{value:.6f}" if isinstance(value, float) else clean(str(value))
    return f"<{name}>{escape(text)}</{name}>"


def _json(value: Value) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: Value) -> Value:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return round(value, 6)
    return clean(value) if isinstance(value, str) else value


def _answer(form: Form, text: str, status: int) -> Response:
    body = text if form is Form.JSON else f'<?xml version="1.0" encoding="utf-8"?>\n{text}'
    return Response(body.encode("utf-8"), status, media_type=KINDS[form], headers={"Cache-Control": "no-store"})
