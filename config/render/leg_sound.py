"""extensions.conf: how a leg is recorded, begun anew for another partner, and told what sound went over it."""

from __future__ import annotations

from .dialplan_steps import Step, context, exten

RENEW = "renew"
"""The name of the feature in features.conf that begins a recording anew."""


def record(file: str) -> list[Step]:
    """Record this channel, which is the citizen's, into ``file``: left what it says, right what it hears."""
    return [
        f"MSet(HOTLINE_RECORDING={file},DYNAMIC_FEATURES={RENEW})",
        "MixMonitor(${HOTLINE_RECORDING},D)",
        "CELGenUserEvent(RECORD,${HOTLINE_RECORDING})",
    ]


def renew() -> str:
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


LISTENED_TO = "Set(CHANNEL(hangup_handler_push)=sound-of-leg,s,1)"
"""When this leg ends, it is told what sound went over it."""


def sound_of_leg() -> str:
    """Said at the end of a leg that was answered: packets that came and were lost, jitter (s), packets sent and lost there."""
    counts = ("rxcount", "rxploss", "rxjitter", "txcount", "txploss")
    told = "|".join(f"${{CHANNEL(rtcp,{count})}}" for count in counts)
    return context(
        "sound-of-leg",
        exten("s", 'GotoIf($["${CHANNEL(state)}"!="Up"]?done)', f"CELGenUserEvent(MEDIA,{told})", ("done", "Return()")),
    ) + context("listened-to", exten("s", LISTENED_TO, "Return()"))
