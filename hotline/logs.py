"""Logs: one JSON line an event (or plain text on a terminal), numbers masked by the formatter.

Set up once by ``hotline run``. Who logs writes a number as it is; ``mask`` hides its
middle here, so that no writer can forget it.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_NUMBER = re.compile(r"(?<![\d.\-:])(\+?\d{3,4})\d{4}(\d{2,4})(?![\d.])")
"""Telephone numbers of 9 to 12 digits; not Uniqueids (they have a dot) nor times."""


_PLAIN = ("call", "timestamp", "level")


def mask(text: str) -> str:
    """``13806010001`` → ``138****0001``."""
    return _NUMBER.sub(r"\1****\2", text)


def _masked(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value if key in _PLAIN else _hidden(value) for key, value in event.items()}


def _hidden(value: Any) -> Any:
    """Also within a list, a command or a traceback."""
    if isinstance(value, int | float | None):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(one) for one in value]
    return mask(str(value))


def set_up(*, json: bool, level: int = logging.INFO) -> None:
    """Everything to stderr: structlog's own and what libraries log at WARNING and above."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _masked,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s", force=True)
