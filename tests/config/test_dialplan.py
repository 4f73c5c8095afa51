"""The rendered dialplan on a real Asterisk, with no daemon: decision D2."""

from __future__ import annotations

import asyncio
import collections
import time
from collections.abc import Iterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from cti import ami_decoder
from cti import frame_types as fr
from cti.ids import Instant
from cti.link import Link
from hotline.lab.hotline_instance import Table
from hotline.lab.phones import Call, answering, refusing, ringing_out
from hotline.lab.sound import tone
from tests.sampling import sampled

from .alone import Alone, alone, extra

pytestmark = pytest.mark.live

CALLER, SEAT = tone(440), tone(620)


def lines(table: Table) -> None:
    hour = (time.gmtime().tm_hour + 8 + 12) % 24
    table["seat"][0]["device"] = table["seat"][1]["device"] = "browser"
    table["queue"][0]["ring_seconds"] = 4
    table["trunk"][1]["calling_number"] = "059212319"
    table["limits"]["outbound_per_minute"] = 1000
    table["line"] += [
        {"id": "night", "name": "夜间", "numbers": ["12319002"], "queue": "mandarin",
         "hours": f"Mon-Sun {hour:02}:00-{hour:02}:30"},
        {"id": "tiny", "name": "小线", "numbers": ["12319003"], "queue": "mandarin", "capacity": 1},
    ]  # fmt: skip


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Alone]:
    with alone(tmp_path_factory.mktemp("alone"), lines) as one:
        yield one


async def ended(call: Call) -> int:
    await call.until_ended(30)
    return call.code


def test_starts_without_a_complaint(here: Alone) -> None:
    """Asterisk takes up every rendered file without one WARNING or ERROR."""
    assert "fully booted" in here.cli("core waitfullybooted")
    assert [line for line in here.complaints() if "res_agi" not in line] == []


async def test_a_citizen_is_greeted_queued_answered_and_recorded(here: Alone) -> None:
    """With the daemon dead a caller reaches a seat all the same, and every step is written down."""
    async with here.rack("telecom") as telecom, here.rack("desk") as desk:
        await desk.register("8005", here.secrets["sip-8005"], answering(0.2, None, SEAT))
        here.cli("queue add member PJSIP/8005 to mandarin")
        call = await telecom.dial("12319", caller="13806021234", name="王小明", sound=CALLER)
        assert await call.until_answered(5)
        await here.until(lambda: bool(desk.calls_to("8005")) and desk.calls_to("8005")[0].up, 20)
        seat = desk.calls_to("8005")[0]
        assert (seat.caller, seat.name) == ("13806021234", "王小明")
        assert await seat.until_heard(1.0)
        seat.hang_up()
        await ended(call)
        here.cli("queue remove member PJSIP/8005 from mandarin")
    told = here.said("13806021234")
    first = here.rows()
    unique = next(row[14] for row in first if row[3] == "13806021234")
    assert ("LINE", "citizen|telecom|12319||||13806021234|王小明|||") in told
    assert ("RECORD", f"{unique}.raw") in told
    assert ("NOTICE", "welcome|dialplan") in told
    kinds = [kind for kind, _extra in told]
    assert kinds.index("ANSWER") < kinds.index("NOTICE") < kinds.index("APP_START") < kinds.index("BRIDGE_ENTER")
    assert "QUEUEEXIT" not in kinds
    log = here.places.queue_log.read_text()
    assert f"|{unique}|mandarin|PJSIP/8005|CONNECT|" in log
    assert f"|{unique}|mandarin|PJSIP/8005|COMPLETEAGENT|" in log
    seconds = (here.places.spool / f"{unique}.raw").stat().st_size / 32000
    assert seconds == pytest.approx(call.ended - call.answered, abs=1.0)  # type: ignore[operator]


async def test_the_daemon_hears_what_it_uses_and_no_more(here: Alone) -> None:
    """Each message on the events connection makes a frame, and a call has all its frames: what is filtered is not missed."""
    heard: list[bytes] = []
    link = Link(
        "events", host="127.0.0.1", port=here.settings.ports.ami, user="ami-events", secret=here.secrets["ami-events"],
        events=True, on_event=heard.append,
    )  # fmt: skip
    running = asyncio.create_task(link.run())
    await here.until(lambda: link.up)
    async with here.rack("telecom") as telecom, here.rack("desk") as desk:
        await desk.register("8005", here.secrets["sip-8005"], ringing_out)
        await desk.register("8006", here.secrets["sip-8006"], answering(0.2, None, SEAT))
        here.cli("queue add member PJSIP/8005 to mandarin penalty 0")
        call = await telecom.dial("12319", caller="13806021235", sound=CALLER)
        assert await call.until_answered(5)
        await here.until(lambda: bool(desk.calls_to("8005")), 20)
        here.cli("queue add member PJSIP/8006 to mandarin penalty 0")
        await here.until(lambda: bool(desk.calls_to("8006")) and desk.calls_to("8006")[0].up, 40)
        call.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))
        for seat in ("8005", "8006"):
            here.cli(f"queue remove member PJSIP/{seat} from mandarin")
    running.cancel()
    useless = [
        name
        for one in heard
        if not ami_decoder.decode(one, Instant(1.0)) and (name := ami_decoder.name_of(one)) != b"FullyBooted"
    ]
    assert useless == []
    frames = [frame for one in heard for frame in ami_decoder.decode(one, Instant(1.0))]
    kinds = collections.Counter(type(frame) for frame in frames)
    assert (kinds[fr.LegNew], kinds[fr.LegUp], kinds[fr.LegGone]) == (3, 2, 3)
    assert kinds[fr.Lined] == kinds[fr.QueueIn] == kinds[fr.QueueOut] == 1
    assert kinds[fr.RangOut] >= 1


async def test_a_number_that_is_not_ours(here: Alone) -> None:
    """It is told so and refused with 404, booked as refused."""
    async with here.rack("unicom") as unicom:
        call = await unicom.dial("95598", caller="13806020002")
        assert await ended(call) == 404
    told = here.said("13806020002")
    assert any(kind == "LINE" and words.startswith("|unicom|95598||||1") for kind, words in told)
    assert ("REFUSED", "unknown_number") in told


async def test_a_full_line_is_busy(here: Alone) -> None:
    """The caller over capacity is told so before any answer and gets 486; the next one is let in again."""
    async with here.rack("telecom") as telecom:
        inside = await telecom.dial("12319003", caller="13806020003")
        assert await inside.until_answered(5)
        over = await telecom.dial("12319003", caller="13806020004")
        assert await ended(over) == 486
        inside.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))
        again = await telecom.dial("12319003", caller="13806020005")
        assert await again.until_answered(5)
        again.hang_up()
    assert ("REFUSED", "full") in here.said("13806020004")
    assert "REFUSED" not in [kind for kind, _extra in here.said("13806020005")]


async def test_a_closed_line(here: Alone) -> None:
    """Outside its hours a line says so and lets go, also when the daemon can not."""
    async with here.rack("telecom") as telecom:
        call = await telecom.dial("12319002", caller="13806020006")
        assert await call.until_answered(5)
        await ended(call)
    told = here.said("13806020006")
    assert ("NOTICE", "closed|dialplan") in told
    assert ("REFUSED", "closed") in told
    assert "APP_START" not in [kind for kind, _extra in told]


async def test_a_frozen_daemon_costs_nothing(here: Alone) -> None:
    """One that would accept the connection and then say nothing is not asked: the notice begins with the answer."""
    asked: list[object] = []
    server = await asyncio.start_server(lambda r, _w: asked.append(r), "127.0.0.1", here.settings.ports.agi)
    async with server, here.rack("telecom") as telecom:
        call = await telecom.dial("12319", caller="13806020007", sound=CALLER)
        assert await call.until_answered(5)
        await here.until(lambda: "1 calls" in here.cli("queue show mandarin"), 25)
        call.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))
    assert asked == []
    assert ("NOTICE", "welcome|dialplan") in here.said("13806020007")


async def test_a_partner_hands_over_a_case(here: Alone) -> None:
    """The work-order number and the citizen's own number are kept; what could be syntax is filtered out."""
    headers = {"X-Work-Order": 'GD-2026/01,${SHELL(id)}|x"y)', "X-Origin-Number": "+86 138;0000"}
    async with here.rack("unicom") as unicom:
        call = await unicom.dial("12319110", caller="059212345", headers=headers)
        assert await call.until_answered(5)
        call.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))
    assert ("LINE", "partner|unicom|12319110|110|GD-202601SHELLidxy|+861380000|059212345||||") in here.said("059212345")


async def test_a_seat_calls_the_world(here: Alone) -> None:
    """Allowed numbers go out, over the next trunk when the first can't; others are refused; the citizen's leg is recorded."""
    async with here.rack("telecom") as telecom, here.rack("unicom") as unicom, here.rack("desk") as desk:
        telecom.take("", refusing(503))
        # a trunk that does not answer OPTIONS is not even tried
        await here.until(lambda: here.cli("pjsip show contacts").count("Avail") == 2, 15)
        unicom.take("", answering(0.1, None, CALLER))
        secret = here.secrets["sip-8006"]
        await desk.register("8006", secret, refusing())
        alone = await desk.dial("13806020008", caller="8006", secret=secret)
        assert await ended(alone) == 403, "nobody sits there"
        here.cli("devstate change Custom:seat-8006 INUSE")  # as the daemon says it
        bad = await desk.dial("0085212345678", caller="8006", secret=secret)
        assert await ended(bad) == 403
        good = await desk.dial("13806020008", caller="8006", secret=secret, sound=SEAT)
        assert await good.until_answered(10)
        assert [call.dialled for call in telecom.calls] == ["13806020008"]
        assert [call.caller for call in unicom.calls] == ["059212319"], "its own calling number"
        assert await good.until_heard(1.0)
        good.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))
    refused = [extra(row[19]) for row in here.rows() if row[18] == "FORBIDDEN"]
    assert refused == ["13806020008|8006|unattended", "0085212345678|8006|number"]
    told = here.said("8006")
    unique = [row[14] for row in here.rows() if row[0] == "CHAN_START" and row[3] == "8006"][-1]
    assert ("RECORD", f"{unique}.raw") in told
    assert (here.places.spool / f"{unique}.raw").stat().st_size > 32000


async def test_what_is_refused_at_once_takes_nothing_of_the_minute(here: Alone) -> None:
    """A telephone that dials forty times at once has three calls, and when those are over its seat dials on in the same minute."""
    async with here.rack("telecom") as telecom, here.rack("unicom"), here.rack("desk") as desk:
        telecom.take("", answering(20.0, None, CALLER))
        await here.until(lambda: here.cli("pjsip show contacts").count("Avail") == 2, 15)
        secret = here.secrets["sip-8006"]
        await desk.register("8006", secret, refusing())
        here.cli("devstate change Custom:seat-8006 INUSE")
        first = await desk.dial("13806020008", caller="8006", secret=secret)
        await here.until(lambda: len(telecom.calls) == 1)
        here.cli("dialplan set global HOTLINE_DIALLED_8006 980")  # of a thousand
        dialled = [first, *[await desk.dial("13806020008", caller="8006", secret=secret) for _ in range(39)]]
        await here.until(lambda: sum(call.code == 403 for call in dialled) == 37)
        assert len(telecom.calls) == 3
        for call in dialled:
            if call.code != 403:
                call.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))
        after = await desk.dial("13806020009", caller="8006", secret=secret)
        await here.until(lambda: after.code == 403 or telecom.calls[-1].dialled == "13806020009")
        assert after.code != 403, "refused calls were counted"
        after.hang_up()
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))


@pytest.mark.parametrize(
    ("code", "goes_on"),
    sampled(
        [
            (404, False),
            (410, False),
            (484, False),
            (486, False),
            (600, False),
            (480, False),
            (403, False),
            (603, False),
            (408, True),
            (488, True),
            (500, True),
            (502, True),
            (503, True),
            (504, True),
        ],
        5,
        always=[(404, False)],  # the case as it was reported (F2)
    ),
)
async def test_the_next_trunk_only_when_the_first_could_not_carry_it(here: Alone, code: int, goes_on: bool) -> None:
    """A wrong number, a busy or declining person is not rung twice; a carrier in trouble is gone round."""
    async with here.rack("telecom") as telecom, here.rack("unicom") as unicom, here.rack("desk") as desk:
        telecom.take("", refusing(code))
        unicom.take("", answering(0.1, None, CALLER))
        secret = here.secrets["sip-8006"]
        await desk.register("8006", secret, refusing())
        await here.until(lambda: here.cli("pjsip show contacts").count("Avail") == 3, 15)
        here.cli("devstate change Custom:seat-8006 INUSE")  # somebody sits there
        call = await desk.dial("13806020009", caller="8006", secret=secret, sound=SEAT)
        if goes_on:
            assert await call.until_answered(10)
            call.hang_up()
        else:
            assert 400 <= await ended(call) < 700
        assert [one.dialled for one in telecom.calls] == ["13806020009"]
        assert [one.caller for one in unicom.calls] == (["059212319"] if goes_on else [])
        await here.until(lambda: "0 active channels" in here.cli("core show channels count"))


async def test_the_line_watch_is_no_call(here: Alone) -> None:
    """The probe hears the notice and is let go: no facts, no queue, no recording."""
    async with here.rack("desk") as desk:
        secret = here.secrets["sip-probe"]
        await desk.register("probe", secret, refusing())
        call = await desk.dial("citizen", caller="probe", secret=secret)
        assert await call.until_answered(5)
        assert await call.until_heard(2.0)
        await ended(call)
        out = await desk.dial("13806020009", caller="probe", secret=secret)
        assert await ended(out) == 404
    kinds = [row[18] or row[0] for row in here.rows() if "PJSIP/probe-" in row[9]]
    assert set(kinds) == {"CHAN_START", "ANSWER", "HANGUP", "CHAN_END", "LINKEDID_END"}


async def test_a_browser_phone_registers_over_websocket(here: Alone) -> None:
    """Asterisk's WebSocket takes a REGISTER of a browser seat, and refuses it without a key; the HTTP server says nothing else."""
    url = f"ws://127.0.0.1:{here.settings.ports.http}/ws"
    request = (
        "REGISTER sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK1\r\nFrom: <sip:8001@127.0.0.1>;tag=1\r\n"
        "To: <sip:8001@127.0.0.1>\r\nCall-ID: ws1\r\nCSeq: 1 REGISTER\r\nMax-Forwards: 70\r\n"
        "Contact: <sip:x@a.invalid;transport=ws>\r\nContent-Length: 0\r\n\r\n"
    )
    async with connect(url, subprotocols=[Subprotocol("sip")]) as socket:
        await socket.send(request)
        answer = str(await socket.recv())
    assert answer.startswith("SIP/2.0 500")  # it has no key to ask for: tests/hotline/test_browser_phone_keys.py
    assert "Asterisk" not in answer
    async with httpx.AsyncClient() as client:
        status = await client.get(f"http://127.0.0.1:{here.settings.ports.http}/httpstatus")
    assert status.status_code == 404
    assert "webrtc                             : yes" in here.cli("pjsip show endpoint 8002")
