"""A hotline of its own for a surge: as many robot seats as wanted, prompts as tones for the callers' ears, room for the calls. Its settings and sounds."""

from __future__ import annotations

import itertools
import wave
from dataclasses import dataclass
from pathlib import Path

from hotline.bench.cpu_per_call import FIRST_AGENT, FIRST_SEAT
from hotline.lab.hotline_instance import HotlineInstance, Table, one_queue
from hotline.lab.sound import beep
from ivr.prompts import SHIPPED, Prompts, seconds_of

from .ear import PROMPTS, samples

RTP_FIRST = 9000
"""So many seats need more ports than a stage's block has; who shares the range passes over what is taken."""
RTP_MOST = 10_000
"""Ports that are there from ``RTP_FIRST`` on, with room below what others use."""
SHORT_NOTICE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Surge:
    """What is asked for. Seconds, and calls a second."""

    seats: int
    rate: float
    seconds: float
    talk: float
    patience: float
    takes: float = 0.0
    seed: int = 12319
    sound: bool = False
    """Telephones speak and listen; without it the machine's cores go to what is measured."""
    mode: str = ""
    """Switched on before the first call."""
    recorder_stopped: bool = False
    """One phase more: the recorder stands still."""
    alone: bool = True
    """One phase more: the same calls with the daemon dead."""

    @property
    def erlangs(self) -> float:
        return self.rate * self.talk


def bench(table: Table, surge: Surge) -> None:
    """One line, one queue, one skill, nothing that takes time from what is measured."""
    waiting = 1000
    queue = one_queue(table, surge.seats + waiting, max_waiting=waiting, words_seconds=20, call_back_seconds=10)
    table["mode"] = []
    _staff(table, surge.seats, [{queue: 1}], [{}])
    table["edge"] |= {"mode": "external"}
    _quiet(table)


def rehearsal(table: Table, surge: Surge) -> None:
    """The settings as they are; robots with their agents' skills at ``surge.seats`` seats, and room in proportion to them."""
    agents = [agent for agent in table["agent"] if agent.get("role", "agent") == "agent" and agent.get("skills")]
    share = max(1.0, surge.seats / max(1, len(table["seat"])))
    for queue in table["queue"]:
        queue["max_waiting"] = min(5000, round(queue.get("max_waiting", 100) * share))
    for line in table["line"]:
        line |= {"capacity": min(5000, round(line.get("capacity", 60) * share)), "check_seconds": 0}
    _staff(table, surge.seats, [one["skills"] for one in agents], [one.get("reserve", {}) for one in agents])
    _quiet(table)


def _staff(table: Table, seats: int, skills: list[dict[str, int]], reserve: list[dict[str, int]]) -> None:
    given = itertools.islice(itertools.cycle(zip(skills, reserve, strict=True)), seats)
    table["seat"] = [{"id": str(FIRST_SEAT + n), "device": "desk"} for n in range(seats)]
    table["agent"] = [
        {"id": str(FIRST_AGENT + n), "name": f"座席{n}", "role": "agent", "skills": known, **({"reserve": also} if also else {})}
        for n, (known, also) in enumerate(given)
    ]  # fmt: skip


def _quiet(table: Table) -> None:
    table["seats"] |= {"wrap_up_seconds": 0, "missed_before_pause": 20}
    table.setdefault("callbacks", {})
    table["recording"]["priority"] = "idle"  # as it is shipped, whatever a stage has
    table["ports"] |= {"rtp_first": RTP_FIRST}


def lay_out(stage: HotlineInstance, surge: Surge) -> float:
    """Write what the callers' ears know as tones, as long as the real words; gives the seconds from the answer to the queue."""
    folder = stage.places.prompts
    folder.mkdir(parents=True, exist_ok=True)
    shipped = Prompts(SHIPPED)
    for name in PROMPTS:
        _write(folder / f"{name}.wav", samples(name, shipped.seconds(name)).tobytes())
    line = stage.settings["line"][0]
    mode: Table = next((one for one in stage.settings.get("mode", ()) if one["id"] == surge.mode), {})
    notice = mode.get("notice") or line.get("notice", "welcome")
    if surge.mode:
        return shipped.seconds(notice)
    _write(folder / f"{notice}.wav", beep(SHORT_NOTICE_SECONDS))
    return seconds_of(folder / f"{notice}.wav")


def _write(file: Path, frames: bytes) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(frames)
