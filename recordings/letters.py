"""What the daemon and its recording child write to each other: one JSON object a line.

Pure. Both sides use it, so that it cannot differ. Daemon to child::

    {"do": "shelve", "due": {...}}   {"do": "forget", "file", "path"}   {"do": "sweep", "older": unix}

Child to daemon (every answer carries ``free``: free MB where the shelf is)::

    {"did": "ready"}  {"did": "shelve", "call", "facts" | "later" | "hopeless", "detail"}
    {"did": "sweep", "files"}        ``forget`` is not answered: what it missed, a sweep finds
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cti.ids import CallId

from .ports import Due, Interval, Shelved


@dataclass(frozen=True, slots=True)
class Answer:
    """One line from the child."""

    did: str
    free_mb: int
    call: CallId | None = None
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
    row = {"call": due.call, "file": due.file, "notice": due.notice, "node_died": due.node_died, **times}
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
        CallId(row["call"]), row["file"], at(row["started"]), at(row["ended"]), talks, row["notice"], row["node_died"]
    )


def shelved(facts: Shelved) -> dict[str, Any]:
    return asdict(facts) | {"shelved_at": facts.shelved_at.isoformat()}


def answer(text: bytes) -> Answer:
    """Read one line of the child. Raises ``ValueError`` for anything else."""
    row = json.loads(text)
    try:
        facts = row.get("facts")
        return Answer(
            did=row["did"], free_mb=row["free"], call=row.get("call"),
            facts=None if facts is None else kept(facts),
            later=row.get("later", ""), hopeless=row.get("hopeless", ""), detail=row.get("detail", ""),
            files=tuple(row.get("files", ())),
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError(f"not an answer of the recording child: {text[:200]!r}") from fault


def kept(row: dict[str, Any]) -> Shelved:
    """``Shelved`` from its JSON form, as the child and the facts file write it."""
    when = datetime.fromisoformat(row["shelved_at"])
    return Shelved(**row | {"shelved_at": when, "faults": tuple(row["faults"])})


def line(row: dict[str, Any]) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"
