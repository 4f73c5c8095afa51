"""extensions.conf, the inside: queues, seats, transfers, calls to the world.

The world is reached from a seat only, where somebody sits (``seats.unattended_may_dial`` names
what else may be dialled), after the number matched the allow-list of ``[limits]`` and within
the seat's own pace; never from a trunk. Citizens have no transfer feature (no ``T`` where they
are the caller); seats have, and only into ``transfer-targets``.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..answered_talk_rule import LEAST_MS, MOST_LET_GO, SILENT_CAUSE
from ..device_states import AT_DESK, ATTENDED, SEAT_IN_USE
from ..settings import OUTBOUND_PROMPT, SECOND, Device, OutboundNotice, Seat, Settings, Trunk, Unattended
from . import kept_place, nuisance, pjsip, position_announcements, survey, switches, told_of_mode, voicemail
from .dialplan_steps import Step, context, exten, extens, include, unplayed

RING_SECONDS = 30
"""How long a seat's phone rings for a direct call or a transfer."""
WORLD_SECONDS = 60
REJOIN_SECONDS = 20
"""How long a seat's phone rings for its own call, after its page was loaded anew."""
RENEW = "renew"
"""The name of the feature in features.conf that begins a recording anew."""
REFERRED_SECONDS = 0.5
"""So long a refused REFER waits before its telephone is told."""
OWN_AT_ONCE = 3
"""Calls that one seat may have begun at the same time, colleagues' telephones among them: a talk, one on hold, one that
rings. More would ring the floor's telephones, and hold the trunks' lines, for nobody else to use."""
REFUSALS_HEARD = 2
"""Of one seat at once; a phone that dials on and on hears nothing more."""


def contexts(settings: Settings) -> list[str]:
    limit = f"Set(TIMEOUT(absolute)={settings.limits.absolute_call_minutes * 60})"
    return [
        _sound_of_leg(),
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
        _renew(),
        _given(settings, limit),
        _rejoin(settings, limit),
        _back(settings),
        *_outbound(settings, limit),
        *kept_place.contexts(
            settings,
            by_trunks(settings, settings.trunk, kept_place.RING_SECONDS),
            [LISTENED_TO, *_called_is_told(settings, "${HOTLINE_CALL}-back.raw")],
        ),
        _phone_key(settings),
        context(OFFER, exten("s", OFFERED, "Return()")),
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
    check: tuple[Step, ...] = (*BY_SEAT, *_nobody(settings, "nobody")) if guarded else ()
    refused: tuple[Step, ...] = (("nobody", "Gosub(dial-refused,s,1(unattended))"), "Hangup(21)") if guarded else ()
    return context(
        "seats",
        *(exten(seat.id, *check, "Goto(between,${EXTEN},1)", *refused) for seat in settings.seat),
        exten("*43", *check, "Answer()", "Echo()", "Hangup(16)", *refused),
        # no matter who sits there: what counts is the PIN
        *([exten(switching, *BY_SEAT, f"Goto({switches.PHONE},s,1)")] if switching else []),
        include("outbound"),
    )


BY_SEAT: tuple[Step, ...] = (
    # a call of the seat's own is told by its channel; a caller whom a seat gives away by who gave him away
    'Set(HOTLINE_BY=${IF($["${HOTLINE_CALL}"=""]?${CHANNEL(name)}:${BLINDTRANSFER}${TRANSFERERNAME})})',
    'Set(HOTLINE_BY=$["${HOTLINE_BY}" : "PJSIP/([0-9]+)-"])',
)
"""Leaves in ``HOTLINE_BY`` the seat that dials, by names that no phone can choose; '' (or 0) when it is none."""


def _nobody(settings: Settings, label: str) -> tuple[Step, ...]:
    """To ``label`` when this call is the seat's own, or it gives a colleague away, and nobody sits there.

    What was never said is no agent: a new database refuses until the daemon has spoken. Of two devices nobody sits at
    the one that is not chosen.
    """
    sits = f"${{DEVICE_STATE(Custom:{ATTENDED}${{HOTLINE_BY}})}}"
    own = '("${HOTLINE_CALL}"="" | "${HOTLINE_CITIZEN}"="")'
    steps: tuple[Step, ...] = (f'GotoIf($[{own} & "{sits}"!="INUSE"]?{label})',)
    if _with_two(settings):
        desk = f'("${{DEVICE_STATE(Custom:{AT_DESK}${{HOTLINE_BY}})}}"="INUSE")'
        dials = f'${{REGEX("^PJSIP/[0-9]+{SECOND}-" ${{CHANNEL(name)}})}}'
        two = f"${{DIALPLAN_EXISTS({SEAT_IN_USE},${{HOTLINE_BY}},1)}}"
        steps += (f'GotoIf($["${{HOTLINE_CALL}}"="" & {two} & {dials} != {desk}]?{label})',)
    return steps


def _with_two(settings: Settings) -> list[Seat]:
    return [seat for seat in settings.seat if seat.second_device is not None]


def _two_devices(settings: Settings) -> list[str]:
    """``seat-phone``: gosub with a seat, gives the telephone that rings there. The agent chose; what was never said is the first."""
    chosen = []
    for seat in _with_two(settings):
        state = f'"${{DEVICE_STATE(Custom:{AT_DESK}{seat.id})}}"'
        desk = f'{state}!="NOT_INUSE"' if seat.device is Device.DESK else f'{state}="INUSE"'
        chosen.append(exten(seat.id, f"Return(PJSIP/{seat.id}${{IF($[{desk}]?{SECOND})}})"))
    in_use = [
        f"exten => {seat.id},hint,{'&'.join(f'PJSIP/{seat.endpoint(device)}' for device in seat.devices)}\n"
        + exten(seat.id, "Hangup()")
        for seat in _with_two(settings)
    ]
    return [
        context("seat-phone", *chosen, exten("_X.", "Return(PJSIP/${EXTEN})")),
        *([context(SEAT_IN_USE, *in_use)] if in_use else ()),
    ]


def _dial_refused() -> str:
    """Said to whoever dialled, and to the daemon: gosub with the reason, which names the prompt as well.

    Before the answer, so that nothing is charged; not to a citizen who is given away, who goes back.
    """
    return context(
        "dial-refused",
        exten(
            "s",
            "Set(HOTLINE_DIAL=${FILTER(0-9,${HOTLINE_DIAL})})",
            "CELGenUserEvent(FORBIDDEN,${HOTLINE_DIAL}|${HOTLINE_BY}|${ARG1})",
            "UserEvent(HotlineForbidden,Seat: ${HOTLINE_BY},Number: ${HOTLINE_DIAL},Reason: ${ARG1})",
            'GotoIf($["${HOTLINE_CALL}"!="" | "${HOTLINE_CITIZEN}"!=""]?done)',
            "Set(GROUP(told)=dial-${HOTLINE_BY})",
            f"GotoIf($[${{GROUP_COUNT(dial-${{HOTLINE_BY}}@told)}} > {REFUSALS_HEARD}]?done)",
            "Progress()",
            "Playback(hotline/dial_${ARG1},noanswer)",
            ("done", "Return()"),
        ),
    )


def _own_call(number: str = "${EXTEN}") -> tuple[Step, ...]:
    """A seat's leg that begins a call names it, and whom it calls: CEL knows no number of what the daemon originates.

    One that stands in for a caller inherited the name.
    """
    digits = "${FILTER(0-9," + number + ")}"
    return (
        'ExecIf($["${HOTLINE_CALL}"=""]?CELGenUserEvent(DIALLED,' + digits + "))",
        'ExecIf($["${HOTLINE_CALL}"=""]?UserEvent(HotlineDialled,Number: ' + digits + "))",
        'ExecIf($["${HOTLINE_CALL}"=""]?Set(__HOTLINE_CALL=${UNIQUEID}))',
    )


def _few_at_once(few: str, many: str) -> tuple[Step, ...]:
    """To ``few`` unless the seat in ``HOTLINE_BY`` has begun as many calls as it may: then to ``many``, and it is none of them.

    Only what a seat begins counts: not a citizen who is given away, nor a consultation.
    """
    return (
        f'GotoIf($["${{HOTLINE_CALL}}"!="" | ${{LEN(${{HOTLINE_BY}})}} < 2]?{few})',
        "Set(GROUP(own)=own-${HOTLINE_BY})",
        f"GotoIf($[${{GROUP_COUNT(own-${{HOTLINE_BY}}@own)}} <= {OWN_AT_ONCE}]?{few})",
        "Set(GROUP(own)=)",
        f"Goto({many})",
    )


def _between(limit: str) -> str:
    return context(
        "between",
        exten(
            "_X.",
            *BY_SEAT,
            *_few_at_once("few", "many"),
            ("many", "Gosub(dial-refused,s,1(pace))"),
            "Hangup(21)",
            ("few", "NoOp()"),
            *_own_call(),
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


def record(file: str) -> list[Step]:
    """Record this channel, which is the citizen's, into ``file``: left what it says, right what it hears."""
    return [
        f"MSet(HOTLINE_RECORDING={file},DYNAMIC_FEATURES={RENEW})",
        "MixMonitor(${HOTLINE_RECORDING},D)",
        "CELGenUserEvent(RECORD,${HOTLINE_RECORDING})",
    ]


def _renew() -> str:
    """The citizen's partner changes: begin anew in the same file, or half of the new partners stay unheard.

    MixMonitor translates what it hears with one path that remembers RTP sequence numbers, and
    drops a new partner's frames as late when its numbers are lower (asterisk issue 507; measured).
    The path dies when a frame passes while nothing is recorded: hence the wait. By the dialplan
    before each later Dial() or Queue(); by the daemon (features.conf) after an attended transfer.
    """
    return context(
        "renew",
        exten(
            "s",
            'GotoIf($["${HOTLINE_RECORDING}"=""]?done)',
            "StopMixMonitor()",
            "Wait(0.06)",
            "MixMonitor(${HOTLINE_RECORDING},Da)",
            ("done", "Return()"),
        ),
    )


TAKEN = "^(INUSE|BUSY|RINGING|RINGINUSE|ONHOLD)$"
"""Device states of a telephone that is in a call already."""


def _given(settings: Settings, limit: str) -> str:
    """A citizen whom a telephone gives away by its own key is not rung through to one that talks, or where nobody sits: he
    goes back, and the telephone is told. Of the page the daemon says so before (``agents/desk.py``). Colleagues may be consulted."""
    sits = f"${{DEVICE_STATE(Custom:{ATTENDED}${{EXTEN}})}}"
    devices = ("", SECOND) if _with_two(settings) else ("",)
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


LONGEST_DIALLED = 32
"""Digits of a number of the world, as it is dialled."""


def _urgent(settings: Settings, label: str) -> list[Step]:
    return [f'GotoIf($["${{HOTLINE_DIAL}}"="{number}"]?{label})' for number in settings.urgent_numbers]


NOT_CARRIED = (
    3, 5, 18, 20, 27, 34, 38, 41, 42, 44, 47, 50, 57, 58, 63, 65, 66, 69, 79, 88, 95, 96, 97, 98, 99, 100, 101, 102, 111, 127,
)  # fmt: skip
"""Causes (Q.850) that say: this trunk could not carry the call. Its contact is not there (3, 20), it said nothing or 408 and
nothing rang (18), or it answered 5xx (38, 34, 27), 488 (58) and the like. Any other answer is about the number called or whom it
belongs to: wrong (404, 484), busy (486, 600), away (480), barred or declined (403, 603); another trunk would only ring there again."""
CARRIED = (
    '"${DIALSTATUS}"="ANSWER" | "${DIALSTATUS}"="BUSY" | "${DIALSTATUS}"="CANCEL" | ${LEN(${RINGTIME_MS}${PROGRESSTIME_MS})} > 0 |'
    ' ${LEN(${HANGUPCAUSE})} > 0 & ${REGEX("^'
    + f"({'|'.join(map(str, NOT_CARRIED))})$"
    + '" ${HANGUPCAUSE})} = 0 & "${HANGUPCAUSE}" != "0"'
)


def _called_is_told(settings: Settings, file: str = "${HOTLINE_CALL}.raw") -> list[Step]:
    """On the called leg, before anybody hears anybody: recorded from here on, and told so, as the settings want it.

    The world's leg is the citizen's: recorded there, it stays recorded through every transfer. Who answers an
    urgent number (``ARG1``) is kept waiting by no prompt. The NOTICE is the proof that the recording is judged by.
    """
    if not settings.recording.outbound:
        return []
    said = f"CELGenUserEvent(NOTICE,{OUTBOUND_PROMPT}|agent)"
    if settings.recording.outbound_notice is OutboundNotice.AGENT:
        return [*record(file), said]
    return [
        *record(file),
        'GotoIf($["${ARG1}"="urgent"]?urgent)',
        f"CELGenUserEvent(NOTICE,{OUTBOUND_PROMPT}|dialplan)",
        f"Playback(hotline/{OUTBOUND_PROMPT})",
        unplayed(OUTBOUND_PROMPT),
        "Return()",
        ("urgent", said),
    ]


LISTENED_TO = "Set(CHANNEL(hangup_handler_push)=sound-of-leg,s,1)"
"""When this leg ends, it is told what sound went over it."""


def _sound_of_leg() -> str:
    """Said at the end of a leg that was answered: packets that came and were lost, jitter (s), packets sent and lost there."""
    counts = ("rxcount", "rxploss", "rxjitter", "txcount", "txploss")
    told = "|".join(f"${{CHANNEL(rtcp,{count})}}" for count in counts)
    return context(
        "sound-of-leg",
        exten("s", 'GotoIf($["${CHANNEL(state)}"!="Up"]?done)', f"CELGenUserEvent(MEDIA,{told})", ("done", "Return()")),
    ) + context("listened-to", exten("s", LISTENED_TO, "Return()"))


OFFER = "world-offer"
OFFERED = f"Set(PJSIP_MEDIA_OFFER(audio)={pjsip.TRUNK_CODECS})"
"""On the new leg of a carrier's, before its INVITE: what this carrier may speak is offered, and not only what the calling telephone does
(``pjsip.LATER_OFFERS`` would leave no more): one that speaks nothing but mu-law could not be called at all."""


def by_trunks(
    settings: Settings,
    trunks: Sequence[Trunk],
    seconds: int,
    to: str = "${HOTLINE_DIAL}",
    options: str = "${HOTLINE_MAY}",
    before: str = f"{OFFER}^s",
) -> list[Step]:
    """By these trunks in their order until one takes the call; then to ``done``. By the cause of each (``CARRIED``): whoever is busy or
    declines is not rung again.

    :param before: context and extension that the new leg runs before its INVITE; it has ``OFFERED`` among its steps.
    """
    tries: list[Step] = []
    for trunk in trunks:
        shown = trunk.calling_number or settings.centre.number
        tries += [
            "MSet(RINGTIME_MS=,PROGRESSTIME_MS=)",
            f"Dial(PJSIP/{to}@{trunk.id},{seconds},igf({shown})b({before}^1){options})",
            f"GotoIf($[{CARRIED}]?done)",
        ]
    return tries


def _outbound(settings: Settings, limit: str) -> list[str]:
    """Somebody sits there, allow-list, the seat's pace, then the trunks in their order until one takes the call.

    The number is folded first (``national``): it is held against the rules, and dialled, in its one form. Digits that only
    the rules know as they were written (a carrier's own prefix) are dialled as they are. ``agents/roster.py`` does the same.
    Urgent numbers need nobody and no pace, however many calls the seat has begun. Each seat has a minute of its own, counted under a lock:
    who dials on and on stops nobody else.
    """
    national, written = (
        [
            f'GotoIf(${{REGEX("${{HOTLINE_OUT_{n}}}" ${{{number}}})}}?{label})'
            for n in range(1, len(settings.limits.outbound) + 1)
        ]
        for number, label in (("HOTLINE_NATIONAL", "national"), ("HOTLINE_DIAL", "listed"))
    )
    attended: list[Step] = []
    match settings.seats.unattended_may_dial:
        case Unattended.ALL:
            pass
        case Unattended.URGENT:
            attended = [*_urgent(settings, "somebody"), *_nobody(settings, "nobody")]
        case _:
            attended = [*_nobody(settings, "nobody")]
    tries = by_trunks(settings, settings.trunk, WORLD_SECONDS)
    of_seat = "${HOTLINE_BY}"
    world = exten(
        "_X.",
        "Set(HOTLINE_DIAL=${FILTER(0-9,${EXTEN})})",
        *BY_SEAT,
        "GotoIf($[${LEN(${EXTEN})} != ${LEN(${HOTLINE_DIAL})}]?forbidden)",
        "Gosub(national,s,1(${HOTLINE_DIAL}))",
        'Set(HOTLINE_NATIONAL=${IF($["${GOSUB_RETVAL:0:1}"="+"]?00${GOSUB_RETVAL:1}:${GOSUB_RETVAL})})',
        'GotoIf($["${HOTLINE_NATIONAL}"=""]?forbidden)',
        *national,
        *written,
        ("forbidden", "Set(HOTLINE_WHY=number)"),
        "Goto(refused)",
        ("nobody", "Set(HOTLINE_WHY=unattended)"),
        "Goto(refused)",
        ("hasty", "Set(HOTLINE_WHY=pace)"),
        ("refused", "Gosub(dial-refused,s,1(${HOTLINE_WHY}))"),
        "Set(DIALSTATUS=CONGESTION)",
        'GotoIf($["${HOTLINE_CITIZEN}"!=""]?back,s,1)',
        "Hangup(21)",
        ("national", "Set(HOTLINE_DIAL=${HOTLINE_NATIONAL})"),
        ("listed", "NoOp()"),
        *attended,
        ("somebody", "NoOp()"),
        *_urgent(settings, "at_once"),
        # the minute is Asterisk's own: its clock may jump, and then one minute is a longer one
        f"Set(HOTLINE_LOCKED=${{LOCK(pace-{of_seat})}})",
        "Set(HOTLINE_NOW=${STRFTIME(${EPOCH},,%H%M)})",
        f'ExecIf($["${{GLOBAL(HOTLINE_MINUTE_{of_seat})}}"!="${{HOTLINE_NOW}}"]?Set(GLOBAL(HOTLINE_DIALLED_{of_seat})=0))',
        f"Set(GLOBAL(HOTLINE_MINUTE_{of_seat})=${{HOTLINE_NOW}})",
        f"Set(HOTLINE_DIALLED=$[0${{GLOBAL(HOTLINE_DIALLED_{of_seat})}} + 1])",
        # what is refused is not counted: a seat gets its share of the next minute whole
        f"ExecIf($[${{HOTLINE_DIALLED}} <= {settings.limits.outbound_per_minute}]"
        f"?Set(GLOBAL(HOTLINE_DIALLED_{of_seat})=${{HOTLINE_DIALLED}}))",
        f"Set(HOTLINE_LOCKED=${{UNLOCK(pace-{of_seat})}})",
        f"GotoIf($[${{HOTLINE_DIALLED}} > {settings.limits.outbound_per_minute}]?hasty)",
        *_few_at_once("paced", "hasty"),
        ("at_once", "Set(HOTLINE_URGENT=^urgent)"),
        # the seat that begins the call may transfer (T), and its call is recorded; for a citizen
        # who is given away, or a consultation, the recording runs already
        ("paced", 'Set(HOTLINE_MAY=${IF($["${HOTLINE_CALL}"=""]?TU(outbound-answered${HOTLINE_URGENT}):)})'),
        *_own_call("${HOTLINE_DIAL}"),
        'ExecIf($["${HOTLINE_CALL}"="${UNIQUEID}"]?' + LISTENED_TO + ")",
        limit,
        "Gosub(renew,s,1)",
        *tries,
        # whom somebody outside has talked to, judges not us; behind the last Dial(), so that no reload moves its place
        ("done", survey.given_out() if survey.used(settings) else "NoOp()"),
        "Goto(back,s,1)",
    )
    answered = exten("s", "Set(HOTLINE_CITIZEN=1)", LISTENED_TO, *_called_is_told(settings), "Return()")
    # no pattern that a phone may dial ends in a dot: whatever else stands in a number (a line end, a letter) is no
    # extension, and reaches neither AMI nor CEL
    lengths = range(2, LONGEST_DIALLED + 1)
    dialled = [f"_{'X' * digits}{end}" for digits in lengths for end in ("", "#")]
    with_plus = [f"_+{'X' * digits}" for digits in lengths]
    return [
        context(
            "outbound",
            *extens(dialled, "Goto(world,${EXTEN},1)"),
            *extens(with_plus, "Goto(world,00${EXTEN:1},1)"),
            exten("T", "Hangup(102)"),
        ),
        context("world", world, exten("T", "Hangup(102)")),
        context("outbound-answered", answered),
        _dial_refused(),
    ]
