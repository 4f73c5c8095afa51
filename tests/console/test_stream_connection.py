"""One console without its socket: order, bounds, pings, and the look at its session."""

from __future__ import annotations

import json

from console.contract.stream import PhoneSays
from console.stream import stream_connection as s
from console.stream.stream_connection import Session

HELLO = json.dumps({"t": "hello", "instance": "page-0001"})
PHONE = json.dumps({"t": "phone", "registered": True, "audio": True, "microphone": True, "visible": True})


def _greeted() -> Session:
    session = Session(0.0)
    assert session.hear(HELLO, 0.0) == s.Greet("page-0001", "", 0)
    return session


def test_hello_comes_first() -> None:
    assert Session(0.0).hear(PHONE, 0.0) == s.Leave("bad_frame")
    late = Session(0.0)
    assert late.tick(s.HELLO_SECONDS - 1) is None
    assert late.tick(s.HELLO_SECONDS + 1) == s.Leave("bad_frame")


def test_a_page_may_say_hello_again_but_not_become_another() -> None:
    session = _greeted()
    again = json.dumps({"t": "hello", "instance": "page-0001", "epoch": "x", "seq": 4})
    assert session.hear(again, 1.0) == s.Greet("page-0001", "x", 4)
    assert session.hear(json.dumps({"t": "hello", "instance": "page-0002"}), 1.0) == s.Leave("bad_frame")


def test_a_frame_that_is_none_of_ours_ends_it() -> None:
    for bad in ("", "{", "[]", '{"t":"nonsense"}', '{"t":"pong"}', PHONE[:-1] + ',"more":1}', "x" * (s.FRAME_MOST + 1)):
        assert _greeted().hear(bad, 1.0) == s.Leave("bad_frame"), bad
    assert _greeted().hear(None, 1.0) == s.Leave("bad_frame")


def test_twenty_messages_a_second_are_enough() -> None:
    session = _greeted()
    acts = [session.hear(PHONE, 1.0) for _ in range(60)]
    assert acts[0] == s.Phone(PhoneSays.model_validate_json(PHONE))
    assert acts[-1] == s.Leave("too_many")
    steady = _greeted()
    for n in range(400):
        assert not isinstance(steady.hear(PHONE, 1.0 + n / s.A_SECOND), s.Leave)


def test_who_does_not_answer_a_ping_is_gone() -> None:
    session = _greeted()
    assert session.tick(s.PING_SECONDS) == s.AskPing(1)
    assert session.tick(s.PING_SECONDS + 1) is None
    session.hear('{"t":"pong","n":1}', s.PING_SECONDS + 2)
    assert session.tick(2 * s.PING_SECONDS) == s.AskPing(2)
    assert session.tick(2 * s.PING_SECONDS + s.PONG_SECONDS + 1) == s.Leave("slow")


def test_its_session_is_looked_at_again() -> None:
    session = _greeted()
    session.hear(PHONE, s.ASK_SECONDS - 1)
    assert session.tick(s.ASK_SECONDS) == s.AskAgain()
    assert session.tick(s.ASK_SECONDS + 1) != s.AskAgain()
