"""Routes of wallboard and supervision: a day's figures and what is behind them; a supervisor's word is the session's."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agents import commands
from console.access import Role
from console.authorization import BEARER
from console.contract.wall import DayOut
from cti.commands import Listening
from tests.fakes.hotline import CALL, FakeHotline

from .test_desk_routes import As, as_, log, now, person

__all__ = ["as_", "log", "now"]

SUPERVISOR = person(Role.SUPERVISOR, "2001", "8003")
MIDNIGHT = datetime(2026, 9, 30, 16, tzinfo=UTC)


async def test_a_day_says_its_figures(as_: As, fake: FakeHotline) -> None:
    """All, every queue and line of the settings, those an older configuration left; names of kinds and codes."""
    answer = await as_(SUPERVISOR).get("/api/wall/day")
    assert answer.status_code == 200
    day = DayOut.model_validate_json(answer.text)
    assert (str(day.day), day.since, day.until.day) == ("2026-10-01", MIDNIGHT, 1)
    told = [(row.of, row.id, row.offered, row.service_level_15s) for row in day.figures]
    assert told == [
        ("all", "", 10, 0.777778), ("queue", "mandarin", 10, 0.777778), ("line", "citizen", 10, 0.777778),
        ("line", "partner", 0, None), ("line", "gone", 10, 0.777778),
    ]  # fmt: skip
    assert day.targets.service_level_15s == 0.8
    assert [(row.key, row.name, row.count) for row in day.tickets_by_kind] == [
        ("complaint", "投诉", 4), ("unheard_of", "unheard_of", 1),
    ]  # fmt: skip
    assert [(row.key, row.name, row.count) for row in day.tickets_by_code] == [
        ("event-0101@CJ/T 214@2007", "私搭乱建", 3), ("part-0101@CJ/T 214@2007", "上水井盖", 2),
        ("part-0101@CJ/T 214@2099", "0101", 1),
    ]  # fmt: skip
    assert [(span.began_at, span.reason) for span in day.uncertain] == [(MIDNIGHT, "disk")]
    assert [(one.trunk, one.name, one.lines, one.began_at, one.ended_at is None) for one in day.outages] == [
        ("telecom", "中国电信", ["citizen"], MIDNIGHT, False), ("gone", "gone", [], MIDNIGHT, True),
    ]  # fmt: skip


@pytest.mark.parametrize("day", ["2026-02-30", "0001-01-01", "9999-12-31", "today"])
async def test_a_day_that_is_none(as_: As, day: str) -> None:
    """Told as a wrong field."""
    answer = await as_(SUPERVISOR).get("/api/wall/day", params={"day": day})
    assert (answer.status_code, answer.json()["field"]) == (422, "day")


async def test_behind_a_figure_are_calls(as_: As, fake: FakeHotline) -> None:
    """Named by a set of the ledger's; bounds as told, or today's; masked for who may not see numbers."""
    bounds = {"since": "2026-10-01T00:00:00+08:00", "until": "2026-10-01T08:00:00+08:00"}
    asked = {"set": "answered_15s", "line": "citizen", "queue": "mandarin", "most": 7, **bounds}
    calls = (await as_(SUPERVISOR).get("/api/wall/calls", params=asked)).json()  # type: ignore[arg-type]
    assert [row["caller"] for row in calls] == ["138****0001"]
    eight = datetime(2026, 10, 1, 0, tzinfo=UTC)
    assert fake.shelf.wall.asked == [(MIDNIGHT, eight, "answered_15s", "citizen", "mandarin", 7)]
    auditor = person(Role.AUDITOR, "audit", "")
    assert (await as_(auditor).get("/api/wall/calls?set=offered")).json()[0]["caller"] == "138****0001"
    operator = person(Role.OPERATOR, "root", "")  # to whom /api/calls shows none
    assert (await as_(operator).get("/api/wall/calls?set=offered")).status_code == 403
    wrong = await as_(SUPERVISOR).get("/api/wall/calls?set=everything")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "set")
    assert "answered_15s" in wrong.json()["allowed"]
    long = await as_(SUPERVISOR).get("/api/wall/calls?set=offered&since=2020-01-01T00:00:00Z")
    assert (long.status_code, long.json()["field"]) == (422, "since")


async def test_tickets_behind_a_count(as_: As, fake: FakeHotline) -> None:
    """For who may read tickets."""
    asked = {"kind": "complaint", "code": "event-0101"}
    assert (await as_(SUPERVISOR).get("/api/wall/tickets", params=asked)).json() == []
    assert fake.shelf.wall.asked[0][2:] == ("complaint", "0101", "event", 100, "", "")
    assert (await as_(SUPERVISOR).get("/api/wall/tickets", params={"code": "0101"})).status_code == 200
    assert fake.shelf.wall.asked[1][2:] == ("", "0101", "", 100, "", "")
    one_table = {"code": "event-0401@GB/T 30428.2@2013"}
    assert (await as_(SUPERVISOR).get("/api/wall/tickets", params=one_table)).status_code == 200
    assert fake.shelf.wall.asked[2][2:] == ("", "0401", "event", 100, "GB/T 30428.2", "2013")
    assert (await as_(person(Role.OPERATOR, "root")).get("/api/wall/tickets")).status_code == 403


@pytest.mark.parametrize("path", ["/api/wall/day", "/api/wall/calls?set=offered", "/api/wall/tickets"])
async def test_the_wall_is_not_for_agents(as_: As, path: str) -> None:
    """403, whatever is asked."""
    assert (await as_().get(path)).status_code == 403


DEEDS = [
    ("POST", "/api/seats/8001/watch", {"mode": "whisper"}, commands.Watch("8001", Listening.WHISPER, "2001", "质检")),  # type: ignore[arg-type]
    ("DELETE", "/api/seats/8001/watch", None, commands.Unwatch("8001", "2001")),  # type: ignore[arg-type]
    ("POST", "/api/seats/8001/take-over", {}, commands.TakeOver("8001", "2001", "质检")),  # type: ignore[arg-type]
    ("POST", "/api/seats/8001/force", {"force": "pause"},
     commands.ForceSeat("8001", commands.Force.PAUSE, "2001", "质检")),  # type: ignore[arg-type]
    ("POST", f"/api/calls/{CALL}/move", {"queue": "minnan", "urgent": True},
     commands.MoveCall(CALL, "minnan", "2001", urgent=True, reason="质检")),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "words", "request_"), DEEDS)
async def test_a_supervisors_word_is_the_sessions(
    as_: As, fake: FakeHotline, method: str, path: str, words: dict[str, object] | None, request_: object
) -> None:
    """``by`` comes from the session, whatever the address says; the token names one itself; an agent never may."""
    body = None if words is None else {"reason": "质检", **words}
    await as_(SUPERVISOR).request(method, f"{path}?by=2009", json=body)
    await as_(BEARER).request(method, f"{path}?by=2001", json=body)
    assert fake.asked == [request_, request_]
    unnamed = await as_(BEARER).request(method, path, json=body)
    assert (unnamed.status_code, unnamed.json()["field"]) == (422, "by")
    for role in (Role.AGENT, Role.AUDITOR, Role.OPERATOR):
        assert (await as_(person(role)).request(method, path, json=body)).status_code == 403
    if body is not None:
        assert (await as_(SUPERVISOR).request(method, path, json=words)).status_code == 422
    assert len(fake.asked) == 2
