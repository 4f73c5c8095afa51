"""Cases moved by the staff and by what citizens say, over HTTP as the pages and the daemon do it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bridge.case_state import TABLE as CENTRE_TABLE
from bridge.case_state import CaseState, foreseen
from bridge.case_store_messages import Message, MessageId, MessageKind, filing
from bridge.drivers import Heard, Receipt
from bridge.ticket import Limit, Person, ticket_id
from casestore.states import STAFF, Command, State
from casestore.tables import cases as case_table
from casestore.transition_table import TABLE, Rule, rule_for
from tests.bridge.made import ticket
from tests.casestore.kit import Cases, cases_at

MONDAY = datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
"""Nine in the morning in Xiamen."""
UNIT, OTHER = "思明区城市管理局", "市政集团"
DAY = {"value": 5, "unit": "work_day"}
HOUR = timedelta(hours=1)


@dataclass
class Centre:
    """A case store with clerks who send commands; each is the turn it last saw."""

    cases: Cases
    keys: Any = field(default_factory=count)

    async def file(self, n: int = 1, **more: Any) -> str:
        one = replace(ticket(n), **{"person": Person(phones=("13806050001",))} | more)
        answer = await self.cases.driver.deliver(filing(one))
        assert isinstance(answer, Receipt)
        return answer.case_number

    async def whole(self, number: str) -> dict[str, Any]:
        answer = await self.cases.client.get(f"/cases/{number}", headers=self.cases.headers)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    async def ask(self, number: str, command: str, role: str, **more: Any) -> httpx.Response:
        turn = more.pop("turn", None) or (await self.whole(number))["turn"]
        body = {
            "command": command,
            "role": role,
            "by": f"{role}-1",
            "turn": turn,
            "key": f"key-{next(self.keys)}",
        } | more
        if role.startswith("unit_"):
            body.setdefault("own_unit", UNIT)
        return await self.cases.client.post(f"/cases/{number}/commands", json=body, headers=self.cases.headers)

    async def do(self, number: str, command: str, role: str, **more: Any) -> str:
        """The state afterwards."""
        answer = await self.ask(number, command, role, **more)
        assert answer.status_code == 200, answer.text
        state: str = answer.json()["state"]
        return state

    async def refused(self, number: str, command: str, role: str, **more: Any) -> str:
        before = await self.whole(number)
        answer = await self.ask(number, command, role, **more)
        assert answer.status_code in (409, 422), answer.text
        assert answer.json()["message"]
        assert await self.whole(number) == before, "nothing of it was written"
        error: str = answer.json()["error"]
        return error

    async def say(self, n: int, kind: str, **payload: Any) -> Receipt:
        one = ticket(n)
        name = f"{one.key}/{kind}/{next(self.keys)}"
        body = {"id": ticket_id(MONDAY, name.encode()[-10:].rjust(10)), "stream": one.key, "kind": kind, "key": name,
                "payload": {"by": "8001"} | payload}  # fmt: skip
        answer = await self.cases.client.post("/messages", json=body, headers=self.cases.headers)
        assert answer.status_code == 200, answer.text
        return Receipt(answer.json()["number"], answer.json()["query_code"])

    async def dispatched(self, n: int = 1, **more: Any) -> str:
        number = await self.file(n, **more)
        await self.do(number, "accept", "accepter")
        assert await self.do(number, "dispatch", "dispatcher", unit=UNIT, limit=DAY) == "dispatched"
        return number

    async def handled(self, n: int = 1) -> str:
        number = await self.dispatched(n)
        assert await self.do(number, "finish", "unit_office", opinion="已清运") == "handled"
        return number

    async def confirmed(self, n: int = 1) -> str:
        number = await self.handled(n)
        assert await self.do(number, "confirm", "dispatcher") == "confirmed"
        return number

    async def closed(self, n: int = 1) -> str:
        number = await self.confirmed(n)
        await self.say(n, "reply", answer="solved", satisfied=5)
        assert await self.do(number, "close", "accepter", condition="垃圾已清运") == "closed"
        return number

    def later(self, time: timedelta) -> None:
        self.cases.clock.now += time

    async def fire(self) -> None:
        while await self.cases.store.fire_timers(self.cases.clock.now):
            pass

    async def heard(self, number: str) -> list[CaseState]:
        told = await self.cases.driver.hear("", 500)
        assert isinstance(told, Heard)
        return [one.state for one in told.events if one.case_number == number]

    async def work(self, role: str, **more: Any) -> list[dict[str, Any]]:
        answer = await self.cases.client.get("/work", params={"role": role} | more, headers=self.cases.headers)
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def in_a_centre(test: Callable[[Centre], Awaitable[None]]) -> Callable[[Path], Awaitable[None]]:
    """The test with a case store of its own, on Monday morning."""

    async def run(tmp_path: Path) -> None:
        async with cases_at(tmp_path / "casestore.db", MONDAY) as cases:
            await test(Centre(cases))

    run.__name__, run.__doc__, run.__module__ = test.__name__, test.__doc__, test.__module__
    return run


@in_a_centre
async def test_all_seven_steps(centre: Centre) -> None:
    """From the ticket to the evaluation; who, role, opinion and receiver stand in the log; the citizen sees seven dates."""
    number = await centre.file()
    minute = timedelta(minutes=1)
    for command, role, more in (
        ("accept", "accepter", {}),
        ("dispatch", "dispatcher", {"unit": UNIT, "limit": DAY, "opinion": "请现场处置"}),
        ("assign", "unit_office", {"worker": "unit_worker-1"}),
        ("report", "unit_worker", {"opinion": "已清运"}),
        ("finish", "unit_office", {"opinion": "已清运"}),
        ("confirm", "dispatcher", {}),
    ):
        centre.later(minute)
        await centre.do(number, command, role, **more)
    assert await centre.refused(number, "close", "accepter", condition="垃圾已清运") == "other_state"
    await centre.say(1, "reply", answer="solved", satisfied=4, text="满意")
    centre.later(minute)
    assert await centre.refused(number, "close", "accepter") == "invalid"
    await centre.do(number, "close", "accepter", condition="垃圾已清运")
    centre.later(minute)
    assert await centre.do(number, "evaluate", "judge", score=5) == "evaluated"
    told = await centre.whole(number)
    assert [one["command"] for one in told["history"]] == [
        "file", "accept", "dispatch", "assign", "report", "finish", "confirm", "reply", "close", "evaluate",
    ]  # fmt: skip
    dispatch = told["history"][2]
    assert (dispatch["by"], dispatch["role"], dispatch["note"], dispatch["receiver"], dispatch["verb"]) == (
        "dispatcher-1", "dispatcher", "请现场处置", f"unit_office:{UNIT}", "forward",
    )  # fmt: skip
    asked = {"number": number, "code": told["query_code"]}
    progress = (await centre.cases.client.post("/inquiries", json=asked, headers=centre.cases.headers)).json()
    dates = [one["at"] for one in progress["steps"]]
    assert all(dates)
    assert dates == sorted(dates)
    assert UNIT not in str(progress)
    states = await centre.heard(number)
    assert states == [CaseState.FILED, CaseState.FILED, CaseState.DISPATCHED, CaseState.HANDLING, CaseState.HANDLING,
                      CaseState.HANDLED, CaseState.CHECKED, CaseState.CLOSED, CaseState.CLOSED]  # fmt: skip
    assert all(foreseen(one, other) for one, other in pairwise(states))
    assert set(CENTRE_TABLE) == set(CaseState)


@in_a_centre
async def test_two_clerks_do_not_move_one_case_at_once(centre: Centre) -> None:
    number = await centre.file()
    turn = (await centre.whole(number))["turn"]
    answers = await asyncio.gather(*(
        centre.ask(number, "accept" if n % 2 else "void", "accepter", by=f"clerk-{n}", turn=turn, reason="重复")
        for n in range(6)
    ))  # fmt: skip
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409, 409, 409]
    assert {one.json()["error"] for one in answers if one.status_code == 409} == {"moved"}
    assert len((await centre.whole(number))["history"]) == 2


@in_a_centre
async def test_a_note_is_no_move_and_disturbs_no_clerk(centre: Centre) -> None:
    number = await centre.file()
    turn = (await centre.whole(number))["turn"]
    await centre.say(1, "urge")
    await centre.say(1, "supplement", text="门牌是 8 号")
    assert await centre.do(number, "accept", "accepter", turn=turn) == "accepted"
    assert await centre.refused(number, "dispatch", "dispatcher", unit=UNIT, limit=DAY, turn=turn) == "moved"


@in_a_centre
async def test_a_command_is_done_once_a_key(centre: Centre) -> None:
    number = await centre.file()
    first = await centre.ask(number, "accept", "accepter", key="one")
    again = await centre.ask(number, "accept", "accepter", key="one")
    assert first.json() | {"new": False} == again.json()
    other = await centre.ask(number, "void", "accepter", key="one", reason="重复")
    assert (other.status_code, other.json()["error"]) == (409, "key_used")
    assert len((await centre.whole(number))["history"]) == 2


@in_a_centre
async def test_messages_are_done_once_a_key(centre: Centre) -> None:
    number = await centre.file()
    one = ticket(1)
    kind = MessageKind.URGE
    message = Message(
        MessageId(ticket_id(MONDAY, b"0123456789")), one.key, kind, f"{one.key}/urge/1", one, {"by": "8001"}
    )
    receipts = [await centre.cases.driver.deliver(message) for _ in range(3)]
    assert len(set(receipts)) == 1
    assert await centre.cases.driver.find(message.key) == receipts[0]
    assert (await centre.whole(number))["urged"] == 1


@in_a_centre
async def test_the_reason_of_a_refusal_is_said(centre: Centre) -> None:
    number = await centre.file()
    assert await centre.refused(number, "accept", "dispatcher") == "other_role"
    assert await centre.refused(number, "report", "judge", opinion="x") == "never"
    assert await centre.refused(number, "evaluate", "judge", score=3) == "other_state"
    assert await centre.refused(number, "void", "accepter") == "invalid"
    gone = await centre.cases.client.post("/cases/none/commands", headers=centre.cases.headers, json={
        "command": "accept", "role": "accepter", "by": "x", "turn": 1, "key": "k",
    })  # fmt: skip
    assert gone.status_code == 404
    for role in ("centre", "clock", "mayor"):
        assert await centre.refused(number, "accept", role) == "invalid"


@in_a_centre
async def test_a_check_stops_the_clock_of_accepting(centre: Centre) -> None:
    number = await centre.file()
    due = datetime.fromisoformat((await centre.whole(number))["due_at"])
    assert due - MONDAY == timedelta(minutes=15)
    centre.later(timedelta(minutes=5))
    await centre.do(number, "ask_check", "accepter", reason="没有照片")
    assert (await centre.whole(number))["due_at"] is None
    assert await centre.refused(number, "accept", "accepter") == "no_open_check"
    (mine,) = await centre.work("checker")
    assert mine["number"] == number
    assert mine["tasks"][0]["word"] == "核查"
    centre.later(timedelta(minutes=31))
    await centre.fire()
    await centre.do(number, "report_check", "checker", passed=True, opinion="属实")
    left = datetime.fromisoformat((await centre.whole(number))["due_at"]) - centre.cases.clock.now
    assert left == timedelta(minutes=10)
    assert [one["kind"] for one in (await centre.whole(number))["history"]] == ["moved", "noted", "timed", "noted"]
    assert await centre.do(number, "accept", "accepter") == "accepted"


@in_a_centre
async def test_returned_to_the_seat_and_given_back(centre: Centre) -> None:
    number = await centre.file()
    assert await centre.do(number, "return", "accepter", reason="地点不明") == "returned_seat"
    assert await centre.heard(number) == [CaseState.FILED, CaseState.RETURNED]
    await centre.say(1, "return", reason="湖滨南路 8 号门前")
    told = await centre.whole(number)
    assert told["state"] == "reported"
    assert told["history"][-1]["note"] == "湖滨南路 8 号门前"
    assert (await centre.say(1, "return", reason="再说一次")).case_number == number


@in_a_centre
async def test_a_unit_gives_back_once_and_then_it_is_ruled(centre: Centre) -> None:
    """The dispatcher who got it back may not confirm; the second return goes to the judge, whose word binds."""
    number = await centre.dispatched()
    assert await centre.refused(number, "return", "unit_office", reason="非本单位", own_unit=OTHER) == "own_unit"
    await centre.do(number, "assign", "unit_office", worker="unit_worker-1")
    assert await centre.refused(number, "return", "unit_office", reason="非本单位") == "other_role"
    await centre.do(number, "revoke", "unit_office")
    assert await centre.do(number, "return", "unit_office", reason="非本单位") == "returned_dispatcher"
    assert (await centre.whole(number))["clock"]["due_at"] is None
    assert await centre.refused(number, "confirm", "dispatcher") == "other_state"
    await centre.do(number, "dispatch", "dispatcher", unit=OTHER, limit=DAY)
    assert await centre.do(number, "return", "unit_office", reason="也不是", own_unit=OTHER) == "ruling"
    assert await centre.refused(number, "dispatch", "dispatcher", unit=UNIT, limit=DAY) == "other_state"
    await centre.do(number, "rule", "judge", unit=UNIT, reason="属地管理", limit=DAY)
    assert await centre.refused(number, "return", "unit_office", reason="仍不是") == "not_bound"
    told = await centre.whole(number)
    assert told["returns"] == 2
    assert await centre.do(number, "finish", "unit_office", opinion="已清运") == "handled"


@in_a_centre
async def test_a_case_is_given_back_within_four_working_hours(centre: Centre) -> None:
    number = await centre.dispatched()
    centre.later(9 * HOUR)
    assert await centre.refused(number, "return", "unit_office", reason="非本单位") == "return_in_time"


@in_a_centre
async def test_rework_goes_to_the_same_unit_with_what_was_left(centre: Centre) -> None:
    number = await centre.handled()
    await centre.do(number, "ask_verify", "dispatcher")
    assert await centre.refused(number, "confirm", "dispatcher") == "no_open_check"
    await centre.do(number, "report_check", "checker", passed=False, opinion="仍有垃圾")
    centre.later(HOUR)
    before = (await centre.whole(number))["clock"]
    assert await centre.do(number, "rework", "dispatcher", reason="仍有垃圾") == "dispatched"
    told = await centre.whole(number)
    assert (told["unit"], told["reworks"]) == (UNIT, 1)
    assert told["clock"]["started_at"] == before["started_at"]
    assert told["clock"]["due_at"] is not None


@in_a_centre
async def test_unsolved_and_dissatisfied_go_to_supervision(centre: Centre) -> None:
    """Unreached is not satisfied and is an attempt; who confirmed it does not decide."""
    number = await centre.confirmed(1)
    await centre.say(1, "reply", answer="unsolved", text="还在")
    assert (await centre.whole(number))["state"] == "supervision"
    assert (
        await centre.refused(number, "send_back", "judge", by="dispatcher-1", reason="未解决", limit=DAY)
        == "other_clerk"
    )
    assert await centre.do(number, "send_back", "judge", reason="未解决", limit=DAY) == "dispatched"
    told = await centre.whole(number)
    assert (told["reopened"], told["reworks"], told["unit"]) == (1, 1, UNIT)

    second = await centre.confirmed(2)
    await centre.say(2, "reply", answer="solved", satisfied=2)
    assert (await centre.whole(second))["state"] == "supervision"
    assert await centre.do(second, "dismiss", "judge", reason="已尽力") == "replied"

    third = await centre.confirmed(3)
    await centre.say(3, "reply", answer="unreached")
    told = await centre.whole(third)
    assert (told["state"], told["reply"], told["satisfied"]) == ("replied", "unreached", None)
    await centre.do(third, "close", "accepter", condition="垃圾已清运")
    await centre.say(3, "reopen", reason="又有了")
    assert (await centre.whole(third))["state"] == "supervision"
    assert (await centre.heard(third))[-1] is CaseState.FILED


@in_a_centre
async def test_the_accepter_the_dispatcher_named_closes(centre: Centre) -> None:
    number = await centre.handled()
    await centre.do(number, "confirm", "dispatcher", closer="shouli02")
    await centre.say(1, "reply", answer="refused")
    assert await centre.refused(number, "close", "accepter", condition="x") == "named_closer"
    await centre.do(number, "name_closer", "dispatcher", closer="")
    assert await centre.do(number, "close", "accepter", condition="x") == "closed"


@in_a_centre
async def test_what_was_answered_in_the_call_is_closed_at_once(centre: Centre) -> None:
    direct = await centre.file(1, answered_directly=True)
    assert await centre.do(direct, "close", "accepter", condition="直接解答") == "closed"
    other = await centre.file(2)
    assert await centre.refused(other, "close", "accepter", condition="直接解答") == "answered_directly"


@in_a_centre
async def test_extension_twice_and_not_when_it_is_late(centre: Centre) -> None:
    number = await centre.dispatched()
    dues = [(await centre.whole(number))["clock"]["due_at"]]
    for _ in range(2):
        await centre.do(number, "ask_extension", "unit_office", reason="雨天")
        assert await centre.refused(number, "ask_extension", "unit_office", reason="雨天") == "no_open_task"
        await centre.do(number, "refuse_extension", "dispatcher", reason="再试")
        await centre.do(number, "ask_extension", "unit_office", reason="雨天")
        await centre.do(number, "grant_extension", "dispatcher")
        dues.append((await centre.whole(number))["clock"]["due_at"])
    assert dues == sorted(set(dues))
    assert await centre.refused(number, "ask_extension", "unit_office", reason="雨天") == "not_extended_often"
    late = await centre.dispatched(2)
    centre.later(timedelta(days=20))
    assert await centre.refused(late, "ask_extension", "unit_office", reason="雨天") == "not_overdue"


@in_a_centre
async def test_suspended_once_and_resumed_by_itself(centre: Centre) -> None:
    number = await centre.dispatched()
    until = (MONDAY + timedelta(days=30)).isoformat()
    far = (MONDAY + timedelta(days=400)).isoformat()
    assert await centre.refused(number, "ask_suspension", "unit_office", reason="等材料", until=far) == "invalid"
    await centre.do(number, "ask_suspension", "unit_office", reason="等材料", until=until)
    assert await centre.do(number, "grant_suspension", "dispatcher") == "suspended"
    assert (await centre.whole(number))["clock"]["suspended_until"] is not None
    centre.later(timedelta(days=29))
    await centre.fire()
    assert (await centre.whole(number))["state"] == "suspended"
    centre.later(timedelta(days=1, seconds=1))
    await centre.fire()
    told = await centre.whole(number)
    assert (told["state"], told["history"][-1]["role"]) == ("dispatched", "clock")
    assert not told["clock"]["overdue"]
    again = (centre.cases.clock.now + timedelta(days=30)).isoformat()
    error = await centre.refused(number, "ask_suspension", "unit_office", reason="再等", until=again)
    assert error == "not_suspended_before"


@in_a_centre
async def test_marks_of_the_limit_are_told_once_each_and_outlive_the_program(centre: Centre) -> None:
    number = await centre.dispatched()
    marks = [MONDAY + timedelta(days=days) for days in (3, 4, 7, 8)]
    async with cases_at(centre.cases.url, marks[-1]) as again:
        other = Centre(again)
        await other.fire()
        await other.fire()
        told = await other.whole(number)
        assert [one["note"] for one in told["history"] if one["kind"] == "timed"] == [
            "处置时限已用 50%", "处置时限已用 80%", "处置时限已用 100%",
        ]  # fmt: skip
        assert told["clock"]["overdue"]
        assert [one["number"] for one in await other.work("unit_office", own_unit=UNIT)] == [number]
        assert await other.work("unit_office", own_unit=OTHER) == []


@in_a_centre
async def test_an_overdue_appeal_is_reviewed_by_two_and_the_fact_stays(centre: Centre) -> None:
    number = await centre.dispatched()
    centre.later(timedelta(days=20))
    await centre.fire()
    await centre.do(number, "finish", "unit_office", opinion="已清运")
    await centre.do(number, "confirm", "dispatcher")
    await centre.say(1, "reply", answer="solved")
    await centre.do(number, "close", "accepter", condition="x")
    await centre.do(number, "appeal", "unit_office", reason="台风")
    await centre.do(number, "review_appeal", "judge", passed=True, reason="属实")
    assert not (await centre.whole(number))["clock"]["exempt"]
    assert await centre.refused(number, "review_appeal", "judge", passed=True, reason="属实") == "other_reviewer"
    await centre.do(number, "review_appeal", "judge", by="judge-2", passed=True, reason="属实")
    clock = (await centre.whole(number))["clock"]
    assert (clock["overdue"], clock["exempt"]) == (True, True)
    assert await centre.refused(number, "appeal", "unit_office", reason="再来") == "not_appealed_before"
    in_time = await centre.closed(2)
    assert await centre.refused(in_time, "appeal", "unit_office", reason="台风") == "was_overdue"


@in_a_centre
async def test_a_supervision_has_a_deadline_of_its_own(centre: Centre) -> None:
    number = await centre.dispatched()
    until = MONDAY + timedelta(hours=10)
    await centre.do(number, "supervise", "judge", reason="领导批示", until=until.isoformat())
    (mine,) = await centre.work("unit_office", own_unit=UNIT)
    assert mine["tasks"][0]["word"] == "督办"
    centre.later(timedelta(hours=11))
    await centre.fire()
    told = await centre.whole(number)
    assert [one["note"] for one in told["history"] if one["kind"] == "timed"] == [
        "督办：时间已用 50%", "督办：时间已用 80%", "督办：时间已用 100%",
    ]  # fmt: skip
    await centre.do(number, "answer_supervision", "unit_office", opinion="正在处理")
    await centre.do(number, "end_supervision", "judge", opinion="同意")
    assert not (await centre.work("unit_office", own_unit=UNIT))[0]["tasks"]


@in_a_centre
async def test_merged_cases_follow_their_parent(centre: Centre) -> None:
    """Each caller is told the parent's states and is owed a reply; the parent closes when all were tried; undone at will."""
    parent, child, grandchild = [await centre.file(n) for n in (1, 2, 3)]
    await centre.say(3, "merge", into=child, reason="同一件事")
    await centre.say(2, "merge", into=parent, reason="同一件事")
    told = await centre.whole(parent)
    assert told["children"] == [child, grandchild]
    await centre.do(parent, "accept", "accepter")
    await centre.do(parent, "dispatch", "dispatcher", unit=UNIT, limit=DAY)
    await centre.say(3, "urge")
    assert [(await centre.whole(one))["urged"] for one in (parent, grandchild)] == [1, 1]
    await centre.do(parent, "finish", "unit_office", opinion="已清运")
    await centre.do(parent, "confirm", "dispatcher")
    for one in (parent, child, grandchild):
        assert (await centre.heard(one))[-1] is CaseState.CHECKED, one
    await centre.say(1, "reply", answer="solved")
    await centre.say(2, "reply", answer="unreached")
    assert (await centre.whole(parent))["state"] == "confirmed"
    await centre.say(3, "reply", answer="solved")
    assert (await centre.whole(parent))["state"] == "replied"
    await centre.do(parent, "close", "accepter", condition="x")
    for one in (parent, child, grandchild):
        assert (await centre.heard(one))[-1] is CaseState.CLOSED
    code = (await centre.whole(child))["query_code"]
    asked = {"number": child, "code": code}
    progress = (await centre.cases.client.post("/inquiries", json=asked, headers=centre.cases.headers)).json()
    assert progress["word"] == "核查结案"
    await centre.say(2, "unmerge")
    told = await centre.whole(child)
    assert (told["state"], told["parent"]) == ("accepted", "")


@in_a_centre
async def test_one_unsolved_child_reopens_the_parent(centre: Centre) -> None:
    parent = await centre.confirmed(1)
    child = await centre.file(2)
    await centre.say(2, "merge", into=parent)
    assert (await centre.heard(child))[-1] is CaseState.CHECKED
    await centre.say(2, "reply", answer="unsolved")
    assert (await centre.whole(parent))["state"] == "supervision"


@in_a_centre
async def test_who_takes_back_ends_nobody_elses_case(centre: Centre) -> None:
    """The first caller wants it no more: the others' matter goes its way, and each of them is told. Voided it is not either."""
    parent, child = await centre.file(1), await centre.file(2)
    code = (await centre.whole(child))["query_code"]
    await centre.say(2, "merge", into=parent)
    await centre.say(1, "withdraw", reason="已解决")
    told = await centre.whole(parent)
    assert (told["state"], told["history"][-1]["command"], told["history"][-1]["note"]) == (
        "reported", "withdraw_part", "已解决",
    )  # fmt: skip
    assert await centre.refused(parent, "void", "accepter", reason="重复") == "no_children"
    await centre.do(parent, "accept", "accepter")
    await centre.do(parent, "dispatch", "dispatcher", unit=UNIT, limit=DAY)
    await centre.say(1, "withdraw", reason="真的不用了")
    await centre.do(parent, "finish", "unit_office", opinion="已清运")
    await centre.do(parent, "confirm", "dispatcher")
    told = await centre.whole(child)
    assert (told["state"], told["parent"], told["query_code"]) == ("merged", parent, code)
    assert CaseState.VOIDED not in await centre.heard(child)
    assert (await centre.heard(child))[-1] is CaseState.CHECKED


@in_a_centre
async def test_what_was_answered_in_the_call_ends_nobody_elses_case(centre: Centre) -> None:
    parent = await centre.file(1, answered_directly=True)
    await centre.file(2)
    await centre.say(2, "merge", into=parent)
    assert await centre.refused(parent, "close", "accepter", condition="直接解答") == "no_children"
    await centre.say(2, "unmerge")
    assert await centre.do(parent, "close", "accepter", condition="直接解答") == "closed"


@in_a_centre
async def test_who_took_back_follows_no_more(centre: Centre) -> None:
    """Nothing that happens to the parent is theirs, also when they open theirs again; nobody waits for their reply."""
    parent, child = await centre.file(1), await centre.file(2)
    await centre.say(2, "merge", into=parent)
    await centre.say(2, "withdraw", reason="不用了")
    told = await centre.whole(child)
    assert (told["state"], told["parent"]) == ("voided", "")
    assert (await centre.whole(parent))["children"] == []
    await centre.do(parent, "accept", "accepter")
    await centre.say(2, "reopen", reason="又有了")
    await centre.do(parent, "dispatch", "dispatcher", unit=UNIT, limit=DAY)
    told = await centre.whole(child)
    assert (told["state"], told["history"][-1]["command"]) == ("supervision", "reopen")
    await centre.do(parent, "finish", "unit_office", opinion="已清运")
    await centre.do(parent, "confirm", "dispatcher")
    await centre.say(1, "reply", answer="solved")
    assert (await centre.whole(parent))["state"] == "replied"


@in_a_centre
async def test_a_result_waits_for_nobody_who_left(centre: Centre) -> None:
    for n, kind in ((1, "withdraw"), (3, "unmerge")):
        parent = await centre.confirmed(n)
        await centre.file(n + 1)
        await centre.say(n + 1, "merge", into=parent)
        await centre.say(n, "reply", answer="solved")
        assert (await centre.whole(parent))["state"] == "confirmed"
        await centre.say(n + 1, kind, reason="不用了")
        assert (await centre.whole(parent))["state"] == "replied", kind


@in_a_centre
async def test_a_judges_limit_holds_at_the_same_unit_too(centre: Centre) -> None:
    """Without one it goes on by what was left."""
    number = await centre.dispatched()
    centre.later(timedelta(days=20))
    await centre.do(number, "finish", "unit_office", opinion="已清运")
    await centre.do(number, "confirm", "dispatcher")
    await centre.say(1, "reply", answer="unsolved")
    assert (
        await centre.do(number, "send_back", "judge", reason="未解决", limit={"value": 9, "unit": "clock_hour"})
        == "dispatched"
    )
    clock = (await centre.whole(number))["clock"]
    assert clock["limit"] == {"value": 9, "unit": "clock_hour"}
    assert datetime.fromisoformat(clock["due_at"]) - centre.cases.clock.now == 9 * HOUR
    assert datetime.fromisoformat(clock["started_at"]) == centre.cases.clock.now


@in_a_centre
async def test_a_merge_that_makes_no_sense_is_refused(centre: Centre) -> None:
    """Nor into a case whose result is told: whoever came now would be told nothing."""
    closed, live, replied = await centre.closed(1), await centre.file(2), await centre.confirmed(3)
    await centre.say(3, "reply", answer="solved")
    for into in (closed, live, replied, "20261130000010", "nonsense"):
        body = {"id": "x", "stream": ticket(2).key, "kind": "merge", "key": f"m-{into}", "payload": {"into": into}}
        answer = await centre.cases.client.post("/messages", json=body, headers=centre.cases.headers)
        assert answer.status_code == 422, into
        assert answer.json()["fields"][0]["field"] == "payload.into"
    assert (await centre.whole(live))["state"] == "reported"


@in_a_centre
async def test_withdrawn_before_and_after(centre: Centre) -> None:
    """Before the unit has done its work the case is void; after that it goes its way to the reply."""
    early, late = await centre.dispatched(1), await centre.handled(2)
    await centre.say(1, "withdraw", reason="已解决")
    await centre.say(2, "withdraw", reason="已解决")
    assert (await centre.whole(early))["state"] == "voided"
    assert (await centre.whole(late))["state"] == "handled"
    assert (await centre.heard(early))[-1] is CaseState.VOIDED
    centre.later(timedelta(days=90))
    await centre.fire()
    assert not [one for one in (await centre.whole(early))["history"] if one["kind"] == "timed"]


@in_a_centre
async def test_the_limit_comes_from_the_ticket_or_is_asked_for(centre: Centre) -> None:
    number = await centre.file(1)
    await centre.do(number, "accept", "accepter")
    assert await centre.refused(number, "dispatch", "dispatcher", unit=UNIT) == "invalid"
    one = replace(ticket(2), handle_limit=Limit(4, "urgent_work_hour"))
    answer = await centre.cases.driver.deliver(filing(one))
    assert isinstance(answer, Receipt)
    await centre.do(answer.case_number, "accept", "accepter")
    await centre.do(answer.case_number, "dispatch", "dispatcher", unit=UNIT)
    clock = (await centre.whole(answer.case_number))["clock"]
    assert datetime.fromisoformat(clock["due_at"]) - MONDAY == timedelta(hours=4)


@in_a_centre
async def test_work_lists_come_in_pages_the_soonest_due_first(centre: Centre) -> None:
    numbers = []
    for n in range(7):
        numbers.append(await centre.file(n))
        centre.later(timedelta(minutes=1))
    seen: list[str] = []
    after = ""
    while True:
        answer = await centre.cases.client.get(
            "/work", params={"role": "accepter", "most": 3, "after": after}, headers=centre.cases.headers
        )
        told = answer.json()
        seen += [one["number"] for one in told["items"]]
        after = told["after"]
        if not after:
            break
    assert seen == numbers
    found = await centre.work("judge", state=State.REPORTED.value)
    assert len(found) == 7


@in_a_centre
async def test_the_urgent_stand_before_the_others_in_every_page(centre: Centre) -> None:
    """Filed last, read first; what somebody wrote into the content makes nothing urgent."""
    said = '"urgency":"critical"'
    wanted = [("normal", "积水"), ("normal", said), ("urgent", "积水"), ("critical", "积水")]
    numbers = []
    for n, (urgency, content) in enumerate(wanted):
        numbers.append(await centre.file(n, urgency=urgency, content=content))
        centre.later(timedelta(minutes=1))
    seen: list[tuple[str, str]] = []
    after = ""
    while True:
        asked: dict[str, str | int] = {"role": "accepter", "most": 1, "after": after}
        told = (await centre.cases.client.get("/work", params=asked, headers=centre.cases.headers)).json()
        seen += [(one["number"], one["urgency"]) for one in told["items"]]
        after = told["after"]
        if not after:
            break
    assert seen == [(numbers[3], "critical"), (numbers[2], "urgent"), (numbers[0], "normal"), (numbers[1], "normal")]


@in_a_centre
async def test_the_unit_office_sees_what_its_workers_have(centre: Centre) -> None:
    number = await centre.dispatched()
    await centre.do(number, "assign", "unit_office", worker="unit_worker-1")
    (mine,) = await centre.work("unit_office", own_unit=UNIT)
    assert (mine["number"], mine["worker"], "revoke" in mine["commands"]) == (number, "unit_worker-1", True)
    assert await centre.work("unit_office", own_unit=OTHER) == []


@in_a_centre
async def test_what_no_clock_runs_for_does_not_stand_last(centre: Centre) -> None:
    first, second = await centre.file(1), await centre.file(2)
    await centre.do(first, "ask_check", "accepter", reason="没有照片")  # its clock stands
    assert [one["number"] for one in await centre.work("accepter")] == [first, second]


@in_a_centre
async def test_who_left_no_number_is_owed_no_reply(centre: Centre) -> None:
    """Nobody calls them, so nobody waits for their answer; of a confidential citizen the hotline has the number."""
    for n, more, state in (
        (1, {"person": Person()}, "replied"), (2, {"anonymous": True}, "replied"),
        (3, {"person": Person(), "confidential": True}, "confirmed"), (4, {}, "confirmed"),
    ):  # fmt: skip
        number = await centre.dispatched(n, **more)
        await centre.do(number, "finish", "unit_office", opinion="已清运")
        assert await centre.do(number, "confirm", "dispatcher") == state, n
        assert (await centre.heard(number))[-1] is CaseState.CHECKED


@pytest.mark.bound(240)
@in_a_centre
async def test_whatever_is_tried_is_done_by_the_table_or_refused(centre: Centre) -> None:
    """Random commands, messages and leaps of time: nothing breaks, and the case is where its row says."""
    chance = random.Random(12319)  # the same walk each time
    number = await centre.file(1)
    done: set[str] = set()

    async def look() -> tuple[State, int]:
        wanted = sa.select(case_table.c.state, case_table.c.turn)
        row = await centre.cases.database.read(lambda db: db.execute(wanted).one())
        return State(row.state), int(row.turn)

    for n in range(300):
        before, turn = await look()
        here = [(row.command, row.role) for row in TABLE if row.state is before and row.role in STAFF]
        command, role = chance.choice(here) if here and chance.random() < 0.8 else (
            chance.choice(list(Command)), chance.choice(STAFF)
        )  # fmt: skip
        answer = await centre.ask(
            number, command, role, turn=turn, by=chance.choice(("a", "b")), own_unit=UNIT, unit=chance.choice((UNIT, OTHER, UNIT)), worker="a",
            limit=DAY, opinion="好", reason="因为", condition="已清运", passed=chance.random() < 0.7, score=4,
            until=(centre.cases.clock.now + timedelta(days=chance.choice((1, 40)))).isoformat(),
        )  # fmt: skip
        assert answer.status_code in (200, 409, 422), (before, command, role, answer.text)
        if answer.status_code == 200:
            said = (
                Command.RETURN_AGAIN if answer.json()["state"] == "ruling" and before is State.DISPATCHED else command
            )
            row = rule_for(before, said, role)
            assert isinstance(row, Rule)
            told = State(answer.json()["state"])
            assert told is row.target or (said is Command.CONFIRM and told is State.REPLIED)
            done.add(f"{before}/{said}")
        if n % 9 == 0:
            kind = chance.choice(("urge", "reopen", "return", "supplement", "reply", "reply"))
            await centre.say(1, kind, text="催", reason="又", answer=chance.choice(("solved", "unsolved", "unreached")))
        if n % 14 == 0:
            centre.later(timedelta(hours=chance.choice((1, 5, 30, 900))))
            await centre.fire()
        if (await look())[0] is State.VOIDED:
            await centre.say(1, "reopen", reason="又有了")
    assert len(done) > 25, sorted(done)
    history = (await centre.whole(number))["history"]
    assert [one["turn"] for one in history] == [*range(1, len(history) + 1)]
