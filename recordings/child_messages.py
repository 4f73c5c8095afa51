"""What the daemon and its recording child write to each other: one JSON object a line.

Pure. Both sides use it, so that it cannot differ. Daemon to child::

    {"do": "shelve", "due": {...}}   {"do": "forget", "file", "path"}   {"do": "sweep", "older": unix}

Child to daemon::

    {"did": "ready"}  {"did": "shelve", "call", "part", "facts" | "later" | "hopeless", "detail"}
    {"did": "sweep", "files"}        ``forget`` is not answered: what it missed, a sweep finds
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cti.ids import CallId

from .ids import RecordingId
from .ports import Due, Interval, Shelved


@dataclass(frozen=True, slots=True)
class Answer:
    """One line from the child."""

    did: str
    id: RecordingId | None = None
    facts: Shelved | None = None
    later: str = ""
    """Why it could not be done now; the stable word of ``TryLater``."""
    hopeless: str = ""
    detail: str = ""
    files: tuple[str, ...] = ()


def shelve(due: Due) -> bytes:
    """The order to shelve one recording."""
    talks = [(t.began.isoformat(), t.ended.isoformat()) for t in due.talks]
    times = {"started": due.started.isoformat(), "ended": due.ended.isoformat(), "talks": talks}
    row = {
        "call": due.id.call,
        "part": due.id.part,
        "file": due.file,
        "notice": due.notice,
        "notice_seconds": due.notice_seconds,
        "node_died": due.node_died,
        **times,
    }
    return line({"do": "shelve", "due": row})


def forget(file: str, path: str) -> bytes:
    return line({"do": "forget", "file": file, "path": path})


def sweep(older: float) -> bytes:
    """The order to list raw files not changed since ``older`` (Unix seconds)."""
    return line({"do": "sweep", "older": older})


def due(row: dict[str, Any]) -> Due:
    at = datetime.fromisoformat
    talks = tuple(Interval(at(began), at(ended)) for began, ended in row["talks"])
    return Due(
        ident(row),
        row["file"],
        at(row["started"]),
        at(row["ended"]),
        talks,
        row["notice"],
        row["notice_seconds"],
        row["node_died"],
    )


def shelved(facts: Shelved) -> dict[str, Any]:
    row = asdict(facts)
    return (
        named(facts.id)
        | {name: row[name] for name in row if name != "id"}
        | {"shelved_at": facts.shelved_at.isoformat()}
    )


def named(ident: RecordingId) -> dict[str, Any]:
    return {"call": ident.call, "part": ident.part}


def ident(row: dict[str, Any]) -> RecordingId:
    """Rows of before there were parts are of the first."""
    return RecordingId(CallId(row["call"]), row.get("part", 1))


def answer(text: bytes) -> Answer:
    """Read one line of the child. Raises ``ValueError`` for anything else."""
    row = json.loads(text)
    try:
        facts = row.get("facts")
        return Answer(
            did=row["did"], id=ident(row) if "call" in row else None,
            facts=None if facts is None else kept(facts),
            later=row.get("later", ""), hopeless=row.get("hopeless", ""), detail=row.get("detail", ""),
            files=tuple(row.get("files", ())),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"not an answer of the recording child: {text[:200]!r}") from fault


def kept(row: dict[str, Any]) -> Shelved:
    """``Shelved`` from its JSON form, as the child and the facts file write it."""
    rest = {name: row[name] for name in row if name not in ("call", "part")}
    when = datetime.fromisoformat(row["shelved_at"])
    return Shelved(id=ident(row), **rest | {"shelved_at": when, "faults": tuple(row["faults"])})


def line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"
