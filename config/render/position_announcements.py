"""extensions.conf: one who waits hears his true place, and a time, in our own words over the music (decision 0043).

Never app_queue's own announcements: while the first caller hears one, nobody is put through. A hook of the caller's channel
runs an extension here every ``words_seconds``; what it says is whispered to him, and the queue goes on: a seat that becomes free
rings in mid-word. The place is counted in the live order of the queue. The time is of the daemon's figure, a global that
tells when it was written: without a fresh one he hears his place alone.
"""

from __future__ import annotations

from ..sections.telephone import Queue
from ..settings import Settings
from . import switches
from .dialplan_steps import Step, context, exten

CONTEXT, PLACE = "wait-words", "place"
PACE = "HOTLINE_PACE_"
"""A global a queue: ``EPOCH-SECONDS``, when it was found and how long one place takes (``cti.ami_actions``)."""
FRESH_SECONDS = 120
FIRST_SECONDS = 6
"""Who is answered sooner hears nothing of a queue. The hook's first turn is at once, and waits for this."""
WITH_OFFER_SECONDS = 15
"""Who is offered a call-back no later than this hears his first words then, and both at once."""
LEAST_SECONDS = 48
"""A shorter wait is told by the place alone: of a minute it would be more than a quarter wrong."""
FARTHEST = 100
"""Places that are counted, as far as ``say-count`` says how many are ahead; who is farther back hears none."""
MOST_MINUTES = 60
LONG_MINUTES = 5
"""Whose time is so long is offered a call-back at once, where it is offered."""
_TALKS = '"${IMPORT(${HOOK_CHANNEL},QUEUEWAIT)}"!=""'
"""A seat has answered: app_queue says so in this variable. IMPORT is silent about a caller who is gone, SHARED is not."""


OFF = 'ExecIf($["${HOTLINE_OWN_HOOK}"!=""]?Set(PERIODIC_HOOK(${HOTLINE_OWN_HOOK})=off))'
"""On the caller's channel, whatever the settings say by now: he may have begun to wait under others. (``HOTLINE_HOOK`` is
inherited by the seats' legs, which have no such hook.)"""


def first_seconds(offered: int | None) -> int:
    """What ``FIRST`` below says: so long after he began to wait come the first words."""
    return offered if offered is not None and offered <= WITH_OFFER_SECONDS else FIRST_SECONDS


def used(settings: Settings) -> bool:
    return any(queue.words_seconds for queue in settings.queue) or any(mode.words_seconds for mode in settings.mode)


def begin(settings: Settings, queue: Queue) -> list[Step]:
    """On the caller's channel, before Queue(), after ``OFF``; a mode that is on may say how often, or that at all."""
    if any(mode.words_seconds for mode in settings.mode):
        hook = f"${{PERIODIC_HOOK({CONTEXT},{PLACE},${{HOTLINE_WORDS}})}}"
        silent = 'GotoIf($["${HOTLINE_WORDS}"=""]?silent)'
        # cleared for who has no hook yet, too: a mode that is switched on gives him one (``told_of_mode.py``)
        return [
            "Set(QUEUEWAIT=)",
            *switches.words_seconds(settings, queue),
            silent,
            *_hooked(hook),
            ("silent", "NoOp()"),
        ]
    if queue.words_seconds is None:
        return []
    return _hooked(f"${{PERIODIC_HOOK({CONTEXT},{PLACE},{queue.words_seconds})}}")


def _hooked(hook: str) -> list[Step]:
    return [
        "MSet(QUEUEWAIT=,HOTLINE_SINCE=${EPOCH})",
        f"Set(__HOTLINE_HOOK={hook})",
        "Set(HOTLINE_OWN_HOOK=${HOTLINE_HOOK})",
    ]


def met(settings: Settings) -> list[Step]:
    """On the seat's leg, before it hears its citizen: nothing more is said to him."""
    return (
        ['ExecIf($["${HOTLINE_HOOK}"!=""]?Set(MASTER_CHANNEL(PERIODIC_HOOK(${HOTLINE_HOOK}))=off))']
        if used(settings)
        else []
    )


def contexts(settings: Settings) -> list[str]:
    if not used(settings):
        return []
    steps: tuple[Step, ...] = (
        "Set(CDR_PROP(disable)=1)",
        "Answer()",
        "Set(OFFERS=${IMPORT(${HOOK_CHANNEL},HOTLINE_OFFERS)})",
        f'Set(FIRST=${{IF($["${{OFFERS}}"!="" & 0${{OFFERS}} <= {WITH_OFFER_SECONDS}]?${{OFFERS}}:{FIRST_SECONDS})}})',
        # by the second: most are answered at once, and these two channels end with their wait
        ("early", f"GotoIf($[{_TALKS}]?talks)"),
        "GotoIf($[${EPOCH} - 0${IMPORT(${HOOK_CHANNEL},HOTLINE_SINCE)} >= ${FIRST}]?begin)",
        "Wait(1)",
        "Goto(early)",
        ("begin", "NoOp()"),
        "Set(QUEUE=${IMPORT(${HOOK_CHANNEL},HOTLINE_QUEUE)})",
        f"GotoIf($[{_TALKS}]?talks)",
        'GotoIf($["${QUEUE}"=""]?none)',
        "Set(PLACE=0)",
        ("look", "Set(PLACE=$[${PLACE} + 1])"),
        "Set(WHO=${QUEUE_GET_CHANNEL(${QUEUE},${PLACE})})",
        f'GotoIf($["${{WHO}}"="" | ${{PLACE}} > {FARTHEST}]?none)',
        'GotoIf($["${WHO}"!="${HOOK_CHANNEL}"]?look)',
        "Set(LIST=hotline/s_next)",
        "GotoIf($[${PLACE} = 1]?time)",
        "Gosub(say-count,s,1($[${PLACE} - 1]))",
        "Set(LIST=hotline/s_ahead&${GOSUB_RETVAL}&hotline/s_waiting)",
        ("time", "Set(MINUTES=)"),
        f"Set(PACE=${{GLOBAL({PACE}${{QUEUE}})}})",
        'GotoIf($["${PACE}"=""]?offer)',
        f"GotoIf($[${{EPOCH}} - ${{CUT(PACE,-,1)}} > {FRESH_SECONDS}]?offer)",
        "Set(EXPECTED=$[${PLACE} * ${CUT(PACE,-,2)}])",
        f"GotoIf($[${{EXPECTED}} < {LEAST_SECONDS}]?offer)",
        "Set(MINUTES=$[(${EXPECTED} + 30) / 60])",
        "Set(MINUTES=${CUT(MINUTES,.,1)})",
        f"GotoIf($[${{MINUTES}} <= {MOST_MINUTES}]?timed)",
        "Set(MINUTES=)",
        "Goto(offer)",
        ("timed", "Gosub(say-count,s,1(${MINUTES}))"),
        "Set(LIST=${LIST}&hotline/s_wait_about&${GOSUB_RETVAL}&hotline/s_minutes)",
        ("offer", 'GotoIf($["${OFFERS}"=""]?say)'),
        "Set(WAITED=$[${EPOCH} - 0${IMPORT(${HOOK_CHANNEL},HOTLINE_SINCE)}])",
        f"Set(OFFERS=${{IF($[${{WAITED}} >= ${{OFFERS}} | 0${{MINUTES}} >= {LONG_MINUTES}]?yes:)}})",
        ("say", f"GotoIf($[{_TALKS}]?none)"),
        f"GotoIf($[0${{IMPORT(${{HOOK_CHANNEL}},{switches.HUSH})}} > ${{EPOCH}}]?none)",
        "Playback(${CUT(LIST,&,1)})",
        "Set(LIST=${CUT(LIST,&,2-)})",
        'GotoIf($["${LIST}"!=""]?say)',
        f"GotoIf($[{_TALKS}]?none)",
        "CELGenUserEvent(PROMISED,${IMPORT(${HOOK_CHANNEL},UNIQUEID)}|${QUEUE}|${PLACE}|${MINUTES})",
        'GotoIf($["${OFFERS}"=""]?none)',
        "CELGenUserEvent(CALLBACKOFFERED,${IMPORT(${HOOK_CHANNEL},UNIQUEID)}|${QUEUE}|${PLACE})",  # he may press at the first word
        "Playback(hotline/callback_offer)",
        ("none", "Hangup()"),
        # the seat's leg reaches his hook where he called us himself (``met``); whom we had called, here
        ("talks", "Set(EXPORT(${HOOK_CHANNEL},PERIODIC_HOOK(${HOOK_ID}))=off)"),
        "Hangup()",
    )
    return [context(CONTEXT, exten(PLACE, *steps)), _say_count()]


def _say_count() -> str:
    """A count up to 99 as its sounds: 两 for 2, 十 for 10, 十二, 二十, 二十五."""
    return context(
        "say-count",
        exten(
            "s",
            'GotoIf($["${ARG1}"="2"]?two)',
            "GotoIf($[${ARG1} < 10]?one)",
            "Set(LOCAL(tens)=hotline/n_ten)",
            "ExecIf($[${ARG1} >= 20]?Set(LOCAL(tens)=hotline/n_${ARG1:0:1}&hotline/n_ten))",
            'GotoIf($["${ARG1:1:1}"="0"]?round)',
            "Return(${tens}&hotline/n_${ARG1:1:1})",
            ("two", "Return(hotline/n_liang)"),
            ("one", "Return(hotline/n_${ARG1})"),
            ("round", "Return(${tens})"),
        ),
    )
