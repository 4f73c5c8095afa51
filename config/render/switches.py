"""extensions.conf, switches: a line opened or closed out of turn, a mode on or off; by the daemon or by a seat's telephone.

A switch is one entry of Asterisk's database, ``STATE-UNTIL-AT``: what it says, until when (seconds since 1970; 0: until it is
taken back), when it was said (milliseconds). It holds with the daemon dead and after Asterisk's own death. One rule makes it
safe to say again: what was said later stays (``switch-set``), so that the daemon may repeat what its ledger says at each
connection, and takes nothing back that a telephone switched meanwhile. A mode is also the Custom device state that its
steps and ``position_announcements.py`` look at. Whoever waits when a mode is switched on is told so once, and meets what it does for those
who wait (``told_of_mode.py``).

A telephone reaches the switches from a seat only, behind a PIN whose hash is a global of Asterisk's (decision 0048).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ..device_states import MODE, RESERVE
from ..journey.switched import DISTRICT
from ..secrets import SWITCH_PIN
from ..sections.switches import SituationMode
from ..sections.telephone import Queue
from ..settings import Settings
from .dialplan_steps import Step, context, exten

FAMILY = "hotline-switch"
"""Of Asterisk's database: ``hours_LINE`` and ``mode_MODE`` → ``STATE-UNTIL-AT``."""
SWITCH, SET, PHONE, TELL, EAR, WORDS = (
    "switch",
    "switch-set",
    "switch-phone",
    "switch-tell",
    "switch-ear",
    "switch-words",
)
"""Contexts; ``SWITCH`` and ``EAR`` as ``cti.numbering_plan`` has them."""
TOLD, HUSH = "HOTLINE_TOLD", "HOTLINE_HUSH"
"""Of one who waits: the last switching he was told of; until when nothing else is said to him."""
CAME = "HOTLINE_CAME"
"""Of a caller: when his call was lined, in milliseconds since 1970; '' the half of a kept place, which hears nothing."""
HUSH_SECONDS = 12
PIN = "HOTLINE_SWITCH_PIN"
PIN_SECONDS = 5
KEYS = {"1": "closed", "2": "open", "3": "clock", "4": "on", "5": "off"}
ALL_LINES = "0"
MOST_BY_KEY = 9
"""Lines, and modes, that have a key of their own."""


def globals_(settings: Settings, secrets: Mapping[str, str]) -> list[tuple[str, str]]:
    """The hash of the PIN: for the eye alone, whoever can read the file can try all of them. Without one nobody gets in."""
    if settings.switches.number is None:
        return []
    pin = secrets.get(SWITCH_PIN, "")
    return [(PIN, pin_hash(settings.centre.node, pin))] if pin else []


def pin_hash(node: str, pin: str) -> str:
    return hashlib.sha1(f"{node}{pin}".encode(), usedforsecurity=False).hexdigest()


def hours(line: str) -> list[Step]:
    """At a step ``hours``: to ``open`` or ``shut`` where the line was switched and its end has not come; else on."""
    return [
        f"Set(HOTLINE_SWITCH=${{DB({FAMILY}/hours_{line})}})",
        'GotoIf($["${HOTLINE_SWITCH}"=""]?clock)',
        "Set(HOTLINE_UNTIL=0${CUT(HOTLINE_SWITCH,-,2)})",
        "GotoIf($[${HOTLINE_UNTIL} > 0 & ${EPOCH} >= ${HOTLINE_UNTIL}]?clock)",
        'GotoIf($["${CUT(HOTLINE_SWITCH,-,1)}"="closed"]?shut)',
        'GotoIf($["${CUT(HOTLINE_SWITCH,-,1)}"="open"]?open)',
        ("clock", "NoOp()"),
    ]


def is_on(mode: str) -> str:
    return f'"${{DEVICE_STATE(Custom:{MODE}{mode})}}"="INUSE"'


def words_seconds(settings: Settings, queue: Queue) -> list[Step]:
    """Leaves in ``HOTLINE_WORDS`` how often one who waits is told his place; '' never. The first mode of the file counts."""
    said = [f"Set(HOTLINE_WORDS={queue.words_seconds or ''})"]
    modes = [mode for mode in settings.mode if mode.words_seconds]
    said += [f"ExecIf($[{is_on(mode.id)}]?Set(HOTLINE_WORDS={mode.words_seconds}))" for mode in reversed(modes)]
    return [*said]


def call_back_seconds(settings: Settings, queue: Queue) -> list[Step]:
    """Leaves in ``HOTLINE_OFFERS`` from when on one who waits is offered a call-back; '' never. The first mode of the file counts."""
    modes = [mode for mode in settings.mode if mode.call_back_seconds is not None]
    by_mode = [f"ExecIf($[{is_on(mode.id)}]?Set(HOTLINE_OFFERS={mode.call_back_seconds}))" for mode in reversed(modes)]
    return [f"Set(HOTLINE_OFFERS={queue.call_back_seconds or ''})", *by_mode]


def contexts(settings: Settings) -> list[str]:
    targets = [*(f"hours_{line.id}" for line in settings.line), *(f"mode_{mode.id}" for mode in settings.mode)]
    fields = ("state", "until", "at", "district")
    given = ",".join(f"${{HOTLINE_{field.upper()}}}" for field in fields)
    put: tuple[Step, ...] = (
        "Set(CDR_PROP(disable)=1)",
        "MSet(HOTLINE_STATE=${FILTER(a-z,${HOTLINE_STATE})},HOTLINE_UNTIL=${FILTER(0-9,${HOTLINE_UNTIL})})",
        "MSet(HOTLINE_AT=${FILTER(0-9,${HOTLINE_AT})},HOTLINE_DISTRICT=${FILTER(a-z0-9_,${HOTLINE_DISTRICT})})",
        f"Gosub({SET},${{EXTEN}},1({given}))",
        "Answer()",
        "Hangup(16)",
    )
    found = [
        context(SWITCH, *(exten(target, *put) for target in targets), exten("kept", "Hangup(16)")),
        context(
            SET,
            *(exten(f"hours_{line.id}", *_later(), _keep(), ("old", "Return()")) for line in settings.line),
            *(exten(f"mode_{mode.id}", *_set_mode(settings, mode)) for mode in settings.mode),
        ),
    ]
    if any(agent.reserve for agent in settings.agent):
        hints = (
            f"exten => {seat.id},hint,{'&'.join(f'PJSIP/{seat.endpoint(device)}' for device in seat.devices)}&Custom:{RESERVE}"
            for seat in settings.seat
        )
        found.append(context(RESERVE, *hints))
    if settings.switches.number is not None:
        found.append(_phone(settings))
    return found


def for_waiters(mode: SituationMode) -> bool:
    """Whether those who wait already when it is switched on meet something of it (``told_of_mode.py``)."""
    return bool(mode.waiting or mode.words_seconds or mode.call_back_seconds is not None)


def came(settings: Settings) -> list[Step]:
    """When a call is lined: what was switched on later he may not have heard of."""
    return [f"Set({CAME}=${{STRFTIME(,,%s%3q)}})"] if any(mode.waiting for mode in settings.mode) else []


def _later() -> list[Step]:
    """To ``old`` where something was said later; ``LOCAL(since)``: when what stands there was said."""
    return [
        f"Set(LOCAL(was)=${{DB({FAMILY}/${{EXTEN}})}})",
        "Set(LOCAL(since)=0${CUT(was,-,3)})",
        "GotoIf($[${since} > ${ARG3}]?old)",
    ]


def _keep() -> str:
    return f"Set(DB({FAMILY}/${{EXTEN}})=${{ARG1}}-${{ARG2}}-${{ARG3}})"


def _set_mode(settings: Settings, mode: SituationMode) -> list[Step]:
    steps = [*_later(), _keep()]
    if mode.districts:
        steps.append(f"Set(DB(hotline/{DISTRICT}{mode.id})=${{ARG4}})")
    steps.append(f'Set(DEVICE_STATE(Custom:{MODE}{mode.id})=${{IF($["${{ARG1}}"="on"]?INUSE:NOT_INUSE)}})')
    calling = [one for one in settings.mode if one.reserve]
    if mode.reserve:
        any_on = " | ".join(is_on(one.id) for one in calling)
        steps.append(f"Set(DEVICE_STATE(Custom:{RESERVE})=${{IF($[{any_on}]?NOT_INUSE:INUSE)}})")
    if for_waiters(mode):
        # said again after a new connection it is old news
        steps.append('GotoIf($["${ARG1}"!="on" | ${since} = ${ARG3}]?old)')
        steps += [f"Gosub({TELL},{mode.id},1({queue.id},{mode.id}-${{ARG3}}))" for queue in settings.queue]
    return [*steps, ("old", "Return()")]


def _phone(settings: Settings) -> str:
    """Asked for the PIN, then by one key what, by another which; what was done is said, and told to daemon and ledger.

    No more lines or modes than there are keys; the page and the command line know them all.
    """
    switches, by = settings.switches, "${HOTLINE_BY}"
    tried = f"{FAMILY}/tried_{by}"
    rest = switches.rest_minutes * 60
    lines = [line.id for line in settings.line][:MOST_BY_KEY]
    modes = [mode.id for mode in settings.mode][:MOST_BY_KEY]
    steps: list[Step] = [
        f"Set(GROUP(pin)=pin-{by})",  # one call of a seat at a time: tries are counted one by one
        f"GotoIf($[${{LEN({by})}} < 2 | ${{GROUP_COUNT(pin-{by}@pin)}} > 1]?busy)",
        "Answer()",
        "Set(HOTLINE_TRY=0)",
        ("again", f"Set(HOTLINE_TRIED=${{DB({tried})}})"),
        "MSet(HOTLINE_WRONG=0${CUT(HOTLINE_TRIED,-,1)},HOTLINE_SINCE=0${CUT(HOTLINE_TRIED,-,2)})",
        # wrong in a future that a clock set forwards brought about: else the seat rests until then
        f"ExecIf($[${{EPOCH}} - ${{HOTLINE_SINCE}} >= {rest} | ${{EPOCH}} < ${{HOTLINE_SINCE}}]?Set(HOTLINE_WRONG=0))",
        f"GotoIf($[${{HOTLINE_WRONG}} >= {switches.tries}]?rested)",
        "Set(HOTLINE_TRY=$[${HOTLINE_TRY} + 1])",
        "GotoIf($[${HOTLINE_TRY} > 5]?done)",  # who presses nothing
        f"Read(HOTLINE_PIN,hotline/switch_pin,16,t(#),1,{PIN_SECONDS})",
        'GotoIf($["${HOTLINE_PIN}"=""]?again)',
        f'Set(HOTLINE_RIGHT=$["${{SHA1({settings.centre.node}${{FILTER(0-9,${{HOTLINE_PIN}})}})}}"="${{{PIN}}}"])',
        "Set(HOTLINE_PIN=)",
        "GotoIf($[${HOTLINE_RIGHT} = 1]?right)",
        f"Set(DB({tried})=$[${{HOTLINE_WRONG}} + 1]-${{EPOCH}})",
        *_told(f"pin|{by}|wrong|0|${{STRFTIME(,,%s%3q)}}||{by}"),
        "Playback(hotline/switch_wrong)",
        "Goto(again)",
        ("rested", "NoOp()"),
        *_told(f"pin|{by}|rested|0|${{STRFTIME(,,%s%3q)}}||{by}"),
        "Playback(hotline/switch_rest)",
        "Hangup(21)",
        ("right", f"Set(HOTLINE_TRIED=${{DB_DELETE({tried})}})"),
        "Set(HOTLINE_TRY=0)",
        ("what", "Set(HOTLINE_TRY=$[${HOTLINE_TRY} + 1])"),
        "GotoIf($[${HOTLINE_TRY} > 3]?done)",
        f"Read(HOTLINE_KEY,hotline/switch_menu,1,t(),1,{PIN_SECONDS})",
        "Set(HOTLINE_KEY=${FILTER(0-9,${HOTLINE_KEY})})",
    ]
    hours_keys = [key for key, state in KEYS.items() if state not in ("on", "off")]
    mode_keys = [key for key, state in KEYS.items() if state in ("on", "off") and modes]
    steps += [f'GotoIf($["${{HOTLINE_KEY}}"="{key}"]?lines)' for key in hours_keys]
    steps += [f'GotoIf($["${{HOTLINE_KEY}}"="{key}"]?modes)' for key in mode_keys]
    steps += ["Goto(what)", ("lines", f"Set(HOTLINE_WHICH={ALL_LINES if len(lines) < 2 else ''})")]
    if len(lines) > 1:
        steps += [f"Read(HOTLINE_WHICH,hotline/switch_line,1,t(),1,{PIN_SECONDS})"]
    steps += ["Set(HOTLINE_WHICH=${FILTER(0-9,${HOTLINE_WHICH})})"]
    steps += [
        f"GotoIf($[${{LEN(${{HOTLINE_WHICH}})}} != 1 | 0${{HOTLINE_WHICH}} > {len(lines)}]?what)",
        'Set(HOTLINE_STATE=${IF($["${HOTLINE_KEY}"="1"]?closed:${IF($["${HOTLINE_KEY}"="2"]?open:clock)})})',
    ]
    for n, line in enumerate(lines, 1):
        label = f"after{n}"
        steps += [
            f'GotoIf($["${{HOTLINE_WHICH}}"!="{ALL_LINES}" & "${{HOTLINE_WHICH}}"!="{n}"]?{label})',
            *_do(f"hours_{line}", "hours", line),
            (label, "NoOp()"),
        ]
    steps += ["Goto(did)", ("modes", f"Set(HOTLINE_WHICH={'1' if len(modes) == 1 else ''})")]
    if len(modes) > 1:
        steps += [f"Read(HOTLINE_WHICH,hotline/switch_mode,1,t(),1,{PIN_SECONDS})"]
    steps += ['Set(HOTLINE_STATE=${IF($["${HOTLINE_KEY}"="4"]?on:off)})']
    steps += [f'GotoIf($["${{HOTLINE_WHICH}}"="{n}"]?mode{n})' for n in range(1, len(modes) + 1)]
    steps += ["Goto(what)"]
    for n, mode in enumerate(modes, 1):
        first, *others = _do(f"mode_{mode}", "mode", mode)
        steps += [(f"mode{n}", str(first)), *others, "Goto(did)"]
    steps += [("did", "Playback(hotline/switch_${HOTLINE_STATE})"), ("done", "Hangup(16)"), ("busy", "Hangup(17)")]
    return context(PHONE, exten("s", *steps), exten("T", "Hangup(102)"))


def _do(target: str, kind: str, name: str) -> list[Step]:
    """Switch by telephone: in force when it is said; without a district and without an end."""
    return [
        "Set(HOTLINE_AT=${STRFTIME(,,%s%3q)})",
        f"Gosub({SET},{target},1(${{HOTLINE_STATE}},0,${{HOTLINE_AT}},))",
        *_told(f"{kind}|{name}|${{HOTLINE_STATE}}|0|${{HOTLINE_AT}}||${{HOTLINE_BY}}"),
    ]


def _told(record: str) -> list[Step]:
    kind, target, state, until, at, district, seat = record.split("|")
    event = ",".join(
        f"{header}: {value}"
        for header, value in (
            ("Kind", kind), ("Target", target), ("State", state), ("Until", until), ("At", at), ("District", district),
            ("Seat", seat),
        )
    )  # fmt: skip
    return [f"CELGenUserEvent(SWITCH,{record})", f"UserEvent(HotlineSwitch,{event})"]
