"""``hotline recording hold``, ``release``, ``holds``: who forbade that recordings are deleted. Each word is a row of the audit log.

A hold names a call, a case or a number and outranks every term of ``[retention]``. Beside a running daemon or without one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from cti import numbers
from hotline.books import audit_key_and_heads
from ledger import tables as t
from ledger.audit_log import AuditLog
from ledger.holds import HoldBook
from ledger.store import Store
from recordings.holds import Hold, Subject

from .ledger_reading import opened, options
from .shell_user import actor

FAILED, USAGE = 1, 2
LEAST = 2
"""Letters or digits of a reason."""
MOST = 80
"""Of a subject."""
PLACED = "hold_placed"
LIFTED = "hold_lifted"


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    hold = verbs.add_parser("hold", help=_("forbid that recordings of a call, a case or a number are deleted"))
    hold.add_argument("kind", choices=[str(one) for one in Subject], metavar="KIND", help=" | ".join(Subject))
    hold.add_argument("subject", metavar="SUBJECT", help=_("the call's id, the case's number, or the citizen's number"))
    hold.add_argument(
        "--until", default="", metavar="DATE", help=_("it ends by itself: 2027-06-30; none: until it is released")
    )
    _why(hold)
    options(hold)
    hold.set_defaults(run=_hold)
    release = verbs.add_parser("release", help=_("end a hold: terms count again from now on"))
    release.add_argument("hold", type=int, metavar="HOLD", help=_("its number, as holds shows it"))
    _why(release)
    options(release)
    release.set_defaults(run=_release)
    standing = verbs.add_parser("holds", help=_("the holds that stand, the oldest first"))
    standing.add_argument("--json", action="store_true", help=_("one JSON object a line"))
    options(standing)
    standing.set_defaults(run=_holds)


def _why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--why", required=True, metavar="TEXT", help=_("why: it is in the audit log"))


def _hold(args: argparse.Namespace) -> int:
    async def work(book: HoldBook, audit: AuditLog, store: Store, settings: Settings) -> int:
        kind, subject, now = Subject(args.kind), args.subject.strip(), datetime.now(UTC)
        until = _day(args.until, settings)
        if not subject or len(subject) > MOST or (args.until and (until is None or until <= now)):
            print(_("--until: a day to come, like 2027-06-30") if subject and len(subject) <= MOST else
                  _("name what is to be held, in at most {most} characters", most=MOST), file=sys.stderr)  # fmt: skip
            return USAGE
        if not await _known(store, settings, kind, subject):
            print(_("the ledger knows no {kind} {subject}", kind=_(kind.value), subject=subject), file=sys.stderr)
            return FAILED
        hold = await book.place(kind, subject, by=actor(), why=args.why.strip(), since=now, until=until)
        await audit.append(now, hold.by, PLACED, call=subject if kind is Subject.CALL else "", detail=_detail(hold))
        print(_("hold {number} stands: {kind} {subject}", number=hold.id, kind=_(kind.value), subject=subject))
        return 0

    return _asked(args, work)


def _release(args: argparse.Namespace) -> int:
    async def work(book: HoldBook, audit: AuditLog, _store: Store, _settings: Settings) -> int:
        hold, now = await book.get(args.hold), datetime.now(UTC)
        if hold is None or not await book.lift(args.hold, by=actor(), at=now):
            print(_("no hold {number} stands", number=args.hold), file=sys.stderr)
            return FAILED
        detail = _detail(hold) | {"reason": args.why.strip()}
        await audit.append(now, actor(), LIFTED, call=hold.subject if hold.kind is Subject.CALL else "", detail=detail)
        print(_("hold {number} is released", number=hold.id))
        return 0

    return _asked(args, work)


def _holds(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        zone = ZoneInfo(settings.centre.timezone)
        for one in await HoldBook(store).standing(datetime.now(UTC)):
            if args.json:
                print(json.dumps(_row(one), ensure_ascii=False))
                continue
            until = f"{one.until.astimezone(zone):%Y-%m-%d}" if one.until else "-"
            print(
                f"{one.id:>5}  {_(one.kind.value)} {one.subject}  {one.since.astimezone(zone):%Y-%m-%d}  {until}  {one.by}  {one.why}"
            )
        return 0

    return opened(args, work)


def _asked(args: argparse.Namespace, work: Callable[[HoldBook, AuditLog, Store, Settings], Awaitable[int]]) -> int:
    if sum(letter.isalnum() for letter in args.why) < LEAST:
        print(_("--why: say why, in a few words"), file=sys.stderr)
        return USAGE

    async def with_books(store: Store, settings: Settings) -> int:
        book = HoldBook(store, numbers.of_settings(settings))
        return await work(book, audit_key_and_heads.log_of(store, settings, Places(args.var)), store, settings)

    return opened(args, with_books)


def _day(text: str, settings: Settings) -> datetime | None:
    """The beginning of that day here."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(settings.centre.timezone))
    except ValueError:
        return None


async def _known(store: Store, settings: Settings, kind: Subject, subject: str) -> bool:
    """A word typed wrong would hold nothing, in silence. A number may be held before it calls."""
    if kind is Subject.NUMBER:
        return numbers.of_settings(settings).read(subject).somebody
    column = t.calls.c.call_id if kind is Subject.CALL else t.cases.c.number
    async with store.reading() as db:
        return (await db.execute(sa.select(sa.literal(1)).where(column == subject).limit(1))).first() is not None


def _detail(hold: Hold) -> dict[str, str]:
    until = {"until": hold.until.isoformat()} if hold.until else {}
    return {"hold": str(hold.id), "kind": hold.kind.value, "subject": hold.subject, "why": hold.why} | until


def _row(hold: Hold) -> dict[str, Any]:
    return {
        "id": hold.id, "kind": hold.kind.value, "subject": hold.subject, "by": hold.by, "why": hold.why,
        "since": hold.since.isoformat(), "until": hold.until.isoformat() if hold.until else None,
    }  # fmt: skip
