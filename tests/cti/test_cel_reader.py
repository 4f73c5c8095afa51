"""The book: files to events, with a place to resume from that loses and doubles nothing."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cti import events as ev
from cti import frame_types as fr
from cti.asterisk_deaths import AsteriskDeaths
from cti.cel_reader import Book, Mark
from cti.cel_rows import lines
from cti.equipment_events import RowsRefused
from cti.file_tail import NOWHERE, Tail
from cti.ids import Instant

from .story import PLAN, Story, stories


def row(kind: str, at: float, leg: str, **columns: str) -> str:
    names = (
        "cid_name", "cid_num", "ani", "rdnis", "dnid", "exten", "context", "channel", "appname", "appdata",
        "amaflags", "accountcode",
    )  # fmt: skip
    values = [kind, f"{at:.6f}", *(columns.get(name, "") for name in names), leg, columns.get("linked", leg)]
    values += ["", "", columns.get("user", ""), columns.get("extra", "")]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(values)
    return out.getvalue()


def rows(frames: list[fr.Frame]) -> list[str]:
    """CEL rows of a story."""
    channels: dict[str, str] = {}
    out = []
    for f in frames:
        if isinstance(f, fr.LegNew):
            channels[f.leg] = f.channel
            out.append(
                row(
                    "CHAN_START",
                    f.at,
                    f.leg,
                    linked=f.linked,
                    channel=f.channel,
                    cid_num=f.number,
                    cid_name=f.name,
                    exten=f.exten,
                )
            )
        elif isinstance(f, fr.LegUp):
            out.append(row("ANSWER", f.at, f.leg, channel=channels[f.leg]))
        elif isinstance(f, fr.LegGone):
            extra = json.dumps({"hangupcause": f.cause, "hangupsource": f.source})
            out.append(row("HANGUP", f.at, f.leg, channel=channels[f.leg], extra=extra))
            out.append(row("CHAN_END", f.at, f.leg, channel=channels[f.leg]))
        elif isinstance(f, fr.BridgeIn | fr.BridgeOut):
            kind = "BRIDGE_ENTER" if isinstance(f, fr.BridgeIn) else "BRIDGE_EXIT"
            out.append(row(kind, f.at, f.leg, channel=channels[f.leg], extra=json.dumps({"bridge_id": f.bridge})))
        elif isinstance(f, fr.QueueIn):
            out.append(row("APP_START", f.at, f.leg, appname="Queue", appdata=f"{f.queue},,,,300"))
        elif isinstance(f, fr.Dialled):
            out.append(row("DIALLED", f.at, f.leg, user="DIALLED", extra=json.dumps({"extra": f.number})))
        elif isinstance(f, fr.Lined):
            words = "|".join((f.line, f.trunk, f.number, f.partner, f.reference, f.origin))
            out.append(row("LINE", f.at, f.leg, user="LINE", extra=json.dumps({"extra": words})))
    return out


def drain(book: Book) -> tuple[list[ev.Event], Mark]:
    events: list[ev.Event] = []
    mark = Mark()
    while (batch := book.read()) is not None:
        events += batch.events
        mark = batch.mark
    return events, mark


def summary(events: list[ev.Event]) -> dict[str, list[ev.Event]]:
    """Events by call: what a ledger keyed by call would hold."""
    out: dict[str, list[ev.Event]] = {}
    for event in events:
        call = getattr(event, "call", "")
        if event not in out.setdefault(call, []):
            out[call].append(event)
    return out


@given(stories(), st.data())
def test_a_crash_and_a_resume_reach_the_same_ledger(  # type: ignore[no-untyped-def]
    tmp_path_factory, frames: list[fr.Frame], data: st.DataObject
) -> None:
    """Stop anywhere, lose all memory, resume from the committed mark: each call's events are the same."""
    folder: Path = tmp_path_factory.mktemp("book")
    cel, queue_log = folder / "cel.csv", folder / "queue_log"
    queue_log.touch()
    lines = rows(frames)
    text = "".join(lines).encode()
    cut = data.draw(st.integers(0, len(text)))
    cel.write_bytes(text)
    whole, _ = drain(Book(PLAN, cel, queue_log, Mark()))
    cel.write_bytes(text[:cut])
    before, mark = drain(Book(PLAN, cel, queue_log, Mark()))
    with open(cel, "ab") as file:
        file.write(text[cut:])
    after, _ = drain(Book(PLAN, cel, queue_log, mark))
    closed: set[str] = {e.call for e in before if isinstance(e, ev.CallEnded)}
    closed |= {e.leg for e in before if isinstance(e, ev.LegBegan) and e.call in closed}  # as the scribe knows them
    resumed = [e for e in after if getattr(e, "call", "") not in closed]
    assert summary([*before, *resumed]) == summary(whole)


def test_a_restart_of_asterisk_ends_what_was_open_but_not_what_came_after(tmp_path: Path) -> None:
    """QUEUESTART is applied between the rows of the old life and those of the new."""
    cel, queue_log = tmp_path / "cel.csv", tmp_path / "queue_log"
    old, new = Story(0), Story(500)
    old.arrive()
    new.arrive()
    cel.write_text("".join(rows(old.frames) + rows(new.frames)))
    queue_log.write_text("1010|NONE|NONE|NONE|QUEUESTART|\n")
    events, mark = drain(Book(PLAN, cel, queue_log, Mark()))
    ended = [e for e in events if isinstance(e, ev.CallEnded)]
    assert [(e.call, e.by) for e in ended] == [(old.call, ev.EndedBy.NODE_DIED)]
    again, _ = drain(Book(PLAN, cel, queue_log, mark))
    assert not [e for e in again if isinstance(e, ev.CallEnded)]


def test_a_call_of_a_dead_asterisk_ends_when_it_died_not_when_the_next_one_began(tmp_path: Path) -> None:
    """A night lies between the death and the new life: the call lasted until the death, or its last row."""
    cel, queue_log = tmp_path / "cel.csv", tmp_path / "queue_log"
    old = Story(0)
    old.arrive()
    cel.write_text("".join(rows(old.frames)))
    last = old.frames[-1].at
    queue_log.write_text(f"{last + 30000:.0f}|NONE|NONE|NONE|QUEUESTART|\n")
    deaths = AsteriskDeaths(tmp_path / "deaths")
    deaths.note(Instant(last + 60))
    for died, ended in ((deaths.before, last + 60), (lambda _life: Instant(last - 5), last)):
        events, _ = drain(Book(PLAN, cel, queue_log, Mark(), died))
        (end,) = [e for e in events if isinstance(e, ev.CallEnded)]
        assert end.at == ended
        assert end.by is ev.EndedBy.NODE_DIED


def test_the_end_of_an_older_life_is_no_death_of_this_one(tmp_path: Path) -> None:
    """Nobody saw the second life end: its calls are closed when the third began."""
    cel, queue_log = tmp_path / "cel.csv", tmp_path / "queue_log"
    story = Story(500)
    story.arrive()
    cel.write_text("".join(rows(story.frames)))
    first, later = story.frames[0].at - 50, story.frames[-1].at + 100
    queue_log.write_text("".join(f"{at:.0f}|NONE|NONE|NONE|QUEUESTART|\n" for at in (first, later)))
    deaths = AsteriskDeaths(tmp_path / "deaths")
    deaths.note(Instant(first - 20))
    events, _ = drain(Book(PLAN, cel, queue_log, Mark(), deaths.before))
    (end,) = [e for e in events if isinstance(e, ev.CallEnded)]
    assert end.at == float(f"{later:.0f}")


def test_what_is_no_moment_in_the_file_of_deaths_is_passed_over(tmp_path: Path) -> None:
    """A torn line costs itself; no file is no death."""
    deaths = AsteriskDeaths(tmp_path / "deaths")
    assert deaths.before(Instant(10.0)) is None
    (tmp_path / "deaths").write_bytes(b"\xff\nhalf\n5.5\n")
    assert deaths.before(Instant(10.0)) == 5.5
    assert deaths.before(Instant(5.0)) == 5.5  # dated in whole seconds
    assert deaths.before(Instant(4.0)) is None


def test_garbage_rows_are_counted_and_skipped(tmp_path: Path) -> None:
    """A broken row costs itself, not the rows around it."""
    cel = tmp_path / "cel.csv"
    story = Story(0)
    story.arrive()
    story.abandon()
    good = rows(story.frames)
    cel.write_text(good[0] + '"HANGUP","not closed\n' + "nonsense\n" + "".join(good[1:]))
    book = Book(PLAN, cel, tmp_path / "queue_log", Mark())
    events, _ = drain(book)
    assert book.reader.skipped == 2
    assert isinstance(events[-1], ev.CallEnded)


def test_a_line_still_being_written_is_left_for_later(tmp_path: Path) -> None:
    """Half a line is not read, and nothing of it is lost."""
    path = tmp_path / "log"
    path.write_bytes(b"one\ntw")
    tail = Tail(path, NOWHERE, lines)
    assert [line for _, line in tail.read().lines] == ["one"]
    with open(path, "ab") as file:
        file.write(b"o\n")
    assert [line for _, line in tail.read().lines] == ["two"]
    assert tail.read().lines == []


def followed(path: Path, text: str) -> Tail[str]:
    """A file that was read so far."""
    path.write_text(text)
    tail = Tail(path, NOWHERE, lines)
    tail.read()
    return tail


def test_a_rotated_file_is_read_to_its_end_first(tmp_path: Path) -> None:
    """Renaming the file loses no line, before or after."""
    path = tmp_path / "log"
    tail = followed(path, "one\ntwo\n")
    with open(path, "a") as file:
        file.write("three\n")
    os.rename(path, tmp_path / "log.1")
    path.write_text("four\n")
    lines = [line for _ in range(3) for _, line in tail.read().lines]
    assert lines == ["three", "four"]


def test_two_rotations_while_nobody_read_lose_no_line(tmp_path: Path) -> None:
    """Renamed twice: the file between is read, too; one that was packed meanwhile is said to be missing."""
    path = tmp_path / "log"
    tail = followed(path, "one\n")
    with open(path, "a") as file:
        file.write("two\n")
    os.utime(path, (1000, 1000))
    os.rename(path, tmp_path / "log.2")
    (tmp_path / "log.1").write_text("three\n")
    os.utime(tmp_path / "log.1", (2000, 2000))
    path.write_text("four\n")
    again = Tail(path, tail.at, lines, past=tail.past)
    chunks = [tail.read() for _ in range(4)]
    assert [line for chunk in chunks for _, line in chunk.lines] == ["two", "three", "four"]
    assert not any(chunk.gap for chunk in chunks)
    os.rename(tmp_path / "log.1", tmp_path / "log.1.gz")
    chunks = [again.read() for _ in range(4)]
    assert [line for chunk in chunks for _, line in chunk.lines] == ["two", "four"]
    assert any(chunk.gap for chunk in chunks)


def test_a_row_that_was_cut_ends_with_its_file(tmp_path: Path) -> None:
    """The disk was full in the middle of a row, and the file was renamed: reading goes on in the new one."""
    path = tmp_path / "log"
    tail = followed(path, "one\ntw")
    os.rename(path, tmp_path / "log.1")
    path.write_text("three\n")
    assert [line for _ in range(4) for _, line in tail.read().lines] == ["tw", "three"]


def test_the_first_row_of_a_life_is_found_behind_a_cut_one(tmp_path: Path) -> None:
    """The power went in the middle of a row: what Asterisk wrote next stands in the same line."""
    cel = tmp_path / "cel.csv"
    story = Story(0)
    story.arrive()
    story.abandon()
    good = rows(story.frames)
    cel.write_text('"CHAN_START","1500.000000","","139' + "".join(good))
    book = Book(PLAN, cel, tmp_path / "queue_log", Mark())
    events, _ = drain(book)
    assert book.reader.skipped == 1
    assert isinstance(events[0], RowsRefused)
    assert (events[0].offset, events[0].rows) == (0, 1)
    assert isinstance(events[1], ev.CallArrived)
    assert isinstance(events[-1], ev.CallEnded)


def test_a_truncated_file_is_said_to_have_a_gap(tmp_path: Path) -> None:
    """What was cut away can not be known: the reader says so and begins anew."""
    path = tmp_path / "log"
    path.write_text("one\ntwo\n")
    tail = Tail(path, NOWHERE, lines)
    tail.read()
    path.write_text("x\n")
    chunk = tail.read()
    assert chunk.gap
    assert [line for _, line in chunk.lines] == ["x"]
