"""The book of what Asterisk wrote, before and after the ledger says how far it was read. Made by ``app.py``."""

from __future__ import annotations

from config.file_places import Places
from config.settings import Settings
from cti.asterisk_deaths import AsteriskDeaths
from cti.cel_reader import Book, Mark
from cti.numbering_plan import Plan
from ledger.scribe import Scribe


def unread(plan: Plan, settings: Settings, places: Places) -> Book:
    """Of which nothing may be read yet: where to begin is known by the ledger alone."""
    return _book(plan, settings, places, Mark())


async def resumed(plan: Plan, settings: Settings, places: Places, scribe: Scribe) -> Book:
    """From the row on at which the ledger stands. Raises ``LedgerUnavailable``."""
    return _book(plan, settings, places, (await scribe.resume()).mark)


def _book(plan: Plan, settings: Settings, places: Places, mark: Mark) -> Book:
    folder = settings.asterisk.log_dir or places.asterisk_log
    died = AsteriskDeaths(places.deaths).before
    return Book(plan, folder / "cel-custom" / "hotline.csv", folder / "queue_log", mark, died)
