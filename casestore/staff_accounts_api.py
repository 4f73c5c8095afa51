"""The staff's accounts on the native API, for whoever holds the secret: ``GET /staff`` · ``PUT /staff`` · ``GET /staff/log``.

A name and a password stand in the body, never in the address.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Query, Request
from fastapi.responses import Response
from pydantic import ValidationError

from . import body
from .contract import RefusedOut
from .error_answers import answer
from .staff import Staff, StaffRefused
from .staff_contract import AuditOut, StaffIn, StaffListOut, StaffOut
from .validation_errors import fields_of


def add_routes(app: FastAPI, staff: Staff) -> None:
    @app.get("/staff")
    async def every() -> StaffListOut:
        return StaffListOut(accounts=await staff.every())

    @app.put("/staff", response_model=StaffOut, responses={422: {"model": RefusedOut}})
    async def put(request: Request) -> Any:
        """Make an account, or change what is given of a standing one."""
        try:
            asked = StaffIn.model_validate(body.parse(await request.body()))
        except ValidationError as fault:
            fields = fields_of(fault.errors(include_url=False, include_input=False))
            return answer(422, "invalid", "; ".join(f"{one.field}: {one.message}" for one in fields)[:1000], fields)
        return await staff.put(asked)

    @app.get("/staff/log")
    async def log(most: Annotated[int, Query(ge=1, le=1000)] = 100) -> AuditOut:
        """What was done at the door, the newest first."""
        return AuditOut.model_validate({"rows": await staff.audit.newest(most)})

    app.add_exception_handler(StaffRefused, _refused)


async def _refused(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, StaffRefused)
    wait = {"retry_after": str(fault.wait)} if fault.wait else {}
    return answer(fault.status, fault.error, fault.message, fault.fields, **wait)
