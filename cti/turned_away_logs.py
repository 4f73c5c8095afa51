"""Calls that were turned away before any dialplan: read from Asterisk's own logs. Pure.

Such a call makes no channel, so neither AMI nor CEL knows of it. Two logs do: ``sip`` has what
trunks and we said to each other (``SipLog``: an INVITE and its final answer, with numbers and offer),
``messages`` what Asterisk says of strangers and of what it could not read (``Messages``).

An answer that a dialplan gave carries a Reason header (res_pjsip_rfc3326): that call has a row
in the ledger already and is none of ours. Whatever stands in these logs was written by
strangers: it is bounded and printable when it leaves here, and no more than counted.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from ipaddress import ip_address, ip_network

from .ids import Instant


class Cause(StrEnum):
    """Why, in one word. ``full`` and ``closed`` are the dialplan's."""

    UNKNOWN_NUMBER = "unknown_number"
    CODEC = "codec"  # no A-law or mu-law in the offer
    ENCRYPTION = "encryption"  # SRTP that we cannot take
    NO_AUDIO = "no_audio"  # fax, video, a port 0
    OFFER = "offer"  # a session description that cannot be read
    EXTENSION = "extension"  # Require: of something that we cannot do
    MALFORMED = "malformed"  # no SIP that can be read: the carrier hears nothing
    REPLACES = "replaces"  # would take somebody's place in a running call
    UNKNOWN_ADDRESS = "unknown_address"  # one of our numbers, dialled from an address that is no trunk's
    AUTHENTICATION = "authentication"
    STRANGER = "stranger"  # anything else from an unknown address
    OVERLOAD = "overload"  # 5xx, or refused while Asterisk stops
    OTHER = "other"
    LOG_LOST = "log_lost"  # so much was logged that some was not read


@dataclass(frozen=True, slots=True)
class Refusal:
    """One call, or one message, turned away."""

    at: Instant
    source: str
    """A trunk's id, or the address it came from."""
    cause: Cause
    called: str = ""
    """As it was written."""
    calling: str = ""
    detail: str = ""
    """The codecs or transports offered, the header that cannot be read, the SIP status."""


LONGEST = 60
ADDRESSES = 256
"""Whose these are is remembered: carriers send from a few, and each of a call's dozen messages names its own."""
MOST_PENDING = 2000
"""INVITEs whose answer is awaited; the oldest are forgotten."""


def clean(text: str) -> str:
    """Printable, one line, short."""
    return "".join(letter if letter.isprintable() else "?" for letter in text[:LONGEST])


class Sources:
    """Whose an address is: trunks by their settings; host names are not looked up."""

    def __init__(self, trunks: Iterable[tuple[str, Sequence[str]]]) -> None:
        self._networks = []
        for trunk, hosts in trunks:
            for host in hosts:
                try:
                    self._networks.append((ip_network(host), trunk))
                except ValueError:
                    continue
        self.of = lru_cache(ADDRESSES)(self._of)
        """The trunk's id, else the address."""

    def _of(self, address: str) -> str:
        try:
            ip = ip_address(address.strip("[]"))
        except ValueError:
            return clean(address)
        return next((trunk for network, trunk in self._networks if ip in network), str(ip))

    def known(self, address: str) -> bool:
        return self.of(address) in {trunk for _network, trunk in self._networks}


_HEAD = re.compile(
    r"\[(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3})\] [A-Z]+\[\d+\](?:\[C-[0-9a-f]+\])? (\S+?): +(.*)", re.DOTALL
)
_SIP = re.compile(
    r"<--- (Received|Transmitting) SIP (request|response) \((\d+) bytes\) (?:from|to) \w+:(.+):(\d+) --->"
)


def moment(text: str) -> Instant:
    """Asterisk writes the machine's own time."""
    return Instant(_second(text[:19]) + int(text[20:]) / 1000)


@lru_cache(4)
def _second(text: str) -> float:
    """The same for all that is logged within a second; a clock that is set back an hour says the same text again, and means the same."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").astimezone().timestamp()


@dataclass(slots=True)
class _Invite:
    at: Instant
    source: str
    called: str
    calling: str
    offer: str
    required: str


class SipLog:
    """``sip`` line by line. Remembers INVITEs whose answer it has not read yet."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._lines: list[str] = []
        self._left = 0
        """Bytes of the message being read that are still to come: what stands in it begins no other."""
        self._head: tuple[Instant, str, str] | None = None
        self._asked: OrderedDict[tuple[str, str], _Invite] = OrderedDict()
        self._done: OrderedDict[tuple[str, str], None] = OrderedDict()

    def feed(self, lines: Sequence[tuple[int, str]]) -> list[Refusal]:
        """Lines with their offsets (``Tail``)."""
        out: list[Refusal] = []
        for place, (offset, line) in enumerate(lines):
            if self._left > 0:
                self._lines.append(line)
                behind = lines[place + 1][0] if place + 1 < len(lines) else offset + len(line.encode()) + 2
                self._left -= behind - offset
                if self._left <= 0:
                    self._message(out)
                continue
            head = _HEAD.match(line)
            sip = _SIP.match(head[3]) if head else None
            if head and sip:
                try:
                    at = moment(head[1])
                except ValueError:
                    continue
                self._head = (at, sip[1], self._sources.of(sip[4]))
                self._lines, self._left = [], int(sip[3])
        return out

    def _message(self, out: list[Refusal]) -> None:
        assert self._head is not None
        at, way, source = self._head
        lines, self._lines = self._lines, []
        if not _may_matter(way, lines):
            return
        first, headers, body = _parsed(lines)
        cseq = headers.get("cseq", "").split()
        if len(cseq) != 2 or cseq[1] != "INVITE":
            return
        key = (headers.get("call-id", ""), cseq[0])
        if way == "Received" and first.startswith("INVITE "):
            if "tag=" not in headers.get("to", "") and key not in self._done:
                invite = _Invite(
                    at,
                    source,
                    _user(first.split(" ")[1]),
                    _user(headers.get("from", "")),
                    body,
                    headers.get("require", ""),
                )
                self._asked[key] = invite
                while len(self._asked) > MOST_PENDING:
                    self._asked.popitem(last=False)
        elif way == "Transmitting" and first.startswith("SIP/2.0 ") and first[8:11].isdigit():
            status = int(first[8:11])
            if status < 200 or (asked := self._asked.pop(key, None)) is None:
                return
            self._done[key] = None
            while len(self._done) > MOST_PENDING:
                self._done.popitem(last=False)
            if status >= 300 and status not in (401, 407, 487) and "reason" not in headers:
                cause, detail = _cause(status, asked)
                out.append(Refusal(asked.at, asked.source, cause, asked.called, asked.calling, clean(detail)))


def _may_matter(way: str, lines: Sequence[str]) -> bool:
    """An INVITE of theirs or a final answer of ours to one: told by its first line and a word, before all headers are read."""
    first = lines[0] if lines else ""
    if way == "Received":
        return first.startswith("INVITE ")
    final = first.startswith("SIP/2.0 ") and first[8:11].isdigit() and int(first[8:11]) >= 200
    return final and any("INVITE" in line for line in lines)


_COMPACT = {"f": "from", "t": "to", "i": "call-id"}


def _parsed(lines: Sequence[str]) -> tuple[str, dict[str, str], str]:
    """First line, headers by lower-case name (folded ones joined, the first of doubles), body."""
    headers: dict[str, str] = {}
    name = ""
    for place, line in enumerate(lines[1:], 1):
        if not line:
            return lines[0], headers, "\n".join(lines[place + 1 :])
        if line[0] in " \t" and name:
            headers[name] += " " + line.strip()
            continue
        name, _, value = line.partition(":")
        name = name.strip().lower()
        name = _COMPACT.get(name, name)
        headers.setdefault(name, value.strip())
    return lines[0] if lines else "", headers, ""


_URI = re.compile(r"(?:sips?|tel):([^@>;\s]*)", re.IGNORECASE)


def _user(text: str) -> str:
    """The user part of the first URI, as it was written; with its parameters where they belong to the number."""
    whole = re.search(r"(?:sips?|tel):([^@>\s]+)(?:@|>|;|\s|$)", text, re.IGNORECASE)
    return clean(whole[1]) if whole else ""


def _cause(status: int, asked: _Invite) -> tuple[Cause, str]:
    if status in (404, 484, 604):
        return Cause.UNKNOWN_NUMBER, f"SIP {status}"
    if status == 416 or asked.called == "":
        return Cause.UNKNOWN_NUMBER, f"SIP {status}"
    if status == 420:
        return Cause.EXTENSION, asked.required
    if status in (400, 415, 488, 606):
        return _offered(asked.offer) if status in (488, 606) else (Cause.OFFER, f"SIP {status}")
    if status >= 500:
        return Cause.OVERLOAD, f"SIP {status}"
    return Cause.OTHER, f"SIP {status}"


_NAMES = {"0": "PCMU", "3": "GSM", "4": "G723", "8": "PCMA", "9": "G722", "18": "G729"}


def _offered(offer: str) -> tuple[Cause, str]:
    """Why an offer could not be taken."""
    media = re.findall(r"^m=(\S+) (\d+)\S* (\S+) ?(.*)$", offer, re.MULTILINE)
    audio = [(port, proto, formats.split()) for kind, port, proto, formats in media if kind == "audio" and port != "0"]
    if not audio:
        return Cause.NO_AUDIO, " ".join(f"{kind}:{port}" for kind, port, _proto, _formats in media)
    names = _NAMES | dict(re.findall(r"^a=rtpmap:(\d+) ([\w.-]+)", offer, re.MULTILINE))
    codecs = [names.get(one, one) for _port, _proto, formats in audio for one in formats]
    if not {"PCMA", "PCMU"} & {codec.upper() for codec in codecs}:
        return Cause.CODEC, " ".join(codec for codec in codecs if codec != "telephone-event")
    if any("SAVP" in proto for _port, proto, _formats in audio):
        return Cause.ENCRYPTION, " ".join(proto for _port, proto, _formats in audio)
    return Cause.OFFER, " ".join(proto for _port, proto, _formats in audio)


_NOT_FOUND = re.compile(
    r"(strangers|replaces): Call \(\w+:(.+?):(\d+)\) to extension '(.*?)'(?: rejected because|$)", re.DOTALL
)
_NO_ENDPOINT = re.compile(
    r"Request '(\w+)' from '(.*)' failed for '([^']+):\d+' \(callid: \S*\) - (No matching endpoint found|Failed to authenticate)"
)
_UNREADABLE = re.compile(
    r".*\bDropping \d+ bytes packet from \w+ (.+?):(\d+) : PJSIP syntax error exception when parsing '([^']*)'"
)


class Messages:
    """``messages`` line by line."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def feed(self, lines: Sequence[tuple[int, str]]) -> list[Refusal]:
        out: list[Refusal] = []
        for _offset, line in lines:
            head = _HEAD.match(line)
            found = self._read(head[2], head[3]) if head else None
            if head and found is not None:
                try:
                    at = moment(head[1])
                except ValueError:
                    continue
                out.append(Refusal(at, *found))
        return out

    def _read(self, file: str, said: str) -> tuple[str, Cause, str, str, str] | None:
        if file == "res_pjsip_session.c" and (call := _NOT_FOUND.match(said)):
            cause = Cause.UNKNOWN_ADDRESS if call[1] == "strangers" else Cause.REPLACES
            return self._sources.of(call[2]), cause, clean(call[4]), "", ""
        if file == "res_pjsip/pjsip_distributor.c" and (request := _NO_ENDPOINT.match(said)):
            cause = Cause.AUTHENTICATION if request[4].startswith("Failed") else Cause.STRANGER
            return self._sources.of(request[3]), cause, "", _user(request[2]), clean(request[1])
        if file == "pjproject" and (packet := _UNREADABLE.match(said)):
            return self._sources.of(packet[1]), Cause.MALFORMED, "", "", clean(packet[3])
        return None
