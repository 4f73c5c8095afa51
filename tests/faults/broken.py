"""The daemon, broken on purpose: the judge must go red when it is.

``python -m tests.faults.broken MUTATION run --config FILE --var DIR`` is ``hotline run`` with
one thing wrong in it; ``broken(MUTATION)`` breaks the same classes of this process. Nothing
of the program knows of this file. Mutations, some with words after a ``=``:

``none``             nothing is wrong: the same path, for comparison
``no_catch_up``      the book begins at the end of Asterisk's files, wherever it had come to
``drop_one=E``       the first event of kind E in the book is swallowed
``swap_two=E,F``     the first event of kind E in the book is told only after the same call's next F
``double``           each batch is written a second time, with other ids
``forgetful``        after a restart the book is read from its first byte, and no call counts as closed
``no_outbox_key``    each delivery of a ticket has a new key, and the store is not asked before a second one
``no_wrap_up``       a seat is free as soon as its call ends
``trusting``         an AMI event is what its first line says, whoever wrote it
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from agents.roster import Roster
from bridge.courier import Courier
from bridge.drivers import Receipt, Rejected, Unreachable
from bridge.ports import Outgoing
from cti import ami_decoder
from cti import events as ev
from cti.cel_reader import Batch, Book, Mark
from cti.file_tail import NOWHERE, Place
from ledger.call_fold import Records
from ledger.scribe import Resume, Scribe

Patches = Iterator[Any]
Meddle = Callable[[ev.Event], Sequence[ev.Event]]
OTHER = "x"
"""What a doubled id has more than its original."""


def none() -> Patches:
    yield from ()


# -- the book --------------------------------------------------------------------------


def no_catch_up() -> Patches:
    begin = Book.__init__

    def at_the_end(self: Book, plan: Any, cel: Path, queue_log: Path, *words: Any) -> None:
        begin(self, plan, cel, queue_log, *words)
        self._cel.at, self._queue_log.at = _end(cel), _end(queue_log)

    yield patch.object(Book, "__init__", at_the_end)


def _end(file: Path) -> Place:
    try:
        found = file.stat()
    except FileNotFoundError:
        return NOWHERE
    return Place(found.st_ino, found.st_size)


def drop_one(kind: str) -> Patches:
    wanted = _kind(kind)
    dropped: list[ev.Event] = []

    def meddle(event: ev.Event) -> Sequence[ev.Event]:
        if dropped or not isinstance(event, wanted):
            return (event,)
        dropped.append(event)
        return ()

    yield _meddled(meddle)


def swap_two(first: str, second: str) -> Patches:
    early, late = _kind(first), _kind(second)
    held: list[Any] = []
    done: list[bool] = []

    def meddle(event: Any) -> Sequence[Any]:
        if not done and not held and isinstance(event, early):
            held.append(event)
            return ()
        if held and isinstance(event, late) and getattr(event, "call", "") == held[0].call:
            done.append(True)
            return (event, held.pop())
        return (event,)

    yield _meddled(meddle)


def _kind(name: str) -> type:
    found: type = getattr(ev, name)
    return found


def _meddled(meddle: Meddle) -> Any:
    read = Book.read

    def meddled(self: Book) -> Batch | None:
        batch = read(self)
        return batch and replace(batch, events=[told for event in batch.events for told in meddle(event)])

    return patch.object(Book, "read", meddled)


# -- the scribe ------------------------------------------------------------------------------


def double() -> Patches:
    write = Scribe.write

    async def twice(self: Scribe, events: Sequence[ev.Event], mark: Mark) -> None:
        await write(self, events, mark)
        await write(self, [_renamed(event) for event in events if hasattr(event, "call")], mark)

    yield patch.object(Scribe, "write", twice)


def _renamed(event: Any) -> Any:
    ids = [one.name for one in fields(event) if one.name in ("call", "leg", "merged")]
    changes = {name: getattr(event, name) + OTHER for name in ids}
    if isinstance(event, ev.RecordingStarted):
        changes["file"] = OTHER + event.file
    return replace(event, **changes)


def forgetful() -> Patches:
    resume = Scribe.resume

    async def from_the_first_byte(self: Scribe) -> Resume:
        await resume(self)
        self._start, self._committed, self._records = Mark(), None, Records()
        return Resume(Mark(), frozenset())

    yield patch.object(Scribe, "resume", from_the_first_byte)


# -- the courier, the seats ---------------------------------------------------------------------


def no_outbox_key() -> Patches:
    async def unasked(self: Courier, sent: Outgoing) -> Receipt | Rejected | Unreachable:
        try:
            async with asyncio.timeout(self.deadline):
                return await self.store.deliver(replace(sent.message, key=uuid4().hex))
        except Exception as fault:
            return Unreachable(str(fault))

    yield patch.object(Courier, "_ask_and_deliver", unasked)


def trusting() -> Patches:
    yield patch.object(ami_decoder, "hear", lambda message, now: (ami_decoder.decode(message, now), ""))


def no_wrap_up() -> Patches:
    read = Roster.from_settings

    def at_once(settings: Any) -> Roster:
        roster = read(settings)
        return replace(roster, rules=replace(roster.rules, wrap_up_seconds=0.0))

    yield patch.object(Roster, "from_settings", at_once)


MUTATIONS: dict[str, Callable[..., Patches]] = {
    made.__name__: made
    for made in (none, no_catch_up, drop_one, swap_two, double, forgetful, no_outbox_key, no_wrap_up, trusting)
}


@contextmanager
def broken(mutation: str) -> Iterator[None]:
    """This process is broken meanwhile."""
    name, _, words = mutation.partition("=")
    with ExitStack() as stack:
        for one in MUTATIONS[name](*(words.split(",") if words else ())):
            stack.enter_context(one)
        yield


def main(words: Sequence[str]) -> int:
    from hotline.cli import main as hotline

    with broken(words[0]):
        return hotline(list(words[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
