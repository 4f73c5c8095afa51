"""What ``hotline check`` says of the edge: nginx, its port, its certificate, the built pages. Changes nothing."""

from __future__ import annotations

import dataclasses
import socket
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from config.file_places import Places
from config.language import say as _
from config.render import edge as rendered
from config.sections.telephone import Mode
from config.settings import Settings
from hotline import start_check
from hotline.programs import certificate, edge, port_owners
from hotline.verbs.check_result import Checked, Finding, State


def look(settings: Settings, places: Places) -> Checked:
    if settings.edge.mode is Mode.EXTERNAL:
        yield from _theirs(settings)
    else:
        yield from _nginx()
        yield from _port(settings, places)
    yield from _certificate(settings, places, datetime.now(UTC))
    yield from _pages(edge.PAGES)


def _theirs(settings: Settings) -> Checked:
    wanted = settings.edge
    if port_owners.taken(str(wanted.bind), wanted.port, socket.SOCK_STREAM):
        yield Finding("edge", State.OK, _("your own nginx on port {port}", port=wanted.port))
    else:
        cure = _("Cure: hotline edge render DIR writes its configuration")
        yield Finding("edge", State.WARN, _("nobody listens on port {port}", port=wanted.port), cure)


def _nginx() -> Checked:
    program = edge.program()
    cure = _("Cure: apt-get install {package}", package="nginx-light")
    if program is None:
        yield Finding("edge", State.FAIL, _("no nginx on this machine"), cure)
        return
    try:
        done = subprocess.run([program, "-V"], capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.SubprocessError) as fault:
        yield Finding("edge", State.FAIL, f"{program}: {fault}", cure)
        return
    lacks = [name for name in ("http_ssl", "http_auth_request", "http_gzip_static")
             if f"--with-{name}_module" not in done.stderr]  # fmt: skip
    if lacks:
        yield Finding(
            "edge", State.FAIL, _("{program} lacks {modules}", program=program, modules=", ".join(lacks)), cure
        )
    else:
        yield Finding("edge", State.OK, f"{program}, {done.stderr.splitlines()[0].rpartition('/')[2]}")


def _port(settings: Settings, places: Places) -> Checked:
    wanted = settings.edge
    host, port = str(wanted.bind), wanted.port
    refused = start_check.refused(("edge.port", host, port, socket.SOCK_STREAM), places.var)
    if refused is not None:
        yield dataclasses.replace(refused, name="edge")
    elif port_owners.taken(host, port, socket.SOCK_STREAM):
        yield Finding("edge", State.OK, _("runs on port {port}", port=port))
    else:
        yield Finding("edge", State.OK, f"https://{wanted.names[0] if wanted.names else host}:{port}")


def _certificate(settings: Settings, places: Places, now: datetime) -> Checked:
    given = rendered.files(settings, places.edge, edge.PAGES)
    where, key = given.certificate, given.key
    own = settings.edge.certificate is None
    if own and not where.exists():
        if settings.edge.mode is Mode.EMBEDDED:
            yield Finding("certificate", State.OK, _("one of our own will be made at the first start"))
        return
    seen = certificate.look(where, key)
    cure = _("Cure: delete both, they are made anew at the next start") if own else _(
        "Cure: put the right files at edge.certificate and edge.key")  # fmt: skip
    if seen is None or not seen.fits_key:
        yield Finding("certificate", State.FAIL, _("{path} and its key can not be used", path=where), cure)
        return
    until = f"{seen.until:%F}"
    if seen.until <= now:
        yield Finding("certificate", State.FAIL, _("{path} ended on {until}", path=where, until=until), cure)
    elif seen.until - now < certificate.RENEW_BEFORE and not own:
        yield Finding("certificate", State.WARN, _("{path} ends on {until}", path=where, until=until), cure)
    elif lost := sorted(name for name in settings.edge.names if not seen.holds(name)):
        yield Finding(
            "certificate", State.WARN, _("{path} does not hold {names}", path=where, names=", ".join(lost)), cure
        )
    else:
        yield Finding("certificate", State.OK, _("{path}, until {until}", path=where, until=until))


def _pages(pages: Path) -> Checked:
    if edge.built(pages):
        yield Finding("pages", State.OK, f"{pages}")
    else:
        yield Finding("pages", State.WARN, _("are not built"), _("Cure: make web"))
