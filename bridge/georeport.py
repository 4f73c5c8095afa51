"""What GeoReport v2 servers answer, as they really do: JSON or XML, lists or one object, texts, wrappers. Pure.

Every answer is read into rows of texts; what cannot be read raises ``Unreadable``. Servers differ in what is a number, what
is absent and what is a list, so that nothing here believes a type.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any
from urllib.parse import urljoin

from bridge.case_state import CaseState
from config.time_range import is_shown

Row = Mapping[str, str]
FORMATS = ("json", "xml")
_ROW = frozenset({
    "service_request_id", "token", "status", "service_code", "code", "description", "requested_datetime",
    "specification", "url",
})  # fmt: skip
"""One of these beside it, and an object is a row and no wrapper."""
_MOST_DEPTH = 6

STATES: Mapping[str, CaseState] = {
    "open": CaseState.FILED,
    "received": CaseState.FILED,
    "acknowledged": CaseState.FILED,
    "reopened": CaseState.FILED,
    "assigned": CaseState.DISPATCHED,
    "dispatched": CaseState.DISPATCHED,
    "in_progress": CaseState.HANDLING,
    "inprogress": CaseState.HANDLING,
    "investigating": CaseState.HANDLING,
    "planned": CaseState.HANDLING,
    "action_scheduled": CaseState.HANDLING,
    "on_hold": CaseState.SUSPENDED,
    "suspended": CaseState.SUSPENDED,
    "fixed": CaseState.HANDLED,
    "fixed_council": CaseState.HANDLED,
    "resolved": CaseState.HANDLED,
    "closed": CaseState.CHECKED,
    "duplicate": CaseState.CHECKED,
    "no_further_action": CaseState.CHECKED,
    "internal_referral": CaseState.CHECKED,
    "not_responsible": CaseState.CHECKED,
    "unable_to_fix": CaseState.CHECKED,
    "rejected": CaseState.CHECKED,
}  # fmt: skip
"""Their word → ours. A store that closes by itself has a result the citizen is to be told: it is not over here."""


class Unreadable(ValueError):
    """What came is no answer of this standard; the message quotes nothing of it."""


def state_of(word: str) -> CaseState:
    """Of a word nobody foresaw it is only known that the case is there."""
    return STATES.get(word.strip().lower().replace(" ", "_").replace("-", "_").replace("___", "_"), CaseState.FILED)


def rows(body: bytes, form: str) -> list[Row]:
    """Of a list of services, requests, tokens or errors; names and values are texts, what is empty is left out."""
    return [_flat(one) for one in _objects(_read(body, form), 0)]


def error_text(body: bytes, form: str) -> str:
    """What an error says of itself; '' when it is none of this standard's (HTML, say)."""
    for one in dict.fromkeys((form, *FORMATS)):
        try:
            found = rows(body, one)
        except Unreadable:
            continue
        words = [f"{row.get('code', '')} {row.get('description', '')}".strip() for row in found]
        return "; ".join(word for word in words if word)[:300]
    text = body[:400].decode("utf-8", "replace").strip()
    return "" if text[:1] in ("<", "{", "[") or "\n" in text else text[:300]


def endpoint(body: bytes, form: str, base: str) -> tuple[str, tuple[str, ...]] | None:
    """Address and formats (the preferred first) of the productive v2 endpoint that a discovery document names."""
    best: tuple[int, str, tuple[str, ...]] | None = None
    for one in _endpoints(_read(body, form), 0):
        row = _flat(one)
        if "v2" not in row.get("specification", "").lower() or not row.get("url"):
            continue
        rank = 0 if row.get("type", "production").lower() == "production" else 1
        said = " ".join(_texts(one.get("formats")))
        formats = tuple(form for form in FORMATS if form in said.lower()) or FORMATS
        if best is None or rank < best[0]:
            best = rank, urljoin(base, row["url"].strip()), formats
    return best and best[1:]


def moment(text: str, zone: tzinfo) -> datetime | None:
    """None: none is said, or nothing that is one. Without a zone it is the city's."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "T", 1))
    except ValueError:
        return None
    at = found if found.tzinfo else found.replace(tzinfo=zone)
    return at.astimezone(UTC) if is_shown(at) else None  # 9999-12-31T23:59:59-14:00, as some write "never"


def _read(body: bytes, form: str) -> Any:
    try:
        if form == "json":
            return json.loads(body.decode("utf-8-sig"))
        text = body.decode("utf-8-sig") if body.startswith(b"\xef\xbb\xbf") else body
        plain = body.upper()
        if (
            b"\0" in body or b"<!DOCTYPE" in plain or b"<!ENTITY" in plain
        ):  # NULs: in UTF-16 the words would not be seen
            raise Unreadable("XML with a document type")
        return {"": _of_xml(ET.fromstring(text), 0)}  # noqa: S314 - nothing with a document type or an entity comes here
    except (ValueError, ET.ParseError, RecursionError, LookupError) as fault:
        raise Unreadable(f"no {form.upper()} ({type(fault).__name__})") from None


def _of_xml(node: ET.Element, depth: int) -> Any:
    """An element with elements becomes an object (a name that stands twice, a list), any other its text."""
    if depth > 20:
        raise Unreadable("XML nested too deeply")
    if not len(node):
        return (node.text or "").strip()
    made: dict[str, Any] = {}
    for child in node:
        name, value = child.tag.rpartition("}")[2], _of_xml(child, depth + 1)
        if name in made:
            made[name] = [*made[name], value] if isinstance(made[name], list) else [made[name], value]
        else:
            made[name] = value
    return made


def _objects(value: Any, depth: int) -> Iterable[Mapping[str, Any]]:
    if depth > _MOST_DEPTH:
        raise Unreadable("nested too deeply")
    if value in ("", None):
        return
    if isinstance(value, list):
        for one in value:
            if one not in ("", None):
                yield from _objects(one, depth + 1)
    elif isinstance(value, dict):
        if _ROW & value.keys():
            yield value
        else:
            for one in value.values():
                if isinstance(one, list | dict) or one in ("", None):
                    yield from _objects(one, depth + 1)
                elif depth == 0:
                    raise Unreadable("an object that is no row")
    else:
        raise Unreadable("no rows")


def _endpoints(value: Any, depth: int) -> Iterable[Mapping[str, Any]]:
    if depth > _MOST_DEPTH:
        return
    if isinstance(value, list):
        for one in value:
            yield from _endpoints(one, depth + 1)
    elif isinstance(value, dict):
        if "specification" in value and "url" in value:
            yield value
        for one in value.values():
            if isinstance(one, list | dict):
                yield from _endpoints(one, depth + 1)


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [_text(value)]


def _flat(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: text for name, value in row.items() if not isinstance(value, list | dict) and (text := _text(value))}


def _text(value: Any) -> str:
    """Codes keep their zeros where they are texts; true is 'true'."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()
