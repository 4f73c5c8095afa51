"""Nothing happens unheard: the composition root itself, started, says who listens to each event of each room."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from accounts import events as accounts
from agents import callbacks, desk
from agents import events as agents
from bridge import events as bridge
from config.file_places import Places
from config.settings import Settings
from console import published_events as console
from console.stream import changed_rows
from cti import equipment_events, journey_events
from cti import events as cti
from cti.equipment_events import BookGap, ClockStepped, RowsRefused
from hotline import app
from hotline.books import invariant_proof, witness_comparison
from hotline.bus import Bus
from hotline.lab import ports
from hotline.lab.hotline_instance import derive, shipped
from ivr import events as ivr
from ivr.build import Ivr
from ledger import closed_call_counts
from ledger.call_fold import Records
from recordings import events as recordings

TREE = Path(__file__).resolve().parents[2]
LEDGER = "ledger.call_record.Records"
FROM_THE_BOOK = (BookGap, RowsRefused, ClockStepped)
"""What only Asterisk's files tell."""
Heard = dict[type, tuple[str, ...]]
BESIDE = {cti: (equipment_events, journey_events)}
"""Room → the files that hold its events beside ``events.py``."""


def table(settings: dict[str, object]) -> None:
    settings["asterisk"] = {"mode": "external", "log_dir": "/nonexistent/log", "spool_dir": "/nonexistent/spool"}
    edge = settings["edge"]
    assert isinstance(edge, dict)
    edge["mode"] = "external"


async def _nothing(_self: object) -> None:
    pass


@asynccontextmanager
async def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[app.Hotline]:
    """The daemon as ``hotline run`` makes it, beside an Asterisk that is not there."""
    monkeypatch.setattr(app, "LIVE_SECONDS", 0.0)
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setattr(Ivr, "start", lambda _self: None)  # its listener is Twisted's, whose reactor `run.py` installs
    monkeypatch.setattr(Ivr, "stop", _nothing)
    block = ports.find()
    try:
        settings = Settings.model_validate(derive(shipped(), block.base, table))
        made = app.Hotline(settings, Places(tmp_path))
        try:
            await made.start()
            yield made
        finally:
            await made.stop()
    finally:
        block.free()


def events_of(room: ModuleType) -> tuple[type, ...]:
    """Every class of the room's language: what stands in its ``Event``, however it is written."""
    return tuple(
        kind for one in get_args(room.Event) or (room.Event,) for kind in (get_args(one) or (one,)) if isinstance(kind, type)
    )  # fmt: skip


def listeners(house: app.Hotline) -> Heard:
    """Event → who hears it on a bus that it is published on."""
    board, book, own = (bus.listeners() for bus in (house.board_bus, house.book_bus, house.house_bus))
    rules = Records()._steps
    heard: Heard = {}
    for kind in events_of(cti):
        live = () if kind in FROM_THE_BOOK else board.get(kind, ())
        heard[kind] = (*live, *book.get(kind, ()), *((LEDGER,) if kind in rules else ()))
    for room in (agents, ivr, recordings, bridge, accounts, console):
        for kind in events_of(room):
            heard[kind] = own.get(kind, ())
    heard[closed_call_counts.CallClosed] = book.get(closed_call_counts.CallClosed, ())
    for kind in (witness_comparison.DifferencesFound, invariant_proof.InvariantBroken, callbacks.CallbacksMoved):
        heard[kind] = own.get(kind, ())
    return heard


@pytest.mark.bound(60)
@pytest.mark.slow
async def test_every_event_of_every_room_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new event that nobody listens to, on the bus it is published on, fails here; so does one nobody wants any more."""
    async with started(tmp_path, monkeypatch) as house:
        heard = listeners(house)
        buses = [bus.listeners() for bus in (house.board_bus, house.book_bus, house.house_bus)]
    unheard = sorted(f"{kind.__module__}.{kind.__name__}" for kind, who in heard.items() if not who)
    assert unheard == [], "\n".join(f"{kind.__name__}: {', '.join(who) or 'NOBODY'}" for kind, who in heard.items())
    assert [kind.__name__ for bus in buses for kind in bus if kind not in heard] == [], (
        "listened to, and no room's event"
    )


def modules_of(room: ModuleType) -> set[str]:
    """Names of the classes that the room's ``events.py`` and what stands beside it declare (its words apart)."""
    sources = [ast.parse(Path(str(one.__file__)).read_text(encoding="utf-8")) for one in (room, *BESIDE.get(room, ()))]
    return {
        node.name for source in sources for node in source.body
        if isinstance(node, ast.ClassDef) and not any(getattr(base, "id", "") == "StrEnum" for base in node.bases)
    }  # fmt: skip


@pytest.mark.parametrize(
    "room", [cti, agents, ivr, recordings, bridge, accounts, console], ids=lambda room: room.__name__
)
def test_a_rooms_language_is_whole(room: ModuleType) -> None:
    """What ``events.py`` declares stands in its ``Event``: else the test above would not know of it."""
    assert modules_of(room) == {kind.__name__ for kind in events_of(room)}


@pytest.mark.parametrize(
    "room", [cti, agents, ivr, recordings, bridge, accounts, console], ids=lambda room: room.__name__
)
def test_every_event_is_made_somewhere(room: ModuleType) -> None:
    """An event that nobody makes is no event."""
    made = made_anywhere()
    assert {kind.__name__ for kind in events_of(room)} - made == set()


@cache
def made_anywhere() -> frozenset[str]:
    return frozenset(name for path in sources() for name in calls(path))


def sources() -> Iterator[Path]:
    for room in ("accounts", "cti", "ivr", "agents", "recordings", "bridge", "ledger", "console", "hotline"):
        yield from (TREE / room).rglob("*.py")


def calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = list(ast.walk(tree))
    found: list[ast.AST] = [node.func for node in nodes if isinstance(node, ast.Call)]
    found += [way for node in nodes if isinstance(node, ast.IfExp) for way in (node.body, node.orelse)]
    return {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in found}


@pytest.mark.parametrize(
    ("room", "claimed"),
    [("agents", desk.HEARD), ("console/stream", changed_rows.BOARD), ("console/stream", changed_rows.HOUSE)],
)
def test_who_says_that_he_listens_has_a_use_for_it(room: str, claimed: tuple[type, ...]) -> None:
    """A listener's list is no catch-all: each class is named where something is done about it (or is of a call, for the stream)."""
    named = {name for path in (TREE / room).glob("*.py") for name in uses(path)}
    of_calls = {kind.__name__ for kind in get_args(cti.CallEvent)} if room == "console/stream" else set()
    assert {kind.__name__ for kind in claimed} - named - of_calls == set()


def uses(path: Path) -> set[str]:
    """Classes named in a pattern, a type test or a parameter: where events are told apart."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        wanted: list[ast.AST] = []
        if isinstance(node, ast.MatchClass):
            wanted = [node.cls]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
            wanted = list(node.args[1:])
        elif isinstance(node, ast.arg) and node.annotation is not None:
            wanted = [node.annotation]
        elif isinstance(node, ast.Assign) and any(getattr(one, "id", "").startswith("_") for one in node.targets):
            wanted = [] if any(getattr(one, "id", "") == "_NOT_OURS" for one in node.targets) else [node.value]
        for one in wanted:
            for part in ast.walk(one):
                found.add(part.attr if isinstance(part, ast.Attribute) else getattr(part, "id", ""))
    return found


async def test_a_bus_says_who_listens() -> None:
    bus = Bus()
    bus.listen((int, str), asyncio.iscoroutine)  # type: ignore[arg-type]
    assert bus.listeners() == {int: ("asyncio.coroutines.iscoroutine",), str: ("asyncio.coroutines.iscoroutine",)}
