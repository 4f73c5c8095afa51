"""What the journeys of a file say of other entries and of one another: names that must be there, ways that must end.

Works on the raw file, as ``config/references.py`` does, which asks here, so that all problems are told
at once; a step of a wrong shape is left to the models. What only makes a step useless (no caller
comes to it) refuses nothing: ``unreachable`` is for ``hotline check``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from .. import hours
from ..language import say as _
from ..problems import Problem, likely
from . import proof
from .steps import ADVICE, AboutAQueue, Advice, Digits, Hours, MassEvent, Menu, SelfService, Step, Voicemail

_STEP: TypeAdapter[Step] = TypeAdapter(Step)
_MADE_BY_THE_LINE = ("menu", "duty_queue")
"""What a line may not say beside a journey of its own: nobody would ever hear it."""


def of_lines(lines: Sequence[tuple[str, Mapping[str, Any]]], known: tuple[str, ...]) -> Iterator[Problem]:
    """``lines``: (path, entry); ``known``: the names of the journeys there are."""
    for path, line in lines:
        name = line.get("journey")
        if not isinstance(name, str):
            continue
        if name not in known:
            yield Problem(f"{path}.journey", _("there is no such journey"), name, known, likely(name, known))
        for field in _MADE_BY_THE_LINE:
            if line.get(field):
                yield Problem(
                    f"{path}.{field}",
                    _(
                        "is not heard where the line has a journey: write it there as a step (journey.{name})",
                        name=name,
                    ),
                )


def of_modes(
    modes: Sequence[tuple[str, Mapping[str, Any]]], prompts: tuple[str, ...], journeys: tuple[str, ...],
    queues: tuple[str, ...], lines: tuple[str, ...],
) -> Iterator[Problem]:  # fmt: skip
    """Names that a mode says of other entries."""

    def known(field: str, name: object, names: tuple[str, ...], fault: str) -> Iterator[Problem]:
        if isinstance(name, str) and name not in names:
            yield Problem(field, fault, name, names, likely(name, names))

    no_prompt = _("there is no such prompt")
    for path, mode in modes:
        yield from known(f"{path}.notice", mode.get("notice"), prompts, no_prompt)
        yield from known(f"{path}.waiting", mode.get("waiting"), prompts, no_prompt)
        for district, prompt in _mapping(mode, "districts").items():
            yield from known(f"{path}.districts.{district}", prompt, prompts, no_prompt)
        for line, change in _mapping(mode, "line").items():
            yield from known(f"{path}.line.{line}", line, lines, _("there is no such line"))
            if isinstance(change, Mapping):
                where = f"{path}.line.{line}"
                yield from known(f"{where}.notice", change.get("notice"), prompts, no_prompt)
                yield from known(f"{where}.journey", change.get("journey"), journeys, _("there is no such journey"))
                yield from known(f"{where}.queue", change.get("queue"), queues, _("there is no such queue"))


def _mapping(entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = entry.get(name)
    return value if isinstance(value, Mapping) else {}


def of_journeys(journeys: Mapping[str, Any], prompts: tuple[str, ...], queues: tuple[str, ...]) -> Iterator[Problem]:
    for name, entries in journeys.items():
        if not isinstance(entries, Mapping):
            continue
        steps = {ident: step for ident, entry in entries.items() if (step := _step(entry)) is not None}
        for ident, step in steps.items():
            path = f"journey.{name}.{ident}"
            yield from _names(path, step, prompts, queues)
            yield from _answers(path, step)
        yield from _leading(name, tuple(entries), steps)


def unrecorded(lines: Sequence[tuple[str, Mapping[str, Any]]], journeys: Mapping[str, Any]) -> Iterator[Problem]:
    """Where nothing is recorded nobody can leave a message: its sound is in the recording of the call."""
    no = _("nobody can leave a message while recording.enabled is false")
    for path, line in lines:
        if line.get("voicemail") is True:
            yield Problem(f"{path}.voicemail", no, True)
    for name, entries in journeys.items():
        for ident, entry in entries.items() if isinstance(entries, Mapping) else ():
            if isinstance(_step(entry), Voicemail):
                yield Problem(f"journey.{name}.{ident}.kind", no, "voicemail")


SILENCE_MOST = 3
"""Seconds: whoever hears nothing for longer believes that he was cut off."""


def silent(journeys: Mapping[str, Mapping[str, Step]]) -> Iterator[tuple[str, str, int]]:
    """(journey, step, seconds): where a caller who presses nothing hears nothing for too long. All other steps sound, or are over at once."""
    for name, steps in journeys.items():
        for ident, step in steps.items():
            if isinstance(step, Menu | Digits | SelfService | MassEvent) and step.seconds > SILENCE_MOST:
                yield name, ident, step.seconds


def unreachable(steps: Mapping[str, Step]) -> tuple[str, ...]:
    """Steps that no caller can come to, in the order of the file."""
    start = next(iter(steps))
    reached = proof.reachable({ident: step.ways() for ident, step in steps.items()}, start)
    return tuple(ident for ident in steps if ident not in reached)


def _step(entry: object) -> Step | None:
    try:
        return _STEP.validate_python(entry)
    except ValidationError:
        return None


def _names(path: str, step: Step, prompts: tuple[str, ...], queues: tuple[str, ...]) -> Iterator[Problem]:
    for prompt in step.prompt_names():
        if prompt not in prompts:
            yield Problem(f"{path}.prompt", _("there is no such prompt"), prompt, prompts, likely(prompt, prompts))
    if isinstance(step, AboutAQueue) and step.queue is not None and step.queue not in queues:
        yield Problem(f"{path}.queue", _("there is no such queue"), step.queue, queues, likely(step.queue, queues))


def _answers(path: str, step: Step) -> Iterator[Problem]:
    if isinstance(step, Hours) and step.hours is not None:
        try:
            hours.parse(step.hours)
        except ValueError as fault:
            yield Problem(f"{path}.hours", str(fault), step.hours)
    if isinstance(step, Digits) and step.least > step.most:
        yield Problem(f"{path}.least", _("must be at most {most}", most=step.most), step.least)
    if isinstance(step, Advice):
        if step.ask not in ADVICE:
            known = tuple(ADVICE)
            yield Problem(f"{path}.ask", _("the daemon gives no such advice"), step.ask, known, likely(step.ask, known))
            return
        for answer in step.answers:
            if answer not in ADVICE[step.ask]:
                known = ADVICE[step.ask]
                wrong = _("is no answer to {question}", question=step.ask)
                yield Problem(f"{path}.answers.{answer}", wrong, answer, known, likely(answer, known))


def _leading(name: str, entries: tuple[str, ...], steps: Mapping[str, Step]) -> Iterator[Problem]:
    """``entries``: the names of all steps, those of a wrong shape too."""
    for ident, step in steps.items():
        for answer, to in step.ways().items():
            if to not in entries:
                yield Problem(
                    f"journey.{name}.{ident}.{step.field(answer)}",
                    _("there is no such step in this journey"), to, entries, likely(to, entries),
                )  # fmt: skip
    round_ = proof.endless({ident: step.silent() for ident, step in steps.items()})
    if round_ is not None:
        last = round_[-1]
        answer = next(answer for answer, to in steps[last].silent().items() if to == round_[0])
        yield Problem(
            f"journey.{name}.{last}.{steps[last].field(answer)}",
            _("a caller who presses nothing goes round for ever: {steps}. Let one of them lead to a queue or a hang_up",
              steps=" → ".join((*round_, round_[0]))),
            round_[0],
        )  # fmt: skip
