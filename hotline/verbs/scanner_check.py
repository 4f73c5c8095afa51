"""``hotline check``: whether the virus scanner that the settings name answers: while it does not, no file is taken."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from accounts.file_scanner import FileScanner, ScannerAway
from config.file_places import Places
from config.language import say as _
from config.settings import Settings
from hotline.verbs.check_result import Checked, Finding, State

NAME = "virus scanner"
SECONDS = 5.0
HARMLESS = b"hotline check"


def look(settings: Settings, _places: Places) -> Checked:
    """Nothing where the settings name none."""
    address = settings.access.scanner
    if not address:
        return
    with ThreadPoolExecutor(1) as pool:  # whoever asks may have a loop of their own
        asked = pool.submit(lambda: asyncio.run(FileScanner(address, SECONDS).look(HARMLESS)))
        try:
            found = asked.result()
        except ScannerAway as fault:
            text = _("{address} does not answer ({fault}): no file is taken", address=address, fault=str(fault))
            cure = _("Cure: start clamd, let the daemon's user open its socket, or leave access.scanner out")
            yield Finding(NAME, State.WARN, text, cure, away=True)
            return
    if found:
        yield Finding(NAME, State.WARN, _("{address} finds {found} in a harmless word", address=address, found=found))
    else:
        yield Finding(NAME, State.OK, address)
