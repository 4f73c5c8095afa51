"""The file door of the book: follows the CEL csv and queue_log by byte offset, through every rotation.

Reads only whole rows; one still being written is left for the next time. A place is known by what
its file begins with and by what stands before it (``Place``), so neither a name nor an inode that
another file has got misleads. A file that was renamed, copied or packed is read to its end under
its new name; then the files that came after it, in order, then the one of today. ``past`` tells
which files are not read any more, and so which still are when the marked one is gone. What can
not be read is a gap, and said (``Chunk.gap``). The caller commits places and ``past`` together
with what it made of the rows: this reader keeps no memory on disk.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from . import logfiles
from .cel_rows import Refused, Split, Splitter, lines
from .logfiles import BEFORE, LogFile, Moment, hash_of

T = TypeVar("T")
NONE = "0:"
"""The head of an empty file."""
SETTLED_SECONDS = 2.0
"""A renamed file that was not written to for so long is not written to any more."""
PAST_MOST = 512
EMPTIED = "the file was copied and emptied: what was written in between is lost"
CUT = "the file was cut"
ANEW = "the file was written anew"
GONE = "the file that was read is gone"


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a followed file: which file (inode, first bytes) and how far (bytes, what stands before)."""

    inode: int = 0
    offset: int = 0
    head: str = ""
    """``LogFile.head``; '' in marks of releases that knew files by their inodes."""
    before: str = ""
    """Hash of what stands right before it; '' where that is not asked."""


NOWHERE = Place()
"""Before the first byte of whatever file is there."""


@dataclass(frozen=True, slots=True)
class Chunk(Generic[T]):
    """Rows of one file read since the last time, each with the offset at which it begins."""

    lines: list[tuple[int, T]]
    at: Place
    """Where reading goes on."""
    gap: str = ""
    """Why rows may be missing before these; '': none are."""
    more: bool = False
    """True when there is more to read at once."""
    refused: tuple[tuple[int, Refused], ...] = ()
    """What is no row: the offset at which it begins, and what is known of it."""
    file: str = ""
    again: bool = False
    """These rows were read before the mark."""


class Tail(Generic[T]):
    MOST = 1 << 20
    """Bytes read in one go: bounds memory after a long absence."""

    def __init__(
        self,
        path: Path,
        at: Place,
        split: Splitter[T] = lines,  # type: ignore[assignment]  # plain lines: T is str then
        *,
        read: Place = NOWHERE,
        past: tuple[str, ...] = (),
        moment: Moment = lambda _data: None,
    ) -> None:
        """``read``: how far was read before, where that is beyond ``at``; ``past``: as this reader left it."""
        self._path, self._split, self._moment = path, split, moment
        self.at = at
        self.past = past
        """Heads of the files that are not read any more, in their order."""
        self._known = read if read != at else NOWHERE
        """Up to here everything is read again; NOWHERE from there on."""
        self._file: LogFile | None = None
        self._is_known = False
        """``_known`` is in the file being read."""
        self._offset = 0
        self._before = b""
        """The last bytes before ``_offset``."""
        self._gap = ""
        self._inode = 0
        """The file's, or of the original when only a copy is left."""
        self._gap_behind = ""
        """Said when this file is at its end."""
        self._stuck = (0, -1)
        self._told: set[tuple[str, float]] = set()
        """Packed files that cannot be read, by name and time: each is said once."""

    @property
    def again(self) -> bool:
        """The place that was read before has not been reached yet."""
        return self._known.inode != 0

    def read(self, last: float = 0.0) -> Chunk[T]:
        """What was written since; an empty chunk when there is nothing new. Raises OSError.

        ``last``: time of the newest row, by which a packed file that cannot be read is older or newer.
        """
        if self._file is None and not self._begin(last):
            return Chunk([], self.at)
        self._check(last)
        while True:
            file, again, today = self._now(), self.again, self._today()
            is_today = today is not None and not file.packed and today.inode == file.inode
            most = self.MOST
            if again and self._is_known:
                most = min(most, self._known.offset - self._offset)
            data = self._data(file, most)
            all_again = most < self.MOST and len(data) == most  # ends where it was read to before
            ended = all_again or (len(data) < most and self._settled(file, len(data), is_today))
            part = self._split(data, ended)
            if not part.used and len(data) == self.MOST:
                part = self._split(data, True)  # no row is as long as that
            waits = part.used < len(data) and not is_today and len(data) < most
            if part.used or is_today or waits or not self._next(file, today, last):
                break
        more = len(data) == most or (not is_today and (today is not None or bool(data)))
        return self._chunk(file, data, part, again, more)

    def _chunk(self, file: LogFile, data: bytes, part: Split[T], again: bool, more: bool) -> Chunk[T]:
        begin = self._offset
        self._move(begin + part.used, self._before + data[: part.used])
        if self.again and self._is_known and self._offset >= self._known.offset:
            self._known = NOWHERE
        gap, self._gap = self._gap, ""
        whole = [(begin + one.begin, one.row) for one in part.parts if not isinstance(one, Refused)]
        refused = tuple((begin + one.begin, one) for one in part.parts if isinstance(one, Refused))
        return Chunk(whole, self.at, gap, more, refused, file.path.name, again)

    def _now(self) -> LogFile:
        assert self._file is not None
        return self._file

    def _data(self, file: LogFile, most: int) -> bytes:
        try:
            return file.read(self._offset, most)
        except OSError as fault:
            if not file.packed:
                raise
            self._lost(str(fault))
            return b""

    def _settled(self, file: LogFile, left: int, is_today: bool) -> bool:
        """Will nothing be written behind the end of this file any more?"""
        if is_today or file.packed:
            return not is_today
        state = (file.inode, self._offset + left)
        stuck, self._stuck = self._stuck == state, state
        return stuck or abs(time.time() - file.mtime) > SETTLED_SECONDS

    def _lost(self, why: str) -> None:
        self._gap = self._gap or why

    # -- where it begins -------------------------------------------------------------------------------

    def _begin(self, last: float) -> bool:
        """Find the place that was marked; False: there is no file yet."""
        if not self.at.inode and not self.past:  # what lay there before anything was read is not read at all
            self.past = (NONE, *(head for one in self._siblings() if (head := self._head(one))))
        if self.at.inode and not self.at.head:
            self._adopt_old_mark(last)
        at = self.at
        if at.head in ("", NONE):  # nothing was read of it
            file = next(iter(self._unread(last)), None) or self._today()
            if file is None:
                return False
            if at.inode and all(one.inode != at.inode for one in self._all()):
                self._lost(GONE)
            self._known = NOWHERE
            self._open(file, 0)
            return True
        found = self._find(at)
        if found is not None:
            self._open(found, min(at.offset, found.size()), at)
            if not self.again:
                self._verify(at)
            return True
        following = self._following(at.head, last)
        if following is None:
            return False
        self._lost(GONE)
        self._drop(at.head)
        self._open(following, 0)
        return True

    def _adopt_old_mark(self, last: float) -> None:
        """Of a release that knew files by their inodes: what began before the marked one was read by it."""
        inode, known = self.at.inode, self._known if self._known.inode == self.at.inode else NOWHERE
        mine = [one for one in self._all() if one.inode == inode and not one.packed]
        mine = [one for one in mine if one.size() >= max(self.at.offset, known.offset)]
        others = [one for one in self._siblings() if one.inode != inode and self._head(one)]
        if mine:
            since = logfiles.begun(mine[0], self._moment)
            others = [one for one in others if logfiles.begun(one, self._moment) < since]
            head = mine[0].head() or NONE
        else:
            others = [one for one in others if one.mtime <= last]
            head = "1:gone"
        self.past = (NONE, *(one.head() for one in logfiles.in_order(others, (), self._moment)))
        self.at = replace(self.at, head=head)
        if known.inode:
            self._known = replace(known, head=head)

    def _find(self, place: Place) -> LogFile | None:
        """The file this place is in: the same, else a copy of it, packed or not; the longest if none is long enough."""
        found = []
        for one in self._all():
            if self._headed(one, place.head):
                try:
                    size = one.size()
                except OSError as fault:
                    self._lost(str(fault))
                    continue
                found.append(((size < place.offset, one.inode != place.inode, one.packed, -size), one))
        return min(found, key=lambda pair: pair[0])[1] if found else None

    def _verify(self, read: Place) -> None:
        """Does the file still hold what was read of it?"""
        file = self._now()
        if file.size() < read.offset:
            if file.inode == read.inode or not self._gap_behind:
                self._lost(CUT)
            self._known = NOWHERE
            self._move(min(self._offset, file.size()))
        elif read.before and read.offset:
            begin = max(read.offset - BEFORE, 0)
            if hash_of(file.read(begin, read.offset - begin)) != read.before:
                self._lost(ANEW)
                self._known = NOWHERE
                self._move(0)

    # -- where it goes on ------------------------------------------------------------------------------

    def _check(self, last: float) -> None:
        """Was the file emptied, cut or written anew under its own name since it was read last?"""
        file = self._now()
        if file.packed or file.inode != self._inode or not self._offset:
            return
        size = file.size()
        if size >= self._offset and file.read(self._offset - len(self._before), len(self._before)) == self._before:
            return
        if file.is_headed(self.at.head):
            self._lost(CUT if size < self._offset else ANEW)
            self._known = NOWHERE
            self._move(size if size < self._offset else 0)
            return
        copies = [one for one in self._siblings() if self._headed(one, self.at.head)]
        copy = max(copies, key=lambda one: (one.size(), not one.packed), default=None)
        if copy is not None and copy.size() > self._offset:
            self._open(copy, self._offset, self.at)
            return
        self._lost(EMPTIED)
        self._drop(self.at.head)
        self._known, self._is_known = NOWHERE, False
        unread = next(iter(self._unread(last)), None)
        if unread is not None:
            self._open(unread, 0)
        else:
            self._move(0)

    def _next(self, file: LogFile, today: LogFile | None, last: float) -> bool:
        """This file is at its end: on to the one after it; False: there is none yet."""
        head = file.head()
        following = self._following(head, last)
        if following is None:
            return False
        self._drop(head)
        self._lost(self._gap_behind)
        self._gap_behind = ""
        self._open(following, 0)
        return True

    def _following(self, head: str, last: float) -> LogFile | None:
        """The file to be read after the one with this head."""
        if head in self.past:  # read before, and again now
            for later in self.past[self.past.index(head) + 1 :]:
                if (found := self._find(Place(head=later))) is not None:
                    return found
        if self.again and not self._is_known:
            if (found := self._find(self._known)) is not None:
                return found
            self._lost(GONE)
            self._known = NOWHERE
        unread = next(iter(self._unread(last, head)), None) or self._today()
        if unread is not None:
            self._known = NOWHERE
        return unread

    def _unread(self, last: float, but: str = "") -> list[LogFile]:
        """Files beside the one of today that were never read, oldest first; what cannot be read is a gap."""
        past = {*self.past, but} - {"", NONE}
        lengths = {int(head.partition(":")[0] or 0) for head in past}
        today = self._today()
        head_today = today.head() if today is not None else ""
        unread: dict[str, LogFile] = {}
        older = []
        for one in self._siblings():
            try:
                heads = {one.head(length) for length in lengths}
                head = one.head()
                if one.packed and not heads & past:
                    one.size()
            except OSError as fault:
                if (
                    (one.path.name, one.mtime) not in self._told
                    and one.mtime > last + SETTLED_SECONDS
                    and self.at.inode
                ):
                    self._lost(str(fault))
                self._told.add((one.path.name, one.mtime))
                continue
            if heads & past:
                older.append(one)
            elif (
                head
                and not (today and one.inode == today.inode)
                and not self._headed(one, head_today)
                and (head not in unread or unread[head].packed)
            ):
                unread[head] = one
        return logfiles.in_order(list(unread.values()), older, self._moment)

    # -- files ------------------------------------------------------------------------------------------

    def _open(self, file: LogFile, offset: int, marked: Place = NOWHERE) -> None:
        """``marked``: the place in it that was marked."""
        if self._file is not None:
            self._file.close()
        self._file = file.hold()
        self._inode = file.inode
        self._is_known = self.again and bool(self._known.head) and file.is_headed(self._known.head)
        self._stuck = (0, -1)
        self._move(offset)
        if self._is_known and not marked.inode:
            marked = self._known
        if marked.inode:
            self._minded(file, marked)
            self._move(offset)
        if self._is_known:
            self._verify(self._known)
        if self._is_known and self._offset >= self._known.offset:
            self._known = NOWHERE

    def _minded(self, file: LogFile, marked: Place) -> None:
        """Only a copy is left of what was marked: the original was emptied, and what was written in between is lost.

        A renamed file keeps its inode. A packed one has its own: then an inode that came to hold something else tells, or
        an empty file beside it: Asterisk makes none, so that one was emptied before it was renamed.
        """
        self._inode = marked.inode  # so that after a restart it is known for a copy again
        if file.packed:
            same = [one for one in self._all() if one.inode == marked.inode and not one.packed]
            if any(not self._headed(one, marked.head) for one in same) or any(map(_is_empty, self._siblings())):
                self._gap_behind = EMPTIED
        elif file.inode != marked.inode:
            self._gap_behind = EMPTIED

    def _move(self, offset: int, before: bytes | None = None) -> None:
        """Stand here now. ``before``: at least what stands right before, where it is known."""
        file = self._now()
        begin = max(offset - BEFORE, 0)
        self._before = file.read(begin, offset - begin) if before is None else before[-BEFORE:]
        self._offset = offset
        head = self.at.head
        if not (self.at.inode == self._inode and head.startswith(f"{logfiles.HEAD}:") and before is not None):
            head = file.head() or NONE
        self.at = Place(self._inode, offset, head, hash_of(self._before) if offset else "")

    def _drop(self, head: str) -> None:
        if head and head not in self.past:
            self.past = (*self.past, head)[-PAST_MOST:]

    def _today(self) -> LogFile | None:
        with suppress(FileNotFoundError):
            return LogFile(self._path)
        return None

    def _siblings(self) -> list[LogFile]:
        found = []
        for path in logfiles.siblings(self._path):
            with suppress(FileNotFoundError):
                found.append(LogFile(path))
        return found

    def _all(self) -> list[LogFile]:
        today = self._today()
        return [*([today] if today else []), *self._siblings()]

    def _head(self, file: LogFile) -> str:
        with suppress(OSError):
            return file.head()
        return ""

    def _headed(self, file: LogFile, head: str) -> bool:
        with suppress(OSError):
            return file.is_headed(head)
        return False


def _is_empty(file: LogFile) -> bool:
    try:
        return file.size() == 0
    except OSError:
        return False
