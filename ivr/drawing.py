"""A journey as a person reads it: lines of text, or an SVG picture. Pure; the words are in the reader's language.

Steps stand in columns by how many steps it takes to come to them, each with what it does; a line
leads from each along each of its ways. A step nobody comes to stands last, dashed.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from config.journey.graph import Graph
from config.journey.steps import (
    OTHERWISE,
    Advice,
    Digits,
    HangUp,
    Hours,
    MassEvent,
    Menu,
    Mode,
    Notice,
    Queue,
    Say,
    Seated,
    SelfService,
    Step,
    Stored,
    Voicemail,
    Waiting,
)
from config.language import say as _

WIDTH, ACROSS, DOWN, EDGE, LINE = 250, 150, 34, 24, 17
"""Of a box, between boxes, around all, of a line of text; in pixels."""
SHIFT = 75
"""Every other column stands lower, so that what leads past a box is seen."""
FITS = 38
"""Latin letters that fit into a box; a Chinese sign takes two."""


def does(step: Step) -> str:
    """What it does, in one line."""
    match step:
        case Notice(prompt=prompt):
            return _("notice {prompt}", prompt=prompt)
        case Say(prompt=prompt):
            return _("says {prompt}", prompt=prompt)
        case Menu(prompt=prompt, times=times):
            return _("menu {prompt}, read {times} times at most", prompt=prompt, times=times)
        case Digits(prompt=prompt, least=least, most=most):
            return _("asks {prompt} for {least} to {most} digits", prompt=prompt, least=least, most=most)
        case Hours(hours="always"):
            return _("is it closed by hand")
        case Hours(hours=hours):
            return _("is it within {hours}", hours=hours)
        case Mode(mode=mode):
            return _("is mode {mode} on", mode=mode)
        case Stored(key=key):
            return _("what is stored as {key}", key=key)
        case Waiting(queue=queue, least=least):
            return _("do {least} or more wait in {queue}", least=least, queue=queue)
        case Seated(queue=queue):
            return _("does anybody sit at {queue}", queue=queue)
        case Advice(ask=ask, queue=queue, seconds=seconds):
            return _("asks the daemon: {question} of {queue}, {seconds} s at most", question=ask, queue=queue, seconds=seconds)  # fmt: skip
        case SelfService(times=times):
            return _("tells how far a case is, by number and query code; {times} tries", times=times)
        case MassEvent(districts=districts):
            return _("tells of a mass event ({where}), 1 joins it", where="、".join(districts) or _("any"))
        case Queue(queue=queue):
            return _("to a person of {queue}", queue=queue)
        case Voicemail(prompt=prompt):
            return _("says {prompt} and records a message", prompt=prompt)
        case HangUp(prompt=None):
            return _("hangs up")
        case HangUp(prompt=prompt):
            return _("says {prompt} and hangs up", prompt=prompt)


def named(answer: str) -> str:
    """A way as a person calls it; keys and values as they are."""
    return {
        "next": "",
        OTHERWISE: _("otherwise"),
        "open": _("open"),
        "closed": _("closed"),
        "on": _("on"),
        "off": _("off"),
        "many": _("many"),
        "few": _("few"),
        "somebody": _("somebody"),
        "nobody": _("nobody"),
        "joined": _("joined"),
        "hang_up": _("hangs up"),
        "voicemail": _("leaves a message"),
    }.get(answer, answer)


def _title(graph: Graph) -> str:
    return _("journey {name}, line {line}; it begins at {step}", name=graph.name, line=graph.line, step=graph.start)


def text(graph: Graph, prompts: Mapping[str, str]) -> str:
    """The whole journey, a step a line, each way below it, and what its prompt says."""
    out = [_title(graph)]
    for name, step in graph.steps.items():
        out.append(f"{name}: {does(step)}")
        out += [f"    「{prompts[prompt]}」" for prompt in step.prompt_names() if prompt in prompts]
        out += [f"    {f'{named(answer)} ' if named(answer) else ''}→ {to}" for answer, to in step.ways().items()]
    return "\n".join(out)


def _columns(graph: Graph) -> dict[str, int]:
    """Step → the most steps before it, without going round; those nobody comes to behind all others."""
    at: dict[str, int] = {graph.start: 0}
    for _round in graph.steps:
        for name in [name for name in graph.steps if name in at]:
            for to in graph.steps[name].silent().values():  # no round among these (``config/journey/proof.py``)
                at[to] = max(at.get(to, 0), at[name] + 1)
            for to in graph.steps[name].ways().values():
                at.setdefault(to, at[name] + 1)
    last = max(at.values()) + 1
    return {name: at.get(name, last) for name in graph.steps}


def _height(step: Step) -> int:
    return LINE * max(3, len(step.ways())) + 10


def svg(graph: Graph, prompts: Mapping[str, str]) -> str:
    """The picture, whole: an ``<svg>`` with a ``<g>`` a step and a ``<path>`` a way."""
    columns, filled, places = _columns(graph), dict[int, int](), dict[str, tuple[int, int]]()
    for name, column in columns.items():
        top = filled.get(column, EDGE + column % 2 * SHIFT)
        places[name] = (EDGE + column * (WIDTH + ACROSS), top)
        filled[column] = top + _height(graph.steps[name]) + DOWN
    width = max(x for x, _y in places.values()) + WIDTH + EDGE
    height = max(filled.values()) + EDGE
    reached = {graph.start, *(to for step in graph.steps.values() for to in step.ways().values())}
    lines = [line for name, step in graph.steps.items() for line in _lines(name, graph, places)]
    boxes = [_box(name, step, places[name], prompts, reached=name in reached) for name, step in graph.steps.items()]
    title = escape(_title(graph))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            'font-family="sans-serif" font-size="12" fill="none" stroke="#345">',
            f"<title>{title}</title>",
            '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
            '<polygon points="0,0 8,4 0,8" fill="#345" stroke="none"/></marker></defs>',
            *lines,
            *boxes,
            "</svg>",
        ]
    )


def _fitting(words: str) -> str:
    taken = 0
    for place, sign in enumerate(words):
        taken += 2 if ord(sign) > 0x2E80 else 1
        if taken > FITS:
            return words[: place - 1] + "…"
    return words


def _box(name: str, step: Step, place: tuple[int, int], prompts: Mapping[str, str], *, reached: bool) -> str:
    x, y = place
    colour = "#dff3e4" if isinstance(step, Queue) else "#f6e1e1" if isinstance(step, HangUp | Voicemail) else "#eef3fa"
    said = next((prompts[prompt] for prompt in step.prompt_names() if prompt in prompts), "")
    dashed = "" if reached else ' stroke-dasharray="4 3"'
    written = "".join(
        f'<text x="{x + 8}" y="{y + LINE * row}" font-weight="{weight}" fill="#123" stroke="none">{escape(_fitting(words))}</text>'
        for row, (weight, words) in enumerate((("bold", name), ("normal", does(step)), ("normal", said)), 1)
    )
    return (
        f"<g><title>{escape(f'{name}: {does(step)} {said}'.strip())}</title>"
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{_height(step)}" rx="6" fill="{colour}"{dashed}/>{written}</g>'
    )


def _lines(name: str, graph: Graph, places: Mapping[str, tuple[int, int]]) -> list[str]:
    out = []
    x, y = places[name]
    for row, (answer, to) in enumerate(graph.steps[name].ways().items(), 1):
        (to_x, to_y), to_height = places[to], _height(graph.steps[to])
        begin_x, begin_y = x + WIDTH, y + LINE * row
        if to_x > x:  # forward: into the box's left side
            end_x, end_y = to_x, to_y + to_height // 2
            bend_x, bend_y = end_x - ACROSS // 2, end_y
        else:  # back: around, into its lower edge
            end_x, end_y = to_x + WIDTH // 2, to_y + to_height
            bend_x, bend_y = end_x, end_y + 2 * DOWN
        out.append(
            f'<path d="M{begin_x} {begin_y} C{begin_x + ACROSS // 2} {begin_y} {bend_x} {bend_y} {end_x} {end_y}" '
            'marker-end="url(#end)"/>'
        )
        said = escape(named(answer))
        out.append(f'<text x="{begin_x + 6}" y="{begin_y - 3}" fill="#345" stroke="none">{said}</text>')
    return out
