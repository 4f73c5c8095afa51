"""The case store's cases, read beside whoever writes them: for comparing with the ledger, and for restoring it.

Synchronous and read only; a file that is not there is not made. From outside, so that it works while the program does
not run: of its tables only four columns of ``cases`` are known here, which every revision has (a test holds it), and the keys of the
messages it took, where it has them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from bridge.ticket import Ticket
from bridge.ticket_json import load

_CASES = sa.table("cases", *(sa.column(name) for name in ("number", "key", "query_code", "accepted_at", "ticket")))
_TAKEN = sa.table("taken_keys", sa.column("scope"), sa.column("key"))
_C, _K = _CASES.c, _TAKEN.c


@dataclass(frozen=True, slots=True)
class KnownCase:
    """``key`` and ``ticket_id``: of the ticket the case was made from."""

    number: str
    key: str
    ticket_id: str


@dataclass(frozen=True, slots=True)
class WholeCase:
    number: str
    query_code: str
    accepted_at: datetime
    ticket: Ticket


def file_of(url: str) -> Path | None:
    """Of a SQLite url; None: it is another database's."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None


def there(url: str) -> bool:
    """Whether there is a case store to be read. Raises ``sa.exc.SQLAlchemyError`` when nobody can say."""
    if (file := file_of(url)) is not None and not file.exists():
        return False
    with _opened(url) as db:
        return sa.inspect(db).has_table("cases")


def known(url: str, batch: int = 500) -> Iterator[list[KnownCase]]:
    """All cases in the order of their numbers, some at a time. Raises ``sa.exc.SQLAlchemyError``."""
    with _opened(url) as db:
        last = ""
        wanted = sa.select(_C.number, _C.key, _C.ticket).order_by(_C.number).limit(batch)
        wanted = wanted.where(_C.key.not_like("georeport/%"))  # other programs' cases: no ticket of the ledger has them
        while rows := db.execute(wanted.where(_C.number > last)).all():
            yield [_known(*row) for row in rows]
            last = rows[-1].number


def whole(url: str, numbers: Sequence[str]) -> list[WholeCase]:
    """These cases with the ticket each was made from."""
    wanted = sa.select(_C.number, _C.query_code, _C.accepted_at, _C.ticket)
    with _opened(url) as db:
        rows = [row for number in numbers for row in db.execute(wanted.where(_C.number == number))]
    return [WholeCase(n, code, datetime.fromisoformat(at).astimezone(UTC), load(text)) for n, code, at, text in rows]


def untaken(url: str, keys: Sequence[str]) -> set[str]:
    """Of these messages' keys those the case store never took; none where its revision keeps no keys."""
    with _opened(url) as db:
        if not keys or not sa.inspect(db).has_table("taken_keys"):
            return set()
        taken = sa.select(_K.key).where(_K.scope == "message", _K.key.in_(keys))
        return set(keys) - set(db.execute(taken).scalars())


def _known(number: str, key: str, text: str) -> KnownCase:
    ticket = json.loads(text)
    # a store of an older program has ids for keys: what counts is the ticket's
    return KnownCase(number, ticket.get("key") or key, ticket["id"])


@contextmanager
def _opened(url: str) -> Iterator[sa.Connection]:
    file = file_of(url)
    if file is None:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
    else:
        name = f"file:{quote(str(file))}?mode=ro"
        engine = sa.create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(name, uri=True, timeout=10), poolclass=sa.NullPool
        )
    try:
        with engine.connect() as db:
            yield db
    finally:
        engine.dispose()
