"""The case store that comes with us: a program of its own, with its own database, reached over HTTP on loopback.

It stands for the city's system where there is none yet. ``python -m casestore FILE`` runs it; the daemon starts it,
adopts it again when it was away, and ends it (``hotline/programs/case_store.py``, the only file that may import this room).

Map: ``program.py`` the process · ``conf.py`` what it is told at its start · ``api.py`` its routes behind ``guard.py`` ·
``contract.py`` what goes over the wire · ``body_bytes.py``, ``body.py``, ``validation_errors.py``, ``error_answers.py`` what is refused, and how ·
``store.py`` messages and commands taken once each, cases and their history · ``message_taker.py`` what the hotline says of a matter ·
``states.py`` the seven steps, finer states, roles and commands · ``transition_table.py`` who may do what in which state ·
``transition_table_page.py`` that table as a page of the documents · ``command_runner.py`` moves a case by it · ``clock_effects.py`` the clocks
of a case · ``timers.py`` what happens by time alone · ``work_lists.py`` what waits for a role · ``case_rows.py`` rows that all of
them write · ``waiting.py`` who waits for news · ``progress_query.py`` a citizen's question by number and code, ``progress_steps.py`` in plain words ·
``numbers.py`` case numbers and query codes · ``engine.py``, ``database.py``,
``tables.py``, ``migrate.py``, ``migrations/`` its database · ``staff.py`` who signs in at its pages, with ``staff_contract.py``,
``staff_accounts_api.py``, ``staff_records.py`` in ``staff_tables.py`` · ``unit_suggestions.py`` · ``case_photos.py``, ``photo_seal.py`` · ``pages/`` what browsers are served ·
``georeport_api.py`` the GeoReport v2 server, its ``georeport_accounts.py``, ``georeport_forms.py`` and ``georeport_answers.py``.

It never reads the ledger and never changes a ticket.
"""

VERSION = 2
"""Of what goes over the wire; a running program of another version is ended and started anew."""
