"""The names of people and of the words the daemon itself puts on a seat.

Read by every file of this room and by the rooms to the left.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

AgentId = NewType("AgentId", str)
"""A person who may sit at a seat; the ``id`` of an ``[[agent]]`` in ``hotline.toml``."""


class OwnReason(StrEnum):
    """Pause reasons the daemon gives by itself; an operator's reasons are free words.

    The values are stable codes: they stand in app_queue, in queue_log and in the ledger;
    screens and reports show the catalogue's word for them (``reason_missed`` → 漏接).
    """

    WRAP_UP = "wrap_up"  # 话后
    ON_CALL = "on_call"  # 通话: a call that app_queue did not give
    MISSED = "missed"  # 漏接: too many offers rang out in a row
    UNREACHABLE = "unreachable"  # 话机离线
    FORCED = "forced"  # 班长示忙, when no other word was given
    PHONE = "phone"  # 软电话未就绪: its page does not prove that it can ring
    LOGIN = "login"  # 签入未就绪: logged in, not yet ready
    AWAY = "away"  # 离席: nobody touched its page for long, so that its screen locked itself
