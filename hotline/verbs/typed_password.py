"""A new password as a person types it: twice at a terminal, else one line from stdin."""

from __future__ import annotations

import getpass
import sys

from config.language import say as _


def typed_password() -> str | None:
    """None: the two were not the same, which was said."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(_("password: "))
    if getpass.getpass(_("once more: ")) == first:
        return first
    print(_("the two are not the same"), file=sys.stderr)
    return None
