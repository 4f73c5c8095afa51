"""Every shape that goes over the wire, and nothing else: REST bodies and answers, stream messages.

The only definition there is: OpenAPI comes from it, and ``web/src/contract.ts`` from
OpenAPI (``make contract``); a test fails when either is stale.
"""

from __future__ import annotations

import inspect
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bridge import forms

from . import access, callbacks, desk, nuisance, partner_handovers, places, rest, stream, switches, tickets, wall


def shapes_of_all() -> dict[str, Any]:
    """Name → JSON schema of every shape, as OpenAPI's components want them."""
    rooms = (access, callbacks, desk, partner_handovers, nuisance, places, rest, stream, switches, tickets, wall)
    found: list[type[BaseModel]] = [
        kind
        for room in rooms
        for name, kind in inspect.getmembers(room, inspect.isclass)
        if issubclass(kind, BaseModel) and kind.__module__ == room.__name__ and not name.startswith("_")
    ] + [forms.TicketIn]
    _, told = models_json_schema([(kind, "serialization") for kind in found], ref_template=_REF)
    schemas: dict[str, Any] = told["$defs"]
    return schemas


_REF = "#/components/schemas/{model}"
