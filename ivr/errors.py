"""What this room raises when a program, not a caller, is wrong."""

from __future__ import annotations


class UnsayableCommand(ValueError):
    """A command that may not go to Asterisk: a control character in it, or longer than a line may be."""


class VoiceMissing(Exception):
    """The offline voice is not installed; the message says how to get it."""
