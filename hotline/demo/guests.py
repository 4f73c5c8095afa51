"""People in the demo: seats kept free for them, accounts made for this run, and what to try.

Used by ``run.py``. Robots serve only whom no person is there to serve, and citizens
begin to speak when somebody listens.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from config.language import say
from hotline.lab.daemon_client import Rest, RestRefused
from hotline.lab.hotline_instance import HotlineInstance, Table, Telephones
from hotline.lab.phones import Call, Manner, answering

from .narrator import Narrator
from .scenario import filing
from .voices import AGENT, spoken

_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_OTHERS = (("3001", "审计员", "auditor"), ("4001", "运维员", "operator"))
_BEHIND = 4
"""Levels by which a robot's skill is less than a person's: app_queue rings the lower level first."""
_LOOK_S = 0.4
_ANSWERS_S = 2.5
_SHORT, _BUSY = 5, 486


@dataclass(frozen=True, slots=True)
class Guest:
    account: str
    name: str
    role: str
    password: str
    seat: str = ""


def make_room(table: Table, shipped: Table) -> None:
    """Browser seats as shipped; the agents of the desk seats, who are robots, come second."""
    for seat, before in zip(table["seat"], shipped["seat"], strict=True):
        seat["device"] = before["device"]
    agents = [agent for agent in table["agent"] if agent.get("role", "agent") == "agent"]
    for seat, agent in zip(table["seat"], agents, strict=False):
        if seat["device"] == "desk":
            agent["skills"] = {queue: min(level + _BEHIND, 9) for queue, level in agent.get("skills", {}).items()}
    table["seats"]["wrap_up_seconds"] = 20


def guests_of(settings: Table) -> list[Guest]:
    """Who may come: the agents of browser seats but the last, which is the supervisor's; an auditor, an operator."""
    agents = [agent for agent in settings["agent"] if agent.get("role", "agent") == "agent"]
    free = [seat["id"] for seat in settings["seat"] if seat["device"] == "browser"]
    sitting = [
        Guest(agent["id"], agent["name"], "agent", password(), seat["id"])
        for seat, agent in zip(settings["seat"], agents, strict=False)
        if seat["id"] in free[:-1]
    ]
    chiefs = [
        Guest(agent["id"], agent["name"], agent["role"], password(), free[-1] if free else "")
        for agent in settings["agent"]
        if agent.get("role", "agent") == "supervisor"
    ]
    return [*sitting, *chiefs, *(Guest(*other, password()) for other in _OTHERS)]


def password() -> str:
    """Easy to copy, hard to guess: three groups of four."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


async def admit(client: httpx.AsyncClient, settings: Table) -> list[Guest]:
    """Make the accounts; ``RestRefused`` when the daemon won't."""
    visitors = guests_of(settings)
    for visitor in (one for one in visitors if one.role == "operator"):
        # of a demo before, in the same folder: while an operator can confirm, nobody else's new password is taken alone
        await _put(client, visitor, {"name": visitor.name, "role": visitor.role, "locked": True})
    for visitor in visitors:
        await _put(client, visitor, {
            "name": visitor.name, "role": visitor.role, "password": visitor.password, "locked": False,
        })  # fmt: skip
    return visitors


async def _put(client: httpx.AsyncClient, visitor: Guest, body: dict[str, object]) -> None:
    path = f"/api/accounts/{visitor.account}"
    reply = await client.put(path, json=body)
    if reply.status_code != 200:
        raise RestRefused(f"PUT {path}", reply.status_code, reply.text[:300])


def tell(told: Narrator, on: HotlineInstance, visitors: list[Guest]) -> None:
    """The address, the accounts, and what to try."""
    roles: Mapping[str, str] = {
        "agent": say("agent"),
        "supervisor": say("supervisor"),
        "auditor": say("auditor"),
        "operator": say("operator"),
    }
    told.title("")
    told.title(say("open {url} in Chromium or Chrome; the certificate is our own, let it pass", url=on.origin))
    told.title("")
    for one in visitors:
        seat = say("seat {seat}", seat=one.seat) if one.seat else ""
        told.title(f"  {one.account}  {one.password}  {roles[one.role]} {one.name}  {seat}".rstrip())
    told.title("")
    for line in _to_try(visitors):
        told.title(f"  · {line}")
    told.title("")


def _to_try(visitors: list[Guest]) -> list[str]:
    agent = next((one for one in visitors if one.seat and one.role == "agent"), None)
    chief = next((one for one in visitors if one.role == "supervisor"), None)
    if agent is None or chief is None:
        return [say("log in as the supervisor: the wallboard and the seats, live")]
    return [
        say(
            "log in as {account}, take seat {seat}, press ready: the next citizen rings within half a minute; answer, listen, "
            "file a ticket while you talk",
            account=agent.account, seat=agent.seat,
        ),
        say(
            "in another browser (or a private window) log in as {account}, take seat {seat}, open the supervision page: "
            "choose a seat that talks, listen or whisper",
            account=chief.account, seat=chief.seat,
        ),
        say("open the wallboard as {account}; every figure opens its calls", account=chief.account),
        say("reload the agent's page in mid-call: the citizen is held and comes back to you"),
    ]  # fmt: skip


def subscriber(seed: int) -> Manner:
    """Whoever is called from the demo: they answer after a while and say something; a linkage number's desk does so, too.
    A number that ends in 9 is busy, so that this can be seen."""

    async def manner(call: Call) -> None:
        if len(call.dialled) > _SHORT and call.dialled.endswith("9"):
            call.refuse(_BUSY)
            return
        short = len(call.dialled) <= _SHORT
        voice = AGENT if short else filing(seed, call.dialled)[1].voice
        await answering(_ANSWERS_S, None, spoken(voice))(call)

    return manner


async def prompt(rest: Rest, phones: Telephones, seed: int) -> None:
    """For ever: a citizen to whom somebody began to listen begins to speak, and says their matter."""
    speaking: set[str] = set()
    while True:
        try:
            talks = {str(row["caller"]) for row in await rest.live_calls() if row["answered_at"]}
        except (RestRefused, httpx.HTTPError):
            talks = speaking  # a daemon that is away tells nothing new
        for rack in phones.trunks.values():
            for call in rack.calls:
                if call.outgoing and call.up and call.caller in talks - speaking:
                    call.speak(spoken(filing(seed, call.caller)[1].voice))
        speaking = talks
        await asyncio.sleep(_LOOK_S)
