"""Who types at the machine: the audit log names them where the installation's token acts.

The command line says its user with each request (``X-Hotline-Shell``; who that is the kernel says,
``hotline/verbs/shell_user.py``). It is believed as far as the token is: whoever can read that could write the ledger itself. Where
nobody is said (another program of this machine), the actor stays ``operator``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from ledger.audit_log import Entry

from .authorization import TOKEN_ACTOR
from .ports import Audit

HEADER = "X-Hotline-Shell"
SHELL = "shell:"
"""Before the name of a user of this machine, wherever an actor stands: no account's id has a colon."""
NAME = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_typing: ContextVar[str] = ContextVar("shell_user", default="")


@contextmanager
def typed_by(headers: Mapping[bytes, bytes]) -> Iterator[None]:
    """Around one request that came with the installation's token."""
    said = headers.get(HEADER.lower().encode(), b"").decode("latin-1")
    before = _typing.set(said if NAME.fullmatch(said) else "")
    try:
        yield
    finally:
        _typing.reset(before)


def acting(account: str) -> str:
    """Who acts in this request: the user of this machine where the installation's token came with one."""
    name = _typing.get()
    return f"{SHELL}{name}" if account == TOKEN_ACTOR and name else account


class ShellNamed:
    """``console.ports.Audit`` over another one."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    async def append(
        self, at: datetime, actor: str, action: str, *, call: str = "", detail: Mapping[str, str] | None = None
    ) -> int:
        return await self._audit.append(at, acting(actor), action, call=call, detail=detail)

    async def page(
        self, most: int, before: int | None = None, *, actor: str = "", action: str = "", call: str = ""
    ) -> tuple[Sequence[Entry], bool]:
        return await self._audit.page(most, before, actor=actor, action=action, call=call)
