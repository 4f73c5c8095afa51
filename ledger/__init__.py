"""The durable book: what happened, how it ended, what is owed, and the figures made of it.

Written: ``record.py`` (pure) folds the book's events into rows, ``verdict.py`` (pure) says
how a call nobody answered ends, ``scribe.py`` commits both with the offsets they were
read up to. ``tickets.py`` and ``outcomes.py`` keep agents' words and the outbox,
``shelfbook.py`` the recordings, ``seats.py`` the seat log, ``auditlog.py`` the chained
audit, ``plant.py`` checks and alarms.

Read: ``history.py`` (calls), ``kpi.py`` (figures), ``verify.py`` (the invariant).

Below: ``tables.py`` (all tables), ``store.py`` (the one door to the database),
``migrate.py`` and ``migrations/``.
"""
