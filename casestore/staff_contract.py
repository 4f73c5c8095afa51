"""What goes over the wire of the staff's accounts: at the machine (native API) and in a browser."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from .states import Role

AccountName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]{0,39}$")]
PlainName = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f\u2028-\u202e\u2066-\u2069]+$")]
Password = Annotated[str, Field(min_length=1, max_length=256)]
StaffRole = Literal[
    Role.ACCEPTER, Role.DISPATCHER, Role.UNIT_OFFICE, Role.UNIT_WORKER, Role.CHECKER, Role.JUDGE
]  # fmt: skip


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StaffIn(_In):
    """A new account, or what is to change of one; what is absent stays."""

    account: AccountName
    name: PlainName | None = None
    role: StaffRole | None = None
    unit: Annotated[str, Field(max_length=80)] | None = None
    password: Password | None = None
    must_change: bool = True
    locked: bool | None = None


class StaffOut(BaseModel):
    account: str
    name: str
    role: str
    unit: str
    locked: bool
    must_change: bool
    has_password: bool


class StaffListOut(BaseModel):
    accounts: list[StaffOut]


class SignInIn(_In):
    account: Annotated[str, Field(min_length=1, max_length=40)]
    password: Password


class PasswordIn(_In):
    old: Password
    new: Password


class MeOut(BaseModel):
    """Who is signed in here."""

    account: str
    name: str
    role: Role
    unit: str
    must_change: bool


class WorkersOut(BaseModel):
    workers: list[StaffOut]


class AuditRowOut(BaseModel):
    at: str
    actor: str
    action: str
    detail: dict[str, str]


class AuditOut(BaseModel):
    rows: list[AuditRowOut]
