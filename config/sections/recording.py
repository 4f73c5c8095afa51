"""What is recorded, who is told of it, and how recordings are finished."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    Field,
)

from .values import Section


class OutboundNotice(StrEnum):
    """How whom a seat calls learns that the call is recorded."""

    PLAY = "play"  # a prompt, to him alone, when he answers
    AGENT = "agent"  # the agent says it
    OFF = "off"  # not at all: such calls are not recorded


OUTBOUND_PROMPT = "outbound"
"""Its text is what a called citizen is told, by the prompt or by the agent."""


class Priority(StrEnum):
    """Of the recorder, on cores that it shares with the telephone."""

    IDLE = "idle"  # what nobody else needs; rests while calls keep the cores busy
    LOW = "low"  # a small share of a full machine, too


class Recording(Section):
    enabled: bool = True
    priority: Priority = Priority.IDLE
    """Finishing recordings (checking, encoding, sealing) never costs a caller anything; ``low``: it may, a little."""
    workers: Annotated[int, Field(ge=0, le=256)] = 0
    """Recordings that are finished at once; 0: as many as cores."""
    format: Literal["opus", "mp3", "wav"] = "opus"
    bitrate_kbps: Annotated[int, Field(ge=12, le=128)] = 24
    min_free_mb: Annotated[int, Field(ge=10)] = 500
    master_key: Annotated[str, Field(pattern=r"^(/[^\x00-\x1f]+|credential:[0-9A-Za-z_.-]+)?$")] = ""
    """Wraps the keys of sealed recordings. A file on another volume, or ``credential:NAME`` of systemd
    (``$CREDENTIALS_DIRECTORY``); it must be there. Empty: VAR/secrets/recording-master, made at the first use."""
    outbound_notice: OutboundNotice = OutboundNotice.PLAY

    @property
    def outbound(self) -> bool:
        """Calls to the world are recorded."""
        return self.enabled and self.outbound_notice is not OutboundNotice.OFF
