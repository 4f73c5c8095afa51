"""What a journey may do to its caller: the language of the scripts in ``journeys/``.

Frozen values, yielded by a journey and performed by ``dialogue.py``. ``Ask`` sends
the keys back into the generator; every other step sends ''. A ``Greet`` or ``Say`` with no
``Ask``, ``Note``, ``Greet`` or ``Say`` behind it is played by the dialplan when the journey is over:
a journey may run on to its end before the caller has heard a word.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Greet:
    """Play the notice. From here on the dialplan knows the caller is greeted, and the ledger hears of it."""

    prompt: str


@dataclass(frozen=True, slots=True)
class Say:
    """Play a prompt to its end."""

    prompt: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Play a prompt and wait for keys; a key cuts the prompt short.

    Answers with the keys pressed, '' when none came within ``seconds`` after the
    prompt. With ``digits`` above 1, ``#`` ends the number and is not part of it.
    """

    prompt: str
    digits: int = 1
    seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Where the caller goes when the journey is over (or the daemon dies): the last one said counts."""

    queue: str


@dataclass(frozen=True, slots=True)
class Close:
    """The line is closed and the caller was told so: the dialplan hangs up after the journey."""


@dataclass(frozen=True, slots=True)
class Note:
    """A CEL user event for the ledger: ``name`` and its fields."""

    name: str
    fields: tuple[str, ...] = ()


Step = Greet | Say | Ask | Enqueue | Close | Note
Journey = Generator[Step, str, None]
