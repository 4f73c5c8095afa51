"""Who calls, when, why, and how it will go: the play of the demo, made from a seed. Pure.

The plan only says what people intend; what became of them is told by the ledger afterwards.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise


class Intent(StrEnum):
    TALK = "talk"
    MENU = "menu"  # presses a key, then talks
    LEAVES_NOTICE = "leaves_notice"  # hangs up while the notice plays
    LEAVES_QUEUE = "leaves_queue"  # hangs up while waiting or ringing
    AFTER_HOURS = "after_hours"


@dataclass(frozen=True, slots=True)
class Citizen:
    number: int
    at: float
    """Seconds after the first call."""
    trunk: str
    dialled: str
    caller: str
    name: str
    intent: Intent
    talk: float
    """Seconds of talk before the one who ends it hangs up."""
    caller_ends: bool
    digit: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    plain_phone: bool = False
    """Calls with pyVoIP instead of aiosipua."""
    patience: float = 90.0
    """Seconds after which they hang up whatever happens."""
    neighbour: str = ""
    """Number of the caller before them who calls about the same matter; '' theirs is their own."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What may be dialled on the stage."""

    citizen: tuple[str, ...]
    partner: tuple[str, ...]
    menu: str
    closed: str
    trunks: tuple[str, ...]


_PLAY = (
    *[Intent.TALK] * 10,
    *[Intent.MENU] * 3,
    *[Intent.LEAVES_NOTICE] * 2,
    *[Intent.LEAVES_QUEUE] * 3,
    *[Intent.AFTER_HOURS] * 2,
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the play goes."""

    every: float = 1.1
    """Seconds between calls, about."""
    talk: tuple[float, float] = (3.0, 7.0)
    patience: float = 90.0
    plain_phones: bool = True
    impatient: bool = True
    """Some leave the queue, perhaps in the moment in which they are answered."""


MEASURED = Pace()
"""As many calls as the seats can take, each as short as it can be."""
OPEN = Pace(8.0, (25.0, 45.0), 600.0, plain_phones=False, impatient=False)
"""Calls that a person can take part in."""
_NEIGHBOURS = 7
"""One of so many citizens calls about what somebody before them has just called about."""
_XIAMEN = ("136060", "138060", "133060", "131592", "135592")
"""How mobile numbers of Xiamen begin."""
_FAMILY = "陈林黄张李王吴蔡刘许郑洪杨叶曾苏谢柯庄郭"
_GIVEN = ("小红", "美珍", "国栋", "雅琴", "志明", "淑芬", "文杰", "秀英", "伟", "丽萍", "阿福", "晓燕", "家豪", "月娥")


def play(count: int, seed: int, numbers: Numbers, pace: Pace = MEASURED) -> tuple[Citizen, ...]:
    """``count`` citizens, in the same order for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - a play, not a secret
    intents = [_PLAY[place % len(_PLAY)] for place in range(count)]
    if count < len(_PLAY):
        intents = [_PLAY[place * len(_PLAY) // max(count, 1)] for place in range(count)]
    if not pace.impatient:
        intents = [Intent.TALK if intent is Intent.LEAVES_QUEUE else intent for intent in intents]
    chance.shuffle(intents)
    at, cast = 0.0, []
    for number, intent in enumerate(intents, 1):
        cast.append(_citizen(number, at, intent, chance, numbers, pace))
        at += chance.uniform(0.5, 1.5) * pace.every
    return _neighbours(cast, seed)


def _neighbours(cast: Sequence[Citizen], seed: int) -> tuple[Citizen, ...]:
    """Of those who come to talk, of every few the next one calls about the same matter: a ticket is made of each."""
    talking = [one for one in cast if one.intent is Intent.TALK]
    filed = {one.caller for one in talking if filing(seed, one.caller)[0] is Filing.TICKET}
    told: dict[str, str] = {}
    for before, after in pairwise(talking):
        if before.caller in filed and before.caller not in told and before.number >= _NEIGHBOURS * (len(told) + 1) - 2:
            told[after.caller] = before.caller
    return tuple(replace(one, neighbour=told.get(one.caller, "")) for one in cast)


def _citizen(
    number: int, at: float, intent: Intent, chance: random.Random, numbers: Numbers, pace: Pace
) -> Citizen:  # fmt: skip
    handed_over = intent in (Intent.TALK, Intent.LEAVES_QUEUE) and bool(numbers.partner) and chance.random() < 0.35
    plain = pace.plain_phones and intent is Intent.TALK and not handed_over and number % 5 == 0
    caller = f"{chance.choice(_XIAMEN)}{number:05d}"
    headers: tuple[tuple[str, str], ...] = ()
    if handed_over:
        headers = (("X-Work-Order", f"FZ12345-20260101-{number:04d}"), ("X-Origin-Number", f"1380600{number:04d}"))
    return Citizen(
        number=number, at=at, trunk=chance.choice(numbers.trunks), caller=caller,
        dialled=_dialled(intent, handed_over, chance, numbers),
        name="" if plain else chance.choice(_FAMILY) + chance.choice(_GIVEN),
        intent=intent, talk=chance.uniform(*pace.talk), caller_ends=not plain and chance.random() < 0.6,
        digit=chance.choice("120") if intent is Intent.MENU else "", headers=headers, plain_phone=plain,
        patience=pace.patience,
    )  # fmt: skip


def _dialled(intent: Intent, handed_over: bool, chance: random.Random, numbers: Numbers) -> str:
    if intent is Intent.AFTER_HOURS:
        return numbers.closed
    if intent is Intent.MENU:
        return numbers.menu
    return chance.choice(numbers.partner if handed_over else numbers.citizen)


# -- what the agents make of it ------------------------------------------------------------


class Filing(StrEnum):
    TICKET = "ticket"
    DIRECT = "direct"
    REFUSED = "refused"
    NUISANCE = "nuisance"


@dataclass(frozen=True, slots=True)
class Matter:
    kind: str
    code: str
    """Code of the event list (CJ/T 214)."""
    title: str
    content: str
    place: str
    voice: str
    """How it is told: a part of ``voices.LINES``."""


MATTERS = (
    Matter(
        "complaint", "0102", "暴露垃圾无人清运", "小区门口垃圾堆放三天，气味很大，请尽快清运。", "思明区湖滨南路88号",
        "garbage",
    ),
    Matter(
        "complaint", "0101", "楼顶私搭乱建", "邻居在楼顶搭铁皮房，担心台风天掉落。", "湖里区殿前街道长虹路12号", "roof",
    ),
    Matter(
        "help", "0104", "道路不洁", "工地车辆带泥上路，路面湿滑，请安排冲洗。", "集美区杏林湾路与诚毅北大街路口", "road",
    ),
    Matter("complaint", "0103", "积存渣土", "路边堆着装修渣土，盲道被占了。", "同安区环城西路", "rubble"),
    Matter("suggestion", "0104", "增设果皮箱", "公交站旁没有果皮箱，建议增设。", "海沧区滨湖北路公交站", "bin"),
)  # fmt: skip


def filing(seed: int, caller: str) -> tuple[Filing, Matter]:
    """What the agent who answered ``caller`` files: mostly tickets. Of a neighbour: what was filed of who called before."""
    chance = random.Random(f"{seed}/{caller}")  # noqa: S311
    choices = [Filing.TICKET] * 12 + [Filing.DIRECT] * 5 + [Filing.REFUSED] * 2 + [Filing.NUISANCE]
    return chance.choice(choices), chance.choice(MATTERS)
