"""Who signs in, and how a browser stays signed in: the rules that the console and the case store share. No HTTP routes, no database.

Map: ``passwords.py`` hashed, proved, poor ones refused, with ``common_passwords.py`` · ``password_attempts.py`` how often one was tried
in vain, ``proving.py`` one try after the other · ``sessions.py`` made, found, locked, ended, with ``session.py`` what one is and what it is kept in, ``events.py`` what is told of it · ``cookie.py`` and Origin ·
``query_code_limits.py`` how often a query code may be wrong · ``audit_row_limit.py`` how many rows a stranger may bring about · ``thread_lanes.py`` costly work off the loop · ``file_scanner.py`` what a file holds, asked of the site's virus scanner.
"""
