"""Ids and layout: any id round-trips, and no call's name leads anywhere but below the shelf."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.ids import CallId
from recordings import layout
from recordings.errors import Hopeless, RecordingError
from recordings.ids import MOST_PART, RecordingId
from recordings.local_storage import LocalStorage

from .sound import STARTED

XIAMEN = ZoneInfo("Asia/Shanghai")
PARTS = st.integers(1, MOST_PART)
PLAIN = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z._-]{0,150}", fullmatch=True)
FORMS = st.sampled_from(layout.FORMATS)
MOMENTS = st.integers(0, 100 * 365 * 86400).map(lambda second: datetime.fromtimestamp(second, UTC))
HOSTILE = st.text() | st.sampled_from(
    [
        "",
        "../../etc/passwd",
        "a/b",
        ".hidden",
        "a\nb",
        "a b",
        "-rf",
        "x" * 200,
        "a\0",
        "..",
        ".",
        "a/../../b",
        "a+2",
        "é",
    ]
)


@given(st.text(min_size=1), PARTS)
def test_any_id_is_read_as_it_was_written(call: str, part: int) -> None:
    """Whatever stands in the call, plus signs and line ends too."""
    ident = RecordingId(CallId(call), part)
    assert RecordingId.read(str(ident)) == ident


def test_a_call_alone_is_its_first_part() -> None:
    assert RecordingId.read("xm1-1.0") == RecordingId(CallId("xm1-1.0"), 1)


@pytest.mark.parametrize("part", [0, -1, MOST_PART + 1])
def test_no_part_is_no_id(part: int) -> None:
    with pytest.raises(ValueError, match="counted from 1"):
        RecordingId(CallId("xm1-1.0"), part)


@given(PLAIN, PARTS, MOMENTS, FORMS, st.booleans())
def test_every_name_of_a_recording_tells_whose_it_is(
    call: str, part: int, at: datetime, form: str, sealed: bool
) -> None:
    """Sound, facts and waveform; a call may be named like an ending of ours."""
    ident = RecordingId(CallId(call), part)
    sound = layout.sound(ident, at, XIAMEN, form, sealed=sealed)
    names = (sound, layout.facts_of(sound), layout.peaks_of(sound))
    assert [layout.identified(name) for name in names] == [ident] * 3
    assert all(layout.safe(name) for name in names)
    assert layout.facts_of(sound) == layout.facts_at(ident, at, XIAMEN)
    assert layout.day_of(sound) == layout.day(at, XIAMEN)


@given(PLAIN, PLAIN, PARTS, PARTS)
def test_no_two_recordings_share_a_name(one: str, two: str, first: int, second: int) -> None:
    a, b = RecordingId(CallId(one), first), RecordingId(CallId(two), second)
    sounds = [layout.sound(ident, STARTED, XIAMEN, "opus", sealed=True) for ident in (a, b)]
    assert (sounds[0] == sounds[1]) == (a == b)


def test_the_first_part_lies_where_a_calls_recording_always_lay() -> None:
    """17:30 UTC is the next day in Xiamen, and there the recording lies."""
    call = CallId("xm1-1795455000.0")
    assert layout.sound(RecordingId(call), STARTED, XIAMEN, "opus", sealed=True) == f"2026/11/24/{call}.opus.sealed"
    assert layout.sound(RecordingId(call), STARTED, XIAMEN, "mp3", sealed=False) == f"2026/11/24/{call}.mp3"
    assert layout.sound(RecordingId(call, 2), STARTED, XIAMEN, "wav", sealed=False) == f"2026/11/24/{call}+2.wav"


@given(HOSTILE, PARTS)
def test_no_call_leads_out_of_the_shelf(call: str, part: int) -> None:
    """Refused, or a plain name below its day."""
    path = ""
    with suppress(Hopeless):
        path = layout.sound(RecordingId(CallId(call), part), STARTED, XIAMEN, "opus", sealed=True)
    if not path:
        with pytest.raises(Hopeless, match="bad_name"):
            layout.stem(RecordingId(CallId(call), part))
        return
    assert PurePosixPath(path).parts[:3] == ("2026", "11", "24")
    assert len(PurePosixPath(path).parts) == 4
    assert ".." not in PurePosixPath(path).parts


@given(HOSTILE)
def test_no_name_leads_out_of_the_storage(name: str) -> None:
    """Every door refuses it before it touches anything, whatever a layout of tomorrow would ask."""
    storage = LocalStorage(Path("/nonexistent/shelf"))
    if layout.safe(name):
        assert storage.stat(name) is None
        return
    for door in (storage.stat, storage.delete, lambda name: next(storage.open_range(name), None)):
        with pytest.raises(RecordingError, match="bad_name"):
            door(name)
    with pytest.raises(RecordingError, match="bad_name"):
        storage.put(name, [b"x"])
