"""What can go wrong at the ledger's door.

``LedgerUnavailable`` is weather: the same again succeeds later. ``LedgerWrong`` is not: the database answers, and
what it says needs a person, so each of its kinds names the cure.
"""

from __future__ import annotations


class LedgerUnavailable(Exception):
    """The database did not take it: nothing was written and nothing is lost; give the same again later.

    ``str`` is one sentence for the log; the driver's own error is its ``__cause__``.
    """


class LedgerWrong(Exception):
    """The database is there, but is not what this program needs. ``str`` is one sentence with the cure."""


class LedgerOutdated(LedgerWrong):
    """The tables are not at this program's revision; ``hotline db upgrade`` brings them there."""


class LedgerTooNew(LedgerWrong):
    """A newer program has upgraded the tables; this one must not touch them."""


class LedgerMisshapen(LedgerWrong):
    """A table or column this program needs is missing, or it may not be used or written by it."""


class LedgerDamaged(LedgerWrong):
    """The file is no database any more, or the database calls its own pages broken."""


WRONG_OR_AWAY = (LedgerUnavailable, LedgerWrong)
"""For whoever keeps what it has and tries again in either case."""
