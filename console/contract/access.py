"""Who is at the door: sessions, rights, accounts, the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from bridge.forms import Body
from bridge.pasted_text import OneLine

from ..access import Scope
from .shapes import AgentText, SeatText, Sentence, View

RoleText = Annotated[str, Field(pattern="^(agent|supervisor|auditor|operator)$")]
PasswordText = Annotated[str, Field(min_length=1, max_length=200)]
"""One that is proved: of before the bound below there may be longer ones."""
NewPasswordText = Annotated[str, Field(min_length=1, max_length=128)]


class SignIn(Body):
    """POST /api/session. The answer sets the session's cookie."""

    account: AgentText
    password: PasswordText


class LockIn(Body):
    """POST /api/session/lock."""

    idle: bool = Field(
        default=False, description="nobody touched the page for long: the own seat, if it is ready, is paused (away)"
    )


class UnlockIn(Body):
    """POST /api/session/unlock: the screen was locked by idleness; calls went on meanwhile."""

    password: PasswordText


class PasswordIn(Body):
    old: PasswordText
    new: NewPasswordText = Field(
        description="at least 12 characters and at most 128, none of the known-bad ones nor of the last five"
    )


class WaysOut(View):
    """GET /api/session/ways, open to all: what the log-in page shows."""

    centre: str
    number: str
    oidc: str = Field(description="the identity provider's name, at GET /api/oidc/start; '': passwords only")
    demo: bool


class BeforeOut(View):
    """What one's account went through before this sign-in: who sees something here that was not theirs tells an operator."""

    at: datetime
    address: str
    changed_at: datetime | None = Field(
        description="name, role, lock or password were changed since then; null: none was"
    )


class MeOut(View):
    """GET /api/session: who I am here, and what I may."""

    account: str
    name: str
    role: str
    rights: list[str] = Field(description="the words of console.access.Right")
    seat: str | None
    device: str = Field(description="browser | desk: the one that rings; '' without a seat")
    browser_phone: bool = Field(default=False, description="the page is a telephone of this seat, or may be")
    locked: bool
    idle_lock_seconds: int
    expires_at: datetime
    centre: str = Field(description="the centre's name")
    number: str = Field(description="12319")
    pause_reasons: list[str]
    wrap_up_seconds: int
    outbound_notice: str = Field(
        default="",
        description="what the agent says to whom the seat calls; '': a prompt says it, or nothing is recorded",
    )
    demo: bool = Field(default=False, description="the demo's daemon: the page says so")
    must_change: bool = Field(
        default=False, description="the password is somebody else's choice: only POST /api/session/password is open"
    )
    before: BeforeOut | None = Field(
        default=None, description="of POST and GET /api/session: the sign-in before this one; null: there was none"
    )


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


class SignedOut(BaseModel):
    """DELETE /api/session."""

    done: bool = True
    detail: str = Field(default="", description="'after_call': the seat is left when the call is over")
    leave_at: str = Field(
        default="", description="go there: signed in by an identity provider, one is signed out there too; '': stay"
    )


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


class SettingOut(View):
    """One line, queue, seat, number of the phone book, refusal code or prompt, as it is in force."""

    section: str = Field(description="line | queue | seat | phonebook | refusal | prompts")
    id: str
    name: str
    facts: Mapping[str, str] = Field(description="what is shown of it, by words of the pages")
    file: str = Field(description="where it is changed; in force after ``hotline reload``")
    line: int | None = Field(description="of that file; null: it does not stand there, the shipped value is in force")


class AccountIn(Body):
    """PUT /api/accounts/{account}: make one (``name`` and ``role`` are wanted), or change what is given of a standing one."""

    name: Annotated[str | None, OneLine] = Field(
        default=None, min_length=1, max_length=60, description="absent: as it is"
    )
    role: RoleText | None = Field(default=None, description="absent: as it is; never one's own")
    password: NewPasswordText | None = Field(
        default=None, description="absent: as it is; its person changes it at once"
    )
    locked: bool | None = Field(default=None, description="absent: as it is (a new one: false)")
    must_change: bool | None = Field(
        default=None,
        description="of the password given; absent: true of a session, false with the installation's token",
    )
    unbind: bool = Field(default=False, description="the identity provider's next person of this name is theirs")
    proof: PasswordText | None = Field(
        default=None,
        description="the own password, in place of POST /api/session/proof; wanted of a session for each of: a new account,"
        " role, password, lock, unbind",
    )


class ChangeOut(View):
    """GET /api/account-changes, and the answer (202) to a PUT that another person has to confirm: nothing is changed yet."""

    id: int
    account: str
    name: str | None = Field(description="null: as it is; the others likewise")
    role: str | None
    locked: bool | None
    password: bool = Field(description="a new one was given with it")
    unbind: bool
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    mine: bool = Field(description="asked for by who asks now, or about them: another one confirms it")


class ConfirmIn(Body):
    """POST /api/account-changes/{change}/confirm. With the installation's token ``account`` and ``proof`` say who confirms."""

    account: AgentText | None = Field(default=None, description="with the installation's token: the second person")
    proof: PasswordText | None = Field(default=None, description="their password; a session may have given it before")


class ProofIn(Body):
    """POST /api/session/proof: the own password again. What answers 428 is open for some minutes then."""

    password: PasswordText


class ProofOut(View):
    until: datetime


ScopeText = Annotated[str, Field(pattern=f"^({'|'.join(Scope)})$")]
_Days = Annotated[int, Field(ge=1, le=400, description="how long its token is good for")]


_Partner = Annotated[
    str,
    Field(
        pattern=r"^([0-9A-Za-z][0-9A-Za-z_.:+*#-]{0,31})?$",
        description="as whom it files and speaks: a [[partner]] or [[partner_status]] of the settings; '' as nobody but itself",
    ),
]


class ProgramIn(Body):
    """POST /api/programs."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
    scopes: Annotated[list[ScopeText], Field(min_length=1, max_length=20)]
    days: _Days = 90
    partner: _Partner = ""


class RotateIn(Body):
    """POST /api/programs/{name}/rotate."""

    days: _Days = 90
    keep_hours: Annotated[int, Field(ge=0, le=168, description="how long the token before goes on; 0: not at all")] = 0
    partner: _Partner | None = Field(default=None, description="another partner, '' none; null: as it was")


class ProgramOut(View):
    name: str
    scopes: list[str] = Field(description="the words of console.access.Scope")
    made_at: datetime
    made_by: str
    expires_at: datetime
    former_until: datetime | None = Field(description="until then the token before the last rotation goes on")
    revoked_at: datetime | None
    revoked_by: str
    used: int
    used_at: datetime | None
    refused: int = Field(description="requests with its token that were refused")
    partner: str = Field(default="", description="as whom it files and speaks; '' as nobody but itself")


class ProgramTokenOut(BaseModel):
    """Told this once: only its hash is kept."""

    token: str
    program: ProgramOut


class AuditOut(View):
    """GET /api/audit. Each row's hash covers the row before it."""

    seq: int
    at: datetime
    actor: str
    actor_name: str = Field(default="", description="of the account by now; '' it is none, or is no more")
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
