"""The sections of ``hotline.toml``, as ``config/settings.py`` puts them together.

``values.py`` what each is made of · ``telephone.py`` · ``seats.py`` · ``recording.py`` · ``case_store.py`` · ``citizens.py`` (call-backs and messages) ·
``switches.py`` (modes, nuisance callers) · ``records.py`` (ledger, audit log, retention) · ``access.py`` (edge, log-in).
"""
