"""The door against everything that can reach its port, over real loopback TCP."""

from __future__ import annotations

import json
import signal
import socket
import struct
import time
from collections.abc import Iterator

import pytest

from tests.ports import free_port

from .fastagi_process import Door

HEADER = (
    "agi_network: yes\nagi_network_script: {script}\nagi_request: agi://127.0.0.1/line\n"
    "agi_channel: PJSIP/telecom-00000001\nagi_uniqueid: xm1-1795435343.{number}\nagi_callerid: 13805920001\n"
    "agi_extension: s\nagi_arg_1: {ask}\nagi_arg_2: citizen\nagi_arg_3: mandarin\n\n"
)
OPEN_SECONDS = 5.0
ORDINARY = 1
"""Commands of a caller whose journey asks for an advice."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Door]:
    with Door(free_port()) as door:
        yield door


@pytest.fixture
def door(shared: Door) -> Iterator[Door]:
    """One door for all: after each test nothing may be left open, and it must still serve."""
    yield shared
    shared.until(open=0)
    assert served(shared) == ORDINARY


class Caller:
    """A fake Asterisk with one caller."""

    def __init__(self, door: Door) -> None:
        self.socket = socket.create_connection(("127.0.0.1", door.port), OPEN_SECONDS)
        self.kept = b""

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def open(self, ask: str = "wait", script: str = "advice") -> Caller:
        return self.send(HEADER.format(ask=ask, script=script, number=time.monotonic_ns()).encode())

    def send(self, data: bytes) -> Caller:
        self.socket.sendall(data)
        return self

    def hear(self) -> str:
        """The next command; '' when the door closed."""
        while b"\n" not in self.kept:
            try:
                data = self.socket.recv(4096)
            except ConnectionResetError:
                return ""
            if not data:
                return ""
            self.kept += data
        line, _, self.kept = self.kept.partition(b"\n")
        return line.decode()

    def reset(self) -> None:
        """Gone without a goodbye: RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def served(door: Door) -> int:
    """One ordinary call; gives the number of commands."""
    with Caller(door) as caller:
        caller.open()
        count = 0
        while line := caller.hear():
            count += 1
            assert line == "SET VARIABLE HOTLINE_ADVICE long"
            caller.send(b"200 result=1\n")
        return count


def test_an_ordinary_call(door: Door) -> None:
    """Each command is answered, then the door closes."""
    before = door.counts()
    assert served(door) == ORDINARY
    after = door.until(open=0)
    assert after["done"] == before["done"] + 1
    assert after["commands"] == before["commands"] + ORDINARY


def test_connect_and_close_a_thousand_times(door: Door) -> None:
    """A port scan or health check, politely and by reset, does not slow the callers between."""
    before = door.counts()
    for number in range(1000):
        caller = Caller(door)
        caller.reset() if number % 2 else caller.socket.close()
        if number % 100 == 0:
            assert served(door) == ORDINARY
    after = door.until(open=0, unopened=before["unopened"] + 1000)
    assert after["failed"] == before["failed"]


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 50 + b"\n",
        b"\n\n\n",
        b"\0" * 20_000,
        b"".join(b"agi_header_%d: 1\n" % number for number in range(10_000)),
        b"agi_network: " + b"y" * 100_000,
    ],
    ids=["http", "tls", "blank", "zeros", "ten thousand headers", "one long header"],
)
def test_what_is_not_agi_is_closed(door: Door, sent: bytes) -> None:
    """At once, not after a time-out."""
    before = door.counts()
    with Caller(door) as caller:
        try:
            caller.send(sent)
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert caller.hear() == ""
    door.until(1.5, open=0, garbled=before["garbled"] + 1)


@pytest.mark.slow
def test_a_connection_that_says_nothing_or_drips(door: Door) -> None:
    """The header has 2 s in all, however busily it is dripped."""
    before, began = door.counts(), time.monotonic()
    with Caller(door), Caller(door) as dripping, Caller(door) as half:
        half.send(b"agi_netw")
        try:
            for byte in HEADER.encode():
                dripping.send(bytes([byte]))
                time.sleep(0.05)
                if time.monotonic() - began > 8:
                    break
        except (ConnectionResetError, BrokenPipeError):
            pass
        assert served(door) == ORDINARY
        door.until(open=0, timed_out=before["timed_out"] + 3)


def test_what_nobody_knows_goes_on_in_the_dialplan(door: Door) -> None:
    """Another script or question is closed without a command; so is one to which there is no answer now."""
    before = door.counts()
    for ask, script in (("weather", "advice"), ("wait", "line"), ("nothing", "advice")):
        with Caller(door) as caller:
            assert caller.open(ask, script).hear() == ""
    after = door.until(open=0, unknown=before["unknown"] + 2)
    assert after["commands"] == before["commands"]
    assert after["questions"] == before["questions"] + 1


@pytest.mark.parametrize("how", ["close", "reset", "HANGUP", "-1", "511", "half a reply"])
def test_the_caller_leaves_meanwhile(door: Door, how: str) -> None:
    """However Asterisk tells, the conversation ends as hung up."""
    before = door.counts()
    with Caller(door) as caller:
        caller.open()
        assert caller.hear()
        if how == "reset":
            caller.reset()
        elif how == "half a reply":
            caller.send(b"200 resu")
        elif how != "close":
            caller.send({"HANGUP": b"HANGUP\n", "-1": b"200 result=-1\n", "511": b"511 dead\n"}[how])
            assert caller.hear() == ""
    door.until(open=0, hung_up=before["hung_up"] + 1)


def test_a_faulty_adviser_is_its_own_callers_only(door: Door) -> None:
    """It raises, its caller goes on in the dialplan, the caller beside it gets his answer."""
    before = door.counts()
    with Caller(door) as beside, Caller(door) as unlucky:
        assert beside.open().hear()
        unlucky.open("broken")
        assert unlucky.hear() == ""
        beside.send(b"200 result=1\n")
        assert beside.hear() == ""
    door.until(open=0, failed=before["failed"] + 1, done=before["done"] + 1)


def test_more_than_asked_for(door: Door) -> None:
    """Replies nobody waits for, all at once and after the end, disturb nobody."""
    with Caller(door) as caller:
        caller.open().send(b"200 result=0 endpos=1\n" * 500)
        while caller.hear():
            pass
    door.until(open=0)


def test_two_hundred_at_once(door: Door) -> None:
    """All are served."""
    callers = [Caller(door).open() for _ in range(200)]
    for caller in callers:
        assert caller.hear()
    for caller in callers:
        caller.send(b"200 result=1\n")
    assert [caller.hear() for caller in callers] == [""] * 200
    for caller in callers:
        caller.socket.close()


def turned_away(door: Door) -> bool:
    """Closed at once: on a busy machine it is reset before ``connect`` has come back."""
    try:
        with Caller(door) as caller:
            return caller.hear() == ""
    except ConnectionResetError:
        return True


def test_above_the_cap_callers_go_on_by_themselves() -> None:
    """The next one is turned away at once; when somebody leaves there is room again."""
    with Door(free_port(), most=2) as door, Caller(door) as one:
        with Caller(door) as two:
            assert one.open().hear()
            assert two.open().hear()
            assert turned_away(door)
            assert door.counts()["turned_away"] == 1
        door.until(open=1)
        assert served(door) == ORDINARY


def test_a_door_that_froze_serves_again(door: Door) -> None:
    """Stopped and continued: who left meanwhile is noticed, who waited is served."""
    before = door.counts()
    gone = Caller(door).open()
    assert gone.hear()
    door.process.send_signal(signal.SIGSTOP)
    gone.socket.close()
    with Caller(door) as waiting:
        waiting.open()
        door.process.send_signal(signal.SIGCONT)
        assert waiting.hear().startswith("SET VARIABLE")
        door.until(hung_up=before["hung_up"] + 1)


def test_the_port_is_not_open_to_the_network(door: Door) -> None:
    """It listens on 127.0.0.1 and nowhere else."""
    with socket.socket() as other, pytest.raises(ConnectionRefusedError):
        other.connect(("127.0.0.9", door.port))
    assert json.dumps(door.counts())


def test_an_answer_that_is_looked_up_comes_later_and_holds_up_nobody(door: Door) -> None:
    """With code and caller; one that fails, or whose caller leaves while it is looked for, is closed without a command."""
    typed = HEADER.replace(
        "agi_arg_3: mandarin\n\n",
        "agi_arg_3: step\nagi_arg_4: {digits}\nagi_arg_5: 12345678\nagi_arg_6: 13805920001\n\n",
    )

    def asking(caller: Caller, digits: str) -> Caller:
        return caller.send(typed.format(ask="progress", script="advice", number=1, digits=digits).encode())

    with Caller(door) as hung, Caller(door) as gone, Caller(door) as one:
        asking(hung, "hung")
        assert asking(gone, "gone").hear() == ""
        assert (
            asking(one, "20261128000127").hear()
            == 'SET VARIABLE HOTLINE_ADVICE "told&20261128000127&12345678&13805920001"'
        )
        one.send(b"200 result=1\n")
        assert one.hear() == ""
        assert served(door) == ORDINARY
