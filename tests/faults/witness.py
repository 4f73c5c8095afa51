"""Six witnesses of the same calls, each read from its own testimony.

The phones' logs (what callers and seats lived through), Asterisk's CEL and queue_log (what
it wrote down), the ledger as ``hotline report calls --json`` tells it, the case store's own
table, and what each seat was shown as, by the seats' own book. Nothing of the
daemon is imported: a fault in its reading must not be copied into the judgement of it.
Moments are epoch seconds.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class PhoneCall:
    """One call as the phone at one end lived it."""

    rack: str
    calling: bool
    caller: str
    dialled: str
    began: float
    answered: float | None
    ended: float
    by: str
    code: int
    name: str = ""
    longest_silence: float | None = None
    unsent: float = 0.0
    """Seconds in which it had sound to send and the machine gave it no time to: nobody can have recorded it."""


@dataclass(frozen=True, slots=True)
class KeptPlace:
    """A channel that stands in the queue for a call whose caller has hung up; its name says whose."""

    channel: str
    """Its Uniqueid: queue_log knows the place by it alone."""
    began: float
    ended: float | None
    number: str = ""
    """Who was called when it came up, or ''."""
    met: bool = False
    """Whoever was called got into a bridge."""


@dataclass(frozen=True, slots=True)
class CelCall:
    """One call that came in on a trunk, as Asterisk's event log has it."""

    call: str
    trunk: str
    caller: str
    dialled: str
    began: float
    ended: float | None
    seats: tuple[str, ...]
    """Seats that were in a bridge with it, in order."""
    answered: bool = False
    """Asterisk picked up."""
    notice: str = ""
    """The first prompt the dialplan or the journey says it played."""
    refused: str = ""
    """Why the dialplan turned it away."""
    tapes: tuple[str, ...] = ()
    """Files that were to be written of it."""
    places: tuple[KeptPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueCall:
    call: str
    entered: bool
    connected: str
    """The seat, or ''."""
    abandoned: bool


@dataclass(frozen=True, slots=True)
class LedgerCall:
    call: str
    direction: str
    line: str
    trunk: str
    caller: str
    dialled: str
    queued: float | None
    answered: float | None
    ended: float | None
    seat: str
    talk_seconds: float
    outcome: str
    recorded_seconds: float | None
    """Length of the finished recording; None: there is none."""
    name: str = ""
    tickets: tuple[tuple[str, str], ...] = ()
    """(ticket, its case number; '' until the case store answered)."""
    picked_up: float | None = None
    notice: str = ""
    refusal: str = ""
    offers: int | None = None
    """How often a seat's phone rang for it; None: not told."""
    tapes: tuple[str, ...] = ()
    detail: str = ""
    """Of the outcome."""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as the embedded case store's own table has it."""

    number: str
    ticket: str
    call: str
    """The call it tells of, or ''."""


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A seat was shown free (ready for calls) so long."""

    seat: str
    since: float
    until: float | None


@dataclass(frozen=True, slots=True)
class History:
    phones: tuple[PhoneCall, ...]
    cel: tuple[CelCall, ...]
    queue: tuple[QueueCall, ...]
    ledger: tuple[LedgerCall, ...]
    breaches: tuple[str, ...] = ()
    """What ``hotline verify`` said."""
    cases: tuple[CaseRow, ...] = ()
    free: tuple[FreeTime, ...] = ()
    blind: tuple[tuple[float, float | None], ...] = ()
    """When the daemon itself said that it saw no telephone."""


# -- W1: the phones --------------------------------------------------------------------


def phones(path: Path) -> tuple[PhoneCall, ...]:
    """The JSON lines of ``hotline.lab.phones`` racks and of sipp's log actions."""
    return tuple(_phone(json.loads(line)) for line in _lines(path))


def _phone(row: dict[str, Any]) -> PhoneCall:
    return PhoneCall(
        rack=row["rack"], calling=row["role"] == "caller", caller=row["caller"], dialled=row["dialled"],
        began=row["began"], answered=row["answered"], ended=row["ended"], by=row["by"], code=row["code"],
        name=row.get("name", ""), longest_silence=row.get("longest_silence"), unsent=row.get("unsent_seconds") or 0.0,
    )  # fmt: skip


def _lines(path: Path) -> Iterable[str]:
    if not path.exists():
        return ()
    return (line for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


# -- W2: Asterisk's own files ------------------------------------------------------------

_TYPE, _TIME, _NUMBER, _DNID, _EXTEN, _CONTEXT, _CHANNEL, _UNIQUE, _LINKED = 0, 1, 3, 6, 7, 8, 9, 14, 15
_USER, _EXTRA = 18, 19
_KEPT = re.compile(r"Local/k([^@]+)@kept-place-[^;]*;1$")


def cel(path: Path, trunks: Iterable[str], seats: Iterable[str]) -> tuple[CelCall, ...]:
    """Calls whose first channel came from one of ``trunks``."""
    trunks, seats = set(trunks), set(seats)
    begun: dict[str, dict[str, Any]] = {}
    places: dict[str, dict[str, Any]] = {}
    of: dict[str, str] = {}
    """Linkedid of a kept place → the call it is kept for."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
        for row in csv.reader(file):
            if len(row) <= _EXTRA:
                continue
            kind, at, unique, linked = row[_TYPE], float(row[_TIME]), row[_UNIQUE], row[_LINKED]
            endpoint = _endpoint(row[_CHANNEL])
            if kind == "CHAN_START" and endpoint in trunks and unique == linked:
                begun[unique] = {
                    "trunk": endpoint, "caller": row[_NUMBER], "dialled": row[_EXTEN] or row[_DNID], "began": at,
                    "ended": None, "seats": [], "tapes": [], "places": [],
                }  # fmt: skip
            elif kind == "CHAN_START" and (kept := _KEPT.match(row[_CHANNEL])) and kept[1] in begun:
                places[unique] = {"channel": unique, "began": at, "ended": None}
                begun[kept[1]]["places"].append(places[unique])
                of[linked] = kept[1]
            elif kind == "CHAN_END" and unique in places:
                places[unique]["ended"] = at
            elif kind == "CHAN_END" and unique in begun:
                begun[unique]["ended"] = at
            elif row[_USER] == "PLACEUP" and linked in places:
                places[linked]["number"] = json.loads(row[_EXTRA])["extra"]
            elif row[_USER] == "RECORD" and linked in of:  # whoever was called for it; the place records nothing else
                _said(row[_USER], json.loads(row[_EXTRA])["extra"], begun[of[linked]])
            elif kind == "BRIDGE_ENTER" and linked in places and endpoint in trunks:
                places[linked]["met"] = True
            elif kind == "ANSWER" and unique in begun:
                begun[unique]["answered"] = True
            elif row[_USER] and unique in begun:
                _said(row[_USER], json.loads(row[_EXTRA] or "{}").get("extra", ""), begun[unique])
            elif kind == "BRIDGE_ENTER" and endpoint in seats and (call := of.get(linked, linked)) in begun:
                begun[call]["seats"] += [endpoint] if endpoint not in begun[call]["seats"] else []
    for facts in begun.values():
        facts["places"] = [KeptPlace(**place) for place in facts["places"]]
    lists = ("seats", "tapes", "places")
    return tuple(
        CelCall(call=call, **{**facts, **{name: tuple(facts[name]) for name in lists}}) for call, facts in begun.items()
    )


def _said(kind: str, words: str, facts: dict[str, Any]) -> None:
    """An event of the dialplan's own."""
    word = words.partition("|")[0]
    if kind == "LINE":
        facts["caller"] = words.split("|")[6]
    if kind == "NOTICE":
        facts.setdefault("notice", word)
    elif kind == "REFUSED":
        facts.setdefault("refused", word)
    elif kind == "RECORD" and word not in facts["tapes"]:
        facts["tapes"].append(word)


def _endpoint(channel: str) -> str:
    """``PJSIP/telecom-0000001a`` → ``telecom``."""
    return channel.partition("/")[2].rpartition("-")[0]


def queue_log(path: Path) -> tuple[QueueCall, ...]:
    """What app_queue wrote of each call, over all queues it was in."""
    seen: dict[str, dict[str, Any]] = {}
    for line in _lines(path):
        _at, call, _queue, agent, event, *_rest = [*line.split("|"), "", "", "", ""]
        if event == "ENTERQUEUE":
            seen.setdefault(call, {"entered": True, "connected": "", "abandoned": False})
        elif event == "CONNECT" and call in seen:
            seen[call]["connected"] = agent.partition("/")[2] or agent
        elif event == "ABANDON" and call in seen:
            seen[call]["abandoned"] = True
    return tuple(QueueCall(call=call, **facts) for call, facts in seen.items())


# -- W3: the ledger, through its report --------------------------------------------------------


def ledger(report: str) -> tuple[LedgerCall, ...]:
    """``hotline report calls --json``: a list, or an object with a list under ``calls``."""
    told = json.loads(report)
    return tuple(_ledger(row) for row in (told["calls"] if isinstance(told, dict) else told))


def _ledger(row: dict[str, Any]) -> LedgerCall:
    recordings = row.get("recordings") or []
    first = [one for one in recordings if one["part"] == 1 and one["state"] == "shelved"]  # the caller's own leg
    return LedgerCall(
        detail=row.get("outcome_detail") or "", call=row["call"], direction=row["direction"], line=row.get("line") or "", trunk=row.get("trunk") or "",
        caller=row.get("caller") or "", dialled=row.get("dialled") or "", queued=_moment(row.get("queued_at")),
        answered=_moment(row.get("answered_at")), ended=_moment(row.get("ended_at")), seat=row.get("seat") or "",
        talk_seconds=float(row.get("talk_seconds") or 0), outcome=row.get("outcome") or "",
        recorded_seconds=first[0]["seconds"] if first else None, name=row.get("caller_name") or "",
        picked_up=_moment(row.get("picked_up_at")), notice=row.get("notice_prompt") or "",
        refusal=row.get("refusal") or "", offers=row.get("offers"), tapes=tuple(one["file"] for one in recordings),
        tickets=tuple((one["ticket"], one.get("case") or "") for one in row.get("tickets") or ()),
    )  # fmt: skip


def _moment(told: str | float | None) -> float | None:
    if told is None or told == "":
        return None
    return float(told) if isinstance(told, int | float) else datetime.fromisoformat(told).timestamp()


# -- W4: the case store's own table ------------------------------------------------------------


def cases(path: Path) -> tuple[CaseRow, ...]:
    """Every case of ``casestore.db``, under the ticket and call its own copy of the ticket names."""
    if not path.exists():
        return ()
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        rows = [(number, json.loads(body)) for number, body in db.execute("SELECT number, ticket FROM cases")]
    return tuple(CaseRow(number, body["id"], (body.get("facts") or {}).get("call") or "") for number, body in rows)


# -- W5: what the seats were shown as ----------------------------------------------------------


def free(path: Path) -> tuple[FreeTime, ...]:
    """From the seats' book in the ledger's file; nothing where that is elsewhere, or has no tables (yet)."""
    asked = "SELECT seat, since, until FROM seat_log WHERE state = 'ready' ORDER BY since"
    return tuple(
        FreeTime(seat, _at(since), _at(until) if until else None) for seat, since, until in _asked(path, asked)
    )


def blind(path: Path) -> tuple[tuple[float, float | None], ...]:
    asked = "SELECT began_at, ended_at FROM blind_intervals WHERE source = 'board'"
    return tuple((_at(began), _at(ended) if ended else None) for began, ended in _asked(path, asked))


def _asked(path: Path, statement: str) -> list[tuple[str, ...]]:
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            return db.execute(statement).fetchall()
    except sqlite3.DatabaseError:
        return []


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
