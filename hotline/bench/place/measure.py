"""How soon and how surely a place is found among the names of a city, and a repeat among the tickets of a year.

Names and queries: ``generate.py``. A query counts as answered when the name that was meant is among the first ten. Times are of
one thread, one query after another; a repeat is asked as the form asks it, of a SQLite ledger on disk.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bridge import repeat
from bridge.gazetteer import compiled
from bridge.gazetteer.compiled import Content
from bridge.gazetteer.coordinates import Crs, Point
from bridge.gazetteer.search import Gazetteer
from bridge.repeat import Matter
from hotline.bench.ledger.generate import FREQUENT, generate
from ledger import migrate
from ledger.repeats import Repeats
from ledger.store import Store

from . import generate as made_up

RECALL_OF = 10
REPEATS = 500
"""How often a repeat is asked for."""


def run(names: int, queries: int, tickets: int) -> dict[str, Any]:
    """Figures by name; times in milliseconds, ``recall_at_10`` a share, ``kinds``: kind → (recall, p99)."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        return _places(Path(folder), names, queries) | _repeats(Path(folder), tickets)


def _places(root: Path, count: int, each: int) -> dict[str, Any]:
    names = made_up.names(count)
    (root / "place" / compiled.INDEX).mkdir(parents=True)
    began = time.monotonic()
    shipped = compiled.shipped()
    made = compiled.build(root / "place", Content(names, shipped.cells, shipped.divisions))
    built = time.monotonic() - began
    book = Gazetteer(made)
    kinds: dict[str, tuple[list[bool], list[float]]] = {}
    for query in made_up.queries(names, each):
        hits, times = kinds.setdefault(query.kind, ([], []))
        asked = time.perf_counter()
        found = book.find(query.text, RECALL_OF)
        times.append((time.perf_counter() - asked) * 1000)
        hits.append(any(one.name == query.name for one in found))
    every = [took for _hits, times in kinds.values() for took in times]
    found_all = [hit for hits, _times in kinds.values() for hit in hits]
    disk = sum(file.stat().st_size for file in (made.folder / compiled.INDEX).iterdir())
    return {
        "names": len(names), "queries": len(every), "build_seconds": round(built, 1), "disk_mb": round(disk / 1e6, 1),
        "p50_ms": _part(every, 0.50), "p99_ms": _part(every, 0.99),
        "recall_at_10": round(sum(found_all) / len(found_all), 4),
        "kinds": {kind: (round(sum(hits) / len(hits), 3), _part(times, 0.99)) for kind, (hits, times) in kinds.items()},
    }  # fmt: skip


def _repeats(root: Path, tickets: int) -> dict[str, Any]:
    url = f"sqlite+aiosqlite:///{root / 'ledger.db'}"
    now = datetime.now(UTC).replace(microsecond=0)
    migrate.upgrade(url)
    engine = sa.create_engine(url.replace("+aiosqlite", ""), poolclass=sa.NullPool)
    generate(engine, tickets, now)
    engine.dispose()
    times = asyncio.run(_ask(url, now))
    return {"tickets": tickets, "repeat_p50_ms": _part(times, 0.50), "repeat_p99_ms": _part(times, 0.99)}


async def _ask(url: str, now: datetime) -> list[float]:
    draw, times = random.Random(made_up.SEED), []  # noqa: S311 - seeded on purpose
    store = Store(url)
    try:
        book, since = Repeats(store), now - timedelta(days=repeat.DAYS)
        for turn in range(REPEATS):
            matter = _matter(draw, turn)
            began = time.perf_counter()
            await book.find(matter, since)
            times.append((time.perf_counter() - began) * 1000)
    finally:
        await store.close()
    return times


def _matter(draw: random.Random, turn: int) -> Matter:
    """Every other one of the citizen who calls most; places and codes as ``bench.ledger.generate`` spreads them."""
    caller = FREQUENT if turn % 2 else f"13{500000000 + draw.randrange(300007)}"
    return Matter(
        caller, "", str(10000 + draw.randrange(300)), "part", "GB/T 30428.2", (f"湖滨南路{draw.randrange(4001)}号",),
        f"35020300100{draw.randrange(1999):04}",
        Point(118.0 + draw.random() * 0.39, 24.4 + draw.random() * 0.39, Crs.WGS84),
    )  # fmt: skip


def _part(times: Sequence[float], share: float) -> float:
    """By rank: at least this share took no longer."""
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)
