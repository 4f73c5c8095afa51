"""extensions.conf: callers whose number a supervisor has graded for nuisance calls (decision 0050). By Asterisk alone.

What was decided is one entry of Asterisk's database a number, ``GRADE-UNTIL-AT``, as a switch is (``switches``): it holds with
the daemon dead and after Asterisk's own death, and is over by itself. It is looked up when the call is lined, by the national
form of the number (``national_numbers``), and held against the queue to which the journey leads, so that whoever is led to one
of ``never_queues`` is never held back. The talk of a quota is counted by the day, with one call of a number at a time.
"""

from __future__ import annotations

from ..sections.switches import Nuisance
from ..settings import Settings
from . import queue_priority
from .dialplan_steps import Step, context, exten, unplayed, unread

FAMILY, SPENT = "hotline-nuisance", "hotline-nuisance-spent"
"""Of Asterisk's database: national number → ``GRADE-UNTIL-AT``; → ``DAY-SECONDS`` of talk."""
SET, LOOK, WAY, SAID, COUNT = "nuisance-set", "nuisance-look", "nuisance", "nuisance-said", "nuisance-count"
"""Contexts; ``SET`` as ``cti.numbering_plan.NUISANCE``."""
GRADE, NUMBER, TO = "HOTLINE_GRADED", "HOTLINE_GRADED_NUMBER", "HOTLINE_GRADED_TO"
"""Of a caller: how he is held back, '' not; by which number; the queue that his journey led to."""
FIRST_MET = "HOTLINE_FIRST_MET"
"""Shared, of the caller's channel: when the first seat had him, in milliseconds. Other queues come later, the talk began then."""
QUEUE, QUOTA, MESSAGE, NO_MORE = "queue", "quota", "message", "spent"
SHORTEST = 7
"""Digits: services and extensions are nobody's."""
SECONDS = 3
DANGER_KEY, APPEAL_KEY = "0", "1"
TIMES = 2


def look(settings: Settings) -> list[Step]:
    """When a call is lined."""
    return [f"Gosub({LOOK},s,1)"] if settings.nuisance is not None else []


def before_queue(settings: Settings, queue: str) -> list[Step]:
    """Where a journey leads to this queue."""
    if settings.nuisance is None or queue in settings.nuisance.never_queues:
        return []
    return [f'GotoIf($["${{{GRADE}}}"!=""]?{WAY},{queue},1)']


def met(settings: Settings) -> list[Step]:
    """On the seat's leg."""
    if settings.nuisance is None:
        return []
    first = f"SHARED({FIRST_MET},${{HOTLINE_WAITS}})"
    return [f'ExecIf($["${{{first}}}"=""]?Set({first}=${{STRFTIME(,,%s%3q)}}))']


def contexts(settings: Settings) -> list[str]:
    nuisance = settings.nuisance
    if nuisance is None:
        return []
    zone = settings.centre.timezone
    held = [queue.id for queue in settings.queue if queue.id not in nuisance.never_queues]
    return [
        context(SET, exten("put", *_put()), exten("kept", "Hangup(16)")),
        context(LOOK, exten("s", *_look())),
        context(
            WAY,
            *(exten(queue, *_way(settings, nuisance, queue)) for queue in held),
            exten("T", "Hangup(102)"),
        ),
        context(SAID, *(exten(one, *_said(nuisance, one)) for one in (MESSAGE, NO_MORE)), exten("T", "Hangup(102)")),
        context(COUNT, exten("s", *_count(zone))),
    ]


def _told(step: str) -> str:
    return f"CELGenUserEvent(NUISANCE,${{{GRADE}}}|{step})"


def _put() -> list[Step]:
    """By the daemon alone. What was said later stays; what is over is forgotten, with what was counted for it."""
    entry = f"DB({FAMILY}/${{HOTLINE_NUMBER}})"
    return [
        "Set(CDR_PROP(disable)=1)",
        "MSet(HOTLINE_NUMBER=${FILTER(0-9+,${HOTLINE_NUMBER})},HOTLINE_GRADE=${FILTER(a-z,${HOTLINE_GRADE})})",
        "MSet(HOTLINE_UNTIL=0${FILTER(0-9,${HOTLINE_UNTIL})},HOTLINE_AT=0${FILTER(0-9,${HOTLINE_AT})})",
        f'GotoIf($[${{LEN(${{HOTLINE_NUMBER}})}} < {SHORTEST} | "${{HOTLINE_GRADE}}"=""]?no)',
        f"Set(HOTLINE_WAS=${{{entry}}})",
        "GotoIf($[0${CUT(HOTLINE_WAS,-,3)} > ${HOTLINE_AT}]?old)",
        "GotoIf($[${HOTLINE_UNTIL} <= ${EPOCH}]?over)",
        f"Set({entry}=${{HOTLINE_GRADE}}-${{HOTLINE_UNTIL}}-${{HOTLINE_AT}})",
        "Goto(old)",
        ("over", f"NoOp(${{DB_DELETE({FAMILY}/${{HOTLINE_NUMBER}})}}${{DB_DELETE({SPENT}/${{HOTLINE_NUMBER}})}})"),
        ("old", "Answer()"),
        ("no", "Hangup(21)"),
    ]


def _look() -> list[Step]:
    """Nobody's number, a partner's call, the line watch: none is looked for."""
    return [
        f"MSet({GRADE}=,{NUMBER}=)",
        'GotoIf($["${HOTLINE_PARTNER}${HOTLINE_HIDDEN}${HOTLINE_PROBE}"!=""]?done)',
        "Gosub(national,s,1(${FILTER(0-9+*#,${CALLERID(num)})}))",
        "Set(LOCAL(n)=${FILTER(0-9+,${GOSUB_RETVAL})})",
        f"GotoIf($[${{LEN(${{n}})}} < {SHORTEST}]?done)",
        f"Set(LOCAL(held)=${{DB({FAMILY}/${{n}})}})",
        'GotoIf($["${held}"=""]?done)',
        "GotoIf($[0${CUT(held,-,2)} <= ${EPOCH}]?over)",
        "Set(LOCAL(grade)=${FILTER(a-z,${CUT(held,-,1)})})",
        'GotoIf($["${grade}"="off"]?done)',
        f"MSet({GRADE}=${{grade}},{NUMBER}=${{n}})",
        "Goto(done)",
        ("over", f"NoOp(${{DB_DELETE({FAMILY}/${{n}})}}${{DB_DELETE({SPENT}/${{n}})}})"),
        ("done", "Return()"),
    ]


def _way(settings: Settings, nuisance: Nuisance, queue: str) -> list[Step]:
    """A grade that these settings do not know (any more) holds nobody back."""
    spent = f"${{DB({SPENT}/${{{NUMBER}}})}}"
    held: list[Step] = [("held", _told("held")), f"Goto(queues,{queue},1)"]
    if nuisance.queue is not None:
        held += [
            ("queue", _told("held")),
            "Set(QUEUE_PRIO=0)",
            *queue_priority.behind(settings, nuisance.queue),
            f"Goto(queues,{nuisance.queue},1)",
        ]
    return [
        f"Set({TO}={queue})",
        *([f'GotoIf($["${{{GRADE}}}"="{QUEUE}"]?queue)'] if nuisance.queue is not None else []),
        f'GotoIf($["${{{GRADE}}}"="{MESSAGE}"]?{SAID},{MESSAGE},1)',
        f'GotoIf($["${{{GRADE}}}"!="{QUOTA}"]?on)',
        f"Set(GROUP({WAY})=graded-${{{NUMBER}}})",  # one at a time: what is counted is counted one by one
        f"GotoIf($[${{GROUP_COUNT(graded-${{{NUMBER}}}@{WAY})}} > 1]?{SAID},{NO_MORE},1)",
        f"Set(HOTLINE_SPENT={spent})",
        f'ExecIf($["${{CUT(HOTLINE_SPENT,-,1)}}"!="{_today(settings.centre.timezone)}"]?Set(HOTLINE_SPENT=0-0))',
        f"GotoIf($[0${{CUT(HOTLINE_SPENT,-,2)}} >= {nuisance.quota_minutes * 60}]?{SAID},{NO_MORE},1)",
        f"Set(CHANNEL(hangup_handler_push)={COUNT},s,1)",
        "Goto(held)",
        ("on", f"Goto(queues,{queue},1)"),
        *held,
    ]


def _today(zone: str) -> str:
    return f"${{STRFTIME(${{EPOCH}},{zone},%Y%m%d)}}"


def _said(nuisance: Nuisance, prompt: str) -> list[Step]:
    """A key leads to a person at once: danger waits for nothing."""
    name = f"nuisance_{prompt}"
    to = nuisance.never_queues[0] if nuisance.never_queues else f"${{{TO}}}"
    return [
        f"Set(GROUP({WAY})=)",
        _told(prompt),
        "Set(HOTLINE_TRY=0)",
        ("again", "Set(HOTLINE_TRY=$[${HOTLINE_TRY} + 1])"),
        f"GotoIf($[${{HOTLINE_TRY}} > {TIMES}]?end)",
        f"Read(HOTLINE_KEY,hotline/{name},1,t(),1,{SECONDS})",
        unread(name),
        "Set(HOTLINE_KEY=${FILTER(0-9,${HOTLINE_KEY})})",
        f'GotoIf($["${{HOTLINE_KEY}}"="{DANGER_KEY}"]?danger)',
        f'GotoIf($["${{HOTLINE_KEY}}"="{APPEAL_KEY}"]?appeal:again)',
        ("danger", _told("danger")),
        f"Goto(queues,{to},1)",
        ("appeal", _told("appealed")),
        "Playback(hotline/nuisance_appealed)",
        unplayed("nuisance_appealed"),
        ("end", "Hangup(16)"),
    ]


def _count(zone: str) -> list[Step]:
    """At the end of the call: what he talked with seats, by the day on which it ends."""
    met_ = f"${{SHARED({FIRST_MET})}}"
    return [
        f'GotoIf($["{met_}"=""]?done)',
        f"Set(LOCAL(talked)=$[${{EPOCH}} - {met_[:-1]}:0:-3}}])",
        f"Set(LOCAL(spent)=${{DB({SPENT}/${{{NUMBER}}})}})",
        f'ExecIf($["${{CUT(spent,-,1)}}"!="{_today(zone)}"]?Set(LOCAL(spent)=0-0))',
        f"Set(DB({SPENT}/${{{NUMBER}}})={_today(zone)}-$[0${{CUT(spent,-,2)}} + ${{talked}}])",
        ("done", "Return()"),
    ]
