"""Which trunks bring no sound: counted by trunk, of legs that lasted and of which it is known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ledger import tables as t
from ledger.one_way_sound import TrunkSound, TrunkSounds

from .seed import ANSWERED, DIRECT, MISSED, NOW, OPEN, OUT, do, ledger


def leg(call: str, trunk: str, ended: datetime | None, received: int | None, sent: int | None) -> dict[str, Any]:
    began = NOW - timedelta(minutes=50)
    return {
        "leg_id": f"{call}-{trunk}-{received}-{sent}", "call_id": call, "endpoint": trunk, "began_at": began,
        "ended_at": ended, "received": received, "sent": sent,
    }  # fmt: skip


async def test_silent_legs_are_counted_by_trunk(url: str) -> None:
    """No packets, or a stray few, of a leg that lasted; whom nothing is known of, who was gone at once, who talks still, seats and
    what is longer ago count for nothing."""
    now = NOW - timedelta(minutes=10)
    before = NOW - timedelta(minutes=90)
    rows = [
        leg(ANSWERED, "telecom", now - timedelta(minutes=1), 3000, 3100),
        leg(MISSED, "telecom", now, 0, 900),
        leg(OPEN, "telecom", now - timedelta(minutes=5), 3, 160),
        leg(DIRECT, "telecom", now, None, None),
        leg(DIRECT, "telecom", now, 0, 149),
        leg(DIRECT, "telecom", None, 0, 900),
        leg(DIRECT, "telecom", before, 0, 901),
        leg(DIRECT, "8001", now, 0, 900),
        leg(OUT, "unicom", now, 900, 900),
    ]
    async with ledger(url) as store:
        await do(store, sa.delete(t.legs), *(sa.insert(t.legs).values(**row) for row in rows))
        told = await TrunkSounds(store, ["telecom", "unicom"]).look(NOW - timedelta(hours=1))
    assert sorted(told, key=lambda one: one.trunk) == [
        TrunkSound("telecom", 3, 2, MISSED),  # type: ignore[arg-type]
        TrunkSound("unicom", 1, 0, ""),  # type: ignore[arg-type]
    ]
