"""A tape's bytes, whatever has happened to the file since it was recorded, as whole AMI messages.

A file may be packed (gzip, bzip2, xz), begin with a byte order mark, be UTF-16, have the line ends of another system, all
of it or in parts, be several tapes one behind the other, and end in the middle of a message. Asterisk ends lines
with CR LF; the messages given out have these ends again, and ``Found`` says what else there was.
"""

from __future__ import annotations

import bz2
import codecs
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from config.language import say as _
from cti import ami_decoder

PIECE = 1 << 16
BITE = 512
HEAD = 8
LAYERS = 3
"""So often may a file be packed over."""
_BANNER = b"Asterisk Call Manager/"
BANNER = re.compile(re.escape(_BANNER) + rb"([0-9.]{1,20})(?:\r?\n|$)")
_BLANK = re.compile(rb"\n\r?\n")
_UNPACKERS: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(16 + zlib.MAX_WBITS),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lzma.LZMADecompressor,
}
_NO_TAPE = {b"PK\x03\x04": "ZIP", b"\x28\xb5\x2f\xfd": "zstd", b"7z\xbc\xaf": "7z"}
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)
"""What reading a packed file, or one of a wrong encoding, may raise."""


@dataclass(slots=True)
class Found:
    """What was found in a file beside its messages."""

    banners: list[str] = field(default_factory=list)
    """AMI versions, one for each beginning of a connection."""
    line_feeds: int = 0
    """Messages whose lines ended with LF alone."""
    cut: int = 0
    """Messages that a new connection cut off."""
    left: bytes = b""
    """What lay behind the last whole message."""
    fault: str = ""
    """Why reading ended before the file did."""


def pieces_of(path: Path) -> Iterator[bytes]:
    """The file's bytes, unpacked, in UTF-8 and without a byte order mark; one that can be read only once will do.

    :raises OSError, EOFError, zlib.error, lzma.LZMAError, ValueError: it cannot be read (any further).
    """
    with open(path, "rb") as file:
        pieces: Iterator[bytes] = iter(lambda: file.read1(PIECE), b"")
        for _layer in range(LAYERS):
            head, pieces = _begun(pieces)
            unpacker = next((make for magic, make in _UNPACKERS.items() if head.startswith(magic)), None)
            if unpacker is None:
                break
            pieces = _unpacked(pieces, unpacker)
        if kind := next((kind for magic, kind in _NO_TAPE.items() if head.startswith(magic)), ""):
            raise ValueError(_("it is packed as {kind}: unpack it first", kind=kind))
        yield from _decoded(pieces, head)


def _begun(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first bytes, and all of them again."""
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= HEAD:
            break
    return head[:HEAD], chain([head], pieces)


def _unpacked(pieces: Iterator[bytes], make: Callable[[], Any]) -> Iterator[bytes]:
    """Also several packed files one behind the other. Small bites: what lies before a fault is not lost with it."""
    unpacker = make()
    for piece in pieces:
        for begin in range(0, len(piece), BITE):
            bite = piece[begin : begin + BITE]
            while bite:
                if unpacker.eof:
                    unpacker = make()
                yield unpacker.decompress(bite)
                bite = unpacker.unused_data if unpacker.eof else b""
    if not unpacker.eof:
        raise EOFError(_("the packed file is cut off"))


def _decoded(pieces: Iterator[bytes], head: bytes) -> Iterator[bytes]:
    encoding = next((name for mark, name in _UTF_16.items() if head.startswith(mark)), "")
    first = next(pieces, b"")
    if encoding:
        decoder = codecs.getincrementaldecoder(encoding)()
        for piece in chain([first[2:]], pieces):
            yield decoder.decode(piece).encode()
        decoder.decode(b"", final=True)
        return
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from pieces


def messages_of(pieces: Iterator[bytes], found: Found) -> Iterator[bytes]:
    """Whole messages without their blank line, in order, lines ended by CR LF; never raises for what the bytes are."""
    rest = b""
    try:
        for piece in pieces:
            rest += piece
            begin = 0
            while (end := _end(rest, begin)) is not None:
                yield from _made(rest[begin : end[0]], found)
                begin = end[1]
            rest = rest[begin:]
            if len(rest) > ami_decoder.LONGEST:
                found.fault = _("no end of a message within a megabyte")
                break
    except DAMAGED as fault:
        found.fault = str(fault) or type(fault).__name__
    if not _banner(rest, found):
        found.left = rest.strip(b"\r\n")


def _end(data: bytes, begin: int) -> tuple[int, int] | None:
    """Where the message or banner that begins here ends, and where the next may begin; None: its end is still to come.

    Asterisk's first line holds no LF: where it ends with one alone, so does all of this message.
    """
    line = data.find(b"\n", begin)
    if line < 0:
        return None
    if data.startswith(_BANNER, begin) or not data[begin:line].strip(b"\r"):
        return line + 1, line + 1
    if data[line - 1 : line] == b"\r":
        end = data.find(b"\r\n\r\n", line - 1)
        return None if end < 0 else (end, end + 4)
    blank = _BLANK.search(data, line)
    return None if blank is None else blank.span()


def _made(message: bytes, found: Found) -> Iterator[bytes]:
    """A banner begins a connection: what stood before it was cut off."""
    if b"\n" in message.partition(b"\r\n")[0]:
        found.line_feeds += 1
        message = message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    begin = 0
    for banner in BANNER.finditer(message):
        if message[begin : banner.start()].strip(b"\r\n"):
            found.cut += 1
        found.banners.append(banner[1].decode())
        begin = banner.end()
    if one := message[begin:].strip(b"\r\n"):
        yield one


def _banner(rest: bytes, found: Found) -> bool:
    """Whether all that is left is the beginning of a connection that said nothing."""
    banner = BANNER.fullmatch(rest.strip(b"\r\n"))
    if banner is not None:
        found.banners.append(banner[1].decode())
    return banner is not None
