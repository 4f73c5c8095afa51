"""What is said to citizens and partners: rules, and both doors against a real HTTP server that answers, refuses, hangs and is down."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from bridge.case_state import CaseState
from bridge.notifications.doors import NotTaken, Outgoing, Refused, Sent, Unclear
from bridge.notifications.partner_endpoint import Endpoint, PartnerEndpoints
from bridge.notifications.rules import Channel, Kind, Known, Rules, filled, recipient
from bridge.notifications.sms_gateway import Shape, SmsGateway
from bridge.ticket import CallFacts, Person, Ticket
from cti.ids import CallId

from .made import NOON, ticket

PHONE = "13806010077"
RULES = Rules(
    True, "“{title}”案卷号{number}查询码{code} {link}", {CaseState.CLOSED: "{number}已办结"},
    "https://x/cases?n={number}", frozenset({"12345"}),
)  # fmt: skip


def matter(**fields: Any) -> Ticket:
    return replace(ticket(1), person=Person(phones=("0592-5551234", PHONE)), **fields)


def known(one: Ticket, state: CaseState = CaseState.FILED, sequence: int = 0) -> Known:
    return Known(one, "XM20261102000018", "4711", state, sequence, NOON, "市政处")


def test_a_receipt_has_number_code_and_link() -> None:
    """Once after the filing; progress only in states that have a text."""
    (one,) = RULES.of(known(matter()))
    assert (one.channel, one.kind, one.target) == (Channel.SMS, Kind.RECEIPT, PHONE)
    assert one.body == "“湖滨南路积水 1”案卷号XM20261102000018查询码4711 https://x/cases?n=XM20261102000018"
    assert RULES.of(known(matter(), CaseState.DISPATCHED, 1)) == []
    (closed,) = RULES.of(known(matter(), CaseState.CLOSED, 7))
    assert (closed.kind, closed.body) == (Kind.PROGRESS, "XM20261102000018已办结")
    assert len({one.key, closed.key}) == 2


def test_nothing_a_citizen_wrote_is_read_as_a_place_for_a_value() -> None:
    """Nor does an unknown name break the text."""
    (one,) = RULES.of(known(replace(matter(), title="{code}{number}")))
    assert one.body.startswith("“{code}{number}”案卷号XM")
    assert filled("{a} {b} {", {"a": "{b}", "b": "x"}) == "{b} x {"
    assert filled("{who} {a}", {"a": "1"}) == "{who} 1"


@pytest.mark.parametrize(
    "fields",
    [{"anonymous": True}, {"consent": ("no_sms",)}, {"answered_directly": True}, {"person": Person(phones=("05925551234",))}],
)  # fmt: skip
def test_who_is_sent_no_text_message(fields: dict[str, Any]) -> None:
    """Who wants to be nobody, who wants none, who was answered, and who has no mobile; not on request either."""
    one = replace(matter(), facts=CallFacts(CallId("xm1-1.1")), **fields)
    assert recipient(one) is None
    assert RULES.of(known(one)) == []
    assert RULES.again(known(one), "x") is None


def test_a_partner_is_told_each_state_of_its_own() -> None:
    """By its number and ours, with the place in the order; no word of the citizen."""
    one = replace(matter(), external_ids=(("12345", "FZ12345-1"), ("other", "7")), consent=("no_sms",))
    (said,) = RULES.of(known(one, CaseState.DISPATCHED, 3))
    assert (said.channel, said.target, said.key) == (Channel.PARTNER, "12345", f"partner/12345/{one.key}/3")
    told = json.loads(said.body)
    assert (told["their_number"], told["case_number"], told["state"], told["sequence"]) == (
        "FZ12345-1", "XM20261102000018", "dispatched", 3,
    )  # fmt: skip
    assert PHONE not in said.body
    assert one.title not in said.body


# -- the doors -----------------------------------------------------------------------------------


class Gateway:
    """A server on loopback: what it was sent, and what it answers."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        self.hangs = False
        self.drips = False
        self.port = 0

    def says(self, status: int, body: str = "{}") -> None:
        self.answer = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body.encode())}\r\nConnection: close\r\n\r\n{body}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.got.append((headers, body))
            if self.hangs:
                await reader.read()  # until the other side gives up
            else:
                writer.write(self.answer.encode())
                await writer.drain()
                while self.drips and not reader.at_eof():
                    writer.write(b" ")
                    await asyncio.sleep(0.05)
        finally:
            writer.close()


@asynccontextmanager
async def gateway() -> AsyncIterator[Gateway]:
    made = Gateway()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


def outgoing(body: str = "您好") -> Outgoing:
    return Outgoing("01J", "k", Channel.SMS, PHONE, Kind.RECEIPT, body, 0, False, NOON)


async def test_a_gateway_is_spoken_to_as_it_wants() -> None:
    """JSON or a form, its own names, the secret in its header; what it calls the message is kept."""
    async with gateway() as one:
        url = f"http://127.0.0.1:{one.port}/send"
        one.says(200, '{"code": 0, "msgid": "m7"}')
        shape = Shape(url, accepted_field="code", receipt="msgid", more={"sign": "12319"}, key="uid")
        door = SmsGateway(shape, "s3cret")
        assert await door.send(outgoing()) == Sent("m7")
        headers, body = one.got[-1]
        assert headers["authorization"] == "Bearer s3cret"
        assert json.loads(body) == {"sign": "12319", "mobile": PHONE, "content": "您好", "uid": "01J"}
        form = SmsGateway(replace(shape, form=True), "")
        assert await form.send(outgoing("a&b")) == Sent("m7")
        assert parse_qs(one.got[-1][1].decode())["content"] == ["a&b"]
        await asyncio.gather(door.close(), form.close())


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, '{"code": 0}', Sent), (200, '{"code": 17}', Refused), (200, "<html>", Unclear), (400, "{}", Refused),
        (401, "{}", NotTaken), (429, "{}", NotTaken), (503, "{}", NotTaken), (500, "{}", Unclear), (302, "{}", Unclear),
    ],
)  # fmt: skip
async def test_what_each_answer_means(status: int, body: str, kind: type) -> None:
    """Taken, wrong, surely not taken, or nobody knows."""
    async with gateway() as one:
        one.says(status, body)
        door = SmsGateway(Shape(f"http://127.0.0.1:{one.port}/", accepted_field="code"), "")
        assert isinstance(await door.send(outgoing()), kind)
        await door.close()


async def test_a_gateway_that_hangs_and_one_that_is_down() -> None:
    """After the request left nobody knows; a refused connection took nothing. No number is in what is said of it."""
    async with gateway() as one:
        one.hangs = True
        client = httpx.AsyncClient(timeout=httpx.Timeout(30, read=0.3), trust_env=False)
        door = SmsGateway(Shape(f"http://127.0.0.1:{one.port}/"), "", client=client)
        said = await door.send(outgoing())
        assert isinstance(said, Unclear)
        assert len(one.got) == 1
    gone = await door.send(outgoing())
    assert isinstance(gone, NotTaken)
    assert PHONE not in said.reason + gone.reason
    await door.close()


async def test_a_partner_can_prove_who_spoke() -> None:
    """Standard Webhooks: the id is the same at each try, the signature covers id, time and body."""
    async with gateway() as one:
        secret = "whsec_" + base64.b64encode(b"0123456789abcdef").decode()
        now = datetime(2026, 11, 2, tzinfo=UTC)
        door = PartnerEndpoints({"12345": Endpoint(f"http://127.0.0.1:{one.port}/echo", secret)}, clock=lambda: now)
        told = replace(outgoing('{"状态":1}'), channel=Channel.PARTNER, target="12345")
        assert await door.send(told) == Sent()
        headers, body = one.got[-1]
        signed = f"01J.{int(now.timestamp())}.".encode() + body
        mine = base64.b64encode(hmac.new(b"0123456789abcdef", signed, sha256).digest()).decode()
        assert (headers["webhook-id"], headers["webhook-signature"]) == ("01J", f"v1,{mine}")
        one.says(500)
        assert isinstance(await door.send(told), NotTaken)
        assert isinstance(await door.send(replace(told, target="110")), NotTaken)
        await door.close()
