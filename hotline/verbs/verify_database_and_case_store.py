"""What a ledger cannot say of itself: whether its pages are whole, and whether its case store knows more. For ``verify``."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from config.file_places import Places
from config.settings import Settings
from hotline.programs import case_store
from ledger.invariant.rule import Breach
from ledger.store import Store

from .backups import case_reader, database
from .backups.missing_cases import difference


def pages(file: Path) -> list[Breach]:
    """SQLite's own look at every page (``quick_check``); a damaged ledger is said, not walked into."""
    return [
        Breach("database_damaged", file.name, f"{said}: stop the daemon and run `hotline restore`")
        for said in database.faults(file)
    ]


async def cases(store: Store, settings: Settings, places: Places, most: int) -> list[Breach]:
    """A case without its ticket says that an older ledger was put back; two cases of a matter, that one was before."""
    if not settings.casestore.ours:
        return []
    url = case_store.url_of(settings, places)
    file = case_reader.file_of(url)
    name = file.name if file is not None else "casestore"
    if file is not None and file.exists() and (damaged := await asyncio.to_thread(database.faults, file, 1)):
        return [Breach("case_store_damaged", name, damaged[0])]
    try:
        if not await asyncio.to_thread(case_reader.there, url):
            return []
        found = await difference(store, url, most)
    except SQLAlchemyError as fault:
        kind = "case_store_damaged" if file is not None else "case_store_away"
        return [Breach(kind, name, str(getattr(fault, "orig", None) or fault).splitlines()[0])]
    told = [
        Breach("case_without_ticket", number, "in the case store, but the ledger is older and has no such ticket: `hotline restore` takes it back")
        for number in found.lacking
    ]  # fmt: skip
    told += [
        Breach("case_twice", number, f"a second case of a matter that has case {other}")
        for number, other in found.twice
    ]
    return told + [
        Breach(
            "case_message_lost",
            number,
            f"the case store took message {key}, and has it no more: was an older one put back?",
        )
        for number, key in found.untaken
    ]
