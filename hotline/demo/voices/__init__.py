"""What people say in the demo's calls: a sentence or two of each matter, and an agent's part.

``spoken`` gives a part as frames for a phone. The sounds beside this file were made from
``LINES`` by ``python -m hotline.demo.voices`` with the offline voice (``ivr.voice``, the
extra ``voice``); only a developer who changes a line does that.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from hotline.lab.sound import RATE, SILENCE, frames, to_alaw

FOLDER = Path(__file__).resolve().parent
AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Part:
    voice: str
    """A speaker of the offline voice."""
    lines: tuple[tuple[float, str], ...]
    """Seconds of silence before, and what is said."""
    rest: float = 6.0
    """Seconds of silence until it begins again."""


LINES: dict[str, Part] = {
    AGENT: Part(
        "zf_xiaobei",
        (
            (0.2, "您好，厦门城市管理热线，请问有什么可以帮您？"),
            (7.0, "好的，请您说一下具体的地址。"),
            (6.0, "已经为您登记，我们会尽快派单处理，请您保持电话畅通。"),
        ),
    ),
    "garbage": Part(
        "zf_xiaoxiao",
        (
            (5.2, "喂，你好。我们小区门口的垃圾堆了三天，都没有人来清运，味道很大。"),
            (4.5, "在思明区湖滨南路，八十八号。麻烦你们快一点，谢谢。"),
        ),
    ),
    "roof": Part(
        "zm_yunxi",
        (
            (5.2, "你好，我要反映一个问题。邻居在楼顶搭了一个铁皮房，台风天很危险。"),
            (4.5, "在湖里区殿前街道，长虹路十二号。好的，谢谢。"),
        ),
    ),
    "road": Part(
        "zm_yunyang",
        (
            (5.2, "喂，你好。工地的车把泥巴带到路上，下雨天路很滑，请派人来冲洗一下。"),
            (4.5, "在集美区，杏林湾路和诚毅北大街的路口。"),
        ),
    ),
    "rubble": Part(
        "zf_xiaoni",
        (
            (5.2, "你好，路边堆了很多装修的渣土，盲道都被占了，老人家走路很不方便。"),
            (4.5, "在同安区环城西路，靠近菜市场。"),
        ),
    ),
    "bin": Part(
        "zm_yunjian",
        (
            (5.2, "你好，我想提一个建议。公交站旁边没有果皮箱，大家没有地方丢垃圾。"),
            (4.5, "在海沧区滨湖北路，公交站这边。谢谢你。"),
        ),
    ),
}


@functools.cache
def spoken(name: str) -> tuple[bytes, ...]:
    """The part ``name`` of ``LINES`` as A-law frames, pauses and all; it may be repeated."""
    import soundfile  # only the open demo speaks

    part = LINES[name]
    found = b""
    for place, (before, _text) in enumerate(part.lines):
        samples, _rate = soundfile.read(FOLDER / f"{name}-{place}.flac", dtype="int16")
        found += SILENCE * round(before * 50) + b"".join(frames(to_alaw(samples.astype("float64"))))
    return frames(found + SILENCE * round(part.rest * 50))


def build() -> None:
    """All sounds anew, from the texts."""
    import soundfile

    from hotline.verbs.prompts import voice_cache
    from ivr import telephone_loudness
    from ivr.voice import RATE as SPOKEN
    from ivr.voice import Voice

    for name, part in LINES.items():
        voice = Voice(voice_cache(), part.voice)
        for place, (_before, text) in enumerate(part.lines):
            samples = telephone_loudness.for_telephone(voice.say(text), SPOKEN)
            soundfile.write(FOLDER / f"{name}-{place}.flac", samples, RATE, subtype="PCM_16")
            print(f"{name}-{place} {len(samples) / RATE:.1f} s  {text}", flush=True)
