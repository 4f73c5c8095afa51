"""extensions.conf, calls handed over between us and partners (12345, 110): their papers, both ways.

Inbound a partner is known by number and trunk together; only then are its headers read (``partner-papers``). Outbound a seat
consults the partner's desk through the context ``handover``, which no telephone dials: the daemon sets what goes along on the seat's
channel before (``cti/ami_actions.py``), and it is filtered here once more. No pace holds a hand-over up, and it asks for no share
of the seat's own calls. What became of it is said to book and board (``HANDOVER``), whatever the daemon does meanwhile.
"""

from __future__ import annotations

from ..sections.telephone import DEFAULT_HEADERS, Partner
from ..settings import Settings
from . import leg_sound, outgoing_calls
from .dialplan_steps import Step, context, exten, include

PAPERS_IN = "partner-papers"
CONTEXT = "handover"
"""As ``cti.numbering_plan.HANDOVER``."""
PAPERS_OUT = "handover-papers"
ANSWERED = "handover-answered"
ENCODED = r"0-9A-Za-z%._~\-"
"""What percent-encoding leaves of any text (RFC 3986): no header is broken by it."""
PAPERS = ("HOTLINE_HANDOVER", "HOTLINE_TICKET", "HOTLINE_FROM", "HOTLINE_SUMMARY")
"""Channel variables the daemon sets before: the hand-over's name, our work-order number, the citizen's number, what it is about."""
LONGEST_REFERENCE, LONGEST_NUMBER, LONGEST_SUMMARY = 64, 32, 600


def contexts(settings: Settings, number: str, reference: str) -> list[str]:
    """``number``, ``reference``: the characters kept of each."""
    words = {partner for line in settings.line for partner in line.partners.values()}
    known = {one.id: one for one in settings.partner}
    read = [_papers_in(word, known.get(word), number, reference) for word in sorted(words)]
    if not settings.partner:
        return [context(PAPERS_IN, *read)] if read else []
    return [
        *([context(PAPERS_IN, *read)] if read else []),
        context(
            CONTEXT,
            *(_dialled(settings, one) for one in settings.partner),
            include("transfer-targets"),  # what a telephone dials next from such a call
            exten("T", "Hangup(102)"),
        ),
        context(PAPERS_OUT, *(_papers_out(one, number, reference) for one in settings.partner)),
        context(
            ANSWERED,
            exten("s", "Goto(p${ARG1},1)"),
            *(_answered(one, reference) for one in settings.partner),
        ),
    ]


def only_by_its_trunks(settings: Settings, partner: str) -> list[Step]:
    """A call on a partner's number by another trunk is an ordinary one: it is answered, and nothing it says of itself is believed."""
    found = next((one for one in settings.partner if one.id == partner), None)
    if found is None or not found.trunks:
        return []
    by_its = " | ".join(f'"${{HOTLINE_TRUNK}}"="{trunk}"' for trunk in found.trunks)
    return [f"ExecIf($[{by_its}]?NoOp():Set(HOTLINE_PARTNER=))"]


def _papers_in(word: str, partner: Partner | None, number: str, reference: str) -> str:
    """The first header that holds something of each; a number may stand alone or as a URI."""
    orders, origins = DEFAULT_HEADERS if partner is None else (partner.work_order_headers, partner.origin_headers)
    steps: list[Step] = ["MSet(HOTLINE_REF=,HOTLINE_ORIGIN=)"]
    for header in orders:
        steps += [
            f"Set(HOTLINE_REF=${{FILTER({reference},${{PJSIP_HEADER(read,{header})}})}})",
            'GotoIf($["${HOTLINE_REF}"!=""]?origin)',
        ]
    steps.append(("origin", f"Set(HOTLINE_REF=${{HOTLINE_REF:0:{LONGEST_REFERENCE}}})"))
    for header in origins:
        steps += [
            f"Set(HOTLINE_HEADER=${{PJSIP_HEADER(read,{header})}})",
            "Set(HOTLINE_ORIGIN=${CUT(HOTLINE_HEADER,@,1)})",
            f"Set(HOTLINE_ORIGIN=${{FILTER({number},${{HOTLINE_ORIGIN}})}})",
            'ExecIf(${REGEX("[<:]" ${HOTLINE_HEADER})}?Gosub(uri,s,1))',
            'ExecIf(${REGEX("[<:]" ${HOTLINE_HEADER})}?Set(HOTLINE_ORIGIN=${GOSUB_RETVAL}))',
            "GotoIf($[${LEN(${HOTLINE_ORIGIN})} > 2]?known)",
        ]
    # whose number is too short to be one is nobody's: the carrier's word for who calls stands
    steps += [
        "Set(HOTLINE_ORIGIN=)",
        ("known", f"Set(HOTLINE_ORIGIN=${{HOTLINE_ORIGIN:0:{LONGEST_NUMBER}}})"),
        "Set(HOTLINE_HEADER=)",
        "Return()",
    ]
    return exten(word, *steps)


def _said(partner: Partner, step: str, said: str) -> list[Step]:
    fields = f"Handover: ${{HOTLINE_HANDOVER}},Partner: {partner.id},Seat: ${{HOTLINE_BY}},Step: {step},Said: {said}"
    return [
        f"CELGenUserEvent(HANDOVER,${{HOTLINE_HANDOVER}}|{partner.id}|${{HOTLINE_BY}}|{step}|{said})",
        f"UserEvent(HotlineHandover,{fields})",
    ]


def _dialled(settings: Settings, partner: Partner) -> str:
    """The far half of the consultation."""
    trunks = [one for one in settings.trunk if not partner.trunks or one.id in partner.trunks]
    trunks.sort(key=lambda one: partner.trunks.index(one.id) if partner.trunks else 0)
    steps: list[Step] = [
        *outgoing_calls.BY_SEAT,
        "Set(__HOTLINE_HANDOVER=${FILTER(0-9A-Z,${HOTLINE_HANDOVER})})",  # the partner's leg says it too
        *_said(partner, "asked", ""),
        f"Set(TIMEOUT(absolute)={settings.limits.absolute_call_minutes * 60})",
        "Gosub(renew,s,1)",
    ]
    options, before = f"U({ANSWERED}^{partner.number})", f"{PAPERS_OUT}^{partner.number}"
    steps += [
        *outgoing_calls.by_trunks(settings, trunks, partner.ring_seconds, partner.number, options, before),
        ("done", "Set(HOTLINE_SAID=${FILTER(A-Z,${DIALSTATUS})} ${FILTER(0-9,${HANGUPCAUSE})})"),
        *_said(partner, "over", "${HOTLINE_SAID}"),
        "Goto(back,s,1)",
    ]
    return exten(partner.number, *steps)


def _papers_out(partner: Partner, number: str, reference: str) -> str:
    """On the new leg, before its INVITE. An empty header is not sent."""
    sent = [
        (partner.work_order_headers[0] if partner.work_order_headers else None, "HOTLINE_TICKET", reference, LONGEST_REFERENCE),
        (partner.origin_headers[0] if partner.origin_headers else None, "HOTLINE_FROM", number, LONGEST_NUMBER),
        (partner.summary_header, "HOTLINE_SUMMARY", ENCODED, LONGEST_SUMMARY),
        ("X-Handover", "HOTLINE_HANDOVER", "0-9A-Z", 26),
    ]  # fmt: skip
    steps: list[Step] = [outgoing_calls.OFFERED]
    for header, variable, kept, most in sent:
        if header is None:
            continue
        steps += [
            f"Set(HOTLINE_PAPER=${{FILTER({kept},${{{variable}}})}})",
            f'ExecIf($["${{HOTLINE_PAPER}}"!=""]?Set(PJSIP_HEADER(add,{header})=${{HOTLINE_PAPER:0:{most}}}))',
        ]
    return exten(partner.number, *steps, "Return()")


def _answered(partner: Partner, reference: str) -> str:
    """On the partner's leg, when it answers: its own number of the matter, where its answer says one."""
    steps: list[Step] = ["Set(HOTLINE_THEIRS=)"]
    for header in partner.work_order_headers:
        steps += [
            f"Set(HOTLINE_THEIRS=${{FILTER({reference},${{PJSIP_RESPONSE_HEADER(read,{header})}})}})",
            'GotoIf($["${HOTLINE_THEIRS}"!=""]?known)',
        ]
    steps += [
        ("known", f"Set(HOTLINE_THEIRS=${{HOTLINE_THEIRS:0:{LONGEST_REFERENCE}}})"),
        *_said(partner, "answered", "${HOTLINE_THEIRS}"),
        leg_sound.LISTENED_TO,
        "Return()",
    ]
    return exten(f"p{partner.number}", *steps)
