"""Keeping what was said, proving it, and losing it on time.

Map: ``processing.py`` (daemon side) asks the ledger through ``ports.py`` what is due and gives it,
over ``child_process.py`` and ``child_messages.py``, to a process of ``child.py``, of which ``child_pool.py`` has as many as ``spare_cores.py`` allows, whose ``worker.py`` takes one
raw file, drafted in ``drafts.py``, through ``audio.py`` (ffmpeg) and ``vault.py`` (sealing; its keys wrapped by ``master_key.py``) to
``shelf.py`` (whole or not there). A recording is known by ``ids.py`` (call + part), its names by ``layout.py``, its life by
``states.py``; ``sealed_files.py`` keeps small files by the same seal; names become bytes in a storage (``ports.Storage``, chosen by ``storage.py``, today
``local_storage.py``; ``storage_reader.py`` reads one like a file). ``holds.py`` says who forbade a
deletion. ``unfinished_files.py`` knows files that ended badly; ``consent.py`` and ``retention.py`` are rules;
``restart_on_transfer.py`` keeps the seat audible when the citizen's partner changes. ``listening.py`` opens one recording for a listener,
``shelf_check.py`` proves the shelf file by file, ``durable.py`` writes files that a power cut leaves whole, ``build.py`` makes
the room one part; ``events.py`` and ``errors.py`` are its language.
"""
