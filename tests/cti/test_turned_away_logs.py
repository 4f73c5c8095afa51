"""What the ``sip`` log says of calls turned away, however it is cut; what is not read to its end would have said nothing."""

from __future__ import annotations

import pytest

from cti import cel_rows, turned_away_logs
from cti.turned_away_logs import Cause, Refusal, SipLog, Sources

SOURCES = (("telecom", ["127.0.0.2"]), ("unicom", ["127.0.0.3/32"]))
CALLER = "From: <sip:13806010001@127.0.0.2>;tag=a"
INVITE = ("INVITE sip:999@127.0.0.1 SIP/2.0", CALLER, "To: <sip:999@127.0.0.1>")
"""Of a number that is none of ours."""


def message(way: str, cseq: str, first: str, *headers: str, call: str = "c1", at: str = "07.042") -> str:
    body = "\r\n".join([first, *headers, f"Call-ID: {call}", f"CSeq: {cseq}", "", ""])
    kind, to = ("response", "to") if first.startswith("SIP/2.0") else ("request", "to")
    head = f"<--- {way} SIP {kind} ({len(body.encode())} bytes) {'from' if way == 'Received' else to} UDP:127.0.0.2:5070 --->"
    return f"[2026-11-30 20:00:{at}] VERBOSE[12] res_pjsip_logger.c: {head}\n{body}\n"


def refusals(text: str) -> list[Refusal]:
    read = cel_rows.lines(text.encode(), True)
    log = SipLog(Sources(SOURCES))
    return log.feed([(one.begin, one.row) for one in read.parts if isinstance(one, cel_rows.Whole)])


TURNED_AWAY = (
    message("Received", "1 INVITE", *INVITE),
    message("Transmitting", "1 INVITE", "SIP/2.0 100 Trying"),
    message("Transmitting", "1 INVITE", "SIP/2.0 404 Not Found", at="07.050"),
    message("Received", "1 ACK", "ACK sip:999@127.0.0.1 SIP/2.0"),
)


def test_an_invite_and_its_final_answer() -> None:
    (one,) = refusals("".join(TURNED_AWAY))
    assert (one.source, one.cause, one.called, one.calling) == (
        "telecom", Cause.UNKNOWN_NUMBER, "999", "13806010001",
    )  # fmt: skip
    assert one.at == pytest.approx(turned_away_logs.moment("2026-11-30 20:00:07.042"))
    later, then = turned_away_logs.moment("2026-11-30 20:00:08.000"), turned_away_logs.moment("2026-12-01 20:00:07.042")
    assert (later - one.at, then - one.at) == (pytest.approx(0.958), pytest.approx(86400))


@pytest.mark.parametrize(
    "between",
    [
        message("Received", "7 OPTIONS", "OPTIONS sip:127.0.0.1 SIP/2.0", CALLER),
        message("Transmitting", "7 OPTIONS", "SIP/2.0 404 Not Found"),
        message("Transmitting", "1 INVITE", "INVITE sip:8001@127.0.0.4 SIP/2.0", call="ours"),
        message("Received", "1 INVITE", "SIP/2.0 486 Busy Here", call="ours"),
        message("Transmitting", "2 BYE", "SIP/2.0 481 Gone", "Allow: INVITE, BYE"),
        message("Received", "1 BYE", "BYE sip:999@127.0.0.1 SIP/2.0"),
    ],
)
def test_what_stands_between_is_no_call_of_theirs(between: str) -> None:
    text = "".join(TURNED_AWAY)
    assert refusals(between + text) == refusals(text + between) == refusals(text)
    assert refusals(TURNED_AWAY[0] + between + "".join(TURNED_AWAY[1:])) == refusals(text)


def test_an_answer_whose_words_are_folded_is_read() -> None:
    """SIP lets a header go on in the next line, behind a space."""
    folded = message("Transmitting", "1\r\n INVITE", "SIP/2.0 404 Not Found")
    assert refusals(TURNED_AWAY[0] + folded) == refusals("".join(TURNED_AWAY))


@pytest.mark.parametrize("status", ["200 OK", "487 Request Terminated", "404 Not Found"])
def test_what_the_dialplan_answered_has_a_row_already(status: str) -> None:
    """Taken, given up, or refused with a reason of the dialplan's."""
    answer = message("Transmitting", "1 INVITE", f"SIP/2.0 {status}", "Reason: Q.850;cause=1")
    assert refusals(TURNED_AWAY[0] + answer) == []
