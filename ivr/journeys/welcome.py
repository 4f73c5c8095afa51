"""The journey of an open line: the notice, then straight to a person (GB/T 33358 discourages menus)."""

from __future__ import annotations

from ivr.steps import Enqueue, Greet, Journey


def welcome(*, notice: str, queue: str) -> Journey:
    """Citizens' and partners' lines differ only in what ``notice`` says; it tells that the call is recorded."""
    yield Enqueue(queue)
    yield Greet(notice)
