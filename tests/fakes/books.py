"""The ledger behind seats' pages and wallboard, in memory: it tells what a test put there and remembers what it was asked."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agents import callbacks as cb
from agents.callback_list_rows import TaskRow, Wanted
from bridge.knowledge import Card, CardRead
from bridge.ports import Push
from bridge.repeat import Matter
from bridge.templates import Template
from console import knowledge, templates
from console.ledger_ports import Books, Centre, Colleague, Entry, NotHere
from console.spreadsheet import Table
from cti.ids import CallId
from ledger.agent_day import AgentDay, Interval
from ledger.call_list import Filter
from ledger.callers import Story
from ledger.drafts import Draft
from ledger.history import Filed, PastCall, Tape
from ledger.knowledge import VersionTaken
from ledger.kpi import SETS
from ledger.outages import Outage
from ledger.repeats import Repeat
from ledger.replies import Reply
from ledger.wall import Counted, Counts, Day
from ledger.went_through import Passed
from recordings.ids import RecordingId

NOON = datetime.fromisoformat("2026-10-01T04:00:00+00:00")


def past(call: str, **more: Any) -> PastCall:
    """A call that is over, as the ledger has it."""
    plain: dict[str, Any] = {
        "call": CallId(call), "direction": "inbound", "state": "ended", "line": "citizen", "trunk": "telecom",
        "caller": "13800000001", "caller_name": "", "dialled": "12319", "partner": "", "reference": "", "origin": "",
        "queue": "mandarin", "queue_result": "answered", "seat": "8001", "agent": "1001", "arrived_at": NOON,
        "picked_up_at": NOON, "notice_at": NOON, "notice_prompt": "welcome", "queued_at": NOON, "answered_at": NOON,
        "talk_ended_at": NOON, "ended_at": NOON, "ended_by": "caller", "cause": 16, "wait_seconds": 5.0,
        "ring_seconds": 2.0, "talk_seconds": 60.0, "offers": 1, "transfers": 0, "refusal": "", "outcome": "ticket",
        "outcome_detail": "", "short_abandon": False, "merged_into": "", "uncertain": False, "callback": "",
        "diverted": "", "hidden": False,
    }  # fmt: skip
    return PastCall(**plain | more)


TAPE = Tape(1, "a.raw", "shelved", "2026/10/01/a.opus", "opus", 65.0, "", True, ("short",), "")
FILED = Filed("01ARZ3NDEKTSV4RRFFQ69G5FAV", "a/1", "路灯不亮", "delivered", "A-1", "")


@dataclass
class Callers:
    told: Story = field(
        default_factory=lambda: Story([past("xm1-1.1", tapes=(TAPE,), tickets=(FILED,))], [], 0, 3, False)
    )
    asked: list[tuple[Sequence[str], datetime, str]] = field(default_factory=list)

    async def story(self, number: str, since: datetime, but: str = "", most: int = 20) -> Story:
        self.asked.append((number, since, but))
        return self.told if number else Story((), (), 0, 0, False)

    passed: Sequence[Passed] = ()

    async def went_through(self, call: CallId) -> Sequence[Passed]:
        return self.passed

    async def owed(self, number: str, agent: str, since: datetime) -> bool:
        return self.told.callback_open


def task(ident: str, **more: Any) -> TaskRow:
    """A call-back that is owed to one who was missed."""
    plain: dict[str, Any] = {
        "id": ident, "kind": cb.Kind.MISSED, "state": cb.State.OPEN, "reason": "abandoned_in_queue", "line": "citizen",
        "number": "13800000001", "call": ident, "made_at": NOON, "due_at": NOON + timedelta(minutes=30), "owner": "",
        "owned_at": None, "tries": 0, "done_at": None, "done_by": "", "done_how": "", "done_call": "", "note": "",
        "anonymous": False, "confidential": False, "attempts": (),
    }  # fmt: skip
    return TaskRow(**plain | more)


@dataclass
class Callbacks:
    """By the true rules; each number once."""

    rows: dict[str, TaskRow] = field(default_factory=dict)
    wanted: list[Wanted] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    rules: cb.Rules = field(default_factory=cb.Rules)

    async def page(self, wanted: Wanted) -> Sequence[TaskRow]:
        self.wanted.append(wanted)
        kinds = (None, *cb.Kind) if wanted.kind is None else (wanted.kind,)
        return [
            row
            for row in self.rows.values()
            if row.state in wanted.states
            and wanted.owner in ("", row.owner)
            and row.kind in kinds
            and wanted.ticket in ("", row.ticket)
        ]

    async def get(self, task: str) -> TaskRow | None:
        return self.rows.get(task)

    async def take(self, task: str, agent: str, at: datetime) -> cb.Moved | cb.Denied | None:
        return self._step(task, cb.Cue.TAKE, at, agent)

    async def assign(self, task: str, agent: str, at: datetime) -> cb.Moved | cb.Denied | None:
        return self._step(task, cb.Cue.ASSIGN, at, agent)

    async def give_back(
        self, task: str, agent: str, at: datetime, *, chief: bool = False
    ) -> cb.Moved | cb.Denied | None:
        return self._step(task, cb.Cue.GIVE_BACK, at, agent, chief=chief)

    async def give_up(
        self, task: str, agent: str, reason: cb.GivenUp, note: str, at: datetime, *, chief: bool = False
    ) -> cb.Moved | cb.Denied | None:
        return self._step(task, cb.Cue.GIVE_UP, at, agent, chief=chief, done_how=reason, note=note, done_at=at)

    async def say(
        self, task: str, agent: str, result: cb.Result, note: str, at: datetime
    ) -> cb.Moved | cb.Denied | None:
        row = self.rows.get(task)
        if row is not None and not any(one.agent == agent for one in row.attempts):
            return cb.Denied(cb.Why.UNTRIED)
        return self._step(task, cb.MEANS[result], at, agent, done_how=result)

    async def reply(self, task: str, reply: Reply, *, chief: bool = False) -> cb.Moved | cb.Denied | None:
        row = self.rows.get(task)
        if row is not None and row.kind is not cb.Kind.REPLY:
            return cb.Denied(cb.Why.NO_REPLY)
        if row is not None and not reply.call and not any(one.agent == reply.by for one in row.attempts):
            return cb.Denied(cb.Why.UNTRIED)
        self.replies.append(reply)
        told = {"done_how": reply.answer, "answer": reply.answer, "satisfied": reply.satisfied, "done_at": reply.at}
        return self._step(task, cb.Cue.WRITTEN, reply.at, reply.by, chief=chief, **told)

    def _step(
        self, ident: str, cue: cb.Cue, at: datetime, agent: str, *, chief: bool = False, **more: Any
    ) -> cb.Moved | cb.Denied | None:
        row = self.rows.get(ident)
        if row is None:
            return None
        now = cb.Task(row.id, row.kind, row.state, row.owner, row.tries, row.due_at)
        moved = cb.step(now, cue, at, self.rules, agent=agent, chief=chief)
        if isinstance(moved, cb.Moved):
            self.rows[ident] = replace(row, state=moved.state, owner=moved.owner, due_at=moved.due, **more)
        return moved


@dataclass
class Drafts:
    rows: dict[tuple[str, str], Draft] = field(default_factory=dict)

    async def write(self, call: str, agent: str, version: int, at: datetime, fields: Mapping[str, Any]) -> Draft | None:
        standing = self.rows.get((call, agent))
        if (
            standing is not None
            and standing.version >= version
            and (standing.version, standing.fields) != (version, fields)
        ):
            return standing
        self.rows[call, agent] = Draft(call, agent, version, at, fields)
        return None

    async def get(self, call: str, agent: str) -> Draft | None:
        return self.rows.get((call, agent))

    async def drop(self, call: str, agent: str) -> bool:
        return self.rows.pop((call, agent), None) is not None

    async def of_agent(self, agent: str, most: int = 100) -> Sequence[Draft]:
        return [draft for (_, who), draft in self.rows.items() if who == agent][:most]


@dataclass
class Agents:
    pushes: list[Push] = field(default_factory=list)
    asked: list[tuple[object, ...]] = field(default_factory=list)
    talks: set[tuple[str, str]] = field(default_factory=set)
    wanted: list[Filter | None] = field(default_factory=list)

    async def day(self, agent: str, since: datetime, until: datetime, now: datetime) -> AgentDay:
        self.asked.append((agent, since, until))
        states = [Interval("8001", "ready", since, None, "")]
        rows = [past("xm1-9.9", agent=agent, outcome="", caller="13800000009")]
        return AgentDay(4, 1, 400.0, 100.0, 10.0, 60.0, 3000.0, 300.0, 2, 1, since, states, rows)

    async def calls(
        self, agent: str, after: str = "", most: int = 100, wanted: Filter | None = None
    ) -> Sequence[PastCall]:
        self.asked.append((agent, after, most))
        self.wanted.append(wanted)
        return [past("xm1-9.9", agent=agent), past("xm1-8.8", agent="1009")][:most]

    async def tickets(self, agent: str, before: str = "", most: int = 100) -> Sequence[Push]:
        self.asked.append((agent, before, most))
        return self.pushes[:most]

    async def talked(self, agent: str, call: str) -> bool:
        return (agent, call) in self.talks


@dataclass
class Wall:
    pushes: list[Push] = field(default_factory=list)
    asked: list[tuple[object, ...]] = field(default_factory=list)
    sets: Sequence[str] = tuple(SETS)

    async def day(self, since: datetime, until: datetime) -> Day:
        self.asked.append((since, until))
        counts = Counts(
            offered=10,
            answered=8,
            unanswered=2,
            abandoned=1,
            requests=9,
            answered_15s=7,
            uncertain=1,
            wait_seconds=40.0,
            talk_seconds=800.0,
        )
        counted = [
            Counted("event", "CJ/T 214", "2007", "0101", 3), Counted("part", "CJ/T 214", "2007", "0101", 2),
            Counted("part", "CJ/T 214", "2099", "0101", 1),
        ]  # fmt: skip
        return Day(
            counts, {"citizen": counts, "gone": counts, "": counts}, {"mandarin": counts}, [(since, counts)], [],
            [Counted("complaint", "", "", "", 4), Counted("unheard_of", "", "", "", 1)], counted,
            [(since, since + timedelta(minutes=1), "disk")],
            [Outage("telecom", since, since + timedelta(minutes=2), ("citizen",)), Outage("gone", since, None, ())],
        )  # fmt: skip

    async def calls(
        self, since: datetime, until: datetime, of: str, line: str = "", queue: str = "", most: int = 100
    ) -> Sequence[PastCall]:
        self.asked.append((since, until, of, line, queue, most))
        return [past("xm1-1.1")]

    async def tickets(
        self, since: datetime, until: datetime, kind: str = "", code: str = "", code_kind: str = "", most: int = 100, *,
        scheme: str = "", version: str = "",
    ) -> Sequence[Push]:  # fmt: skip
        self.asked.append((since, until, kind, code, code_kind, most, scheme, version))
        return self.pushes


@dataclass
class Sound:
    data: bytes
    format: str = "opus"

    @property
    def size(self) -> int:
        return len(self.data)

    async def read(self, first: int, last: int) -> AsyncIterator[bytes]:
        for start in range(first, last + 1, 3):
            yield self.data[start : min(start + 3, last + 1)]


@dataclass
class RecordingSource:
    sounds: dict[RecordingId, Sound] = field(default_factory=dict)
    why: str = "none"
    told: dict[str, list[Tape]] = field(default_factory=dict)
    holds: set[str] = field(default_factory=set)

    async def parts(self, call: CallId) -> Sequence[Tape]:
        return self.told.get(call, [])

    async def held(self, call: CallId) -> bool:
        return call in self.holds

    async def open(self, ident: RecordingId) -> Sound:
        if ident not in self.sounds:
            raise NotHere(self.why)
        return self.sounds[ident]

    async def waveform(self, ident: RecordingId) -> bytes:
        if ident not in self.sounds:
            raise NotHere(self.why)
        return b'{"step_ms":50,"seconds":0.1,"channels":[[1,127],[0,9]]}'


CENTRE = Centre(
    zone=ZoneInfo("Asia/Shanghai"), lines={"citizen": "12319 直拨", "partner": "联动线"}, queues={"mandarin": "普通话"},
    trunks={"telecom": "中国电信"},
    people=(
        Colleague("1001", "陈晓岚", {"mandarin": 1}), Colleague("1002", "林志强", {"mandarin": 1}),
        Colleague("1003", "黄雅婷", {"mandarin": 2}),
    ),
    phonebook=(Entry("mayor", "12345 市长专线", "12345", "linkage"), Entry("police", "110 报警", "110", "linkage")),
)  # fmt: skip


@dataclass
class Repeats:
    told: Sequence[Repeat] = ()

    async def find(self, matter: Matter, since: datetime, but: str = "", most: int = 10) -> Sequence[Repeat]:
        return self.told


@dataclass
class Templates:
    rows: dict[str, Template] = field(default_factory=dict)

    async def all(self) -> Sequence[Template]:
        return list(self.rows.values())

    async def put(self, said: Template, at: datetime, by: str) -> Template:
        self.rows[said.id] = replace(said, sample=False, changed_at=at, changed_by=by)
        return self.rows[said.id]


@dataclass
class Knowledge:
    """Each version once, as the ledger's own."""

    rows: dict[tuple[str, int], Card] = field(default_factory=dict)
    read: list[tuple[str, CardRead]] = field(default_factory=list)

    async def written(self, since: datetime | None) -> Sequence[Card]:
        return [one for one in self.rows.values() if since is None or (one.changed_at or since) >= since]

    async def add(self, cards: Sequence[Card], at: datetime, by: str) -> list[Card]:
        if any((one.id, one.version) in self.rows for one in cards):
            raise VersionTaken
        kept = [replace(one, sample=False, changed_at=at, changed_by=by) for one in cards]
        self.rows |= {(one.id, one.version): one for one in kept}
        return kept

    async def note_read(self, call: CallId, read: CardRead) -> None:
        if not any(
            (call, read.card, read.version, read.agent) == (c, r.card, r.version, r.agent) for c, r in self.read
        ):
            self.read.append((call, read))

    async def reads(self, call: CallId) -> Sequence[CardRead]:
        return [read for of, read in self.read if of == call]


@dataclass
class Reports:
    """One row of two texts, a number and a moment, whatever is asked for; what was asked for."""

    asked: list[tuple[str, datetime | None, datetime | None, str, bool, bool]] = field(default_factory=list)
    rows: list[Sequence[object]] = field(default_factory=lambda: [("=1+1", "13800000001", 2.5, NOON)])

    async def table(
        self, name: str, since: datetime | None, until: datetime | None, line: str = "", *,
        masked: bool = False, agents: bool = True,
    ) -> Table:  # fmt: skip
        self.asked.append((name, since, until, line, masked, agents))

        async def every() -> AsyncIterator[Sequence[object]]:
            for row in self.rows:
                yield row

        return Table(["a", "b", "c", "d"], every())


@dataclass
class Shelf:
    """The fakes themselves, for a test to look into; ``books`` for the door."""

    callers: Callers = field(default_factory=Callers)
    drafts: Drafts = field(default_factory=Drafts)
    agents: Agents = field(default_factory=Agents)
    wall: Wall = field(default_factory=Wall)
    tapes: RecordingSource = field(default_factory=RecordingSource)
    callbacks: Callbacks = field(default_factory=Callbacks)
    repeats: Repeats = field(default_factory=Repeats)
    templates: Templates = field(default_factory=Templates)
    knowledge: Knowledge = field(default_factory=Knowledge)
    reports: Reports = field(default_factory=Reports)

    def books(self) -> Books:
        return Books(
            self.callers,
            self.drafts,
            self.agents,
            self.wall,
            self.tapes,
            self.callbacks,
            self.callbacks,
            CENTRE,
            self.repeats,
            templates.Templates(self.templates),
            reports=self.reports,
            knowledge=knowledge.Knowledge(self.knowledge),
        )
