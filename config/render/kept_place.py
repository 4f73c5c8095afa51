"""extensions.conf: a waiting caller hangs up and keeps his place; when it comes up he is called (decision 0047).

By Asterisk alone. A key takes him out of Queue(), and in the same moment a Local channel, the *kept place*, stands where he stood: its
first half waits in the queue, its second half waits for a seat to take the first. Only then is he asked which number is to be called:
nobody overtakes him meanwhile. Its name holds the name of his call, so that all its legs are that call's (``cti/numbering_plan.py``).
The seat is told what this is, and then the citizen is dialled; behind the Local channel they talk like any two.

What lies in Asterisk's database under ``kept/CALL`` is the number he confirmed: without it a place that comes up is his who still decides,
and he goes to the head of the queue.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..answered_talk_rule import MOST_LET_GO
from ..sections.telephone import Queue
from ..settings import Settings
from . import position_announcements, switches
from .dialplan_steps import Step, context, exten, play, unread
from .national_numbers import is_citizens

ASKED, WAITS, KEPT = "call-back-asked", "kept-waits", "kept-place"
"""Where a key leads; the half that waits in the queue; the half that stands for the citizen (``cti.numbering_plan.KEPT_PLACE``)."""
FAMILY = "kept"
MOST_SECONDS = 7200
"""A place is kept so long; then it is a call-back like any other."""
RING_SECONDS = 45
KEY_SECONDS = 3
"""Waited for a key: he hears nothing meanwhile."""
TRIES = 3
FARTHEST = 200
"""Places that are looked through for one that is kept."""
CLEARED = 'ExecIf($["${HOTLINE_RETURNS}${HOTLINE_PLACE}"!=""]?MSet(HOTLINE_PLACE=${HOTLINE_RETURNS},HOTLINE_RETURNS=))'
"""Before Queue(): the place that he comes back to, once."""


def offered(settings: Settings) -> list[Queue]:
    by_mode = any(mode.call_back_seconds is not None for mode in settings.mode)
    return [queue for queue in settings.queue if by_mode or queue.call_back_seconds is not None]


def begin(settings: Settings, queue: Queue) -> list[Step]:
    """On the caller's channel, before Queue(): whom a place is kept for takes it himself when he calls again; a mode that is on may say
    from when on it is offered, or that it is at all."""
    if queue not in offered(settings):
        return ["Set(HOTLINE_OFFERS=)"]
    return [
        *switches.call_back_seconds(settings, queue),
        'ExecIf($["${HOTLINE_LINE}"="" | "${HOTLINE_CALL}"!="${UNIQUEID}"]?Set(HOTLINE_OFFERS=))',
        f'ExecIf($["${{HOTLINE_OFFERS}}"!="" & ${{GROUP_COUNT({queue.id}@kept)}} > 0]?Gosub(kept-again,s,1({queue.id})))',
    ]


def contexts(settings: Settings, dial: Sequence[Step], answered: Sequence[Step]) -> list[str]:
    """None where no queue offers it.

    :param dial: to the citizen's ``HOTLINE_DIAL``, by trunk after trunk, with ``HOTLINE_MAY`` as Dial()'s options; ends at ``done``.
    :param answered: on his leg, before he hears anybody: recorded, and told so.
    """
    queues = offered(settings)
    if not queues:
        return []
    return [
        _asked(),
        _number(settings),
        _say_number(),
        _found(),
        _again(),
        _waits(queues, f"Set(TIMEOUT(absolute)={settings.limits.absolute_call_minutes * 60})"),
        _kept(dial),
        context("kept-answered", exten("s", *_met(), *answered, "Return()")),
    ]


def _key(variable: str, prompts: str, most: int, ends: str, word: str) -> list[Step]:
    return [
        f"Read({variable},{prompts},{most},t({ends}),1,{KEY_SECONDS})",
        unread(word),
        f"Set({variable}=${{FILTER(0-9,${{{variable}}})}})",
    ]


def _asked() -> str:
    """The caller's own channel, from the key on."""
    place = (
        "HOTLINE_PLACE=${HOTLINE_KEEPS}^__HOTLINE_CALL=${HOTLINE_CALL}^HOTLINE_KEEPER=${CHANNEL(name)}^HOTLINE_LINE=${HOTLINE_LINE}"
        "^HOTLINE_SURVEY=${HOTLINE_SURVEY}^QUEUE_PRIO=$[0${QUEUE_PRIO}]"
    )
    key: tuple[Step, ...] = (
        position_announcements.OFF,
        "CELGenUserEvent(QUEUEEXIT,${HOTLINE_QUEUE}|KEY)",
        "MSet(HOTLINE_KEEPS=${QUEUEPOSITION},HOTLINE_TRY=0,HOTLINE_BACK=,HOTLINE_SHOWN=,HOTLINE_KEY=)",
        'GotoIf($["${HOTLINE_OFFERS}"=""]?waits)',
        f"Set(HOTLINE_STALE=${{DB_DELETE({FAMILY}/${{HOTLINE_CALL}})}})",
        'Set(HOTLINE_FROM=${IF($["${CALLERID(num)}"=""]?:c(${CALLERID(num)}))})',
        f"Originate(Local/k${{HOTLINE_CALL}}@{KEPT}/n,exten,{WAITS},${{HOTLINE_QUEUE}},1,5,aC(alaw)${{HOTLINE_FROM}}v({place}))",
        "CELGenUserEvent(CALLBACKASKED,${HOTLINE_QUEUE}|${HOTLINE_KEEPS})",
        "Set(HOTLINE_ASKS=1)",
        "Gosub(call-back-number,s,1(${CALLERID(num)}))",
        "MSet(HOTLINE_BACK=${GOSUB_RETVAL},HOTLINE_SHOWN=${GOSUB_RETVAL})",
        'GotoIf($["${HOTLINE_BACK}"=""]?type)',
        ("say", "Set(HOTLINE_TRY=$[${HOTLINE_TRY} + 1])"),
        f"GotoIf($[${{HOTLINE_TRY}} > {TRIES}]?stays)",
        # whoever has typed one that can be called is asked about it, at his last try, too
        ("said", "Gosub(say-number,s,1(${HOTLINE_BACK}))"),
        *_key("HOTLINE_KEY", "hotline/callback_number&${GOSUB_RETVAL}&hotline/callback_keys", 1, "", "callback_keys"),
        'GotoIf($["${HOTLINE_KEY}"="1"]?taken)',
        'GotoIf($["${HOTLINE_KEY}"="2"]?type)',
        'GotoIf($["${HOTLINE_KEY}"="3"]?stays:say)',
        ("type", "Set(HOTLINE_TRY=$[${HOTLINE_TRY} + 1])"),
        f"GotoIf($[${{HOTLINE_TRY}} > {TRIES}]?stays)",
        *_key("HOTLINE_TYPED", "hotline/callback_type", 20, "#", "callback_type"),
        "Gosub(call-back-number,s,1(${HOTLINE_TYPED}))",
        "Set(HOTLINE_BACK=${GOSUB_RETVAL})",
        'GotoIf($["${HOTLINE_BACK}"!=""]?said)',
        *play("callback_wrong"),
        "Goto(type)",
        ("taken", f"Set(DB({FAMILY}/${{HOTLINE_CALL}})=${{HOTLINE_BACK}})"),
        "Set(HOTLINE_ASKS=)",
        "CELGenUserEvent(CALLBACKTAKEN,${HOTLINE_BACK})",
        *play("callback_thanks"),
        "Hangup(16)",
        ("stays", "NoOp()"),
        *play("callback_stays"),
        "Set(HOTLINE_ASKS=)",
        "Gosub(kept-found,s,1(${HOTLINE_CALL}))",
        "Set(HOTLINE_RETURNS=${GOSUB_RETVAL})",
        'GotoIf($["${HOTLINE_RETURNS}"=""]?came,1)',
        "Goto(waits)",
        ("waits", 'ExecIf($["${HOTLINE_OFFERS}"=""]?Set(HOTLINE_RETURNS=${HOTLINE_KEEPS}))'),
        "Goto(queues,${HOTLINE_QUEUE},1)",
    )
    # his place came up before he had decided: a seat is free for him
    came: tuple[Step, ...] = (
        "MSet(HOTLINE_ASKS=,QUEUE_PRIO=10)",
        "Goto(queues,${HOTLINE_QUEUE},1)",
    )
    # he hung up before he had said a word more: who shows his number wants to be called there
    gone: tuple[Step, ...] = (
        'GotoIf($["${HOTLINE_ASKS}"=""]?done)',
        'GotoIf($["${HOTLINE_SHOWN}"=""]?nobody)',
        f"Set(DB({FAMILY}/${{HOTLINE_CALL}})=${{HOTLINE_SHOWN}})",
        "CELGenUserEvent(CALLBACKTAKEN,${HOTLINE_SHOWN})",
        "Goto(done)",
        ("nobody", "Gosub(kept-found,s,1(${HOTLINE_CALL}))"),
        ("done", "NoOp()"),
    )
    return context(ASKED, exten("1", *key), exten("came", *came), exten("h", *gone), exten("T", "Hangup(102)"))


def _number(settings: Settings) -> str:
    """The number in its national form, where a citizen may be called there: a mobile or a landline, and on the list of
    ``limits.outbound``; '' else. Whatever a stranger types is dialled by nobody else's leave."""
    rules = range(1, len(settings.limits.outbound) + 1)
    return context(
        "call-back-number",
        exten(
            "s",
            "Gosub(national,s,1(${FILTER(0-9+,${ARG1})}))",
            "Set(LOCAL(n)=${GOSUB_RETVAL})",
            f"GotoIf($[{is_citizens('${n}')}]?listed)",
            ("no", "Return()"),
            ("listed", "NoOp()"),
            *(f'GotoIf(${{REGEX("${{HOTLINE_OUT_{n}}}" ${{n}})}}?yes)' for n in rules),
            "Goto(no)",
            ("yes", "Return(${n})"),
        ),
    )


def _say_number() -> str:
    """A number digit by digit, as people say it: 幺 for 1."""
    return context(
        "say-number",
        exten(
            "s",
            "MSet(LOCAL(out)=,LOCAL(i)=0)",
            ("next", "Set(LOCAL(d)=${ARG1:${i}:1})"),
            'GotoIf($["${d}"=""]?done)',
            'Set(LOCAL(out)=${out}&hotline/n_${IF($["${d}"="1"]?yao:${d})})',
            "Set(LOCAL(i)=$[${i} + 1])",
            "Goto(next)",
            ("done", "Return(${out:1})"),
        ),
    )


def _found() -> str:
    """The place that is kept for the call (first argument), and the end of it; '' where it is none any more."""
    return context(
        "kept-found",
        exten(
            "s",
            "Set(LOCAL(p)=0)",
            ("look", "Set(LOCAL(p)=$[${p} + 1])"),
            "Set(LOCAL(c)=${QUEUE_GET_CHANNEL(${HOTLINE_QUEUE},${p})})",
            f'GotoIf($["${{c}}"="" | ${{p}} > {FARTHEST}]?none)',
            f"Set(LOCAL(mine)=Local/k${{ARG1}}@{KEPT}-)",
            'GotoIf($["${c:0:${LEN(${mine})}}"!="${mine}"]?look)',
            "SoftHangup(${c})",
            "Return(${p})",
            ("none", "Return()"),
        ),
    )


def _again() -> str:
    """Who calls again while a place is kept for his number takes it over himself; argument: the queue."""
    return context(
        "kept-again",
        exten(
            "s",
            "Gosub(call-back-number,s,1(${CALLERID(num)}))",
            "MSet(LOCAL(n)=${GOSUB_RETVAL},LOCAL(p)=0)",
            'GotoIf($["${n}"=""]?none)',
            ("look", "Set(LOCAL(p)=$[${p} + 1])"),
            "Set(LOCAL(c)=${QUEUE_GET_CHANNEL(${ARG1},${p})})",
            f'GotoIf($["${{c}}"="" | ${{p}} > {FARTHEST}]?none)',
            'GotoIf($["${c:0:7}"!="Local/k"]?look)',
            "Set(LOCAL(call)=${IMPORT(${c},HOTLINE_CALL)})",
            f'GotoIf($["${{DB({FAMILY}/${{call}})}}"!="${{n}}"]?look)',
            "CELGenUserEvent(CALLBACKOWN,${call})",
            "Set(HOTLINE_RETURNS=${p})",
            "SoftHangup(${c})",
            ("none", "Return()"),
        ),
    )


def _waits(queues: Sequence[Queue], limit: str) -> str:
    """The half that waits. Its Queue() has the options of a caller's; left by its seat it goes on as he would, once he was reached."""
    return context(
        WAITS,
        *(
            exten(
                queue.id,
                limit,
                f"MSet(HOTLINE_QUEUE={queue.id},__HOTLINE_WAITS=${{CHANNEL(name)}},HOTLINE_CITIZEN=1,HOTLINE_TRY=0,HOTLINE_OFFERS=)",
                f"Set(GROUP(kept)={queue.id})",
                ("again", "MSet(QUEUEWAIT=,QUEUESTATUS=)"),
                "Set(SHARED(HOTLINE_MET)=)",
                f"Queue({queue.id},tci,,,{MOST_SECONDS},,met,,${{HOTLINE_PLACE}})",
                'GotoIf($["${QUEUESTATUS}"!="CONTINUE"]?left)',
                "Set(GROUP(kept)=)",
                'GotoIf($["${SHARED(HOTLINE_REACHED)}"!=""]?talk-over,s,1)',
                'GotoIf($["${SHARED(HOTLINE_CALLED)}"!=""]?over)',
                # the seat let go before anybody was called
                "Set(HOTLINE_TRY=$[${HOTLINE_TRY} + 1])",
                f"GotoIf($[${{HOTLINE_TRY}} > {MOST_LET_GO}]?over)",
                f"Set(GROUP(kept)={queue.id})",
                "MSet(QUEUE_PRIO=10,HOTLINE_PLACE=)",
                "Goto(again)",
                ("left", f"CELGenUserEvent(QUEUEEXIT,{queue.id}|${{QUEUESTATUS}})"),
                ("over", "Hangup(16)"),
            )
            for queue in queues
        ),
        exten("T", "Hangup(102)"),
    )


TAKEN = '"${IMPORT(${HOTLINE_WAITS},QUEUEWAIT)}"'
"""Not empty from the moment a seat takes the half that waits."""


def _kept(dial: Sequence[Step]) -> str:
    steps: tuple[Step, ...] = (
        "Set(CDR_PROP(disable)=1)",
        "Answer()",
        "Set(__HOTLINE_WAITS=${CHANNEL:0:-1}1)",
        ("wait", f'WaitForCondition(#,#["#{{IMPORT(#{{HOTLINE_WAITS}},QUEUEWAIT)}}"!=""],{MOST_SECONDS + 60},0.2)'),
        'GotoIf($["${WAITFORCONDITIONSTATUS}"!="TRUE"]?over)',
        f"Set(HOTLINE_DIAL=${{FILTER(0-9,${{DB({FAMILY}/${{HOTLINE_CALL}})}})}})",
        'GotoIf($["${HOTLINE_DIAL}"=""]?undecided)',
        "CELGenUserEvent(PLACEUP,${HOTLINE_DIAL})",
        *play("callback_seat"),
        f'GotoIf($[{TAKEN}=""]?wait)',
        "Set(SHARED(HOTLINE_CALLED,${HOTLINE_WAITS})=1)",
        "MSet(HOTLINE_CALLS=1,HOTLINE_MAY=U(kept-answered))",
        *dial,
        # Hangup() below writes a cause of its own
        ("done", "Set(HOTLINE_CAUSE=${HANGUPCAUSE})"),
        'GotoIf($["${DIALSTATUS}"="ANSWER"]?over)',
        *play("callback_unreached"),
        ("over", "Hangup(16)"),
        ("undecided", f"ChannelRedirect(${{HOTLINE_KEEPER}},{ASKED},came,1)"),
        "Hangup(16)",
    )
    gone: tuple[Step, ...] = (
        'ExecIf($["${HOTLINE_CALLS}"!=""]?CELGenUserEvent(CALLEDBACK,${DIALSTATUS}|${IF($["${HOTLINE_CAUSE}"=""]?${HANGUPCAUSE}:${HOTLINE_CAUSE})}))',
        f"Set(HOTLINE_STALE=${{DB_DELETE({FAMILY}/${{HOTLINE_CALL}})}})",
    )
    return context(KEPT, exten("_k.", *steps), exten("h", *gone))


def _met() -> list[Step]:
    """On the citizen's leg: from now on the talk counts (``talk-over``)."""
    return [
        "Set(HOTLINE_CITIZEN=1)",
        "Set(SHARED(HOTLINE_MET,${HOTLINE_WAITS})=${STRFTIME(,,%s%3q)})",
        "Set(SHARED(HOTLINE_REACHED,${HOTLINE_WAITS})=1)",
    ]
