"""extensions.conf, the inside: queues, seats, transfers.

Citizens have no transfer feature (no ``T`` where they are the caller); seats have, and only into ``transfer-targets``. Calls to the
world are in ``outgoing_calls``.
"""

from __future__ import annotations

from ..answered_talk_rule import LEAST_MS, MOST_LET_GO, SILENT_CAUSE
from ..device_states import AT_DESK, ATTENDED, SEAT_IN_USE
from ..sections.seats import SECOND, Device, Unattended
from ..settings import Settings
from . import (
    kept_place,
    nuisance,
    pjsip,
    position_announcements,
    queue_priority,
    survey,
    switches,
    told_of_mode,
    voicemail,
)
from .dialplan_steps import Step, context, exten, extens, include
from .leg_sound import LISTENED_TO, renew, sound_of_leg
from .outgoing_calls import (
    BY_SEAT,
    by_trunks,
    called_is_told,
    few_at_once,
    nobody_sits,
    outbound,
    own_call,
    with_two_devices,
)

RING_SECONDS = 30
"""How long a seat's phone rings for a direct call or a transfer."""
REJOIN_SECONDS = 20
"""How long a seat's phone rings for its own call, after its page was loaded anew."""
REFERRED_SECONDS = 0.5
"""So long a refused REFER waits before its telephone is told."""


def contexts(settings: Settings) -> list[str]:
    limit = f"Set(TIMEOUT(absolute)={settings.limits.absolute_call_minutes * 60})"
    return [
        sound_of_leg(),
        _queues(settings),
        _enter_queue(settings),
        _met(settings),
        _talk_over(settings),
        _left_queue(settings),
        _watch(),
        _seats(settings),
        context("cti-originate", include("seats")),
        *_two_devices(settings),
        _between(limit),
        _to_queue(settings),
        _transfer_targets(settings),
        renew(),
        _given(settings, limit),
        _rejoin(settings, limit),
        _back(settings),
        *outbound(settings, limit),
        *kept_place.contexts(
            settings,
            by_trunks(settings, settings.trunk, kept_place.RING_SECONDS),
            [LISTENED_TO, *called_is_told(settings, "${HOTLINE_CALL}-back.raw")],
        ),
        _phone_key(settings),
    ]


def _queues(settings: Settings) -> str:
    """One extension a queue. ``t``: the seat may transfer; ``i``: a phone's own call-forward is ignored;
    ``c``: who is left by his seat goes on in ``talk-over``.

    Callers stand in Queue() while a reload changes the settings, and go on at the next number: the steps before it
    are three with every settings, and the one behind it looks for CONTINUE.
    """
    return context(
        "queues",
        *(
            exten(
                queue.id,
                f"MSet(HOTLINE_QUEUE={queue.id},QUEUESTATUS=,__HOTLINE_WAITS=${{CHANNEL(name)}})",
                "Set(SHARED(HOTLINE_MET)=)",
                "Gosub(enter-queue,${EXTEN},1)",
                f"Queue({queue.id},tci,,,{queue.max_wait_seconds},,met,,${{HOTLINE_PLACE}})",
                'GotoIf($["${QUEUESTATUS}"="CONTINUE"]?talk-over,s,1)',
                'GotoIf($["${QUEUESTATUS}"="WITHDRAW" & ${DIALPLAN_EXISTS(queues,${HOTLINE_MOVE},1)}]?moved)',
                "Goto(left-queue,s,1)",
                ("moved", f"CELGenUserEvent(QUEUEEXIT,{queue.id}|WITHDRAW)"),
                # to the end, not before all whom a mode let in
                *(
                    f'ExecIf($["${{QUEUE_PRIO}}"="0"]?{step})'
                    for step in queue_priority.behind(settings, "${HOTLINE_MOVE}")
                ),
                "Goto(${HOTLINE_MOVE},1)",
            )
            for queue in settings.queue
        ),
        exten("T", "Hangup(102)"),
    )


def _enter_queue(settings: Settings) -> str:
    """What comes before Queue(), in one step of ``queues``."""
    renew = 'ExecIf($["${BLINDTRANSFER}"!=""]?Gosub(renew,s,1))'
    return context(
        "enter-queue",
        *(
            exten(
                queue.id,
                renew,
                position_announcements.OFF,
                *kept_place.begin(settings, queue),
                *position_announcements.begin(settings, queue),
                *told_of_mode.late(settings),
                kept_place.CLEARED,
                "Return()",
            )
            for queue in settings.queue
        ),
    )


NOW_MS = "${STRFTIME(,,%s%3q)}"
"""Milliseconds since 1970: the dialplan's EPOCH has whole seconds only."""


TO_QUEUE = "to-queue"
"""As ``cti.numbering_plan.TO_QUEUE``."""


def _to_queue(settings: Settings) -> str:
    """A seat gives its citizen to another skill: reached by the daemon alone. He has waited once, and goes before the others."""
    steps: tuple[Step, ...] = ("Set(QUEUE_PRIO=10)", "Goto(queues,${EXTEN},1)")
    return context(TO_QUEUE, *(exten(queue.id, *steps) for queue in settings.queue), exten("T", "Hangup(102)"))


def _met(settings: Settings) -> str:
    """On the seat's leg, before it hears its citizen: when that was is left with the citizen's channel."""
    met = f"Set(SHARED(HOTLINE_MET,${{HOTLINE_WAITS}})={NOW_MS})"
    return context(
        "met", exten("s", met, *nuisance.met(settings), *position_announcements.met(settings), LISTENED_TO, "Return()")
    )


def _talk_over(settings: Settings) -> str:
    """The seat's leg has ended, the citizen is there: a talk is over, unless the phone let go at once or fell silent."""
    return context(
        "talk-over",
        exten(
            "s",
            position_announcements.OFF,
            "Set(HOTLINE_MET=${SHARED(HOTLINE_MET)})",
            f'GotoIf($["${{HANGUPCAUSE}}"="{SILENT_CAUSE}"]?again)',
            f'GotoIf($["${{HOTLINE_MET}}"!="" & {NOW_MS} - 0${{HOTLINE_MET}} >= {LEAST_MS}]?done)',
            "Set(HOTLINE_LET_GO=$[0${HOTLINE_LET_GO} + 1])",
            f"GotoIf($[${{HOTLINE_LET_GO}} > {MOST_LET_GO}]?nobody)",
            ("again", "Gosub(renew,s,1)"),
            "Goto(rejoin,head,1)",
            ("nobody", "Playback(hotline/nobody)"),
            ("done", survey.talked_outside(settings) if survey.used(settings) else "NoOp()"),
            *([survey.TO] if survey.used(settings) else []),
            "Hangup(16)",
        ),
        exten("T", "Hangup(102)"),
    )


def _phone_key(settings: Settings) -> str:
    """Puts the key of a browser seat's phone where res_pjsip looks for it (``pjsip.KEYS``); originated by the daemon alone.

    Answered when it is done, so that the originator knows. Nothing but the seats' names and hex digits gets in.
    """
    steps: tuple[Step, ...] = (
        "Set(CDR_PROP(disable)=1)",
        "Set(HOTLINE_KEY=${FILTER(0-9a-f,${HOTLINE_KEY})})",
        'GotoIf($["${LEN(${HOTLINE_KEY})}"!="32"]?no)',
        f"Set(DB({pjsip.KEYS}/auth/${{EXTEN}})="
        '{"auth_type":"userpass","username":"${EXTEN}","password":"${HOTLINE_KEY}"})',
        "Answer()",
        ("no", "Hangup(21)"),
    )
    seats = [seat.id for seat in settings.seat if seat.has(Device.BROWSER)]
    # many seats at once, to a key that nobody knows: those where nobody sits
    dropped: tuple[Step, ...] = (
        "Set(CDR_PROP(disable)=1)",
        "Set(HOTLINE_KEY=${FILTER(0-9a-f,${HOTLINE_KEY})})",
        "Set(HOTLINE_SEATS=${FILTER(0-9\\-,${HOTLINE_SEATS})})",
        'GotoIf($["${LEN(${HOTLINE_KEY})}"!="32"]?no)',
        ("next", "Set(HOTLINE_SEAT=${SHIFT(HOTLINE_SEATS,-)})"),
        'GotoIf($["${HOTLINE_SEAT}"=""]?done)',
        "GotoIf($[${DIALPLAN_EXISTS(phone-key,${HOTLINE_SEAT},1)} = 0]?next)",
        f"Set(DB({pjsip.KEYS}/auth/${{HOTLINE_SEAT}})="
        '{"auth_type":"userpass","username":"${HOTLINE_SEAT}","password":"${HOTLINE_KEY}"})',
        "Goto(next)",
        ("done", "Answer()"),
        ("no", "Hangup(21)"),
    )
    return context(
        "phone-key", *(exten(seat, *steps) for seat in seats), exten("drop", *dropped), exten("kept", "Hangup(16)")
    )


def _left_queue(settings: Settings) -> str:
    """Back from Queue() with the caller still there: nobody came. He may leave a message where his line takes them."""
    message = "NoOp()"
    if any(line.voicemail for line in settings.line):
        message = f'GotoIf($["${{{voicemail.OFFERED}}}"!=""]?voicemail,{voicemail.NOBODY},1)'
    return context(
        "left-queue",
        exten(
            "s",
            position_announcements.OFF,
            'GotoIf($["${QUEUESTATUS}"=""]?done)',
            "CELGenUserEvent(QUEUEEXIT,${HOTLINE_QUEUE}|${QUEUESTATUS})",
            message,
            "Playback(hotline/nobody)",
            ("done", "Hangup(16)"),
        ),
        exten("T", "Hangup(102)"),
    )


def _watch() -> str:
    """A supervisor's phone hears a seat's leg until that ends. Reached by the daemon alone; redirected to change the mode.

    ``u``: a Uniqueid names the leg; ``E``, ``S``: over when it is; ``q``: without a beep.
    """
    return context(
        "watch",
        *(
            exten(
                mode,
                f"CELGenUserEvent(WATCH,${{HOTLINE_WATCHED}}|{mode})",
                f"UserEvent(HotlineWatch,Watched: ${{HOTLINE_WATCHED}},Mode: {mode})",
                f"ChanSpy(${{HOTLINE_WATCHED}},quES{option})",
                "Hangup(16)",
            )
            for mode, option in (("listen", ""), ("whisper", "w"), ("barge", "B"))
        ),
    )


def _seats(settings: Settings) -> str:
    """What a seat may dial: another seat, the echo, the world."""
    guarded = settings.seats.unattended_may_dial is Unattended.NOTHING
    switching = settings.switches.number
    check: tuple[Step, ...] = (*BY_SEAT, *nobody_sits(settings, "nobody")) if guarded else ()
    refused: tuple[Step, ...] = (("nobody", "Gosub(dial-refused,s,1(unattended))"), "Hangup(21)") if guarded else ()
    return context(
        "seats",
        *(exten(seat.id, *check, "Goto(between,${EXTEN},1)", *refused) for seat in settings.seat),
        exten("*43", *check, "Answer()", "Echo()", "Hangup(16)", *refused),
        # no matter who sits there: what counts is the PIN
        *([exten(switching, *BY_SEAT, f"Goto({switches.PHONE},s,1)")] if switching else []),
        include("outbound"),
    )


def _two_devices(settings: Settings) -> list[str]:
    """``seat-phone``: gosub with a seat, gives the telephone that rings there. The agent chose; what was never said is the first."""
    chosen = []
    for seat in with_two_devices(settings):
        state = f'"${{DEVICE_STATE(Custom:{AT_DESK}{seat.id})}}"'
        desk = f'{state}!="NOT_INUSE"' if seat.device is Device.DESK else f'{state}="INUSE"'
        chosen.append(exten(seat.id, f"Return(PJSIP/{seat.id}${{IF($[{desk}]?{SECOND})}})"))
    in_use = [
        f"exten => {seat.id},hint,{'&'.join(f'PJSIP/{seat.endpoint(device)}' for device in seat.devices)}\n"
        + exten(seat.id, "Hangup()")
        for seat in with_two_devices(settings)
    ]
    return [
        context("seat-phone", *chosen, exten("_X.", "Return(PJSIP/${EXTEN})")),
        *([context(SEAT_IN_USE, *in_use)] if in_use else ()),
    ]


def _between(limit: str) -> str:
    return context(
        "between",
        exten(
            "_X.",
            *BY_SEAT,
            *few_at_once("few", "many"),
            ("many", "Gosub(dial-refused,s,1(pace))"),
            "Hangup(21)",
            ("few", "NoOp()"),
            *own_call(),
            limit,
            "Gosub(seat-phone,${EXTEN},1)",
            f"Dial(${{GOSUB_RETVAL}},{RING_SECONDS},tTiU(listened-to))",
            "Hangup(${HANGUPCAUSE})",
        ),
        exten("T", "Hangup(102)"),
    )


def _transfer_targets(settings: Settings) -> str:
    return context(
        "transfer-targets",
        *extens((seat.id for seat in settings.seat), "Goto(given,${EXTEN},1)"),
        # parks a seat's consultation without ringing anybody; ends with the leg that asked for it
        exten(
            "hold",
            "Answer()",
            ("again", "Wait(1)"),
            'GotoIf($["${IMPORT(${TRANSFERERNAME},UNIQUEID)}"!=""]?again)',
            "Hangup()",
        ),
        include("queues"),
        include("outbound"),
    )


TAKEN = "^(INUSE|BUSY|RINGING|RINGINUSE|ONHOLD)$"
"""Device states of a telephone that is in a call already."""


def _given(settings: Settings, limit: str) -> str:
    """A citizen whom a telephone gives away by its own key is not rung through to one that talks, or where nobody sits: he
    goes back, and the telephone is told. Of the page the daemon says so before (``agents/desk.py``). Colleagues may be consulted."""
    sits = f"${{DEVICE_STATE(Custom:{ATTENDED}${{EXTEN}})}}"
    devices = ("", SECOND) if with_two_devices(settings) else ("",)
    talks = " | ".join(f'${{REGEX("{TAKEN}" ${{DEVICE_STATE(PJSIP/${{EXTEN}}{one})}})}}' for one in devices)
    return context(
        "given",
        exten(
            "_X.",
            limit,
            f'GotoIf($["${{HOTLINE_CITIZEN}}"!="" & ("{sits}"!="INUSE" | {talks})]?taken)',
            "Gosub(renew,s,1)",
            "Gosub(seat-phone,${EXTEN},1)",
            f"Dial(${{GOSUB_RETVAL}},{RING_SECONDS},tigU(listened-to))",
            "Goto(back,s,1)",
            ("taken", "Set(DIALSTATUS=BUSY)"),
            "Goto(back,s,1)",
        ),
        exten("T", "Hangup(102)"),
    )


def _rejoin(settings: Settings, limit: str) -> str:
    """The seat's page was torn from this citizen: told so, with music, until the same seat answers or any other."""
    return context(
        "rejoin",
        *(
            exten(
                seat.id,
                limit,
                "Gosub(renew,s,1)",
                "Playback(hotline/rejoin)",
                f"Dial(PJSIP/{seat.id},{REJOIN_SECONDS},timgU(listened-to))",
                "Goto(back,s,1)",
            )
            for seat in settings.seat
        ),
        # DIALSTATUS may stand there from an earlier transfer
        exten("head", limit, "Set(DIALSTATUS=)", "Playback(hotline/rejoin)", "Goto(back,s,1)"),
        exten("T", "Hangup(102)"),
    )


def _back(settings: Settings) -> str:
    """A citizen who was given to somebody who does not answer goes back into the queue, before the others.

    So does one whose partner let go at once or fell silent; whoever talked has had his answer (``g``: he comes here, too).
    """
    return context(
        "back",
        exten(
            "s",
            'GotoIf($["${HOTLINE_CITIZEN}"=""]?done)',
            'GotoIf($["${DIALSTATUS}"!="ANSWER"]?again)',
            f'GotoIf($["${{HANGUPCAUSE}}"="{SILENT_CAUSE}"]?again)',
            f"GotoIf($[0${{ANSWEREDTIME_MS}} >= {LEAST_MS}]?done)",
            # A telephone that gave him away by REFER hears of it: Asterisk tells it what the citizen's leg is told, but only once
            # the REFER itself has been done with, in another thread (res_pjsip_refer: what comes earlier is thrown away, and the
            # music of the queue would then tell it 200, as does a packet of the talk that a busy machine plays out later).
            ("again", f'ExecIf($["${{SIPTRANSFER}}"="yes"]?Wait({REFERRED_SECONDS}))'),
            "Set(SIPTRANSFER=)",
            'ExecIf($["${DIALSTATUS}"!=""]?TryExec(Congestion(0.02)))',
            "Set(DIALSTATUS=)",
            f'ExecIf($["${{HOTLINE_QUEUE}}"=""]?Set(HOTLINE_QUEUE={settings.line[0].queue}))',
            "Set(QUEUE_PRIO=10)",
            "Goto(queues,${HOTLINE_QUEUE},1)",
            ("done", survey.TO if survey.used(settings) else "NoOp()"),
            "Hangup(${HANGUPCAUSE})",
        ),
    )
