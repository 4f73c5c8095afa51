"""AGI lines ⇄ values, pure: used by ``server.py``.

Input is whatever somebody who can reach the port sends: ``Reader`` bounds what it
keeps, never raises for it, and says ``Garbled`` once when it is not AGI. Output is
checked the other way round: a command with a line end in it, or longer than Asterisk
reads in one piece, is a fault of ours and raises.
The protocol is read in res/res_agi.c of Asterisk 22 (setup_env, agi_handle_command,
parse_args, handle_* functions).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .errors import UnsayableCommand

LINE_MOST = 2048
"""Bytes of one command with its line end (AGI_BUF_LEN in res_agi.c)."""
HEADER_MOST = 8192
"""Bytes of the whole environment block; Asterisk's own is about 700."""
REPLY_MOST = 8192
"""Bytes of one reply; the longest is a 520 usage block."""

_REPLY = re.compile(r"([1-5][0-9]{2})(?: result=([^ ]*))?(.*)")
_NOTE = re.compile(r"\((.*)\)")
_ENDPOS = re.compile(r"endpos=(-?[0-9]{1,18})")
_PLAIN = re.compile(r"[A-Za-z0-9_./:=#*+-]+")


@dataclass(frozen=True, slots=True)
class Opened:
    """The environment block: a channel stands in the dialplan and asks what to do."""

    script: str
    """agi_network_script: the path of the URL."""
    args: tuple[str, ...]
    unique_id: str
    channel: str
    caller: str
    """Caller's number; '' when withheld."""
    dialled: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one command."""

    code: int
    """200 done; 510 no such command; 511 channel is dead; 520 wrong syntax."""
    result: str = ""
    note: str = ""
    """What stood in parentheses: 'timeout', a value."""
    endpos: int | None = None
    """Samples played, for commands that play."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The HANGUP line: the caller is gone; Asterisk may still answer a command that was under way."""


@dataclass(frozen=True, slots=True)
class Garbled:
    """This is not AGI; nothing more will be read from here."""

    reason: str


Heard = Opened | Reply | HungUp | Garbled


class Reader:
    """Bytes in, values out. First one ``Opened``, then replies and hang-ups; after ``Garbled`` nothing."""

    def __init__(self) -> None:
        self._kept = b""
        self._block: list[str] | None = []
        """Lines of the environment block; None once it is complete."""
        self._block_size = 0
        self._usage = False
        self._usage_size = 0
        self._dead = False

    def feed(self, data: bytes) -> list[Heard]:
        """Everything that became readable with ``data``; how the bytes were cut makes no difference."""
        if self._dead:
            return []
        found: list[Heard] = []
        *lines, rest = (self._kept + data).split(b"\n")
        self._kept = rest
        for raw in lines:
            self._hear(raw.decode("utf-8", "replace").removesuffix("\r"), len(raw) + 1, found)
            if self._dead:
                return found
        most = REPLY_MOST if self._block is None else HEADER_MOST - self._block_size
        if len(self._kept) > most:
            self._give_up("too long", found)
        return found

    def _hear(self, line: str, size: int, found: list[Heard]) -> None:
        if self._block is not None:
            self._hear_header(line, size, found)
        elif line == "HANGUP":
            found.append(HungUp())
        elif self._usage:
            self._usage_size += size
            if line.startswith("520 "):
                self._usage = False
                found.append(Reply(520))
            elif self._usage_size > REPLY_MOST:
                self._give_up("usage block too long", found)
        elif line.startswith("520-"):
            self._usage, self._usage_size = True, size
        else:
            reply = _reply(line)
            if reply is None:
                self._give_up("not a reply", found)
            elif reply.code >= 200:  # 1xx: "Trying", the answer is still to come
                found.append(reply)

    def _hear_header(self, line: str, size: int, found: list[Heard]) -> None:
        assert self._block is not None
        self._block_size += size
        if self._block_size > HEADER_MOST:
            self._give_up("header too long", found)
        elif line and not line.startswith("agi_"):
            self._give_up("not an AGI header", found)
        elif line:
            self._block.append(line)
        else:
            opened, self._block = _opened(self._block), None
            found.append(opened)
            self._dead = isinstance(opened, Garbled)

    def _give_up(self, reason: str, found: list[Heard]) -> None:
        self._dead, self._kept, self._block = True, b"", None
        found.append(Garbled(reason))


def _opened(lines: list[str]) -> Opened | Garbled:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            return Garbled("not an AGI header")
        headers.setdefault(name, value.removeprefix(" "))
    if "agi_uniqueid" not in headers or "agi_network_script" not in headers:
        return Garbled("header without agi_uniqueid or agi_network_script")
    args: list[str] = []
    while (name := f"agi_arg_{len(args) + 1}") in headers:
        args.append(headers[name])
    caller = headers.get("agi_callerid", "")
    return Opened(
        script=headers["agi_network_script"],
        args=tuple(args),
        unique_id=headers["agi_uniqueid"],
        channel=headers.get("agi_channel", ""),
        caller="" if caller == "unknown" else caller,
        dialled=headers.get("agi_extension", ""),
    )


def _reply(line: str) -> Reply | None:
    match = _REPLY.fullmatch(line)
    if not match:
        return None
    rest = match[3]
    note, endpos = _NOTE.search(rest), _ENDPOS.search(rest)
    return Reply(int(match[1]), match[2] or "", note[1] if note else "", int(endpos[1]) if endpos else None)


def command(*words: str) -> bytes:
    """One AGI command as the line to write, words quoted where needed.

    Raises UnsayableCommand for a control character in a word or a line over LINE_MOST bytes.
    """
    line = " ".join(word if _PLAIN.fullmatch(word) else _quoted(word) for word in words).encode() + b"\n"
    if len(line) > LINE_MOST:
        raise UnsayableCommand(f"{words[0]}: {len(line)} bytes, {LINE_MOST} fit")
    return line


def _quoted(word: str) -> str:
    if any(ord(char) < 32 or ord(char) == 127 for char in word):
        raise UnsayableCommand(f"control character in {word!r}")
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
