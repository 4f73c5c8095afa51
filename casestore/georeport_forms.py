"""What is said to the GeoReport server, read strictly: a form that files a case, the question which cases. Pure.

Every fault is told, not only the first; 404 stands for what is not there, 403 for the key, 400 for all else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from .georeport_accounts import Service
from .georeport_answers import clean

DESCRIPTION_MOST = 4000
SPAN = timedelta(days=90)
PAGE_MOST = 1000
IDS_MOST = 200
_TEXTS = {
    "email": 200, "device_id": 200, "account_id": 200, "first_name": 60, "last_name": 60, "phone": 40, "media_url": 500,
    "address_string": 200, "address_id": 60,
}  # fmt: skip
_DEGREES = re.compile(r"[+-]?[0-9]{1,3}(\.[0-9]{1,20})?")
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,60})\](\[\])?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.+")
_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""No case lies outside."""
CONDITION, PART = "condition", "part_id"
"""Codes of the attributes of a service."""


class Refused(Exception):
    def __init__(self, status: int, *descriptions: str) -> None:
        super().__init__("; ".join(descriptions))
        self.status, self.descriptions = status, descriptions


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases."""

    ids: tuple[str, ...] = ()
    service: str = ""
    start: datetime | None = None
    end: datetime | None = None
    statuses: frozenset[str] = frozenset()
    page: int = 1
    page_size: int = PAGE_MOST
    extensions: bool = False


def arguments(raw: bytes) -> dict[str, list[str]]:
    """Of a query or a form, in UTF-8. Raises ``Refused``."""
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=200, errors="strict")
    except (ValueError, UnicodeError):
        raise Refused(400, "the arguments are no application/x-www-form-urlencoded in UTF-8") from None
    made: dict[str, list[str]] = {}
    for name, value in pairs:
        made.setdefault(clean(name), []).append(clean(value).strip())
    return made


def first(said: Mapping[str, Sequence[str]], name: str) -> str:
    return next((one for one in said.get(name, ()) if one), "")


def question(said: Mapping[str, Sequence[str]], now: datetime) -> Asked:
    """Raises ``Refused``. Ids outrank all else; without dates, the 90 days before now."""
    faults: list[str] = []
    ids = tuple(one.strip() for one in first(said, "service_request_id").split(",") if one.strip())
    if len(ids) > IDS_MOST:
        faults.append(f"service_request_id: at most {IDS_MOST} at once")
    page = _number(said, "page", 1, 1_000_000, faults)
    size = _number(said, "page_size", PAGE_MOST, PAGE_MOST, faults)
    extensions = first(said, "extensions").lower() == "true"
    if ids:
        if faults:
            raise Refused(400, *faults)
        return Asked(ids=ids, page=page, page_size=size, extensions=extensions)
    start, end = (_moment(said, name, faults) for name in ("start_date", "end_date"))
    if start is None and end is None:
        start, end = now - SPAN, None
    elif start is None:
        assert end is not None
        start = end - SPAN
    elif end is None:
        end = min(start + SPAN, now + timedelta(days=1)) if start < now else start + SPAN
    if start is not None and end is not None:
        if end < start:
            faults.append("end_date lies before start_date")
        elif end - start > SPAN:
            faults.append("start_date and end_date: at most 90 days apart")
    statuses = frozenset(one.strip().lower() for one in first(said, "status").split(",") if one.strip())
    if not statuses <= {"open", "closed"}:
        faults.append("status: open, closed, or both with a comma between")
    if faults:
        raise Refused(400, *faults)
    return Asked((), first(said, "service_code"), start, end, statuses, page, size, extensions)


def _number(said: Mapping[str, Sequence[str]], name: str, otherwise: int, most: int, faults: list[str]) -> int:
    text = first(said, name)
    if not text:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= most):
        faults.append(f"{name}: a number from 1 to {most}")
        return otherwise
    return int(text)


def _moment(said: Mapping[str, Sequence[str]], name: str, faults: list[str]) -> datetime | None:
    text = first(said, name).replace(" ", "+")  # a + of the zone that was not encoded
    if not text:
        return None
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        at = datetime.fromisoformat(text)
        return min(max((at if at.tzinfo else at.replace(tzinfo=UTC)), _FIRST), _LAST).astimezone(UTC)
    except (ValueError, OverflowError):
        faults.append(f"{name}: a moment with its zone is wanted, as 2026-10-01T12:00:00+08:00")
        return None


def ticket_of(
    said: Mapping[str, Sequence[str]], services: Mapping[str, Service], ident: str, now: datetime, who: str
) -> dict[str, Any]:
    """A ticket as our messages have it. Raises ``Refused``."""
    code = first(said, "service_code")
    if code and code not in services:
        raise Refused(404, f"service_code: there is no {code[:60]}")
    faults = [] if code else ["service_code was not provided"]
    texts = {name: first(said, name) for name in _TEXTS}
    for name, most in _TEXTS.items():
        if len(texts[name]) > most:
            faults.append(f"{name}: at most {most} characters")
    description = first(said, "description")
    if len(description) > DESCRIPTION_MOST:
        faults.append(f"description: at most {DESCRIPTION_MOST} characters")
    at = _degrees(said, faults)
    if (
        at is None
        and not texts["address_string"]
        and not texts["address_id"]
        and not (first(said, "lat") or first(said, "long"))
    ):
        faults.append("a location is wanted: lat and long, or address_string, or address_id")
    service = services.get(code)
    attributes = _attributes(said, service, faults) if service else {}
    if faults:
        raise Refused(400, *faults)
    assert service is not None
    title = description.split("\n", 1)[0].strip()[:80] or service.name
    ticket: dict[str, Any] = {
        "id": ident, "filed_at": now.astimezone(UTC).isoformat(), "kind": "complaint", "title": title, "content": description,
        "channel": "georeport", "agent": "", "seat": "", "line": "", "key": "",
        "person": {
            "name": f"{texts['last_name']}{texts['first_name']}", "phones": [texts["phone"]] if texts["phone"] else [],
        },
        "place": {"address_text": texts["address_string"]},
        "georeport": {
            "integrator": who, "service_code": code, "attributes": attributes,
            **{name: texts[name] for name in ("email", "device_id", "account_id", "media_url", "address_id") if texts[name]},
        },
    }  # fmt: skip
    if at is not None:
        ticket["place"] |= {"lat": at[0], "lng": at[1], "crs": "WGS84"}
    if service.subject:
        condition = attributes.get(CONDITION, "")
        chosen = service.conditions[int(condition) - 1] if condition else ""
        ticket["subject"] = {**service.subject, "part_id": attributes.get(PART, ""), "condition": chosen}
    return ticket


def _degrees(said: Mapping[str, Sequence[str]], faults: list[str]) -> tuple[float, float] | None:
    """Neither NaN nor 1e400 nor 1_0: digits. Both or neither."""
    lat, long = first(said, "lat"), first(said, "long")
    if not lat and not long:
        return None
    found: list[float] = []
    for name, text, most in (("lat", lat, 90), ("long", long, 180)):
        if not text:
            faults.append(f"{name} was not provided")
        elif not _DEGREES.fullmatch(text) or abs(float(text)) > most:
            faults.append(f"{name}: degrees of WGS-84 are wanted, from -{most} to {most}")
        else:
            found.append(float(text))
    return (found[0], found[1]) if len(found) == 2 else None


def _attributes(said: Mapping[str, Sequence[str]], service: Service, faults: list[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for name, values in said.items():
        found = _ATTRIBUTE.fullmatch(name)
        if found is None:
            continue
        code, value = found[1], next((one for one in values if one), "")
        if code == CONDITION and service.conditions:
            if value and not (
                value.isascii() and value.isdigit() and len(value) < 4 and 1 <= int(value) <= len(service.conditions)
            ):
                faults.append(f"attribute[{code}]: a key from 1 to {len(service.conditions)}")
            elif value:
                made[code] = value
        elif code == PART and service.subject.get("kind") == "part":
            if value and not (value.isascii() and value.isalnum() and len(value) <= 24):
                faults.append(f"attribute[{code}]: at most 24 digits and letters")
            elif value:
                made[code] = value
        else:
            faults.append(f"attribute[{code}]: the service has no such attribute")
    return made
