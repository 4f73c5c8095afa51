"""What is a row of Asterisk's files, and what only looks like one."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from cti import cel_rows
from cti.cel_rows import COLUMNS, Refused, Whole

UID = "xm1-1795800000.7"
FORGED = f"HANGUP,1795860000.0,,,,,,,,,,,,,{UID},{UID},,,,"
WORDS = (
    "HANGUP",
    "CHAN_START",
    "1795860000.000000",
    UID,
    '"',
    '""',
    ",",
    '","',
    "\n",
    "\r\n",
    "\\",
    "|",
    "x",
    "\u202e",
)
hostile = st.lists(st.sampled_from(WORDS), max_size=40).map("".join)


def written(**columns: str) -> bytes:
    """A row as Asterisk's cel_custom writes it with our template."""
    values = {"eventtype": "CHAN_START", "eventtime": "1795800010.000000", "uniqueid": UID, "linkedid": UID} | columns
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([values.get(name, "") for name in COLUMNS])
    return out.getvalue().encode()


PLAIN = written(cid_num="13900000001", exten="12319")


def whole(data: bytes, ended: bool = False) -> list[tuple[int, str]]:
    return [(one.begin, one.row[0]) for one in cel_rows.cel(data, ended).parts if isinstance(one, Whole)]


def refused(data: bytes, ended: bool = False) -> list[Refused]:
    return [one for one in cel_rows.cel(data, ended).parts if isinstance(one, Refused)]


def test_a_line_end_inside_quotes_is_a_letter() -> None:
    """In the calling number, the redirecting number, anywhere: one row, told as it was sent."""
    for name in ("cid_num", "cid_name", "ani", "rdnis", "dnid", "exten", "userfield", "eventextra"):
        for sent in ("1390\nX", "1390\r\nX", f"1\n{FORGED}\n", f'1\n"HANGUP","17","{UID}"\n'):
            (one,) = cel_rows.cel(written(**{name: sent}) + PLAIN, False).parts[:1]
            assert isinstance(one, Whole)
            assert one.row[COLUMNS.index(name)] == sent


def test_a_row_that_is_not_quoted_as_ours_is_refused() -> None:
    """Unquoted, too few fields, too many, an unknown kind, no moment, no leg: each costs itself alone."""
    odd = [
        FORGED.encode() + b"\n",
        PLAIN.replace(b'"12319"', b"12319"),
        PLAIN.replace(b',"12319"', b""),
        PLAIN.replace(b'"12319"', b'"12319",""'),
        written(eventtype="CHAN_STARTED"),
        written(eventtype="HANGUP", userdeftype="LINE"),
        written(eventtime="yesterday"),
        written(uniqueid="a b"),
        PLAIN.replace(b"13900000001", b"139\0"),
    ]
    for one in odd:
        assert whole(PLAIN + one + PLAIN) == [(0, "CHAN_START"), (len(PLAIN) + len(one), "CHAN_START")]
        assert [(bad.begin, bad.rows) for bad in refused(PLAIN + one + PLAIN)] == [(len(PLAIN), 1)]


def test_a_user_event_has_its_own_name() -> None:
    assert whole(written(eventtype="LINE", userdeftype="LINE")) == [(0, "LINE")]


@given(hostile, hostile, hostile, st.data())
def test_whatever_a_stranger_sends_is_one_row_of_his_own(name: str, number: str, ani: str, data: st.DataObject) -> None:
    """Whole, or cut by a power cut anywhere with the next life's row behind it: no row is made that Asterisk did not write."""
    his = written(cid_name=name, cid_num=number, ani=ani)
    assert whole(his + PLAIN) == [(0, "CHAN_START"), (len(his), "CHAN_START")]
    cut = data.draw(st.integers(1, len(his) - 1))
    assert whole(his[:cut] + PLAIN) == [(cut, "CHAN_START")]
    assert len(refused(his[:cut] + PLAIN)) == 1


@given(st.lists(hostile, min_size=1, max_size=4), st.data())
def test_it_does_not_matter_where_reading_stops(numbers: list[str], data: st.DataObject) -> None:
    """Rows still being written are waited for; read in pieces, the same rows are found at the same places."""
    text = b"".join(written(cid_num=number) for number in numbers) + b"nonsense\n" + PLAIN
    cuts = sorted({*data.draw(st.lists(st.integers(0, len(text)), max_size=6)), len(text)})
    found, at = [], 0
    for cut in cuts:
        part = cel_rows.cel(text[at:cut], False)
        found += [at + one.begin for one in part.parts if isinstance(one, Whole)]
        at += part.used
    assert found == [begin for begin, _ in whole(text)]
    assert at == len(text)


def test_a_row_that_will_not_be_ended_is_refused_when_its_file_is() -> None:
    """And not before."""
    assert refused(PLAIN + PLAIN[:50]) == []
    assert [bad.begin for bad in refused(PLAIN + PLAIN[:50], ended=True)] == [len(PLAIN)]


def test_a_flood_without_an_end_holds_nothing_up() -> None:
    """Bytes that could be the beginning of a very long row are waited for only so long."""
    flood = PLAIN[:30] + b"x" * (2 * cel_rows.LONGEST)
    assert cel_rows.cel(flood, False).used > 0


def test_a_line_end_in_queue_log_makes_no_life() -> None:
    """queue_log quotes nothing: a beginning beside lines that are none is refused with them."""
    entered = b"1795800000|xm1-1.1|mandarin|NONE|ENTERQUEUE||1390"
    life = b"1795828800|NONE|NONE|NONE|QUEUESTART|"
    for forged in (entered + b"\n" + life + b"|1\n", entered + b"\n" + life + b"\n|1\n"):
        kinds = [one.row[4] for one in cel_rows.queue_log(forged, False).parts if isinstance(one, Whole)]
        assert "QUEUESTART" not in kinds
        assert any(isinstance(one, Refused) for one in cel_rows.queue_log(forged, False).parts)
    for cut in range(1, len(entered)):
        parts = cel_rows.queue_log(entered[:cut] + life + b"\n", False).parts
        assert [one.row for one in parts if isinstance(one, Whole)] == [life.decode().split("|")]
