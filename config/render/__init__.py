"""Settings → the files of Asterisk's configuration, as text. Pure: writes nothing.

Called by ``hotline/embedded.py`` (writes them under VAR/asterisk/etc) and ``hotline
asterisk render`` (writes them where a site's own Asterisk reads them).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..places import Places
from ..settings import Mode, Settings
from . import core, dialplan, manager, pjsip, queues, records


def render(
    settings: Settings, places: Places, secrets: Mapping[str, str], *, modules: Path | None = None
) -> dict[str, str]:
    """File name → text. ``modules``: Asterisk's module folder, when it is not the compiled-in one.

    In external mode asterisk.conf is left to the site (``README`` says what it must hold).
    """
    files = {
        "modules.conf": core.modules(),
        "logger.conf": core.logger(),
        **core.small_files(),
        **records.render(),
        **manager.render(settings, secrets),
        **pjsip.render(settings, secrets),
        **queues.render(settings),
        **dialplan.render(settings),
    }
    if settings.asterisk.mode is Mode.EMBEDDED:
        files["asterisk.conf"] = core.asterisk(settings, places, modules)
    return files
