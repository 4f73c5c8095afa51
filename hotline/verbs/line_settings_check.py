"""``hotline check``: whether lines take as many callers as may wait, and whether a trunk's name is known on this machine."""

from __future__ import annotations

import socket
from ipaddress import ip_network

from config.file_places import Places
from config.journey.graph import of_settings
from config.journey.steps import Queue
from config.language import say as _
from config.settings import Settings
from hotline.verbs.check_result import Checked, Finding, State


def look(settings: Settings, _places: Places) -> Checked:
    """A caller beyond a line's capacity is refused although the queue has room: nobody meant both numbers."""
    bad = False
    queues = {queue.id: queue for queue in settings.queue}
    graphs = of_settings(settings)
    for line in settings.line:
        named = {str(step.queue) for step in graphs[line.id].steps.values() if isinstance(step, Queue)}
        waiting = max((queues[one].max_waiting for one in named if one in queues), default=0)
        if line.capacity < len(settings.seat) + waiting:
            bad = True
            text = _(
                "line {line} takes {capacity} calls at once; {seats} seats and {waiting} who may wait are more: the next caller is refused first",
                line=line.id, capacity=line.capacity, seats=len(settings.seat), waiting=waiting,
            )  # fmt: skip
            yield Finding("lines", State.WARN, text, _("Cure: raise the line's capacity, or lower the queue's max_waiting"))  # fmt: skip
    for trunk in settings.trunk:
        for host in trunk.hosts:
            if not _resolves(host):
                bad = True
                text = _("trunk {trunk}: {host} does not resolve on this machine", trunk=trunk.id, host=host)
                cure = _("Cure: correct the name or the machine's DNS; an address needs none")
                yield Finding("lines", State.WARN, text, cure)
    if not bad:
        most = sum(line.capacity for line in settings.line)
        yield Finding(
            "lines", State.OK, _("{lines} lines take {capacity} calls at once", lines=len(settings.line), capacity=most)
        )


def _resolves(host: str) -> bool:
    try:
        ip_network(host)
    except ValueError:
        try:
            socket.getaddrinfo(host, None)
        except OSError:
            return False
    return True
