"""extensions.conf, the way in: a call on a trunk is lined, answered, recorded, greeted and queued.

Complete by itself (decision D2): FastAGI is asked under a deadline, and whatever
becomes of it the call goes on from ``after``. Values from outside (caller number,
dialled number, SIP headers) are filtered into variables before any expression, event or
file name sees them; the caller's name is never read. The other contexts are in ``desks``.
"""

from __future__ import annotations

from ..hours import Hours, Span, parse
from ..ports import told_full
from ..settings import Line, Settings, Trunk
from . import desks, text
from .script import Step, context, exten

CONNECT_SECONDS = 6
"""How long the daemon may take to take over; it re-arms the deadline before each step."""
NUMBER = "0-9+*#"
WORD = "a-z0-9_"
JOURNEY = ("GREETED", "GREET", "SAY", "QUEUE", "ACTION")
"""What a journey leaves behind in the channel (``ivr/dialogue.py``)."""
REFERENCE = r"0-9A-Za-z_.:+*#\-"
REFERENCE_HEADER = "X-Work-Order"
ORIGIN_HEADER = "X-Origin-Number"
"""SIP headers of a partner that hands a call over: its work-order number, the citizen's own number."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def render(settings: Settings) -> dict[str, str]:
    globals_ = text.section(
        "globals", [(f"HOTLINE_OUT_{n}", rule) for n, rule in enumerate(settings.limits.outbound, 1)]
    )
    contexts = [
        *(_trunk(settings, trunk) for trunk in settings.trunk),
        *(_line(settings, line) for line in settings.line),
        _probe(settings),
        _refused(),
        *desks.contexts(settings),
    ]
    general = text.section("general", {"static": True, "writeprotect": True, "clearglobalvars": False})
    return {"extensions.conf": text.file(general, globals_, *contexts)}


def _trunk(settings: Settings, trunk: Trunk) -> str:
    """Only the numbers of our lines; any other is told so. Nothing here leads out again."""
    parts = []
    for line in settings.line:
        for number in line.dialled:
            parts.append(
                exten(
                    number,
                    f"MSet(HOTLINE_TRUNK={trunk.id},HOTLINE_NUMBER={number},HOTLINE_PARTNER={line.partners.get(number, '')})",
                    f"Goto(line-{line.id},s,1)",
                )
            )
    parts += [
        exten("_+X.", "Goto(${EXTEN:1},1)"),
        exten(
            "_X.",
            "Set(__HOTLINE_CALL=${UNIQUEID})",
            f"MSet(HOTLINE_TRUNK={trunk.id},HOTLINE_NUMBER=${{FILTER(0-9,${{EXTEN:0:20}})}})",
            f"Set(CALLERID(num)=${{FILTER({NUMBER},${{CALLERID(num)}})}})",
            *_facts(""),
            "Gosub(refused,s,1(unknown_number))",
            f"Set(GROUP(told)=unknown-{trunk.id})",
            f"GotoIf($[${{GROUP_COUNT(unknown-{trunk.id}@told)}} > 10]?done)",
            "Progress()",
            "Playback(hotline/unknown,noanswer)",
            ("done", "Hangup(1)"),
        ),
    ]
    return context(f"trunk-{trunk.id}", *parts)


def _facts(line: str) -> list[Step]:
    fields = ("TRUNK", "NUMBER", "PARTNER", "REF", "ORIGIN")
    record = "|".join([line, *(f"${{HOTLINE_{field}}}" for field in fields)])
    names = zip(("Trunk", "Number", "Partner", "Reference", "Origin"), fields, strict=True)
    event = ",".join([f"Line: {line}", *(f"{name}: ${{HOTLINE_{field}}}" for name, field in names)])
    return [f"CELGenUserEvent(LINE,{record})", f"UserEvent(HotlineLine,{event})"]


def _line(settings: Settings, line: Line) -> str:
    steps: list[Step] = [
        "Set(__HOTLINE_CALL=${UNIQUEID})",
        f"MSet(HOTLINE_LINE={line.id},HOTLINE_CITIZEN=1)",
        f"Set(CALLERID(num)=${{FILTER({NUMBER},${{CALLERID(num)}})}})",
    ]
    if line.partners:
        steps += [
            f"Set(HOTLINE_REF=${{FILTER({REFERENCE},${{PJSIP_HEADER(read,{REFERENCE_HEADER})}})}})",
            "Set(HOTLINE_REF=${HOTLINE_REF:0:64})",
            f"Set(HOTLINE_ORIGIN=${{FILTER({NUMBER},${{PJSIP_HEADER(read,{ORIGIN_HEADER})}})}})",
            "Set(HOTLINE_ORIGIN=${HOTLINE_ORIGIN:0:32})",
        ]
    steps += [
        *_facts(line.id),
        f"Set(GROUP(line)={line.id})",
        f"GotoIf($[${{GROUP_COUNT({line.id}@line)}} > {line.capacity}]?full)",
        "Answer()",
    ]
    if settings.recording.enabled:
        steps += desks.record("${UNIQUEID}.raw")
    steps += [*_greeting(settings, line), *_full(line)]
    return context(
        f"line-{line.id}",
        exten("s", *steps),
        # the deadline ran out: of the journey (go on without it) or of the whole call
        exten("T", 'GotoIf($["${HOTLINE_STAGE}"="journey"]?s,after)', "Hangup(102)"),
        # the caller left while hearing that we are closed
        exten(
            "h",
            'GotoIf($["${HOTLINE_GREETED}"!="closed" | "${HOTLINE_REFUSED}${HOTLINE_PROBE}"!=""]?done)',
            "Gosub(refused,s,1(closed))",
            ("done", "NoOp()"),
        ),
    )


def _greeting(settings: Settings, line: Line) -> list[Step]:
    minutes = settings.limits.absolute_call_minutes
    return [
        ("greet", "MSet(HOTLINE_STAGE=journey,AGIEXITONHANGUP=yes)"),
        # music until the daemon speaks: never dead air
        "StartMusicOnHold()",
        f"Set(TIMEOUT(absolute)={CONNECT_SECONDS})",
        f"AGI(agi://127.0.0.1:{settings.ports.agi}/line,{line.id})",
        ("after", "Set(HOTLINE_STAGE=queue)"),
        f"Set(TIMEOUT(absolute)={minutes * 60})",
        "StopMusicOnHold()",
        f"MSet({','.join(f'HOTLINE_{said}=${{FILTER({WORD},${{HOTLINE_{said}}})}}' for said in JOURNEY)})",
        # what a journey's caller is to hear last is played here: a daemon that dies meanwhile cuts no notice short
        'GotoIf($["${HOTLINE_GREET}"=""]?heard)',
        "Set(HOTLINE_GREETED=${HOTLINE_GREET})",
        'ExecIf($["${HOTLINE_PROBE}"=""]?CELGenUserEvent(NOTICE,${HOTLINE_GREET}|journey))',
        "Playback(hotline/${HOTLINE_GREET})",
        ("heard", 'ExecIf($["${HOTLINE_SAY}"!=""]?Playback(hotline/${HOTLINE_SAY}))'),
        'GotoIf($["${HOTLINE_ACTION}"="closed" | "${HOTLINE_GREETED}"="closed"]?shut)',
        'GotoIf($["${HOTLINE_GREETED}"!=""]?greeted)',
        *_opening(settings, parse(line.hours)),
        ("open", f"Set(HOTLINE_GREETED={line.notice})"),
        'ExecIf($["${HOTLINE_PROBE}"=""]?CELGenUserEvent(NOTICE,' + f"{line.notice}|dialplan))",
        f"Playback(hotline/{line.notice})",
        ("greeted", 'GotoIf($["${HOTLINE_PROBE}"!=""]?done)'),
        "GotoIf($[${DIALPLAN_EXISTS(queues,${HOTLINE_QUEUE},1)}]?queues,${HOTLINE_QUEUE},1)",
        f"Goto(queues,{line.queue},1)",
        # the daemon played the prompt already; without it we do
        ("closed", "Set(HOTLINE_GREETED=closed)"),
        'ExecIf($["${HOTLINE_PROBE}"=""]?CELGenUserEvent(NOTICE,closed|dialplan))',
        'ExecIf($["${HOTLINE_PROBE}"=""]?Gosub(refused,s,1(closed)))',
        "Playback(hotline/closed)",
        "Goto(done)",
        ("shut", 'ExecIf($["${HOTLINE_PROBE}"=""]?Gosub(refused,s,1(closed)))'),
        ("done", "Hangup(16)"),
    ]


def _opening(settings: Settings, hours: Hours) -> list[Step]:
    if hours.always:
        return []
    zone = settings.centre.timezone
    return [*(f"GotoIfTime({_when(span)},*,*,{zone}?open)" for span in hours.spans), "Goto(closed)"]


def _when(span: Span) -> str:
    """Asterisk's ranges include their last minute."""
    last = span.end - 1
    days = "&".join(_DAYS[day] for day in span.weekdays)
    return f"{span.start // 60:02}:{span.start % 60:02}-{last // 60:02}:{last % 60:02},{days}"


def _full(line: Line) -> list[Step]:
    """Told before answering, so that the carrier sees busy; past a bound, busy at once."""
    return [
        ("full", "Set(GROUP(line)=)"),
        "Gosub(refused,s,1(full))",
        f"Set(GROUP(told)={line.id})",
        f"GotoIf($[${{GROUP_COUNT({line.id}@told)}} > {told_full(line.capacity)}]?busy)",
        "Progress()",
        "Playback(hotline/busy,noanswer)",
        ("busy", "Hangup(17)"),
    ]


def _probe(settings: Settings) -> str:
    """The line watch: hears what a caller of the line would hear, and is no call."""
    return context(
        "probe",
        *(
            exten(
                line.id,
                f"MSet(HOTLINE_PROBE=1,HOTLINE_LINE={line.id})",
                "Answer()",
                f"Goto(line-{line.id},s,greet)",
            )
            for line in settings.line
        ),
    )


def _refused() -> str:
    return context(
        "refused",
        exten(
            "s",
            "Set(HOTLINE_REFUSED=${ARG1})",
            "CELGenUserEvent(REFUSED,${ARG1})",
            "UserEvent(HotlineRefused,Reason: ${ARG1})",
            "Return()",
        ),
    )
