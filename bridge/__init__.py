"""The way to other city systems: what a citizen asked for, and its safe delivery to the case store.

Map: ``ticket.py`` what is filed · ``ticket_input.py`` raw input → ticket or problems · ``intake.py`` the desk that files them · ``ticket_acts.py`` what is said of them later · ``attachment_kinds.py`` which files hang on them
· ``ticket_choices.py`` the enumerations an operator can extend · ``catalogue.py`` part and event codes · ``catalogues/`` what belongs to them, and a city's own · ``cases/`` clock and sums of cases · ``promise.py`` the date a citizen is told ·
``disposition.py`` how a call may end without a ticket · ``case_store_messages.py`` what is said to a case store, in which order ·
``delivery_state.py`` and ``case_state.py`` the tables of states · ``delivery_retry.py`` the retry rule · ``courier.py``
the loop that delivers · ``case_updates.py`` the loop that hears what became of cases · ``citizen_replies.py`` what of it is brought to the citizen · ``notifications/`` text messages and partners · ``partner_handover.py`` calls given to partners · ``partner_states.py`` what partners say, ``partner_questions.py`` what they are asked · ``nuisance.py`` who may be held back · ``drivers/`` the doors to case stores
· ``forms.py`` what may be handed in, and its check · ``problem_texts.py`` what is said of wrong fields ·
``pasted_text.py`` words as they were meant · ``storable.py`` what other programs say, as it can be kept · ``limited_answers.py`` what their answers may cost · ``anonymity.py`` what goes no further · ``pinyin_readings.py`` how words
are typed, ``typed_names.py`` what they name · ``templates.py`` what agents say, ``knowledge.py`` what who asks is told, ``knowledge_table.py`` the same from a spreadsheet; ``offered_texts.py`` finds both · ``gazetteer/`` where things are · ``repeat.py`` what is the same matter again · ``data/`` catalogues, read by ``shipped_tables.py`` · ``ticket_json.py`` · ``case_callbacks.py`` what a case store calls back · ``case_store_choice.py`` which driver, from settings and secrets · ``case_store_without_idempotency.py``, ``seen_cases.py``, ``georeport.py``, ``http_answer.py``, ``webhook_signature.py`` what drivers share · ``offered_services.py`` codes as other programs see them · ``build.py`` the room as one part · ``events.py``, ``errors.py``
its language · ``ports.py`` what the ledger does for us.
"""
