"""Answers that refuse: one shape, with the field and the cure."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import JSONResponse

from .contract import FieldOut, RefusedOut


def answer(status: int, error: str, message: str, fields: Iterable[FieldOut] = (), **headers: str) -> JSONResponse:
    """``headers``: with underscores for dashes."""
    body = RefusedOut(error=error, message=message, fields=list(fields))
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse(body.model_dump(), status_code=status, headers=named)
