"""The REST door with a fake hotline behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from agents import commands
from agents.commands import Refused, Why
from agents.own_reasons import AgentId
from bridge.case_state import CaseState
from bridge.case_store_messages import MessageId, MessageKind, filing, key_of
from bridge.delivery_state import DeliveryState
from bridge.drivers import CaseEvent
from bridge.events import CallDisposed, TicketFiled
from bridge.ticket import TicketId, ticket_id
from config.language import sentence
from console.ports import Vital
from cti.ids import CallId, SeatId
from tests.fakes.hotline import CALL, Call, FakeHotline
from tests.fakes.said import said

TICKET: dict[str, Any] = {"kind": "投诉", "title": "积水", "content": "湖滨南路积水", "urgency": "紧急"}
S = SeatId("8001")


async def test_file_during_call(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """A ticket about a live call is filed with what is known of the call, told to the fake, and goes out."""
    answer = await client.post(f"/api/calls/{CALL}/tickets", json=TICKET)
    assert answer.status_code == 201
    body = answer.json()
    assert body["state"] == "waiting"
    assert body["ticket"]["kind"] == "complaint"
    assert body["ticket"]["facts"]["ani"] == "13800000001"
    assert (body["ticket"]["agent"], body["ticket"]["seat"]) == ("1001", "8001")
    assert [type(event) for event in fake.heard] == [TicketFiled]
    assert fake.wakes == 1
    assert (await client.get(answer.headers["location"])).json() == body
    assert (await client.get(f"/api/calls/{CALL}/tickets")).json() == [body]
    assert (await client.get("/api/tickets")).json() == [body]


async def test_file_twice(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """The same ticket again is the first one; another one needs its own part of the call."""
    first = await client.post(f"/api/calls/{CALL}/tickets", json=TICKET)
    again = await client.post(f"/api/calls/{CALL}/tickets", json=TICKET)
    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]
    other = TICKET | {"title": "井盖缺失"}
    refused = await client.post(f"/api/calls/{CALL}/tickets", json=other)
    assert (refused.status_code, refused.json()["error"]) == (409, "already_filed")
    assert (await client.post(f"/api/calls/{CALL}/tickets?part=2", json=other)).status_code == 201
    assert len(fake.book.rows) == 2


async def test_handed_over(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """A call that 12345 handed over keeps the citizen's own number and the channel."""
    call = CallId("xm1-2.2")
    fake.known[call] = Call(call, partner="12345", origin="13911112222", caller="059212345")
    body = (await client.post(f"/api/calls/{call}/tickets", json=TICKET)).json()["ticket"]
    assert (body["channel"], body["facts"]["ani"], body["facts"]["ani_trust"]) == (
        "partner_12345", "13911112222", "partner",
    )  # fmt: skip


async def test_unknown_call(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """A ticket about a call nobody knows is refused, naming it, and nothing is written."""
    answer = await client.post("/api/calls/xm1-9.9/tickets", json=TICKET)
    assert (answer.status_code, answer.json()["field"]) == (404, "call")
    assert fake.book.rows == {}


async def test_without_call(client: httpx.AsyncClient) -> None:
    """A ticket without a call needs the sender's key, and the key makes repetition harmless."""
    assert (await client.post("/api/tickets", json=TICKET)).status_code == 422
    headers = {"Idempotency-Key": "letter-2026-0001"}
    first = await client.post("/api/tickets", json=TICKET, headers=headers)
    again = await client.post("/api/tickets", json=TICKET, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)


async def test_wrong_ticket(client: httpx.AsyncClient) -> None:
    """A wrong ticket names the field, the message, what is allowed, and every further problem."""
    answer = await client.post(f"/api/calls/{CALL}/tickets", json={"kind": "投拆", "title": "x" * 51})
    body = answer.json()
    assert answer.status_code == 422
    assert (body["error"], body["field"]) == ("invalid", "kind")
    assert "complaint" in body["message"]
    assert "enquiry" in body["allowed"]
    assert [problem["field"] for problem in body["problems"]] == ["kind", "title", "content"]


async def test_dispose(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """A call is refused with a code, corrected to a direct answer, and cannot be disposed of once a ticket is filed."""
    path = f"/api/calls/{CALL}/disposition"
    wrong = await client.post(path, json={"outcome": "refused"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "code")
    assert (await client.post(path, json={"outcome": "refused", "code": "court"})).json()["outcome"] == "refused"
    direct = await client.post(path, json={"outcome": "direct", "note": "已告知\n办理流程"})
    assert direct.json() == {"outcome": "direct", "replaced": "refused"}
    assert [type(event) for event in fake.heard] == [CallDisposed, CallDisposed]
    await client.post(f"/api/calls/{CALL}/tickets", json=TICKET)
    assert (await client.post(path, json={"outcome": "nuisance"})).status_code == 409


async def test_dead_letters(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """A dead letter is listed, corrected in one field and sent again; a wrong correction changes nothing."""
    ident = TicketId((await client.post(f"/api/calls/{CALL}/tickets", json=TICKET)).json()["id"])
    assert (await client.post(f"/api/dead-letters/{ident}/replay")).status_code == 404
    (sent,) = await fake.book.due(fake.book.rows[ident].next_try, 1)
    await fake.book.poisoned(sent, "unknown code", sent.next_try)
    assert [row["id"] for row in (await client.get("/api/dead-letters")).json()] == [ident]
    wrong = await client.post(f"/api/dead-letters/{ident}/replay", json={"kind": "nonsense"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "kind")
    elsewhere = await client.post(f"/api/dead-letters/{ident}/replay", json={"merged_into": "C7"})
    assert (elsewhere.status_code, elsewhere.json()["field"]) == (422, "merged_into")
    assert fake.book.rows[ident].state is DeliveryState.POISONED
    fixed = await client.post(f"/api/dead-letters/{ident}/replay", json={"kind": "help"})
    assert fixed.json()["ticket"]["kind"] == "help"
    assert fixed.json()["ticket"]["title"] == "积水"
    assert fake.book.rows[ident].state is DeliveryState.WAITING
    assert fake.wakes == 2


async def test_dead_letters_of_later_messages(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """Its words are shown and changed, by the message's own id; when and by whom it was said stays."""
    ident = TicketId((await client.post(f"/api/calls/{CALL}/tickets", json=TICKET)).json()["id"])
    push = fake.book.rows[ident]
    message = MessageId(ticket_id(push.ticket.filed_at, b"supplement"))
    key = key_of(push.ticket.key, MessageKind.SUPPLEMENT, "1")
    said = {"text": "水又涨了", "at": "2026-10-01T04:00:00+00:00", "by": "1001"}
    await fake.book.add(
        replace(filing(push.ticket), id=message, kind=MessageKind.SUPPLEMENT, key=key, payload=said), push.next_try
    )
    fake.book.put(replace(push, state=DeliveryState.DELIVERED))
    (sent,) = await fake.book.due(push.next_try, 1)
    await fake.book.poisoned(sent, "text: too long", sent.next_try)
    (row,) = (await client.get("/api/dead-letters")).json()
    assert (row["message"], row["kind"], row["payload"]) == (message, "supplement", said)
    path = f"/api/dead-letters/{message}/replay"
    for wrong, field in (
        ({"text": " "}, "text"),
        ({"text": 1}, "text"),
        ({"by": "1002"}, "by"),
        ({"kind": "help"}, "kind"),
    ):
        refused = await client.post(path, json=wrong)
        assert (refused.status_code, refused.json()["field"]) == (422, field)
    assert (await client.post(path, json={"text": "水涨"})).status_code == 200
    (again,) = await fake.book.due(push.next_try + timedelta(days=1), 1)
    assert again.message.payload == {**said, "text": "水涨"}


@pytest.mark.parametrize(
    ("path", "body", "request_"),
    [
        ("login", {"agent": "1001"}, commands.LogIn(AgentId("1001"), S)),
        ("logout", None, commands.LogOut(S)),
        ("ready", None, commands.GoReady(S)),
        ("pause", {"reason": "小休"}, commands.Pause(S, "小休")),
        ("end-wrap-up", None, commands.EndWrapUp(S)),
        ("transfer", {"to": "8002"}, commands.TransferBlind(S, "8002")),
        ("transfer", {"to": "110", "kind": "attended"}, commands.TransferAttended(S, "110")),
        ("transfer/complete", None, commands.ConsultComplete(S)),
        ("transfer/cancel", None, commands.ConsultCancel(S)),
        ("transfer/conference", None, commands.Conference(S)),
        ("hold", None, commands.HoldCall(S)),
        ("resume", None, commands.ResumeCall(S)),
        ("hang-up", None, commands.HangUpCall(S)),
        ("call", {"to": "8002"}, commands.CallSeat(S, SeatId("8002"))),
        ("dial", {"number": "13800000001"}, commands.DialOut(S, "13800000001")),
    ],
)
async def test_seat_verbs(client: httpx.AsyncClient, fake: FakeHotline, path: str, body: Any, request_: object) -> None:
    """Each verb reaches the desk as one request."""
    answer = await client.post(f"/api/seats/8001/{path}", json=body)
    assert answer.json() == {"done": True, "detail": ""}
    assert fake.asked == [request_]


@pytest.mark.parametrize(
    ("why", "status", "field"),
    [
        (Why.NOT_NOW, 409, ""),
        (Why.UNKNOWN_REASON, 422, "reason"),
        (Why.BLIND, 503, ""),
        (Why.TELEPHONE, 502, ""),
        (Why.NOT_ALLOWED, 403, ""),
        (Why.TOO_MANY, 429, ""),
    ],
)
async def test_refused(client: httpx.AsyncClient, fake: FakeHotline, why: Why, status: int, field: str) -> None:
    """What the desk refuses comes back with its word, a sentence, and the field at fault."""
    fake.refusal = Refused(why, sentence("because"))
    answer = await client.post("/api/seats/8001/pause", json={"reason": "喝茶"})
    body = answer.json()
    assert (answer.status_code, body["error"], body["field"]) == (status, why, field)
    assert "because" in body["message"]
    assert body["allowed"] == (["小休", "就餐"] if field else [])


async def test_a_refusal_is_said_in_the_pages_language(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """The desk's own sentence in either; what Asterisk said in its own words is only named, and the framework's likewise."""
    fake.refusal = Refused(Why.SEAT_TAKEN, sentence("agent {agent} sits at seat {seat}", agent="1005", seat="8005"))
    told = {}
    for language in ("zh", "en"):
        answer = await client.post("/api/seats/8001/ready", headers={"Accept-Language": language})
        told[language] = answer.json()["message"]
    assert told == {"zh": "座席 8005 已由话务员 1005 签入", "en": "agent 1005 sits at seat 8005"}
    fake.refusal = Refused(Why.TELEPHONE, "refused: No such channel")
    answer = await client.post("/api/seats/8001/ready", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})
    assert answer.json()["message"] == "Asterisk 拒绝或未应答"
    for path, sentence_ in (("/api/nothing", "没有这个地址"), ("/api/calls?most=x", "必须是数字")):
        answer = await client.get(path, headers={"Accept-Language": "zh"})
        assert sentence_ in answer.json()["message"], answer.text


async def test_dialled_is_clean(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """Line ends and dialplan characters never reach the desk."""
    for number in ("123\r\nAction: Originate", "123&SIP/x", "${X}", "1" * 40, "", 12345):
        answer = await client.post("/api/seats/8001/dial", json={"number": number})
        assert (answer.status_code, answer.json()["field"]) == (422, "number")
    assert fake.asked == []


async def test_keys_are_pressed_at_a_desk_phone_from_its_page(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """Digits, stars and hashes; nothing else that could mean something to a telephone."""
    assert (await client.post("/api/seats/8001/keys", json={"keys": "1*#"})).status_code == 200
    assert fake.asked == [commands.PressKeys(SeatId("8001"), "1*#")]
    for keys in ("1,2", "${X}", "", "w1"):
        answer = await client.post("/api/seats/8001/keys", json={"keys": keys})
        assert (answer.status_code, answer.json()["field"]) == (422, "keys")


async def test_unknown_seat(client: httpx.AsyncClient) -> None:
    """An unknown seat is not found, wherever it is named."""
    assert (await client.get("/api/seats/9999")).status_code == 404
    assert (await client.post("/api/seats/9999/ready")).json()["field"] == "seat"


async def test_board_and_health(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """The board is one piece; health is 200 or 503 with the same body; metrics say the same in numbers."""
    board = (await client.get("/api/board")).json()
    assert board["live"] is True
    assert board["queues"][0]["waiting"] == 2
    assert board["seats"][0]["call"] == CALL
    assert (await client.get("/api/health")).json()["ok"] is True
    fake.up = False
    down = await client.get("/api/health")
    assert (down.status_code, down.json()["live"], down.json()["state"]) == (503, False, "broken")
    assert (await client.get("/api/health", params={"of": "calls"})).status_code == 503
    numbers = (await client.get("/metrics")).text
    assert 'hotline_queue_waiting{queue="mandarin"} 2.0' in numbers
    assert 'hotline_seats{state="ready"} 1.0' in numbers
    assert "hotline_board_live 0.0" in numbers


async def test_a_ledger_that_is_away_is_not_a_telephone_that_is(
    client: httpx.AsyncClient, fake: FakeHotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A probe that would restart us on 503 asks of calls; the same page tells a person which of both it is."""

    async def look() -> list[Vital]:
        return [Vital("ledger", False, "away"), Vital("sip", sip), Vital("ami", True)]

    monkeypatch.setattr(fake, "look", look)
    sip = True
    asked = [await client.get("/api/health", params={"of": of}) for of in ("all", "calls")]
    assert [one.status_code for one in asked] == [503, 200]
    assert {(one.json()["state"], one.json()["ok"]) for one in asked} == {("degraded", False)}
    sip = False
    asked = [await client.get("/api/health", params={"of": of}) for of in ("all", "calls")]
    assert [(one.status_code, one.json()["state"]) for one in asked] == [(503, "broken")] * 2


async def test_calls(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """Past calls are asked for by filters; times need a zone."""
    asked = await client.get("/api/calls", params={"since": "2026-10-01T00:00:00+08:00", "line": "citizen", "most": 5})
    assert asked.json()[0]["call"] == CALL
    assert fake.wanted[0].since is not None
    assert fake.wanted[0].since.isoformat() == "2026-09-30T16:00:00+00:00"
    assert (await client.get("/api/calls", params={"since": "2026-10-01T00:00:00"})).status_code == 422
    assert (await client.get("/api/calls/live")).json()[0]["state"] == "talking"
    assert (await client.get(f"/api/calls/{CALL}")).json()["line"] == "citizen"


async def test_codes(client: httpx.AsyncClient) -> None:
    """Codes are found by initials, choices are listed with their names."""
    rubbish = (await client.get("/api/codes", headers=said(q="bllj"))).json()[0]
    assert rubbish["code"] == "0102"
    assert [(one["value"], one["unit"], one["sample"], one["chosen"]) for one in rubbish["conditions"]] == [
        (4, "work_hour", True, True)
    ]
    assert (rubbish["responsible"]["primary"], rubbish["responsible"]["confidence"]) == ("环卫", "role")
    there = await client.get("/api/codes", params={"district": "思明区"}, headers=said(q="违建"))
    assert there.json()[0]["name"] == "私搭乱建"
    assert "思明区" in there.json()[0]["responsible"]["primary"]
    assert there.json()[0]["responsible"]["confidence"] == "place"
    assert (await client.get("/api/choices")).json()["appeal_kind"][1]["zh"] == "投诉"


async def test_a_ticket_tells_delivery_and_case_apart(client: httpx.AsyncClient, fake: FakeHotline) -> None:
    """Waiting, delivered, then moved by the case store; its history where one ticket is asked for, without notes for
    whoever is not shown its content."""
    ident = TicketId(
        (await client.post(f"/api/calls/{CALL}/tickets", json=TICKET | {"confidential": True})).json()["id"]
    )
    path = f"/api/tickets/{ident}"
    told = (await client.get(path)).json()
    assert (told["state"], told["case_state"], told["case_history"], told["message"]) == ("waiting", None, [], ident)
    (sent,) = await fake.book.due(fake.book.rows[ident].next_try, 1)
    await fake.book.delivered(sent, "GD1", "Q1", sent.next_try)
    key, at = sent.message.key, sent.next_try
    events = [
        CaseEvent(key, "GD1", n, state, at, note="SAID") for n, state in ((1, CaseState.FILED), (2, CaseState.CLOSED))
    ]
    await fake.book.hear("city", events, None, at)
    told = (await client.get(path)).json()
    assert (told["state"], told["case_state"], told["case_number"]) == ("delivered", "closed", "GD1")
    assert [(step["sequence"], step["state"]) for step in told["case_history"]] == [(1, "filed"), (2, "closed")]
    assert ("content" in told["withheld"]) == (told["case_history"][0]["note"] == "")
    assert (await client.get("/api/tickets")).json()[0]["case_history"] == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("138 0000 0001", "13800000001"), ("0592-2000001", "05922000001"), ("+8613800000001", "+8613800000001"), ("8001 ", "8001"),
        ("+86 138-0000-0001", "13800000001"), ("\u202d13800000001\u202c", "13800000001"), ("(0592) 12345", "12345"),
        ("王先生 13800000001", "13800000001"), ("13800000001\n", "13800000001"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("way", ["dial", "transfer"])
async def test_a_number_is_dialled_however_it_is_typed(
    client: httpx.AsyncClient, fake: FakeHotline, way: str, typed: str, meant: str
) -> None:
    """Field case A6: what the desk hears are the keys of a telephone; a short number has to stand alone, two are none."""
    field = "number" if way == "dial" else "to"
    assert (await client.post(f"/api/seats/8001/{way}", json={field: typed})).status_code == 200
    heard = commands.DialOut(SeatId("8001"), meant) if way == "dial" else commands.TransferBlind(SeatId("8001"), meant)
    assert fake.asked == [heard]
    for wrong in ("110;", "13800000001/13900000002", "one 110", "anonymous", "138\r\n00000001", "9" * 40):
        answer = await client.post(f"/api/seats/8001/{way}", json={field: wrong})
        assert (answer.status_code, answer.json()["field"]) == (422, field), wrong
