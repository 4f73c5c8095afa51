"""The secrets of this installation: made at the first start, kept one to a file.

Called by ``hotline run``, ``hotline asterisk render`` and whoever must log in
somewhere. A secret never stands in ``hotline.toml`` nor in a log. Never overwrites
one that exists.
"""

from __future__ import annotations

import os
import secrets as random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from .files import FileRefused, read_text, stands
from .language import say as _
from .sections.seats import Device
from .settings import Settings

AMI_USERS = ("ami-events", "ami-actions", "ami-tape")
PHONE_PROXY = "phone-proxy"
"""What the daemon proves itself by to the program through which browsers' phones go."""
CASESTORE = "casestore"
"""What the daemon proves itself by to the case store that comes with us."""
CASESTORE_PHOTOS = "casestore-photos"
"""What the photos of the case store that comes with us are sealed by."""
CASESTORE_KEY = "casestore-key"
"""Given by whoever runs a store of the city's (drivers open311 and old): put there by hand."""
CASESTORE_SQL_PASSWORD = "casestore-sql-password"  # noqa: S105 - a file's name
"""Of the city's database (driver sql): put there by hand."""
CASESTORE_WEBHOOK, CASESTORE_CALLBACK = "casestore-webhook", "casestore-callback"
"""Keys by which our webhooks are signed, and those called back."""
FORMER = "-former"
"""Behind a secret's name: the one before, which is good too until the file is removed."""


def georeport(name: str) -> str:
    """The key of an integrator of our GeoReport server."""
    return f"georeport-{name}"


SWITCH_PIN = "switch-pin"
"""What a seat's telephone is asked for before it switches hours or modes: six digits; may be replaced by others."""
AUDIT_KEY = "audit-key"
COOKIE_SEAL = "cookie-seal"


def names(settings: Settings) -> tuple[str, ...]:
    """Every secret this installation needs. A browser's phone gets a key of its own at each log-in."""
    phones = (f"sip-{seat.endpoint(Device.DESK)}" for seat in settings.seat if seat.has(Device.DESK))
    audit = () if settings.audit.key else (AUDIT_KEY,)
    store = settings.casestore
    hooks = (CASESTORE_WEBHOOK, CASESTORE_CALLBACK) if store.driver == "webhook" else ()
    keys = (georeport(one.name) for one in store.georeport.integrator)
    switches = (SWITCH_PIN,) if settings.switches.number else ()
    return (
        *switches,
        *AMI_USERS,
        "api-token",
        "sip-probe",
        PHONE_PROXY,
        CASESTORE,
        CASESTORE_PHOTOS,
        COOKIE_SEAL,
        *audit,
        *hooks,
        *keys,
        *phones,
    )


class Secrets(Mapping[str, str]):
    """Name → secret (128 random bits, hex), read from and made in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, name: str) -> str:
        path = self.folder / name
        if not stands(path):
            raise KeyError(name)
        return value(path)

    def __iter__(self) -> Iterator[str]:
        if self.folder.is_dir():
            yield from sorted(path.name for path in self.folder.iterdir() if not path.name.startswith("."))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"Secrets({str(self.folder)!r})"


def value(path: Path) -> str:
    """The secret in this file: one line of printable ASCII. Raises FileRefused: an empty one would let anybody in."""
    secret = read_text(path).text.strip()
    cure = _("Cure: delete it, then a new one is made at the next start")
    if not secret:
        raise FileRefused(path, "", _("is empty"), cure)
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise FileRefused(path, "", _("holds more than one word of ASCII letters and digits"), cure)
    return secret


def ensure(folder: Path, wanted: tuple[str, ...]) -> Secrets:
    """Make what is missing of ``wanted`` under ``folder`` (0700, files 0600) and give all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in wanted:
        if not stands(folder / name):
            _write_new(folder / name, f"{random.randbelow(10**6):06}" if name == SWITCH_PIN else random.token_hex(16))
    return Secrets(folder)


def _write_new(path: Path, secret: str) -> None:
    """Appear whole or not at all, and never replace what another process just made."""
    descriptor, draft = tempfile.mkstemp(prefix=".new-", dir=path.parent)  # 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
