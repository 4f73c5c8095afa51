"""What the daemon counts and reads, for Prometheus; the console's /metrics carries it out (``console/metrics.py``).

Counters grow as events are published; what is a state is read at the scrape, by sources of their own, so that one that
fails takes no other with it. Nothing here asks the ledger: what comes from there is read by somebody else, at his own pace.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence

import structlog
from prometheus_client import CollectorRegistry, Counter, ProcessCollector
from prometheus_client.core import CounterMetricFamily, Metric

from agents.events import VerbEnded
from bridge.events import DeliveryFailed, MessageNotCarried, TicketDelivered, TicketFiled, TicketPoisoned
from config.settings import Settings
from console.contract.stream import AlarmOut
from console.metrics import Source, gauge, labelled
from console.ports import Vital
from cti import events as ev
from cti.asterisk_connection import Switchboard
from cti.equipment_events import BoardBlind, WordUnknown
from cti.journey_events import JourneyStepped
from ivr.events import AdviceGiven
from ledger.closed_call_counts import CallClosed
from recordings.events import RecordingFailed, RecordingShelved

from . import version
from .alarms.disk_forecast import Disk
from .alarms.owed_recordings import OwedRecordings
from .books.build import Books
from .books.cel_to_ledger import BookReader
from .bus import Bus
from .programs.case_store import CaseStoreProgram

log = structlog.get_logger("metrics")

Collect = Callable[[], Iterable[Metric]]
"""Gives the families of one source, each time it is asked."""
WORDS_TOLD = 100


class Metrics:
    """Counts from the moment it is made, which is before the book is read; ``sources`` gives all of it. ``add`` takes what others read."""

    def __init__(self, board: Bus, book: Bus, house: Bus) -> None:
        self._board, self._book, self._house = board, book, house
        self._registry = CollectorRegistry()
        self._words_told: set[str] = set()
        self._more: dict[str, Source] = {}
        self._count_calls()
        self._count_work()
        self.add("counters", self._registry.collect)
        self.add("process", ProcessCollector(registry=None).collect)
        self.add("build", _build)

    def follow(self) -> None:
        """What Asterisk's rows and events say is counted from here on: those read again at a start were counted before."""
        self._book.listen(JourneyStepped, self._stepped)
        for bus in (self._board, self._book):
            bus.listen(WordUnknown, self._word_unknown)
        self._board.listen(BoardBlind, self._went_blind)
        self._board.listen(ev.DialRefused, self._dial_refused)

    def add(self, name: str, collect: Collect) -> None:
        """A source: asked at every scrape, must be cheap and may fail."""
        self._more[name] = (name, collect)

    def sources(self) -> Sequence[Source]:
        return list(self._more.values())

    def _counter(self, name: str, meaning: str, labels: Sequence[str] = ()) -> Counter:
        return Counter(name, meaning, labels, registry=self._registry)

    # -- what is counted ---------------------------------------------------------------------

    def _count_calls(self) -> None:
        self._ended = self._counter("hotline_calls_ended", "Calls closed in the ledger, ours too", ["talked"])
        for talked in ("true", "false"):
            self._ended.labels(talked=talked)  # a series that begins with the first call has no increase
        self._offered = self._counter("hotline_calls_offered", "Calls of citizens closed in the ledger", ["line"])
        self._requests = self._counter("hotline_calls_requests", "Of those: asked for a person", ["line"])
        self._answered = self._counter("hotline_calls_answered", "Of those: answered by a person", ["line"])
        self._prompt = self._counter("hotline_calls_answered_15s", "Of those: within 15 s", ["line"])
        self._abandoned = self._counter("hotline_calls_abandoned", "Calls that citizens gave up", ["line"])
        self._refused_calls = self._counter(
            "hotline_calls_refused", "Calls the dialplan took no further", ["line", "reason"]
        )
        self._blind = self._counter("hotline_board_blind", "Losses of the link to Asterisk")
        self._steps = self._counter(
            "hotline_journey_steps", "Ways by which callers left steps of a journey", ["line", "step", "way"]
        )
        self._advice = self._counter(
            "hotline_journey_advice", "Questions that journeys asked the daemon", ["ask", "answer", "end"]
        )
        self._words = self._counter(
            "hotline_dialplan_words_unknown", "Words of the dialplan that this program does not know", ["source"]
        )
        self._refused = self._counter(
            "hotline_dials_refused", "Calls of a seat that were not let out", ["seat", "reason"]
        )
        self._book.listen(CallClosed, self._call_closed)
        self._house.listen(AdviceGiven, self._advised)

    def _count_work(self) -> None:
        self._verbs = self._counter("hotline_verbs", "Wishes of seats to Asterisk", ["verb", "done"])
        self._filed = self._counter("hotline_tickets_filed", "Tickets filed")
        self._delivered = self._counter("hotline_tickets_delivered", "Tickets the case store has taken")
        self._poisoned = self._counter("hotline_tickets_poisoned", "Messages that became dead letters")
        self._failed = self._counter("hotline_deliveries_failed", "Tries to deliver a ticket in vain")
        self._not_carried = self._counter(
            "hotline_messages_not_carried", "Messages of a kind that the case store does not take", ["kind"]
        )
        self._shelved = self._counter("hotline_recordings_made", "Recordings finished")
        self._lost = self._counter("hotline_recordings_failed", "Recordings that have no sound")
        house = self._house
        house.listen(VerbEnded, self._verb_ended)
        house.listen(TicketFiled, lambda _event: self._filed.inc())
        house.listen(TicketDelivered, lambda _event: self._delivered.inc())
        house.listen(TicketPoisoned, lambda _event: self._poisoned.inc())
        house.listen(DeliveryFailed, self._delivery_failed)
        house.listen(MessageNotCarried, self._message_not_carried)
        house.listen(RecordingShelved, lambda _event: self._shelved.inc())
        house.listen(RecordingFailed, lambda _event: self._lost.inc())

    def _went_blind(self, _event: BoardBlind) -> None:
        self._blind.inc()

    def _dial_refused(self, event: ev.DialRefused) -> None:
        self._refused.labels(seat=event.seat, reason=event.reason).inc()

    def _verb_ended(self, event: VerbEnded) -> None:
        self._verbs.labels(verb=event.verb.value, done=str(event.done).lower()).inc()

    def _delivery_failed(self, _event: DeliveryFailed) -> None:
        self._failed.inc()

    def _message_not_carried(self, event: MessageNotCarried) -> None:
        self._not_carried.labels(kind=event.kind.value).inc()

    def know(
        self, settings: Settings, switchboard: Switchboard, books: Books, doors: Callable[[], Mapping[str, int]],
        cases: CaseStoreProgram | None,
    ) -> None:  # fmt: skip
        """Counts from now on, and what is read at each look. ``doors``: counts of the FastAGI server."""
        self.follow()
        self.know_lines(line.id for line in settings.line)
        self.add("asterisk", asterisk(switchboard))
        self.add("books", read_book(books.reader, books.audit_head))
        self.add("fastagi", fastagi(doors))
        if cases is not None:
            self.add("case_store", case_store(cases))

    def know_lines(self, lines: Iterable[str]) -> None:
        """Their series begin with 0."""
        for line in lines:
            for counter in (self._offered, self._requests, self._answered, self._prompt, self._abandoned):
                counter.labels(line=line)

    def _call_closed(self, event: CallClosed) -> None:
        self._ended.labels(talked=str(event.talked).lower()).inc()
        if not event.inbound:
            return
        for counter, so in (
            (self._offered, True), (self._requests, event.requested), (self._answered, event.answered),
            (self._prompt, event.answered_15s), (self._abandoned, event.abandoned),
        ):  # fmt: skip
            if so:
                counter.labels(line=event.line).inc()
        if event.refusal:
            self._refused_calls.labels(line=event.line, reason=event.refusal).inc()

    def _stepped(self, event: JourneyStepped) -> None:
        self._steps.labels(event.line, event.step, event.way).inc()

    def _advised(self, event: AdviceGiven) -> None:
        self._advice.labels(event.ask, event.answer, str(event.end)).inc()

    def _word_unknown(self, event: WordUnknown) -> None:
        """Counted each time, logged once a word: every call of an unknown dialplan may say it."""
        self._words.labels(event.source).inc()
        if event.word not in self._words_told and len(self._words_told) < WORDS_TOLD:
            self._words_told.add(event.word)
            log.error("unknown word of the dialplan", word=event.word, source=event.source)


# -- what is read ------------------------------------------------------------------------------


def asterisk(board: Switchboard) -> Collect:
    def collect() -> Iterable[Metric]:
        yield gauge("hotline_ami_lag_seconds", "Age of the newest AMI event when read", board.lag)
        yield grown("hotline_ami_messages", "AMI messages read since the start", board.events.messages)
        yield grown("hotline_board_repairs", "Boards repaired by an audit", board.repairs)
        yield grown("hotline_ami_forged", "Messages that Asterisk did not write", board.forged)

    return collect


def read_book(reader: BookReader, audit_head: Callable[[], int]) -> Collect:
    """``audit_head``: the number of the newest row of the audit log."""

    def collect() -> Iterable[Metric]:
        yield grown("hotline_book_rows_skipped", "Rows that could not be read", reader.book.reader.skipped)
        yield gauge("hotline_book_behind", "1: the ledger does not take rows now", float(reader.behind))
        yield gauge("hotline_audit_head", "Number of the audit log's newest row", audit_head())

    return collect


def case_store(program: CaseStoreProgram) -> Collect:
    def collect() -> Iterable[Metric]:
        yield gauge("hotline_case_store_up", "1: it takes tickets", float(not program.away))
        yield grown("hotline_case_store_restarts", "How often it was started again", program.restarts)

    return collect


def vitals(look: Callable[[], Iterable[Vital]]) -> Collect:
    """``hotline_vital`` of 0 has its words in GET /api/health."""

    def collect() -> Iterable[Metric]:
        found = [((one.name,), float(one.ok)) for one in look()]
        yield from labelled("hotline_vital", "1: this thing that the daemon needs is well", ("name",), found)

    return collect


def _build() -> Iterable[Metric]:
    labels = {"version": version(), "python": platform.python_version()}
    yield from labelled("hotline_build_info", "1: what runs", tuple(labels), [(tuple(labels.values()), 1.0)])


def grown(name: str, meaning: str, value: float) -> Metric:
    """A counter that somebody else keeps."""
    return CounterMetricFamily(name, meaning, value=value)


def fastagi(counts: Callable[[], Mapping[str, int]]) -> Collect:
    """``ivr.server.ServerCounts`` as a source."""

    def collect() -> Iterable[Metric]:
        now = dict(counts())
        yield gauge("hotline_fastagi_open", "Questions of the dialplan being answered", now.pop("open"))
        family = CounterMetricFamily("hotline_fastagi", "What became of connections of the dialplan", labels=["what"])
        for what, count in now.items():
            family.add_metric([what], count)
        yield family

    return collect


def alarms(shown: Callable[[], Iterable[AlarmOut]]) -> Collect:
    """Alarms that stand, as a source."""

    def collect() -> Iterable[Metric]:
        found: dict[tuple[str, ...], float] = {}
        for one in shown():
            if one.cleared_at is None:
                key = (one.kind, one.severity, "acknowledged" if one.acknowledged_at else "new")
                found[key] = found.get(key, 0.0) + 1
        yield from labelled("hotline_alarms", "Alarms that stand", ("kind", "severity", "state"), found.items())

    return collect


def disks(look: Callable[[], Iterable[Disk]]) -> Collect:
    """How full the disks are, as a source; how long a disk lasts is absent where nobody can say."""

    def collect() -> Iterable[Metric]:
        found = list(look())
        place = ("place",)
        yield from labelled(
            "hotline_disk_free_bytes", "Free there", place, [((d.place,), float(d.free)) for d in found]
        )
        yield from labelled("hotline_disk_size_bytes", "Its size", place, [((d.place,), float(d.size)) for d in found])
        days = [((d.place,), d.days) for d in found if d.days is not None]
        yield from labelled("hotline_disk_full_days", "Days until it is full, at the pace of late", place, days)

    return collect


def owed_recordings(owed: OwedRecordings) -> Collect:
    """Recordings that wait to be finished, as a source; nothing while it is not known."""

    def collect() -> Iterable[Metric]:
        if owed.reading is not None:
            yield gauge(
                "hotline_recordings_owed", "Recordings of calls that are over, not finished yet", owed.reading.count
            )
            yield gauge("hotline_recordings_owed_seconds", "Since when the oldest waits", owed.reading.seconds)

    return collect
