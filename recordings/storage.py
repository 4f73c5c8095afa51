"""Which storage and which keys this installation has, and whole storages copied into one another."""

from __future__ import annotations

import fcntl
from contextlib import suppress

from config.file_places import Places
from config.sections.recording import Recording

from .drafts import LOCK, Drafts
from .errors import NotStored
from .local_storage import LocalStorage
from .master_key import MasterKeyFile, master_of
from .ports import Storage
from .vault import Keys, has_keys

MASTER = "recording-master"
"""Its name in VAR/secrets, unless [recording] master_key says where it is."""


def storage_of(places: Places) -> LocalStorage:
    """A folder of this machine, the only kind there is today."""
    return LocalStorage(places.shelf)


def files_of(places: Places) -> LocalStorage:
    """Files of tickets: beside the recordings, of the same kind."""
    return LocalStorage(places.ticket_files, folder_mode=0o700, file_mode=0o600)


def drafts_of(places: Places, place: int = 0) -> Drafts:
    """On the storage's own file system, where a draft becomes a recording by its name alone. ``place``: whose, of several children."""
    return Drafts(places.shelf / (f".work-{place}" if place else ".work"))


def empty_left_drafts(places: Places) -> None:
    """Of children that are no more: a draft is unsealed sound, and its child may never be started again. A folder whose lock somebody holds is in use."""
    with suppress(OSError):  # a storage that is away now is emptied by the next one that starts
        for folder in places.shelf.glob(".work*"):
            if folder.is_symlink() or not folder.is_dir():
                continue
            with suppress(OSError), open(folder / LOCK, "a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                Drafts(folder).empty()


def master_key_of(how: Recording, places: Places) -> MasterKeyFile:
    folder = places.recording_keys
    return master_of(how.master_key, places.secrets / MASTER, has_keys=lambda: has_keys(folder))


def keys_of(how: Recording, places: Places) -> Keys:
    """Reads nothing yet."""
    return Keys(places.recording_keys, master_key_of(how, places))


def copy(source: Storage, target: Storage, *, replace: bool = True) -> int:
    """Everything of ``source`` into ``target``: how many were copied. What goes away meanwhile is passed over."""
    copied = 0
    for one in source.list():
        if not replace and target.stat(one.name) is not None:
            continue
        try:
            target.put(one.name, source.open_range(one.name))
        except NotStored:
            continue
        copied += 1
    return copied
