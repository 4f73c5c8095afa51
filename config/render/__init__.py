"""Settings → the files of Asterisk's configuration, as text. Pure: writes nothing.

Called by ``hotline/programs/embedded_asterisk.py`` (writes them under VAR/asterisk/etc) and ``hotline
asterisk render`` (writes them where a site's own Asterisk reads them).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..file_places import Places
from ..sections.telephone import Mode
from ..settings import Settings
from . import base_conf_files, cel_and_cdr, dialplan, manager, pjsip, queues


def render(
    settings: Settings, places: Places, secrets: Mapping[str, str], *, modules: Path | None = None
) -> dict[str, str]:
    """File name → text. ``modules``: Asterisk's module folder, when it is not the compiled-in one.

    In external mode asterisk.conf is left to the site (``README`` says what it must hold).
    """
    files = {
        "modules.conf": base_conf_files.modules(),
        "logger.conf": base_conf_files.logger(),
        **base_conf_files.small_files(settings),
        **cel_and_cdr.render(),
        **manager.render(settings, secrets),
        **pjsip.render(settings, secrets),
        **queues.render(settings),
        **dialplan.render(settings, secrets),
    }
    if settings.asterisk.mode is Mode.EMBEDDED:
        files["asterisk.conf"] = base_conf_files.asterisk(settings, places, modules)
    return files
