"""What was understood of a tape, and what was not: counted by message, told in sentences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from config.language import say as _
from cti import ami_decoder
from cti.ignored_ami_events import BEFORE_12, NOT_NEEDED

from .tape_file import Found

SHOWN = 5
"""So many names are shown in one sentence, the commonest first."""
LEFT_SHOWN = 60
_WANTED = frozenset(ami_decoder.WANTED)


@dataclass(slots=True)
class Account:
    """Each message of a tape is one of these: folded, passed over, unknown, refused, no message of AMI at all."""

    found: Found = field(default_factory=Found)
    folded: int = 0
    passed_over: Counter[str] = field(default_factory=Counter)
    """Responses, and events that the fold has no use for."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Events of no name that is known here, by name; those of an older Asterisk among them."""
    refused: Counter[str] = field(default_factory=Counter)
    """Events without a header that is needed, as 'NAME: HEADER'."""
    no_ami: int = 0
    unlinked: int = 0
    """Channels that do not say to which call they belong: each is told as a call of its own."""

    def take(self, message: bytes) -> bytes:
        """Count one message; what is to be decoded of it, b'' when there is nothing."""
        name = ami_decoder.name_of(message).decode("utf-8", "replace").strip()
        if not name:
            self._nameless(message)
            return b""
        if name not in _WANTED:
            (self.passed_over if name in NOT_NEEDED else self.unknown)[name] += 1
            return b""
        if lacking := ami_decoder.lacking(message):
            # Written by a program that ended some of its lines otherwise?
            mended = message.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            if mended == message or ami_decoder.lacking(mended):
                self.refused[f"{name}: {lacking}"] += 1
                return b""
            message = mended
            self.found.line_feeds += 1
        if name == "Newchannel" and b"\r\nLinkedid: " not in message:
            self.unlinked += 1
        self.folded += 1
        return message

    def _nameless(self, message: bytes) -> None:
        for kind in (b"Response", b"Action"):
            if message.startswith(kind + b": "):
                self.passed_over[kind.decode()] += 1
                return
        self.no_ami += 1

    @property
    def messages(self) -> int:
        """AMI messages, whatever became of them."""
        return self.folded + sum(map(Counter.total, (self.passed_over, self.unknown, self.refused)))

    @property
    def whole(self) -> bool:
        """The file is a tape and nothing but a tape, from its beginning to its end."""
        found = self.found
        return bool(self.messages) and not (self.no_ami or found.cut or found.left or found.fault)

    def as_json(self) -> dict[str, Any]:
        """``total`` counts AMI messages; ``unknown`` and ``refused`` are by name; the rest is only there when not 0 or ''."""
        found = self.found
        odd: dict[str, Any] = {
            "no_ami": self.no_ami, "cut": found.cut, "bytes_left": len(found.left), "fault": found.fault,
            "line_feeds": found.line_feeds, "without_linkedid": self.unlinked,
        }  # fmt: skip
        return {
            "total": self.messages, "folded": self.folded, "passed_over": self.passed_over.total(),
            "unknown": dict(self.unknown.most_common()), "refused": dict(self.refused.most_common()),
            "ami": found.banners[:1], **{name: value for name, value in odd.items() if value},
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """What an operator has to know of this tape; [] when all of it was understood."""
        found, out = self.found, []
        if not self.messages:
            out.append(_("there is no AMI message in it: this is no tape"))
        elif self.no_ami:
            out.append(_("{count} pieces between its messages are no AMI", count=self.no_ami))
        if found.fault:
            out.append(_("it could not be read to its end: {fault}", fault=found.fault))
        if found.left and self.messages:
            shown = found.left[:LEFT_SHOWN].decode("utf-8", "backslashreplace").replace("\r\n", " | ")
            out.append(_("it ends in the middle of a message; {count} bytes were left over: {shown}", count=len(found.left), shown=shown))  # fmt: skip
        if found.cut:
            out.append(_("{count} messages were cut off where a new connection began", count=found.cut))
        if len(found.banners) > 1:
            out.append(_("{count} connections lie one behind the other: what happened between them is not on it", count=len(found.banners)))  # fmt: skip
        if self.refused:
            out.append(_("{count} messages lack a header and were not read: {names}", count=self.refused.total(), names=_names(self.refused)))  # fmt: skip
        older = Counter({name: count for name, count in self.unknown.items() if name in BEFORE_12})
        strange = self.unknown - older
        if self.unlinked:
            older["Newchannel: Linkedid"] = self.unlinked
        if older:
            out.append(_("an Asterisk before 12 said {names}: talks, queues and transfers are not read off its tapes, and what belongs to one call may be told as several", names=_names(older)))  # fmt: skip
        if strange:
            out.append(_("{count} events have names that are not known here: {names}", count=strange.total(), names=_names(strange)))  # fmt: skip
        return out


def _names(counted: Counter[str]) -> str:
    shown = ", ".join(f"{name} ({count})" for name, count in counted.most_common(SHOWN))
    return shown + ", …" if len(counted) > SHOWN else shown
