"""Custom device states and hint contexts of the rendered dialplan which the daemon sets and asks by AMI: each name stands here for both.

Asterisk keeps a state in its database: it holds while the daemon is away, and after Asterisk's own death.
"""

from __future__ import annotations

ATTENDED = "seat-"
"""Custom device state of a seat, ``Custom:seat-8001``: INUSE while somebody sits there (set by the daemon alone)."""
AT_DESK = "desk-"
"""Custom device state of a seat with two devices, ``Custom:desk-8001``: INUSE while its desk phone is the one that rings and dials."""
SEAT_IN_USE = "seat-in-use"
"""Context with a hint for each seat with two devices: app_queue offers no call to the one while the other is in a call."""
MODE = "mode-"
"""Custom device state of a mode, ``Custom:mode-typhoon``: INUSE while it is on."""
RESERVE = "reserve"
"""Custom device state, INUSE while the reserve is not called in, and the context of the seats' hints by which one of the reserve seems busy then."""
