"""queues.conf: the queues stand here; their members come over AMI and persist in Asterisk."""

from __future__ import annotations

from ..settings import Settings
from . import comfort_words, kept_place, text


def render(settings: Settings) -> dict[str, str]:
    general = {
        "persistentmembers": True,
        "autofill": True,
        "shared_lastcall": True,
        "log-restricted-caller-id": True,
        "log-caller-id-name": False,
        "monitor-type": "MixMonitor",
        # of queues of one weight that share a seat; between weights the heavier one still goes first
        "force_longest_waiting_caller": True,
    }
    # the daemon pauses for wrap-up; this closes only the gap between hang-up and that pause
    net = min(3, settings.seats.wrap_up_seconds)
    sections = [
        text.section(
            queue.id,
            {
                "musicclass": comfort_words.music(queue),
                "strategy": "leastrecent",
                "timeout": queue.ring_seconds,
                "timeoutpriority": "conf",
                "timeoutrestart": False,
                "retry": 1,
                "weight": queue.weight,
                "wrapuptime": net,
                "maxlen": queue.max_waiting,
                "servicelevel": 15,
                "ringinuse": False,
                "autopause": False,
                "joinempty": True,
                "leavewhenempty": False,
                "announce-frequency": 0,
                "announce-holdtime": False,
                "announce-position": False,
                "periodic-announce-frequency": 0,
                "reportholdtime": False,
                # a key leaves the queue where a call-back is offered, and nowhere else
                **({"context": kept_place.ASKED} if queue in kept_place.offered(settings) else {}),
            },
        )
        for queue in settings.queue
    ]
    return {"queues.conf": text.file(text.section("general", general), *sections), "queuerules.conf": text.file()}
