"""The GeoReport v2 server: discovery, services, a service's definition, cases made, listed and shown, in XML and JSON.

Beside the native API, below ``/open311/``, with accounts of its own (``georeport_accounts.py``). Whoever files is told what it
filed; to everybody else a case is its number, service, state and dates: no name, number, word or place of a citizen ever.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from accounts.cookie import address_of
from accounts.password_attempts import place

from . import body_bytes, guard
from .contract import MessageIn, TicketIn
from .database import Away, Database
from .georeport_accounts import PREFIX, Accounts, GeoReportConf, Integrator, Service, Services
from .georeport_answers import Form, one, refused, rows
from .georeport_forms import (
    CONDITION,
    PART,
    Asked,
    Refused,
    arguments,
    first,
    question,
    ticket_of,
)
from .progress_steps import promised_by
from .states import CHINESE, STEP_OF, State
from .store import Store
from .tables import case_events, cases

ROOT = "/open311/"
BASE = "/open311/v2/"
MOST_BYTES = 64 * 1024
CLOSED = frozenset({"closed", "evaluated", "voided"})
"""States in which nothing is done any more; every other one is open."""
PROVISIONAL = "办结时间为暂定：明年放假安排尚未公布"
"""``service_notice``: ``expected_datetime`` may move. Chinese, as what is told of the steps."""
_C, _E = cases.c, case_events.c
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class GeoReport:
    """Plain ASGI: the standard wants its own shape of every answer, refusals too."""

    def __init__(
        self, conf: GeoReportConf, database: Database, store: Store, clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._conf, self._database, self._store, self._clock = conf, database, store, clock
        self.accounts = Accounts(conf)
        self.services = Services(conf.services)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = unquote(scope.get("raw_path", scope["path"].encode()).decode("ascii", "replace").partition("?")[0])
        stem, form = _form(path)
        try:
            body = await _body(scope, receive) if scope["method"] == "POST" else b""
            if body is None:
                return
            answer = await self._answer(scope, stem, form, body)
        except Refused as fault:
            answer = refused(form or Form.XML, fault.status, *fault.descriptions)
        except Away as fault:
            answer = refused(form or Form.XML, 503, f"not now: {fault}")
            answer.headers["Retry-After"] = "10"
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, stem: str, form: Form | None, body: bytes) -> Response:
        if form is None:
            raise Refused(404, "there is no such resource: each ends with .xml or .json")
        method = scope["method"]
        said = arguments(scope.get("query_string", b""))
        if method == "POST":
            said = said | arguments(body)
        key = first(said, "api_key")
        who = self.accounts.of(key) if key else None
        if not self.accounts.may_ask(who.name if who else "", _place(scope)):
            raise Refused(429, "too many requests within a minute")
        if key and who is None:
            raise Refused(403, "api_key is wrong")
        if method not in ("GET", "HEAD", "POST") or (method == "POST") != (method == "POST" and stem == "requests"):
            raise Refused(400, f"{method[:20]} is nothing that this resource does")
        if stem == "discovery":
            return one(form, "discovery", self._discovery())
        self._jurisdiction(said)
        if method == "POST":
            return await self._file(scope, form, said, who)
        if not self._conf.public and (who is None or "read" not in who.rights):
            raise Refused(403, "api_key is wanted" if who is None else "api_key may not read")
        return await self._read(form, stem, said, who)

    async def _read(self, form: Form, stem: str, said: Mapping[str, list[str]], who: Integrator | None) -> Response:
        name, _slash, rest = stem.partition("/")
        if stem.endswith("/"):
            raise Refused(404, "there is no such resource")
        match name, rest:
            case "services", "":
                found = [_listed(service) for service in self.services.all().values()]
                return rows(form, "services", "service", found)
            case "services", code:
                service = self.services.all().get(code)
                if service is None:
                    raise Refused(404, f"service_code: there is no {code[:60]}")
                return one(form, "service_definition", _definition(service))
            case "requests", "":
                asked = question(said, self._clock())
                if asked.service and asked.service not in self.services.all():
                    raise Refused(404, f"service_code: there is no {asked.service[:60]}")
                return rows(form, "service_requests", "request", await self._cases(asked, who))
            case "requests", ident:
                found = await self._cases(Asked(ids=(ident,), extensions=first(said, "extensions") == "true"), who)
                if not found:
                    raise Refused(404, f"service_request_id: there is no {ident[:40]}")
                return rows(form, "service_requests", "request", found)
            case "tokens", token if token:
                found = await self._cases(Asked(ids=(token,)), who)
                if not found:
                    raise Refused(404, f"token: there is no {token[:40]}; this server answers with the number at once")
                told = [{"service_request_id": found[0]["service_request_id"], "token": token}]
                return rows(form, "service_requests", "request", told)
        raise Refused(404, "there is no such resource")

    def _jurisdiction(self, said: Mapping[str, list[str]]) -> None:
        wanted, given = self._conf.jurisdiction, first(said, "jurisdiction_id")
        if wanted and not given:
            raise Refused(400, "jurisdiction_id was not provided")
        if wanted and given != wanted:
            raise Refused(404, f"jurisdiction_id: there is no {given[:60]}")

    async def _file(
        self, scope: Scope, form: Form, said: Mapping[str, list[str]], who: Integrator | None
    ) -> Response:  # fmt: skip
        if who is None:
            raise Refused(403, "api_key was not provided")
        if "file" not in who.rights:
            raise Refused(403, "api_key may not file")
        now = self._clock()
        ticket = ticket_of(said, self.services.all(), _ident(now), now, who.name)
        headers = dict(scope["headers"])
        name = headers.get(b"idempotency-key", b"").decode("ascii", "ignore").strip()[:120] or secrets.token_hex(16)
        key = f"{who.prefix}{name}"
        receipt = await self._store.receipt(key)
        if receipt is None:  # said again it is answered as the first time, and is no further ticket
            shape = TicketIn.model_validate(ticket)
            message = MessageIn(id=ticket["id"], stream=key, kind="file", key=key, ticket=shape)
            receipt = await self._store.take(message, {"ticket": ticket | {"key": key}}, now)
        told = {"service_request_id": receipt.number, "account_id": first(said, "account_id") or None}
        return rows(form, "service_requests", "request", [told])

    async def _cases(self, asked: Asked, who: Integrator | None) -> list[dict[str, Any]]:
        services = self.services.all()

        def read(db: sa.Connection) -> list[dict[str, Any]]:
            found = db.execute(_wanted(db, asked)).all()
            if not found:
                return []
            last = _last(db, [row.number for row in found])
            return [_case(row, last.get(row.number), services, who, extensions=asked.extensions) for row in found]

        return await self._database.read(read)

    def _discovery(self) -> dict[str, Any]:
        endpoint = {
            "specification": "http://wiki.open311.org/GeoReport_v2", "url": self._conf.base + BASE.rstrip("/"),
            "changeset": "2026-11-29T00:00:00Z", "type": "production", "formats": ["text/xml", "application/json"],
        }  # fmt: skip
        return {
            "changeset": "2026-11-29T00:00:00Z", "contact": "12319", "key_service": "12319", "endpoints": [endpoint],
        }  # fmt: skip


class Beside:
    """GeoReport below its path, everything else to ``native``."""

    def __init__(self, native: ASGIApp, georeport: ASGIApp) -> None:
        self._native, self._georeport = native, georeport

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith(ROOT)
        await (self._georeport if ours else self._native)(scope, receive, send)


def _place(scope: Scope) -> str:
    return place(address_of(dict(scope["headers"]), str((scope.get("client") or ("",))[0])))


def status_of(state: str) -> str:
    """open or closed, of whatever finer state a case is in."""
    return "closed" if state in CLOSED else "open"


def _form(path: str) -> tuple[str, Form | None]:
    stem, _dot, form = path.removeprefix(BASE).rpartition(".")
    if not path.startswith(BASE) or form not in list(Form):
        return "", None
    return stem, Form(form)


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    headers = dict(scope["headers"])
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != b"application/x-www-form-urlencoded":
        raise Refused(400, "Content-Type: application/x-www-form-urlencoded is wanted")
    try:
        return await body_bytes.read(headers, receive, MOST_BYTES, guard.BODY_SECONDS)
    except TimeoutError:
        raise Refused(400, "the body came too slowly") from None
    except body_bytes.TooLarge:
        raise Refused(400, f"at most {MOST_BYTES} bytes") from None


def _wanted(db: sa.Connection, asked: Asked) -> sa.Select[Any]:
    """Newest first. A case number begins with its day, so that the window is found by the primary key."""
    wanted = sa.select(cases).order_by(_C.number.desc())
    if asked.ids:
        wanted = wanted.where(_C.number.in_(asked.ids))
    else:
        assert asked.start is not None
        wanted = wanted.where(_C.accepted_at >= asked.start.isoformat(), _C.number >= f"{asked.start:%Y%m%d}")
        if asked.end is not None:
            wanted = wanted.where(_C.accepted_at <= asked.end.isoformat())
        if len(asked.statuses) == 1:
            over = _C.state.in_(sorted(CLOSED))
            wanted = wanted.where(over if "closed" in asked.statuses else ~over)
        if asked.service:
            wanted = wanted.where(_service_is(db, asked.service))
    return wanted.limit(asked.page_size).offset((asked.page - 1) * asked.page_size)


def _service_is(db: sa.Connection, code: str) -> sa.ColumnElement[bool]:
    def said(*path: str) -> sa.ColumnElement[str]:
        if db.dialect.name == "postgresql":
            return sa.func.coalesce(sa.func.json_extract_path_text(sa.cast(_C.ticket, sa.JSON), *path), "")
        return sa.func.coalesce(sa.func.json_extract(_C.ticket, "$." + ".".join(path)), "")

    kind, _dash, number = code.partition("-")
    if not number:
        return said("subject", "code") == ""
    return sa.and_(said("subject", "kind") == kind, said("subject", "code") == number)


def _last(db: sa.Connection, numbers: list[str]) -> dict[str, Any]:
    """The newest line of each case's history."""
    newest = (
        sa.select(_E.number, sa.func.max(_E.turn).label("turn"))
        .where(_E.number.in_(numbers))
        .group_by(_E.number)
        .subquery()
    )
    both = sa.and_(_E.number == newest.c.number, _E.turn == newest.c.turn)
    return {row.number: row for row in db.execute(sa.select(_E.number, _E.at, _E.unit).join(newest, both))}


def _case(
    row: Any, last: Any, services: Mapping[str, Service], who: Integrator | None, *, extensions: bool
) -> dict[str, Any]:  # fmt: skip
    ticket = json.loads(row.ticket)
    code = _code(ticket)
    service = services.get(code)
    step = STEP_OF[State(row.state)]
    told: dict[str, Any] = {
        "service_request_id": row.number, "status": status_of(row.state), "status_notes": CHINESE[step],
        "service_name": service.name if service else row.kind, "service_code": code,
        "agency_responsible": (last.unit if last is not None else "") or None,
        "requested_datetime": _moment(row.accepted_at),
        "updated_datetime": _moment(last.at if last is not None else row.accepted_at),
        "expected_datetime": _moment((ticket.get("promise") or {}).get("by")),
        "service_notice": PROVISIONAL if promised_by(ticket)[1] else None,
    }  # fmt: skip
    own = who is not None and "read" in who.rights and row.key.startswith(who.prefix)
    if own:
        place, more = ticket.get("place") or {}, ticket.get("georeport") or {}
        told |= {
            "description": ticket.get("content", ""), "address": place.get("address_text") or None,
            "address_id": more.get("address_id"), "lat": place.get("lat"), "long": place.get("lng"),
            "media_url": more.get("media_url"),
        }  # fmt: skip
    if extensions:
        attributes = (ticket.get("georeport") or {}).get("attributes") or {}
        told["extended_attributes"] = {"step": str(step), **(attributes if own else {})}
    return told


def _code(ticket: Mapping[str, Any]) -> str:
    subject = ticket.get("subject") or {}
    return f"{subject.get('kind') or 'event'}-{subject['code']}" if subject.get("code") else "other"


def _listed(service: Service) -> dict[str, Any]:
    return {
        "service_code": service.code, "service_name": service.name, "description": service.group,
        "metadata": bool(_attributes(service)), "type": "realtime", "keywords": ",".join(service.keywords),
        "group": service.group,
    }  # fmt: skip


def _definition(service: Service) -> dict[str, Any]:
    return {"service_code": service.code, "attributes": _attributes(service)}


def _attributes(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    plain = {"variable": True, "required": False, "datatype_description": ""}
    if service.conditions:
        values = [{"key": str(n), "name": text} for n, text in enumerate(service.conditions, 1)]
        found.append(
            {
                **plain,
                "code": CONDITION,
                "datatype": "singlevaluelist",
                "order": 1,
                "description": "立案条件",
                "values": values,
            }
        )
    if service.subject.get("kind") == "part":
        found.append({**plain, "code": PART, "datatype": "string", "order": 2, "description": "部件编号"})
    return found


def _moment(text: str | None) -> str | None:
    """To the second, in UTC, with its zone."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(microsecond=0).isoformat() if text else None


def _ident(now: datetime) -> str:
    """Of the form of our tickets' ids."""
    number = (int(now.timestamp() * 1000) << 80) | secrets.randbits(80)
    return "".join(_BASE32[(number >> shift) & 31] for shift in range(125, -1, -5))


__all__ = ["BASE", "PREFIX", "ROOT", "Beside", "GeoReport", "status_of"]
