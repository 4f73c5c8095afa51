"""What callers lived through in a surge, judged from what their own telephones noted and from the ledger. Pure.

The telephones are believed first: a person answered when a seat's telephone did. The ledger is held against them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from .ear import Announcement, announcements
from .facts import Citizen, LedgerCall, Load

TARGET_SECONDS = 15.0
TOLD_SECONDS = 20.0
"""Who waits longer is to have heard how he stands, and that he may be called back."""
PLACE_SECONDS = 2.0
"""Before the first word: the place is counted in the queue, and only then said."""
OVERTAKES_SECONDS = 1.0
APART_SECONDS = 1.5
"""Between ledger and telephones, of the same wait."""


@dataclass(slots=True)
class Lived:
    """Figures of one phase. Seconds; shares 0..1; None: nobody it could be said of."""

    callers: int = 0
    answered: int = 0
    within_15: int = 0
    within_15_share: float | None = None
    """Of all who asked for a person."""
    wait_median: float | None = None
    wait_p95: float | None = None
    wait_most: float | None = None
    gave_up: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    """By SIP code, and with the ledger's cause where it knows one."""
    unreached: int = 0
    """Nobody ever answered their INVITE."""
    turned_off: int = 0
    """Ended by the hotline before a person came: the queue was full, or the longest wait over."""
    invites_again: int = 0
    waited_long: int = 0
    """More than 20 s for a person."""
    untold: int = 0
    """Of those: without a place or a time."""
    unoffered: int = 0
    """Of those: without the offer of a call-back."""
    places: int = 0
    places_true: int = 0
    place_error_most: int = 0
    times: int = 0
    time_error_median: float | None = None
    """Of the times told: the error as a share of what was waited then."""
    offered: int = 0
    taken: int = 0
    made: int = 0
    """Of the call-backs taken: the citizen's telephone rang."""
    talked_back: int = 0
    owed: int = 0
    """Of those taken: not made yet, and owed as a call-back."""
    unmade: int = 0
    """Of those taken: neither made nor owed."""
    overtaken: int = 0
    """Whose first ring at a seat came more than a second after that of somebody behind them."""
    overtaken_most: float = 0.0
    no_outcome: int = 0
    lost: int = 0
    """Answered by Asterisk, and in no row of the ledger."""
    differences: list[str] = field(default_factory=list)
    """Where ledger and telephones say different things; the first twenty."""
    broke: list[tuple[str, float]] = field(default_factory=list)
    """What gave way, with the seconds from the first INVITE, in that order."""


@dataclass(frozen=True, slots=True)
class Waited:
    """One who asked for a person: in the queue from ``since`` until ``until``, when a person came or he was gone."""

    citizen: Citizen
    since: float
    until: float


def judge(
    citizens: Sequence[Citizen], ledger: Mapping[str, LedgerCall] | None, notice: float, load: Load | None = None
) -> Lived:
    """
    :param ledger: by the caller's number; None: not asked.
    :param notice: seconds from Asterisk's answer until the queue.
    """
    lived = Lived(callers=len(citizens))
    waited = [one for one in (_waited(citizen, notice, ledger) for citizen in citizens) if one is not None]
    _answered(lived, citizens, waited)
    _heard(lived, waited, ledger)
    _kept(lived, citizens, ledger)
    _order(lived, waited)
    if ledger is not None:
        _held(lived, citizens, ledger, notice)
    _broke(lived, citizens, waited, load)
    return lived


def _waited(citizen: Citizen, notice: float, ledger: Mapping[str, LedgerCall] | None) -> Waited | None:
    """A kept place waits on, whose citizen has hung up, until a seat takes it."""
    if citizen.answered is None:
        return None
    since, until = citizen.answered + notice, citizen.person
    if until is None:
        until = citizen.ended if citizen.ended is not None else since
        if citizen.took:
            until = float("inf")
    row = ledger.get(citizen.number) if ledger is not None else None
    if row is not None and row.queued is not None and abs(row.queued - since) < APART_SECONDS:
        since = row.queued  # to the millisecond: who came first
    return Waited(citizen, since, until) if until >= since else None


def _answered(lived: Lived, citizens: Sequence[Citizen], waited: Sequence[Waited]) -> None:
    waits = sorted(one.until - one.since for one in waited if one.citizen.person is not None)
    lived.answered = len(waits)
    lived.within_15 = sum(wait <= TARGET_SECONDS for wait in waits)
    lived.wait_median = round(median(waits), 2) if waits else None
    lived.wait_p95 = round(waits[min(len(waits) - 1, int(len(waits) * 0.95))], 2) if waits else None
    lived.wait_most = round(waits[-1], 2) if waits else None
    lived.gave_up = sum(one.gave_up for one in citizens)
    lived.unreached = sum(one.silent for one in citizens)
    lived.invites_again = sum(one.again for one in citizens)
    lived.refused = {
        str(code): count for code, count in sorted(Counter(one.code for one in citizens if one.code).items())
    }
    asked = len(waited) + sum(lived.refused.values()) + lived.unreached
    lived.within_15_share = round(lived.within_15 / asked, 4) if asked else None
    lived.turned_off = sum(
        one.answered is not None and one.person is None and not one.gave_up and not one.took and one.ended is not None for one in citizens
    )  # fmt: skip


def _heard(lived: Lived, waited: Sequence[Waited], ledger: Mapping[str, LedgerCall] | None) -> None:
    errors: list[float] = []
    since = sorted((one.since, one.until) for one in waited)
    for one in waited:
        told = announcements(one.citizen.heard)
        lived.offered += any(words.offered for words in told)
        end = one.citizen.person or one.citizen.ended or one.since
        if end - one.since > TOLD_SECONDS and one.citizen.heard_anything:
            lived.waited_long += 1
            lived.untold += not any(words.place is not None or words.minutes is not None for words in told)
            lived.unoffered += not any(words.offered for words in told) and not one.citizen.took
        for words in told:
            if words.place is not None:
                lived.places += 1
                error = _place_error(one, words, since)
                lived.places_true += error == 0
                lived.place_error_most = max(lived.place_error_most, error)
            if words.minutes is not None and one.citizen.person is not None and not one.citizen.took:
                lived.times += 1
                left = one.citizen.person - words.began
                errors.append(abs(words.minutes * 60 - left) / max(left, 1.0))
    lived.time_error_median = round(median(errors), 3) if errors else None


def _place_error(one: Waited, words: Announcement, everybody: Sequence[tuple[float, float]]) -> int:
    """How far the place that was told is from every place he had within the moments before it was said."""
    assert words.place is not None
    ahead = everybody[: bisect_right(everybody, (one.since, float("-inf")))]
    moments = (words.began - PLACE_SECONDS * n / 4 for n in range(5))
    places = [1 + sum(until > at for began, until in ahead if began < one.since) for at in moments]
    return max(0, min(places) - words.place, words.place - max(places))


def _kept(lived: Lived, citizens: Sequence[Citizen], ledger: Mapping[str, LedgerCall] | None) -> None:
    for one in citizens:
        if not one.took:
            continue
        lived.taken += 1
        row = ledger.get(one.number) if ledger is not None else None
        if one.called_back is not None:
            lived.made += 1
            lived.talked_back += one.called_back_answered is not None
        elif row is not None and row.owed:
            lived.owed += 1
        else:
            lived.unmade += 1


def _order(lived: Lived, waited: Sequence[Waited]) -> None:
    """By the seats' telephones: who came later is not rung for sooner."""
    earliest = float("inf")
    for one in sorted(waited, key=lambda each: each.since, reverse=True):
        rang = min((seat.rang for seat in one.citizen.seats), default=None)
        if rang is not None:
            late = rang - earliest
            if late > OVERTAKES_SECONDS:
                lived.overtaken += 1
                lived.overtaken_most = round(max(lived.overtaken_most, late), 2)
            earliest = min(earliest, rang)
        elif one.until - earliest > OVERTAKES_SECONDS and one.until != float("inf"):  # passed while he still waited
            lived.overtaken += 1
            lived.overtaken_most = round(max(lived.overtaken_most, one.until - earliest), 2)


def _held(lived: Lived, citizens: Sequence[Citizen], ledger: Mapping[str, LedgerCall], notice: float) -> None:
    causes: Counter[str] = Counter()
    wrong: list[str] = []
    for one in citizens:
        row = ledger.get(one.number)
        if row is None:
            if one.answered is not None:
                lived.lost += 1
                wrong.append(f"{one.number}: answered, and in no row")
            continue
        if one.code:
            causes[f"{one.code} {row.refusal or '-'}"] += 1
        if not row.closed or not (row.outcome or row.owed or row.talked is not None):
            lived.no_outcome += 1
            wrong.append(f"{one.number}: no outcome ({'closed' if row.closed else 'open'})")
        talked = row.talked is not None
        if talked != (one.person is not None):
            wrong.append(f"{one.number}: a person answered by {'the ledger' if talked else 'the telephone'} alone")
        elif (
            row.talked is not None
            and one.person is not None
            and not one.took
            and abs(row.talked - one.person) > APART_SECONDS
        ):
            wrong.append(f"{one.number}: answered {row.talked - one.person:+.2f} s apart")
        if one.took and row.taken is None:
            wrong.append(f"{one.number}: took a call-back, the ledger knows of none")
    if causes:
        lived.refused = dict(sorted(causes.items()))
    lived.differences = wrong[:20]


def _broke(lived: Lived, citizens: Sequence[Citizen], waited: Sequence[Waited], load: Load | None) -> None:
    began = min((one.invited for one in citizens), default=0.0)
    first: dict[str, float] = {}

    def note(what: str, at: float | None) -> None:
        if at is not None:
            first[what] = min(first.get(what, float("inf")), at - began)

    for one in citizens:
        note("invite_again", one.first_again)
        if one.code:
            note("refused", one.ended)
        if one.gave_up:
            note("gave_up", one.ended)
        if one.silent:
            note("unreached", one.ended)
    for each in waited:
        if min(each.until, each.citizen.ended or each.until) - each.since > TARGET_SECONDS:
            note("waited_over_15", each.since + TARGET_SECONDS)
    lived.broke = sorted(((what, round(at, 1)) for what, at in first.items()), key=lambda pair: pair[1])
    if load is not None and load.owed_most > 2 * max(10, lived.answered // 10):
        lived.broke.append(("recordings_behind", float(load.owed_most)))
