"""AGI lines: whatever comes in becomes values, within bounds; what goes out is one safe line."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.agi import HEADER_MOST, LINE_MOST, REPLY_MOST, Garbled, Heard, HungUp, Opened, Reader, Reply, command
from ivr.errors import UnsayableCommand

HEADER = (
    b"agi_network: yes\nagi_network_script: line\nagi_request: agi://127.0.0.1:12203/line\n"
    b"agi_channel: PJSIP/telecom-00000001\nagi_uniqueid: xm1-1795435343.1\nagi_callerid: 13805920001\n"
    b"agi_calleridname: \xe7\x8e\x8b\xe5\xb0\x8f\xe6\x98\x8e\nagi_extension: s\nagi_arg_1: citizen\n\n"
)
TALK = HEADER + (
    b"200 result=0\n200 result=50 endpos=1600\n200 result=12 (timeout)\n100 result=0 Trying...\n"
    b"510 Invalid or unknown command\n520-Invalid command syntax.  Proper usage follows:\nUsage: SET AUTOHANGUP\n\n"
    b"520 End of proper usage.\n200 result=-1\nHANGUP\n511 Command Not Permitted on a dead channel\n"
)
HEARD: list[Heard] = [
    Opened("line", ("citizen",), "xm1-1795435343.1", "PJSIP/telecom-00000001", "13805920001", "s"),
    Reply(200, "0"), Reply(200, "50", endpos=1600), Reply(200, "12", "timeout"), Reply(510),
    Reply(520), Reply(200, "-1"), HungUp(), Reply(511),
]  # fmt: skip


def stripped(heard: list[Heard]) -> list[Heard]:
    """Without the prose of an error reply."""
    return [Reply(one.code) if isinstance(one, Reply) and one.code >= 500 else one for one in heard]


def test_a_whole_conversation() -> None:
    """Header, results, keys, time-outs, errors, a usage block and a hang-up are read as what they are."""
    assert stripped(Reader().feed(TALK)) == HEARD


@given(st.lists(st.integers(0, len(TALK))))
def test_how_the_bytes_are_cut_makes_no_difference(cuts: list[int]) -> None:
    """Any fragmentation gives the same values."""
    reader, found = Reader(), []
    edges = [0, *sorted(cuts), len(TALK)]
    for start, end in itertools.pairwise(edges):
        found += reader.feed(TALK[start:end])
    assert stripped(found) == HEARD


@given(st.lists(st.binary(max_size=4000), max_size=20), st.booleans())
def test_garbage_is_bounded_and_said_once(pieces: list[bytes], opened: bool) -> None:
    """Nothing raises, at most one Garbled comes and nothing after it, and no more is kept than a reply may be long."""
    reader = Reader()
    found: list[Heard] = reader.feed(HEADER) if opened else []
    for piece in pieces:
        found += reader.feed(piece)
        assert len(reader._kept) <= max(HEADER_MOST, REPLY_MOST)
    ends = [place for place, one in enumerate(found) if isinstance(one, Garbled)]
    assert ends in ([], [len(found) - 1])


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\n",
        b"agi_network: yes\n\n",
        b"agi_x: " + b"y" * 9000,
        b"".join(b"agi_h%d: 1\n" % n for n in range(10_000)),
        HEADER + b"x" * 9000,
        HEADER + b"hello\n",
        HEADER + b"520-Usage\n" + b"more\n" * 2000,
    ],
)
def test_what_is_not_agi(sent: bytes) -> None:
    """HTTP, an empty or endless header, an endless line, prose, an endless usage block: garbled, and then silence."""
    reader = Reader()
    assert isinstance(reader.feed(sent)[-1], Garbled)
    assert reader.feed(HEADER) == []


def test_a_withheld_number_is_none() -> None:
    """Asterisk's 'unknown' is no number."""
    (opened,) = Reader().feed(HEADER.replace(b"13805920001", b"unknown"))
    assert isinstance(opened, Opened)
    assert opened.caller == ""


def unquoted(line: str) -> list[str]:
    """The words of a line as parse_args in res_agi.c takes them apart."""
    words, word, quoted, inside, escaped = [], "", False, False, False
    for char in line:
        if escaped:
            word, inside, escaped = word + char, True, False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted, inside = not quoted, True
        elif char == " " and not quoted:
            if inside:
                words.append(word)
            word, inside = "", False
        else:
            word, inside = word + char, True
    return [*words, word] if inside else words


@given(st.lists(st.text(st.characters(exclude_categories=("C",)), max_size=50), min_size=1, max_size=8))  # type: ignore[arg-type]
def test_asterisk_reads_back_what_we_say(words: list[str]) -> None:
    """Spaces, quotes, backslashes and Chinese in a word arrive as they were."""
    line = command(*words)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert unquoted(line.decode().removesuffix("\n")) == words


@pytest.mark.parametrize("word", ["a\nb", "a\rb", "a\0b", "a\x7fb"])
def test_no_line_end_passes(word: str) -> None:
    """A second command cannot be smuggled in."""
    with pytest.raises(UnsayableCommand):
        command("EXEC", word)


def test_a_line_fits_asterisks_buffer() -> None:
    """2048 bytes pass, one more does not."""
    assert len(command("EXEC", "x" * (LINE_MOST - 6))) == LINE_MOST
    with pytest.raises(UnsayableCommand):
        command("EXEC", "x" * (LINE_MOST - 5))
