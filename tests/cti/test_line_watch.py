"""The line watch: its schedule with a fake telephone, and the guards around pyVoIP."""

from __future__ import annotations

import asyncio

import pytest

from cti.equipment_events import LineChecked
from cti.ids import Instant, LineId
from cti.line_watch import LineWatch, Watched
from cti.line_watch_phone import ALAW, EVENTS, FRAME, RTP, SIP, ProbePhone, _Rtp, loud  # type: ignore[attr-defined]
from tests.waiting import until

SERVER = ("127.0.0.1", 9)
ANSWER = (
    "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKone;rport=5999;received=127.0.0.1\r\n"
    'From: <sip:probe@127.0.0.1>;tag=ours\r\nTo: "" <sip:citizen@127.0.0.1>;tag=theirs\r\nCall-ID: abc\r\n'
    "CSeq: 2 INVITE\r\nContact: <sip:127.0.0.1:5060>\r\nContent-Length: 0\r\n\r\n"
)


def heard(line: LineId, ok: bool = True) -> LineChecked:
    return LineChecked(line, Instant(1.0), ok, 1.2 if ok else 0.0, "" if ok else "silent")


@pytest.mark.slow
def test_every_line_is_dialled_and_its_result_published() -> None:
    """Each watched line is checked and the result told; a line with interval 0 is left alone."""
    told: list[LineChecked] = []

    async def run() -> None:
        lines = [Watched(LineId("citizen"), 60), Watched(LineId("partner"), 60), Watched(LineId("off"), 0)]
        watch = LineWatch(lines, SERVER, "", told.append, caller=lambda line, *_: heard(line), first_seconds=0)
        watch.start()
        await until(lambda: len(told) == 2, 10)
        await watch.stop()

    asyncio.run(run())
    assert {result.line for result in told} == {"citizen", "partner"}


@pytest.mark.slow
def test_a_telephone_that_breaks_is_a_red_line_and_the_watch_goes_on() -> None:
    """An exception out of pyVoIP becomes 'error' and the next check still comes."""
    told: list[LineChecked] = []
    replies = iter([True, False])

    def caller(line: LineId, *_: object) -> LineChecked:
        if next(replies, False):
            raise RuntimeError("pyVoIP")
        return heard(line)

    async def run() -> None:
        watch = LineWatch([Watched(LineId("citizen"), 0.01)], SERVER, "", told.append, caller=caller, first_seconds=0)
        watch.start()
        await until(lambda: len(told) >= 2)
        await watch.stop()

    asyncio.run(run())
    assert [result.reason for result in told[:2]] == ["error", ""]


def test_an_answer_is_acknowledged_with_the_far_ends_tag() -> None:
    """pyVoIP's own ACK carries a random tag, and Asterisk hangs up after 32 s."""
    phone = ProbePhone(SERVER, "probe", "secret")
    phone.sip.tagLibrary["abc"] = "ours"
    ack = phone.sip.gen_ack(SIP.SIPMessage(ANSWER.encode()))
    assert 'To: "" <sip:citizen@127.0.0.1>;tag=theirs\r\n' in ack
    assert "branch=z9hG4bKone" not in ack


def rtp() -> _Rtp:
    codecs = {ALAW: RTP.PayloadType.PCMA, EVENTS: RTP.PayloadType.EVENT}
    return _Rtp(None, (), codecs, "127.0.0.1", 0, "127.0.0.1", 9, RTP.TransmitType.SENDRECV)  # type: ignore[arg-type]


def test_received_sound_is_counted_and_not_kept() -> None:
    """Half an hour of packets leaves nothing behind but two numbers."""
    client = rtp()
    packet = bytes([0x80, ALAW]) + bytes(10) + bytes([0x2A]) * FRAME
    for _ in range(1000):
        client.parse_packet(packet)
    assert (client.frames, client.loud_frames) == (1000, 1000)
    assert not client.pmin.log
    assert not client.pmin.buffer.getvalue()


def test_silence_is_not_sound() -> None:
    """A-law silence and the smallest noise are not taken for a notice."""
    assert not loud(b"\xd5" * FRAME)
    assert not loud(b"\x55\xd4" * (FRAME // 2))
    assert not loud(b"")
    assert loud(b"\x2a\xaa" * (FRAME // 2))


def test_packets_stay_whole_when_the_sequence_wraps() -> None:
    """Numbers past 65535 keep the header at twelve bytes."""
    sent: list[bytes] = []

    class Wire:
        def sendto(self, packet: bytes, _to: object) -> None:
            sent.append(packet)

    client = rtp()
    client.sout = Wire()  # type: ignore[assignment]
    client._put(ALAW, 65536, 1 << 32, b"\xd5" * FRAME)
    assert len(sent[0]) == 12 + FRAME
