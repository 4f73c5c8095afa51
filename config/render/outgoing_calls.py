"""extensions.conf: calls to the world, from a seat only.

Where somebody sits (``seats.unattended_may_dial`` names what else may be dialled), after the number matched the allow-list of
``[limits]`` and within the seat's own pace; never from a trunk.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..device_states import AT_DESK, ATTENDED, SEAT_IN_USE
from ..sections.recording import OUTBOUND_PROMPT, OutboundNotice
from ..sections.seats import SECOND, Seat, Unattended
from ..sections.telephone import Trunk
from ..settings import Settings
from . import pjsip, survey
from .dialplan_steps import Step, context, exten, extens, unplayed
from .leg_sound import LISTENED_TO, record

WORLD_SECONDS = 60
OWN_AT_ONCE = 3
"""Calls that one seat may have begun at the same time, colleagues' telephones among them: a talk, one on hold, one that
rings. More would ring the floor's telephones, and hold the trunks' lines, for nobody else to use."""
REFUSALS_HEARD = 2
"""Of one seat at once; a phone that dials on and on hears nothing more."""
BY_SEAT: tuple[Step, ...] = (
    # a call of the seat's own is told by its channel; a caller whom a seat gives away by who gave him away
    'Set(HOTLINE_BY=${IF($["${HOTLINE_CALL}"=""]?${CHANNEL(name)}:${BLINDTRANSFER}${TRANSFERERNAME})})',
    'Set(HOTLINE_BY=$["${HOTLINE_BY}" : "PJSIP/([0-9]+)-"])',
)
"""Leaves in ``HOTLINE_BY`` the seat that dials, by names that no phone can choose; '' (or 0) when it is none."""


def nobody_sits(settings: Settings, label: str) -> tuple[Step, ...]:
    """To ``label`` when this call is the seat's own, or it gives a colleague away, and nobody sits there.

    What was never said is no agent: a new database refuses until the daemon has spoken. Of two devices nobody sits at
    the one that is not chosen.
    """
    sits = f"${{DEVICE_STATE(Custom:{ATTENDED}${{HOTLINE_BY}})}}"
    own = '("${HOTLINE_CALL}"="" | "${HOTLINE_CITIZEN}"="")'
    steps: tuple[Step, ...] = (f'GotoIf($[{own} & "{sits}"!="INUSE"]?{label})',)
    if with_two_devices(settings):
        desk = f'("${{DEVICE_STATE(Custom:{AT_DESK}${{HOTLINE_BY}})}}"="INUSE")'
        dials = f'${{REGEX("^PJSIP/[0-9]+{SECOND}-" ${{CHANNEL(name)}})}}'
        two = f"${{DIALPLAN_EXISTS({SEAT_IN_USE},${{HOTLINE_BY}},1)}}"
        steps += (f'GotoIf($["${{HOTLINE_CALL}}"="" & {two} & {dials} != {desk}]?{label})',)
    return steps


def with_two_devices(settings: Settings) -> list[Seat]:
    return [seat for seat in settings.seat if seat.second_device is not None]


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


def own_call(number: str = "${EXTEN}") -> tuple[Step, ...]:
    """A seat's leg that begins a call names it, and whom it calls: CEL knows no number of what the daemon originates.

    One that stands in for a caller inherited the name.
    """
    digits = "${FILTER(0-9," + number + ")}"
    return (
        'ExecIf($["${HOTLINE_CALL}"=""]?CELGenUserEvent(DIALLED,' + digits + "))",
        'ExecIf($["${HOTLINE_CALL}"=""]?UserEvent(HotlineDialled,Number: ' + digits + "))",
        'ExecIf($["${HOTLINE_CALL}"=""]?Set(__HOTLINE_CALL=${UNIQUEID}))',
    )


def few_at_once(few: str, many: str) -> tuple[Step, ...]:
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


def called_is_told(settings: Settings, file: str = "${HOTLINE_CALL}.raw") -> list[Step]:
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


def outbound(settings: Settings, limit: str) -> list[str]:
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
            attended = [*_urgent(settings, "somebody"), *nobody_sits(settings, "nobody")]
        case _:
            attended = [*nobody_sits(settings, "nobody")]
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
        # before the minute is counted: what is refused takes nothing of it
        *few_at_once("few", "hasty"),
        # the minute is Asterisk's own: its clock may jump, and then one minute is a longer one
        ("few", f"Set(HOTLINE_LOCKED=${{LOCK(pace-{of_seat})}})"),
        "Set(HOTLINE_NOW=${STRFTIME(${EPOCH},,%H%M)})",
        f'ExecIf($["${{GLOBAL(HOTLINE_MINUTE_{of_seat})}}"!="${{HOTLINE_NOW}}"]?Set(GLOBAL(HOTLINE_DIALLED_{of_seat})=0))',
        f"Set(GLOBAL(HOTLINE_MINUTE_{of_seat})=${{HOTLINE_NOW}})",
        f"Set(HOTLINE_DIALLED=$[0${{GLOBAL(HOTLINE_DIALLED_{of_seat})}} + 1])",
        # what is refused is not counted: a seat gets its share of the next minute whole
        f"ExecIf($[${{HOTLINE_DIALLED}} <= {settings.limits.outbound_per_minute}]"
        f"?Set(GLOBAL(HOTLINE_DIALLED_{of_seat})=${{HOTLINE_DIALLED}}))",
        f"Set(HOTLINE_LOCKED=${{UNLOCK(pace-{of_seat})}})",
        f"GotoIf($[${{HOTLINE_DIALLED}} > {settings.limits.outbound_per_minute}]?too_many)",
        "Goto(paced)",
        # while it is told why it is none of the calls that its seat has begun
        ("too_many", "Set(GROUP(own)=)"),
        "Goto(hasty)",
        ("at_once", "Set(HOTLINE_URGENT=^urgent)"),
        # the seat that begins the call may transfer (T), and its call is recorded; for a citizen
        # who is given away, or a consultation, the recording runs already
        ("paced", 'Set(HOTLINE_MAY=${IF($["${HOTLINE_CALL}"=""]?TU(outbound-answered${HOTLINE_URGENT}):)})'),
        *own_call("${HOTLINE_DIAL}"),
        'ExecIf($["${HOTLINE_CALL}"="${UNIQUEID}"]?' + LISTENED_TO + ")",
        limit,
        "Gosub(renew,s,1)",
        *tries,
        # whom somebody outside has talked to, judges not us; behind the last Dial(), so that no reload moves its place
        ("done", survey.given_out() if survey.used(settings) else "NoOp()"),
        "Goto(back,s,1)",
    )
    answered = exten("s", "Set(HOTLINE_CITIZEN=1)", LISTENED_TO, *called_is_told(settings), "Return()")
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
        context(OFFER, exten("s", OFFERED, "Return()")),
    ]
