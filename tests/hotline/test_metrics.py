"""What is counted of journeys and of the dialplan's words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from structlog.testing import capture_logs

from cti import events as ev
from cti.ids import CallId, Instant, LineId
from hotline.bus import Bus
from hotline.metrics import Metrics
from ivr.events import AdviceGiven, End

CALL, LINE, AT = CallId("c1"), LineId("citizen"), Instant(1795435343.0)


def counted() -> tuple[Metrics, Bus, Bus, Bus]:
    board, book, house = Bus(), Bus(), Bus()
    fold = SimpleNamespace(board=SimpleNamespace(calls={}))
    switchboard: Any = SimpleNamespace(
        lag=0.0, live=True, fold=fold, events=SimpleNamespace(messages=0), repairs=0, forged=0
    )
    books: Any = SimpleNamespace(book=SimpleNamespace(reader=SimpleNamespace(skipped=0)), behind=False)
    return Metrics(switchboard, books, board, book, house), board, book, house


def test_steps_and_advice_are_counted_by_their_way() -> None:
    """How many pressed which key, and how often the daemon was asked, and for nothing."""
    metrics, _board, book, house = counted()
    for way in ("2", "2", "silence"):
        book.publish(ev.JourneyStepped(CALL, AT, LINE, "menu", way))
    house.publish(AdviceGiven(CALL, AT, LINE, "wait", "long", End.DONE))
    told = metrics.exposition().decode()
    assert 'hotline_journey_steps_total{line="citizen",step="menu",way="2"} 2.0' in told
    assert 'hotline_journey_steps_total{line="citizen",step="menu",way="silence"} 1.0' in told
    assert 'hotline_journey_advice_total{answer="long",ask="wait",end="done"} 1.0' in told


def test_an_unknown_word_is_counted_each_time_and_logged_once() -> None:
    """From the live picture and from the book; a thousand calls of a strange dialplan do not fill the log."""
    metrics, board, book, _house = counted()
    with capture_logs() as logged:
        for _ in range(3):
            book.publish(ev.WordUnknown(AT, "SURVEY", "cel"))
        board.publish(ev.WordUnknown(AT, "HotlineSurvey", "ami"))
    told = metrics.exposition().decode()
    assert 'hotline_dialplan_words_unknown_total{source="cel"} 3.0' in told
    assert 'hotline_dialplan_words_unknown_total{source="ami"} 1.0' in told
    assert [one["word"] for one in logged] == ["SURVEY", "HotlineSurvey"]
