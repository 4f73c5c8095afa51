"""The pages' types: what a page is told is complete, what it says may leave defaults out, and the file is fresh."""

from __future__ import annotations

from functools import cache

from hotline.verbs import contract_ts

text = cache(contract_ts.text)


def test_the_pages_types_are_fresh() -> None:
    assert contract_ts.PLACE.read_text(encoding="utf-8") == text(), "stale: run `make contract`"


def test_every_message_of_the_stream_is_there() -> None:
    said = text()
    for name in (
        "Hello",
        "PhoneSays",
        "PongBack",
        "Snapshot",
        "Delta",
        "Pop",
        "NoticeSaid",
        "SeatWarned",
        "TicketMoved",
        "Bye",
    ):
        assert f"    {name}: {{\n" in said


def test_what_is_told_is_whole_and_what_is_asked_may_be_short() -> None:
    said = text()
    delta = said[said.index("    Delta: {") :].partition("\n    }")[0]
    assert "seats: components['schemas']['SeatOut'][]" in delta
    assert "vitals: components['schemas']['VitalsOut'] | null" in delta
    hello = said[said.index("    Hello: {") :].partition("\n    }")[0]
    assert "t: 'hello'" in hello
    assert "epoch?: string" in hello
