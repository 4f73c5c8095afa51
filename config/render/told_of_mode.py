"""extensions.conf: what a mode that is switched on does for those who wait already, by the dialplan alone (decisions 0048, 0059).

Each is told once, whispered over the music; from then on he hears his place as often as the mode says, and is offered a call-back
from when on it says, though his queue does neither and he began to wait before. So nobody of those who wait longest is the one who
knows least. What else is said to him is silent while the whisper lasts.
"""

from __future__ import annotations

from ..sections.switches import SituationMode
from ..settings import Settings
from . import position_announcements as announcements
from .dialplan_steps import Step, context, exten, unplayed
from .switches import CAME, EAR, FAMILY, HUSH, HUSH_SECONDS, TELL, TOLD, WORDS, for_waiters

TOLD_MOST = 200
"""Callers of one queue who are told, those nearest the head: each costs two channels while it is said."""
PIECE_SECONDS = 1.5
"""So long what is being said to one who waits may still sound."""


def contexts(settings: Settings) -> list[str]:
    modes = [mode for mode in settings.mode if for_waiters(mode)]
    if not modes:
        return []
    found = [context(TELL, *(exten(mode.id, *_each(mode)) for mode in modes))]
    prompts = sorted({mode.waiting for mode in modes if mode.waiting})
    return [*found, *_whispers(prompts)] if prompts else found


def late(settings: Settings) -> list[Step]:
    """Before Queue(), in a Gosub: a mode was switched on while he was in the notice, or talked; those who waited have been told."""
    out: list[Step] = []
    for n, mode in enumerate((mode for mode in settings.mode if mode.waiting), 1):
        word = f"{mode.id}-${{CUT(switched,-,3)}}"
        out += [
            f"Set(LOCAL(switched)=${{DB({FAMILY}/mode_{mode.id})}})",
            f'GotoIf($["${{CUT(switched,-,1)}}"!="on" | "${{{CAME}}}"="" | "${{{TOLD}}}"="{word}"]?told{n})',
            f"GotoIf($[0${{CUT(switched,-,3)}} <= 0${{{CAME}}}]?told{n})",
            f"MSet({TOLD}={word},{HUSH}=$[${{EPOCH}} + {HUSH_SECONDS}])",
            _whisper(str(mode.waiting), "${CHANNEL(name)}"),
            (f"told{n}", "NoOp()"),
        ]
    return out


def _each(mode: SituationMode) -> list[Step]:
    """Arguments: the queue, and which switching it is. From the tail on: who leaves the head meanwhile moves the others towards it, and
    none is missed; who moved the other way, behind one who goes before him, is met in another round. A place that is kept has no ear."""
    return [
        "Set(LOCAL(round)=0)",
        ("round", "Set(LOCAL(round)=$[${round} + 1])"),
        "Set(LOCAL(fresh)=0)",
        "Set(LOCAL(place)=$[${QUEUE_WAITING_COUNT(${ARG1})} + 1])",
        f"ExecIf($[${{place}} > {TOLD_MOST}]?Set(LOCAL(place)={TOLD_MOST + 1}))",
        ("next", "Set(LOCAL(place)=$[${place} - 1])"),
        "GotoIf($[${place} < 1]?end)",
        "Set(LOCAL(who)=${QUEUE_GET_CHANNEL(${ARG1},${place})})",
        'GotoIf($["${who}"="" | "${who:0:7}"="Local/k"]?next)',
        f'GotoIf($["${{IMPORT(${{who}},{TOLD})}}"="${{ARG2}}"]?next)',
        f"Set(EXPORT(${{who}},{TOLD})=${{ARG2}})",
        "Set(LOCAL(fresh)=1)",
        *_offered(mode),
        *_spoken_to(mode),
        *_told(mode),
        "Goto(next)",
        ("end", "GotoIf($[${fresh} = 1 & ${round} < 3]?round)"),
        "Return()",
    ]


def _told(mode: SituationMode) -> list[Step]:
    if not mode.waiting:
        return []
    return [f"Set(EXPORT(${{who}},{HUSH})=$[${{EPOCH}} + {HUSH_SECONDS}])", _whisper(mode.waiting, "${who}")]


def _offered(mode: SituationMode) -> list[Step]:
    """As ``kept_place.begin``: a call that is none of a line's is offered nothing."""
    if mode.call_back_seconds is None:
        return []
    own = '"${IMPORT(${who},HOTLINE_LINE)}"!="" & "${IMPORT(${who},HOTLINE_CALL)}"="${IMPORT(${who},UNIQUEID)}"'
    return [f"ExecIf($[{own}]?Set(EXPORT(${{who}},HOTLINE_OFFERS)={mode.call_back_seconds}))"]


def _spoken_to(mode: SituationMode) -> list[Step]:
    """A hook of his channel, as ``position_announcements.begin`` makes it, unless his queue's own is there already. What he has waited
    is counted from a moment at which his first words come right behind the whisper."""
    if not mode.words_seconds:
        return []
    silent = HUSH_SECONDS + 1 if mode.waiting else 0
    since = f"$[${{EPOCH}} + {silent - announcements.first_seconds(mode.call_back_seconds)}]"
    hook = f"PERIODIC_HOOK({announcements.CONTEXT},{announcements.PLACE},{mode.words_seconds})"
    return [
        'GotoIf($["${IMPORT(${who},HOTLINE_OWN_HOOK)}"!=""]?hooked)',
        f"Set(EXPORT(${{who}},HOTLINE_SINCE)={since})",
        f"Set(LOCAL(hook)=${{IMPORT(${{who}},{hook})}})",
        "Set(EXPORT(${who},__HOTLINE_HOOK)=${hook})",
        "Set(EXPORT(${who},HOTLINE_OWN_HOOK)=${hook})",
        ("hooked", "NoOp()"),
    ]


def _whispers(prompts: list[str]) -> list[str]:
    ear: tuple[Step, ...] = ("Set(CDR_PROP(disable)=1)", "Answer()", "ChanSpy(${HOTLINE_EAR},qWES)", "Hangup()")
    talks = '"${IMPORT(${HOTLINE_EAR},QUEUEWAIT)}"!=""'
    return [
        context(EAR, *(exten(prompt, *ear) for prompt in prompts)),
        context(
            WORDS,
            *(
                exten(
                    prompt,
                    f"Wait({PIECE_SECONDS})",
                    f"GotoIf($[{talks}]?done)",
                    f"Playback(hotline/{prompt})",
                    unplayed(prompt),
                    ("done", "Hangup()"),
                )
                for prompt in prompts
            ),
        ),
    ]


def _whisper(prompt: str, who: str) -> str:
    return f"Originate(Local/{prompt}@{EAR}/n,exten,{WORDS},{prompt},1,3,av(HOTLINE_EAR={who}))"
