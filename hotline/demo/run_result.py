"""The demo's account: figures from the ledger and the case store, and what does not add up. Pure.

The demo counts nothing itself. What the phones lived through is only held against the
ledger: a call that a phone placed and the ledger does not have, or the other way round, is
lost, and so is one that never ended, has no outcome, or has no good recording.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .case_figures import CaseFigures

Row = dict[str, Any]
OUTCOMES = {"ticket", "direct", "refused", "missed", "nuisance", "lost"}


@dataclass(slots=True)
class Account:
    offered: int
    answered: int
    abandoned: int
    refused: int
    """Turned away by the line itself: closed, full, unknown number."""
    by_line: dict[str, int]
    outcomes: dict[str, int]
    service_level_15s: float | None
    """Share of the answered calls that a person answered within 15 s of queueing; None: nobody was answered."""
    recordings: int
    """Of answered calls; callers who left before are recorded too, but nobody talked in them."""
    recordings_ok: int
    tickets: int
    cases: int
    cases_closed: int
    returns: int
    """Of cases, by units."""
    merged: int
    replies: int
    """Results that a citizen was called about, with what they said."""
    steps_complete: int
    """Cases that went through all seven steps."""
    callbacks: int
    """Tasks to call a citizen back, of all kinds."""
    notes: int
    """Those of them that are messages somebody left."""
    surveys: int
    """Callers who said what they thought of the service."""
    self_service: int
    """Callers who were told by keys how far their case is, or joined a mass event."""
    verify: list[str]
    seconds: float
    lost: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.verify)

    def json(self) -> dict[str, Any]:
        return asdict(self)


def account_of(
    rows: Sequence[Row], phones: Sequence[Row], *, cases: CaseFigures, verify: Sequence[str], seconds: float,
    refusals: Sequence[str] = (), replies: int = 0, callbacks: Mapping[str, int] | None = None, surveys: int = 0, self_service: int = 0,
) -> Account:  # fmt: skip
    """``rows``: the ledger's calls; ``phones``: the phones' log; ``refusals``: what REST refused the robots;
    ``callbacks``: kind → tasks made; ``surveys``: callers who gave a score."""
    owed = callbacks or {}
    calls = [row for row in rows if row["direction"] == "inbound"]
    answered = [row for row in calls if row.get("talk_began_at")]
    refused = [row for row in calls if row.get("refusal")]
    quick = [row for row in answered if (row.get("wait_seconds") or 0) <= 15]
    kept = [item for row in answered for item in row.get("recordings") or []]
    made = Account(
        offered=len(calls), answered=len(answered), abandoned=len(calls) - len(answered) - len(refused),
        refused=len(refused), by_line=dict(sorted(Counter(row.get("line") or "" for row in calls).items())),
        outcomes=dict(sorted(Counter(row.get("outcome") or "none" for row in calls).items())),
        service_level_15s=round(len(quick) / len(answered), 4) if answered else None,
        recordings=len(kept), recordings_ok=sum(good(item) for item in kept),
        tickets=sum(len(row.get("tickets") or []) for row in calls), cases=cases.cases,
        cases_closed=cases.cases_closed, returns=cases.returns, merged=cases.merged, replies=replies,
        steps_complete=cases.steps_complete, callbacks=sum(owed.values()), notes=owed.get("voicemail", 0),
        surveys=surveys, self_service=self_service, verify=list(verify), seconds=round(seconds, 1),
    )  # fmt: skip
    made.lost = [*lost_calls(calls, phones), *lost_work(made, answered), *refusals]
    return made


def good(recording: Row) -> bool:
    """On the shelf, and nothing found wrong with it."""
    return recording.get("state") == "shelved" and not recording.get("faults")


def lost_calls(calls: Sequence[Row], phones: Sequence[Row]) -> list[str]:
    """Calls of the phones against calls of the ledger, by caller."""
    placed = Counter(row["caller"] for row in phones if row["role"] == "caller" and row["by"] != "silent")
    booked = Counter(row["caller"] for row in calls)
    said = [f"{caller}: dialled {placed[caller]} times, in the ledger {booked[caller]} times"
            for caller in sorted(placed | booked) if placed[caller] != booked[caller]]  # fmt: skip
    said += [f"{row['caller']}: nothing answered" for row in phones if row["by"] == "silent"]
    talked = {row["caller"] for row in phones if row["role"] == "callee" and row["answered"]}
    for row in calls:
        if not row.get("ended_at"):
            said.append(f"{row['call']}: still open")
        if row.get("outcome") not in OUTCOMES:
            said.append(f"{row['call']}: no outcome")
        if (row["caller"] in talked) != bool(row.get("talk_began_at")):
            said.append(f"{row['call']}: seat and ledger differ on whether somebody talked")
    return said


def lost_work(made: Account, answered: Sequence[Row]) -> list[str]:
    """Recordings and tickets that did not arrive."""
    said = [
        f"{row['call']}: answered, without a good recording"
        for row in answered
        if not any(good(item) for item in row.get("recordings") or [])
    ]
    if made.cases != made.tickets:
        said.append(f"{made.tickets} tickets, {made.cases} cases")
    return said
