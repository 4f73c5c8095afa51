"""What the daemon counts, for Prometheus; the console's /metrics carries it out."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from cti import events as ev
from cti.switchboard import Switchboard

from .bookkeeping import Bookkeeping
from .bus import Bus


class Metrics:
    def __init__(self, switchboard: Switchboard, books: Bookkeeping, board: Bus, book: Bus) -> None:
        self._switchboard, self._books = switchboard, books
        self._registry = CollectorRegistry()
        self._ended = Counter("hotline_calls_ended", "calls closed in the ledger", ["talked"], registry=self._registry)
        self._blind = Counter("hotline_board_blind", "losses of the link to Asterisk", registry=self._registry)
        self._lag = Gauge("hotline_ami_lag_seconds", "age of the newest AMI event when read", registry=self._registry)
        self._live = Gauge("hotline_board_live", "1: the live picture is true", registry=self._registry)
        self._calls = Gauge("hotline_calls", "calls on the board", registry=self._registry)
        self._messages = Gauge("hotline_ami_messages", "AMI messages read since the start", registry=self._registry)
        self._repairs = Gauge("hotline_board_repairs", "boards repaired by an audit", registry=self._registry)
        self._skipped = Gauge("hotline_book_rows_skipped", "rows that could not be read", registry=self._registry)
        self._behind = Gauge("hotline_book_behind", "1: the ledger does not take rows now", registry=self._registry)
        book.listen(ev.CallEnded, self._call_ended)
        board.listen(ev.BoardBlind, lambda _event: self._blind.inc())

    def _call_ended(self, event: ev.CallEnded) -> None:
        self._ended.labels(talked=str(event.talked).lower()).inc()

    def exposition(self) -> bytes:
        """Prometheus' text format, gauges read now."""
        board = self._switchboard
        self._lag.set(board.lag)
        self._live.set(board.live)
        self._calls.set(len(board.fold.board.calls))
        self._messages.set(board.events.messages)
        self._repairs.set(board.repairs)
        self._skipped.set(self._books.book.reader.skipped)
        self._behind.set(self._books.behind)
        return generate_latest(self._registry)
