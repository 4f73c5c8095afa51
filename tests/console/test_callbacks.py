"""Call-backs at the web door: who has one is said, dialling takes, nobody who is on the phone with us is called."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from agents import commands
from agents.callback_list_rows import Attempt
from agents.callbacks import OWED, Kind, Result, State
from agents.commands import Refused, Why
from console.services import TAKES_A_MINUTE
from tests.fakes.books import task
from tests.fakes.hotline import CALL, NOON, Call, FakeHotline, door, services
from tests.fakes.people import browser, command_line, populate, signed_in
from tests.fakes.said import said

NUMBER = "13900000009"


def town() -> FakeHotline:
    fake = populate(FakeHotline())
    fake.known = {}
    fake.shelf.callbacks.rows = {"t1": task("t1", number=NUMBER), "t2": task("t2", number="")}
    return fake


def at(fake: FakeHotline, account: str, seat: str = "") -> httpx.AsyncClient:
    return browser(door(services(fake)), signed_in(fake, account, seat))


async def test_the_second_taker_is_told_who_has_it() -> None:
    """By name, in the centre's language; the first one sees the whole number, the second never."""
    fake = town()
    async with at(fake, "1001", "8001") as anna, at(fake, "1003", "8002") as bao:
        taken = await anna.post("/api/callbacks/t1/take")
        assert (taken.status_code, taken.json()["number"], taken.json()["mine"]) == (200, NUMBER, True)
        refused = await bao.post("/api/callbacks/t1/take")
        assert (refused.status_code, refused.json()["error"]) == (409, "callback_held")
        assert "1001 陈晓岚" in refused.json()["message"]
        (row,) = [one for one in (await bao.get("/api/callbacks")).json() if one["id"] == "t1"]
        assert (row["number"], row["owner"], row["mine"]) == ("139****0009", "1001", False)
    assert fake.log.actions == ["callback_taken"]


async def test_nobody_leafs_through_the_numbers() -> None:
    """Taking shows a number: so many a minute, each in the audit log; their own again is no new one."""
    fake = town()
    fake.now = NOON
    fake.shelf.callbacks.rows = {f"t{n}": task(f"t{n}", number=f"1390000{n:04}") for n in range(9)}
    async with at(fake, "1001", "8001") as anna:
        said = [(await anna.post(f"/api/callbacks/t{n}/take")).status_code for n in range(9)]
        assert said == [200] * TAKES_A_MINUTE + [429] * (9 - TAKES_A_MINUTE)
        assert (await anna.post("/api/callbacks/t0/take")).status_code == 200
        fake.now = NOON + timedelta(minutes=1)
        assert (await anna.post("/api/callbacks/t8/take")).status_code == 200
    assert fake.log.actions == ["callback_taken"] * (TAKES_A_MINUTE + 1)


async def test_to_dial_is_to_take() -> None:
    """What goes out is the seat's own dial command, with the number as one dials it; twice it is audited once."""
    fake = town()
    fake.shelf.callbacks.rows["t1"] = task("t1", number="+8613900000009")
    async with at(fake, "1001", "8001") as anna, at(fake, "1003", "8002") as bao:
        assert (await anna.post("/api/callbacks/t1/dial")).status_code == 200
        assert fake.asked == [commands.DialOut("8001", NUMBER)]  # type: ignore[arg-type]
        assert fake.shelf.callbacks.rows["t1"].owner == "1001"
        assert (await bao.post("/api/callbacks/t1/dial")).status_code == 409
        row = (await anna.get("/api/callbacks/t1")).json()
        assert (row["number"], row["dials"]) == ("+8613900000009", NUMBER)
        wrong = await anna.post("/api/callbacks/t1/dial", json={"number": "13900000008"})
        assert (wrong.status_code, wrong.json()["error"]) == (409, "another_number")
        fake.asked.clear()
        assert (await anna.post("/api/callbacks/t1/dial", json={"number": NUMBER})).status_code == 200
    assert len(fake.asked) == 1
    assert fake.log.actions == ["callback_taken"]


async def test_a_refused_dial_keeps_nobodys_task() -> None:
    """The seat's phone is busy: what was taken for this call is given back; what they had before stays theirs."""
    fake = town()
    fake.refusal = Refused(Why.IN_CALL, "in a call")
    async with at(fake, "1001", "8001") as anna:
        assert (await anna.post("/api/callbacks/t1/dial")).json()["error"] == "in_call"
        assert fake.shelf.callbacks.rows["t1"].state is State.OPEN
        await anna.post("/api/callbacks/t1/take")
        assert (await anna.post("/api/callbacks/t1/dial")).status_code == 409
        assert fake.shelf.callbacks.rows["t1"].owner == "1001"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (Call(CALL, caller="+8613900000009", agent="1003", seat="8002"), "citizen_calls"),
        (Call(CALL, direction="outbound", caller="8002", dialled=NUMBER, seat="8002"), "citizen_called"),
    ],
)
async def test_who_is_in_a_call_with_us_is_not_called(call: Call, error: str) -> None:
    """Whoever called whom, in whatever spelling; nor is a task given back in the middle of its call."""
    fake = town()
    fake.known = {CALL: call}
    async with at(fake, "1001", "8001") as anna:
        await anna.post("/api/callbacks/t1/take")
        for verb in ("dial", "give-back"):
            reply = await anna.post(f"/api/callbacks/t1/{verb}")
            assert (reply.status_code, reply.json()["error"]) == (409, error)
    assert fake.asked == []


async def test_nobody_is_not_dialled() -> None:
    """A withheld number; it is given up with its reason, which is audited."""
    fake = town()
    async with at(fake, "1001", "8001") as anna:
        assert (await anna.post("/api/callbacks/t2/dial")).json()["error"] == "no_number"
        body: dict[str, Any] = {"reason": "no_number"}
        assert (await anna.post("/api/callbacks/t2/give-up", json=body)).json()["error"] == "callback_not_held"
        await anna.post("/api/callbacks/t2/take")
        told = await anna.post("/api/callbacks/t2/give-up", json={"reason": "other"})
        assert (told.status_code, told.json()["field"]) == (422, "note")
        assert (await anna.post("/api/callbacks/t2/give-up", json=body)).json()["state"] == "given_up"
    assert fake.log.actions[-1] == "callback_given_up"


async def test_a_seat_is_needed_and_a_token_has_none() -> None:
    """Who sits nowhere takes and dials nothing."""
    fake = town()
    async with at(fake, "2001") as chief, command_line(door(services(fake))) as token:
        for verb in ("take", "dial"):
            assert (await chief.post(f"/api/callbacks/t1/{verb}")).json()["error"] == "no_seat"
            assert (await token.post(f"/api/callbacks/t1/{verb}")).status_code == 403
        assert (await token.get("/api/callbacks", params={"mine": "true"})).status_code == 403


async def test_a_supervisor_hands_out_many() -> None:
    """Each that can be is assigned, each that can not is named with why; an agent there is not is said."""
    fake = town()
    fake.shelf.callbacks.rows["t3"] = task("t3", state=State.DONE, done_at=NOON)
    async with at(fake, "2001") as chief:
        body = {"tasks": ["t1", "t3", "t9", "t1"], "agent": "1003"}
        told = (await chief.post("/api/callbacks/assign", json=body)).json()
        assert told["assigned"] == ["t1"]
        assert {one["task"]: one["error"] for one in told["refused"]} == {"t3": "callback_over", "t9": "not_found"}
        for nobody in ("1999", "audit"):
            reply = await chief.post("/api/callbacks/assign", json={**body, "agent": nobody})
            assert (reply.status_code, reply.json()["field"]) == (422, "agent")
        assert (await chief.post("/api/callbacks/t1/give-back")).json()["state"] == "open"
    assert fake.shelf.callbacks.rows["t1"].owner == ""
    assert fake.log.actions == ["callbacks_assigned"]


async def test_what_the_list_is_asked() -> None:
    """Filters reach the ledger; a number only from who sees numbers, in its national form."""
    fake = town()
    async with at(fake, "2001") as chief, at(fake, "1001", "8001") as anna:
        await chief.get(
            "/api/callbacks", params={"kind": "missed", "due": "true", "most": 7}, headers=said(number="139 0000 0009")
        )
        wanted = fake.shelf.callbacks.wanted[-1]
        assert (wanted.states, wanted.kind, wanted.most) == (OWED, Kind.MISSED, 7)
        assert wanted.number == NUMBER
        assert wanted.due_before is not None
        assert (await anna.get("/api/callbacks", headers=said(number=NUMBER))).status_code == 403
        assert (await chief.get("/api/callbacks", headers=said(number="12319000"))).status_code in (200, 422)
        await anna.get("/api/callbacks", params={"mine": "true", "state": "done"})
        assert (fake.shelf.callbacks.wanted[-1].owner, fake.shelf.callbacks.wanted[-1].states) == (
            "1001",
            frozenset({State.DONE}),
        )


async def test_a_result_is_of_the_own_try() -> None:
    """Without one it is refused; a mailbox that answered makes it owed again."""
    fake = town()
    async with at(fake, "1001", "8001") as anna:
        assert (await anna.post("/api/callbacks/t1/result", json={"result": "busy"})).json()[
            "error"
        ] == "callback_untried"
        tried = Attempt("c1", NOON, NOON, "1001", "8001", Result.REACHED, Result.REACHED, "")
        fake.shelf.callbacks.rows["t1"] = replace(fake.shelf.callbacks.rows["t1"], attempts=(tried,))
        told = await anna.post("/api/callbacks/t1/result", json={"result": "wrong_number"})
        assert (told.json()["state"], told.json()["done_how"]) == ("given_up", "wrong_number")
        assert (await anna.post("/api/callbacks/t1/result", json={"result": "cancelled"})).status_code == 422


async def test_what_the_citizen_said_is_written_once() -> None:
    """With a rating from who was told, without one from who was not; by who called them; audited, and the courier wakes."""
    fake = town()
    tried = Attempt("xm1-1.5", NOON, NOON, "1001", "8001", Result.REACHED, Result.REACHED, "")
    fake.shelf.callbacks.rows["r1"] = task(
        "r1", number=NUMBER, kind=Kind.REPLY, owner="1001", state=State.TAKEN, script="已修补"
    )
    async with at(fake, "1001", "8001") as anna, at(fake, "1003", "8002") as bao:
        for wrong in ({"answer": "solved"}, {"answer": "refused", "satisfied": 5}, {"answer": "unreached"}):
            assert (await anna.post("/api/callbacks/r1/reply", json=wrong)).status_code == 422
        body = {"answer": "solved", "satisfied": 5, "words": "谢谢"}
        assert (await anna.post("/api/callbacks/r1/reply", json=body)).json()["error"] == "callback_untried"
        assert (await anna.post("/api/callbacks/t1/reply", json=body)).json()["error"] == "callback_no_reply"
        fake.shelf.callbacks.rows["r1"] = replace(fake.shelf.callbacks.rows["r1"], attempts=(tried,))
        (hidden,) = [one for one in (await bao.get("/api/callbacks")).json() if one["id"] == "r1"]
        assert (hidden["script"], (await anna.get("/api/callbacks/r1")).json()["script"]) == ("", "已修补")
        told = (await anna.post("/api/callbacks/r1/reply", json=body)).json()
    assert (told["state"], told["answer"], told["satisfied"]) == ("done", "solved", 5)
    (reply,) = fake.shelf.callbacks.replies
    assert (reply.by, reply.words, reply.call) == ("1001", "谢谢", "")
    assert fake.log.actions == ["result_told"]


async def test_a_citizen_on_the_line_is_told_what_they_are_owed() -> None:
    """The pop says so, without the number, whoever has the call-back; the answer counts with the call that is on."""
    fake = populate(FakeHotline())
    number = Call(CALL).caller
    fake.shelf.callbacks.rows = {
        "r1": task("r1", number=number, kind=Kind.REPLY, owner="1003", state=State.TAKEN, script="已修补", ticket="T1")
    }
    fake.shelf.callers.told = replace(fake.shelf.callers.told, callback_open=True)
    async with at(fake, "1001", "8001") as anna:
        pop = (await anna.get(f"/api/calls/{CALL}/pop")).json()
        assert [(one["id"], one["script"], one["ticket"]) for one in pop["replies"]] == [("r1", "已修补", "T1")]
        body = {"answer": "unsolved", "satisfied": 1}
        assert (await anna.post("/api/callbacks/r1/reply", json=body)).json()["state"] == "done"
    assert fake.shelf.callbacks.replies[0].call == CALL


async def test_a_confidential_result_is_told_by_whose_it_is() -> None:
    """Whoever has the citizen on the line sees that something is owed; what it is about, its owner and who filed it."""
    fake = populate(FakeHotline())
    secret = {"kind": Kind.REPLY, "confidential": True, "title": "举报", "script": "已查处", "state": State.TAKEN}
    fake.shelf.callbacks.rows = {
        "r1": task("r1", owner="1003", **secret), "r2": task("r2", owner="1001", **secret),
        "r3": task("r3", owner="1003", prefers="1001", **secret),
    }  # fmt: skip
    fake.shelf.callers.told = replace(fake.shelf.callers.told, callback_open=True)
    async with at(fake, "1001", "8001") as anna:
        pop = (await anna.get(f"/api/calls/{CALL}/pop")).json()
    shown = [(one["id"], one["title"], one["script"]) for one in pop["replies"]]
    assert shown == [("r1", "", ""), ("r2", "举报", "已查处"), ("r3", "举报", "已查处")]


async def test_any_number_of_the_citizen_is_theirs() -> None:
    """The next try goes to another: who rings back from the first is on the line, told there, and nobody dials them."""
    fake = populate(FakeHotline())
    row = task(
        "r1", number=NUMBER, numbers=[Call(CALL).caller, NUMBER], kind=Kind.REPLY, owner="1001", state=State.TAKEN
    )
    fake.shelf.callbacks.rows = {"r1": row}
    async with at(fake, "1001", "8001") as anna:
        assert (await anna.post("/api/callbacks/r1/dial")).json()["error"] == "citizen_calls"
        body = {"answer": "solved", "satisfied": 5}
        assert (await anna.post("/api/callbacks/r1/reply", json=body)).json()["state"] == "done"
    assert fake.shelf.callbacks.replies[0].call == CALL


async def test_what_came_back_is_not_given_up() -> None:
    """In a sentence; it ends when its case goes on."""
    fake = town()
    fake.shelf.callbacks.rows["b1"] = task("b1", kind=Kind.RETURNED, owner="1001", state=State.ASSIGNED)
    async with at(fake, "1001", "8001") as anna:
        refused = await anna.post("/api/callbacks/b1/give-up", json={"reason": "settled", "note": ""})
    assert (refused.status_code, refused.json()["error"]) == (409, "callback_came_back")
