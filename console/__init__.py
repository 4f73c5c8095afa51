"""The door to browsers and scripts: REST and the live stream, on loopback behind the edge.

What it needs: ``ports.py`` · ``ledger_views.py`` · ``services.py`` all of it bundled. What goes over the wire: ``contract/`` ·
``error_answers.py`` one shape for errors. The way in: ``server.py`` the app and its socket · ``guard.py`` who, where from, how
much · ``doubled_keys.py`` · ``refused_requests.py`` · ``shares.py`` of each session. Passwords, sessions, cookie: ``accounts``, which the case store shares.

Who it is: ``accounts.py`` persons, and what two of them change · ``program_tokens.py`` with tokens of their own · ``shell_actor.py`` at the machine · ``proof.py`` the password again · ``seat_sign_in.py`` ·
``oidc.py`` the site's identity provider · ``events.py`` what happened to accounts.

Who may what: ``access.py`` what may be begun · ``visibility.py`` who sees what · ``masking.py`` how it looks · ``authorization.py`` what
each route takes · ``own_calls.py`` · ``stated_reason.py`` · ``words_in_headers.py`` · ``shown_tickets.py`` · ``caller_stories.py`` · ``bulk_reads.py`` ·
``files_sent.py``.

What is served: ``routes/`` one file a subject · ``stream/`` the live stream over ``live_state.py`` · ``notices.py`` · ``templates.py`` · ``transfer_directory.py`` · ``handovers.py`` to partners · ``shown_handovers.py`` · ``place_search.py`` the gazetteer off the loop · ``byte_ranges.py``
of recordings · ``exports.py`` lists as files, by ``exported_rows.py`` and the one writer, ``spreadsheet.py`` · ``metrics.py`` for Prometheus · ``centre_days.py`` and ``time_parameters.py`` days and moments.
"""
