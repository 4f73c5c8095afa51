"""Signed calls of partners (12345, 110): how shared matters stand there. For one program each, with a scope of its own and a signature besides."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request

from bridge.partner_states import StatesTaken
from bridge.webhook_signature import Refusal
from config.language import say as _
from console.access import Right
from console.authorization import Who, needs
from console.contract.partner_handovers import PartnerStatesTakenOut
from console.error_answers import Failed, invalid, not_found
from console.routes.case_events import REFUSED
from console.services import Plugged, within

router = APIRouter(prefix="/api/partner-states", tags=["partners"])
PartnerPath = Annotated[str, Path(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:+*#-]{0,31}$")]


@router.post("/{partner}")
async def take_partner_states(
    partner: PartnerPath, request: Request, plugs: Plugged, who: Annotated[Who, needs(Right.PARTNER_STATES)]
) -> PartnerStatesTakenOut:  # fmt: skip
    """``webhook-id``, ``webhook-timestamp``, ``webhook-signature`` as Standard Webhooks say, over the body as it is sent, by the secret
    that this partner is told our states with.

    The body: ``{"type": "matter.state", "data": STATE}``, or ``matter.states`` with ``{"states": [STATE…]}``. A STATE has ``their_number``
    and/or ``work_order`` (ours, as it was told), ``state``, ``sequence`` (grows), ``at``, and may have ``word``, ``unit``, ``note``.
    200: in the ledger, now or before. 403: the token is bound to another partner; 401: the signature, or a clock; 404: no such partner signs; 422: which state is wrong; 429:
    more states than a minute's share, ``Retry-After`` says when.
    Anything else: send it again, under the same id.
    """
    calls = plugs.handovers.calls if plugs.handovers is not None else None
    if calls is None or partner not in calls.keys:
        raise not_found("partner", partner)
    if who.partner and who.partner != partner:
        raise Failed(
            403, _("this program speaks for {partner}, not for {other}", partner=who.partner, other=partner),
            error="not_that_partner",
        )  # fmt: skip
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = await calls.hear(partner, headers, await request.body(), partial(within, plugs.states, partner))
    match answer:
        case StatesTaken(heard, repeated):
            if (heard.moved or heard.learned) and plugs.handovers is not None:
                plugs.handovers.wake()
            return PartnerStatesTakenOut(moved=heard.moved, known=heard.known, unknown=heard.unknown, repeated=repeated)
        case Refusal():
            detail = {"partner": partner, "why": str(answer)}
            await plugs.refusals.tell(
                plugs.audit,
                plugs.absent,
                plugs.clock(),
                who.account,
                "partner_states_refused",
                f"{partner} {answer}",
                detail,
            )
            if answer is Refusal.WRONG:
                raise Failed(401, _("no secret of this partner made this signature"))
            raise Failed(401, REFUSED[answer]())
        case _:
            raise invalid(answer)
