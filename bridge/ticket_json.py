"""A ticket as JSON and back: for the ledger's column, the outbox and the wire. Pure, lossless."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any

from cti.ids import CallId

from .ticket import CallFacts, Limit, Person, Place, Promise, Subject, Ticket, TicketId


def dump(ticket: Ticket) -> str:
    """One line of JSON; datetimes as ISO 8601 in UTC."""
    return json.dumps(plain(ticket), ensure_ascii=False, separators=(",", ":"))


def plain(ticket: Ticket) -> dict[str, Any]:
    """Only JSON types; for responses and stores."""
    body: dict[str, Any] = _plain(asdict(ticket))
    body["external_ids"] = dict(ticket.external_ids)
    return body


def load(text: str) -> Ticket:
    """What ``dump`` wrote. Unknown fields (of a newer version) are left out; a missing required one raises KeyError."""
    raw: dict[str, Any] = json.loads(text)
    known = {field.name for field in fields(Ticket)}
    body = {name: value for name, value in raw.items() if name in known}
    for name in ("units_helping", "related_cases", "knowledge", "attachments", "consent"):
        body[name] = tuple(body.get(name, ()))
    body["external_ids"] = tuple((str(k), str(v)) for k, v in raw.get("external_ids", {}).items())
    body["id"] = TicketId(raw["id"])
    body["filed_at"] = _moment(raw["filed_at"])
    body["facts"] = _facts(raw.get("facts"))
    body["person"] = Person(**_tuples(raw.get("person") or {}, "phones"))
    body["subject"] = Subject(**raw["subject"]) if raw.get("subject") else None
    place = {field.name for field in fields(Place)}
    body["place"] = Place(**{k: v for k, v in _tuples(raw.get("place") or {}, "area").items() if k in place})
    body["accept_limit"], body["handle_limit"] = _limit(raw.get("accept_limit")), _limit(raw.get("handle_limit"))
    body["promise"] = _promise(raw.get("promise"))
    return Ticket(**body)


def same_matter(one: Ticket, other: Ticket) -> bool:
    """Equal but for what the daemon added itself (id, time, what it knew of the call): the same request sent twice.

    Right after a start the daemon may not know yet who talked in the call: an agent or seat that is
    unknown on one side differs from nobody.
    """
    known = all(not a or not b or a == b for a, b in ((one.agent, other.agent), (one.seat, other.seat)))
    return known and _bare(one) == _bare(other)


def _bare(ticket: Ticket) -> Ticket:
    bare = replace(ticket, id=TicketId(""), filed_at=datetime.min.replace(tzinfo=UTC), agent="", seat="", promise=None)
    if ticket.facts is None:
        return bare
    return replace(bare, facts=CallFacts(ticket.facts.call), line="", channel="")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _tuples(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return body | {name: tuple(body.get(name, ())) for name in names}


def _limit(body: dict[str, Any] | None) -> Limit | None:
    return Limit(body["value"], body["unit"], _moment(body.get("deadline"))) if body else None


def _promise(body: dict[str, Any] | None) -> Promise | None:
    if not body:
        return None
    limit = _limit(body["limit"])
    assert limit is not None
    moments = {name: datetime.fromisoformat(body[name]).astimezone(UTC) for name in ("by", "due")}
    return Promise(**body | moments | {"limit": limit})


def _facts(body: dict[str, Any] | None) -> CallFacts | None:
    if not body:
        return None
    times = ("received_at", "queue_entered_at", "answered_at", "ended_at", "notice_played_at")
    return CallFacts(
        **_tuples(body, "recordings")
        | {"call": CallId(body["call"])}
        | {name: _moment(body.get(name)) for name in times}
    )
