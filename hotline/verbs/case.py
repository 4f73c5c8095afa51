"""``hotline case``: what became of a citizen's matter, from the call to the reply; reads the ledger, with the daemon running or not."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bridge.case_state import CaseState
from config.language import say as _
from config.settings import Settings
from ledger.case_clocks import OVERDUE
from ledger.case_path import REPLY_OWED, CaseLine, CasePath, CasePaths
from ledger.store import Store

from .ledger_reading import opened, options

NOT_FOUND = 1
STATES = (*CaseState, REPLY_OWED)
STATE_WORDS: Mapping[str, str] = {
    "filed": "filed", "dispatched": "dispatched", "handling": "being handled", "suspended": "suspended",
    "handled": "handled", "checked": "checked", "closed": "case closed", "returned": "returned", "voided": "voided",
    REPLY_OWED: "the citizen is to be told",
}  # fmt: skip
MOMENT_WORDS: Mapping[str, str] = {
    "call.arrived": "the call came", "call.talk": "answered", "call.ended": "the call ended",
    "ticket.filed": "ticket filed", "message.file": "accepted by the case store",
    "message.reply": "reply taken by the case store", "message.reopen": "opened again, to supervision",
    "message.supplement": "supplement taken by the case store", "message.urge": "urging taken by the case store",
    "message.return": "given back to the case store", "message.withdraw": "withdrawal taken by the case store",
    "message.merge": "merging taken by the case store", "message.unmerge": "parting taken by the case store",
    "message.plus_one": "one more citizen told to the case store",
    "reply.owed": "call-back for the reply opened", "reply.call": "reply call", "reply.answered": "the citizen answered",
    "clock.mark": "of the handling limit is over", "sms.receipt": "text message with the case number sent",
    "sms.progress": "text message of progress sent", "partner.status": "the partner was told",
    "handover.asked": "handed over to", "handover.ended": "hand-over ended", "partner.said": "the partner says",
    "returned.owed": "more is asked of the seat", "returned.done": "what was asked for was given",
}  # fmt: skip

STEP_WORDS: Mapping[str, str] = {
    "report": "1 reported", "acceptance": "2 accepted", "dispatch": "3 dispatched", "handling": "4 handled", "feedback": "5 result",
    "closing": "6 checked and closed", "evaluation": "7 evaluated",
}  # fmt: skip


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    case = sub.add_parser("case", help=_("what became of a matter, from the call to the reply"))
    verbs = case.add_subparsers(metavar="VERB", required=True)
    show = verbs.add_parser("show", help=_("the whole path of one matter"))
    options(show)
    show.add_argument("named", metavar="NUMBER|TICKET|CALL")
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=_show)
    listing = verbs.add_parser("list", help=_("cases, what moved last first"))
    options(listing)
    listing.add_argument("--state", choices=[str(one) for one in STATES], default="")
    listing.add_argument("--most", type=int, default=50, metavar="N")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)


def _show(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        found = await CasePaths(store).find(args.named)
        if found is None:
            print(_("nothing is known of {name}: a case number, a ticket or a call", name=args.named), file=sys.stderr)
            return NOT_FOUND
        if args.json:
            print(json.dumps(_plain(asdict(found)), ensure_ascii=False))
        else:
            print("\n".join(_story(found, ZoneInfo(settings.centre.timezone))))
        return 0

    return opened(args, work)


def _list(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        lines = await CasePaths(store).lines(args.most, args.state)
        if args.json:
            print(json.dumps([_plain(asdict(one)) for one in lines], ensure_ascii=False))
            return 0
        zone = ZoneInfo(settings.centre.timezone)
        for one in lines:
            parts = (
                one.number or one.ticket,
                _local(one.since, zone),
                _state(one.state),
                one.unit,
                one.title,
                _rated(one),
            )
            print("  ".join(part for part in parts if part))
        return 0

    return opened(args, work)


def _story(path: CasePath, zone: ZoneInfo) -> list[str]:
    line = path.line
    head = [f"{line.number or line.ticket}  {_state(line.state)}  {line.title}"]
    if line.promised_by is not None:
        may_move = _provisional(path.ticket["promise_provisional"])
        head.append(f"{_('promised by')} {_local(line.promised_by, zone)} {may_move}".rstrip())
    if (due := path.clock.get("due_at")) is not None:
        overdue = _("overdue") if path.clock["marked"] >= OVERDUE else ""
        parts = (_("handling due"), _local(due, zone), _provisional(path.clock["due_provisional"]), overdue)
        head.append(" ".join(part for part in parts if part))
    if line.unit:
        head.append(f"{_('with')} {line.unit}")
    if told := _rated(line):
        head.append(f"{_('reply')}: {told}")
    waits = [
        f"{_('on its way')}: {one['kind']} ({one['state']}) {one['error']}".rstrip()
        for one in path.messages
        if one["delivered_at"] is None
    ]
    dated = [(step, at) for step, at in path.seven if at is not None]
    if dated:
        head.append("  ".join(f"{_(STEP_WORDS[step])} {_local(at, zone)}" for step, at in dated))
    steps = [f"{_local(at, zone)}  {_what(what)}  {more}".rstrip() for at, what, more in path.moments]
    return [*head, *waits, "", *steps]


def _provisional(is_so: object) -> str:
    return _("(provisional)") if is_so else ""


def _rated(line: CaseLine) -> str:
    rating = f"{line.satisfied}/5" if line.satisfied else ""
    words = {
        "solved": _("solved"),
        "unsolved": _("not solved"),
        "refused": _("would not say"),
        "unreached": _("not reached"),
    }
    again = _("opened again") if line.reopened else ""
    return " ".join(filter(None, (words.get(line.answer, line.answer), rating, again)))


def _state(word: str) -> str:
    return _(STATE_WORDS[word]) if word in STATE_WORDS else word


def _what(word: str) -> str:
    if word.startswith("case."):
        return f"{_('case')}: {_state(word.removeprefix('case.'))}"
    return _(MOMENT_WORDS[word]) if word in MOMENT_WORDS else word


def _local(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
