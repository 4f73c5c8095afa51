"""Consent: no recording without a notice that says so, and proof of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from config.journey.graph import Graph, of_settings
from config.read import parse
from hotline.lab.hotline_instance import shipped
from recordings.consent import proof, untold

TEXTS = {"welcome": "您的通话将被录音。", "hello": "您好。", "en": "This call is Recorded."}


def journey(notice: str, steps: dict[str, dict[str, Any]] | None = None) -> Graph:
    """Of the shipped line of citizens, with this notice, or these steps of its own."""
    table = shipped()
    table.pop("mode")  # a mode has a notice of its own
    table["prompts"] |= TEXTS
    table["line"][0]["notice"] = notice
    if steps:
        table["journey"] = {"own": steps}
        table["line"][0]["journey"] = "own"
    return of_settings(parse(table))["citizen"]


NOTICE, QUEUE = {"kind": "notice", "next": "people"}, {"kind": "queue"}
HELLO = {"kind": "notice", "prompt": "hello", "next": "notice"}


@pytest.mark.parametrize(
    ("notice", "steps", "untold_in"),
    [
        ("welcome", None, ()),
        ("en", None, ()),
        ("hello", None, ("mandarin",)),
        ("welcome", {"notice": NOTICE, "people": QUEUE}, ()),
        ("welcome", {"people": QUEUE}, ("mandarin",)),
        ("welcome", {"hello": HELLO, "notice": NOTICE, "people": QUEUE}, ("mandarin",)),
        (
            "welcome",
            {
                "menu": {"kind": "menu", "keys": {"1": "notice", "2": "other"}, "otherwise": "notice"},
                "notice": NOTICE, "people": QUEUE, "other": {"kind": "queue", "queue": "minnan"},
            },
            ("minnan",),
        ),
    ],
)  # fmt: skip
def test_on_every_way_to_a_person_a_notice_says_so(
    notice: str, steps: dict[str, dict[str, Any]] | None, untold_in: tuple[str, ...]
) -> None:
    """Of a journey: by the first notice, on each way that a caller can go."""
    assert untold(journey(notice, steps), TEXTS) == untold_in


def test_the_proof_holds_the_words() -> None:
    """Proven is only what was really said."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    told = proof("welcome", at, TEXTS)
    assert told is not None
    assert told.text == TEXTS["welcome"]
    assert proof("hello", at, TEXTS) is None
    assert proof("", at, TEXTS) is None
