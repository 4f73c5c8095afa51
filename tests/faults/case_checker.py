"""The judge of cases: what citizens and clerks asked and were told, what the ledger has, what the case store has.

Pure; imports nothing of the daemon or the case store. ``check`` gives one sentence for each breach: what is lost, doubled, out
of order, or told otherwise than it is. Its witnesses are rows of both databases, as they stand, and the journal of whoever asked.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

Row = Mapping[str, Any]
SAYS = {"supplement": "supplement", "urge": "urge", "plus-one": "plus_one"}
"""The daemon's act → the case store's word for it."""


@dataclass(slots=True)
class Filed:
    """A citizen's matter, as its seat was told: ``number`` '' until it was told one."""

    ticket: str
    number: str = ""
    query_code: str = ""
    merged_into: str = ""
    """Number of the case it goes on within."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something was said of a ticket and taken. ``words`` are nobody else's."""

    ticket: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Done:
    """A clerk's command and its answer. ``words`` are nobody else's."""

    number: str
    command: str
    words: str
    turn: int


@dataclass(frozen=True, slots=True)
class Told:
    """A call-back about a result was ended by a word that was taken. ``words`` are nobody else's."""

    ticket: str
    task: str
    words: str


@dataclass(slots=True)
class Journal:
    """What was asked and answered, in the order in which it was answered."""

    filed: list[Filed] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    done: list[Done] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Answers that were neither a yes nor 'not now'."""


@dataclass(frozen=True)
class Witnesses:
    """Rows of the ledger's tables and of the case store's, each as its columns."""

    tickets: Sequence[Row]
    outbox: Sequence[Row]
    cases: Sequence[Row]
    case_history: Sequence[Row]
    case_replies: Sequence[Row]
    callbacks: Sequence[Row]
    store_cases: Sequence[Row]
    store_events: Sequence[Row]
    store_keys: Sequence[Row]
    breaches: Sequence[str] = ()
    """What ``hotline verify`` said."""

    @cached_property
    def history(self) -> Mapping[str, Sequence[Row]]:
        """Case number → its events at the case store."""
        found = defaultdict(list)
        for row in self.store_events:
            found[row["number"]].append(row)
        return found


def check(journal: Journal, seen: Witnesses) -> list[str]:
    return [
        *(f"verify: {breach}" for breach in seen.breaches),
        *(f"refused: {one}" for one in journal.refused),
        *_tickets_are_cases(journal, seen),
        *_messages_once_and_in_order(journal, seen),
        *_commands_once_and_in_order(journal, seen),
        *_history_is_whole(seen),
        *_heard_as_it_was(seen),
        *_results_are_told_once(journal, seen),
    ]


def _tickets_are_cases(journal: Journal, seen: Witnesses) -> Iterator[str]:
    tickets, cases = _by(seen.tickets, "ticket_id"), _by(seen.cases, "ticket_id")
    stored = defaultdict(list)
    for row in seen.store_cases:
        stored[row["key"]].append(row)
    asked = Counter(one.ticket for one in journal.filed)
    for one in journal.filed:
        if one.ticket not in tickets:
            yield f"ticket {one.ticket}: filed, and not in the ledger"
            continue
        found = stored[tickets[one.ticket]["key"]]
        if len(found) != 1:
            yield f"ticket {one.ticket}: {len(found)} cases in the case store"
            continue
        mine = cases.get(one.ticket)
        if mine is None or (mine["number"], mine["query_code"]) != (found[0]["number"], found[0]["query_code"]):
            yield f"ticket {one.ticket}: case {found[0]['number']} in the case store, {mine and mine['number']} in the ledger"
        if one.number and (one.number, one.query_code) != (found[0]["number"], found[0]["query_code"]):
            yield f"ticket {one.ticket}: told {one.number} {one.query_code}, it is {found[0]['number']}"
        if found[0]["parent"] != one.merged_into or tickets[one.ticket]["merged_into"] != one.merged_into:
            yield f"ticket {one.ticket}: goes on within {one.merged_into!r}, the case store says {found[0]['parent']!r}"
        if asked[one.ticket] != 1:
            yield f"ticket {one.ticket}: given for {asked[one.ticket]} matters"
    for ticket in tickets.keys() - asked.keys():
        yield f"ticket {ticket}: in the ledger, and nobody filed it"
    keys = {row["key"] for row in seen.tickets}
    yield from (f"case {row['number']}: of no ticket" for row in seen.store_cases if row["key"] not in keys)
    yield from _doubled("case number", (row["number"] for row in seen.store_cases))


def _messages_once_and_in_order(journal: Journal, seen: Witnesses) -> Iterator[str]:
    keys = {row["ticket_id"]: row["key"] for row in seen.tickets}
    numbers = {row["key"]: row["number"] for row in seen.store_cases}
    taken = {row["key"] for row in seen.store_keys if row["scope"] == "message"} | set(numbers)
    streams = defaultdict(list)
    for row in seen.outbox:
        streams[row["stream"]].append(row)
        if row["state"] != "delivered":
            yield f"message {row['key']}: {row['state']} ({row['error']})"
        elif row["key"] not in taken:
            yield f"message {row['key']}: delivered, and the case store has not taken it"
    sent = {row["key"] for row in seen.outbox}
    yield from (f"message {key}: taken by the case store, in nobody's outbox" for key in taken - sent)
    yield from _doubled("message", (row["key"] for row in seen.outbox))
    for stream, rows in streams.items():
        turns = sorted(int(row["turn"]) for row in rows)
        if turns != [*range(1, len(turns) + 1)]:
            yield f"stream {stream}: turns {turns}"
        yield from _taken_in_order(
            stream, sorted(rows, key=lambda row: int(row["turn"])), numbers.get(stream, ""), seen
        )
    said: dict[str, list[Said]] = defaultdict(list)
    for one in journal.said:
        said[one.ticket].append(one)
    for ticket, those in said.items():
        events = _events_of(seen, numbers.get(keys.get(ticket, ""), ""))
        places = []
        for one in those:
            found = [
                int(row["turn"]) for row in events if row["note"] == one.words and row["command"] == SAYS[one.kind]
            ]
            if len(found) != 1:
                yield f"ticket {ticket}: {one.kind} {one.words!r} stands {len(found)} times in the case store"
            places += found[:1]
        if places != sorted(places):
            yield f"ticket {ticket}: what was said stands in another order: {places}"


def _taken_in_order(stream: str, rows: Sequence[Row], number: str, seen: Witnesses) -> Iterator[str]:
    """What has words of its own, by them: the outbox's order is the history's."""
    events = _events_of(seen, number)
    places = []
    for row in rows:
        words = str(json.loads(row["payload"]).get("text") or "")
        found = [int(event["turn"]) for event in events if words and event["note"] == words]
        places += found[:1]
    if places != sorted(places):
        yield f"stream {stream}: the outbox's order is not the case store's: {places}"


def _commands_once_and_in_order(journal: Journal, seen: Witnesses) -> Iterator[str]:
    cases = defaultdict(list)
    for one in journal.done:
        cases[one.number].append(one)
    for number, those in cases.items():
        events = _events_of(seen, number)
        places = []
        for one in those:
            found = [int(row["turn"]) for row in events if row["note"] == one.words and row["command"] == one.command]
            if len(found) != 1:
                yield f"case {number}: {one.command} {one.words!r} stands {len(found)} times"
            elif one.command != "confirm" and found[0] != one.turn:  # whose answer may be the reply of nobody
                yield f"case {number}: {one.command} was answered turn {one.turn}, it is {found[0]}"
            places += found[:1]
        if places != sorted(places):
            yield f"case {number}: commands stand in another order: {places}"
    known = {one.words for one in journal.done}
    for row in seen.store_events:
        if row["by"].startswith("clerk-") and row["verb"] != "side" and row["note"] not in known:
            yield f"case {row['number']}: {row['command']} of turn {row['turn']}, which no clerk was answered"


def _history_is_whole(seen: Witnesses) -> Iterator[str]:
    seqs = sorted(int(row["seq"]) for row in seen.store_events)
    if seqs != [*range(1, len(seqs) + 1)]:
        yield f"history: {len(seqs)} rows, numbered to {seqs[-1]}"
    for case in seen.store_cases:
        events = sorted(_events_of(seen, case["number"]), key=lambda row: int(row["seq"]))
        turns = [int(row["turn"]) for row in events]
        if turns != [*range(1, len(turns) + 1)] or int(case["turn"]) != len(turns):
            yield f"case {case['number']}: turns {turns}, the case says {case['turn']}"


def _heard_as_it_was(seen: Witnesses) -> Iterator[str]:
    """The ledger has nothing of a case that the case store has not, each once, and heard in the order in which it was."""
    numbers = {row["case_id"]: row["number"] for row in seen.cases}
    told = {(row["number"], int(row["turn"])): row["at"] for row in seen.store_events}
    heard = defaultdict(list)
    for row in seen.case_history:
        if int(row["sequence"]):
            heard[numbers[row["case_id"]]].append(row)
    for number, rows in heard.items():
        places = [int(row["sequence"]) for row in rows]
        yield from _doubled(f"case {number}: event", places)
        yield from (
            f"case {number}: heard event {place}, there is none" for place in places if (number, place) not in told
        )
        yield from (f"case {number}: event {row['sequence']} came late" for row in rows if row["late"])
        yield from (f"case {number}: event {row['sequence']} was not foreseen" for row in rows if row["unforeseen"])
        ordered = sorted(rows, key=lambda row: int(row["sequence"]))
        if any(one["heard_at"] > next_["heard_at"] for one, next_ in pairwise(ordered)):
            yield f"case {number}: heard in another order"
    results = {(row["number"], int(row["turn"])) for row in seen.store_events if _is_result(row)}
    for number, turn in results - {(number, int(row["sequence"])) for number, rows in heard.items() for row in rows}:
        yield f"case {number}: its result of turn {turn} was never heard"


def _is_result(event: Row) -> bool:
    return bool(event["kind"] == "moved" and event["state"] == "confirmed")


def _results_are_told_once(journal: Journal, seen: Witnesses) -> Iterator[str]:
    cases, tasks = {row["number"]: row for row in seen.cases}, defaultdict(list)
    rounds = {(row["case_id"], int(row["round"])): row for row in seen.case_replies if row["kind"] == "reply"}
    for row in seen.callbacks:
        tasks[row["ticket_id"]].append(row)
    for event in seen.store_events:
        if not _is_result(event):
            continue
        number, turn = event["number"], int(event["turn"])
        case = cases.get(number)
        if case is None:
            continue  # said above
        if (case["case_id"], turn) not in rounds:
            yield f"case {number}: the result of turn {turn} was to be told, and nobody was asked to"
            continue
        row = rounds.pop((case["case_id"], turn))
        mine = [task for task in tasks[case["ticket_id"]] if task["task_id"] == row["task_id"]]
        if len(mine) != 1 or len(tasks[case["ticket_id"]]) != 1:
            yield f"case {number}: {len(tasks[case['ticket_id']])} call-backs for one result"
        if not row["answer"]:
            yield f"case {number}: the result of turn {turn} was told to nobody"
        back = [one for one in seen.outbox if one["ticket_id"] == case["ticket_id"] and one["kind"] == "reply"]
        if len(back) != 1:
            yield f"case {number}: {len(back)} answers on their way to the case store for one result"
    yield from (f"case {case}: a call-back for a result of turn {turn}, there is none" for case, turn in rounds)
    keys = {row["ticket_id"]: row["key"] for row in seen.tickets}
    numbers = {row["key"]: row["number"] for row in seen.store_cases}
    for one in journal.told:
        number = numbers.get(keys.get(one.ticket, ""), "")
        found = [
            row for row in _events_of(seen, number) if one.words in row["note"] and row["command"].startswith("reply")
        ]
        if len(found) != 1:
            yield f"case {number}: the citizen's answer {one.words!r} stands {len(found)} times in the case store"
    yield from _doubled("answer to call-back", (one.task for one in journal.told))


def _events_of(seen: Witnesses, number: str) -> Sequence[Row]:
    return seen.history.get(number, ())


def _by(rows: Iterable[Row], name: str) -> dict[str, Row]:
    return {row[name]: row for row in rows}


def _doubled(what: str, names: Iterable[object]) -> Iterator[str]:
    return (f"{what} {name}: {count} times" for name, count in Counter(names).items() if count > 1)
