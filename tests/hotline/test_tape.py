"""Whatever file is given to ``hotline tape``: it is folded, or what is wrong with it is said, with status 2."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config import language
from config.secrets import Secrets
from hotline import cli
from hotline.verbs.tape import Recorder, _opened

TAPES = Path(__file__).parent.parent / "tapes"
FOREIGN = TAPES / "foreign"
PLAIN = gzip.decompress((TAPES / "plain.tape.gz").read_bytes())
OLD = (FOREIGN / "old_sip_channel_inbound.tape").read_bytes()

Told = tuple[int, list[dict[str, Any]], str]
Replay = Callable[[bytes], Told]


@pytest.fixture
def replay(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Replay:
    """What ``tape replay --json`` makes of these bytes: status, objects, what it says beside them."""
    monkeypatch.chdir(tmp_path)  # where no settings name a language

    def run(data: bytes) -> Told:
        path = tmp_path / "some.tape"
        path.write_bytes(data)
        language.use("en")
        try:
            status = cli.main(["tape", "replay", str(path), "--json"])
        finally:
            language.use("zh")
        heard = capsys.readouterr()
        return status, [json.loads(line) for line in heard.out.splitlines()], heard.err

    return run


def lines_of(*events: str) -> bytes:
    return "".join(event.replace("; ", "\r\n") + "\r\n\r\n" for event in events).encode()


# -- H1: who called whom, with drivers that make every channel Down ---------------------------------


def test_a_channel_born_down_that_goes_to_ring_called_us(replay: Replay) -> None:
    status, events, said = replay(OLD)
    arrived = next(event for event in events if event.get("event") == "CallArrived")
    assert (status, arrived["direction"], said) == (0, "inbound", "")
    assert next(event for event in events if event.get("event") == "CallOffered")["seat"] == "801"


def test_a_channel_born_down_that_is_rung_was_called_by_us(replay: Replay) -> None:
    """An originated call is born Down as well, and rings: nobody has called."""
    _, events, _ = replay(OLD.replace(b"ChannelState: 4\r\nChannelStateDesc: Ring\r", b"ChannelState: 5\r\nChannelStateDesc: Ringing\r", 1))  # fmt: skip
    assert next(event for event in events if event.get("event") == "CallArrived")["direction"] == "outbound"


@pytest.mark.parametrize("end", ["Hangup", "nothing"])
def test_a_channel_that_never_says_who_began_holds_nothing_back(replay: Replay, end: str) -> None:
    """Its call is told all the same, in the order of the tape: at its end, or where the tape ends."""
    data = lines_of(
        "Event: Newchannel; Channel: SIP/gate-1; ChannelState: 0; Uniqueid: 1.1; Linkedid: 1.1; Exten: 12319",
        "Event: Newchannel; Channel: SIP/gate-2; ChannelState: 4; Uniqueid: 1.2; Linkedid: 1.2; Exten: 12319",
        *(["Event: Hangup; Channel: SIP/gate-1; Uniqueid: 1.1; Cause: 16"] if end == "Hangup" else []),
    )
    status, events, _ = replay(data)
    arrived = [event["call"] for event in events if event.get("event") == "CallArrived"]
    assert (status, arrived, events[-1]["open_calls"]) == (0, ["1.1", "1.2"], ["1.2"] if end == "Hangup" else ["1.1", "1.2"])  # fmt: skip


def test_states_told_by_name_alone_are_read(replay: Replay) -> None:
    """Asterisk 1.4 has no number for them."""
    old = b"\r\n".join(
        line.replace(b"ChannelStateDesc:", b"State:") for line in OLD.split(b"\r\n") if not line.startswith(b"ChannelState:")
    )  # fmt: skip
    assert replay(old)[1][:-1] == replay(OLD)[1][:-1]


@pytest.mark.parametrize("status", ["On", "Off"])
def test_hold_and_its_end_are_one_event_with_older_asterisks(status: str) -> None:
    from cti import ami_decoder
    from cti.ids import Instant

    (frame,) = ami_decoder.decode(f"Event: Hold\r\nStatus: {status}\r\nUniqueid: 1.1".encode(), Instant(1.0))
    assert frame.held is (status == "On")  # type: ignore[union-attr]


# -- H2: line ends, marks, packing ----------------------------------------------------------------


def test_a_tape_with_line_feeds_is_the_same_tape(replay: Replay) -> None:
    assert replay((FOREIGN / "same_with_line_feeds.tape").read_bytes())[1][:-1] == replay(OLD)[1][:-1]


def edited(data: bytes, *, every: int) -> bytes:
    """Every n-th message as an editor with other line ends would have saved it."""
    messages = data.split(b"\r\n\r\n")[:-1]
    return b"".join(
        (one.replace(b"\r\n", b"\n") + b"\n\n") if place % every == 0 else one + b"\r\n\r\n"
        for place, one in enumerate(messages)
    )


SAME = {
    "line feeds": lambda data: data.replace(b"\r\n", b"\n"),
    "line feeds after its banner": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n", 1),
    "CR LF after its banner": lambda data: data.replace(b"\r\n", b"\n", 1),
    "some messages with line feeds": lambda data: edited(data, every=3),
    "most messages with line feeds": lambda data: edited(data.partition(b"\r\n")[2], every=1),
    "some lines with line feeds": lambda data: data.replace(b"\r\nLinkedid", b"\nLinkedid").replace(b"\r\nUniqueid", b"\nUniqueid"),
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "UTF-16, big end": lambda data: b"\xfe\xff" + data.decode().encode("utf-16-be"),
    "no banner": lambda data: data.partition(b"\r\n")[2],
    "gzip": gzip.compress,
    "gzip twice": lambda data: gzip.compress(gzip.compress(data)),
    "gzip in two members": lambda data: gzip.compress(data[:500]) + gzip.compress(data[500:]),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "blanks at line ends stripped": lambda data: data.replace(b": \r\n", b":\r\n"),
    "more blank lines": lambda data: data.replace(b"\r\n\r\n", b"\r\n\r\n\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_what_can_be_understood_without_doubt_is_folded(name: str, replay: Replay) -> None:
    """However the file was saved or packed: the same events, status 0."""
    _, whole, _ = replay(PLAIN)
    status, events, said = replay(SAME[name](PLAIN))  # type: ignore[no-untyped-call]
    assert (status, said) == (0, "")
    assert events[:-1] == whole[:-1]
    assert events[-1]["messages"]["folded"] == whole[-1]["messages"]["folded"]


# -- what is no tape ------------------------------------------------------------------------------

NO_TAPE = {
    "empty": (b"", "no AMI message"),
    "one line end": (b"\r\n", "no AMI message"),
    "zeros": (bytes(5000), "no AMI message"),
    "noise": (bytes(range(256)) * 40, "no AMI message"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, "no AMI message"),
    "a log": (b"[2026-11-28 10:00:00] NOTICE[1] chan: x\n" * 50, "no AMI message"),
    "a web page": (b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n<html></html>\r\n\r\n", "no AMI message"),
    "a banner alone": (b"Asterisk Call Manager/11.0.0\r\n", "no AMI message"),
    "a megabyte without an end": (b"Event: Newchannel\r\nChannel: " + b"x" * (3 << 20), "within a megabyte"),
    "a ZIP archive": (b"PK\x03\x04" + bytes(90), "ZIP"),
    "zstd": (b"\x28\xb5\x2f\xfd" + bytes(90), "zstd"),
    "packed nothing": (gzip.compress(b""), "no AMI message"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_TAPE)
def test_what_is_no_tape_is_said_with_status_2(name: str, replay: Replay) -> None:
    data, said = NO_TAPE[name]
    status, events, err = replay(data)
    assert status == 2
    assert said in err
    assert "some.tape" in err
    assert events[-1]["counts"] == {}


def test_a_file_that_is_not_there_or_a_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path / "none.tape", tmp_path):
        assert cli.main(["tape", "replay", str(path)]) == 2
        assert str(path) in capsys.readouterr().err


CUT = {
    "in a message": lambda data: data[:-40],
    "before the last line end": lambda data: data[:-1],
    "packed, in the middle": lambda data: gzip.compress(data)[:-400],
    "packed, its check sum": lambda data: gzip.compress(data)[:-4] + b"\0\0\0\0",
    "packed, with something behind": lambda data: gzip.compress(data) + b"rubbish",
    "xz, in the middle": lambda data: lzma.compress(data)[:-200],
    "UTF-16, in a letter": lambda data: data.decode().encode("utf-16")[:-1],
    "zeros behind (a disk that was full)": lambda data: data + bytes(400),
    "something else in between": lambda data: data.replace(b"\r\n\r\n", b"\r\n\r\nnothing of AMI\r\n\r\n", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", CUT)
def test_a_cut_tape_is_folded_as_far_as_it_goes_and_said_with_status_2(name: str, replay: Replay) -> None:
    status, events, said = replay(CUT[name](PLAIN))  # type: ignore[no-untyped-call]
    assert status == 2
    assert "some.tape" in said
    assert events[0]["event"] == "CallArrived"
    assert events[-1]["messages"]["folded"] > 3


@pytest.mark.parametrize("cut", [False, True])
def test_connections_one_behind_the_other(cut: bool, replay: Replay) -> None:
    """A link that was lost and made again begins with a banner in the middle: no message is sewn together of two."""
    first = PLAIN[:-40] if cut else PLAIN
    status, events, said = replay(first + OLD)
    assert status == (2 if cut else 0)
    assert "2 connections" in said
    assert ("cut off" in said) == cut
    assert "1795800000.1" in {event.get("call") for event in events}


# -- W2: what was not understood is counted and named ------------------------------------------------


def test_words_of_older_asterisks_are_named(replay: Replay) -> None:
    """Asterisk 11 says talks by other words, and not what belongs together: no silence about it."""
    data = b"Asterisk Call Manager/1.3\r\n" + lines_of(
        "Event: Newchannel; Channel: SIP/gate-1; ChannelState: 0; Uniqueid: 1.1; Exten: 12319",
        "Event: Newstate; Channel: SIP/gate-1; ChannelState: 4; Uniqueid: 1.1",
        "Event: Newchannel; Channel: SIP/801-2; ChannelState: 0; Uniqueid: 1.2",
        "Event: Dial; SubEvent: Begin; UniqueID: 1.1; DestUniqueID: 1.2",
        "Event: Bridge; Bridgestate: Link; Uniqueid1: 1.1; Uniqueid2: 1.2",
        "Event: LocalBridge; Uniqueid1: 1.1; Uniqueid2: 1.2",
        "Event: Hangup; Channel: SIP/801-2; Uniqueid: 1.2; Cause: 16",
        "Event: Hangup; Channel: SIP/gate-1; Uniqueid: 1.1; Cause: 16",
    )
    status, events, said = replay(data)
    assert status == 0
    assert "before 12" in said
    for word in ("Dial (1)", "Bridge (1)", "Newchannel: Linkedid (2)", "LocalBridge: LocalOneUniqueid (1)"):
        assert word in said
    assert events[-1]["messages"] == {
        "total": 8, "folded": 5, "passed_over": 0, "unknown": {"Dial": 1, "Bridge": 1},
        "refused": {"LocalBridge: LocalOneUniqueid": 1}, "ami": ["1.3"], "without_linkedid": 2,
    }  # fmt: skip


def test_events_of_no_known_name_and_without_a_header_are_counted(replay: Replay) -> None:
    data = PLAIN + lines_of("Event: Teleport; Uniqueid: 1.1", "Event: Teleport; Uniqueid: 1.2", "Event: Hangup; Cause: 16")  # fmt: skip
    status, events, said = replay(data)
    account = events[-1]["messages"]
    assert (status, account["unknown"], account["refused"]) == (0, {"Teleport": 2}, {"Hangup: Uniqueid": 1})
    assert "Teleport (2)" in said
    assert "Hangup: Uniqueid (1)" in said


def test_every_message_of_our_own_tapes_is_known(replay: Replay) -> None:
    """The lists of names hold all that Asterisk 22 said on any of them."""
    for path in sorted(TAPES.glob("*.tape.gz")):
        status, events, said = replay(path.read_bytes())
        account = events[-1]["messages"]
        assert (status, said, account["unknown"], account["refused"]) == (0, "", {}, {}), path.name
        assert account["total"] == account["folded"] + account["passed_over"]


# -- recording --------------------------------------------------------------------------------------


class Sink:
    def __init__(self, fault: OSError | None = None) -> None:
        self.data, self.fault = b"", fault

    def write(self, data: bytes) -> int:
        if self.fault is not None:
            raise self.fault
        self.data += data
        return len(data)


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_recording_ends_with_a_whole_message(size: int) -> None:
    """However the socket cuts: our own stop leaves no half message, and a loss shows where it was."""
    sink = Sink()
    recorder = Recorder(sink)  # type: ignore[arg-type]
    data = PLAIN[: len(PLAIN) - 30]
    for begin in range(0, len(data), size):
        recorder.tap(data[begin : begin + size])
    assert sink.data == PLAIN[: PLAIN.rindex(b"\r\n\r\n", 0, len(data)) + 4]
    assert recorder.count == len(sink.data)
    recorder.lost("closed")
    assert sink.data.startswith(data)


def test_a_recording_that_cannot_be_written_stops_and_says_so() -> None:
    """A full disk is no tape of nothing."""
    recorder = Recorder(Sink(OSError(28, "No space left on device")))  # type: ignore[arg-type]
    recorder.tap(PLAIN)
    assert recorder.stop.is_set()
    assert recorder.fault is not None


def listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """The shipped settings with an AMI port where nobody is."""
    port = next(port for port in range(20011, 32000, 97) if not listening(port))
    text = (Path(__file__).parents[2] / "hotline.toml").read_text(encoding="utf-8")
    path = tmp_path / "hotline.toml"
    path.write_text(text.replace("ami = 5038", f"ami = {port}"), encoding="utf-8")
    assert str(port) in path.read_text(encoding="utf-8")
    return path


def test_recording_without_an_asterisk_says_so_with_status_2(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new.tape"
    args = ["tape", "record", str(file), "--config", str(settings), "--var", str(tmp_path / "var"), "--seconds", "0.1"]
    assert cli.main(args) == 2
    assert "--var" in capsys.readouterr().err
    assert not file.exists()
    secrets = Secrets(tmp_path / "var" / "secrets")
    secrets.folder.mkdir(parents=True)
    (secrets.folder / "ami-tape").write_text("0" * 32)
    assert cli.main(args) == 2
    assert "AMI" in capsys.readouterr().err
    assert cli.main(args) == 2  # the file is there already
    assert str(file) in capsys.readouterr().err


def test_a_tape_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask; one that is there is not written over, nor through a link."""
    mask = os.umask(0)
    try:
        with _opened(tmp_path / "a.tape") as out:
            out.write(b"x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "a.tape").stat().st_mode) == 0o600
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("a.tape", "link"):
        with pytest.raises(FileExistsError):
            _opened(tmp_path / name)
    assert not (tmp_path / "elsewhere").exists()
