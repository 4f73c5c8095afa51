"""One shape for everything that is not 2xx: ``{error, field, message, allowed, problems}``.

Routes raise ``Failed``; what FastAPI and Starlette raise is translated here. An answer
never repeats a secret, and never a value longer than a line.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from agents.commands import Accepted, Refused, Why
from bridge.errors import Problem
from bridge.problem_texts import problems_of
from config.language import Sentence, again
from config.language import say as _

from .contract.rest import DoneOut, ErrorOut

log = structlog.get_logger("console")

WORDS = {
    400: "bad_request", 401: "unauthorised", 404: "not_found", 403: "not_allowed", 405: "method_not_allowed", 409: "conflict",
    413: "too_large", 415: "unsupported_type", 422: "invalid", 423: "locked", 428: "proof", 429: "too_many",
    500: "fault", 502: "telephone", 503: "unavailable",
}  # fmt: skip

EVERYWHERE: dict[int | str, dict[str, Any]] = {
    code: {"model": ErrorOut, "description": WORDS[code]}
    for code in (400, 401, 403, 404, 409, 413, 415, 422, 423, 428, 429, 502, 503)
}
"""What any route may answer besides its own; for OpenAPI."""


class Failed(Exception):
    def __init__(
        self, status: int, message: str, *, error: str = "", problems: Sequence[Problem] = (),
        headers: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status, self.error, self.message, self.problems = status, error or WORDS[status], message, tuple(problems)
        self.headers = headers


def invalid(problems: Sequence[Problem]) -> Failed:
    """422 with every problem; the first one in front."""
    return Failed(422, problems[0].message, problems=problems)


def not_found(field: str, said: str) -> Failed:
    message = _("there is no {field} {said}", field=field, said=said)
    return Failed(404, message, problems=(Problem(field, message),))


_STATUS = {
    Why.UNKNOWN_SEAT: 404, Why.UNKNOWN_AGENT: 422, Why.UNKNOWN_REASON: 422, Why.TARGET: 422, Why.NOT_ALLOWED: 403,
    Why.UNKNOWN_CALL: 404, Why.UNKNOWN_QUEUE: 422,
    Why.TOO_MANY: 429, Why.BLIND: 503, Why.TELEPHONE: 502,
}  # fmt: skip
_FIELD = {Why.UNKNOWN_SEAT: "seat", Why.UNKNOWN_AGENT: "agent", Why.UNKNOWN_REASON: "reason", Why.TARGET: "to",
    Why.TARGET_BUSY: "to",    Why.UNKNOWN_CALL: "call", Why.UNKNOWN_QUEUE: "queue",
}  # fmt: skip


def done_or_fail(said: Accepted | Refused, allowed: tuple[str, ...] = ()) -> DoneOut:
    """Turn a desk's ``Refused`` into its answer: an unknown seat 404, a wrong argument 422, the seat's state 409."""
    if isinstance(said, Accepted):
        return DoneOut(detail=said.detail)
    message = again(said.reason) if isinstance(said.reason, Sentence) else _headline(said)
    field = _FIELD.get(said.why, "")
    problems = (Problem(field, message, allowed),) if field else ()
    raise Failed(_STATUS.get(said.why, 409), message, error=said.why, problems=problems)


def _headline(said: Refused) -> str:
    """Of a refusal in somebody else's words (Asterisk's): ours, which the page's person can read; theirs are in the log."""
    key = f"refused_{said.why}"
    headline = _(key)
    log.info("refused", why=said.why, reason=said.reason)
    return said.reason if headline == key else headline


def answer(
    status: int, error: str, message: str, problems: Sequence[Problem] = (), headers: dict[str, str] | None = None
) -> Response:
    first = problems[0] if problems else Problem("", message)
    body = {
        "error": error,
        "field": first.field,
        "message": message,
        "allowed": list(first.allowed),
        "problems": [{"field": p.field, "message": p.message, "allowed": list(p.allowed)} for p in problems],
    }
    # A lone surrogate that a client sent may stand in a field name: ASCII escapes carry even that.
    content = json.dumps(body, ensure_ascii=True).encode("ascii")
    return Response(content, status, headers, "application/json")


def install(app: FastAPI, absent: Sequence[type[Exception]] = (), misfit: Sequence[type[Exception]] = ()) -> None:
    """Make ``app`` answer every failure in this shape; ``absent``: what means 'the ledger is not there now' (503),
    ``misfit``: a ledger that only a person can mend (500, in its own words)."""

    @app.exception_handler(Failed)
    async def failed(_request: Request, fault: Failed) -> Response:
        return answer(fault.status, fault.error, fault.message, fault.problems, fault.headers)

    @app.exception_handler(RequestValidationError)
    async def wrong(_request: Request, fault: RequestValidationError) -> Response:
        problems = problems_of(fault.errors())
        if any(error["type"] == "json_invalid" for error in fault.errors()):
            return answer(400, WORDS[400], problems[0].message, problems)
        return answer(422, WORDS[422], problems[0].message, problems)

    @app.exception_handler(HTTPException)
    async def http(_request: Request, fault: HTTPException) -> Response:
        headers = dict(fault.headers) if fault.headers else None
        message = _BARE[fault.status_code]() if fault.status_code in _BARE else str(fault.detail)
        return answer(fault.status_code, WORDS.get(fault.status_code, "failed"), message, headers=headers)

    @app.exception_handler(Exception)
    async def fault(request: Request, error: Exception) -> Response:
        log.error("a route failed", path=request.url.path, exc_info=error)
        return answer(500, WORDS[500], _("the daemon made a mistake; it is in its log"))

    async def unavailable(request: Request, error: Exception) -> Response:
        log.warning("a route found no ledger", path=request.url.path, fault=str(error))
        return answer(503, WORDS[503], _("the ledger cannot be reached now; nothing was written, try again"))

    async def needs_a_person(request: Request, error: Exception) -> Response:
        log.error("a route found a wrong ledger", path=request.url.path, fault=str(error))
        return answer(500, WORDS[500], str(error))

    for kind in absent:
        if kind not in misfit:
            app.add_exception_handler(kind, unavailable)
    for kind in misfit:
        app.add_exception_handler(kind, needs_a_person)


_BARE = {404: lambda: _("there is no such address"), 405: lambda: _("this address is not asked in this way")}
"""What the framework says by itself, in English."""
