"""Under which names a recording and what stands beside it lie in the storage. Pure.

::

    2026/11/23/xm1-1795435131.0.opus.sealed          the sound (part 1)
    2026/11/23/xm1-1795435131.0.peaks.json           its waveform, 50 ms a step
    2026/11/23/xm1-1795435131.0.facts.json           ``Shelved``; written last: with it, the recording is kept
    2026/11/23/xm1-1795435131.0+2.opus.sealed        the sound of part 2, with its own two

The day is the centre's local one, of the moment the recording began. A name is safe on any file
system and in any object store: letters, digits and ``. _ - +``, no component begins with a dot.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from cti.ids import CallId

from .errors import Hopeless
from .ids import BETWEEN, RecordingId

FORMATS = ("opus", "mp3", "wav")
SEALED = ".sealed"
DAY = len("2026/11/23")
_PLAIN = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,150}")
"""A file name of Asterisk's: a call's, a leg's, a raw file's. Without the sign that stands before a part."""
_COMPONENT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,199}")
_SUFFIX = re.compile(r"\.(?:(?:opus|mp3|wav)(?:\.sealed)?|peaks\.json|facts\.json)$")
FACTS, PEAKS = ".facts.json", ".peaks.json"


def checked(name: str) -> str:
    """``name`` when it is safe as a file name. Raises ``Hopeless`` ('bad_name')."""
    if not _PLAIN.fullmatch(name):
        raise Hopeless("bad_name", f"{name!r} is no file name of ours")
    return name


def safe(name: str) -> bool:
    """May this be a name in the storage? ``a/b/c``, each component plain."""
    return len(name) <= 900 and all(_COMPONENT.fullmatch(part) for part in name.split("/"))


def stem(ident: RecordingId) -> str:
    """The file name without its ending. Raises ``Hopeless`` ('bad_name') for a call that is no id of Asterisk's."""
    call = checked(ident.call)
    return call if ident.part == 1 else f"{call}{BETWEEN}{ident.part}"


def day(started: datetime, zone: tzinfo) -> str:
    return f"{started.astimezone(zone):%Y/%m/%d}"


def sound(ident: RecordingId, started: datetime, zone: tzinfo, form: str, *, sealed: bool) -> str:
    """Where the sound of this recording belongs. Raises ``Hopeless`` ('bad_name')."""
    return f"{day(started, zone)}/{stem(ident)}.{form}{SEALED if sealed else ''}"


def facts_at(ident: RecordingId, started: datetime, zone: tzinfo) -> str:
    """Where its facts lie, whatever its format."""
    return f"{day(started, zone)}/{stem(ident)}{FACTS}"


def facts_of(sound: str) -> str:
    return without_ending(sound) + FACTS


def peaks_of(sound: str) -> str:
    """The waveform that belongs to this sound."""
    return without_ending(sound) + PEAKS


def without_ending(name: str) -> str:
    """``2026/11/23/CALL`` or ``2026/11/23/CALL+2``: a call id itself contains dots, so only what we put there goes."""
    return _SUFFIX.sub("", name)


def day_of(name: str) -> str:
    """``2026/11/23`` of whatever lies below it."""
    return name[:DAY]


def identified(name: str) -> RecordingId | None:
    """Whose sound, facts or waveform this is; None when it is none of ours."""
    if not safe(name) or not _SUFFIX.search(name):
        return None
    last = without_ending(name).rpartition("/")[2]
    if BETWEEN not in last:
        return RecordingId(CallId(last))
    ident = RecordingId.read(last)
    return ident if ident.part > 1 and BETWEEN not in ident.call else None
