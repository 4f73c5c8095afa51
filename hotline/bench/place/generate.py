"""Place names of a whole city, and queries for them: made up, seeded, the same each time. Pure."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bridge.gazetteer.entries import PlaceName
from bridge.gazetteer.sounds import initials, key, syllables

SEED = 12319


@cache
def words() -> dict[str, Sequence[str]]:
    read: dict[str, Sequence[str]] = tomllib.loads(
        files("hotline.bench.place").joinpath("words.toml").read_text("utf-8")
    )
    return read


def names(count: int) -> Sequence[PlaceName]:
    """Unique by name and district, all marked as samples: 30 of 100 numbers of roads, 15 crossings, 25 facilities of
    villages, 15 housing estates, 15 gates, stops and exits."""
    draw, told, w = random.Random(SEED), dict[tuple[str, str], PlaceName](), words()  # noqa: S311 - seeded on purpose
    shares: tuple[tuple[int, str, Callable[[random.Random], str]], ...] = (
        (30, "road", _number), (15, "crossing", _crossing), (25, "facility", _facility), (15, "residential", _estate),
        (15, "landmark", _exit),
    )  # fmt: skip
    kinds = [(kind, make) for share, kind, make in shares for _turn in range(share)]
    while len(told) < count:
        kind, make = draw.choice(kinds)
        name, district = make(draw), draw.choice(w["districts"])
        told.setdefault((name, district), PlaceName(name, kind, district, sample=True))
    return list(told.values())


def _road(draw: random.Random) -> str:
    w = words()
    return draw.choice(w["stems"]) + draw.choice(["", *w["sides"]]) + draw.choice(w["road_kinds"])


def _number(draw: random.Random) -> str:
    estate = draw.choice(["", "", "", draw.choice(words()["estates"])])
    return f"{_road(draw)}{draw.randint(1, 999)}号{draw.choice(['', '', '', '之一', '之二'])}{estate}"


def _crossing(draw: random.Random) -> str:
    return f"{_road(draw)}{_road(draw)}{draw.choice(words()['crossings'])}"


def _facility(draw: random.Random) -> str:
    w = words()
    return (
        draw.choice(w["villages"])
        + draw.choice(["", *w["sides"]])
        + draw.choice(w["facilities"])
        + draw.choice(w["buildings"])
    )


def _estate(draw: random.Random) -> str:
    w = words()
    two = draw.choice(w["auspicious"]) + draw.choice(w["auspicious"])
    return draw.choice(w["developers"]) + two + draw.choice(w["estates"]) + draw.choice(w["phases"])


def _exit(draw: random.Random) -> str:
    w = words()
    return (
        draw.choice([*w["stems"], *w["villages"]])
        + draw.choice(["", *w["sides"]])
        + draw.choice(w["landmarks"])
        + draw.choice(w["exits"])
    )


# -- queries -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Query:
    kind: str
    text: str
    name: str
    """Which is meant; another district's of the same name is as good."""


def queries(of: Sequence[PlaceName], each: int) -> Iterator[Query]:
    """``each`` of every kind, over names that are long enough for it."""
    draw = random.Random(SEED + 1)  # noqa: S311
    for kind, make in KINDS.items():
        made = 0
        while made < each:
            one = draw.choice(of)
            text = make(draw, one)
            if text:
                made += 1
                yield Query(kind, text, one.name)


def _piece(draw: random.Random, one: PlaceName) -> str:
    """Two thirds of it from somewhere within."""
    size = max(4, len(one.name) * 2 // 3)
    if len(one.name) <= size:
        return ""
    at = draw.randrange(1, len(one.name) - size + 1)
    return one.name[at : at + size]


def _prefix(draw: random.Random, one: PlaceName) -> str:
    """All but the last two signs: less is the beginning of hundreds of names."""
    return one.name[:-2] if len(one.name) >= 6 else ""


def _pinyin(draw: random.Random, one: PlaceName) -> str:
    return "".join(syllables(key(one.name)))


def _spaced(draw: random.Random, one: PlaceName) -> str:
    return " ".join(syllables(key(one.name)))


def _initials(draw: random.Random, one: PlaceName) -> str:
    """Of eight letters and more: four are those of thousands."""
    first = initials(key(one.name), syllables(key(one.name)))
    return first if 8 <= len(first) <= 12 else ""


def _homophone(draw: random.Random, one: PlaceName) -> str:
    """One sign written as another of the same sound."""
    groups = [(place, group) for place, sign in enumerate(one.name) for group in words()["homophones"] if sign in group]
    if not groups:
        return ""
    place, group = draw.choice(groups)
    return one.name[:place] + draw.choice([sign for sign in group if sign != one.name[place]]) + one.name[place + 1 :]


def _wrong(draw: random.Random, one: PlaceName) -> str:
    place = draw.randrange(len(one.name))
    return one.name[:place] + draw.choice(words()["auspicious"]) + one.name[place + 1 :] if len(one.name) >= 5 else ""


def _missing(draw: random.Random, one: PlaceName) -> str:
    place = draw.randrange(len(one.name))
    return one.name[:place] + one.name[place + 1 :] if len(one.name) >= 5 else ""


def _swapped(draw: random.Random, one: PlaceName) -> str:
    place = draw.randrange(len(one.name) - 1)
    pair = one.name[place : place + 2]
    return one.name[:place] + pair[::-1] + one.name[place + 2 :] if len(one.name) >= 5 and pair[0] != pair[1] else ""


def _slip(draw: random.Random, one: PlaceName) -> str:
    """A letter of the pinyin missing, doubled or another."""
    text = _pinyin(draw, one)
    place = draw.randrange(1, len(text))
    return text[:place] + draw.choice(["", text[place] * 2, "e"]) + text[place + 1 :] if len(text) >= 10 else ""


def _accent(draw: random.Random, one: PlaceName) -> str:
    """As it is typed by who speaks so: no h after z, c, s; l for n and r; h for f; no g at the end."""
    sounds = syllables(key(one.name))
    text = "".join(
        part.replace("zh", "z").replace("ch", "c").replace("sh", "s").removesuffix("g") for part in sounds
    ).replace("f", "h")
    return "" if text == "".join(sounds) else text


def _mixed(draw: random.Random, one: PlaceName) -> str:
    """Half in signs, half in pinyin."""
    half = len(one.name) // 2
    return one.name[:half] + "".join(syllables(key(one.name[half:]))) if len(one.name) >= 5 else ""


def _sentence(draw: random.Random, one: PlaceName) -> str:
    return str(draw.choice(words()["sentences"])).format(name=one.name, district=one.district)


KINDS: dict[str, Callable[[random.Random, PlaceName], str]] = {
    "exact": lambda draw, one: one.name, "prefix": _prefix, "piece": _piece, "pinyin": _pinyin, "spaced pinyin": _spaced,
    "initials": _initials, "homophone": _homophone, "wrong sign": _wrong, "missing sign": _missing, "swapped": _swapped,
    "pinyin slip": _slip, "accent": _accent, "mixed": _mixed, "sentence": _sentence,
}  # fmt: skip
