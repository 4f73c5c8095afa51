"""``hotline backup`` and ``hotline restore``: everything of VAR that cannot be made again, and the way back.

``manifest.py`` what a backup says of itself · ``database.py`` copies of databases · ``copying.py`` copies of files ·
``backup.py``, ``restore.py`` the two verbs · ``missing_cases.py`` what the case store knows that an older ledger does not.
"""
