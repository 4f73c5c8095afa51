"""Commands as AMI actions: what goes out, and what may never go out."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti import ami_actions
from cti import commands as c
from cti.ids import Instant, LegId, QueueId, SeatId

LEG = LegId("xm1-1795435274.1")
Q, S = QueueId("mandarin"), SeatId("8001")

EXAMPLES: list[tuple[c.Command, dict[str, str]]] = [
    (
        c.AddMember(Q, S, "王小明", penalty=2, paused=True, reason="小休"),
        {"Action": "QueueAdd", "Queue": "mandarin", "Interface": "PJSIP/8001", "MemberName": "王小明", "Penalty": "2",
         "Paused": "true", "Reason": "小休"},
    ),
    (c.RemoveMember(Q, S), {"Action": "QueueRemove", "Queue": "mandarin", "Interface": "PJSIP/8001"}),
    (
        c.PauseMember(Q, S, paused=False),
        {"Action": "QueuePause", "Queue": "mandarin", "Interface": "PJSIP/8001", "Paused": "false"},
    ),
    (
        c.PauseMember(Q, S, paused=False, also=(QueueId("minnan"),)),
        {"Action": "QueuePause", "Interface": "PJSIP/8001", "Paused": "false"},
    ),
    (
        c.CallSeat(S, "8002"),
        {"Action": "Originate", "Channel": "PJSIP/8001", "Context": "cti-originate", "Exten": "8002", "Priority": "1",
         "CallerID": "<8002>", "Timeout": "30000", "Async": "true"},
    ),
    (c.BlindTransfer(LEG, "8002"),
     {"Action": "BlindTransfer", "Channel": LEG, "Context": "transfer-targets", "Exten": "8002"}),
    (c.TransferToQueue(LEG, Q),
     {"Action": "BlindTransfer", "Channel": LEG, "Context": "to-queue", "Exten": "mandarin"}),
    (c.AttendedTransfer(LEG, "110"),
     {"Action": "Atxfer", "Channel": LEG, "Context": "transfer-targets", "Exten": "110#"}),
    (c.EndConsult(LEG, c.ConsultEnd.CANCEL), {"Action": "CancelAtxfer", "Channel": LEG}),
    (c.EndConsult(LEG, c.ConsultEnd.COMPLETE),
     {"Action": "PlayDTMF", "Channel": LEG, "Digit": "B", "Duration": "100", "Receive": "true"}),
    (c.EndConsult(LEG, c.ConsultEnd.CONFERENCE),
     {"Action": "PlayDTMF", "Channel": LEG, "Digit": "C", "Duration": "100", "Receive": "true"}),
    (c.Hold(LEG), {"Action": "Atxfer", "Channel": LEG, "Context": "transfer-targets", "Exten": "hold"}),
    (c.Resume(LEG), {"Action": "CancelAtxfer", "Channel": LEG}),
    (c.HangUp(LEG), {"Action": "Hangup", "Channel": LEG, "Cause": "16"}),
    (c.RenewRecording(LEG),
     {"Action": "PlayDTMF", "Channel": LEG, "Digit": "D", "Duration": "100", "Receive": "true"}),
    (c.Rejoin(LEG, S), {"Action": "BlindTransfer", "Channel": LEG, "Context": "rejoin", "Exten": "8001"}),
    (c.ToHead(LEG), {"Action": "BlindTransfer", "Channel": LEG, "Context": "rejoin", "Exten": "head"}),
    (c.SetPhoneKey(S, "0f" * 16),
     {"Action": "Originate", "Channel": "Local/8001@phone-key", "Context": "phone-key", "Exten": "kept", "Priority": "1",
      "Variable": "HOTLINE_KEY=" + "0f" * 16, "Timeout": "3000", "Async": "true"}),
    (c.DropPhoneKeys((S, SeatId("8002")), "0f" * 16),
     {"Action": "Originate", "Channel": "Local/drop@phone-key", "Context": "phone-key", "Exten": "kept", "Priority": "1",
      "Variable": "HOTLINE_KEY=" + "0f" * 16 + ",HOTLINE_SEATS=8001-8002", "Timeout": "3000", "Async": "true"}),
    (c.SetPace(Q, 44.6, Instant(1_795_435_274.9)),
     {"Action": "Setvar", "Variable": "HOTLINE_PACE_mandarin", "Value": "1795435274-45"}),
    (c.SetPace(Q, 0.2, Instant(1_795_435_274)),
     {"Action": "Setvar", "Variable": "HOTLINE_PACE_mandarin", "Value": "1795435274-1"}),
    (c.SetPace(Q, 90_000, Instant(1_795_435_274)),
     {"Action": "Setvar", "Variable": "HOTLINE_PACE_mandarin", "Value": "1795435274-3600"}),
    (c.SetAttended(S, attended=True),
     {"Action": "Setvar", "Variable": "DEVICE_STATE(Custom:seat-8001)", "Value": "INUSE"}),
    (c.SetAttended(S, attended=False),
     {"Action": "Setvar", "Variable": "DEVICE_STATE(Custom:seat-8001)", "Value": "NOT_INUSE"}),
    (c.SetDevice(S, desk=True),
     {"Action": "Setvar", "Variable": "DEVICE_STATE(Custom:desk-8001)", "Value": "INUSE"}),
    (c.SetDevice(S, desk=False),
     {"Action": "Setvar", "Variable": "DEVICE_STATE(Custom:desk-8001)", "Value": "NOT_INUSE"}),
    (c.AddMember(Q, SeatId("8001-desk"), "8001", two=True),
     {"Action": "QueueAdd", "Queue": "mandarin", "Interface": "PJSIP/8001-desk", "MemberName": "8001", "Penalty": "0",
      "Paused": "false", "StateInterface": "hint:8001@seat-in-use"}),
    (c.ChangeWatch(LEG, c.Listening.BARGE),
     {"Action": "Redirect", "Channel": LEG, "Context": "watch", "Exten": "barge", "Priority": "1"}),
]  # fmt: skip


@pytest.mark.parametrize(("command", "action"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_each_command_is_one_action(command: c.Command, action: dict[str, str]) -> None:
    """Each command becomes exactly the action that was measured to perform it."""
    assert ami_actions.encode(command) == [action]


# everything a caller, an agent or a bug could put into a field, favouring what AMI reads as syntax
NASTY = st.text(st.sampled_from('\r\n\0:;,|"\\{}$ ()/@&%\t\v\x85\u2028aA1王\ud800')) | st.text(max_size=1200)
SAFE = st.sampled_from(["8001", "mandarin", "xm1-1.2", "小休"])
ANY = (
    NASTY
    | SAFE
    | st.builds(lambda a, b: a + b, SAFE, NASTY)
    | st.just("8001\r\nAction: Hangup\r\nChannel: /.*/\r\n\r\n")
)
COMMANDS = st.one_of(
    st.builds(c.AddMember, queue=ANY, seat=ANY, name=ANY, penalty=st.integers(), paused=st.booleans(), reason=ANY),
    st.builds(c.RemoveMember, queue=ANY, seat=ANY),
    st.builds(c.PauseMember, queue=st.just(Q), seat=st.just(S), paused=st.booleans(), reason=ANY),
    st.builds(c.CallSeat, seat=ANY, to=ANY),
    st.builds(c.DialOut, seat=st.just(S), number=ANY),
    st.builds(c.BlindTransfer, leg=ANY, to=ANY),
    st.builds(c.TransferToQueue, leg=ANY, queue=ANY),
    st.builds(c.AttendedTransfer, leg=st.just(LEG), to=ANY),
    st.builds(c.HandOver, leg=st.just(LEG), to=ANY, handover=ANY, ticket=ANY, number=ANY, summary=ANY),
    st.builds(c.HandOver, st.just(LEG), st.just("110"), st.just("01J0A"), st.just(""), st.just(""), summary=ANY),
    st.builds(c.EndConsult, leg=ANY, how=st.sampled_from(c.ConsultEnd)),
    st.builds(c.Hold, leg=ANY),
    st.builds(c.Resume, leg=ANY),
    st.builds(c.HangUp, leg=ANY, cause=st.integers()),
    st.builds(c.RenewRecording, leg=ANY),
    st.builds(c.MoveWaiting, leg=ANY, queue=ANY, to=ANY),
    st.builds(c.TakeOver, leg=ANY, seat=ANY, ear=ANY),
    st.builds(c.WatchSeat, seat=ANY, watched=ANY, mode=st.sampled_from(c.Listening)),
    st.builds(c.ChangeWatch, leg=ANY, mode=st.sampled_from(c.Listening)),
    st.builds(c.Rejoin, leg=ANY, seat=ANY),
    st.builds(c.ToHead, leg=ANY),
    st.builds(c.SendDigits, leg=ANY, digits=ANY),
    st.builds(c.SetPhoneKey, seat=ANY, key=ANY),
    st.builds(c.DropPhoneKeys, seats=st.lists(ANY).map(tuple), key=ANY | st.just("0f" * 16)),
    st.builds(c.SetAttended, seat=ANY, attended=st.booleans()),
    st.builds(c.SetDevice, seat=ANY, desk=st.booleans()),
    st.builds(c.CallSeat, seat=ANY, to=ANY, phone=ANY),
    st.builds(
        c.SetSwitch,
        kind=st.sampled_from(["hours", "mode"]),
        target=st.just("citizen") | ANY,
        state=st.just("on") | ANY,
        at=st.integers(),
        until=st.integers(),
        district=ANY,
    ),
    st.builds(
        c.SetNuisance,
        number=st.just("13800000001") | ANY,
        grade=st.just("message") | ANY,
        at=st.integers(),
        until=st.integers(),
    ),
    st.builds(c.SetPace, queue=ANY, seconds=st.floats(0, 1e6), at=st.floats(0, 2e9).map(Instant)),
)


@given(COMMANDS)
def test_no_value_adds_a_header_or_an_action(command: c.Command) -> None:
    """Whatever stands in a field, the bytes sent are read back as the same actions, or nothing is sent."""
    try:
        actions = ami_actions.encode(command)
    except ami_actions.WireError:
        return
    for action in actions:
        is_itself(action)


def is_itself(action: dict[str, str]) -> None:
    sent = ("".join(f"{field}: {value}\r\n" for field, value in action.items()) + "\r\n").encode()
    lines = re.split(rb"\r\n|\r|\n", sent)
    assert lines[len(action) :] == [b"", b""]
    assert dict(line.decode().split(": ", 1) for line in lines[: len(action)]) == action
    assert b"\0" not in sent
    assert all(len(line) < 1024 for line in lines)
    assert action.get("Async", "true") == "true"
    assert action.get("Context", "rejoin") in {
        "cti-originate", "transfer-targets", "to-queue", "rejoin", "watch", "phone-key", "handover", "switch", "nuisance-set"
    }  # fmt: skip
    assert not {"Application", "Data", "Command"} & action.keys()
    assert re.fullmatch(
        r"HOTLINE_MOVE|QUEUE_PRIO|DEVICE_STATE\(Custom:(seat|desk)-[0-9]+\)|__HOTLINE_(HANDOVER|TICKET|FROM|SUMMARY)"
        r"|HOTLINE_WATCHED=[A-Za-z0-9_.-]+"
        r"|HOTLINE_PACE_[a-z0-9_-]+|HOTLINE_KEY=[0-9a-f]{32}(,HOTLINE_SEATS=[0-9]+(-[0-9]+)*)?"
        r"|HOTLINE_STATE=[a-z]+,HOTLINE_UNTIL=[0-9]+,HOTLINE_AT=[0-9]+,HOTLINE_DISTRICT=[a-z0-9_]*",
        action.get("Variable", "QUEUE_PRIO"),
    )


def test_what_needs_more_than_one_action() -> None:
    """A taken-over citizen is given away after the supervisor's ear is free; a moved caller knows where to before he goes."""
    ear = LegId("xm1-1795435274.9")
    give = {"Action": "BlindTransfer", "Channel": LEG, "Context": "transfer-targets", "Exten": "8001"}
    assert ami_actions.encode(c.TakeOver(LEG, S)) == [give]
    assert ami_actions.encode(c.TakeOver(LEG, S, ear)) == [{"Action": "Hangup", "Channel": ear, "Cause": "16"}, give]
    assert ami_actions.encode(c.MoveWaiting(LEG, Q, QueueId("minnan"), urgent=True)) == [
        {"Action": "Setvar", "Channel": LEG, "Variable": "HOTLINE_MOVE", "Value": "minnan"},
        {"Action": "Setvar", "Channel": LEG, "Variable": "QUEUE_PRIO", "Value": "10"},
        {"Action": "QueueWithdrawCaller", "Queue": "mandarin", "Caller": LEG},
    ]
    assert [action["Digit"] for action in ami_actions.encode(c.SendDigits(LEG, "1#"))] == ["1", "#"]


@pytest.mark.parametrize("key", ["", "0F" * 16, "0f" * 15, "0f" * 16 + "\n", "${SHELL(id)}", '","x":"'])
def test_a_key_is_hex_and_never_shown(key: str) -> None:
    """Neither a refusal nor the command's own text repeats a secret."""
    command = c.SetPhoneKey(S, key)
    with pytest.raises(ami_actions.WireError) as refused:
        ami_actions.encode(command)
    assert not key or key not in f"{refused.value} {command!r}"


@pytest.mark.parametrize("mark", [";", ",", "|", '"', "\\", "\n", "\r", "\0", "\x7f", "\u2028"])
def test_member_names_hold_no_syntax(mark: str) -> None:
    """A name or reason that app_queue or AMI would read as syntax is refused, and the field is named."""
    with pytest.raises(ami_actions.WireError, match=r"^name: "):
        ami_actions.encode(c.AddMember(Q, S, f"王{mark}小明"))
    with pytest.raises(ami_actions.WireError, match=r"^reason: "):
        ami_actions.encode(c.PauseMember(Q, S, paused=True, reason=f"小{mark}休"))


@pytest.mark.parametrize("to", ["", "8002@evil", "hold", "800 2", "1" * 33, "+", "８００２", "8002&PJSIP/8003", "_."])
def test_only_digits_are_dialled(to: str) -> None:
    """What is dialled is digits, * and #, with a leading + at most."""
    with pytest.raises(ami_actions.WireError):
        ami_actions.encode(c.BlindTransfer(LEG, to))


@pytest.mark.parametrize("leg", ["", "PJSIP/8001-00000001", "/.*/", "xm1-1.2\r\n", "1.2 "])
def test_a_leg_is_a_uniqueid(leg: str) -> None:
    """No channel name and no pattern passes as a leg: Hangup takes regular expressions."""
    with pytest.raises(ami_actions.WireError):
        ami_actions.encode(c.HangUp(LegId(leg)))


def test_a_hand_over_sets_its_papers_before_it_dials() -> None:
    """All four, each time, on the seat's channel: those of an earlier one are not sent again."""
    actions = ami_actions.encode(c.HandOver(LEG, "110", "01J0A", "GD-1", "13800000001", "%E4%BA%95%20a"))
    assert [(one["Action"], one.get("Variable"), one.get("Value")) for one in actions[:-1]] == [
        ("Setvar", "__HOTLINE_HANDOVER", "01J0A"), ("Setvar", "__HOTLINE_TICKET", "GD-1"),
        ("Setvar", "__HOTLINE_FROM", "13800000001"), ("Setvar", "__HOTLINE_SUMMARY", "%E4%BA%95%20a"),
    ]  # fmt: skip
    assert actions[-1] == {"Action": "Atxfer", "Channel": LEG, "Context": "handover", "Exten": "110#"}
