"""``hotline catalogue``: the city's own table of codes, conditions, limits and units, edition by edition.

``check`` reads a file and says what is wrong; ``import`` keeps it as an edition, not in force; ``diff`` says what would change; ``activate``
puts it in force from its date; ``rollback`` takes the one in force back. Works on the ledger, whether or not the daemon runs; the daemon
looks once a minute. Exit status: 0 done, 1 the file has problems or there is nothing such, 2 a file cannot be read, 3 no ledger.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from bridge.catalogues.city_table import KINDS, CityTable, read_table
from bridge.catalogues.edition import Change, Edition, diff, in_force
from config.file_places import Places
from config.files import read_bytes
from config.language import say as _
from config.settings import Settings
from config.work_time import Reading
from hotline.books import audit_key_and_heads
from ledger.catalogues import CatalogueTable, EditionRow, EditionTaken, active
from ledger.store import Store

from .ledger_reading import opened, options
from .period_arguments import today
from .shell_user import actor
from .table_files import MOST_LINES, tell_problems, worksheets

WRONG = 1
MOST_SCHEME, MOST_VERSION = 40, 20
"""What a ticket's subject takes."""


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("catalogue", help=_("the city's own codes, conditions, limits and units"))
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    checking = verbs.add_parser("check", help=_("read a table and say what is wrong with it"))
    checking.set_defaults(run=_check)
    importing = verbs.add_parser("import", help=_("keep a table as an edition, not in force yet"))
    importing.set_defaults(run=_import)
    comparing = verbs.add_parser("diff", help=_("what an edition, or a table, changes of the edition in force"))
    comparing.set_defaults(run=_diff)
    activating = verbs.add_parser("activate", help=_("put an edition in force from its date on"))
    activating.set_defaults(run=_activate)
    back = verbs.add_parser("rollback", help=_("take the edition in force back: the one before it counts again"))
    back.set_defaults(run=_rollback)
    listing = verbs.add_parser("list", help=_("all editions"))
    listing.set_defaults(run=_list)
    for one in (checking, importing):
        _file_options(one)
    comparing.add_argument(
        "files", metavar="FILE", type=Path, nargs="*", help=_("a table; none: --version names an edition")
    )
    comparing.add_argument("--kind", choices=sorted(KINDS.values()), default="")
    for one in (importing, comparing, activating, back):
        one.add_argument("--scheme", default="GB/T 30428.2", metavar="NAME", help=_("the code table's name"))
    for one in (importing, activating):
        one.add_argument("--version", required=True, metavar="VERSION", help=_("of this edition: its own, e.g. 2026.1"))
    comparing.add_argument("--version", default="", metavar="VERSION")
    importing.add_argument(
        "--valid-from", type=_day, required=True, metavar="DATE", help=_("its first day, as 2026-12-01")
    )
    importing.add_argument("--name", default="", metavar="TEXT", help=_("what people call it"))
    importing.add_argument(
        "--work-day",
        choices=[str(one) for one in Reading],
        default="",
        help=_("what n working days mean; else [cases] work_day"),
    )
    for one in (importing, comparing, activating, back, listing):
        options(one)


def _file_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help=_("XLSX with both sheets, or CSV files"))
    parser.add_argument(
        "--kind", choices=sorted(KINDS.values()), default="", help=_("of sheets whose own name does not say it")
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(_("{text} is no day: want 2026-12-01", text=repr(text))) from None


# -- files ---------------------------------------------------------------------------------------


def table_of(files: Sequence[Path], kind: str = "") -> CityTable:
    """All sheets of all files as one table. Raises FileRefused."""
    sheets, remarks = worksheets(files)
    table = read_table(sheets, kind)
    return CityTable(table.codes, table.conditions, table.units, table.problems, (*remarks, *table.remarks))


def _told(table: CityTable) -> bool:
    """Whether it can be taken; problems to stderr, figures and remarks to stdout."""
    tell_problems(table.problems)
    for remark in table.remarks[:MOST_LINES]:
        print(remark)
    counts = {kind: sum(code.kind == kind for code in table.codes) for kind in KINDS.values()}
    conditions = sum(len(ones) for ones in table.conditions.values())
    print(_("{parts} part codes, {events} event codes, {conditions} filing conditions", parts=counts["part"],
            events=counts["event"], conditions=conditions))  # fmt: skip
    return not table.problems


def _check(args: argparse.Namespace) -> int:
    return 0 if _told(table_of(args.files, args.kind)) else WRONG


# -- editions ------------------------------------------------------------------------------------


def _import(args: argparse.Namespace) -> int:
    if not (0 < len(args.scheme) <= MOST_SCHEME and 0 < len(args.version) <= MOST_VERSION):
        print(_("--scheme: at most {scheme} characters, --version: at most {version}", scheme=MOST_SCHEME,
                version=MOST_VERSION), file=sys.stderr)  # fmt: skip
        return WRONG
    table = table_of(args.files, args.kind)
    if not _told(table):
        return WRONG
    digest = hashlib.sha256(b"".join(hashlib.sha256(read_bytes(file)).digest() for file in args.files)).hexdigest()
    names = " ".join(file.name for file in args.files)

    async def work(store: Store, settings: Settings) -> int:
        reading = Reading(args.work_day or settings.cases.work_day)
        edition = table.edition(args.scheme, args.version, args.valid_from, reading, args.name)
        try:
            await CatalogueTable(store).add(edition, datetime.now(UTC), actor(), names, digest)
        except EditionTaken as taken:
            print(_("there is an edition {edition} already; an edition is never changed. Cure: another --version",
                    edition=taken), file=sys.stderr)  # fmt: skip
            return WRONG
        detail = {"edition": f"{args.scheme} {args.version}", "file": names[:200], "sha256": digest}
        await _noted(store, settings, args, "catalogue_imported", detail)
        print(_("imported as {scheme} {version}, valid from {day}; not in force: hotline catalogue activate",
                scheme=args.scheme, version=args.version, day=args.valid_from))  # fmt: skip
        return 0

    return opened(args, work)


def _diff(args: argparse.Namespace) -> int:
    table = table_of(args.files, args.kind) if args.files else None
    if table is not None and not _told(table):
        return WRONG

    async def work(store: Store, settings: Settings) -> int:
        editions = CatalogueTable(store)
        rows = await editions.rows()
        day = today(settings)
        old = await _in_force(editions, rows, day)
        if table is not None:
            new = table.edition(args.scheme, args.version, day, Reading(settings.cases.work_day))
        else:
            row = _named(rows, args.scheme, args.version)
            if row is None:
                return _none(args.scheme, args.version)
            new = await editions.load(row)
        before = old or Edition(args.scheme, "", day, new.reading, ())
        changes = diff(before, new)
        for change in changes:
            print(_line(change))
        print(_("{count} changes of {edition}", count=len(changes),
                edition=f"{before.scheme} {before.version}".strip() if old else _("nothing")))  # fmt: skip
        return 0

    return opened(args, work)


def _activate(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        row = await CatalogueTable(store).activate(args.scheme, args.version, datetime.now(UTC), actor())
        if row is None:
            return _none(args.scheme, args.version)
        await _noted(store, settings, args, "catalogue_activated", {"edition": f"{row.scheme} {row.version}"})
        await _say_in_force(store, settings)
        return 0

    return opened(args, work)


def _rollback(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        editions = CatalogueTable(store)
        standing = await _in_force(editions, await editions.rows(), today(settings))
        if standing is None:
            print(_("no edition is in force"), file=sys.stderr)
            return WRONG
        await editions.withdraw(standing.scheme, standing.version, datetime.now(UTC), actor())
        await _noted(store, settings, args, "catalogue_withdrawn", {"edition": f"{standing.scheme} {standing.version}"})
        print(_("taken back: {edition}", edition=f"{standing.scheme} {standing.version}"))
        await _say_in_force(store, settings)
        return 0

    return opened(args, work)


def _list(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        for row in await CatalogueTable(store).rows():
            said = (
                f"{row.scheme} {row.version}",
                str(row.valid_from),
                _(row.state),
                row.name,
                row.source,
                row.imported_by,
            )
            print("  ".join(part for part in said if part))
        await _say_in_force(store, settings)
        return 0

    return opened(args, work)


# -- within --------------------------------------------------------------------------------------


async def _in_force(editions: CatalogueTable, rows: Sequence[EditionRow], day: date) -> Edition | None:
    standing = active(rows)
    found = in_force([Edition(row.scheme, row.version, row.valid_from, row.reading, ()) for row in standing], day)
    if found is None:
        return None
    row = _named(standing, found.scheme, found.version)
    assert row is not None
    return await editions.load(row)


async def _say_in_force(store: Store, settings: Settings) -> None:
    editions = CatalogueTable(store)
    found = await _in_force(editions, await editions.rows(), today(settings))
    if found is None:
        print(_("in force: the shipped table {scheme} with sample limits and units", scheme=settings.cases.codes))
    else:
        print(
            _("in force: {edition}, valid from {day}", edition=f"{found.scheme} {found.version}", day=found.valid_from)
        )


async def _noted(
    store: Store, settings: Settings, args: argparse.Namespace, action: str, detail: dict[str, str]
) -> None:
    log = audit_key_and_heads.log_of(store, settings, Places(args.var))
    await log.append(datetime.now(UTC), actor(), action, detail=detail)


def _named(rows: Sequence[EditionRow], scheme: str, version: str) -> EditionRow | None:
    return next((row for row in rows if (row.scheme, row.version) == (scheme, version)), None)


def _none(scheme: str, version: str) -> int:
    print(_("there is no edition {edition}: hotline catalogue list", edition=f"{scheme} {version}"), file=sys.stderr)
    return WRONG


def _line(change: Change) -> str:
    kind, code = change.key
    return "  ".join(part for part in (_(change.what), kind, code, change.name, _from_to(change)) if part)


def _from_to(change: Change) -> str:
    return f"{change.before or '-'} → {change.after or '-'}" if change.before or change.after else ""
