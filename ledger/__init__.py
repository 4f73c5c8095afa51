"""The durable book: what happened, how it ended, what is owed, and the figures made of it.

Written: ``call_fold.py`` (pure) folds the book's events into rows (``call_record.py``) that wait in ``unwritten_rows.py``, ``default_outcome.py`` (pure) says
how a call nobody answered ends, ``scribe.py`` commits both with the offsets they were
read up to, ``closed_call_counts.py`` what each adds to the figures. ``tickets.py`` and ``outcomes.py`` keep agents' words, ``outbox.py`` the
messages to the case store (put in by ``outbox_rows.py``), ``ticket_acts.py`` what is said of a ticket later, ``merges.py`` what it is filed into, ``mass_events.py`` what many call about, ``mass_event_joins.py`` who joined by a key, ``case_progress.py`` how far a case is (for the telephone), ``catalogues.py`` the editions of the city's catalogue, ``casebook.py`` what became of cases (``missing_cases.py`` compares
them with the store's), ``callbacks.py``, ``callback_requests.py`` and ``callback_rows.py`` are the one writer of call-backs, ``replies.py`` of what is brought to a case's citizen,
``notifications.py`` keeps text messages, ``partner_handovers.py`` calls given to partners, ``partner_matters.py`` matters under two numbers, ``case_clocks.py`` the marks of live cases, ``recordings.py`` keeps the
recordings, ``recording_terms.py`` until when, ``pending_calls.py`` the mark of calls without an outcome, ``switches.py`` what was switched by hand, ``nuisance.py`` who is held back and why, ``caller_figures.py`` what callers were promised and did by keys, ``seats.py`` the seat log, ``audit_log.py`` the chained audit, ``equipment.py`` checks and alarms.

Also written: ``ami_only_calls.py`` and ``ami_only_call_rows.py`` (calls that only the live picture saw), ``ami_only_call_completion.py``,
``differences.py`` and ``compare.py`` (witnesses), ``turned_away.py``, ``alarms.py``, ``notices.py``, ``templates.py``, ``knowledge.py``, ``drafts.py``, ``holds.py``,
``accounts.py``, ``account_changes_to_confirm.py``, ``program_tokens.py`` and ``sessions.py``, ``restored.py`` (what must not live on after a restore), ``retention.py`` (old rows deleted).

Read: ``history.py`` and ``call_list.py`` (calls), ``callers.py`` (a citizen's story), ``went_through.py`` (what one met before he was answered), ``repeats.py`` (the same matter before), ``ticket_search.py``, ``callback_list.py``, ``case_path.py`` (a matter from call to reply), ``agent_day.py``, ``today.py``,
``wall.py``, ``kpi.py`` with ``seat_times.py`` and ``answered_talks.py`` (figures), ``calls_without_result.py`` (what agents owe), ``one_way_sound.py``, ``outages.py``, ``expected_wait.py`` (how long a place
takes, and how true what was told was), ``satisfaction.py``, ``verify.py`` (the invariant, by the rules in ``invariant/``).

Below: ``rows.py``, ``columns.py`` and ``chunks.py`` (many ids in several statements), ``opening.py``, ``errors.py`` and ``database_errors.py``, ``tables/`` (all tables, by topic), ``store.py`` (the one door to the database),
``migrate.py`` and ``migrations/``.
"""
