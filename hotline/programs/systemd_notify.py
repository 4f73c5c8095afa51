"""Tells systemd how far the daemon is (``sd_notify``): a few words to the socket it names, nothing without one."""

from __future__ import annotations

import os
import socket
import time

import structlog

log = structlog.get_logger("hotline")

NAME = "NOTIFY_SOCKET"
_where = ""


def begin() -> None:
    """Remember where to tell, and hide it from every program we start: Asterisk would say READY by itself."""
    global _where
    _where = os.environ.pop(NAME, "")


def hand_on() -> None:
    """For the program that takes our place."""
    if _where:
        os.environ[NAME] = _where


def notify(*lines: str) -> None:
    """``READY=1``, ``STOPPING=1``, ``STATUS=…``, as in sd_notify(3)."""
    if not _where:
        return
    address = "\0" + _where[1:] if _where.startswith("@") else _where
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as link:
            link.sendto("\n".join(line.replace("\n", " ") for line in lines).encode(), address)
    except OSError as fault:  # whoever wanted to know is not there
        log.warning("systemd is not told", fault=str(fault))


def reloading() -> None:
    notify("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")
