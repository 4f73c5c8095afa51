"""Files of tickets, by their SHA-256, sealed, in a storage of their own beside that of recordings. Implements ``console.ledger_ports.FileStore``."""

from __future__ import annotations

import asyncio
import hashlib

import structlog

from console.ledger_ports import NotKept
from recordings.errors import NotStored, RecordingError
from recordings.sealed_files import SealedFiles

log = structlog.get_logger("tickets")


class TicketFiles:
    def __init__(self, files: SealedFiles) -> None:
        self._files = files

    async def put(self, sha256: str, data: bytes) -> None:
        try:
            await asyncio.to_thread(self._files.put, _name(sha256), data)
        except (RecordingError, OSError) as fault:
            raise NotKept(str(fault)) from fault

    async def get(self, sha256: str) -> bytes | None:
        try:
            data = await asyncio.to_thread(self._files.get, _name(sha256))
        except NotStored:
            return None
        except (RecordingError, OSError) as fault:
            log.error("a file of a ticket cannot be read", file=sha256, fault=str(fault))
            return None
        if hashlib.sha256(data).hexdigest() != sha256:
            log.error("a file of a ticket is not what it was", file=sha256)
            return None
        return data


def _name(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
