"""extensions.conf, the way in: a call on a trunk is lined, answered, recorded, and begins its line's journey.

Complete by itself (decision D2); the journeys are in ``journeys``. Values from outside (caller number,
dialled number, SIP headers) are filtered into variables before any expression, event or
file name sees them; the caller's name is never read. The other contexts are in ``desks`` and ``outgoing_calls``.
"""

from __future__ import annotations

from collections.abc import Mapping

from .. import called_numbers
from ..journey.graph import of_line
from ..rtp_ports import told_full
from ..sections.telephone import Line, Trunk
from ..settings import Settings
from . import (
    desks,
    journeys,
    leg_sound,
    national_numbers,
    nuisance,
    partner_handover,
    position_announcements,
    queue_priority,
    survey,
    switches,
    text,
    told_of_mode,
    voicemail,
)
from .dialplan_steps import Step, context, exten, include

NUMBER = "0-9+*#"
AS_DIALLED = "0-9+()#"
WRITTEN = "0-9A-Za-z%+"
"""What is kept of a number that is more than one, in the encoding in which it came."""
PERSON = r"0-9A-Za-z_.()\x20\x27\x2d\x80-\xff"
"""A display name: letters of any script; no quote, comma, bar, bracket or control character."""
ENDING = "HOTLINE_ENDING"
"""A global of Asterisk's: 1 while the daemon ends it, so that nobody new is let in."""
REFERENCE = r"0-9A-Za-z_.:+*#\-"
"""What is kept of a partner's work-order number."""


def render(settings: Settings, secrets: Mapping[str, str] | None = None) -> dict[str, str]:
    """``secrets``: with the PIN of the switches, where a telephone may switch."""
    rules = [(f"HOTLINE_OUT_{n}", rule) for n, rule in enumerate(settings.limits.outbound, 1)]
    globals_ = text.section(
        "globals",
        [
            *rules,
            *national_numbers.globals_(),
            *journeys.calendar(settings),
            *switches.globals_(settings, secrets or {}),
        ],
    )
    contexts = [
        *(_trunk(trunk) for trunk in settings.trunk),
        _as_dialled(),
        _identity(),
        _uri(),
        *national_numbers.contexts(settings),
        _called(settings),
        *partner_handover.contexts(settings, NUMBER, REFERENCE),
        *(_line(settings, line) for line in settings.line),
        *journeys.contexts(settings),
        *position_announcements.contexts(settings),
        *voicemail.contexts(settings),
        *survey.contexts(settings),
        *switches.contexts(settings),
        *told_of_mode.contexts(settings),
        *nuisance.contexts(settings),
        *queue_priority.contexts(settings),
        _probe(settings),
        _ending(settings),
        _refused(),
        *desks.contexts(settings),
    ]
    general = text.section("general", {"static": True, "writeprotect": True, "clearglobalvars": False})
    return {"extensions.conf": text.file(general, globals_, *contexts)}


def _trunk(trunk: Trunk) -> str:
    """Only the numbers of our lines; any other is told so. Nothing here leads out again."""
    return context(f"trunk-{trunk.id}", include("as-dialled"))


def _as_dialled() -> str:
    """What a trunk may have dialled, character by character, and who it is.

    No pattern here ends in a dot: whatever else stands in a called number (a line end, a
    letter) is no extension, and reaches neither AMI nor CEL (``cti/turned_away_logs.py`` counts it).
    Asterisk itself overlooks hyphens.
    """
    steps: tuple[Step, ...] = (
        "Set(__HOTLINE_CALL=${UNIQUEID})",
        f"MSet(HOTLINE_TRUNK=${{CHANNEL(endpoint)}},HOTLINE_NUMBER=${{FILTER({AS_DIALLED},${{EXTEN}})}})",
        "Gosub(identity,s,1)",
        "Goto(called,d${FILTER(0-9,${EXTEN})},1)",
    )
    plain = [f"{plus}{'X' * most}{end}" for plus in ("", "+") for most in range(1, 33) for end in ("", "#")]
    areas = [
        f"{head}({area})"
        for head, zero in (("", "0"), ("+86", ""), ("+86", "0"))
        for area in (f"{zero}XX", f"{zero}XXX")
    ]
    bracketed = [f"{area}{'X' * most}" for area in areas for most in range(3, 13)]
    return context("as-dialled", *(exten(f"_{pattern}", *steps) for pattern in (*plain, *bracketed)))


def _identity() -> str:
    """Who calls: the first number that can be read, of what carriers write it in; nobody's where Privacy asks for it.

    A trunk's channel is born under the trunk's own name (``pjsip``), so nothing a stranger wrote
    into these headers is in AMI or CEL before it has gone through the filters here.
    """
    others: list[Step] = []
    for header in ("Remote-Party-ID", "From", "P-Preferred-Identity"):
        others += [
            f"Set(HOTLINE_HEADER=${{PJSIP_HEADER(read,{header})}})",
            "Gosub(uri,s,1)",
            "GotoIf($[${LEN(${GOSUB_RETVAL})} > 2]?found)",
        ]
    wanted = '${REGEX("id|user|header" ${PJSIP_HEADER(read,Privacy)})}'
    full = '${REGEX("privacy=(full|uri)" ${PJSIP_HEADER(read,Remote-Party-ID)})}'
    return context(
        "identity",
        exten(
            "s",
            "MSet(HOTLINE_CALLER=,HOTLINE_NAME=,HOTLINE_ODD=,LOCAL(n)=0)",
            "Set(LOCAL(list)=${PJSIP_HEADER(read,P-Asserted-Identity,1)},${PJSIP_HEADER(read,P-Asserted-Identity,2)})",
            ("next", "Set(LOCAL(n)=$[${n} + 1])"),
            "GotoIf($[${n} > 8]?others)",
            "Set(HOTLINE_HEADER=${SHIFT(list)})",
            "Gosub(uri,s,1)",
            "GotoIf($[${LEN(${GOSUB_RETVAL})} > 2]?found:next)",
            ("others", "NoOp()"),
            *others,
            "Goto(known)",
            ("found", "MSet(HOTLINE_CALLER=${GOSUB_RETVAL:0:40},HOTLINE_ODD=${HOTLINE_WRITTEN:0:120})"),
            ("known", f"Set(HOTLINE_HIDDEN=${{IF($[{wanted} | {full}]?1:)}})"),
            "Set(HOTLINE_HEADER=${PJSIP_HEADER(read,From)})",
            f"ExecIf($[${{FIELDQTY(HOTLINE_HEADER,<)}} > 1]?Set(HOTLINE_NAME=${{FILTER({PERSON},${{CUT(HOTLINE_HEADER,<,1)}})}}))",
            'ExecIf($["${HOTLINE_HIDDEN}"!=""]?MSet(HOTLINE_CALLER=,HOTLINE_NAME=,HOTLINE_ODD=))',
            "Set(HOTLINE_NAME=${HOTLINE_NAME:0:80})",
            'ExecIf($["${HOTLINE_NAME:-1}"=" "]?Set(HOTLINE_NAME=${HOTLINE_NAME:0:-1}))',
            "Set(LOCAL(list)=${PJSIP_HEADER(read,Diversion)})",
            "Set(HOTLINE_HEADER=${SHIFT(list)})",
            "Gosub(uri,s,1)",
            "Set(HOTLINE_DIVERTED=${GOSUB_RETVAL:0:40})",
            "Set(HOTLINE_HEADER=)",
            "Set(CALLERID(num)=${HOTLINE_CALLER})",
            "Set(CALLERID(ani)=${HOTLINE_CALLER})",
            "Set(CALLERID(name)=${HOTLINE_NAME})",
            "Return()",
        ),
    )


def _uri() -> str:
    """The number in ``HOTLINE_HEADER``: the last URI's user, without its parameters, up to what is encoded.

    ``HOTLINE_WRITTEN`` is the user as it was written when there is more in it than a number, else empty.
    """
    return context(
        "uri",
        exten(
            "s",
            "Set(LOCAL(u)=${CUT(HOTLINE_HEADER,<,${FIELDQTY(HOTLINE_HEADER,<)})})",
            "Set(LOCAL(u)=${CUT(u,>,1)})",
            "Set(LOCAL(u)=${CUT(u,:,2)})",
            "Set(LOCAL(u)=${CUT(u,@,1)})",
            r"Set(LOCAL(u)=${CUT(u,\;,1)})",
            "Set(LOCAL(u)=${STRREPLACE(u,%2B,+)})",
            "Set(HOTLINE_WRITTEN=)",
            f"ExecIf($[${{LEN(${{FILTER(A-Za-z%,${{u}})}})}} > 0]?Set(HOTLINE_WRITTEN=${{FILTER({WRITTEN},${{u}})}}))",
            "Set(LOCAL(u)=${CUT(u,%,1)})",
            f"Return(${{FILTER({NUMBER},${{u}})}})",
        ),
    )


def _called(settings: Settings) -> str:
    """A called number by its digits, in every spelling (``called_numbers.py``) → its line; any other is folded (``national``), and if
    it still is none of ours, told so."""
    numbers = {number: line for line in settings.line for number in line.dialled}
    parts = []
    for digits, number in called_numbers.folded(settings).items():
        line = numbers[number]
        partner = line.partners.get(number, "")
        fields = f"HOTLINE_NUMBER={number},HOTLINE_PARTNER={partner}"
        steps = (
            f"MSet({fields})",
            *partner_handover.only_by_its_trunks(settings, partner),
            f'GotoIf($["${{GLOBAL({ENDING})}}"="1"]?ending,{line.id},1)',
            f"Goto(line-{line.id},s,1)",
        )
        parts.append(exten(f"d{digits}", *steps))
    unknown: tuple[Step, ...] = (
        f"Set(CALLERID(num)=${{FILTER({NUMBER},${{CALLERID(num)}})}})",
        *_facts(""),
        "Gosub(refused,s,1(unknown_number))",
        "Set(GROUP(told)=unknown-${HOTLINE_TRUNK})",
        "GotoIf($[${GROUP_COUNT(unknown-${HOTLINE_TRUNK}@told)} > 10]?done)",
        "Progress()",
        "Playback(hotline/unknown,noanswer)",
        ("done", "Hangup(1)"),
    )
    folded: tuple[Step, ...] = (
        'GotoIf($["${HOTLINE_NATIONAL}"!=""]?unknown)',  # it is folded already
        "Gosub(national,s,1(${EXTEN:1}))",
        "Set(HOTLINE_NATIONAL=d${FILTER(0-9,${GOSUB_RETVAL})})",
        'GotoIf($["${HOTLINE_NATIONAL}"!="${EXTEN}"]?${HOTLINE_NATIONAL},1)',
        ("unknown", "NoOp()"),
    )
    return context("called", *parts, exten("_d!", *folded, *unknown))


def _facts(line: str) -> list[Step]:
    fields = ("TRUNK", "NUMBER", "PARTNER", "REF", "ORIGIN", "CALLER", "NAME", "HIDDEN", "DIVERTED", "ODD")
    record = "|".join([line, *(f"${{HOTLINE_{field}}}" for field in fields)])
    said = ("Trunk", "Number", "Partner", "Reference", "Origin", "Caller", "Name", "Hidden", "Diverted", "Odd")
    names = zip(said, fields, strict=True)
    event = ",".join([f"Line: {line}", *(f"{name}: ${{HOTLINE_{field}}}" for name, field in names)])
    return [f"CELGenUserEvent(LINE,{record})", f"UserEvent(HotlineLine,{event})"]


def _line(settings: Settings, line: Line) -> str:
    steps: list[Step] = [
        "Set(__HOTLINE_CALL=${UNIQUEID})",
        f"MSet(HOTLINE_LINE={line.id},HOTLINE_CITIZEN=1)",
        f"Set(CALLERID(num)=${{FILTER({NUMBER},${{CALLERID(num)}})}})",
    ]
    if line.partners:
        steps += [f'ExecIf($["${{HOTLINE_PARTNER}}"!=""]?Gosub({partner_handover.PAPERS_IN},${{HOTLINE_PARTNER}},1))']
    steps += [
        *_facts(line.id),
        *switches.came(settings),
        *nuisance.look(settings),
        f"Set(GROUP(line)={line.id})",
        f"GotoIf($[${{GROUP_COUNT({line.id}@line)}} > {line.capacity}]?full)",
        "Answer()",
        leg_sound.LISTENED_TO,
    ]
    if settings.recording.enabled:
        steps += leg_sound.record("${UNIQUEID}.raw")
    graph = of_line(settings, line)
    limit = f"Set(TIMEOUT(absolute)={settings.limits.absolute_call_minutes * 60})"
    steps += [*voicemail.offered(line), *survey.on(line)]
    steps += [("greet", limit), journeys.entry(line.id, graph), *_full(line)]
    return context(f"line-{line.id}", exten("s", *steps), exten("T", "Hangup(102)"))


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


def _ending(settings: Settings) -> str:
    """The hotline is being ended: booked as turned away, and the carrier is told at once (503), so that it may go elsewhere."""
    return context(
        "ending",
        *(
            exten(
                line.id,
                "Set(__HOTLINE_CALL=${UNIQUEID})",
                f"MSet(HOTLINE_LINE={line.id},HOTLINE_CITIZEN=1)",
                f"Set(CALLERID(num)=${{FILTER({NUMBER},${{CALLERID(num)}})}})",
                *_facts(line.id),
                "Gosub(refused,s,1(ending))",
                "Hangup(42)",
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
