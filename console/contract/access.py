"""Who is at the door: sessions, rights, accounts, the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from .shapes import AgentText, Body, SeatText, Sentence, View

RoleText = Annotated[str, Field(pattern="^(agent|supervisor|auditor|operator)$")]
PasswordText = Annotated[str, Field(min_length=1, max_length=200)]


class SignIn(Body):
    """POST /api/session. The answer sets the session's cookie."""

    account: AgentText
    password: PasswordText


class UnlockIn(Body):
    """POST /api/session/unlock: the screen was locked by idleness; calls went on meanwhile."""

    password: PasswordText


class PasswordIn(Body):
    old: PasswordText
    new: PasswordText = Field(description="at least 10 characters, and none of the most common ones")


class WaysOut(View):
    """GET /api/session/ways, open to all: what the log-in page shows."""

    centre: str
    number: str
    oidc: str = Field(description="the identity provider's name, at GET /api/oidc/start; '': passwords only")
    demo: bool


class MeOut(View):
    """GET /api/session: who I am here, and what I may."""

    account: str
    name: str
    role: str
    rights: list[str] = Field(description="the words of console.access.Right")
    seat: str | None
    device: str = Field(description="browser | desk; '' without a seat")
    locked: bool
    idle_lock_seconds: int
    expires_at: datetime
    centre: str = Field(description="the centre's name")
    number: str = Field(description="12319")
    pause_reasons: list[str]
    wrap_up_seconds: int
    demo: bool = Field(default=False, description="the demo's daemon: the page says so")


class TakeSeatIn(Body):
    """POST /api/session/seat: 签入. The seat's presence becomes paused (reason ``login``) until ready."""

    seat: SeatText
    ready: bool = False


class PhoneOut(View):
    """POST /api/session/phone: made anew at each request, for the page's own SIP stack; never shown, never stored."""

    user: str
    password: str
    uri: str = Field(description="sip:8001@hotline")
    socket: str = Field(description="path of the WebSocket on this origin: /sip")
    register_seconds: int


class SessionOut(View):
    """GET /api/sessions."""

    id: str
    account: str
    name: str
    role: str
    seat: str | None
    made_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    browser: str
    current: bool


class AccountOut(View):
    account: str
    name: str
    role: str
    locked: bool
    has_password: bool
    changed_at: datetime


class AccountIn(Body):
    """PUT /api/accounts/{account}."""

    name: str = Field(min_length=1, max_length=60)
    role: RoleText
    password: PasswordText | None = Field(default=None, description="none: as it is")
    locked: bool = False


class AuditOut(View):
    """GET /api/audit. Each row's hash covers the row before it."""

    seq: int
    at: datetime
    actor: str
    action: str
    call: str
    detail: str
    hash: str


class AuditPageOut(BaseModel):
    rows: list[AuditOut]
    unbroken: bool = Field(description="the chain of the rows shown fits")


class BecauseIn(Body):
    """Why a person does something that is written into the audit log."""

    reason: Sentence
