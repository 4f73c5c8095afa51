"""Who acts at a shell, for the audit log."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

_UNSET = 2**32 - 1
"""The kernel's word for: nobody logged in (a service)."""


def actor() -> str:
    """``shell:NAME`` of the user who came in, also behind sudo; no variable that anybody sets says it."""
    try:
        ident = int(Path("/proc/self/loginuid").read_text("ascii"))
    except (OSError, ValueError):
        ident = _UNSET
    ident = os.getuid() if ident == _UNSET else ident
    try:
        return f"shell:{pwd.getpwuid(ident).pw_name}"[:40]
    except KeyError:
        return f"shell:{ident}"
