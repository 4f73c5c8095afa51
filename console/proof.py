"""The password again, before what breaks trust: an open screen is no proof of who sits there.

A session proves it at ``POST /api/session/proof`` and is taken at its word for a few minutes; what wants it answers 428
until then (a page asks its person and repeats the request). The installation's token proves itself by being there.
"""

from __future__ import annotations

from config.language import say as _

from .authorization import Who
from .error_answers import Failed
from .services import Services


def must_have_proved(plugs: Services, who: Who) -> None:
    """Raise 428 unless this session gave its password within the last minutes."""
    if who.session and not plugs.sessions.has_proved(who.session):
        raise Failed(428, _("give your own password again: this changes what others may do"))
