"""AMI bytes: whole messages and whole characters, however the stream is cut."""

from __future__ import annotations

import gzip
from collections import deque
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.render import manager
from cti import ami_decoder
from cti import frame_types as fr
from cti.fold import Fold
from cti.ids import Instant, LegId
from cti.required_ami_headers import ALWAYS
from hotline.verbs.tape import events_of

from .story import PLAN

NOW = Instant(1.0)


def event(name: str, **headers: str) -> bytes:
    lines = [f"Event: {name}", *(f"{key}: {value}" for key, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def call_tape() -> bytes:
    """A short call with a Chinese name, as bytes."""
    stamp = {"Timestamp": "1000.5"}
    leg = {"Channel": "PJSIP/telecom-00000001", "Uniqueid": "xm1-1000.1", "Linkedid": "xm1-1000.1", **stamp}
    return b"Asterisk Call Manager/10.0.0\r\n" + b"".join(
        [
            b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n",
            event(
                "Newchannel", **leg, ChannelState="4", CallerIDNum="13806010001", CallerIDName="王小明", Exten="12319"
            ),
            event("UserEvent", UserEvent="HotlineLine", **leg, Line="citizen", Trunk="telecom", Number="12319"),
            event("Newstate", **leg, ChannelState="6"),
            event("VarSet", **leg, Variable="X", Value="1"),
            event("QueueCallerJoin", **leg, Queue="mandarin", Position="1"),
            event("QueueCallerAbandon", **leg, Queue="mandarin", Position="1"),
            event("QueueCallerLeave", **leg, Queue="mandarin", Position="1"),
            event("Hangup", **leg, Cause="16"),
        ]
    )


@given(st.lists(st.integers(0, len(call_tape())), max_size=8))
def test_a_tape_cut_anywhere_tells_the_same(cuts: list[int]) -> None:
    """However the bytes are cut into pieces, the events are the same and 王小明 stays 王小明."""
    tape = call_tape()
    edges = [0, *sorted(cuts), len(tape)]
    pieces = [tape[a:b] for a, b in pairwise(edges)]
    cut = list(events_of(iter(pieces), Fold(PLAN)))
    assert cut == list(events_of(iter([tape]), Fold(PLAN)))
    assert cut[0].caller_name == "王小明"  # type: ignore[union-attr]


def test_byte_by_byte_is_the_same() -> None:
    """The smallest pieces change nothing."""
    tape = call_tape()
    one = list(events_of((tape[i : i + 1] for i in range(len(tape))), Fold(PLAN)))
    assert [type(e).__name__ for e in one][-1] == "CallEnded"


def test_a_tape_cut_at_its_end_gives_the_board_up_to_there() -> None:
    """A tape that ends in the middle of a message is folded up to the last whole one."""
    tape = call_tape()
    fold = Fold(PLAN)
    list(events_of(iter([tape[: tape.index(b"Event: Hangup") + 30]]), fold))
    assert list(fold.board.calls) == ["xm1-1000.1"]


@given(st.binary(max_size=400))
def test_garbage_is_no_event(data: bytes) -> None:
    """No bytes can raise or forge an arrival."""
    for message in ami_decoder.Framer().feed(data + b"\r\n\r\n"):
        for frame in ami_decoder.decode(message, NOW):
            assert isinstance(frame, tuple)


def test_gbk_names_are_read() -> None:
    """An old trunk's GBK is read as what it says."""
    assert ami_decoder.text("王小明".encode("gbk")) == "王小明"


def test_the_first_of_double_headers_counts() -> None:
    """A header smuggled in behind the real one is not heard."""
    h = ami_decoder.headers(b"Event: Hangup\r\nUniqueid: 1.1\r\nUniqueid: 2.2")
    assert h[b"Uniqueid"] == b"1.1"


def test_an_endless_message_is_given_up() -> None:
    """A peer that never ends a message can not fill our memory."""
    framer = ami_decoder.Framer()
    framer.feed(b"Asterisk Call Manager/10\r\n")
    with pytest.raises(ami_decoder.Overrun):
        deque(map(framer.feed, [b"x" * 100_000] * 20))


def test_forged_user_events_do_nothing() -> None:
    """Only the two user events of our dialplan are understood, and only for legs that exist."""
    assert ami_decoder.decode(event("UserEvent", UserEvent="Hangup", Uniqueid="1.1").rstrip(), NOW) == []
    (lined,) = ami_decoder.decode(event("UserEvent", UserEvent="HotlineLine", Uniqueid="9.9", Line="x").rstrip(), NOW)
    assert Fold(PLAN).apply(lined) == []


def test_asterisk_sends_every_event_the_fold_uses() -> None:
    """The rendered filter lets through what the decoders know (QueueMemberStatus repeats the others)."""
    assert set(ami_decoder.WANTED) - set(manager.EVENTS) <= {"QueueMemberStatus"}


def test_a_call_variable_is_read_only_as_ours() -> None:
    """Another channel variable is not taken for the call's id."""
    assert ami_decoder.call_variable({b"ChanVariable": b"HOTLINE_CALL=xm1-1.1"}) == "xm1-1.1"
    assert ami_decoder.call_variable({b"ChanVariable": b"OTHER=1"}) == ""


def test_an_undated_event_is_dated_by_the_reader() -> None:
    """Without timestampevents the moment of reading stands in."""
    (gone,) = ami_decoder.decode(event("Hangup", Uniqueid="1.1", Cause="16").rstrip(), Instant(7.0))
    assert gone == fr.LegGone(Instant(7.0), LegId("1.1"), 16, "")


# -- what Asterisk does not write ------------------------------------------------------------

CHANNEL = {
    "Channel": "PJSIP/telecom-00000001", "ChannelState": "6", "ChannelStateDesc": "Up", "CallerIDNum": "13806010001",
    "CallerIDName": "王小明", "ConnectedLineNum": "<unknown>", "ConnectedLineName": "<unknown>", "Language": "zh",
    "AccountCode": "", "Context": "trunk-telecom", "Exten": "12319", "Priority": "1", "Uniqueid": "xm1-1000.1",
    "Linkedid": "xm1-1000.1",
}  # fmt: skip
VICTIM = "xm1-1795860000.12"


def written(name: str, number: str = "13806010001", **more: str) -> bytes:
    """An event as Asterisk writes it, of a caller with this number."""
    return event(name, Privilege="call,all", **{**CHANNEL, "CallerIDNum": number}, **more)


def heard(data: bytes) -> tuple[list[fr.Frame], list[str]]:
    frames, signs = [], []
    for message in ami_decoder.Framer().feed(b"Asterisk Call Manager/10.0.0\r\n" + data):
        made, why = ami_decoder.hear(message, NOW)
        frames += made
        signs += [why] if why else []
    return frames, signs


FORGED = {
    "a hang-up": f"1\r\n\r\nEvent: Hangup\r\nUniqueid: {VICTIM}\r\n\r\n",
    "a renaming": f"1\r\n\r\nEvent: Rename\r\nNewname: PJSIP/x-1\r\nUniqueid: {VICTIM}\r\n\r\n",
    "whose event it is": f"1\r\nUniqueid: {VICTIM}\r\nX: ",
    "whose event it is, first half only": f"1\r\nUniqueid: {VICTIM}",
    "a state": "1\r\nChannelState: 6",
    "a whole life": "1\r\n\r\nEvent: FullyBooted\r\nUptime: 0\r\n\r\n",
    "a line of the dialplan": f"1\r\n\r\nEvent: UserEvent\r\nUserEvent: HotlineLine\r\nUniqueid: {VICTIM}\r\n\r\n",
    "its own end": "1\r\n\r\n",
    "words": "1\r\nX",
}


@pytest.mark.parametrize("number", FORGED.values(), ids=FORGED.keys())
@pytest.mark.parametrize("name", ["Newchannel", "Hangup", "BridgeEnter"])
def test_a_number_that_is_more_than_a_number_shows_and_touches_nobody(name: str, number: str) -> None:
    """Whatever fits into the 79 bytes of a calling number: no frame is of another leg, and each is told."""
    bridge = dict.fromkeys(("BridgeUniqueid", "BridgeType", "BridgeTechnology", "BridgeCreator", "BridgeName"), "b")
    more = {"Hangup": {"Cause": "16", "Cause-txt": "Normal"}, "BridgeEnter": bridge}.get(name, {})
    assert len(number) < 80
    frames, signs = heard(written(name, number, **more))
    assert signs
    assert {getattr(frame, "leg", None) for frame in frames} <= {"xm1-1000.1"}
    assert all("\r" not in str(frame) and "\n" not in str(frame) for frame in frames)


def test_a_number_with_a_line_end_is_read_as_far_as_it_is_one() -> None:
    for number in ("13900000001\nX", "13900000001\r\nX", "13900000001\rX"):
        frames, _ = heard(written("Newchannel", number))
        assert [frame.number for frame in frames] == ["13900000001"]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", sorted(ALWAYS), ids=bytes.decode)
def test_an_event_without_any_header_asterisk_always_sends_makes_nothing(name: bytes) -> None:
    """Each header of each event is missed."""
    always = {header.decode(): "1" for header in ALWAYS[name]}
    assert ami_decoder.flaw(name, ami_decoder.headers(event(name.decode(), **always)[:-4])) == ""
    for header in always:
        less = {key: value for key, value in always.items() if key != header}
        message = event(name.decode(), **less)[:-4]
        assert ami_decoder.flaw(name, ami_decoder.headers(message))
        frames, why = ami_decoder.hear(message, NOW)
        assert frames == []
        assert why or name in (b"FullyBooted", b"Shutdown", b"CoreShowChannel"), "these are asked of flaw()"


@pytest.mark.parametrize(
    "tape", sorted((Path(__file__).parent.parent / "tapes").glob("*.gz")), ids=lambda path: path.stem
)
def test_no_true_event_counts_as_forged(tape: Path) -> None:
    """All that a real Asterisk 22 said in all tapes: the same frames as without any suspicion."""
    for message in ami_decoder.Framer().feed(gzip.decompress(tape.read_bytes())):
        frames, why = ami_decoder.hear(message.lstrip(b"\r\n"), NOW)
        assert why == "", message
        assert frames == ami_decoder.decode(message, NOW)
