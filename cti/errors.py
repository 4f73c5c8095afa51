"""What can go wrong on the way to Asterisk."""

from __future__ import annotations


class LinkError(Exception):
    """Base of this file."""


class LinkLost(LinkError):
    """The connection is down, or went down before the answer came. Nothing is replayed."""


class NoAnswer(LinkError):
    """The deadline passed without an answer."""


class Refused(LinkError):
    """Asterisk answered with an error; its message is the text."""


class LoginRefused(LinkError):
    """Wrong user or secret: no use in trying quickly again."""
