"""Accounts and sessions, plugged together: ledger behind, door before. Made by ``app.py``; no rule lives here."""

from __future__ import annotations

from datetime import UTC, datetime

from accounts.sessions import Sessions
from config.file_places import Places
from config.secrets import COOKIE_SEAL, Secrets
from config.settings import Settings
from console.accounts import Accounts
from console.authorization import Who, who_of
from console.oidc import Provider
from console.ports import Audit, Desk
from console.program_tokens import Programs
from console.seat_sign_in import seat_of
from hotline import operator_files
from ledger.account_changes_to_confirm import ChangeShelf
from ledger.accounts import AccountShelf
from ledger.errors import WRONG_OR_AWAY
from ledger.program_tokens import ProgramShelf
from ledger.sessions import SessionShelf
from ledger.store import Store


class SignInPart:
    def __init__(self, store: Store, settings: Settings, desk: Desk, places: Places, audit: Audit) -> None:
        self._desk, self._shelf = desk, AccountShelf(store)
        self._people = [(agent.id, agent.name, str(agent.role)) for agent in settings.agent]
        self.audit = audit
        settled = {account: (name, role) for account, name, role in self._people}
        self.accounts = Accounts(self._shelf, ChangeShelf(store), self.audit, settings.access, _now, settled)
        self.programs = Programs(ProgramShelf(store), self.audit, _now, WRONG_OR_AWAY)
        self.oidc = _provider(settings, places)
        self.sessions = Sessions(SessionShelf(store), settings.access, _now)

    async def introduce(self) -> None:
        """The agents of the settings have accounts; without a password until one is given. Another role is audited."""
        now = _now()
        for account, before, role in await self._shelf.introduce(self._people, now):
            detail = {"account": account, "before": before, "role": role}
            await self.audit.append(now, "settings", "account_changed", detail=detail)

    async def again(self, who: Who) -> Who | None:
        """Is this person still in, and as what? Asked by the stream now and then."""
        if not who.session:
            return who
        row = await self.sessions.get(who.session)
        return who_of(row, seat_of(self._desk, row)) if row is not None else None


def _provider(settings: Settings, places: Places) -> Provider | None:
    if settings.oidc is None:
        return None
    return Provider(settings.oidc, _client_secret(places), _now, Secrets(places.secrets)[COOKIE_SEAL])


def _client_secret(places: Places) -> str:
    """An operator's file, of mode 0600; without it the client is one without a secret."""
    return operator_files.optional_secret(places, operator_files.OIDC_CLIENT)


def _now() -> datetime:
    return datetime.now(UTC)
