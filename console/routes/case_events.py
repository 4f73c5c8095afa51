"""Signed callbacks of a case store: what became of cases. For one program, with a scope of its own and a signature besides."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request

from bridge.case_callbacks import Taken
from bridge.errors import Problem
from bridge.webhook_signature import Refusal
from config.language import say as _
from console.access import Right
from console.authorization import Who, needs
from console.contract.rest import CaseEventsTakenOut
from console.error_answers import Failed, invalid
from console.services import Plugged, within

router = APIRouter(prefix="/api/case-events", tags=["case events"])


@router.post("")
async def take_case_events(
    request: Request, plugs: Plugged, who: Annotated[Who, needs(Right.CASE_EVENTS)]
) -> CaseEventsTakenOut:  # fmt: skip
    """``webhook-id``, ``webhook-timestamp``, ``webhook-signature`` as Standard Webhooks say, over the body as it is sent.

    200: in the ledger, now or before. 401: the signature, or a clock; 404: this centre's case store calls nothing back;
    422: which event is wrong; 429: more events than a minute's share, ``Retry-After`` says when. Anything else: send it again, under the same id.
    """
    if plugs.case_callbacks is None:
        raise Failed(404, _("this centre's case store calls nothing back: casestore.driver is another"))
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = await plugs.case_callbacks.hear(headers, await request.body(), partial(within, plugs.states, who.account))
    match answer:
        case Taken():
            return CaseEventsTakenOut(events=answer.events, repeated=answer.repeated)
        case Refusal():
            detail = {"why": str(answer)}
            await plugs.refusals.tell(
                plugs.audit, plugs.absent, plugs.clock(), who.account, "callback_refused", str(answer), detail
            )
            raise Failed(401, REFUSED[answer]())
        case _:
            raise invalid([Problem(one.field, one.message, one.allowed) for one in answer])


REFUSED = {
    Refusal.MISSING: lambda: _(
        "the signature is missing: webhook-id, webhook-timestamp and webhook-signature are wanted"
    ),
    Refusal.STALE: lambda: _(
        "signed more than five minutes ago, or in the future: a clock is wrong, or it was replayed"
    ),
    Refusal.WRONG: lambda: _("no key of ours made this signature: it stands in VAR/secrets/casestore-callback"),
}
