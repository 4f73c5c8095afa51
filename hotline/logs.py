"""Logs: one JSON line an event (or plain text on a terminal), numbers masked by the formatter.

Set up once by ``hotline run``. Who logs writes a number as it is; its middle is hidden here, by the rule
of ``cti.numbers``, so that no writer can forget it.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from twisted.logger import STDLibLogObserver, globalLogBeginner

from cti.numbers import home
from ledger.errors import WRONG_OR_AWAY, LedgerUnavailable

_NUMBER = re.compile(
    r"(?<![\d.])(?<!\d[-:])(?:\+?\d{9,17}|\+?(?:86[ -]?)?(?:\(?0?\d{2,3}\)?[ -]\d{7,8}|0?1[3-9]\d[ -]\d{4}[ -]\d{4}))(?![\d.])"
)
"""What may be a telephone number in a text: 9 digits and more, or groups as people write them; not Uniqueids (they have a
dot) nor times."""
_LONG = 12
"""Of more digits only what is read as a number is one: the rest counts bytes or milliseconds."""

_PLAIN = ("call", "timestamp", "level", "logger")
_told_twisted = False


def mask(text: str) -> str:
    """``from 13806010001`` → ``from 138****0001``."""
    return _NUMBER.sub(_hidden_number, text)


def _hidden_number(found: re.Match[str]) -> str:
    number = home().read(found[0])
    return number.masked if number.planned or len(found[0]) <= _LONG else found[0]


def _masked(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value if key in _PLAIN else _hidden(value) for key, value in event.items()}


def _hidden(value: Any) -> Any:
    """Also within a list, a command or a traceback."""
    if isinstance(value, int | float | None):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_hidden(one) for one in value]
    return mask(str(value))


def _ledger_away(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A ledger that is away is a state that was thought of: one sentence, whoever met it. Rooms that may not know the ledger's
    errors log whatever comes to the top of their loops, and try again; what only a person mends stays an error."""
    told = event.get("exc_info")
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, WRONG_OR_AWAY):
        del event["exc_info"]
        event["fault"] = str(error)
        if isinstance(error, LedgerUnavailable):
            event["level"] = "warning"
    return event


class NamedLogger(structlog.PrintLogger):
    """Knows which part of the program it is of: ``structlog.get_logger("courier")``."""

    def __init__(self, name: str = "hotline") -> None:
        super().__init__(sys.stderr)
        self.name = name


def set_up(*, json: bool, level: int = logging.INFO) -> None:
    """Everything to stderr in one form: structlog's own, and what libraries (Twisted and asyncio too) log at WARNING and above."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer()
    chain: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _ledger_away,
        structlog.processors.format_exc_info,
        _masked,
    ]
    structlog.configure(
        processors=[*chain, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=NamedLogger,
        cache_logger_on_first_use=True,
    )
    others = logging.StreamHandler(sys.stderr)
    others.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=chain
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[others], force=True)
    _twisted()


def _twisted() -> None:
    """Its own words to logging, once a process: else what it cannot handle is plain text among the lines."""
    global _told_twisted
    if not _told_twisted:
        _told_twisted = True
        observer: Any = STDLibLogObserver()  # its interface is not what mypy takes a class for
        globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False)
