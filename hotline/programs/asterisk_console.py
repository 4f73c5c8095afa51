"""Asks the embedded Asterisk by its own command line (``asterisk -rx``): one short-lived process a question.

Used by ``embedded_asterisk.py``. The answer is given line by line, because Asterisk may put complaints of its own
before it: on a machine without an ethernet interface every answer begins with one about its entity id.
"""

from __future__ import annotations

import asyncio
import subprocess
from contextlib import suppress
from pathlib import Path

import structlog

from hotline.programs.asterisk_found import Asterisk

log = structlog.get_logger("asterisk")

PATIENCE_SECONDS = 10.0


class AsteriskConsole:
    def __init__(self, asterisk: Asterisk, conf: Path) -> None:
        self._asterisk, self._conf = asterisk, conf

    async def ask(self, words: str, patience: float = PATIENCE_SECONDS) -> list[str]:
        """The lines it says within ``patience`` seconds; none when it does not answer."""
        command = self._asterisk.command("-C", str(self._conf), "-rx", words)
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as fault:  # there is no room for a process
            log.warning("no answer", words=words, fault=str(fault))
            return []
        try:
            async with asyncio.timeout(patience):
                said, _nothing = await process.communicate()
        except TimeoutError:
            log.warning("no answer", words=words, seconds=patience)
            return []
        finally:
            with suppress(ProcessLookupError):
                if process.returncode is None:
                    process.kill()
        return said.decode("utf-8", "replace").splitlines()

    async def says(self, words: str, beginning: str, patience: float = PATIENCE_SECONDS) -> bool:
        """Whether one line of the answer begins so."""
        return any(line.startswith(beginning) for line in await self.ask(words, patience))
