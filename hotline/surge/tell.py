"""A surge's account in words, for a person at the command line."""

from __future__ import annotations

from collections.abc import Iterator

from config.language import say as _

from .judge import Lived
from .run import ALONE, HOTLINE, RECORDER_STOPPED, Account, Phase


def names() -> dict[str, str]:
    """Phase → what a person calls it."""
    return {
        HOTLINE: _("the hotline"), RECORDER_STOPPED: _("its recorder standing still"), ALONE: _("Asterisk alone, the daemon dead"),
    }  # fmt: skip


def broke() -> dict[str, str]:
    return {
        "invite_again": _("an INVITE was sent again"), "refused": _("a caller was refused"), "gave_up": _("a caller gave up"),
        "unreached": _("a caller reached nobody"), "waited_over_15": _("a caller waited over 15 s"),
        "recordings_behind": _("recordings fell behind"),
    }  # fmt: skip


def lines(account: Account) -> Iterator[str]:
    told, surge = account.json(), account.surge
    yield _(
        "{seats} seats, {rate} calls a second for {seconds} s, talks of {talk} s: {erlangs} Erlang; Erlang C: {share} % within 15 s",
        seats=surge.seats, rate=round(surge.rate, 3), seconds=round(surge.seconds), talk=surge.talk, erlangs=told["erlangs"],
        share=_percent(told["erlang_c_within_15"]),
    )  # fmt: skip
    if surge.mode:
        yield _("mode {mode}: in force after {seconds} s", mode=surge.mode, seconds=account.switched_seconds)
    for phase in account.phases:
        yield ""
        yield f"— {names()[phase.name]} —"
        yield from _phase(phase, heard=surge.sound)
    yield ""
    if account.lost:
        yield _("hotline verify found {count}:", count=len(account.lost))
        yield from (f"  {one}" for one in account.lost[:20])
    else:
        yield _("hotline verify: nothing was lost")
    if account.alarms:
        yield _("alarms: {alarms}", alarms=", ".join(account.alarms))


def _phase(phase: Phase, *, heard: bool) -> Iterator[str]:
    one = phase.lived
    yield _("callers {callers}, answered {answered}, within 15 s {share} %, gave up {gave_up}",
            callers=one.callers, answered=one.answered, share=_percent(one.within_15_share), gave_up=one.gave_up)  # fmt: skip
    yield _("waits: median {median} s, 95 % within {p95} s, longest {most} s",
            median=_known(one.wait_median), p95=_known(one.wait_p95), most=_known(one.wait_most))  # fmt: skip
    refused = ", ".join(f"{code} {count}" for code, count in one.refused.items()) or "0"
    yield _("refused: {refused}; reached nobody {unreached}; ended before a person came {turned_off}; INVITEs sent again {again}",
            refused=refused, unreached=one.unreached, turned_off=one.turned_off, again=one.invites_again)  # fmt: skip
    if heard:
        yield from _ears(one)
    yield _("without an outcome {none}, in no row of the ledger {lost}", none=one.no_outcome, lost=one.lost)
    yield from (f"  ! {difference}" for difference in one.differences)
    load = phase.load
    yield _("CPU: daemon {daemon} %, Asterisk {asterisk} %, recorder {recorder} % of a core; recordings owed at most {most}, at the end {after}",
            daemon=load.daemon_percent, asterisk=load.asterisk_percent, recorder=load.recorder_percent, most=load.owed_most,
            after=load.owed_after)  # fmt: skip
    for what, at in one.broke:
        yield "  " + _("gave way: {what} ({at})", what=broke()[what], at=at)


def _ears(one: Lived) -> Iterator[str]:
    yield _("waited over 20 s: {long}; of them without place or time {untold}, without an offer {unoffered}",
            long=one.waited_long, untold=one.untold, unoffered=one.unoffered)  # fmt: skip
    yield _("places told {places}, true {true}, at most {most} off; times told {times}, median error {error} %",
            places=one.places, true=one.places_true, most=one.place_error_most, times=one.times,
            error=_percent(one.time_error_median))  # fmt: skip
    yield _("call-backs: offered {offered}, taken {taken}, made {made}, talked {talked}, owed {owed}, neither {unmade}",
            offered=one.offered, taken=one.taken, made=one.made, talked=one.talked_back, owed=one.owed, unmade=one.unmade)  # fmt: skip
    yield _(
        "overtaken by more than a second: {overtaken} (at most {most} s)",
        overtaken=one.overtaken,
        most=one.overtaken_most,
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share * 100:.1f}"


def _known(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:g}"
