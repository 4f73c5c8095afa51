"""musiconhold.conf: comfort words in the music of a queue, played by Asterisk alone.

They are a file of the music's own folder, so that a free seat rings in mid-word: an announcement of app_queue's would keep the
whole queue waiting until it is over. ``hotline/programs/sounds.py`` lays the folders out.
"""

from __future__ import annotations

from ..sections.telephone import Queue
from ..settings import Settings
from . import text

ORDINARY, FOLDER = "default", "comfort"
"""The class of all others; the folder, in Asterisk's data, that holds one folder a queue."""


def music(queue: Queue) -> str:
    """The class of music that who waits in this queue hears."""
    return ORDINARY if queue.comfort is None else f"{FOLDER}-{queue.id}"


def render(settings: Settings) -> str:
    """``alpha``: each caller begins with the words, whose file comes first."""
    own = [queue for queue in settings.queue if queue.comfort is not None]
    return text.file(
        text.section("general", {}),
        text.section(ORDINARY, {"mode": "files", "directory": "moh", "sort": "alpha"}),
        *(
            text.section(music(queue), {"mode": "files", "directory": f"{FOLDER}/{queue.id}", "sort": "alpha"})
            for queue in own
        ),
    )
