"""extensions.conf, the inside: queues, seats, transfers, calls to the world.

The world is reached from a seat only, after the number matched the allow-list of
``[limits]``; never from a trunk. Citizens have no transfer feature (no ``T`` where they
are the caller); seats have, and only into ``transfer-targets``.
"""

from __future__ import annotations

from ..settings import Device, Settings
from . import pjsip
from .script import Step, context, exten, extens, include

RING_SECONDS = 30
"""How long a seat's phone rings for a direct call or a transfer."""
WORLD_SECONDS = 60
REJOIN_SECONDS = 20
"""How long a seat's phone rings for its own call, after its page was loaded anew."""
RENEW = "renew"
"""The name of the feature in features.conf that begins a recording anew."""


def contexts(settings: Settings) -> list[str]:
    limit = f"Set(TIMEOUT(absolute)={settings.limits.absolute_call_minutes * 60})"
    return [
        _queues(settings),
        _left_queue(),
        _watch(),
        _seats(settings),
        context("cti-originate", include("seats")),
        _between(limit),
        _transfer_targets(settings),
        _renew(),
        _given(limit),
        _rejoin(settings, limit),
        _back(settings),
        *_outbound(settings, limit),
        _phone_key(settings),
    ]


def _queues(settings: Settings) -> str:
    """One extension a queue. ``t``: the seat may transfer; ``i``: a phone's own call-forward is ignored."""
    return context(
        "queues",
        *(
            exten(
                queue.id,
                f"MSet(HOTLINE_QUEUE={queue.id},QUEUESTATUS=)",
                'ExecIf($["${BLINDTRANSFER}"!=""]?Gosub(renew,s,1))',
                f"Queue({queue.id},ti,,,{queue.max_wait_seconds})",
                'GotoIf($["${QUEUESTATUS}"="WITHDRAW" & ${DIALPLAN_EXISTS(queues,${HOTLINE_MOVE},1)}]?moved)',
                "Goto(left-queue,s,1)",
                ("moved", f"CELGenUserEvent(QUEUEEXIT,{queue.id}|WITHDRAW)"),
                "Goto(${HOTLINE_MOVE},1)",
            )
            for queue in settings.queue
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
    seats = [seat.id for seat in settings.seat if seat.device is Device.BROWSER]
    return context("phone-key", *(exten(seat, *steps) for seat in seats), exten("kept", "Hangup(16)"))


def _left_queue() -> str:
    """Back from Queue() with the caller still there: nobody came."""
    return context(
        "left-queue",
        exten(
            "s",
            'GotoIf($["${QUEUESTATUS}"=""]?done)',
            "CELGenUserEvent(QUEUEEXIT,${HOTLINE_QUEUE}|${QUEUESTATUS})",
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
    """What a seat may dial."""
    return context(
        "seats",
        *extens((seat.id for seat in settings.seat), "Goto(between,${EXTEN},1)"),
        exten("*43", "Answer()", "Echo()"),
        include("outbound"),
    )


def _own_call() -> tuple[Step, ...]:
    """A seat's leg that begins a call names it, and whom it calls: CEL knows no number of what the daemon originates.

    One that stands in for a caller inherited the name.
    """
    return (
        'ExecIf($["${HOTLINE_CALL}"=""]?CELGenUserEvent(DIALLED,${FILTER(0-9,${EXTEN})}))',
        'ExecIf($["${HOTLINE_CALL}"=""]?Set(__HOTLINE_CALL=${UNIQUEID}))',
    )


def _between(limit: str) -> str:
    return context(
        "between",
        exten("_X.", *_own_call(), limit, f"Dial(PJSIP/${{EXTEN}},{RING_SECONDS},tTi)", "Hangup(${HANGUPCAUSE})"),
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


def _given(limit: str) -> str:
    return context(
        "given",
        exten("_X.", limit, "Gosub(renew,s,1)", f"Dial(PJSIP/${{EXTEN}},{RING_SECONDS},ti)", "Goto(back,s,1)"),
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
                f"Dial(PJSIP/{seat.id},{REJOIN_SECONDS},tim)",
                "Goto(back,s,1)",
            )
            for seat in settings.seat
        ),
        # DIALSTATUS may stand there from an earlier transfer
        exten("head", limit, "Set(DIALSTATUS=)", "Playback(hotline/rejoin)", "Goto(back,s,1)"),
        exten("T", "Hangup(102)"),
    )


def _back(settings: Settings) -> str:
    """A citizen who was given to somebody who does not answer goes back into the queue, before the others."""
    return context(
        "back",
        exten(
            "s",
            'GotoIf($["${HOTLINE_CITIZEN}"="" | "${DIALSTATUS}"="ANSWER"]?done)',
            f'ExecIf($["${{HOTLINE_QUEUE}}"=""]?Set(HOTLINE_QUEUE={settings.line[0].queue}))',
            "Set(QUEUE_PRIO=10)",
            "Goto(queues,${HOTLINE_QUEUE},1)",
            ("done", "Hangup(${HANGUPCAUSE})"),
        ),
    )


def _outbound(settings: Settings, limit: str) -> list[str]:
    """Allow-list, pace, then the trunks in their order until one takes the call."""
    rules = [
        f'GotoIf(${{REGEX("${{HOTLINE_OUT_{n}}}" ${{HOTLINE_DIAL}})}}?paced)'
        for n in range(1, len(settings.limits.outbound) + 1)
    ]
    tries: list[Step] = []
    for trunk in settings.trunk:
        tries += [
            f"Dial(PJSIP/${{HOTLINE_DIAL}}@{trunk.id},{WORLD_SECONDS},if({settings.centre.number})${{HOTLINE_MAY}})",
            'GotoIf($["${DIALSTATUS}"!="CHANUNAVAIL" & "${DIALSTATUS}"!="CONGESTION"]?done)',
        ]
    world = exten(
        "_X.",
        "Set(HOTLINE_DIAL=${FILTER(0-9,${EXTEN})})",
        "GotoIf($[${LEN(${EXTEN})} != ${LEN(${HOTLINE_DIAL})}]?forbidden)",
        *rules,
        ("forbidden", "CELGenUserEvent(FORBIDDEN,${HOTLINE_DIAL})"),
        "Set(DIALSTATUS=)",
        'GotoIf($["${HOTLINE_CITIZEN}"!=""]?back,s,1)',
        "Hangup(21)",
        ("paced", "Set(HOTLINE_NOW=${STRFTIME(${EPOCH},,%H%M)})"),
        'ExecIf($["${GLOBAL(HOTLINE_MINUTE)}"!="${HOTLINE_NOW}"]?Set(GLOBAL(HOTLINE_DIALLED)=0))',
        "Set(GLOBAL(HOTLINE_MINUTE)=${HOTLINE_NOW})",
        "Set(GLOBAL(HOTLINE_DIALLED)=$[0${GLOBAL(HOTLINE_DIALLED)} + 1])",
        f"GotoIf($[${{GLOBAL(HOTLINE_DIALLED)}} > {settings.limits.outbound_per_minute}]?forbidden)",
        # the seat that begins the call may transfer (T), and its call is recorded; for a citizen
        # who is given away, or a consultation, the recording runs already
        'Set(HOTLINE_MAY=${IF($["${HOTLINE_CALL}"=""]?TU(outbound-answered):)})',
        *_own_call(),
        limit,
        "Gosub(renew,s,1)",
        *tries,
        ("done", "Goto(back,s,1)"),
    )
    # the world's leg is the citizen's: recorded there, it stays recorded through every transfer
    recorded = record("${HOTLINE_CALL}.raw") if settings.recording.enabled else []
    answered = exten("s", "Set(HOTLINE_CITIZEN=1)", *recorded, "Return()")
    return [
        context("outbound", world, exten("T", "Hangup(102)")),
        context("outbound-answered", answered),
    ]
