"""When a silent AMI means a restart, and when a restart would only drop calls."""

from __future__ import annotations

from typing import cast

from hotline.programs.asterisk_watch import AMI_DEAD_SECONDS, CALLS_SECONDS, AsteriskWatch
from hotline.programs.embedded_asterisk import EmbeddedAsterisk


class Silent:
    """What the watch asks of an Asterisk."""

    pid = 7

    def __init__(self) -> None:
        self.restarted = 0
        self.answers = self.calls = False
        self.missing: tuple[str, ...] = ()

    def unbound(self) -> tuple[str, ...]:
        return self.missing

    async def ami_answers(self, _patience: float) -> bool:
        return self.answers

    async def calls_stand(self) -> bool:
        return self.calls

    async def restart(self, _reason: str) -> None:
        self.restarted += 1


class Watched:
    def __init__(self) -> None:
        self.now, self.up, self.asterisk = 0.0, False, Silent()
        self.watch = AsteriskWatch(cast(EmbeddedAsterisk, self.asterisk), lambda: self.up, lambda: self.now)

    async def seconds(self, count: float) -> None:
        for _ in range(int(count)):
            self.now += 1
            await self.watch.look()


async def test_two_futile_restarts_are_enough() -> None:
    """Silent for ever: restarted twice, then it says so and leaves Asterisk alone; when the link is back all is forgotten."""
    here = Watched()
    await here.seconds(20 * AMI_DEAD_SECONDS)
    assert here.asterisk.restarted == 2
    assert here.watch.deaf
    here.up = True
    await here.seconds(2)
    assert here.watch.deaf == ""
    here.up = False
    await here.seconds(2 * AMI_DEAD_SECONDS)
    assert here.asterisk.restarted == 3


async def test_an_asterisk_whose_ami_answers_is_never_restarted() -> None:
    """The daemon is not let in (wrong host, other secrets): that is not Asterisk's fault, and its callers' even less."""
    here = Watched()
    here.asterisk.answers = True
    await here.seconds(20 * AMI_DEAD_SECONDS)
    assert here.asterisk.restarted == 0
    assert here.watch.deaf


async def test_calls_that_stand_put_a_restart_off() -> None:
    """Deaf, but somebody talks: restarted when the last call is over, or after ten minutes."""
    here = Watched()
    here.asterisk.calls = True
    await here.seconds(5 * AMI_DEAD_SECONDS)
    assert here.asterisk.restarted == 0
    here.asterisk.calls = False
    await here.seconds(2)
    assert here.asterisk.restarted == 1
    here.asterisk.calls = True
    await here.seconds(CALLS_SECONDS + 5)
    assert here.asterisk.restarted == 2


async def test_a_door_that_is_shut_is_said() -> None:
    here = Watched()
    here.up = True
    here.asterisk.missing = ("ports.sip",)
    await here.seconds(6)
    assert "ports.sip" in here.watch.sip
    here.asterisk.missing = ()
    await here.seconds(6)
    assert here.watch.sip == ""
