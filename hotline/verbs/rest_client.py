"""The running daemon's REST, asked from the command line: token from VAR, loopback only.

Used by ``seat.py``, ``ticket.py``, ``token.py`` and ``user.py``. Every refusal becomes one sentence on stderr and
an exit status: 3 when the daemon cannot be reached, 4 when it said no.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from config import language, secrets
from config.file_places import Places
from config.files import FileRefused
from config.language import say as _
from config.read import read
from console.shell_actor import HEADER, SHELL

from .ledger_reading import options
from .shell_user import actor

UNREACHABLE, REFUSED = 3, 4


class Daemon:
    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def get(
        self, path: str, params: Mapping[str, str | int] | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """Raises SaidNo."""
        return self._told(self._client.get(path, params=dict(params or {}), headers=headers))

    def file(self, path: str, params: Mapping[str, str | int], headers: Mapping[str, str]) -> bytes:
        """As it is. Raises SaidNo."""
        reply = self._client.get(path, params=dict(params), headers=headers)
        if reply.status_code >= 300:
            self._told(reply)
        return reply.content

    def post(
        self,
        path: str,
        body: object = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Raises SaidNo."""
        return self._told(self._client.post(path, json=body, params=dict(params or {}), headers=headers))

    def put(self, path: str, body: object) -> Any:
        """Raises SaidNo."""
        return self._told(self._client.put(path, json=body))

    def delete(self, path: str) -> Any:
        """Raises SaidNo."""
        return self._told(self._client.delete(path))

    def _told(self, reply: httpx.Response) -> Any:
        try:
            told = reply.json()
        except ValueError:
            told = {}
        if reply.status_code >= 300:
            raise SaidNo(reply.status_code, told if isinstance(told, dict) else {})
        return told


class SaidNo(Exception):
    """The daemon, or the case store, refused; ``str`` names each field, what is wrong with it and what is allowed."""

    def __init__(self, status: int, told: Mapping[str, Any]) -> None:
        super().__init__("\n".join(_lines(status, told)))


def _lines(status: int, told: Mapping[str, Any]) -> list[str]:
    problems = told.get("problems") or told.get("fields") or [told]  # the daemon's, the case store's, neither
    lines = []
    for problem in problems:
        line = f"{problem.get('field') or ''}: {problem.get('message') or status}".removeprefix(": ")
        allowed = problem.get("allowed") or []
        lines.append(line + (f" [{' | '.join(allowed)}]" if allowed else ""))
    return lines


def verb(
    verbs: Any, name: str, meaning: str, work: Callable[[Daemon, argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """One verb below ``verbs``, with ``--config`` and ``--var``, done with the running daemon."""
    parser: argparse.ArgumentParser = verbs.add_parser(name, help=meaning)
    options(parser)
    parser.set_defaults(run=lambda args: asked(args, lambda daemon: work(daemon, args)))
    return parser


def asked(args: argparse.Namespace, work: Callable[[Daemon], int]) -> int:
    """Do ``work`` with the daemon of ``--config`` and ``--var``; exit status and a sentence when that fails."""
    settings, places = read(args.config), Places(args.var)
    language.use(settings.centre.language)
    return reached(
        settings.ports.api,
        places.secrets / "api-token",
        lambda client: work(Daemon(client)),
        unreadable=lambda fault: _(
            "the API token cannot be read ({fault}): has the daemon run with this --var?", fault=fault
        ),
        away=lambda url, fault: _(
            "no daemon answers at {url} ({fault}): start it with `hotline run`", url=url, fault=fault
        ),
        headers={HEADER: _user()},
    )


def reached(
    port: int, secret: Path, work: Callable[[httpx.Client], int], *, unreadable: Callable[[Exception], str],
    away: Callable[[str, Exception], str], headers: Mapping[str, str] | None = None,
) -> int:  # fmt: skip
    """Do ``work`` with the program on this loopback port behind this secret; exit status, and a sentence when that fails."""
    url = f"http://127.0.0.1:{port}"
    try:
        sent = {"Authorization": f"Bearer {secrets.value(secret)}", **(headers or {})}
        with httpx.Client(base_url=url, headers=sent, timeout=30, trust_env=False) as client:
            return work(client)
    except FileRefused as fault:
        print(unreadable(fault), file=sys.stderr)
    except httpx.TransportError as fault:
        print(away(url, fault), file=sys.stderr)
    except SaidNo as no:
        print(no, file=sys.stderr)
        return REFUSED
    return UNREACHABLE


def _user() -> str:
    """Who types, for the audit log; a header holds no other letters."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", actor().removeprefix(SHELL))[:32]
