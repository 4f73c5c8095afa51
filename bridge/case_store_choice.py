"""Which driver the settings choose, made from them and from the secrets; and what is wrong with either. Read by run and check.

What a secret holds is said by nobody; what is wrong with one, with its name and the cure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from config import secrets as secret_names
from config.files import FileRefused
from config.language import say as _
from config.secrets import (
    CASESTORE,
    CASESTORE_CALLBACK,
    CASESTORE_KEY,
    CASESTORE_SQL_PASSWORD,
    CASESTORE_WEBHOOK,
    FORMER,
)
from config.settings import Settings

from .drivers import CaseStore
from .drivers.native import Native
from .drivers.old import Old
from .drivers.old import Wire as OldWire
from .drivers.open311 import Open311, Way
from .drivers.sql import Sql, lacking_tables
from .drivers.webhook import Webhook
from .webhook_signature import key_of

NATIVE_SECONDS = 10.0
SQL_SECONDS = 20.0


class Driver(CaseStore, Protocol):
    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Chosen:
    name: str
    """Under which the mark of what was heard is kept."""
    driver: Driver
    seconds: float
    """One question or delivery may take so long."""


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    message: str
    cure: str
    starts: bool = False
    """True: the daemon can run all the same, and its messages wait."""


def chosen(settings: Settings, secrets: Mapping[str, str]) -> Chosen:
    """Raises ``FileRefused`` for a secret that is missing or none."""
    store = settings.casestore
    zone = ZoneInfo(settings.centre.timezone)
    driver: Driver
    match store.driver:
        case "open311":
            assert store.open311 is not None
            one = store.open311
            way = Way(
                url=one.url, key=_given(secrets, CASESTORE_KEY), jurisdiction=one.jurisdiction, email=one.email,
                service=one.service, services=one.services, address=one.address, form=one.format, zone=zone,
                seconds=one.answer_seconds, ca_file=one.ca_file,
            )  # fmt: skip
            try:
                driver = Open311(way, days=one.days, poll=one.poll_seconds, settle=one.settle_seconds)
            except OSError as fault:  # ssl.SSLError is one
                raise FileRefused(
                    one.ca_file or "", "casestore.open311.ca_file", _("holds no certificates: {fault}", fault=fault)
                ) from None
            # its list is asked for in pieces, and a token for its number
            return Chosen(_name("open311", one.url), driver, 4 * one.answer_seconds)
        case "old":
            assert store.old is not None
            wire = OldWire(store.old.url, _given(secrets, CASESTORE_KEY), zone, store.old.answer_seconds)
            driver = Old(wire, days=store.old.days, poll=store.old.poll_seconds, settle=store.old.settle_seconds)
            return Chosen(_name("old", store.old.url), driver, 3 * store.old.answer_seconds)
        case "sql":
            assert store.sql is not None
            driver = Sql(store.sql.url, _given(secrets, CASESTORE_SQL_PASSWORD))
            return Chosen(_name("sql", store.sql.url), driver, SQL_SECONDS)
        case "webhook":
            assert store.webhook is not None
            keys = signing_keys(secrets, CASESTORE_WEBHOOK)
            driver = Webhook(store.webhook.url, lambda: keys, store.webhook.answer_seconds)
            return Chosen(_name("webhook", store.webhook.url), driver, 2 * store.webhook.answer_seconds)
    native = Native(f"http://127.0.0.1:{settings.ports.casestore}", secrets[CASESTORE])
    return Chosen("native", native, NATIVE_SECONDS)


def signing_keys(secrets: Mapping[str, str], name: str) -> tuple[bytes, ...]:
    """The newest first; the one before while its file stands there. Raises ``FileRefused``."""
    found = [one for one in (name, name + FORMER) if one in secrets]
    if not found:
        raise FileRefused(f"VAR/secrets/{name}", "", _("is missing"), _("Cure: it is made at the next start"))
    return tuple(_key(secrets, one) for one in found)


def faults(settings: Settings, secrets: Mapping[str, str]) -> list[Fault]:
    """What keeps the chosen driver from being made, or from being of use. Opens nothing and asks nobody."""
    store = settings.casestore
    made = {CASESTORE_WEBHOOK, CASESTORE_CALLBACK}
    wanted: dict[str, tuple[str, ...]] = {
        "open311": (CASESTORE_KEY,), "old": (CASESTORE_KEY,),
        "webhook": (CASESTORE_WEBHOOK, CASESTORE_CALLBACK, CASESTORE_WEBHOOK + FORMER, CASESTORE_CALLBACK + FORMER),
    }  # fmt: skip
    found = []
    for name in wanted.get(store.driver, ()):
        if name in secrets:
            found += _bad_secret(secrets, name, (lambda one: _key(secrets, one)) if name != CASESTORE_KEY else None)
        elif name not in made and not name.endswith(FORMER):
            cure = _("Cure: write the key the city gave into it, one line, mode 0600")
            found.append(Fault(f"VAR/secrets/{name}", _("is missing"), cure, starts=True))
    for one in store.georeport.integrator:
        name = secret_names.georeport(one.name)
        for each in (name, name + FORMER):
            if each in secrets:
                found += _bad_secret(secrets, each, lambda it: _long_enough(secrets, it))
    if store.driver == "sql" and CASESTORE_SQL_PASSWORD in secrets:
        found += _bad_secret(secrets, CASESTORE_SQL_PASSWORD, None)
    ca_file = store.open311.ca_file if store.driver == "open311" and store.open311 else None
    if ca_file is not None and not ca_file.is_file():
        found.append(Fault("casestore.open311.ca_file", _("there is no such file"), _("Cure: correct the setting")))
    return found


def sql_faults(settings: Settings, secrets: Mapping[str, str]) -> list[Fault]:
    """What the city's database lacks. Opens it."""
    store = settings.casestore.sql
    if settings.casestore.driver != "sql" or store is None:
        return []
    try:
        missing = lacking_tables(store.url, _given(secrets, CASESTORE_SQL_PASSWORD))
    except (SQLAlchemyError, OSError, FileRefused) as fault:
        why = str(getattr(fault, "orig", None) or type(fault).__name__).splitlines()[0][:200]
        cure = _("Cure: start it, or correct casestore.sql.url and VAR/secrets/{name}", name=CASESTORE_SQL_PASSWORD)
        return [Fault("casestore.sql.url", why, cure, starts=True)]
    cure = _("Cure: have it made as docs/operating.md says")
    return [Fault("casestore.sql.url", _("there is no {name}", name=one), cure, starts=True) for one in missing]


def shown(settings: Settings) -> str:
    """The chosen driver and whom it speaks to, for people: without a user or password."""
    store = settings.casestore
    one = {"open311": store.open311, "old": store.old, "webhook": store.webhook, "sql": store.sql}.get(store.driver)
    if one is None:
        return store.driver
    return f"{store.driver}, {sa.make_url(one.url).host or one.url.rpartition('/')[2]}"


def _name(driver: str, url: str) -> str:
    """Another address is another store: it is heard from the beginning."""
    return f"{driver}:{hashlib.sha256(url.encode()).hexdigest()[:12]}"


def _given(secrets: Mapping[str, str], name: str) -> str:
    return secrets.get(name, "")


def _key(secrets: Mapping[str, str], name: str) -> bytes:
    try:
        return key_of(secrets[name])
    except ValueError:
        cure = _("Cure: whsec_ and base64 of at least 16 bytes, or a word of at least 16 letters")
        raise FileRefused(f"VAR/secrets/{name}", "", _("is no key for signatures"), cure) from None


def _long_enough(secrets: Mapping[str, str], name: str) -> None:
    if len(secrets[name]) < 16:
        cure = _("Cure: delete it, then a new one is made at the next start")
        raise FileRefused(f"VAR/secrets/{name}", "", _("is too short"), cure)


def _bad_secret(secrets: Mapping[str, str], name: str, read: Callable[[str], object] | None) -> list[Fault]:
    try:
        if read is not None:
            read(name)
        elif not secrets[name]:
            return []
    except FileRefused as fault:
        return [Fault(f"VAR/secrets/{name}", fault.message, fault.cure)]
    return []
