"""The native HTTP API: messages and staff's commands in, receipts, cases, work lists and events out.

``POST /messages`` · ``GET /messages?key=`` · ``GET /cases?after=`` · ``GET /cases/NUMBER`` · ``POST /cases/NUMBER/commands`` ·
``GET /work?role=`` · ``GET /events?after=`` · ``POST /inquiries`` · ``GET /health`` · ``/staff`` (``staff_accounts_api.py``). Every request says ``Authorization: Bearer SECRET`` (``guard.py``).
409: the case is not where this can be done (``docs/case-store-api.md``); 422: what was sent is wrong, the fields are named; 503: not now, the same again later; 429: wait ``Retry-After`` seconds.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from accounts.query_code_limits import Wait
from config.language import say as _

from . import VERSION, body
from .command_runner import Refused
from .contract import (
    CasesOut,
    CommandIn,
    CommandOut,
    EventsOut,
    FieldOut,
    HealthOut,
    InquiryIn,
    MessageIn,
    ProgressOut,
    ReceiptOut,
    RefusedOut,
    WholeCaseOut,
    WorkListOut,
)
from .database import Away, Database
from .error_answers import answer
from .georeport_accounts import GeoReportConf
from .georeport_api import Beside, GeoReport
from .guard import Guard
from .progress_query import Inquiries, Mistyped, NoSuchCase
from .staff import Staff
from .staff_accounts_api import add_routes
from .states import Role, State
from .store import NoCase, Store
from .validation_errors import fields_of
from .work_lists import Asked, WorkLists

MOST_WAIT = 25.0
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Behind:
    """What the routes speak for."""

    database: Database
    store: Store
    inquiries: Inquiries
    clock: Callable[[], datetime]
    """Aware."""
    staff: Staff
    told: str
    """Fingerprint of what the program was told at its start."""
    georeport: GeoReportConf | None = None


def make_app(behind: Behind, secret: str) -> ASGIApp:
    native = Guard(routes(behind), secret)
    if behind.georeport is None:
        return native
    return Beside(native, GeoReport(behind.georeport, behind.database, behind.store, behind.clock))


def routes(behind: Behind) -> FastAPI:
    """Without the guard."""
    app = FastAPI(
        title="12319 case store", version=str(VERSION), docs_url=None, redoc_url=None,
        responses={status: {"model": RefusedOut} for status in (401, 413, 422, 503)},
    )  # fmt: skip
    store, inquiries, lists = behind.store, behind.inquiries, WorkLists(behind.database, behind.store.work)

    @app.get("/health")
    async def health() -> HealthOut:
        """Answered also while the database is away."""
        return HealthOut(version=VERSION, pid=os.getpid(), told=behind.told, away=behind.database.away)

    @app.post("/messages", openapi_extra=_body_of(MessageIn))
    async def take(request: Request) -> ReceiptOut:
        raw = body.parse(await request.body())
        message = _valid(MessageIn, raw)
        return await store.take(message, raw, behind.clock())

    @app.get("/messages", responses={404: {"model": RefusedOut}})
    async def find(key: Annotated[str, Query(max_length=200)]) -> ReceiptOut:
        """The answer the message with this key got."""
        found = await store.receipt(key)
        if found is None:
            raise HTTPException(404, _("no message with this key was taken"))
        return found

    @app.get("/cases")
    async def cases(
        after: Annotated[str, Query(max_length=24)] = "", most: Annotated[int, Query(ge=1, le=500)] = 100
    ) -> CasesOut:
        return await store.page(after, most)

    @app.get("/cases/{number}", responses={404: {"model": RefusedOut}})
    async def case(number: str) -> WholeCaseOut:
        found = await store.whole(number, behind.clock())
        if found is None:
            raise HTTPException(404, _("there is no case {number}", number=number[:40]))
        return found

    @app.post(
        "/cases/{number}/commands", openapi_extra=_body_of(CommandIn),
        responses={404: {"model": RefusedOut}, 409: {"model": RefusedOut}},
    )  # fmt: skip
    async def command(number: str, request: Request) -> CommandOut:
        """What one of the staff does with a case; the same key again is answered as the first time."""
        asked = _valid(CommandIn, body.parse(await request.body()))
        try:
            return await store.command(number, asked, behind.clock())
        except NoCase:
            raise HTTPException(404, _("there is no case {number}", number=number[:40])) from None

    @app.get("/work")
    async def work(
        role: Role,
        own_unit: Annotated[str, Query(max_length=80)] = "",
        by: Annotated[str, Query(max_length=120, description="of a worker: who")] = "",
        state: Annotated[list[State] | None, Query(description="'': those whose next step is the role's")] = None,
        after: Annotated[str, Query(max_length=80)] = "",
        most: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> WorkListOut:
        return await lists.of(Asked(role, own_unit, by, tuple(state or ()), after, most))

    @app.get("/events")
    async def events(
        after: Annotated[str, Query(max_length=200, description="a mark given before; '': all there ever were")] = "",
        most: Annotated[int, Query(ge=1, le=500)] = 100,
        wait: Annotated[float, Query(ge=0, le=MOST_WAIT, description="seconds to wait for the first")] = 0,
    ) -> EventsOut:
        news = store.news.next()
        found = await store.events(after, most)
        if not found.events and wait:
            await store.news.wait(news, wait)
            found = await store.events(after, most)
        return found

    @app.post(
        "/inquiries", openapi_extra=_body_of(InquiryIn),
        responses={404: {"model": RefusedOut}, 429: {"model": RefusedOut}}, response_model=ProgressOut,
    )  # fmt: skip
    async def ask(request: Request) -> Any:
        asked = _valid(InquiryIn, body.parse(await request.body()))
        match await inquiries.ask(asked.number, asked.code, asked.caller):
            case Mistyped():
                message = _("is no case number: a digit is wrong, missing or swapped. Cure: type it again")
                return answer(422, "mistyped", message, [FieldOut(field="number", message=message)])
            case NoSuchCase():
                return answer(404, "not_found", _("there is no case with this number and query code"))
            case Wait() as wait:
                message = _("too many wrong tries: try again in {seconds} s", seconds=wait.seconds)
                return answer(429, f"too_many_{wait.scope}", message, retry_after=str(wait.seconds))
            case progress:
                return progress

    add_routes(app, behind.staff)
    app.add_exception_handler(body.BadBody, _bad_body)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(_Invalid, _invalid)
    app.add_exception_handler(Away, _away)
    app.add_exception_handler(Refused, _not_done)
    app.add_exception_handler(HTTPException, _refused)
    return app


class _Invalid(Exception):
    def __init__(self, found: list[Any]) -> None:
        super().__init__("invalid")
        self.found = found

    def errors(self) -> list[Any]:
        return self.found


def _valid(model: type[M], raw: dict[str, Any]) -> M:
    try:
        return model.model_validate(raw)
    except ValidationError as fault:
        raise _Invalid(list(fault.errors(include_url=False, include_input=False))) from None


def _body_of(model: type[BaseModel]) -> dict[str, Any]:
    """For the OpenAPI: the body is read by ``body.parse``, which is stricter than FastAPI."""
    shape = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": shape}}}}


async def _bad_body(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, body.BadBody)
    return _unprocessable([FieldOut(field=fault.field, message=fault.message)])


async def _invalid(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError | _Invalid)
    return _unprocessable(fields_of(fault.errors()))


def _unprocessable(fields: list[FieldOut]) -> Response:
    return answer(422, "invalid", "; ".join(f"{one.field}: {one.message}" for one in fields)[:1000], fields)


async def _not_done(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, Refused)
    if fault.fields:
        return _unprocessable([FieldOut(field=name, message=fault.message) for name in fault.fields])
    return answer(409, fault.error, fault.message)


async def _away(_request: Request, fault: Exception) -> Response:
    return answer(503, "away", str(fault), retry_after="10")


async def _refused(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    error = {404: "not_found", 405: "method"}.get(fault.status_code, "refused")
    refused = answer(fault.status_code, error, fault.detail)
    refused.headers.update(fault.headers or {})  # of 405: what is allowed here
    return refused
