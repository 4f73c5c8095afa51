"""The case store that comes with us: a program of its own, with its own database, reached over HTTP on loopback.

It stands for the city's system where there is none yet. ``python -m casestore FILE`` runs it; the daemon starts it,
adopts it again when it was away, and ends it (``hotline/programs/case_store.py``, the only file that may import this room).

Map: ``program.py`` the process · ``conf.py`` what it is told at its start · ``api.py`` its routes behind ``guard.py`` ·
``contract.py`` what goes over the wire · ``body.py``, ``faults.py``, ``error_answers.py`` what is refused, and how ·
``store.py`` messages, cases and their history · ``waiting.py`` who waits for news · ``progress_query.py`` a citizen's question
by number and code · ``try_limits.py`` how often it may be wrong · ``numbers.py`` case numbers and query codes ·
``georeport_api.py`` the GeoReport v2 server, its ``georeport_accounts.py``, ``georeport_forms.py`` and ``georeport_answers.py`` ·
``states.py`` the seven steps, states and transitions · ``engine.py``, ``database.py``, ``tables.py``, ``migrate.py``,
``migrations/`` its database.
It never reads the ledger and never changes a ticket.
"""

VERSION = 1
"""Of what goes over the wire; a running program of another version is ended and started anew."""
