"""The judge of cases itself: silent when all witnesses agree, and red for each way in which something is lost, doubled or out of order."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import fields, replace
from typing import Any

import pytest

from .case_checker import Done, Filed, Journal, Said, Told, Witnesses, check

TICKETS = ("t1", "t2")
COMMANDS = ("accept", "dispatch", "finish", "confirm", "close")
STATES = ("accepted", "dispatched", "handled", "confirmed", "closed")


def journal() -> Journal:
    made = Journal()
    for n, ticket in enumerate(TICKETS, 1):
        made.filed.append(Filed(ticket, f"C{n}", f"Q{n}"))
        made.said += [Said(ticket, "supplement", f"{n} 补充"), Said(ticket, "urge", f"{n} 催办")]
        made.done += [
            Done(f"C{n}", one, f"C{n}/{one}", turn) for one, turn in zip(COMMANDS, (3, 5, 6, 7, 9), strict=True)
        ]
        made.told.append(Told(ticket, f"reply-{ticket}", f"C{n} 无人接听"))
    return made


def event(n: int, turn: int, command: str, note: str = "", state: str = "reported", **more: Any) -> dict[str, Any]:
    by = "clerk-1" if command in COMMANDS else "operator"
    return {
        "seq": 9 * (n - 1) + turn, "number": f"C{n}", "turn": turn, "command": command, "note": note, "state": state,
        "kind": "moved" if command in COMMANDS else "noted", "verb": "forward", "by": by, "at": "",
    } | more  # fmt: skip


def agreed() -> Witnesses:
    """Two citizens' cases, each supplemented, urged, handled, told and closed."""
    tables: dict[str, Any] = {one.name: [] for one in fields(Witnesses) if one.name != "breaches"}
    for n, ticket in enumerate(TICKETS, 1):
        key, number = f"k{n}", f"C{n}"
        tables["tickets"].append({"ticket_id": ticket, "key": key, "merged_into": ""})
        said = [("file", ""), ("supplement", f"{n} 补充"), ("urge", f"{n} 催办"), ("reply", f"other C{n} 无人接听")]
        for turn, (kind, text) in enumerate(said, 1):
            own = key if kind == "file" else f"{key}/{kind}"
            tables["outbox"].append({
                "stream": key, "turn": turn, "kind": kind, "key": own, "state": "delivered", "error": "",
                "ticket_id": ticket, "payload": json.dumps({"text": text}),
            })  # fmt: skip
            if kind != "file":
                tables["store_keys"].append({"scope": "message", "key": own})
        done = dict(zip(COMMANDS, STATES, strict=True))
        order = ("file", "supplement", "accept", "urge", "dispatch", "finish", "confirm", "reply", "close")
        notes = {"supplement": f"{n} 补充", "urge": f"{n} 催办", "reply": f"other C{n} 无人接听"}
        for turn, command in enumerate(order, 1):
            note = f"C{n}/{command}" if command in COMMANDS else notes.get(command, "")
            tables["store_events"].append(event(n, turn, command, note, done.get(command, "reported")))
        tables["store_cases"].append({"key": key, "number": number, "query_code": f"Q{n}", "parent": "", "turn": 9})
        tables["cases"].append({"ticket_id": ticket, "case_id": ticket, "number": number, "query_code": f"Q{n}"})
        for sequence in (0, 3, 5, 6, 7, 9):
            tables["case_history"].append({
                "case_id": ticket, "sequence": sequence, "late": False, "unforeseen": False, "heard_at": sequence,
            })  # fmt: skip
        task = f"reply-{ticket}"
        tables["case_replies"].append({
            "case_id": ticket, "round": 7, "kind": "reply", "task_id": task, "answer": "unreached",
        })  # fmt: skip
        tables["callbacks"].append({"ticket_id": ticket, "task_id": task})
    return Witnesses(**tables)


Break = Callable[[Witnesses, Journal], None]


def change(table: str, place: int, **values: Any) -> Break:
    return lambda seen, _journal: getattr(seen, table)[place].update(values)


def lose(table: str, place: int) -> Break:
    return lambda seen, _journal: getattr(seen, table).pop(place)


def double(table: str, place: int, **values: Any) -> Break:
    return lambda seen, _journal: getattr(seen, table).append(getattr(seen, table)[place] | values)


def swap(table: str, one: int, other: int, name: str) -> Break:
    def swapped(seen: Witnesses, _journal: Journal) -> None:
        rows = getattr(seen, table)
        rows[one][name], rows[other][name] = rows[other][name], rows[one][name]

    return swapped


BROKEN: dict[str, tuple[Break, str]] = {
    "a ticket is lost": (lose("tickets", 0), "not in the ledger"),
    "a ticket of nobody": (double("tickets", 0, ticket_id="t9", key="k9"), "nobody filed it"),
    "a case is lost": (lose("store_cases", 1), "0 cases"),
    "a case stands twice": (double("store_cases", 0, number="C9"), "2 cases"),
    "a case of nobody": (double("store_cases", 0, number="C9", key="k9"), "of no ticket"),
    "the ledger has another number": (change("cases", 0, number="C8"), "C8 in the ledger"),
    "a seat was told another number": (lambda _seen, told: setattr(told.filed[0], "number", "C7"), "told C7"),
    "two seats were given one ticket": (lambda _seen, told: told.filed.append(Filed("t1")), "given for 2"),
    "a merge is lost": (lambda _seen, told: setattr(told.filed[0], "merged_into", "C2"), "goes on within"),
    "a message waits for ever": (change("outbox", 1, state="waiting"), "waiting"),
    "a message was not taken": (lose("store_keys", 0), "has not taken it"),
    "a message of nobody": (double("store_keys", 0, key="k1/urge/9"), "nobody's outbox"),
    "a message is lost on the way": (lose("outbox", 1), "turns [1, 3, 4]"),
    "a supplement was never written": (lose("store_events", 1), "0 times"),
    "a supplement was written twice": (double("store_events", 1, turn=10, seq=19), "2 times"),
    "urged before the supplement": (swap("store_events", 1, 3, "turn"), "another order"),
    "a command is lost": (lose("store_events", 4), "dispatch 'C1/dispatch' stands 0 times"),
    "a command was done twice": (double("store_events", 4, turn=10, seq=19), "stands 2 times"),
    "commands change places": (swap("store_events", 4, 5, "turn"), "commands stand in another order"),
    "a clerk was told another turn": (
        lambda _seen, told: told.done.__setitem__(1, replace(told.done[1], turn=4)), "was answered turn 4",
    ),
    "a command of nobody": (double("store_events", 4, turn=10, seq=19, note="?"), "which no clerk"),
    "history has a hole": (change("store_events", 17, seq=20), "numbered to 20"),
    "an event was heard twice": (double("case_history", 1), "event 3: 2 times"),
    "an event that never was": (double("case_history", 1, sequence=44), "there is none"),
    "an event came late": (change("case_history", 2, late=True), "came late"),
    "heard in another order": (swap("case_history", 2, 3, "heard_at"), "heard in another order"),
    "a result was not heard": (lose("case_history", 4), "never heard"),
    "nobody was to tell a result": (lose("case_replies", 0), "nobody was asked to"),
    "two call-backs for a result": (double("callbacks", 0, task_id="reply-x"), "2 call-backs"),
    "no call-back for a result": (lose("callbacks", 0), "0 call-backs"),
    "a result was told to nobody": (change("case_replies", 1, answer=""), "told to nobody"),
    "a round of no result": (double("case_replies", 0, round=8), "there is none"),
    "an answer goes back twice": (double("outbox", 3, turn=5, key="k1/reply/8"), "2 answers"),
    "an answer arrived twice": (double("store_events", 7, turn=10, seq=19), "the citizen's answer"),
    "somebody was refused": (lambda _seen, told: told.refused.append("500"), "refused: 500"),
}  # fmt: skip


def test_agreed() -> None:
    assert check(journal(), agreed()) == []
    assert check(journal(), replace(agreed(), breaches=["x"])) == ["verify: x"]


@pytest.mark.parametrize("name", BROKEN)
def test_each_breach_is_said(name: str) -> None:
    breaks, said = BROKEN[name]
    seen, told = deepcopy(agreed()), journal()
    breaks(seen, told)
    assert any(said in one for one in check(told, seen)), check(told, seen)
