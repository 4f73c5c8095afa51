"""No query people or calls wait for reads a growing table from end to end, on a generated ledger, on both databases.

What is asked is everything the stores of this room offer; a new method without its line here fails
``test_every_question_has_a_plan``. SQLite is asked with statistics and without: a young ledger has none.
"""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

import ledger
from agents.callback_list_rows import Wanted
from agents.callbacks import GivenUp, Result, State
from agents.callbacks import Kind as BackKind
from agents.events import SeatStateChanged
from agents.own_reasons import AgentId
from agents.presence import Presence
from agents.seat_state import SeatState
from bridge.case_state import CaseState
from bridge.case_store_messages import Message, MessageId, MessageKind, filing
from bridge.citizen_replies import Answer
from bridge.disposition import CallOutcome, Disposition
from bridge.drivers import CaseEvent
from bridge.gazetteer.coordinates import Crs, Point
from bridge.knowledge import Card, CardRead
from bridge.notifications.rules import Rules as NotificationRules
from bridge.nuisance import End
from bridge.partner_handover import Asked, HandoverEnd
from bridge.partner_states import MatterState, PartnerState
from bridge.ports import FurtherMessage, Outgoing
from bridge.repeat import Matter
from bridge.templates import Kind as TemplateKind
from bridge.templates import Template
from bridge.ticket import Limit, Promise, TicketId
from cti.equipment_events import LineChecked
from cti.events import CallDialled, Direction
from cti.ids import CallId, Instant, LineId, SeatId
from cti.numbers import ANYWHERE, Numbers
from hotline.bench.ledger.generate import FREQUENT, generate
from hotline.bench.ledger.measure import questions
from ledger import tables as t
from ledger.account_changes_to_confirm import ChangeShelf
from ledger.accounts import AccountShelf
from ledger.agent_day import AgentBook
from ledger.alarms import AlarmBook, AlarmRow
from ledger.ami_only_calls import SeenCall
from ledger.audit_log import AuditLog, Proof
from ledger.call_list import Filter
from ledger.call_record import CallRecord
from ledger.callback_list import CallbackList
from ledger.callback_requests import CallbackBook
from ledger.callers import Callers
from ledger.calls_without_result import OwedCalls
from ledger.case_clocks import CaseClocks, Reckoned
from ledger.case_path import CasePaths
from ledger.case_progress import CaseProgress, _own
from ledger.casebook import CaseShelf
from ledger.catalogues import CatalogueTable
from ledger.differences import Difference, DifferenceBook, Kind
from ledger.drafts import DraftBook
from ledger.equipment import EquipmentTable
from ledger.expected_wait import ExpectedWait
from ledger.history import History
from ledger.holds import HoldBook
from ledger.invariant.rule import Limits
from ledger.knowledge import KnowledgeBook
from ledger.kpi import Period, members
from ledger.mass_events import MassEvent, MassEvents
from ledger.notices import NoticeBook
from ledger.notifications import NotificationShelf
from ledger.nuisance import Appeal, Decision, NuisanceBook, Tag
from ledger.one_way_sound import TrunkSounds
from ledger.outbox import NotInOrder, OutboxShelf
from ledger.partner_handovers import HandoverShelf
from ledger.partner_matters import PartnerMatters
from ledger.program_tokens import ProgramShelf
from ledger.recording_terms import RecordingTerms
from ledger.recordings import ListeningLog, RecordingTable
from ledger.repeats import Repeats
from ledger.replies import Reply
from ledger.retention import Retention
from ledger.retention import names as retention_kinds
from ledger.scribe import Scribe
from ledger.seats import SeatBook
from ledger.sessions import SessionShelf
from ledger.store import Store
from ledger.switches import SwitchBook, Switching
from ledger.templates import TemplateBook
from ledger.ticket_acts import MatterShelf
from ledger.ticket_search import Sought, TicketSearch
from ledger.tickets import TicketShelf
from ledger.today import Today
from ledger.turned_away import TurnedAwayBook, TurnedAwayRow
from ledger.verify import verify
from ledger.wall import Wall
from recordings.holds import Subject
from recordings.ids import RecordingId
from recordings.ports import Failed
from recordings.retention import Terms
from tests.bridge.made import ticket
from tests.bridge.test_edition import FIRST

from .conftest import Fresh
from .desk import Told, mark

pytestmark = pytest.mark.slow

CALLS = 10_000
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
PROMISE = Promise(NOW, NOW, provisional=False, limit=Limit(1, "work_day"), condition="", basis="catalogue")
SMALL = {
    "accounts",
    "programs",
    "seat_memory",
    "tail_marks",
    "node_lives",
    "blind_intervals",
    "case_marks",
    "catalogue_editions",
}
"""These do not grow with the years."""
VERSIONS = count(1)
"""Of a knowledge card: none is written twice."""
LARGE = {table.name for table in t.metadata.sorted_tables} - SMALL
WHOLE = {
    "RecordingTable.shelved",
    "RecordingTable.shelved_count",
    "RecordingTable.days",
    "RecordingTerms.count",
    "History.every",
    "AgentBook.day",
}
"""Asked for all there is (``recording verify``, once an hour, reports), or in a test of its own (``test_agentday``)."""

Ask = Callable[[], Awaitable[Any]]


@pytest.fixture(scope="module")
def years(databases: Fresh) -> str:
    """A generated ledger; its statistics are made."""
    url = databases()
    engine = sa.create_engine(url.replace("+aiosqlite", ""), poolclass=sa.NullPool)
    generate(engine, CALLS, NOW)
    engine.dispose()
    return url


def asked(store: Store) -> Iterator[tuple[str, Ask]]:
    """(class.method, how it is asked)."""
    call, agent, day = CallId(_a_call(store)), "1007", NOW - timedelta(days=1)
    key = TicketId("0" * 21 + "00000")
    letter = MessageId(key)
    history, wall, agents, audit = History(store), Wall(store), AgentBook(store), AuditLog(store)
    tickets, shelf, drafts, notices = TicketShelf(store), RecordingTable(store), DraftBook(store), NoticeBook(store)
    changes, programs = ChangeShelf(store), ProgramShelf(store)
    sessions, accounts, alarms = SessionShelf(store), AccountShelf(store), AlarmBook(store)
    yield (
        "History.past",
        lambda: history.past(Filter(line="citizen", seat="8007", caller=FREQUENT, since=day, after=call)),
    )
    yield "History.past", lambda: history.past(Filter(caller=FREQUENT, outgoing=True, recorded=True))
    yield "History.past", lambda: history.past(Filter(case="20261123000017"))
    yield "History.get", lambda: history.get(call)
    yield "History.some", lambda: history.some([call, CallId("xm1-none")])
    yield "History.secret", history.secret
    typed = Matter(
        FREQUENT, "D-17", "10017", "part", "s", ("湖滨南路31号",), "350203001000031", Point(118.1, 24.47, Crs.WGS84)
    )
    yield "Repeats.find", lambda: Repeats(store).find(typed, day, but=call)
    yield "Callers.owed", lambda: Callers(store).owed(FREQUENT, agent, day)
    back, lists = CallbackBook(store, Numbers("0592")), CallbackList(store)
    owed = _a_callback(store)
    yield "CallbackList.page", lambda: lists.page(Wanted(after=owed))
    yield "CallbackList.page", lambda: lists.page(Wanted(owner=agent, due_before=NOW))
    yield "CallbackList.page", lambda: lists.page(Wanted(frozenset({State.OPEN}), kind=BackKind.MISSED))
    yield "CallbackList.page", lambda: lists.page(Wanted(frozenset({State.DONE}), number=FREQUENT))
    yield "CallbackList.page", lambda: lists.page(Wanted(frozenset({State.DONE}), after=_a_callback(store, "done")))
    yield "CallbackList.get", lambda: lists.get(owed)
    yield "CallbackBook.take", lambda: back.take(owed, agent, NOW)
    yield "CallbackBook.say", lambda: back.say(owed, agent, Result.BUSY, "", NOW)
    yield "CallbackBook.give_back", lambda: back.give_back(owed, agent, NOW)
    yield "CallbackBook.assign", lambda: back.assign(owed, agent, NOW)
    yield "CallbackBook.give_up", lambda: back.give_up(owed, agent, GivenUp.SETTLED, "", NOW)
    yield "CallbackBook.left", lambda: back.left(agent, NOW)
    texts = NotificationShelf(store, "xm1", NotificationRules())
    yield "NotificationShelf.due", lambda: texts.due(NOW, 20)
    yield "NotificationShelf.begun", lambda: texts.begun("n1")
    yield "NotificationShelf.sent", lambda: texts.sent("n1", "", NOW)
    yield "NotificationShelf.later", lambda: texts.later("n1", "e", NOW, begun=False)
    yield "NotificationShelf.given_up", lambda: texts.given_up("n1", "failed", "e")
    yield "NotificationShelf.of_ticket", lambda: texts.of_ticket(key)
    yield "NotificationShelf.again", lambda: texts.again(key, "x", NOW)
    said = MatterShelf(store)
    urged = FurtherMessage(MessageId("1" * 26), key, MessageKind.URGE, NOW, {}, "x")
    yield "MatterShelf.say", lambda: said.say(urged)
    yield "MatterShelf.said", lambda: said.said(key)
    clocks = CaseClocks(store)
    yield "CaseClocks.due", lambda: clocks.due(NOW, 100)
    yield "CaseClocks.write", lambda: clocks.write([Reckoned(key, 1, 50, NOW, False, NOW, ((50, NOW),))], NOW)
    yield "CaseClocks.overdue", clocks.overdue
    reply = Reply(Answer.SOLVED, 5, "", agent, NOW)
    yield "CallbackBook.reply", lambda: back.reply(owed, reply)
    yield "CasePaths.find", lambda: CasePaths(store).find("GD1")
    yield "CasePaths.find", lambda: CasePaths(store).find(call)
    yield "CasePaths.lines", lambda: CasePaths(store).lines(50)
    differ, away = DifferenceBook(store, "xm1"), TurnedAwayBook(store, "xm1")
    differs = Difference("k", "book", Kind.GAP, "s", "d")
    yield "DifferenceBook.note", lambda: differ.note([differs], NOW)
    yield "DifferenceBook.fresh", lambda: differ.fresh([differs])
    yield "DifferenceBook.open", differ.open
    yield "DifferenceBook.get", lambda: differ.get("k")
    yield "DifferenceBook.accept", lambda: differ.accept("k", agent, "seen", NOW)
    yield "TurnedAwayBook.marks", away.marks
    yield "TurnedAwayBook.add", lambda: away.add([TurnedAwayRow(NOW, "telecom", "codec", "", "", "", 1, NOW)], {})
    yield "TurnedAwayBook.since", lambda: away.since(day, NOW)
    yield "Wall.day", lambda: wall.day(day, NOW)
    yield "Wall.calls", lambda: wall.calls(day, NOW, "answered", line="citizen", queue="mandarin")
    yield "Wall.tickets", lambda: wall.tickets(day, NOW, kind="help", code="0101", code_kind="part")
    yield "kpi.members", lambda: members(store, Period(day, NOW), "abandoned")
    yield "AgentBook.calls", lambda: agents.calls(agent, after=call)
    yield "AgentBook.calls", lambda: agents.calls(agent, wanted=Filter(since=day, caller=FREQUENT, outcome="ticket"))
    yield "AgentBook.tickets", lambda: agents.tickets(agent, before=key)
    yield "AgentBook.talked", lambda: agents.talked(agent, call)
    yield "Callers.went_through", lambda: Callers(store).went_through(CallId(call))
    yield "Callers.story", lambda: Callers(store).story(FREQUENT, day, but=call)
    yield "Today.read", lambda: Today(store, ZoneInfo("Asia/Shanghai")).read(NOW)
    yield "AuditLog.append", lambda: audit.append(NOW, agent, "listened", call=call)
    yield "AuditLog.begin", lambda: AuditLog(store, b"0" * 32).begin(NOW, "hotline")
    yield "AuditLog.page", lambda: audit.page(50, 500, actor=agent, action="listened", call=call)
    yield "AuditLog.head", audit.head
    long_ago = NOW - timedelta(days=3650)
    yield "AuditLog.older", lambda: audit.older(long_ago)
    yield "AuditLog.prune", lambda: audit.prune(long_ago, 10)
    kept = Retention(store, audit)
    for kind in retention_kinds():
        yield "Retention.count", partial(kept.count, kind, long_ago)
        yield "Retention.delete", partial(kept.delete, kind, long_ago, 10)
    yield (
        "ListeningLog.listened",
        lambda: ListeningLog(audit).listened(RecordingId(call), by=agent, purpose="p", at=NOW),
    )
    yield "AccountShelf.get", lambda: accounts.get(agent)
    yield "AccountShelf.every", accounts.every
    yield "AccountShelf.introduce", lambda: accounts.introduce([(agent, "王", "agent")], NOW)
    yield "AccountShelf.put", lambda: accounts.put(agent, "王", "agent", NOW, locked=False, password_hash=None)
    yield "AccountShelf.hashed", lambda: accounts.hashed(agent, "x", NOW)
    yield "AccountShelf.former", lambda: accounts.former(agent)
    yield "AccountShelf.bound", lambda: accounts.bound(agent, "subject")
    yield "AccountShelf.unbind", lambda: accounts.unbind(agent)
    yield "ChangeShelf.ask", lambda: changes.ask(agent, {"role": "supervisor"}, "", agent, NOW, NOW)
    yield "ChangeShelf.waiting", changes.waiting
    yield "ChangeShelf.settle", lambda: changes.settle(1, NOW, agent, "declined")
    yield "ProgramShelf.add", lambda: programs.add("grafana", ["metrics"], "0" * 64, NOW, agent, NOW)
    yield "ProgramShelf.every", programs.every
    yield "ProgramShelf.rotate", lambda: programs.rotate("grafana", "1" * 64, NOW, None)
    yield "ProgramShelf.revoke", lambda: programs.revoke("grafana", NOW, agent)
    yield "ProgramShelf.counted", lambda: programs.counted("grafana", 1, NOW, 0)
    yield "SessionShelf.open", lambda: sessions.open("s1", "5" * 64, agent, NOW, NOW, address="", browser="")
    yield "SessionShelf.find", lambda: sessions.find("5" * 64, NOW)
    yield "SessionShelf.get", lambda: sessions.get("s1", NOW)
    yield "SessionShelf.live", lambda: sessions.live(NOW, agent)
    yield "SessionShelf.before", lambda: sessions.before(agent, NOW)
    yield "SessionShelf.unended", lambda: sessions.unended(agent)
    yield "SessionShelf.seen", lambda: sessions.seen("s1", NOW)
    yield "SessionShelf.lock", lambda: sessions.lock("s1", True)
    yield "SessionShelf.sit", lambda: sessions.sit("s1", "8001")
    yield "SessionShelf.overdue", lambda: sessions.overdue(NOW)
    yield "SessionShelf.end", lambda: sessions.end("s1", NOW, "expired")
    yield "DraftBook.write", lambda: drafts.write("d1", agent, 1, NOW, {})
    yield "DraftBook.get", lambda: drafts.get("d1", agent)
    yield "DraftBook.of_agent", lambda: drafts.of_agent(agent)
    yield "DraftBook.sweep", lambda: drafts.sweep(NOW)
    yield "DraftBook.drop", lambda: drafts.drop("d1", agent)
    yield "NoticeBook.add", lambda: notices.add(NOW, agent, "王", "x", urgent=False, seats=())
    yield "NoticeBook.since", lambda: notices.since(day)
    yield "NoticeBook.heard", lambda: _heard(notices)
    yield "AlarmBook.keep", lambda: alarms.keep(AlarmRow(1, NOW, "disk", "critical", "", ""))
    yield "AlarmBook.open", lambda: alarms.open(NOW)
    yield "AlarmBook.history", lambda: alarms.history(day, NOW, 100)
    yield "TicketShelf.file", lambda: tickets.file(ticket(1))
    yield "TicketShelf.dispose", lambda: tickets.dispose(Disposition(call, CallOutcome.DIRECT, NOW, agent, "8001"))
    yield "TicketShelf.find", lambda: tickets.find(key)
    yield "TicketShelf.case_history", lambda: tickets.case_history(key)
    yield "TicketShelf.of_call", lambda: tickets.of_call(call)
    yield "TicketShelf.recent", lambda: tickets.recent(50, key)
    yield "TicketShelf.dead_letters", lambda: tickets.dead_letters(50)
    yield "TicketShelf.backlog", tickets.backlog
    yield "TicketShelf.dead_letter", lambda: tickets.dead_letter(letter)
    yield "TicketShelf.replay", lambda: tickets.replay(letter, NOW)
    yield "TicketShelf.provisional", lambda: tickets.provisional(50)
    yield "TicketShelf.promise_again", lambda: tickets.promise_again(key, PROMISE, NOW)
    search, matters, events = TicketSearch(store), MatterShelf(store), MassEvents(store)
    for wanted in (
        Sought(case="20261123000017"), Sought(number=FREQUENT), Sought(words="积水 湖滨", until=NOW), Sought(code="0101"),
        Sought(unit="思明区城管局"), Sought(agent=agent, state="open", since=day), Sought(state="open"), Sought(state="returned"),
        Sought(state="closed", after=key), Sought(state="refused"), Sought(state="undelivered"), Sought(after=key),
        Sought(state="handling", since=day), Sought(kind="nothing"), Sought(kind="nothing", state="open", since=day),
        Sought(kind="nothing", agent=agent), Sought(code="0101", agent=agent, until=NOW), Sought(number=FREQUENT, state="refused"),
        Sought(unit="思明区城管局", state="undelivered", until=NOW), Sought(kind="nothing", since=day, until=NOW),
    ):  # fmt: skip
        yield "TicketSearch.find", lambda wanted=wanted: search.find(wanted)  # type: ignore[misc]
    a_ticket = _a_ticket(store)
    further = FurtherMessage(MessageId(os.urandom(13).hex().upper()), a_ticket, MessageKind.URGE, NOW, {}, "plan")
    yield "MatterShelf.say", lambda: matters.say(further, call=call, agent=agent)
    yield "MatterShelf.tie", lambda: matters.tie(CallId("xm1-9.9"), a_ticket, agent, NOW)
    yield "MatterShelf.said", lambda: matters.said(a_ticket)
    yield "MatterShelf.file", lambda: matters.file(a_ticket, "0" * 64)
    yield "MatterShelf.story", lambda: matters.story(a_ticket)
    yield "MatterShelf.of_case", lambda: matters.of_case("20261123000017")
    yield "MatterShelf.root", lambda: _root(tickets, matters, a_ticket)
    yield "MatterShelf.counted", lambda: matters.counted([a_ticket])
    many = MassEvent("0" * 26, a_ticket, "停水", "思明区", "正在抢修", NOW, agent, NOW, None, "", "")
    yield "MassEvents.open", lambda: events.open(many)
    yield "MassEvents.close", lambda: events.close(many.id, agent, NOW)
    yield "MassEvents.running", lambda: events.running(NOW)
    progress = CaseProgress(store, ANYWHERE, ZoneInfo("Asia/Shanghai"), NOW.timestamp)
    yield "CaseProgress.ask", lambda: progress.ask("GD1", "12345678", "13805920001")
    yield "CaseProgress.ask of one's own", lambda: store.look(lambda db: _own(db, "GD1", "13805920001"))
    yield "CaseProgress.running", progress.running
    yield "MassEvents.of_ticket", lambda: events.of_ticket(a_ticket)
    editions = CatalogueTable(store)
    fresh = replace(FIRST, version=os.urandom(8).hex())
    yield "CatalogueTable.add", lambda: editions.add(fresh, NOW, "shell:root", "a.xlsx", "")
    yield "CatalogueTable.activate", lambda: editions.activate(fresh.scheme, fresh.version, NOW, "shell:root")
    yield "CatalogueTable.rows", editions.rows
    yield "CatalogueTable.load", lambda: _an_edition(editions)
    yield "CatalogueTable.withdraw", lambda: editions.withdraw(fresh.scheme, fresh.version, NOW, "shell:root")
    outbox, cases = OutboxShelf(store, "xm1"), CaseShelf(store)
    urge = Message(MessageId("0" * 26), "xm1-1.1/1", MessageKind.URGE, "xm1-1.1/1/urge", ticket(1))
    sent = Outgoing(urge, 1, 0, NOW, True, 1)
    yield "OutboxShelf.add", lambda: _added(outbox)
    yield "OutboxShelf.due", lambda: outbox.due(NOW, 8, frozenset({letter}))
    yield "OutboxShelf.next_due", lambda: outbox.next_due(frozenset({letter}))
    yield "OutboxShelf.begun", lambda: outbox.begun(sent)
    yield "OutboxShelf.failed", lambda: outbox.failed(sent, "e", NOW, refused=True)
    yield "OutboxShelf.poisoned", lambda: outbox.poisoned(sent, "e", NOW)
    yield "OutboxShelf.delivered", lambda: _delivered(store, outbox)
    yield "OutboxShelf.store_back", lambda: outbox.store_back(NOW, lambda tries: NOW + tries * timedelta(seconds=1))
    yield "OutboxShelf.not_carried", lambda: outbox.not_carried(sent, NOW)
    templates = TemplateBook(store)
    yield (
        "TemplateBook.put",
        lambda: templates.put(Template("t1", TemplateKind.CONTENT, "井盖", "路口井盖"), NOW, "2001"),
    )
    yield "TemplateBook.all", templates.all
    knowledge = KnowledgeBook(store)
    yield "KnowledgeBook.add", lambda: knowledge.add([Card("k1", next(VERSIONS), "路灯", "记下灯杆编号")], NOW, "2001")
    yield "KnowledgeBook.written", lambda: knowledge.written(NOW)
    yield "KnowledgeBook.note_read", lambda: knowledge.note_read(CallId("xm1-9.9"), CardRead(NOW, "k1", 1, "1001"))
    yield "KnowledgeBook.reads", lambda: knowledge.reads(CallId("xm1-9.9"))
    told = [CaseEvent("xm1-1.1/1", "GD1", 2, CaseState.CLOSED, NOW), CaseEvent("", "GD2", 2, CaseState.CLOSED, NOW)]
    yield "CaseShelf.mark", lambda: cases.mark("embedded")
    yield "CaseShelf.hear", lambda: cases.hear("embedded", told, "1", NOW)
    yield "RecordingTable.due", lambda: shelf.due(10)
    yield "RecordingTable.owed", shelf.owed
    yield "RecordingTable.settle", lambda: shelf.settle([Failed(RecordingId(call), "lost", NOW)])
    yield "RecordingTable.reopen", lambda: shelf.reopen([RecordingId(call)])
    yield "RecordingTable.claims", lambda: shelf.claims([f"{call}.raw"])
    yield "RecordingTable.kept", lambda: shelf.kept(RecordingId(call))
    yield "RecordingTable.shelved_after", lambda: shelf.shelved_after(RecordingId(call), 10)
    yield "RecordingTable.begun", lambda: shelf.begun(RecordingId(call))
    yield "RecordingTable.parts", lambda: shelf.parts(call)
    holds = HoldBook(store, Numbers("0592"))
    yield "HoldBook.place", lambda: holds.place(Subject.NUMBER, FREQUENT, by=agent, why="w", since=NOW)
    yield "HoldBook.over", lambda: holds.over(call, NOW)
    yield "HoldBook.standing", lambda: holds.standing(NOW)
    yield "HoldBook.lift", lambda: holds.lift(1, by=agent, at=NOW)
    yield "HoldBook.get", lambda: holds.get(1)
    terms = RecordingTerms(store, Terms(citizen=6), Numbers("0592"))
    yield "RecordingTerms.decide", lambda: terms.decide(NOW)
    yield "RecordingTerms.decide_open", lambda: terms.decide_open(NOW, None)
    yield "RecordingTerms.any_over", lambda: terms.any_over(NOW)
    yield (
        "RecordingTerms.give_up",
        lambda: terms.give_up(NOW + timedelta(days=1100), agent, (NOW - timedelta(days=9), call, 1), 20),
    )
    yield "RecordingTerms.unproved", terms.unproved
    yield "RecordingTerms.certificates", lambda: terms.certificates(NOW)
    yield "RecordingTerms.proved", lambda: terms.proved({RecordingId(call): "c"})
    handovers, asked_for = (
        HandoverShelf(store, {"12345"}),
        Asked("H" * 26, call, "12345", "8001", agent, NOW, "", "井盖"),
    )
    yield "HandoverShelf.ask", lambda: handovers.ask(asked_for)
    yield "HandoverShelf.end", lambda: handovers.end(asked_for.id, HandoverEnd.REFUSED, NOW)
    yield "HandoverShelf.of_call", lambda: handovers.of_call(call)
    yield "HandoverShelf.of_calls", lambda: handovers.of_calls([call, "xm1-0.1"])
    yield "HandoverShelf.of_ticket", lambda: handovers.of_ticket(asked_for.id)
    shared = PartnerMatters(store, NotificationRules(partners=frozenset({"12345"})))
    by_them = PartnerState("FZ-1", "20260101000010", MatterState.DONE, 1, NOW)
    yield "PartnerMatters.hear", lambda: shared.hear("12345", [by_them], NOW)
    yield "PartnerMatters.of_tickets", lambda: shared.of_tickets([asked_for.id])
    yield "PartnerMatters.open_at", lambda: shared.open_at("12345", asked_for.id, 50)
    yield "PartnerMatters.of_number", lambda: shared.of_number("12345", "FZ-1")
    switches, switched = SwitchBook(store), Switching("hours", "citizen", "closed", 1, NOW, by=agent)
    yield "SwitchBook.add", lambda: switches.add(switched)
    yield "SwitchBook.newest", lambda: switches.newest([("hours", "citizen"), ("mode", "typhoon")])
    yield "SwitchBook.history", lambda: switches.history(10)
    yield "SwitchBook.unaudited", switches.unaudited
    yield "SwitchBook.audited", lambda: switches.audited(switched)
    yield from _nuisance(NuisanceBook(store, ("04",)), call, agent)
    yield "SeatBook.write", lambda: SeatBook(store).write([_sits(NOW.timestamp() + 9)])
    yield "SeatBook.last", SeatBook(store).last
    yield "EquipmentTable.note", lambda: EquipmentTable(store, "xm1").note(LineChecked(LineId("citizen"), Instant(NOW.timestamp()), True, 1.0, ""))  # fmt: skip
    yield "Scribe.resume", lambda: Scribe(store, "xm1").resume()
    began = Instant(NOW.timestamp())
    record = CallRecord(CallId("xm1-9.1"), Direction.INBOUND, "telecom", FREQUENT, "", "12319", began)
    record.ended = Instant(began + 9)
    seen = SeenCall(record)
    yield "Scribe.known", lambda: Scribe(store, "xm1").known([seen])
    yield "Scribe.write_seen", lambda: Scribe(store, "xm1").write_seen([seen], {})
    yield "Scribe.write", lambda: _a_call_is_written(store)
    since = NOW - timedelta(minutes=6)
    yield "verify of what is new", lambda: verify(store, NOW, Limits(), audit=Proof(b"0" * 32), since=since)
    yield "ExpectedWait.paces", lambda: ExpectedWait(store).paces(["mandarin", "nobody"], NOW)
    calls_owed = OwedCalls(store, timedelta(minutes=30))
    yield "OwedCalls.look", lambda: calls_owed.look(NOW)
    yield "TrunkSounds.look", lambda: TrunkSounds(store, ["telecom", "unicom"]).look(NOW - timedelta(hours=1))
    yield "OwedCalls.look again", lambda: calls_owed.look(NOW + timedelta(minutes=1))
    yield "Scribe.write", lambda: _a_citizen_is_called(store)
    for name, _goal, ask in questions(store, NOW):
        yield name, ask


async def test_no_query_reads_a_growing_table(years: str) -> None:
    """Each step of each statement begins at an index, or walks one only until its page is full."""
    store = Store(years)
    try:
        found = await _scans(store)
        if store.sqlite:
            engine = sa.create_engine(years.replace("+aiosqlite", ""), poolclass=sa.NullPool)
            with engine.begin() as db:
                db.exec_driver_sql("DELETE FROM sqlite_stat1")
                db.exec_driver_sql("DELETE FROM sessions")  # the same one is opened again
            engine.dispose()
            await store.close()
            store = Store(years)
            found += [f"without statistics: {one}" for one in await _scans(store)]
    finally:
        await store.close()
    assert not found, "\n".join(found)


def test_every_question_has_a_plan() -> None:
    """A new query of a store is asked here, or named among those that want all there is."""
    offered = set()
    for module in pkgutil.iter_modules(ledger.__path__, "ledger."):
        if module.ispkg:
            continue
        for name, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            made = vars(kind).get("__init__")
            if kind.__module__ != module.name or made is None or "store" not in inspect.signature(made).parameters:
                continue
            offered |= {
                f"{name}.{method}"
                for method, function in vars(kind).items()
                if not method.startswith("_")
                and (inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function))
            }
    told = {name for name, _ in asked(Store("sqlite+aiosqlite:////nowhere/ledger.db"))}
    assert offered - told - WHOLE == set()


async def _scans(store: Store) -> list[str]:
    sent: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            sent.append((statement, parameters[0] if many else parameters))

    found: list[str] = []
    for name, ask in asked(store):
        sent.clear()
        sa.event.listen(sa.Engine, "before_cursor_execute", hear)
        try:
            await ask()
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", hear)
        plan = _plan_on_sqlite if store.sqlite else _plan_on_postgresql
        for statement, parameters in list(sent):
            steps = await plan(store, statement, parameters)
            found += [f"{name}: {step} | {statement[:300]}" for step in steps]
    return found


async def _plan_on_sqlite(store: Store, statement: str, parameters: Any) -> list[str]:
    explained = f"EXPLAIN QUERY PLAN {statement}"
    rows = await store.look(lambda db: [str(row.detail) for row in db.exec_driver_sql(explained, parameters)])
    walked = "LIMIT" in statement and "USE TEMP B-TREE FOR ORDER BY" not in rows
    aliased = {name.rstrip("0123456789_") for name in LARGE} | LARGE
    bad = []
    for step in rows:
        words = step.split()
        if words[0] == "SEARCH" and step.endswith("(direction=?)"):
            bad.append(step)  # nearly every call is inbound
        if words[0] != "SCAN" or words[1].rstrip("0123456789_") not in aliased:
            continue
        if walked and step == next(one for one in rows if one.startswith(("SCAN", "SEARCH"))):
            continue  # ends when the page is full
        bad.append(step)
    if "UPDATE seat_log" in statement and not any("ix_seat_log_going_on" in step for step in rows):
        bad.append("a seat's whole log is read for its open interval")
    return bad


async def _plan_on_postgresql(store: Store, statement: str, parameters: Any) -> list[str]:
    def explain(db: sa.Connection) -> list[str]:
        # a small table is read whole for good reason: what counts is whether there is another way
        db.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [str(row[0]).strip() for row in db.exec_driver_sql(f"EXPLAIN {statement}", parameters)]

    steps = await store.look(explain)
    return [step for step in steps if "Seq Scan on " in step and step.split("Seq Scan on ")[1].split()[0] in LARGE]


def _a_call(store: Store) -> str:
    if "nowhere" in store.url:
        return ""
    engine = sa.create_engine(store.url.replace("+aiosqlite", ""), poolclass=sa.NullPool)
    with engine.connect() as db:
        found = db.scalar(sa.select(t.calls.c.call_id).where(t.calls.c.talk_began_at.is_not(None)).limit(1))
    engine.dispose()
    return str(found)


def _a_ticket(store: Store) -> TicketId:
    if "nowhere" in store.url:
        return TicketId("")
    engine = sa.create_engine(store.url.replace("+aiosqlite", ""), poolclass=sa.NullPool)
    with engine.connect() as db:
        wanted = (
            sa.select(t.tickets.c.ticket_id).join(t.outbox, t.outbox.c.message_id == t.tickets.c.ticket_id).limit(1)
        )
        found = db.scalar(wanted)
    engine.dispose()
    return TicketId(str(found))


def _a_callback(store: Store, state: str = "open") -> str:
    if "nowhere" in store.url:
        return ""
    engine = sa.create_engine(store.url.replace("+aiosqlite", ""), poolclass=sa.NullPool)
    with engine.connect() as db:
        found = db.scalar(sa.select(t.callbacks.c.task_id).where(t.callbacks.c.state == state).limit(1))
    engine.dispose()
    return str(found)


def _nuisance(book: NuisanceBook, call: str, agent: str) -> Iterator[tuple[str, Callable[[], Awaitable[Any]]]]:
    tag = Tag("1" * 26, call, FREQUENT, NOW, agent, "8001", "prank")
    decision = Decision("2" * 26, FREQUENT, "message", NOW, NOW + timedelta(days=9), "2001", "w", tag.id)
    appealed = Appeal("a1", decision.id, FREQUENT, call, NOW, "agent", agent, "w", NOW)
    yield "NuisanceBook.tag", lambda: book.tag(tag)
    yield "NuisanceBook.tag_of", lambda: book.tag_of(call)
    yield "NuisanceBook.find_tag", lambda: book.find_tag(tag.id)
    yield "NuisanceBook.tagged_calls", lambda: book.tagged_calls([tag.id])
    yield "NuisanceBook.open_tags", book.open_tags
    yield "NuisanceBook.decide", lambda: book.decide(decision)
    yield "NuisanceBook.dismiss", lambda: book.dismiss(tag.id, "2001", "w", NOW)
    yield "NuisanceBook.find_decision", lambda: book.find_decision(decision.id)
    yield "NuisanceBook.find_decisions", lambda: book.find_decisions([decision.id])
    yield "NuisanceBook.in_force_of", lambda: book.in_force_of(FREQUENT, NOW)
    yield "NuisanceBook.in_force", lambda: book.in_force(NOW)
    yield "NuisanceBook.to_tell", lambda: book.to_tell(NOW)
    yield "NuisanceBook.graded_by_nobody", lambda: book.graded_by_nobody(NOW - timedelta(days=7), NOW)
    yield "NuisanceBook.ended", lambda: book.ended(NOW, 10)
    yield "NuisanceBook.reported_danger", lambda: book.reported_danger(FREQUENT, NOW - timedelta(days=90))
    yield "NuisanceBook.went_through", lambda: book.went_through(call, ["emergency"])
    yield "NuisanceBook.appeal", lambda: book.appeal(appealed)
    yield "NuisanceBook.find_appeal", lambda: book.find_appeal("a1")
    yield "NuisanceBook.open_appeals", book.open_appeals
    yield "NuisanceBook.unaudited", book.unaudited
    yield "NuisanceBook.audited", lambda: book.audited("a1")
    yield "NuisanceBook.decide_appeal", lambda: book.decide_appeal("a1", upheld=True, by="2001", answer="w", at=NOW)
    yield "NuisanceBook.end", lambda: book.end(decision.id, End.LIFTED, "2001", "w", NOW)
    yield "NuisanceBook.period", lambda: book.period(NOW - timedelta(days=31), NOW, NOW)


def _sits(at: float) -> SeatStateChanged:
    seat = SeatId("8001")
    state = SeatState(seat, Presence.READY, AgentId("1001"), "", Instant(at))
    return SeatStateChanged(
        seat, Instant(at), AgentId("1001"), Presence.PAUSED, Presence.READY, "", CallId(""), "", state
    )


async def _root(tickets: TicketShelf, matters: MatterShelf, key: TicketId) -> None:
    push = await tickets.find(key)
    assert push is not None
    await matters.root(replace(push, ticket=replace(push.ticket, merged_into="20261123000017")))


async def _an_edition(editions: CatalogueTable) -> None:
    await editions.load((await editions.rows())[0])


async def _added(outbox: OutboxShelf) -> None:
    with suppress(NotInOrder):
        await outbox.add(Message(MessageId("0" * 26), "s", MessageKind.URGE, "s/urge", ticket(1)), NOW)


async def _delivered(store: Store, outbox: OutboxShelf) -> None:
    """One that files a ticket: its case is opened."""
    one = ticket(77)
    await TicketShelf(store).file(one)
    await outbox.delivered(Outgoing(filing(one), 1, 0, NOW, True, 1), "GD77", "Q", NOW)


async def _heard(notices: NoticeBook) -> None:
    made = await notices.add(NOW, "1001", "王", "x", urgent=False, seats=())
    await notices.heard(made.id, 3)


async def _a_citizen_is_called(store: Store) -> None:
    """Who is owed calls, and does not answer."""
    told = Told(8, caller="8001", at=NOW.timestamp() - 30).arrive(Direction.OUTBOUND)
    told.say(CallDialled(told.call, told.at(0), FREQUENT)).end()
    scribe = Scribe(store, "xm1", numbers=Numbers("0592"))
    await scribe.resume()
    await scribe.write(told.events, mark(300))


async def _a_call_is_written(store: Store) -> None:
    """A call open at a restart, its end, and one that was merged into it: what the scribe asks at each."""
    told = Told(7, at=NOW.timestamp() - 60)
    told.arrive()
    scribe = Scribe(store, "xm1")
    await scribe.resume()
    await scribe.write(told.events, mark(100))
    again = Scribe(store, "xm1")
    await again.resume()
    await again.write([], mark(200))
