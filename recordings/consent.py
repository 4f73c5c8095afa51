"""Is everybody told that the call is recorded, and can we prove it?

Pure. A public hotline records on the ground of its statutory duty, so no consent is asked
(PIPL Art. 13(3)); the notice is due all the same (Art. 17, 35), and afterwards it must be
provable per call. ``untold`` is asked by ``hotline check``, before anybody calls; ``proof`` by the
worker, which keeps a recording without proof but flags it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from config.journey.graph import Graph
from config.journey.steps import Notice, Queue

SAYS_SO = ("录音", "recorded", "recording")
"""A notice must contain one of these words to be a notice."""

NO_NOTICE = "no_notice"


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


def untold(graph: Graph, texts: Mapping[str, str]) -> tuple[str, ...]:
    """Queues that some caller of this journey comes to without proof that he was told; ``texts``: ``[prompts]``.

    Told is whose first notice says so: the first one is the call's, whatever comes behind it.
    """
    seen: set[tuple[str, bool]] = set()
    todo, found = [(graph.start, False)], set()
    """(step, was there a notice that said nothing of it)"""
    while todo:
        name, silent = place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        step = graph.steps[name]
        if isinstance(step, Notice):
            if not silent and says_recorded(texts.get(str(step.prompt), "")):
                continue
            silent = True
        elif isinstance(step, Queue):
            found.add(str(step.queue))
        todo += [(to, silent) for to in step.ways().values()]
    return tuple(sorted(found))


def proof(prompt: str, at: datetime, texts: dict[str, str]) -> NoticeProof | None:
    """The proof that ``prompt``, begun at ``at``, told the caller; None when it did not."""
    text = texts.get(prompt, "")
    return NoticeProof(prompt, at, text) if says_recorded(text) else None
