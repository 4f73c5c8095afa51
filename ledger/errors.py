"""What can go wrong at the ledger's door."""

from __future__ import annotations


class LedgerUnavailable(Exception):
    """The database did not take it: nothing was written and nothing is lost; give the same again later.

    ``str`` is one sentence for the log; the driver's own error is its ``__cause__``.
    """


class LedgerOutdated(Exception):
    """The tables are not at this program's revision; ``hotline db upgrade`` brings them there."""
