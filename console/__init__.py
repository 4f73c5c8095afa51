"""The door to browsers and scripts: REST and the live stream, on loopback behind the edge.

What it needs: ``ports.py`` · ``ledger_ports.py`` · ``services.py`` all of it bundled. What goes over the wire: ``contract/`` ·
``error_answers.py`` one shape for errors. The way in: ``server.py`` the app and its socket · ``guard.py`` who, where from, how
much · ``doubled_keys.py`` · ``refused_requests.py`` · ``rate_limit.py`` of each session. Passwords, sessions, cookie: ``accounts``, which the case store shares.

Who it is: ``accounts.py`` persons, and what two of them change · ``program_tokens.py`` with tokens of their own · ``shell_actor.py`` at the machine · ``proof.py`` the password again · ``seat_sign_in.py`` ·
``oidc.py`` the site's identity provider · ``published_events.py`` what happened to accounts.

Who may what: ``access.py`` what may be begun · ``visibility.py`` who sees what · ``masking.py`` how it looks · ``authorization.py`` what
each route takes · ``call_ownership.py`` · ``stated_reason.py`` · ``words_in_headers.py`` · ``audited_ticket_views.py`` · ``caller_history_access.py`` · ``bulk_reads.py`` ·
``files_sent.py``.

What is served: ``routes/`` one file a subject · ``stream/`` the live stream over ``live_state.py`` · ``notices.py`` · ``templates.py`` · ``knowledge.py`` · ``transfer_directory.py`` · ``partner_handovers.py`` to partners · ``shown_handovers.py`` · ``shown_settings.py`` for operators · ``place_search.py`` the gazetteer off the loop · ``byte_ranges.py``
of recordings · ``exports.py`` lists as files, by ``exported_rows.py`` and the one writer, ``spreadsheet.py``; ``report_names.py`` reports as files · ``metrics.py`` for Prometheus · ``day_bounds.py`` and ``time_parameters.py`` days and moments.
"""
