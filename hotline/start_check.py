"""What is looked at before anything is started, so that a start that cannot succeed begins nothing.

Used by ``app.py`` at the start and by ``reload.py`` before a running daemon gives way to a new one;
the half about sockets is ``hotline check``'s too. Each refusal is one sentence: field or file, cause, cure.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Iterator
from pathlib import Path

from bridge import case_store_choice
from config.file_places import Places
from config.language import say as _
from config.secrets import Secrets
from config.sections.seats import Device
from config.sections.telephone import Mode
from config.settings import Settings
from hotline import operator_files
from hotline.programs import asterisk_files, asterisk_found, edge, port_owners
from hotline.verbs.check_result import Finding, State
from ledger import opening
from ledger.store import url_of

DAEMON = ("ports.agi", "ports.api")
"""Sockets of the daemon itself."""
ADDRESS = {"ports.sip": "asterisk.bind", "edge.port": "edge.bind"}
"""Where the address of a port is chosen."""


class StartError(RuntimeError):
    """The daemon cannot start; the message says why and the cure."""


def wanted(settings: Settings) -> list[asterisk_files.Socket]:
    """Every socket the daemon and the programs it runs will listen on."""
    stream, ports = socket.SOCK_STREAM, settings.ports
    found: list[asterisk_files.Socket] = [
        ("ports.agi", "127.0.0.1", ports.agi, stream), ("ports.api", "127.0.0.1", ports.api, stream),
    ]  # fmt: skip
    if settings.casestore.ours:
        found.append(("ports.casestore", "127.0.0.1", ports.casestore, stream))
    if settings.asterisk.mode is Mode.EMBEDDED:
        found += asterisk_files.sockets(settings)
    if any(seat.has(Device.BROWSER) for seat in settings.seat):
        found.append(("ports.phones", "127.0.0.1", ports.phones, stream))
    if settings.edge.mode is Mode.EMBEDDED:
        found.append(("edge.port", str(settings.edge.bind), settings.edge.port, stream))
    if settings.metrics.bind is not None:
        found.append(("metrics.port", str(settings.metrics.bind), settings.metrics.port, stream))
    return found


def refused(one: asterisk_files.Socket, var: Path, *, ours: bool = True) -> Finding | None:
    """Why this socket cannot be had; None: it can, or (``ours``) what runs for ``var`` has it already."""
    field, host, port, kind = one
    match port_owners.why_not(host, port, kind):
        case 0:
            return None
        case errno.EADDRNOTAVAIL:
            address = ADDRESS.get(field, field)
            cure = _("Cure: choose an address of this machine as {field}, or bring its network up", field=address)
            return Finding(
                "ports", State.FAIL, _("this machine has no address {host} ({field})", host=host, field=address), cure
            )
        case errno.EACCES | errno.EPERM:
            cure = _("Cure: choose a port from 1024 on, or start with CAP_NET_BIND_SERVICE")
            return Finding(
                "ports", State.FAIL, _("{field} {port} is not allowed to this user", field=field, port=port), cure
            )
        case errno.EADDRINUSE:
            owner = port_owners.owner(port, kind, var)
            if ours and owner is not None and owner.serves(var):
                return None
            who = f"{owner.name} ({owner.pid})" if owner else _("somebody else")
            name = field.removeprefix("ports.").removesuffix(".port")
            cure = _("Cure: end it, or choose another {field}", field=field)
            return Finding(
                "ports", State.FAIL, _("{name} {port} is taken by {who}", name=name, port=port, who=who), cure
            )
        case other:
            cure = _("Cure: choose another {field}", field=field)
            return Finding("ports", State.FAIL, f"{field} {host} {port}: {errno.errorcode.get(other, other)}", cure)


async def prove(settings: Settings, places: Places) -> None:
    """Raises StartError with all that keeps this daemon from starting."""
    if found := await asyncio.to_thread(problems, settings, places):
        raise StartError("\n".join(found))


def problems(settings: Settings, places: Places, *, running: bool = False) -> list[str]:
    """All that keeps a daemon from starting by these settings; ``running``: one runs and will give way."""
    return [*_programs(settings), *_sockets(settings, places, running=running), *_files(settings, places)]


def _programs(settings: Settings) -> Iterator[str]:
    named = asterisk_found.named_missing()
    if settings.asterisk.mode is Mode.EMBEDDED and named:
        yield (
            _("HOTLINE_ASTERISK: no Asterisk is in {folder}", folder=named)
            + ". "
            + _("Cure: let it name a folder that `hotline asterisk install` made, or unset it")
        )
    elif settings.asterisk.mode is Mode.EMBEDDED and asterisk_found.find() is None:
        yield _("there is no Asterisk 22: run `hotline asterisk install`")
    if settings.edge.mode is Mode.EMBEDDED and edge.program() is None:
        yield _(
            "there is no nginx: apt-get install nginx-light (its own service is not needed), or edge.mode = external"
        )


def _sockets(settings: Settings, places: Places, *, running: bool) -> Iterator[str]:
    for one in wanted(settings):
        found = refused(one, places.var, ours=running or one[0] not in DAEMON)
        if found is not None:
            yield f"{found.message}. {found.cure}"


def _files(settings: Settings, places: Places) -> Iterator[str]:
    """The operator's files below VAR, and the ledger's url."""
    yield from map(str, operator_files.refusals(settings, places))
    for fault in case_store_choice.faults(settings, Secrets(places.secrets)):
        if not fault.starts:
            yield f"{fault.field}: {fault.message}. {fault.cure}"
    try:
        opening.usable(url_of(settings, places))
    except ValueError as fault:
        yield _("ledger.url names no database this program can use: {fault}", fault=fault)
