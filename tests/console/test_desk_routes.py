"""Routes of the seat's page: the pop, drafts, my day, recordings; who may have what of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from agents.callbacks import Kind
from bridge.delivery_state import DeliveryState
from bridge.ports import Push
from bridge.ticket import CallFacts, Person
from console.access import RIGHTS, Role
from console.authorization import Who
from console.byte_ranges import ONE_LISTENING, Playbacks, Span, span
from console.partner_handovers import Handovers
from cti.ids import CallId, SeatId
from ledger.callers import Story
from ledger.history import Tape
from ledger.partner_matters import Matter
from ledger.went_through import Passed
from recordings.ids import RecordingId
from tests.bridge.made import ticket
from tests.fakes.books import Sound, past, task
from tests.fakes.hotline import CALL, NOON, Call, FakeHotline, inside, services
from tests.fakes.said import said

from .test_partner_handovers import Book as HandoverBook

OTHER = "xm1-1790000000.2"
As = Callable[..., httpx.AsyncClient]


def person(role: Role = Role.AGENT, account: str = "1001", seat: str = "8001") -> Who:
    return Who(account, "陈晓岚", role, RIGHTS[role], session="01ARZ3NDEKTSV4RRFFQ69G5FAV", seat=SeatId(seat))


class Log:
    """An audit log that remembers."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, dict[str, str]]] = []

    async def append(self, at: datetime, actor: str, action: str, *, call: str = "", detail: Any = None) -> int:
        self.rows.append((actor, action, call, dict(detail or {})))
        return len(self.rows)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def now() -> list[datetime]:
    """The clock; a test may set it."""
    return [NOON]


@pytest.fixture
def as_(fake: FakeHotline, log: Log, now: list[datetime]) -> As:
    given = replace(services(fake), audit=log, clock=lambda: now[0])  # type: ignore[arg-type]

    def client(who: Who | None = None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(inside(given, who or person()), raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://hotline")

    return client


# -- the pop ---------------------------------------------------------------------------


async def test_a_pop_tells_who_calls(as_: As, fake: FakeHotline) -> None:
    """Area, carrier, line, earlier calls with their recordings and tickets; asked for in every way of writing the number."""
    answer = await as_().get(f"/api/calls/{CALL}/pop")
    assert answer.status_code == 200
    told = answer.json()
    assert told["party"] == {"number": "13800000001", "area": "北京", "carrier": "移动", "kind": "mobile"}
    assert (told["line_name"], told["partner_name"], told["calls_30_days"]) == ("12319 直拨", "", 3)
    (earlier,) = told["earlier"]
    assert earlier["ticket_ids"] == ["01ARZ3NDEKTSV4RRFFQ69G5FAV"]
    assert earlier["recordings"] == [
        {"part": 1, "state": "shelved", "seconds": 65.0, "format": "opus", "faults": "short"}
    ]
    ((number, since, but),) = fake.shelf.callers.asked
    assert number == "13800000001"
    assert (since, but) == (NOON - timedelta(days=30), CALL)


async def test_a_pop_tells_what_the_caller_went_through(as_: As, fake: FakeHotline) -> None:
    """Also of who withholds his number: it is about this call alone."""
    fake.shelf.callers.passed = (Passed(NOON, "told", "mandarin", 3, 4), Passed(NOON, "progress", result="wrong"))
    for caller in ("13800000001", "anonymous"):
        fake.known[CALL] = Call(CALL, caller=caller)
        told = (await as_().get(f"/api/calls/{CALL}/pop")).json()["went_through"]
        assert [(one["what"], one["queue"], one["place"], one["minutes"], one["result"]) for one in told] == [
            ("told", "mandarin", 3, 4, ""),
            ("progress", "", 0, None, "wrong"),
        ]


@pytest.mark.parametrize("written", ["anonymous", "0", "00000000", "-1", "unavailable"])
async def test_a_placeholder_is_nobodys_story(as_: As, fake: FakeHotline, written: str) -> None:
    """Who shows no number, or one that stands for none, sees nobody's calls and tickets (kind B)."""
    fake.known[CALL] = Call(CALL, caller=written)
    told = (await as_().get(f"/api/calls/{CALL}/pop")).json()
    assert (told["earlier"], told["tickets"], told["party"]["kind"]) == ([], [], "hidden")
    assert all(not numbers for numbers, _since, _but in fake.shelf.callers.asked)


async def test_a_partners_own_number_is_nobodys_story(as_: As, fake: FakeHotline) -> None:
    """110 hands over many citizens: its number finds none of them; the one it named is found."""
    fake.known[CALL] = Call(CALL, caller="110", partner="110", line="partner")
    told = (await as_().get(f"/api/calls/{CALL}/pop")).json()
    assert (told["partner_name"], told["earlier"], told["party"]["kind"]) == ("110 报警", [], "short")
    fake.known[CALL] = Call(CALL, caller="110", partner="110", line="partner", origin="13800000001")
    assert (await as_().get(f"/api/calls/{CALL}/pop")).json()["party"]["area"] == "北京"


async def test_an_agent_asks_for_own_calls_only(as_: As, fake: FakeHotline) -> None:
    """Another's call is refused, unless one talked in it or it is at the own seat now; a supervisor may have any."""
    fake.known[CallId(OTHER)] = Call(CallId(OTHER), agent="1002", seat="8002")
    assert (await as_().get(f"/api/calls/{OTHER}/pop")).status_code == 403
    fake.shelf.agents.talks.add(("1001", OTHER))
    assert (await as_().get(f"/api/calls/{OTHER}/pop")).status_code == 200
    supervisor = person(Role.SUPERVISOR, "2001", "")
    assert (await as_(supervisor).get(f"/api/calls/{OTHER}/pop")).status_code == 200
    assert (await as_(person(Role.OPERATOR, "root", "")).get(f"/api/calls/{OTHER}/pop")).status_code == 403
    assert (await as_().get("/api/calls/xm1-0.0/pop")).status_code == 403
    assert (await as_(supervisor).get("/api/calls/xm1-0.0/pop")).status_code == 404
    fake.known[CALL] = Call(CALL, agent="1009")
    assert (await as_().get(f"/api/calls/{CALL}/pop")).status_code == 200  # seat 8001 has it


async def test_numbers_are_masked_once_the_call_is_settled(as_: As, fake: FakeHotline) -> None:
    """In every place of the answer; an auditor never sees them."""
    fake.known[CALL] = Call(CALL, ended_at=NOON, outcome="ticket")
    facts, who = CallFacts(CALL, ani="13800000001"), Person(phones=("13800000001",))
    push = Push(ticket(1, facts=facts, person=who), DeliveryState.WAITING, 0, 0, NOON, False)
    fake.shelf.callers.told = Story([past("xm1-1.1")], [push], 1, 1, False)
    for one in (person(), person(Role.AUDITOR, "a1", "")):
        answer = await as_(one).get(f"/api/calls/{CALL}/pop")
        assert "13800000001" not in answer.text
        assert answer.json()["party"]["number"] == "138****0001"
        assert answer.json()["tickets"][0]["ticket"]["person"]["phones"] == ["138****0001"]
    assert "13800000001" in (await as_(person(Role.SUPERVISOR, "2001")).get(f"/api/calls/{CALL}/pop")).text


async def test_whom_an_agent_dialled_is_masked_when_it_is_over(as_: As, fake: FakeHotline) -> None:
    """An outbound call is given no outcome: it is settled when it ends. Its ticket names the citizen as who was called."""
    fake.known[CALL] = Call(CALL, direction="outbound", caller="8001", dialled="13800000001")
    facts = CallFacts(CALL, ani="8001", dnis="13800000001")
    push = Push(ticket(1, facts=facts), DeliveryState.WAITING, 0, 0, NOON, False)
    fake.shelf.callers.told = Story([], [push], 0, 1, True)
    assert (await as_().get(f"/api/calls/{CALL}/pop")).json()["party"]["number"] == "13800000001"
    fake.known[CALL] = replace(fake.known[CALL], ended_at=NOON)
    answer = await as_().get(f"/api/calls/{CALL}/pop")
    assert "13800000001" not in answer.text
    assert answer.json()["tickets"][0]["ticket"]["facts"]["dnis"] == "138****0001"


async def test_a_dialled_number_opens_no_story(as_: As, fake: FakeHotline, log: Log) -> None:
    """We call a citizen whom we owe nothing: nothing of them is told, and the ledger is not even asked. Nor a supervisor."""
    fake.known[CALL] = Call(CALL, direction="outbound", caller="8001", dialled="13900000009")
    for who in (None, person(Role.SUPERVISOR, "2001", "8003")):
        told = (await (as_(who) if who else as_()).get(f"/api/calls/{CALL}/pop")).json()
        assert (told["earlier"], told["tickets"], told["calls_30_days"]) == ([], [], 0)
        assert told["story_withheld"] == "not_owed"
    assert fake.shelf.callers.asked == []
    assert log.rows == []


async def test_a_call_back_owed_opens_the_story_once_audited(as_: As, fake: FakeHotline, log: Log) -> None:
    """Each showing is a row; the page that asks again is the same showing."""
    fake.known[CALL] = Call(CALL, direction="outbound", caller="8001", dialled="13800000001")
    fake.shelf.callers.told = replace(fake.shelf.callers.told, callback_open=True)
    page = as_()
    for _again in range(3):
        told = (await page.get(f"/api/calls/{CALL}/pop")).json()
        assert told["story_withheld"] == ""
        assert len(told["earlier"]) == 1
    assert [row[1] for row in log.rows] == ["story_shown"]
    assert "13800000001" not in str(log.rows)


class Shared:
    """Of partners' matters the one that is known, of the ticket ``first``."""

    def __init__(self, first: str) -> None:
        self.first = first

    async def of_number(self, partner: str, number: str) -> Matter | None:
        known = (partner, number) == ("12345", "FZ77")
        return Matter("M", partner, number, self.first, "", "", None, "", "", "") if known else None


async def shown_order(fake: FakeHotline, log: Log, first: Push, **call: Any) -> Any:
    """The pop of a call that 12345 hands over with FZ77, whose matter has ``first``; asked twice, as a page does."""
    fake.book.put(first)
    fake.known[CALL] = Call(CALL, **({"partner": "12345", "reference": "FZ77"} | call))
    plugs = services(fake)
    handovers = Handovers({}, HandoverBook(fake), lambda: None, matters=Shared(first.ticket.id))  # type: ignore[arg-type]
    plugs = replace(plugs, handovers=handovers, audit=log)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(inside(plugs, person()), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hotline") as page:
        await page.get(f"/api/calls/{CALL}/pop")
        return (await page.get(f"/api/calls/{CALL}/pop")).json()["partner_ticket"]


def filed_by(agent: str, **fields: Any) -> Push:
    one = ticket(2, agent=agent, title="路面塌陷 13806010077", person=Person(name="林某某"), **fields)
    return Push(one, DeliveryState.DELIVERED, 1, 0, NOON, False, case_number="20260101000010", query_code="48151623")


async def test_a_partners_work_order_shows_the_matter_whoever_filed_it(fake: FakeHotline, log: Log) -> None:
    """With what it is about and its case, for a supplement; nothing of whose it was; in the log once."""
    told = await shown_order(fake, log, filed_by("1002"))
    assert (told["case_number"], told["ticket"]["title"]) == ("20260101000010", "路面塌陷 138****0077")
    for secret in ("林某某", "13806010077", "48151623"):
        assert secret not in json.dumps(told, ensure_ascii=False)
    shown = [row for row in log.rows if row[1] == "progress_shown"]
    assert [row[3] for row in shown] == [{"partner": "12345", "ticket": told["id"]}]


async def test_a_partners_work_order_shows_its_matter_though_the_story_is_kept_back(
    fake: FakeHotline, log: Log
) -> None:
    told = await shown_order(fake, log, filed_by("1002"), anonymous=True)
    assert told["case_number"] == "20260101000010"


async def test_of_a_confidential_matter_the_number_alone(fake: FakeHotline, log: Log) -> None:
    told = await shown_order(fake, log, filed_by("1002", confidential=True))
    assert (told["case_number"], told["ticket"]["title"]) == ("20260101000010", "")


@pytest.mark.parametrize("call", [{"reference": "FZ78"}, {"partner": "110"}, {"partner": "", "reference": "FZ77"}])
async def test_another_work_order_shows_nothing(fake: FakeHotline, log: Log, call: dict[str, Any]) -> None:
    assert await shown_order(fake, log, filed_by("1001"), **call) is None
    assert [row for row in log.rows if row[1] == "progress_shown"] == []


async def test_stories_have_a_measure(as_: As, fake: FakeHotline, log: Log) -> None:
    """Of calls that we dial ten in ten minutes; of who calls us more than any telephone can ring."""
    fake.shelf.callers.told = replace(fake.shelf.callers.told, callback_open=True)

    page = as_()

    async def told(direction: str, count: int) -> int:
        shown = 0
        for n in range(count):
            call = CallId(f"xm1-{direction}.{n}")
            fake.known[call] = Call(call, direction=direction, dialled="13800000001")
            shown += (await page.get(f"/api/calls/{call}/pop")).json()["story_withheld"] == ""
        return shown

    assert await told("outbound", 15) == 10
    assert await told("inbound", 65) == 60
    assert [row[1] for row in log.rows].count("stories_refused") == 1


async def test_an_anonymous_caller_has_no_story(as_: As, fake: FakeHotline) -> None:
    """Their ticket is filed, the phone rings at the next seat: no number, no story, nobody to look up."""
    fake.known[CALL] = Call(CALL, anonymous=True)
    told = (await as_().get(f"/api/calls/{CALL}/pop")).json()
    assert (told["call"]["caller"], told["party"]["number"], told["party"]["kind"]) == ("", "", "hidden")
    assert (told["story_withheld"], told["earlier"]) == ("anonymous", [])


# -- drafts ----------------------------------------------------------------------------


async def test_drafts_of_calls_that_do_not_exist_are_bounded(as_: As) -> None:
    """Thirty; what stands may still be written on, and the own call's form is never refused."""
    me = as_()
    body = {"version": 1, "fields": {"title": "x"}}
    told = [(await me.put(f"/api/calls/made-up.{n}/draft", json=body)).status_code for n in range(35)]
    assert told == [200] * 30 + [429] * 5
    assert (await me.put("/api/calls/made-up.3/draft", json=body | {"version": 2})).status_code == 200
    assert (await me.put(f"/api/calls/{CALL}/draft", json=body)).status_code == 200


async def test_which_calls_there_are_is_not_told(as_: As, fake: FakeHotline) -> None:
    """Another's call and none: one answer, to the letter; who sees all calls is told which it is."""
    theirs = as_(person(account="1002", seat="8002"))
    why = said(purpose="质检", reason="质检")
    for path in ("", "/pop", "/tickets", "/recording"):
        known, unknown = [await theirs.get(f"/api/calls/{call}{path}", headers=why) for call in (CALL, "xm1-1.9")]
        assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
        assert known.status_code == 403
    assert (await as_(person(Role.SUPERVISOR, "2001", "8003")).get("/api/calls/xm1-1.9")).status_code == 404


async def test_a_draft_is_kept_and_found_again(as_: As) -> None:
    """Of a call nobody knows yet, too; nobody else sees it."""
    me, other = as_(), as_(person(account="1002", seat="8002"))
    fields = {"title": "路灯不亮", "place": {"lng": 118.1}, "part": None}
    done = await me.put(f"/api/calls/{OTHER}/draft", json={"version": 2, "fields": fields})
    assert done.status_code == 200
    assert done.json() == {"call": OTHER, "agent": "1001", "version": 2, "at": "2026-10-01T04:00:00Z", "fields": fields}
    assert (await me.get(f"/api/calls/{OTHER}/draft")).json() == done.json()
    assert (await me.get("/api/my/drafts")).json() == [done.json()]
    none = (await other.get(f"/api/calls/{OTHER}/draft")).json()
    assert (none["version"], none["fields"]) == (0, {})
    assert (await other.get("/api/my/drafts")).json() == []
    assert (await me.delete(f"/api/calls/{OTHER}/draft")).json()["done"]
    assert not (await me.delete(f"/api/calls/{OTHER}/draft")).json()["done"]


async def test_an_older_draft_is_refused(as_: As) -> None:
    """409 says which version stands; the same again is no conflict."""
    me, path = as_(), f"/api/calls/{CALL}/draft"
    for version, fields, status in ((3, {"a": 1}, 200), (3, {"a": 1}, 200), (3, {"a": 2}, 409), (2, {"a": 1}, 409)):
        answer = await me.put(path, json={"version": version, "fields": fields})
        assert answer.status_code == status, (version, fields)
    assert (answer.json()["error"], answer.json()["field"], answer.json()["allowed"]) == ("older", "version", ["3"])


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ('{"version": 1, "fields": {"content": "' + "字" * 6000 + '"}}', 413),
        ('{"version": 1, "fields": {"a": NaN}}', 422),
        ('{"version": 0, "fields": {}}', 422),
        ('{"version": 1, "fields": []}', 422),
        ('{"version": 1, "fields": {}, "agent": "1002"}', 422),
    ],
)
async def test_a_draft_that_is_none(as_: As, content: str, status: int) -> None:
    """Too large, no JSON, or told with what the session says."""
    answer = await as_().put(f"/api/calls/{CALL}/draft", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text


# -- mine --------------------------------------------------------------------------------


async def test_my_day_is_the_centres(as_: As, fake: FakeHotline, now: list[datetime]) -> None:
    """From midnight in Xiamen, not in Greenwich; numbers of settled calls masked, of open ones not."""
    now[0] = datetime(2026, 10, 1, 20, 0, tzinfo=UTC)
    told = (await as_().get("/api/my/day")).json()
    agent, since, until = fake.shelf.agents.asked[0]
    assert (agent, since, until) == (
        "1001", datetime(2026, 10, 1, 16, tzinfo=UTC), datetime(2026, 10, 2, 16, tzinfo=UTC),
    )  # fmt: skip
    assert (told["answered"], told["talk_seconds_mean"], told["direct"]) == (4, 100.0, 1)
    assert [row["caller"] for row in told["without_outcome"]] == ["13800000009"]


async def test_my_calls_and_tickets_page_by_page(as_: As, fake: FakeHotline) -> None:
    """The session says whose; a page goes on where the one before ended."""
    fake.shelf.agents.pushes = [Push(ticket(1), DeliveryState.WAITING, 0, 0, NOON, False)]
    calls = (await as_().get("/api/my/calls", params={"after": OTHER, "most": 5})).json()
    assert [row["caller"] for row in calls] == ["138****0001", "138****0001"]
    tickets = (await as_().get("/api/my/tickets", params={"before": "0" * 26})).json()
    assert [row["ticket"]["title"] for row in tickets] == ["湖滨南路积水 1"]
    assert fake.shelf.agents.asked == [("1001", OTHER, 5), ("1001", "0" * 26, 100)]
    assert (await as_(person(Role.AUDITOR)).get("/api/my/calls")).status_code == 403


async def test_the_phone_book_is_the_settings(as_: As) -> None:
    """In their order."""
    told = (await as_().get("/api/phonebook")).json()
    assert told[0] == {"key": "mayor", "name": "12345 市长专线", "number": "12345", "group": "linkage"}


async def test_a_seats_day_is_for_supervisors(as_: As, fake: FakeHotline) -> None:
    """Whoever sits there now."""
    supervisor = as_(person(Role.SUPERVISOR, "2001"))
    told = (await supervisor.get("/api/seats/8002/day")).json()
    assert (told["agent"], told["agent_name"], told["answered"]) == ("1001", "陈晓岚", 4)
    assert told["states"] == [["2026-09-30T16:00:00Z", "ready", ""]]
    assert (await supervisor.get("/api/seats/8999/day")).status_code == 404
    assert (await as_().get("/api/seats/8001/day")).status_code == 403


# -- recordings ------------------------------------------------------------------------------


async def test_a_recording_is_heard_after_the_log_knows(
    as_: As, fake: FakeHotline, log: Log, now: list[datetime]
) -> None:
    """Whole or in parts; one row a listening, however often it seeks; another purpose is another listening."""
    fake.shelf.tapes.sounds[RecordingId(CALL)] = Sound(b"OggS 0123456789")
    me, path = as_(), f"/api/calls/{CALL}/recording"
    whole = await me.get(path, headers=said(purpose=" 回访 "))
    assert (whole.status_code, whole.content) == (200, b"OggS 0123456789")
    assert whole.headers["content-type"] == "audio/ogg; codecs=opus"
    assert (whole.headers["accept-ranges"], whole.headers["content-length"]) == ("bytes", "15")
    part = await me.get(path, headers=said(purpose="回访") | {"Range": "bytes=5-8"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, b"0123", "bytes 5-8/15")
    beyond = await me.get(path, headers=said(purpose="回访") | {"Range": "bytes=15-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */15")
    assert log.rows == [("1001", "listened", CALL, {"purpose": "回访", "part": "1"})]
    await me.get(path, headers=said(purpose="投诉"))
    now[0] = NOON + ONE_LISTENING
    await me.get(path, headers=said(purpose="回访"))
    assert len(log.rows) == 3


async def test_a_waveform_is_a_listening(as_: As, fake: FakeHotline, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row with the sound that follows; a damaged one is none, and no row."""
    tapes, ident = fake.shelf.tapes, RecordingId(CALL)
    tapes.sounds[ident] = Sound(b"OggS 0123456789")
    me, path = as_(), f"/api/calls/{CALL}/recording"
    whole = tapes.waveform

    async def cut(ident: RecordingId) -> bytes:
        return (await whole(ident))[:-9]

    monkeypatch.setattr(tapes, "waveform", cut)
    broken = await me.get(f"{path}/waveform", headers=said(purpose="回访"))
    assert (broken.status_code, broken.json()["error"], log.rows) == (404, "recording_none", [])
    monkeypatch.setattr(tapes, "waveform", whole)
    for where in (f"{path}/waveform", path, f"{path}/waveform"):
        assert (await me.get(where, headers=said(purpose="回访"))).status_code == 200
    assert log.rows == [("1001", "listened", CALL, {"purpose": "回访", "part": "1"})]


async def test_each_part_is_listed_and_heard_by_itself(as_: As, fake: FakeHotline, log: Log) -> None:
    """A call with two recordings: both told in order, each heard by its number, each listening a row that names it."""
    first = Tape(1, "a.raw", "dropped", "2026/10/01/a.opus", "opus", 65.0, "", True, (), "", NOON,
                 NOON, NOON, "24 months are over", "retention")  # fmt: skip
    second = Tape(2, "b.raw", "shelved", "2026/10/01/a+2.opus", "opus", 7.0, "", True, ("short",), "", NOON)
    fake.known[CALL] = Call(CALL, ended_at=NOON, outcome="ticket")
    fake.shelf.tapes.told[CALL] = [first, second]
    fake.shelf.tapes.holds.add(CALL)
    fake.shelf.tapes.sounds[RecordingId(CALL, 2)] = Sound(b"OggS second")
    me = as_()
    told = (await me.get(f"/api/calls/{CALL}/recordings")).json()
    assert [(one["part"], one["state"], one["seconds"], one["held"]) for one in told] == [
        (1, "dropped", 65.0, True), (2, "shelved", 7.0, True),
    ]  # fmt: skip
    assert told[0]["dropped_why"] == "24 months are over"
    assert told[0]["kept_until"] == told[0]["dropped_at"] is not None
    path = f"/api/calls/{CALL}/recording"
    heard = await me.get(path, params={"part": 2}, headers=said(purpose="回访"))
    assert (heard.status_code, heard.content) == (200, b"OggS second")
    assert (await me.get(path, headers=said(purpose="回访"))).status_code == 404  # the first is not the second
    fake.shelf.tapes.sounds[RecordingId(CALL, 1)] = Sound(b"OggS first")
    assert (await me.get(path, headers=said(purpose="回访"))).content == b"OggS first"
    assert log.rows == [("1001", "listened", CALL, {"purpose": "回访", "part": part}) for part in ("2", "1")]
    for part in ("0", "-1", "2e0", "10000", "zwei"):
        assert (await me.get(path, params={"part": part}, headers=said(purpose="回访"))).status_code == 422


async def test_which_recordings_there_are_is_told_to_who_may_hear_them(as_: As, fake: FakeHotline) -> None:
    """Own calls; others' with the right; a call without any has an empty list."""
    fake.known[CallId(OTHER)] = Call(CallId(OTHER), agent="1002", seat="8002")
    path = f"/api/calls/{OTHER}/recordings"
    assert (await as_().get(path)).status_code == 403
    assert (await as_(person(Role.OPERATOR, "root")).get(path)).status_code == 403
    assert (await as_(person(Role.AUDITOR, "a1")).get(path)).json() == []


async def test_a_message_is_heard_by_whoever_is_to_call_back(as_: As, fake: FakeHotline, log: Log) -> None:
    """Nobody talked in that call: the owner of its call-back hears it, with a purpose; before and after he is a stranger to it."""
    fake.known[CallId(OTHER)] = Call(CallId(OTHER), agent="", seat="", ended_at=NOON, outcome="missed")
    fake.shelf.tapes.sounds[RecordingId(CallId(OTHER))] = Sound(b"OggS message")
    rows, path = fake.shelf.callbacks.rows, f"/api/calls/{OTHER}/recording"
    for kind, owner, status in (
        (Kind.VOICEMAIL, "", 403), (Kind.VOICEMAIL, "1002", 403), (Kind.MISSED, "1001", 403), (Kind.VOICEMAIL, "1001", 200),
    ):  # fmt: skip
        rows[OTHER] = task(OTHER, kind=kind, owner=owner)
        assert (await as_().get(f"{path}s")).status_code == status
        assert (await as_().get(path, headers=said(purpose="回拨"))).status_code == status
    assert (await as_().get(path)).status_code == 422
    assert log.rows == [("1001", "listened", OTHER, {"purpose": "回拨", "part": "1"})]


@pytest.mark.parametrize(
    ("why", "status", "error"),
    [
        ("raw", 409, "recording_raw"),
        ("none", 404, "recording_none"),
        ("failed", 404, "recording_failed"),
        ("dropped", 404, "recording_dropped"),
        ("damaged", 409, "recording_damaged"),
    ],
)
async def test_no_recording_says_why(as_: As, fake: FakeHotline, log: Log, why: str, status: int, error: str) -> None:
    """Not ready, none, lost or broken are told apart, and nothing is audited that nobody heard."""
    fake.shelf.tapes.why = why
    fake.known[CALL] = Call(CALL, ended_at=NOON, outcome="ticket")
    answer = await as_().get(f"/api/calls/{CALL}/recording", headers=said(purpose="回访"))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert log.rows == []
    fake.known[CALL] = Call(CALL)
    alive = await as_().get(f"/api/calls/{CALL}/recording", headers=said(purpose="回访"))
    assert alive.status_code == (409 if why == "none" else status)


async def test_others_recordings_want_the_right(as_: As, fake: FakeHotline, log: Log) -> None:
    """An agent hears own calls only; who may hear all must say why like everybody."""
    fake.known[CallId(OTHER)] = Call(CallId(OTHER), agent="1002", seat="8002")
    fake.shelf.tapes.sounds[RecordingId(CallId(OTHER))] = Sound(b"OggS")
    path = f"/api/calls/{OTHER}/recording"
    assert (await as_().get(path, headers=said(purpose="回访"))).status_code == 403
    assert (await as_(person(Role.OPERATOR, "root")).get(path, headers=said(purpose="回访"))).status_code == 403
    assert (await as_(person(Role.AUDITOR, "a1")).get(path, headers=said(purpose="质检"))).status_code == 200
    for purpose in ({}, said(purpose=""), said(purpose="  "), said(purpose="\n\u200b"), {"X-Hotline-Purpose": "%ff"},
                    said(purpose="x" * 201)):  # fmt: skip
        assert (await as_(person(Role.SUPERVISOR, "2001")).get(path, headers=purpose)).status_code == 422
    assert log.rows == [("a1", "listened", OTHER, {"purpose": "质检", "part": "1"})]


async def test_a_player_is_told_the_purpose_before_it_asks(
    as_: As, fake: FakeHotline, log: Log, now: list[datetime]
) -> None:
    """A browser's player sends no header of ours: the purpose said before is that session's, for that recording, for
    four hours; what is heard is audited as it is heard."""
    fake.shelf.tapes.sounds[RecordingId(CALL)] = Sound(b"OggS")
    me, chief, path = as_(), as_(replace(person(Role.SUPERVISOR, "2001"), session="s9")), f"/api/calls/{CALL}/recording"
    assert (await me.get(path)).status_code == 422
    assert (await me.post(path, json={"purpose": " . "})).status_code == 422
    told = await me.post(path, json={"purpose": " 回访 "})
    assert (told.status_code, told.json()["part"]) == (200, 1)
    assert log.rows == []
    assert (await me.get(path)).content == b"OggS"
    assert (await me.get(path, params={"part": 2})).status_code == 422
    assert (await chief.get(path)).status_code == 422
    assert log.rows == [("1001", "listened", CALL, {"purpose": "回访", "part": "1"})]
    now[0] = datetime.fromisoformat(told.json()["until"])
    assert (await me.get(path)).status_code == 422


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("", Span(0, 9, False)),
        ("bytes=0-", Span(0, 9, True)),
        ("bytes=2-3", Span(2, 3, True)),
        ("bytes=2-99", Span(2, 9, True)),
        ("bytes=-4", Span(6, 9, True)),
        ("bytes=-40", Span(0, 9, True)),
        ("bytes=10-", None),
        ("bytes=-0", None),
        ("bytes=5-2", Span(0, 9, False)),
        ("bytes=0-1,3-4", Span(0, 9, False)),
        ("seconds=1-2", Span(0, 9, False)),
        ("bytes=-", Span(0, 9, False)),
    ],
)
def test_what_a_range_asks_for(header: str, wanted: Span | None) -> None:
    """RFC 9110: what makes no sense is answered whole, what is not there with 416."""
    assert span(header, 10) == wanted


def test_the_memory_of_listenings_is_bounded() -> None:
    """The oldest are forgotten: that costs a row, never one too few."""
    memory = Playbacks()
    for n in range(1500):
        memory.audited("1001", f"xm1-{n}.1", "回访", NOON)
    assert memory.fresh("1001", "xm1-0.1", "回访", NOON)
    assert not memory.fresh("1001", "xm1-1499.1", "回访", NOON)
