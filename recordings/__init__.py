"""Keeping what was said, proving it, and losing it on time.

Map: ``studio.py`` (daemon side) asks the ledger through ``ports.py`` what is due and gives it,
over ``crew.py`` and ``letters.py``, to the process of ``child.py``, whose ``worker.py`` takes one
raw file through ``audio.py`` (ffmpeg), ``vault.py`` (sealing) and ``shelf.py`` (layout) to its
place. ``salvage.py`` knows files that ended badly; ``consent.py`` and ``retention.py`` are rules.
"""
