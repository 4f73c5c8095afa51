"""May this call be recorded, and can we prove that the caller was told?

Pure. A public hotline records on the ground of its statutory duty, so no consent is asked
(PIPL Art. 13(3)); the notice is due all the same (Art. 17, 35), and afterwards it must be
provable per call. ``may_record`` is asked by ``hotline check`` and by whoever renders a
line; ``proof`` by the worker, which keeps a recording without proof but flags it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

SAYS_SO = ("录音", "recorded", "recording")
"""A notice must contain one of these words to be a notice."""

NO_NOTICE = "no_notice"


@dataclass(frozen=True, slots=True)
class Consent:
    may: bool
    reason: str
    """'statutory_duty' when it may; else 'switched_off', 'notice_without_text' or 'notice_silent'."""


@dataclass(frozen=True, slots=True)
class NoticeProof:
    """The caller was told at ``at`` by this prompt, whose text said so."""

    prompt: str
    at: datetime
    text: str


def says_recorded(text: str) -> bool:
    """Does this prompt tell the caller that the call is recorded?"""
    lowered = text.lower()
    return any(word in lowered for word in SAYS_SO)


def may_record(*, enabled: bool, notice: str, texts: dict[str, str]) -> Consent:
    """May calls on a line with this notice be recorded? ``texts``: ``[prompts]`` of the settings."""
    if not enabled:
        return Consent(False, "switched_off")
    if notice not in texts:
        return Consent(False, "notice_without_text")
    if not says_recorded(texts[notice]):
        return Consent(False, "notice_silent")
    return Consent(True, "statutory_duty")


def proof(prompt: str, at: datetime, texts: dict[str, str]) -> NoticeProof | None:
    """The proof that ``prompt``, begun at ``at``, told the caller; None when it did not."""
    text = texts.get(prompt, "")
    return NoticeProof(prompt, at, text) if says_recorded(text) else None
