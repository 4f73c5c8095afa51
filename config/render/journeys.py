"""extensions.conf, what a caller goes through: the journey of each line, a step an extension.

Written from the graph (``config/journey``) alone, and complete by itself: the daemon is asked only
where a step is an advice, under a deadline, and whatever becomes of it the caller goes on by a way
of the graph. What a step found out is said with STEP (``cti/dialplan_words.py``), so that each walk can be
read off CEL. The line watch (``HOTLINE_PROBE``) walks as a caller does, but is none: it leaves no
facts and no queue.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..calendar import Day, WorkCalendar
from ..hours import DAYS, Span, parse
from ..journey.graph import Graph, of_settings
from ..journey.steps import (
    OTHERWISE,
    SILENCE,
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
    Stored,
    Voicemail,
    Waiting,
)
from ..journey.steps import Step as JourneyStep
from ..journey.switched import IN, told
from ..settings import Settings
from . import nuisance, queue_priority, self_service, switches, voicemail
from .agi_question import question
from .dialplan_steps import Step, context, exten, play, unless_probed, unread

ANSWERED = "0-9*#"
"""What a telephone can say by keys, for our purposes."""
WORD = "a-z0-9_"
FAMILY = "hotline"
"""Where a ``stored`` step looks in Asterisk's database."""
HOLIDAYS, MADE_UP = "HOTLINE_HOLIDAYS_", "HOTLINE_MADE_UP_"
"""Globals of Asterisk's, one a year: ``-0101-1001-``, month and day."""


def entry(line: str, graph: Graph) -> str:
    """Where a caller of the line begins."""
    return f"Goto(journey-{line},{_at(graph, graph.start)},1)"


def contexts(settings: Settings) -> list[str]:
    return [_journey(settings, graph) for graph in of_settings(settings).values()]


def calendar(settings: Settings) -> list[tuple[str, str]]:
    """The globals that tell holidays and days worked for them, where some line looks at its hours."""
    graphs = of_settings(settings).values()
    if not any(isinstance(step, Hours) for graph in graphs for step in graph.steps.values()):
        return []
    known = WorkCalendar.of(settings.calendar.holidays, settings.calendar.workdays)
    out = []
    for year in known.years():
        for name, kind in ((HOLIDAYS, Day.HOLIDAY), (MADE_UP, Day.MADE_UP)):
            days = "-".join(f"{day:%m%d}" for day in known.days(year, kind))
            out.append((f"{name}{year}", f"-{days}-"))
    return out


def _at(graph: Graph, step: str) -> str:
    """The extension of a step. Its kind is part of it: after a reload a caller never stands in the middle of another kind."""
    return f"{graph.steps[step].kind}_{step}"


def _journey(settings: Settings, graph: Graph) -> str:
    return context(
        f"journey-{graph.line}",
        *(exten(_at(graph, name), *_step(settings, graph, name, step)) for name, step in graph.steps.items()),
        # a deadline ran out: of an advice (go on without it) or of the whole call
        exten("T", 'GotoIf($["${HOTLINE_BACK}"!=""]?${HOTLINE_BACK},back)', "Hangup(102)"),
        # a reload took the step away in which the caller is: a person all the same
        exten("i", *_queue(settings, graph.queue)),
    )


def _step(settings: Settings, graph: Graph, name: str, step: JourneyStep) -> list[Step]:
    match step:
        case Notice():
            return [_told_notice(str(step.prompt)), *play(str(step.prompt)), *_on(graph, step.next)]
        case Say():
            return [*play(step.prompt), _tell(name, "next"), *_on(graph, step.next)]
        case Menu():
            return _menu(graph, name, step)
        case Digits():
            return _digits(graph, name, step)
        case Hours():
            return _hours(settings, graph, name, step)
        case Mode():
            return _either(graph, name, switches.is_on(step.mode), ("on", step.on), ("off", step.off))
        case Stored():
            return _stored(graph, name, step)
        case Waiting():
            waiting = f"${{QUEUE_WAITING_COUNT({step.queue})}} >= {step.least}"
            return _either(graph, name, waiting, ("many", step.many), ("few", step.few))
        case Seated():
            there = f"0${{QUEUE_MEMBER({step.queue},logged)}} > 0"
            return _either(graph, name, there, ("somebody", step.somebody), ("nobody", step.nobody))
        case Advice():
            return _advice(settings, graph, name, step)
        case SelfService():
            return self_service.progress(settings, graph.line, name, step, _at(graph, name), _to(graph, step))
        case MassEvent():
            return self_service.mass_event(settings, graph.line, name, step, _at(graph, name), _to(graph, step))
        case Queue():
            return _queue(settings, str(step.queue), step.priority, in_mode=name.startswith(IN))
        case HangUp():
            return [*_hang_up(name, step), "Hangup(16)"]
        case Voicemail():
            return _voicemail(name, step)


def _to(graph: Graph, step: JourneyStep) -> dict[str, str]:
    """Way → the extension it leads to."""
    return {way: _at(graph, to) for way, to in step.ways().items()}


def _queue(settings: Settings, queue: str, priority: int | None = None, *, in_mode: bool = False) -> list[Step]:
    before: list[Step] = [f"Set(QUEUE_PRIO={priority})"] if priority is not None else []
    if not in_mode:
        before += queue_priority.behind(settings, queue, priority or 0)
    before += nuisance.before_queue(settings, queue)
    return ['GotoIf($["${HOTLINE_PROBE}"!=""]?done)', *before, f"Goto(queues,{queue},1)", ("done", "Hangup(16)")]


def _on(graph: Graph, step: str) -> list[str]:
    return [f"Goto({_at(graph, step)},1)"]


def _tell(step: str, way: str) -> str:
    if not told(step, way):
        return "NoOp()"
    return unless_probed(f"CELGenUserEvent(STEP,{step}|{way})")


def _told_notice(prompt: str) -> str:
    return unless_probed(f"CELGenUserEvent(NOTICE,{prompt}|dialplan)")


def _hang_up(name: str, step: HangUp) -> list[Step]:
    """What is written down comes first: who hangs up before us is no other case. Only words to those turned away are a notice."""
    said = play(step.prompt) if step.prompt else []
    if not step.refused:
        return [_tell(name, step.kind), *said]
    notice = [_told_notice(step.prompt)] if step.prompt else []
    return [*notice, unless_probed(f"Gosub(refused,s,1({step.refused}))"), *said]


def _voicemail(name: str, step: Voicemail) -> list[Step]:
    """To ``voicemail.py``'s context; who is turned away is booked before anything is said, as by a hang-up."""
    if not step.refused:
        return [_tell(name, step.kind), voicemail.entry(step.prompt)]
    refused = unless_probed(f"Gosub(refused,s,1({step.refused}))")
    return [_told_notice(step.prompt), refused, voicemail.entry(step.prompt)]


def _either(graph: Graph, name: str, condition: str, yes: tuple[str, str], no: tuple[str, str]) -> list[Step]:
    """(answer, step) of each."""
    (so, there), (not_so, elsewhere) = yes, no
    return [
        f"GotoIf($[{condition}]?yes)", _tell(name, not_so), *_on(graph, elsewhere), ("yes", _tell(name, so)), *_on(graph, there),
    ]  # fmt: skip


def _stored(graph: Graph, name: str, step: Stored) -> list[Step]:
    stored = f"${{FILTER({WORD},${{DB({FAMILY}/{step.key})}})}}"
    return [f"Set(HOTLINE_STORED={stored})", *_choice(graph, name, "HOTLINE_STORED", step)]


def _choice(graph: Graph, name: str, variable: str, step: Stored | Advice) -> list[Step]:
    """By what the variable holds; what there is no way for goes the way ``otherwise``."""
    answers = step.values if isinstance(step, Stored) else step.answers
    out: list[Step] = [f'GotoIf($["${{{variable}}}"="{answer}"]?way{n})' for n, answer in enumerate(answers)]
    out += [_tell(name, OTHERWISE), *_on(graph, step.otherwise)]
    for n, (answer, to) in enumerate(answers.items()):
        out += [(f"way{n}", _tell(name, answer)), *_on(graph, to)]
    return out


def _ask(variable: str, prompt: str, most: int, ends: str, seconds: int) -> list[Step]:
    """Keys into the variable; what Asterisk could not play before them is told."""
    return [
        f"Read({variable},hotline/{prompt},{most},t({ends}),1,{seconds})",
        unread(prompt),
        f"Set({variable}=${{FILTER({ANSWERED},${{{variable}}})}})",
    ]


def _menu(graph: Graph, name: str, step: Menu) -> list[Step]:
    out: list[Step] = [
        "Set(HOTLINE_TRY=0)",
        ("again", "Set(HOTLINE_TRY=$[${HOTLINE_TRY} + 1])"),
        f"GotoIf($[${{HOTLINE_TRY}} > {step.times}]?given_up)",
        *_ask("HOTLINE_KEY", step.prompt, 1, "", step.seconds),
        f'Set(HOTLINE_KEY=${{IF($["${{HOTLINE_KEY}}"=""]?{SILENCE}:${{HOTLINE_KEY}})}})',
        _tell(name, "${HOTLINE_KEY}"),
    ]
    out += [f'GotoIf($["${{HOTLINE_KEY}}"="{key}"]?{_at(graph, to)},1)' for key, to in step.keys.items()]
    return [*out, "Goto(again)", ("given_up", _tell(name, OTHERWISE)), *_on(graph, step.otherwise)]


def _digits(graph: Graph, name: str, step: Digits) -> list[Step]:
    return [
        "Set(HOTLINE_TRY=0)",
        ("again", "Set(HOTLINE_TRY=$[${HOTLINE_TRY} + 1])"),
        f"GotoIf($[${{HOTLINE_TRY}} > {step.times}]?given_up)",
        *_ask("HOTLINE_DIGITS", step.prompt, step.most, "#", step.seconds),
        f"GotoIf($[${{LEN(${{HOTLINE_DIGITS}})}} < {step.least}]?again)",
        _tell(name, "next"),  # not the number: it may be a query code
        *_on(graph, step.next),
        ("given_up", "Set(HOTLINE_DIGITS=)"),
        _tell(name, OTHERWISE),
        *_on(graph, step.otherwise),
    ]


def _hours(settings: Settings, graph: Graph, name: str, step: Hours) -> list[Step]:
    found, zone = parse(str(step.hours)), settings.centre.timezone
    shut: list[str] = [_tell(name, "closed"), *_on(graph, step.closed)]
    open_: list[Step] = [("open", _tell(name, "open")), *_on(graph, step.open)]
    switched = switches.hours(graph.line)
    if found.always:
        return [*switched, "Goto(open)", ("shut", shut[0]), *shut[1:], *open_]
    day = f"${{STRFTIME(${{EPOCH}},{zone},%m%d)}}"
    year = f"${{STRFTIME(${{EPOCH}},{zone},%Y)}}"
    first = found.first_weekday()
    return [
        *switched,
        f'GotoIf($[${{REGEX("-{day}-" ${{{HOLIDAYS}{year}}})}}]?shut)',
        f'GotoIf($[${{REGEX("-{day}-" ${{{MADE_UP}{year}}})}}]?made_up)',
        *_spans(found.spans, zone),
        ("shut", shut[0]),
        *shut[1:],
        ("made_up", "NoOp()"),
        *_spans((span for span in found.spans if first in span.weekdays), zone, any_day=True),
        "Goto(shut)",
        *open_,
    ]


def _spans(spans: Iterable[Span], zone: str, *, any_day: bool = False) -> list[Step]:
    """Asterisk's ranges include their last minute."""
    out: list[Step] = []
    for span in spans:
        last = span.end - 1
        days = "*" if any_day else "&".join(DAYS[day] for day in span.weekdays)
        when = f"{span.start // 60:02}:{span.start % 60:02}-{last // 60:02}:{last % 60:02}"
        out.append(f"GotoIfTime({when},{days},*,*,{zone}?open)")
    return out


def _advice(settings: Settings, graph: Graph, name: str, step: Advice) -> list[Step]:
    words = ",".join((step.ask, graph.line, str(step.queue), f"${{FILTER({ANSWERED},${{HOTLINE_DIGITS}})}}"))
    return [
        *question(settings, _at(graph, name), step.seconds, words, WORD),
        *_choice(graph, name, "HOTLINE_ADVICE", step),
    ]
