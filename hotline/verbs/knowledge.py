"""``hotline knowledge``: the centre's knowledge cards from and to a spreadsheet, and what each card said when.

``check`` reads a file and says what is wrong; ``import`` adds a version of every card that is new or changed, all or none; ``export`` writes
the newest versions, to be mended and imported again; ``list`` and ``show``. Works on the ledger, whether or not the daemon runs; its pages
have it within a minute. Exit status: 0 done, 1 the file has problems or there is nothing such, 2 a file cannot be read, 3 no ledger.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bridge.knowledge import Card, by_card, standing
from bridge.knowledge_table import COLUMNS, KnowledgeTable, added, cells, read_table, too_many
from config.file_places import Places
from config.language import say as _
from config.read import read
from config.settings import Settings
from console.spreadsheet import Table
from hotline.books import audit_key_and_heads
from ledger.knowledge import KnowledgeBook, VersionTaken
from ledger.store import Store

from . import listing
from .ledger_reading import opened, options
from .period_arguments import today
from .report_files import written
from .shell_user import actor
from .table_files import tell_problems, worksheets

WRONG = 1


def add(sub: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = sub.add_parser("knowledge", help=_("knowledge cards: what citizens who ask are told"))
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    checking = verbs.add_parser("check", help=_("read a table and say what is wrong with it"))
    checking.set_defaults(run=_check)
    importing = verbs.add_parser("import", help=_("add a version of each card that is new or changed"))
    importing.set_defaults(run=_import)
    exporting = verbs.add_parser("export", help=_("the newest version of every card"))
    form = exporting.add_mutually_exclusive_group(required=True)
    form.add_argument("--csv", action="store_true", help=_("for a spreadsheet"))
    form.add_argument("--xlsx", type=Path, metavar="FILE", help=_("as a workbook"))
    exporting.set_defaults(run=_export)
    listed = verbs.add_parser("list", help=_("the cards in force today"))
    listed.set_defaults(run=_list)
    showing = verbs.add_parser("show", help=_("every version of a card, the newest first"))
    showing.add_argument("card", metavar="CARD")
    showing.set_defaults(run=_show)
    for one in (checking, importing):
        one.add_argument("files", metavar="FILE", type=Path, nargs="+", help=_("XLSX or CSV, one row a card"))
    for one in (listed, showing):
        one.add_argument("--json", action="store_true", help=_("as one JSON array"))
    for one in (checking, importing, exporting, listed, showing):
        options(one)


def _table(files: Sequence[Path], settings: Settings) -> KnowledgeTable:
    """Raises FileRefused. Problems go to stderr."""
    sheets, remarks = worksheets(files)
    for remark in remarks:
        print(remark)
    table = read_table(sheets, today(settings), settings.cases.codes)
    tell_problems(table.problems)
    return table


def _check(args: argparse.Namespace) -> int:
    table = _table(args.files, read(args.config))
    print(_("{count} cards", count=len(table.cards)))
    return WRONG if table.problems else 0


def _import(args: argparse.Namespace) -> int:
    table = _table(args.files, read(args.config))
    if table.problems:
        return WRONG

    async def work(store: Store, settings: Settings) -> int:
        book, at = KnowledgeBook(store), datetime.now(UTC)
        known = by_card(await book.written(None))
        fresh = added(table.cards, known)
        if why := too_many(fresh, known):
            print(why, file=sys.stderr)
            return WRONG
        try:
            await book.add(fresh, at, actor())
        except VersionTaken:
            print(
                _("somebody wrote one of these cards meanwhile; nothing is taken in. Cure: once more"), file=sys.stderr
            )
            return WRONG
        new = sum(one.version == 1 for one in fresh)
        if fresh:
            log = audit_key_and_heads.log_of(store, settings, Places(args.var))
            detail = {"file": " ".join(file.name for file in args.files)[:200], "cards": str(len(fresh))}
            await log.append(at, actor(), "knowledge_imported", detail=detail)
        print(
            _("{new} new cards, {changed} new versions, {same} as they were", new=new, changed=len(fresh) - new,
              same=len(table.cards) - len(fresh))
        )  # fmt: skip
        return 0

    return opened(args, work)


def _export(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        known = by_card(await KnowledgeBook(store).written(None))

        async def rows() -> AsyncIterator[Sequence[object]]:
            for ident in sorted(known):
                yield cells(known[ident][0])

        heads = [names[0] for names in COLUMNS.values()]
        return await written(args, Table(heads, rows()), ZoneInfo(settings.centre.timezone))

    return opened(args, work)


def _list(args: argparse.Namespace) -> int:
    async def work(store: Store, settings: Settings) -> int:
        known = by_card(await KnowledgeBook(store).written(None))
        day = today(settings)
        found = [one for ident in sorted(known) if (one := standing(known[ident], day)) is not None]
        return listing.show([_row(one) for one in found], _words, as_json=args.json)

    return opened(args, work)


def _show(args: argparse.Namespace) -> int:
    async def work(store: Store, _settings: Settings) -> int:
        versions = by_card(await KnowledgeBook(store).written(None)).get(args.card)
        if versions is None:
            print(_("there is no card {card}: hotline knowledge list", card=args.card), file=sys.stderr)
            return WRONG
        return listing.show([_row(one) for one in versions], _whole, as_json=args.json)

    return opened(args, work)


def _row(card: Card) -> listing.Row:
    return {
        "key": card.key, "title": card.title, "text": card.text, "checklist": card.checklist, "code": card.code,
        "code_name": card.code_name, "source": card.source, "valid_from": card.valid_from.isoformat(),
        "valid_until": card.valid_until.isoformat() if card.valid_until else "", "retired": card.retired,
        "sample": card.sample, "changed_at": card.changed_at.isoformat() if card.changed_at else "",
        "changed_by": card.changed_by,
    }  # fmt: skip


def _words(row: listing.Row) -> list[str]:
    mark = _("sample") if row["sample"] else ""
    return [row["key"], row["title"], f"{row['code']} {row['code_name']}".strip(), mark]


def _whole(row: listing.Row) -> list[str]:
    until = f"{row['valid_from']}–{row['valid_until']}"
    mark = _("retired") if row["retired"] else ""
    lines = "\n".join(f"    {line}" for line in (*row["text"].splitlines(), *row["checklist"].splitlines()))
    return [row["key"], until, row["title"], mark, row["changed_by"], "\n" + lines]
