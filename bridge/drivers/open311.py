"""Driver of a case store that speaks Open311 GeoReport v2: found by its address or by discovery, in JSON or in XML.

The standard has no idempotency key and gives back nothing to know a case of ours by, so the key stands in the
description, and ``ListedStore`` asks before it posts. It only takes new cases: whatever else is said of a matter stays here.
Servers differ from the standard and from one another; what is done about which is said beside it, and tested one by one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from urllib.parse import quote, urljoin

import httpx
import structlog

from bridge.case_store_messages import Message
from bridge.case_store_without_idempotency import ListedDriver, Pending, Piece, key_in, signature
from bridge.gazetteer.coordinates import CoordinateFault, Crs, convert, point
from bridge.georeport import FORMATS, Row, Unreadable, endpoint, error_text, moment, rows, state_of
from bridge.http_answer import Answer, asked, client_for, same_host
from bridge.seen_cases import Shown
from bridge.ticket import Ticket

from . import Rejected, Unreachable

log = structlog.get_logger("open311")

SECONDS = 30.0
"""A POST may take long; a shorter patience only makes more of them unsure."""
DESCRIPTION_MOST = 4000
_SPLIT_LEAST = timedelta(seconds=2)
_PAGES_MOST = 200
_TOKEN_ASKS = 3


@dataclass(frozen=True, slots=True)
class Way:
    """How one server is spoken to: what the settings say of it."""

    url: str
    """Its base, ``…/v2``, or its discovery document, ``…/discovery.json``."""
    key: str = field(default="", repr=False)
    jurisdiction: str = ""
    email: str = ""
    service: str = ""
    """The code of whatever ``services`` does not name."""
    services: Mapping[str, str] = field(default_factory=dict)
    """'event:0101', 'part:0101' or a kind of appeal → service_code."""
    address: str = ""
    """Sent where a ticket has no place: most servers want one."""
    form: str = "auto"
    """json, xml or auto."""
    zone: tzinfo = UTC
    seconds: float = SECONDS
    ca_file: Path | None = None


class Wire:
    """Its requests and answers: ``listed_store.Lister``. What was learnt of the server is remembered."""

    def __init__(self, way: Way, client: httpx.AsyncClient | None = None) -> None:
        self.way = way
        self._client = client or client_for(way.seconds, way.ca_file)
        self._forms: tuple[str, ...] = FORMATS if way.form == "auto" else (way.form,)
        self._base = "" if _is_discovery(way.url) else way.url.rstrip("/")
        self._zoned = True
        self._tokens: dict[str, str] = {}

    async def close(self) -> None:
        await self._client.aclose()

    # -- what is there --------------------------------------------------------------------

    async def listed(self, since: datetime, until: datetime | None) -> AsyncIterator[Piece | Unreachable]:
        end = until or datetime.now(UTC) + timedelta(days=1)  # their clock may be ahead
        async for found in self._between(since.replace(microsecond=0), end.replace(microsecond=0)):
            if isinstance(found, Unreachable):
                yield found
                return
            rows, upto = found
            yield Piece(
                self._shown(rows), until if until is not None and upto >= until.replace(microsecond=0) else upto
            )

    def _shown(self, answer: Sequence[Row]) -> list[Shown]:
        found: dict[str, Shown] = {}
        for row in sorted(answer, key=lambda one: one.get("requested_datetime", "")):
            key, number = key_in(row.get("description", "")), row.get("service_request_id", "")
            if key is None or not number or len(number) > 60:  # others' cases, and rows without a number
                continue
            word = row.get("status", "")
            updated = moment(row.get("updated_datetime", ""), self.way.zone)
            requested = moment(row.get("requested_datetime", ""), self.way.zone)
            if updated is None or (requested is not None and updated < requested):
                updated = requested
            unit, note = row.get("agency_responsible", ""), row.get("status_notes", "")
            found.setdefault(number, Shown(key, number, state_of(word), updated, word, unit, note))
        return list(found.values())

    async def _between(self, start: datetime, end: datetime) -> AsyncIterator[tuple[list[Row], datetime] | Unreachable]:
        """Servers cut their lists at 50, 100, 200 or 1,000 rows without a word: a round number is asked for by halves.
        Rows, and up to when; the earlier first."""
        while end - start > timedelta(days=89):  # the standard allows 90 days
            middle = start + timedelta(days=89)
            async for one in self._between(start, middle):
                yield one
                if isinstance(one, Unreachable):
                    return
            start = middle
        found = await self._requests({"start_date": start, "end_date": end})
        if isinstance(found, Unreachable):
            yield found
            return
        if not _perhaps_cut(found):
            yield found, end
            return
        if end - start > _SPLIT_LEAST:
            middle, known = (start + (end - start) / 2).replace(microsecond=0), set[str]()
            for half in (self._between(start, middle), self._between(middle, end)):
                async for one in half:
                    yield one
                    if isinstance(one, Unreachable):
                        return
                    known |= _ids(one[0])
            if len(known) > len(_ids(found)):
                return
            if not _perhaps_cut(found, 50):
                yield found, end
                return
        paged = await self._paged(start, end, found)
        yield paged if isinstance(paged, Unreachable) else (paged, end)

    async def _paged(self, start: datetime, end: datetime, found: list[Row]) -> list[Row] | Unreachable:
        """Some understand ``page``; of one that does not, the second page is the first again."""
        known = _ids(found)
        for page in range(2, _PAGES_MOST):
            more = await self._requests({"start_date": start, "end_date": end}, page=str(page))
            if isinstance(more, Unreachable):
                return more
            fresh = _ids(more) - known
            if not fresh:
                break
            known |= fresh
            found = [*found, *more]
        return found

    async def _requests(self, dates: Mapping[str, datetime], **more: str) -> list[Row] | Unreachable:
        """Whole seconds with Z; a server that refuses that gets the city's time without a zone, from then on."""
        said = {name: _date(at, self._zoned, self.way.zone) for name, at in dates.items()}
        answer = await self._rows("requests", said | more)
        if isinstance(answer, Rejected) and self._zoned:
            plain = {name: _date(at, False, self.way.zone) for name, at in dates.items()}
            again = await self._rows("requests", plain | more)
            if isinstance(again, list):
                self._zoned = False
                log.info("dates go to the case store without a zone")
            answer = again
        if isinstance(answer, Rejected):
            return Unreachable(f"its list of cases is refused: {answer.reason}"[:300])
        return answer

    async def _rows(self, path: str, params: Mapping[str, str]) -> list[Row] | Rejected | Unreachable:
        """In the format that worked last; in the other one where what comes cannot be read."""
        base = await self._found()  # discovery says the formats, too
        if isinstance(base, Unreachable):
            return base
        fault: Unreachable | Rejected = Unreachable("no format")
        for form in self._forms:
            answer = await self._get(f"{path}.{form}", params)
            if isinstance(answer, Unreachable):
                return answer
            if answer.good:
                try:
                    found = rows(answer.body, form)
                except Unreadable as odd:
                    fault = Unreachable(f"HTTP {answer.status}, {odd}")
                    continue
                self._forms = (form, *(one for one in self._forms if one != form))
                return found
            why = error_text(answer.body, form)
            fault = (
                Rejected(why or f"HTTP {answer.status}") if answer.status == 400 else Unreachable(_said(answer, why))
            )
            if answer.status not in (400, 404, 406, 415):
                return fault
        return fault

    async def _get(self, path: str, params: Mapping[str, str]) -> Answer | Unreachable:
        base = await self._found()
        if isinstance(base, Unreachable):
            return base
        said = self._plain({"jurisdiction_id": self.way.jurisdiction, "api_key": self.way.key, **params})
        url = f"{base}/{path}"
        for _hop in range(3):
            answer = await asked(self._client, "GET", url, params=said)
            if isinstance(answer, Unreachable) or not answer.moved:
                return answer
            there = urljoin(url, answer.moved).partition("?")[0]
            if not same_host(url, there):
                return _moved_away(there)
            if there.endswith(f"/{path}"):
                self._base = there.removesuffix(f"/{path}")
            url = there
        return Unreachable("its address leads in a circle")

    async def _found(self) -> str | Unreachable:
        """The base, by discovery where the settings name that."""
        if self._base:
            return self._base
        form = self.way.url.rpartition(".")[2].lower()
        answer = await asked(self._client, "GET", self.way.url)
        if isinstance(answer, Unreachable):
            return answer
        try:
            found = endpoint(answer.body, form, self.way.url) if answer.good else None
        except Unreadable as odd:
            return Unreachable(f"its discovery document: {odd}")
        if found is None:
            return Unreachable(f"HTTP {answer.status}: its discovery document names no GeoReport v2 endpoint")
        if not same_host(self.way.url, found[0]) and self.way.key:
            return _moved_away(found[0])
        self._base = found[0].rstrip("/")
        if self.way.form == "auto":
            self._forms = (*found[1], *(form for form in FORMATS if form not in found[1]))
        return self._base

    # -- what is new ----------------------------------------------------------------------

    async def post(self, message: Message) -> str | Rejected | Unreachable | Pending:
        if (token := self._tokens.get(message.key)) is not None:
            return await self._number_of(message.key, token)
        base = await self._found()
        if isinstance(base, Unreachable):
            return Unreachable(base.reason, silent=False)
        form = self._forms[0]
        body = self._plain(self._said(message.ticket, message.key))
        url = f"{base}/requests.{form}"
        answer = await asked(self._client, "POST", url, data=body, unsent_is_silent=False)
        if isinstance(answer, Unreachable):
            return answer
        if answer.moved:  # it was not taken: the next try goes there
            there = urljoin(url, answer.moved)
            if not same_host(url, there):
                return Unreachable(_moved_away(there).reason, silent=False)
            if not there.endswith(f"/requests.{form}"):
                return Unreachable(_moved_away(there).reason, silent=False)
            self._base = there.removesuffix(f"/requests.{form}")
            return Unreachable("its address has moved", silent=False)
        return await self._posted(message.key, answer, form)

    async def _posted(self, key: str, answer: Answer, form: str) -> str | Rejected | Unreachable | Pending:
        why = error_text(answer.body, form) if not answer.good else ""
        if answer.status in (400, 404, 413, 422) and why:
            return Rejected(_said(answer, why))
        if answer.status in (401, 403):
            return Unreachable(_said(answer, why or "the key is refused"), silent=False)
        if not answer.good:
            return Unreachable(_said(answer, why))
        for one in dict.fromkeys((form, *FORMATS)):
            try:
                found = rows(answer.body, one)
            except Unreadable:
                continue
            for row in found:
                if number := row.get("service_request_id", "")[:60]:
                    return number
                if token := row.get("token", "")[:200]:
                    self._tokens[key] = token
                    return await self._number_of(key, token)
        return Unreachable(f"HTTP {answer.status} without a case number: perhaps made")

    async def _number_of(self, key: str, token: str) -> str | Unreachable | Pending:
        for _ask in range(_TOKEN_ASKS):
            found = await self._rows(f"tokens/{quote(token, safe='')}", {})
            if isinstance(found, list) and (number := next((row.get("service_request_id") for row in found), None)):
                del self._tokens[key]
                return number[:60]
        return Pending("taken, its case number comes later")

    def _said(self, ticket: Ticket, key: str) -> dict[str, str]:
        place, way = ticket.place, self.way
        last = signature(key)
        text = "\n".join(part for part in (ticket.title, ticket.content) if part)
        room = DESCRIPTION_MOST - len(last) - 1
        said = {
            "api_key": way.key, "jurisdiction_id": way.jurisdiction, "email": way.email,
            "service_code": _service(ticket, way), "description": f"{_no_markup(text)[:room].rstrip()}\n{last}",
            "address_string": place.address_std or place.address_text,
        }  # fmt: skip
        if place.lng is not None and place.lat is not None:
            try:
                at = convert(point(place.lng, place.lat, place.crs), Crs.WGS84)
                said |= {"lat": f"{at.lat:.6f}", "long": f"{at.lng:.6f}"}
            except CoordinateFault:
                log.warning("a place without a known coordinate system goes as words alone", ticket=ticket.id)
        if not said["address_string"] and "lat" not in said:
            said["address_string"] = way.address
        return said

    @staticmethod
    def _plain(said: Mapping[str, str]) -> dict[str, str]:
        """What is empty is left out: some dislike an empty ``jurisdiction_id``."""
        return {name: value for name, value in said.items() if value}


class Open311(ListedDriver):
    """``settle``: seconds a case may take to become visible; ``poll``, ``whole``, ``days``: see ``ListedStore``."""

    no_kind = "GeoReport v2 has no message of kind"

    def __init__(
        self, way: Way, *, days: int = 90, poll: float = 30.0, settle: float = 60.0,
        client: httpx.AsyncClient | None = None,
    ) -> None:  # fmt: skip
        super().__init__(Wire(way, client), days=days, poll=poll, settle=settle)


def _service(ticket: Ticket, way: Way) -> str:
    subject = ticket.subject
    names = [f"{subject.kind}:{subject.code}", subject.code] if subject else []
    return next((way.services[name] for name in (*names, ticket.kind) if name in way.services), way.service)


def _no_markup(text: str) -> str:
    return text.replace("<", "＜").replace(">", "＞")


def _perhaps_cut(found: Sequence[Row], at: int = 10) -> bool:
    return bool(found) and len(found) % at == 0


def _ids(found: Sequence[Row]) -> set[str]:
    return {row.get("service_request_id", "") for row in found}


def _date(at: datetime, zoned: bool, zone: tzinfo) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if zoned else f"{at.astimezone(zone):%Y-%m-%dT%H:%M:%S}"


def _is_discovery(url: str) -> bool:
    return url.partition("?")[0].rpartition("/")[2].lower() in ("discovery.json", "discovery.xml")


def _moved_away(there: str) -> Unreachable:
    host = there.split("/")[2] if there.count("/") >= 2 else ""
    return Unreachable(f"its address leads to another host ({host[:100]}): set casestore.open311.url if that is right")


def _said(answer: Answer, why: str) -> str:
    return f"HTTP {answer.status}: {why}".rstrip(": ")[:300]
