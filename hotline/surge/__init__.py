"""A surge of calls against an instance of its own, and what callers lived through: ``hotline bench surge``, ``hotline rehearse``.

``plan.py`` who calls when · ``telephones.py`` they do, a program of its own: ``callers.py`` on ``sip_telephones.py`` and ``rtp_streams.py`` · ``ear.py`` what they hear · ``facts.py`` what they and the ledger
say · ``ledger_rows.py`` reads the latter · ``judge.py`` what callers lived through · ``erlang_c.py`` what was to be expected ·
``instance.py`` its settings and sounds · ``run.py`` the phases · ``tell.py`` the account in words · ``rehearse.py`` the verb.
"""
