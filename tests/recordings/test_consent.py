"""Consent: no recording without a notice that says so, and proof of it."""

from __future__ import annotations

from datetime import UTC, datetime

from recordings.consent import may_record, proof

TEXTS = {"welcome": "您的通话将被录音。", "hello": "您好。", "en": "This call is Recorded."}


def test_a_notice_must_say_so() -> None:
    """A line whose notice is missing, or does not speak of recording, may not record."""
    assert may_record(enabled=True, notice="welcome", texts=TEXTS).may
    assert may_record(enabled=True, notice="en", texts=TEXTS).may
    assert may_record(enabled=True, notice="hello", texts=TEXTS).reason == "notice_silent"
    assert may_record(enabled=True, notice="nowhere", texts=TEXTS).reason == "notice_without_text"
    assert may_record(enabled=False, notice="welcome", texts=TEXTS).reason == "switched_off"


def test_the_proof_holds_the_words() -> None:
    """Proven is only what was really said."""
    at = datetime(2026, 11, 23, tzinfo=UTC)
    told = proof("welcome", at, TEXTS)
    assert told is not None
    assert told.text == TEXTS["welcome"]
    assert proof("hello", at, TEXTS) is None
    assert proof("", at, TEXTS) is None
