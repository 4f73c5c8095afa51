"""What browsers are served under ``/cases/`` of the one origin; here it is ``/pages/``, so that no native route is reached.

Map: ``app.py`` the routes behind ``guard.py`` · ``progress.py`` a citizen's question by number and code, a page without a script,
written by ``progress_html.py`` with ``progress.css`` · ``staff_routes.py`` what the staff's pages ask, by ``permissions.py``, shown by
``case_view.py``.
"""
