"""Advice: what the daemon says of a queue's wait."""

from __future__ import annotations

from config.file_places import Places
from config.journey.steps import ADVICE, SELF_SERVICE
from config.read import parse
from cti.events import CallLeftQueue, CallQueued, QueueExit
from cti.ids import CallId, Instant, LineId, QueueId
from hotline.lab.hotline_instance import shipped
from ivr.advice import Question, Waits
from ivr.build import build
from ivr.ports import NoSuchCase
from tests.ivr.test_self_service import Book

MANDARIN, MINNAN = QueueId("mandarin"), QueueId("minnan")


def queued(call: int, at: float, queue: QueueId = MANDARIN) -> CallQueued:
    return CallQueued(CallId(f"c{call}"), Instant(at), queue)


def left(call: int, at: float, how: QueueExit = QueueExit.ANSWERED, queue: QueueId = MANDARIN) -> CallLeftQueue:
    return CallLeftQueue(CallId(f"c{call}"), Instant(at), queue, how)


def asked(waits: Waits, at: float, queue: QueueId = MANDARIN) -> str:
    return waits.answer(Question("wait", CallId("c0"), LineId("citizen"), queue, "", Instant(at)))


def test_the_first_in_the_queue_tells_how_long_it_is() -> None:
    """Each queue for itself; who has left no longer counts."""
    waits = Waits(60)
    assert asked(waits, 1000) == "short"
    for event in (queued(1, 1000), queued(2, 1050)):
        waits.hear(event)
    assert asked(waits, 1059) == "short"
    assert asked(waits, 1060) == "long"
    assert asked(waits, 1060, MINNAN) == "short"
    waits.hear(left(1, 1061, QueueExit.ABANDONED))
    assert asked(waits, 1062) == "short"


def test_the_last_answered_tells_for_a_while() -> None:
    """Who gave up tells nothing of when a person would have come; an old wait tells nothing of now."""
    waits = Waits(60)
    for event in (queued(1, 1000), left(1, 1070)):
        waits.hear(event)
    assert asked(waits, 1071) == "long"
    assert asked(waits, 1071 + 3600) == "short"
    waits.hear(left(9, 5000))  # came before we looked
    assert asked(waits, 5001) == "short"


def test_what_journeys_may_ask_is_answered(tmp_path) -> None:  # type: ignore[no-untyped-def]
    """The daemon has an adviser for each question the settings allow, and none that cannot be asked; answers are the allowed ones."""
    ivr = build(parse(shipped()), Places(tmp_path), lambda _event: None, Book(NoSuchCase()), lambda _prompt: False)
    assert set(ivr.door.advisers) == {*ADVICE, *SELF_SERVICE}
    assert {asked(Waits(0), 1.0), asked(Waits(1), 1.0)} == set(ADVICE["wait"])
