"""What the staff's pages ask: sign in, lists, cases, commands, photos. Role, name and unit come from the session, never from a body.

Each route stands in one list with who may ask it (``permissions.py``); a unit sees its own cases alone, a worker those assigned to them.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from accounts.cookie import address_of, give, secret_of, take_back
from accounts.session import Session
from config.language import again
from config.language import say as _

from .. import body
from ..case_photos import CasePhotos, PhotoRefused
from ..command_runner import Refused
from ..contract import CommandIn, FieldOut, UnitOut, UnitsOut, WholeCaseOut
from ..database import Away
from ..error_answers import answer
from ..photo_seal import SealBroken
from ..staff import Staff, StaffRefused
from ..staff_contract import MeOut, PasswordIn, SignInIn, WorkersOut
from ..staff_records import StaffAccount
from ..states import UNIT_ROLES, Command, Role, State
from ..store import NoCase, Store
from ..unit_suggestions import UnitSuggestions
from ..validation_errors import fields_of
from ..work_lists import Asked, WorkLists
from .case_view import seen_by
from .guard import COOKIE, PREFIX
from .permissions import RULES, Who

log = structlog.get_logger("casestore")

M = TypeVar("M", bound=BaseModel)
API = f"{PREFIX}/api"
_OURS = ("role", "by", "own_unit")
"""Of a command: said by the session."""
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Me:
    session: Session
    account: StaffAccount

    @property
    def role(self) -> Role:
        return Role(self.account.role)


@dataclass(frozen=True, slots=True)
class StaffSide:
    """What these routes speak for."""

    staff: Staff
    store: Store
    lists: WorkLists
    units: UnitSuggestions
    photos: CasePhotos
    clock: Callable[[], datetime]


Handler = Callable[[Request, Me], Awaitable[Response]]


class StaffRoutes:
    def __init__(self, side: StaffSide) -> None:
        self._side, self._staff = side, side.staff

    def routes(self) -> list[Route]:
        return [Route(f"{API}{path}", self._for(method, path), methods=[method]) for method, path in RULES]

    # -- who --------------------------------------------------------------------------------

    def _for(self, method: str, path: str) -> Callable[[Request], Awaitable[Response]]:
        rule, work = RULES[method, path], self._handlers()[method, path]

        async def handle(request: Request) -> Response:
            me = await self._me(request)
            if rule is not Who.ANYBODY:
                if me is None:
                    return answer(401, "unauthorized", _("sign in first"))
                if me.account.must_change and rule is not Who.SIGNED_IN:
                    return answer(
                        403, "password_change", _("this password is somebody else's choice: take one of your own first")
                    )
                if isinstance(rule, frozenset) and me.role not in rule:
                    return answer(403, "forbidden", _("your role may not do this"))
            return await work(request, me)

        return handle

    async def _me(self, request: Request) -> Me | None:
        found = await self._staff.find(secret_of(dict(request.scope["headers"]), COOKIE))
        return None if found is None else Me(*found)

    def _handlers(self) -> dict[tuple[str, str], Callable[[Request, Any], Awaitable[Response]]]:
        return {
            ("POST", "/session"): self._sign_in, ("GET", "/session"): self._who_am_i, ("DELETE", "/session"): self._sign_out,
            ("POST", "/session/password"): self._change_password, ("GET", "/work"): self._work,
            ("GET", "/workers"): self._workers, ("GET", "/cases/{number}"): self._case,
            ("GET", "/cases/{number}/units"): self._units, ("POST", "/cases/{number}/commands"): self._command,
            ("PUT", "/cases/{number}/photos"): self._keep_photo, ("GET", "/cases/{number}/photos/{sha256}"): self._photo,
        }  # fmt: skip

    # -- the door ---------------------------------------------------------------------------

    async def _sign_in(self, request: Request, me: Me | None) -> Response:
        asked = _valid(SignInIn, await request.body())
        browser = request.headers.get("user-agent", "")
        former = me.session if me else None
        secret, session = await self._staff.sign_in(asked.account, asked.password, _address(request), browser, former)
        account = await self._staff.get(session.account)
        assert account is not None
        told = _json(_me_out(account))
        give(told, secret, self._staff.session_seconds, COOKIE)
        return told

    async def _who_am_i(self, _request: Request, me: Me) -> Response:
        return _json(_me_out(me.account))

    async def _sign_out(self, _request: Request, me: Me) -> Response:
        await self._staff.sign_out(me.session)
        told = Response(status_code=204)
        take_back(told, COOKIE)
        return told

    async def _change_password(self, request: Request, me: Me) -> Response:
        asked = _valid(PasswordIn, await request.body())
        await self._staff.change_own(me.session, asked.old, asked.new, _address(request))
        return Response(status_code=204)

    # -- cases ------------------------------------------------------------------------------

    async def _work(self, request: Request, me: Me) -> Response:
        asked = request.query_params
        known = {str(one) for one in State}
        states = tuple(State(one) for one in asked.getlist("state")[:20] if one in known)
        lists = self._side.lists
        return _json(
            await lists.of(Asked(me.role, me.account.unit, me.account.account, states, asked.get("after", "")[:80]))
        )

    async def _workers(self, _request: Request, me: Me) -> Response:
        return _json(WorkersOut(workers=await self._staff.workers_of(me.account.unit, Role.UNIT_WORKER)))

    async def _case(self, request: Request, me: Me) -> Response:
        case = await self._seen(request, me, helping=True)
        if case is None:
            return _no_case(request)
        helps = me.role in UNIT_ROLES and case.unit != me.account.unit
        return _json(seen_by(case, me.role, await self._side.photos.of(case.number), helps=helps))

    async def _units(self, request: Request, me: Me) -> Response:
        found = await self._side.units.of(_number(request))
        if found is None:
            return _no_case(request)
        return _json(
            UnitsOut(
                units=[UnitOut(unit=one.unit, reason=again(one.reason), confidence=one.confidence) for one in found]
            )
        )

    async def _command(self, request: Request, me: Me) -> Response:
        raw = body.parse(await request.body())
        for name in _OURS:
            if name in raw:
                return answer(422, "invalid", _("no such field"), [FieldOut(field=name, message=_("no such field"))])
        said = {"role": me.role, "by": me.account.account, "own_unit": me.account.unit}
        asked = CommandIn.model_validate(raw | said)
        if (before := await self._side.store.said_before(_number(request), asked)) is not None:
            return _json(before)  # also of a case that left this person with it
        case = await self._seen(request, me)
        if case is None:
            return _no_case(request)
        if asked.command is Command.ASSIGN and asked.worker:
            workers = await self._staff.workers_of(me.account.unit, Role.UNIT_WORKER)
            if asked.worker not in {one.account for one in workers}:
                message = _("no worker of this unit has this account")
                return answer(422, "invalid", message, [FieldOut(field="worker", message=message)])
        here = {photo.sha256 for photo in await self._side.photos.of(case.number)}
        if lost := [one for one in asked.evidence if one not in here]:
            message = _("a picture has not arrived yet: wait until it is sent")
            return answer(422, "invalid", message, [FieldOut(field="evidence", message=f"{message} {lost[0][:64]}")])
        try:
            return _json(await self._side.store.command(case.number, asked, self._side.clock()))
        except NoCase:
            return _no_case(request)

    async def _keep_photo(self, request: Request, me: Me) -> Response:
        case = await self._seen(request, me)
        if case is None:
            return _no_case(request)
        said = request.headers.get("x-sha256", "").lower()[:64]
        photo = await self._side.photos.keep(
            case.number, await request.body(), said, me.account.account, self._side.clock()
        )
        return _json(photo)

    async def _photo(self, request: Request, me: Me) -> Response:
        name = request.path_params["sha256"]
        case = await self._seen(request, me, helping=True) if _HASH.fullmatch(name) else None
        photo = await self._side.photos.get(case.number, name) if case is not None else None
        if photo is None:
            return answer(404, "not_found", _("there is no such picture"))
        kept = {"Cache-Control": "private, max-age=86400, immutable", "Content-Disposition": "inline"}
        return Response(photo.body, media_type=photo.media_type, headers=kept)

    async def _seen(self, request: Request, me: Me, *, helping: bool = False) -> WholeCaseOut | None:
        """The case, if this person may see it: else it is as if there were none. ``helping``: the office of a unit that helps reads it, too."""
        case = await self._side.store.whole(_number(request), self._side.clock())
        if helping and case is not None and me.role is Role.UNIT_OFFICE and me.account.unit in case.units_helping:
            return case
        if case is None or (me.role in UNIT_ROLES and case.unit != me.account.unit):
            return None
        return None if me.role is Role.UNIT_WORKER and case.worker != me.account.account else case


def _number(request: Request) -> str:
    return str(request.path_params["number"])[:24]


def _address(request: Request) -> str:
    return address_of(dict(request.scope["headers"]), request.client.host if request.client else "")


def _me_out(account: StaffAccount) -> MeOut:
    return MeOut(
        account=account.account,
        name=account.name,
        role=Role(account.role),
        unit=account.unit,
        must_change=account.must_change,
    )


def _json(told: BaseModel) -> Response:
    return Response(told.model_dump_json(), media_type="application/json")


def _valid(model: type[M], raw: bytes) -> M:
    return model.model_validate(body.parse(raw))


def _no_case(request: Request) -> JSONResponse:
    return answer(404, "not_found", _("there is no case {number}", number=_number(request)))


async def _staff_refused(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, StaffRefused)
    wait = {"retry_after": str(fault.wait)} if fault.wait else {}
    return answer(fault.status, fault.error, fault.message, fault.fields, **wait)


async def _not_done(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, Refused)
    if fault.fields:
        return answer(
            422, "invalid", fault.message, [FieldOut(field=name, message=fault.message) for name in fault.fields]
        )
    return answer(409, fault.error, fault.message)


async def _away(_request: Request, fault: Exception) -> Response:
    return answer(503, "away", str(fault), retry_after="10")


async def _bad_body(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, body.BadBody)
    return answer(422, "invalid", fault.message, [FieldOut(field=fault.field, message=fault.message)])


async def _invalid(_request: Request, fault: Exception) -> Response:
    assert isinstance(fault, ValidationError)
    fields = fields_of(fault.errors(include_url=False, include_input=False))
    return answer(422, "invalid", "; ".join(f"{one.field}: {one.message}" for one in fields)[:1000], fields)


async def _seal_broken(_request: Request, fault: Exception) -> Response:
    log.error("a photo does not open", sha256=str(fault))
    return answer(
        500, "photo_broken", _("this picture cannot be opened: put back VAR/secrets/casestore-photos as it was")
    )


async def _photo_refused(_request: Request, fault: Exception) -> Response:
    return answer(422, "photo", str(fault), [FieldOut(field="photo", message=str(fault))])


REFUSALS: dict[Any, Callable[[Request, Exception], Awaitable[Response]]] = {
    StaffRefused: _staff_refused, Refused: _not_done, Away: _away, body.BadBody: _bad_body, ValidationError: _invalid,
    PhotoRefused: _photo_refused, SealBroken: _seal_broken,
}  # fmt: skip
"""What a route raises → how it is said."""
