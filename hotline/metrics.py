"""What the daemon counts, for Prometheus; the console's /metrics carries it out."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from agents.events import VerbEnded
from bridge.events import DeliveryFailed, MessageNotCarried
from cti import events as ev
from cti.switchboard import Switchboard
from ivr.events import AdviceGiven

from .books.book_reader import BookReader
from .bus import Bus
from .programs.case_store import CaseStoreProgram

log = structlog.get_logger("metrics")

WORDS_TOLD = 100


class Metrics:
    def __init__(
        self, switchboard: Switchboard, books: BookReader, board: Bus, book: Bus, house: Bus,
        audit_head: Callable[[], int] = int, case_store: CaseStoreProgram | None = None,
    ) -> None:  # fmt: skip
        """``audit_head``: the number of the newest row of the audit log."""
        self._audit_head, self._case_store = audit_head, case_store
        self._switchboard, self._books = switchboard, books
        self._registry = CollectorRegistry()
        self._ended = Counter("hotline_calls_ended", "calls closed in the ledger", ["talked"], registry=self._registry)
        self._blind = Counter("hotline_board_blind", "losses of the link to Asterisk", registry=self._registry)
        self._lag = Gauge("hotline_ami_lag_seconds", "age of the newest AMI event when read", registry=self._registry)
        self._live = Gauge("hotline_board_live", "1: the live picture is true", registry=self._registry)
        self._calls = Gauge("hotline_calls", "calls on the board", registry=self._registry)
        self._messages = Gauge("hotline_ami_messages", "AMI messages read since the start", registry=self._registry)
        self._repairs = Gauge("hotline_board_repairs", "boards repaired by an audit", registry=self._registry)
        self._forged = Gauge("hotline_ami_forged", "messages that Asterisk did not write", registry=self._registry)
        self._skipped = Gauge("hotline_book_rows_skipped", "rows that could not be read", registry=self._registry)
        self._behind = Gauge("hotline_book_behind", "1: the ledger does not take rows now", registry=self._registry)
        self._head = Gauge("hotline_audit_head", "number of the audit log's newest row", registry=self._registry)
        self._steps = Counter(
            "hotline_journey_steps", "ways by which callers left steps of a journey", ["line", "step", "way"],
            registry=self._registry,
        )  # fmt: skip
        self._advice = Counter(
            "hotline_journey_advice", "questions that journeys asked the daemon", ["ask", "answer", "end"],
            registry=self._registry,
        )  # fmt: skip
        self._words = Counter(
            "hotline_dialplan_words_unknown", "words of the dialplan that this program does not know", ["source"],
            registry=self._registry,
        )  # fmt: skip
        self._words_told: set[str] = set()
        self._cases = Gauge("hotline_case_store_up", "1: it takes tickets", registry=self._registry)
        self._revived = Gauge("hotline_case_store_restarts", "how often it was started again", registry=self._registry)
        book.listen(ev.CallEnded, self._call_ended)
        book.listen(ev.JourneyStepped, self._stepped)
        house.listen(AdviceGiven, self._advised)
        for bus in (board, book):
            bus.listen(ev.WordUnknown, self._word_unknown)
        self._refused = Counter(
            "hotline_dials_refused",
            "calls of a seat that were not let out",
            ["seat", "reason"],
            registry=self._registry,
        )
        self._verbs = Counter("hotline_verbs", "wishes of seats to Asterisk", ["verb", "done"], registry=self._registry)
        self._not_carried = Counter(
            "hotline_messages_not_carried",
            "Messages of a kind that the case store does not take",
            ["kind"],
            registry=self._registry,
        )
        self._failed = Counter(
            "hotline_deliveries_failed", "tries to deliver a ticket in vain", registry=self._registry
        )
        board.listen(ev.BoardBlind, self._went_blind)
        board.listen(ev.DialRefused, self._dial_refused)
        house.listen(VerbEnded, self._verb_ended)
        house.listen(DeliveryFailed, self._delivery_failed)
        house.listen(MessageNotCarried, self._message_not_carried)

    def _went_blind(self, _event: ev.BoardBlind) -> None:
        self._blind.inc()

    def _dial_refused(self, event: ev.DialRefused) -> None:
        self._refused.labels(seat=event.seat, reason=event.reason).inc()

    def _verb_ended(self, event: VerbEnded) -> None:
        self._verbs.labels(verb=event.verb.value, done=str(event.done).lower()).inc()

    def _delivery_failed(self, _event: DeliveryFailed) -> None:
        self._failed.inc()

    def _message_not_carried(self, event: MessageNotCarried) -> None:
        self._not_carried.labels(kind=event.kind.value).inc()

    def _call_ended(self, event: ev.CallEnded) -> None:
        self._ended.labels(talked=str(event.talked).lower()).inc()

    def _stepped(self, event: ev.JourneyStepped) -> None:
        self._steps.labels(event.line, event.step, event.way).inc()

    def _advised(self, event: AdviceGiven) -> None:
        self._advice.labels(event.ask, event.answer, str(event.end)).inc()

    def _word_unknown(self, event: ev.WordUnknown) -> None:
        """Counted each time, logged once a word: every call of an unknown dialplan may say it."""
        self._words.labels(event.source).inc()
        if event.word not in self._words_told and len(self._words_told) < WORDS_TOLD:
            self._words_told.add(event.word)
            log.error("unknown word of the dialplan", word=event.word, source=event.source)

    def exposition(self) -> bytes:
        """Prometheus' text format, gauges read now."""
        board = self._switchboard
        self._lag.set(board.lag)
        self._live.set(board.live)
        self._calls.set(len(board.fold.board.calls))
        self._messages.set(board.events.messages)
        self._repairs.set(board.repairs)
        self._forged.set(board.forged)
        self._skipped.set(self._books.book.reader.skipped)
        self._head.set(self._audit_head())
        self._behind.set(self._books.behind)
        if self._case_store is not None:
            self._cases.set(not self._case_store.away)
            self._revived.set(self._case_store.restarts)
        return generate_latest(self._registry)
